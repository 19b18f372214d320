"""Files of a host over SFTP, for places that offer nothing else."""

import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from paramiko import Message, SFTPClient, SFTPFile, SSHException
from paramiko.sftp import CMD_EXTENDED

from app.domain.host import Stage
from app.errors import RemoteError, TimedOut
from app.i18n import _
from app.ssh.channel import link_is_up, lost

if TYPE_CHECKING:
    from paramiko import Channel

_PIECE_BYTES = 1 << 20
_AHEAD = 64
"""Pieces of 32 KiB asked for before the first has come: a long way costs its delay only once."""


class SshFiles:
    """A host's files over one SFTP session; fits `RemoteFiles`; for one thread at a time."""

    def __init__(self, channel: "Channel", host: str, idle_s: float) -> None:
        self._channel, self._host, self._idle_s = channel, host, idle_s
        channel.settimeout(idle_s)
        with self._told():
            self._client = _Client(channel)

    def is_there(self, path: str) -> bool:
        """Whether anything has this name."""
        with self._told():
            try:
                self._client.lstat(path)
            except FileNotFoundError:
                return False
            return True

    def is_folder(self, path: str) -> bool:
        """Whether this is a folder."""
        with self._told():
            try:
                return stat.S_ISDIR(self._client.stat(path).st_mode or 0)
            except FileNotFoundError:
                return False

    def free_bytes(self, folder: str) -> int | None:
        """Return what its disk has free for us, None where the server does not say."""
        with self._told():
            try:
                return self._client.free_bytes(folder)
            except OSError:
                if not link_is_up(self._channel):
                    raise
                return None

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder."""
        with self._told():
            return self._client.listdir(folder)

    def make_folders(self, path: str) -> None:
        """Make a folder for the owner only, and what is missing above it."""
        if self.is_folder(path):
            return
        above = path.rpartition("/")[0]
        if above:
            self.make_folders(above)
        with self._told():
            self._client.mkdir(path, 0o700)

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a new, read-only file; on the disk when this returns, if the server can do that."""
        size = 0
        with self._told(), self._client.open(path, "wbx") as file:
            self._client.chmod(path, 0o600)
            file.set_pipelined(True)
            for piece in pieces:
                file.write(piece)
                size += len(piece)
            self._client.sync(file)
        with self._told():
            self._client.chmod(path, 0o400)
            written = self._client.stat(path).st_size
        if written != size:
            raise self._refused(_("{n} of {size} bytes were written").format(n=written, size=size))

    def read(self, path: str) -> Iterator[bytes]:
        """Give a file's bytes piece by piece."""
        with self._told(), self._client.open(path, "rb") as file:
            file.prefetch(file.stat().st_size or 0, _AHEAD)
            while piece := file.read(_PIECE_BYTES):
                yield piece

    def rename(self, path: str, name: str) -> None:
        """Give a file or folder its name; never in the place of another."""
        with self._told():
            self._client.rename(path, name)

    def remove_tree(self, folder: str) -> None:
        """Remove a folder with all that is in it."""
        with self._told():
            self._client.remove_tree(folder)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the session runs into, into the errors of a host."""
        try:
            yield
        except TimeoutError as error:
            raise TimedOut(
                _("Nothing moved for {limit:g} s.").format(limit=self._idle_s),
                hint=_("Look at host and network, then try again."),
                host=self._host,
                step=Stage.TRANSFER,
            ) from error
        except (EOFError, SSHException) as error:
            raise lost(self._host) from error
        except OSError as error:
            if not link_is_up(self._channel):
                raise lost(self._host) from error
            raise self._refused(error.strerror or str(error)) from error

    def _refused(self, why: str) -> RemoteError:
        return RemoteError(
            _("The host did not do it: {why}.").format(why=why),
            hint=_("Look at its disk and its rights."),
            host=self._host,
            step=Stage.TRANSFER,
        )


class _Client(SFTPClient):
    """What OpenSSH's server knows beyond the protocol of paramiko.

    https://github.com/openssh/openssh-portable/blob/master/PROTOCOL, section 4.
    """

    if TYPE_CHECKING:  # paramiko's own, which its stubs leave out

        def _request(self, kind: int, *words: object) -> tuple[int, Message]: ...

    def sync(self, file: SFTPFile) -> None:
        """Have what was written go to the disk, where the server can do that."""
        with suppress(OSError):
            self._request(CMD_EXTENDED, "fsync@openssh.com", file.handle)

    def free_bytes(self, folder: str) -> int:
        """Return what an unprivileged user may still write; raises OSError."""
        _kind, answer = self._request(CMD_EXTENDED, "statvfs@openssh.com", folder)
        _bsize, fragment_bytes, _blocks, _free, available = (answer.get_int64() for _ in range(5))
        return fragment_bytes * available

    def remove_tree(self, folder: str) -> None:
        """Remove a folder, never through a link; raises OSError."""
        for item in self.listdir_attr(folder):
            path = f"{folder}/{item.filename}"
            if stat.S_ISDIR(item.st_mode or 0):
                self.remove_tree(path)
            else:
                self.remove(path)
        self.rmdir(folder)
