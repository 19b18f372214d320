"""Single members out of an archive: as bytes for the host, or as members for a folder here."""

from collections.abc import Callable

from app.errors import VaultDamaged
from app.vault.tarheader import BLOCK, Member, TarError
from app.vault.tarstream import MemberHandler, TarReader

Wanted = Callable[[Member], bool]


class TarPicker:
    """A sink for a whole archive that gives on the bytes of some members, and an end mark.

    Headers, extensions and content go on as they are, so that what is unpacked is what was stored.
    """

    def __init__(self, wanted: Wanted, write: Callable[[bytes], object]) -> None:
        self._wanted = wanted
        self._write = write
        self._reader = TarReader(self)
        self._head = bytearray()
        self._began = self._gives = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the archive; raises VaultDamaged."""
        view = memoryview(data)
        while view:
            piece = bytes(view[: self._reader.ahead])
            view = view[len(piece) :]
            in_head = self._reader.in_head
            try:
                self._reader.feed(piece)
            except TarError as error:
                raise VaultDamaged(f"The archive is damaged: {error}") from error
            self._pass(piece, in_head=in_head)

    def finish(self) -> None:
        """Write the end mark; raises VaultDamaged when the archive had none."""
        try:
            self._reader.finish()
        except TarError as error:
            raise VaultDamaged(f"The archive is damaged: {error}") from error
        self._write(bytes(2 * BLOCK))

    def begin(self, member: Member) -> None:
        """Decide about the next member."""
        self._began, self._gives = True, self._wanted(member)

    def data(self, offset: int, chunk: memoryview) -> None:
        """The bytes themselves are given on."""

    def end(self, member: Member, sha256: str) -> None:
        """The padding still belongs to it."""

    def _pass(self, piece: bytes, *, in_head: bool) -> None:
        if not in_head:
            if self._gives:
                self._write(piece)
            return
        self._head += piece
        if self._began:
            if self._gives:
                self._write(bytes(self._head))
            self._head.clear()
            self._began = False


class OnlyWanted:
    """Tells a handler of the wanted members only."""

    def __init__(self, wanted: Wanted, handler: MemberHandler) -> None:
        self._wanted = wanted
        self._handler = handler
        self._passes = False
        self.members = 0

    def begin(self, member: Member) -> None:
        """A member starts."""
        self._passes = self._wanted(member)
        if self._passes:
            self.members += 1
            self._handler.begin(member)

    def data(self, offset: int, chunk: memoryview) -> None:
        """Content of the current member."""
        if self._passes:
            self._handler.data(offset, chunk)

    def end(self, member: Member, sha256: str) -> None:
        """A member is complete."""
        if self._passes:
            self._handler.end(member, sha256)
