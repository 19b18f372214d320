"""A folder that is reached only step by step, so that no name in it can lead anywhere else."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from app.vault.tarheader import TarError

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_BY_HANDLE = os.open in os.supports_dir_fd


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
        if path.startswith(b"/") or b"\0" in path or b".." in path.split(b"/"):
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


def shown(path: bytes) -> str:
    """Return a name as a person may see it: never a control character, never too long."""
    text = path.decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return text if len(text) <= 200 else f"{text[:100]}…{text[-99:]}"


def _make_folder(name: bytes, parent: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=parent)
