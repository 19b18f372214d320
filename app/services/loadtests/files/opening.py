"""Open a result file: packed or not, in any usual encoding, and look at its beginning."""

import bz2
import gzip
import io
import lzma
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from app.errors import InvalidInput
from app.i18n import _
from app.unpacking import MOST_RATIO, is_bomb

HEAD_BYTES = 1 << 16
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF8_MARK = b"\xef\xbb\xbf"


def refused_type() -> InvalidInput:
    """Say that a file declares a document type, which could make a small file a huge one."""
    return InvalidInput(_("The file declares a document type; such files are refused."))


class Pieces(Protocol):
    """What gives its bytes piece by piece."""

    def read1(self, size: int = -1, /) -> bytes:
        """Return some bytes, none at the end."""
        ...


class _Counted:
    """A packed file as a library reads it; knows how much of it was read."""

    def __init__(self, inner: io.BufferedReader) -> None:
        self._inner, self.size = inner, 0

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size)
        self.size += len(data)
        return data


class _Bounded:
    """Gives what a packed file holds, as long as that is no more than can be meant."""

    def __init__(self, inner: io.BufferedReader, unpack: Callable[[BinaryIO], Pieces]) -> None:
        self._packed = _Counted(inner)
        # the libraries ask for no more than read(size)
        self._pieces = unpack(cast("BinaryIO", self._packed))
        self._size = 0

    def read1(self, size: int = -1, /) -> bytes:
        piece = self._pieces.read1(size)
        self._size += len(piece)
        if is_bomb(self._packed.size, self._size):
            raise InvalidInput(
                _("The file unpacks to more than {n} times its size; it is not read.").format(
                    n=MOST_RATIO
                ),
                hint=_("Unpack it yourself if it is meant, and give the file within."),
            )
        return piece


_PACKED: dict[bytes, Callable[[BinaryIO], Pieces]] = {
    b"\x1f\x8b": lambda inner: gzip.GzipFile(fileobj=inner),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}


class Text:
    """A stream whose beginning has been looked at; it ends early where the file is damaged."""

    def __init__(self, inner: Pieces, where: Callable[[], int] = lambda: 0, size: int = 0) -> None:
        self._inner, self._where = inner, where
        self.size = size
        """How many bytes the file has; 0 where that is not known."""
        self.damage = ""
        """What ended a packed file early."""
        self._ended = False
        self._old_ends = False
        head = self._more(HEAD_BYTES).removeprefix(_UTF8_MARK)
        self._old_ends = b"\r" in head and b"\n" not in head
        self._ahead = self.head = head.replace(b"\r", b"\n") if self._old_ends else head

    @property
    def done(self) -> int:
        """How many bytes of the file have been read; packed ones as they lie there."""
        return self._where()

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; fewer do not mean the end, none do."""
        if self._ahead:
            taken = self._ahead[:size]
            self._ahead = self._ahead[len(taken) :]
            return taken
        return self._more(size)

    def readline(self) -> bytes:
        """Return the next line, found within the beginning of the file."""
        cut = self._ahead.find(b"\n") + 1 or len(self._ahead)
        return self.read(cut) if cut else b""

    def _more(self, size: int) -> bytes:
        pieces: list[bytes] = []
        while size > 0 and not self._ended:
            piece = self._piece(size)
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        try:
            piece = self._inner.read1(size)
        except (EOFError, zlib.error, lzma.LZMAError) as error:
            piece = b""
            self.damage = _("The packed file is cut off or damaged ({why}).").format(why=error)
        self._ended = not piece
        return piece.replace(b"\r", b"\n") if self._old_ends else piece


@contextmanager
def opened(path: Path | str) -> Iterator[Text]:
    """Open a file for reading; ``-`` is standard input.

    Raises:
        InvalidInput: It cannot be read, or is packed in a way that is not opened here.
    """
    try:  # closed at the end of this block, but for standard input
        inner = sys.stdin.buffer if str(path) == "-" else Path(path).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise InvalidInput(
            _("“{file}” cannot be read: {reason}.").format(file=path, reason=error.strerror)
        ) from error
    try:
        unpacked = _unpacked(cast("io.BufferedReader", inner))
        if inner is sys.stdin.buffer:
            yield Text(unpacked)
        else:
            yield Text(unpacked, inner.tell, os.fstat(inner.fileno()).st_size)
    except OSError as error:
        raise InvalidInput(
            _("“{file}” cannot be read: {reason}.").format(file=path, reason=error)
        ) from error
    finally:
        if inner is not sys.stdin.buffer:
            inner.close()


def _unpacked(inner: io.BufferedReader) -> Pieces:
    begins = inner.peek(8)[:8]
    if begins.startswith(b"PK\x03\x04"):
        raise InvalidInput(
            _("The file is a zip archive."), hint=_("Unpack it and give the file within.")
        )
    for magic, unpack in _PACKED.items():
        if begins.startswith(magic):
            return _Bounded(inner, unpack)
    encoding = _UTF16.get(begins[:2])
    if encoding:
        return _Recoded(inner, encoding)
    return inner


class _Recoded:
    """UTF-16 read as UTF-8."""

    def __init__(self, inner: io.BufferedReader, encoding: str) -> None:
        inner.read(2)
        self._text = io.TextIOWrapper(inner, encoding, "replace", newline="")

    def read1(self, size: int = -1, /) -> bytes:
        return self._text.read(size).encode()
