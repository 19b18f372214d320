"""A place for copies that offers SFTP and no shell, as rented storage and many appliances do."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from app.errors import BackupFailed
from app.i18n import _
from app.services.ports.world import RemoteFiles
from app.vault.producer import check_path
from app.wording import bytes_size

_CHUNK_BYTES = 1 << 20


class BySftp:
    """A folder of a host, file by file; nothing is run there.

    What was written is fetched again and compared here, so a copy crosses the network twice.
    """

    def __init__(self, files: RemoteFiles, host: str, folder: str) -> None:
        self._files, self._host, self._root = files, host, check_path(folder)

    @property
    def where(self) -> str:
        """The place in words."""
        return f"{self._host}:{self._root}"

    def begin(self, part: str, final: str, needed_bytes: int) -> bool:
        """Make ``part``; what an earlier copy of the same set left behind goes."""
        if not self._files.is_folder(self._root):
            raise self._refused(_("there is no such folder"))
        if self._files.is_there(self._at(final)):
            return False
        free = self._files.free_bytes(self._root)
        if free is not None and free < needed_bytes:
            raise self._refused(
                _("{needed} are needed, {free} are free").format(
                    needed=bytes_size(needed_bytes), free=bytes_size(free)
                )
            )
        above = PurePosixPath(self._at(final)).parent
        self._files.make_folders(str(above))
        for name in self._files.names(str(above)):
            if name.startswith(f"{PurePosixPath(final).name}.part-"):
                self._files.remove_tree(str(above / name))
        self._files.make_folders(self._at(part))
        return True

    def put(self, source: Path, name: str, on_bytes: Callable[[int], object]) -> None:
        """Write one file."""
        self._files.make_folders(str(PurePosixPath(self._at(name)).parent))
        self._files.write(self._at(name), _told(source, on_bytes))

    def hashes(self, names: list[str]) -> dict[str, str]:
        """Fetch files again and hash what comes."""
        found: dict[str, str] = {}
        for name in names:
            if not self._files.is_there(self._at(name)):
                continue
            digest = hashlib.sha256()
            for piece in self._files.read(self._at(name)):
                digest.update(piece)
            found[name] = digest.hexdigest()
        return found

    def rename(self, part: str, final: str) -> None:
        """Give the folder its name."""
        self._files.rename(self._at(part), self._at(final))

    def discard(self, folder: str) -> None:
        """Remove an unfinished folder."""
        self._files.remove_tree(self._at(folder))

    def _at(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def _refused(self, why: str) -> BackupFailed:
        return BackupFailed(
            _("{where} cannot take a copy: {why}.").format(where=self.where, why=why),
            host=self._host,
            step="copy",
        )


def _told(source: Path, on_bytes: Callable[[int], object]) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(_CHUNK_BYTES):
            yield piece
            on_bytes(len(piece))
