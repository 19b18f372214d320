"""Where things are on this computer: the data folder and the files we ship."""

import os
import sys
from pathlib import Path

from app.errors import StoreError

NAME = "Change Desk"
OWNER_ONLY = 0o700


def data_dir(chosen: Path | None = None) -> Path:
    """Return the data folder, made if needed and open to its owner only.

    Args:
        chosen: The folder named with ``--data``; None means the usual one of this system.

    Raises:
        StoreError: The folder cannot be made or used.
    """
    folder = (chosen or usual_data_dir()).expanduser().absolute()
    return private_dir(folder)


def usual_data_dir() -> Path:
    """Return where this system keeps an application's data; nothing is created."""
    if sys.platform == "win32":
        return _from_env("APPDATA", _home() / "AppData" / "Roaming") / NAME
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / NAME
    return _from_env("XDG_DATA_HOME", _home() / ".local" / "share") / NAME


def private_dir(folder: Path) -> Path:
    """Make a folder that only its owner may open, with its parents, and return it.

    On Windows the access list inherited from the user's profile does the same.

    Raises:
        StoreError: It cannot be made, is a file, or belongs to somebody else.
    """
    try:
        folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(OWNER_ONLY)
    except OSError as error:
        raise StoreError(
            f"The folder {folder} cannot be used: {error.strerror or error}.",
            hint="Choose another one with --data.",
        ) from error
    return folder


def program(*words: str) -> list[str]:
    """Return how to start this program once more, from the sources or as it is installed."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *words]
    root = Path(__file__).resolve().parents[1]
    code = f"import sys; sys.path.insert(0, {str(root)!r})"
    return [sys.executable, "-c", f"{code}; from ui.__main__ import main; sys.exit(main())", *words]


def examples_dir(data: Path) -> Path:
    """Return where the examples lie that belong to a data folder; nothing is created."""
    return data / "examples"


def resource_path(*parts: str) -> Path:
    """Return a file or folder we ship, from the sources and from an installed program alike."""
    return Path(__file__).resolve().parents[1].joinpath("resources", *parts)


def _home() -> Path:
    """Return the user's home even where HOME is set to nothing."""
    if os.name == "posix" and not os.environ.get("HOME"):
        import pwd  # noqa: PLC0415 - there is no such module on Windows

        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    return Path.home()


def _from_env(name: str, otherwise: Path) -> Path:
    """Return an absolute folder from the environment; anything else is ignored, as XDG asks."""
    value = Path(os.environ.get(name, ""))
    return value if value.is_absolute() else otherwise
