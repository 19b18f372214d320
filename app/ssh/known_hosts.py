"""Our own known_hosts file: the keys people have confirmed, for ssh and other tools to use.

We never trust this file ourselves: what decides is the key in the host's record.
"""

import logging
import os
import tempfile
from pathlib import Path
from threading import Lock

from app.domain.host import Host

_SSH_PORT = 22
_log = logging.getLogger(__name__)
_writing = Lock()
"""One for the whole program: the file is read, changed and replaced as one step."""


class KnownHosts:
    """A known_hosts file; lines about other hosts, and lines we cannot read, stay as they are."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, host: Host) -> None:
        """Write down the confirmed key of a host; a file that says so already is left alone.

        A disk that is full must not keep anybody from a server: then the old file stays.
        """
        if host.key is None:
            return
        name = pattern_of(host)
        with _writing:
            try:
                old = self._path.read_bytes() if self._path.exists() else b""
                kept = [line for line in old.splitlines() if line.split(b" ")[0] != name.encode()]
                new = b"".join(line + b"\n" for line in (*kept, f"{name} {host.key.line}".encode()))
                if sorted(new.splitlines()) != sorted(old.splitlines()):
                    _replace(self._path, new)
            except OSError as error:
                _log.warning("The file %s cannot be written: %s", self._path, error)


def pattern_of(host: Host) -> str:
    """Return how known_hosts names a host: ``address``, or ``[address]:port`` for another port."""
    return host.address if host.port == _SSH_PORT else f"[{host.address}]:{host.port}"


def _replace(path: Path, data: bytes) -> None:
    """Put a whole new file in the place of the old one; a crash leaves either, never half."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
