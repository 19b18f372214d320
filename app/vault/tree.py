"""A folder that is reached only step by step, so that no name in it can lead anywhere else."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Self

from app.vault.tarheader import TarError

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_BY_HANDLE = os.open in os.supports_dir_fd
IS_WINDOWS = os.name == "nt"
_NOT_THERE = re.compile(rb'[\x00-\x1f\\:*?"<>|]')
_DEVICE = re.compile(
    rb"(?i)con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)(?:[0-9]|\xc2[\xb9\xb2\xb3])"
)


class Tree:
    """Finds members below a root without following links; paths may be longer than PATH_MAX."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = os.fsencode(root)
        self._root_fd = os.open(root, _FOLDER) if _BY_HANDLE else None
        self._parent = b""
        self._parent_fd: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forget_parent()
        if self._root_fd is not None:
            os.close(self._root_fd)

    def at(self, path: bytes, *, make: bool = False) -> tuple[bytes, int | None]:
        """Return name and folder handle of a member; ``make`` creates folders on the way.

        Raises:
            TarError: The path leads out of the root.
            OSError: A folder on the way is missing, or is a link.
        """
        outside = path.startswith(b"/") or b"\0" in path or b".." in path.split(b"/")
        if outside or not can_be_named(path):
            raise TarError(f"{shown(path)} leads out of the folder.")
        parent, _, name = path.rpartition(b"/")
        if self._root_fd is None:
            if make:
                os.makedirs(os.path.join(self._root, parent), mode=0o700, exist_ok=True)
            return os.path.join(self._root, path), None
        if self._parent_fd is None or parent != self._parent:
            self._enter(parent, make=make)
        return name, self._parent_fd

    def _enter(self, parent: bytes, *, make: bool) -> None:
        self._forget_parent()
        handle = os.open(".", _FOLDER, dir_fd=self._root_fd)
        try:
            for part in parent.split(b"/") if parent else ():
                if make:
                    _make_folder(part, handle)
                inner = os.open(part, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = inner
        except OSError:
            os.close(handle)
            raise
        self._parent, self._parent_fd = parent, handle

    def _forget_parent(self) -> None:
        if self._parent_fd is not None:
            os.close(self._parent_fd)
            self._parent_fd = None


def can_be_named(path: bytes) -> bool:
    """Whether this system takes a member's path for what it is.

    Windows reads more in a name: a backslash or a drive leads elsewhere, a colon opens a stream
    of another file, some names are devices, and dots or blanks at an end are cut off.
    """
    if not IS_WINDOWS:
        return True
    parts = [part for part in path.split(b"/") if part not in (b"", b".")]
    return all(
        not _NOT_THERE.search(part)
        and not _DEVICE.fullmatch(part.split(b".")[0].rstrip())
        and part == part.rstrip(b". ")
        for part in parts
    )


def is_plain_target(link: bytes) -> bool:
    """Whether a link's target leads where its parts between slashes say, on this system."""
    return not (IS_WINDOWS and (b"\\" in link or b":" in link))


def shown(path: bytes) -> str:
    """Return a name as a person may see it: never a control character, never too long."""
    text = path.decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return text if len(text) <= 200 else f"{text[:100]}…{text[-99:]}"


def _make_folder(name: bytes, parent: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=parent)
