"""Objects by way of the server's own disk: a cut link costs a moment, not the backup.

The producer runs on the server without us and writes to a folder of its own. What it wrote is
fetched afterwards, from where the last piece ended, and must be what the server hashed. The folder
goes when the object is safe here, or has failed.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from app.errors import (
    BackupFailed,
    ConnectionLost,
    RemoteError,
    TimedOut,
    Unreachable,
    VaultDamaged,
)
from app.i18n import _
from app.services.ports import Remote, RemoteStream
from app.tasks import TaskContext
from app.vault import spool_scripts as scripts
from app.vault.dialogue import ask, await_marker, new_nonce
from app.vault.producer import Producer
from app.wording import bytes_size

SPARE = 1.5
"""How much more must be free there than the estimate says."""
SPARE_BYTES = 64 << 20
_ASK_S = 60.0
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0)
"""Between tries that bring nothing; after the last one the backup is given up."""
_POLLS_S = (0.1, 0.2, 0.5, 1.0, 2.0)
_ERR_LIMIT_BYTES = 1 << 20
_ENDING = re.compile(r"(\d{1,3}) +(\d{1,18}) *([0-9a-f]{64})?")
_LOST = (ConnectionLost, TimedOut, Unreachable)


@contextmanager
def spooled(
    remote: Remote,
    producer: Producer,
    nonce: str,
    estimate_bytes: int,
    context: TaskContext,
) -> Iterator["SpoolStream"]:
    """Let a producer write to the server's disk; give what it wrote as a stream.

    Raises:
        BackupFailed: The server has no room, or no safe place.
        RemoteError: The server stayed out of reach.
        TaskCancelled: A stop was asked for.
    """
    stream = SpoolStream(remote, producer, nonce, context)
    try:
        stream.start(int(estimate_bytes * SPARE) + SPARE_BYTES)
        stream.await_end()
        yield stream
    finally:
        stream.close()
        with suppress(RemoteError):
            ask(remote, scripts.REMOVE, stream.id, limit_s=_ASK_S)


class SpoolStream:
    """What a producer wrote on the server, read over as many connections as it takes.

    Fits `RemoteStream`, as far as a backup reads one.
    """

    def __init__(
        self,
        remote: Remote,
        producer: Producer,
        nonce: str,
        context: TaskContext,
    ) -> None:
        self.id = new_nonce()
        self.resumed = 0
        """How often a fetch went on after a cut."""
        self._remote, self._producer, self._nonce = remote, producer, nonce
        self._context = context
        self._hash = hashlib.sha256()
        self._at = 0
        self._code: int | None = None
        self._bytes, self._sha256, self._problem = 0, "", ""
        self._open: tuple[AbstractContextManager[RemoteStream], RemoteStream] | None = None
        self._tries = 0

    def start(self, needed_bytes: int) -> None:
        """Start the writer, once; a lost answer is asked for again and starts no second one."""
        producer = self._producer
        words = (str(needed_bytes >> 10), self._nonce, producer.script, *producer.arguments)
        answers = dict(self._ask(scripts.START, *words))
        refused = answers.get("refused", "")
        if refused == "room":
            free = int(answers["free"]) * 1024 if answers["free"].isdecimal() else None
            raise self._failed(
                _("The host has no room to write the backup first: {needed} needed, {free} free."),
                _("Free some space there, or stream it: that needs no room on the host."),
                needed=bytes_size(needed_bytes),
                free=bytes_size(free),
            )
        if refused:
            raise self._failed(
                _("The host has no safe place to write the backup first: {why}."),
                _("Put that right on the host, or stream it."),
                why=refused,
            )

    def await_end(self) -> None:
        """Wait until the writer has ended; raises BackupFailed, TaskCancelled."""
        polls, quiet_s, seen = 0, 0.0, -1
        while True:
            answers = dict(self._ask(scripts.POLL))
            match answers.get("state"):
                case "ended" if ending := _ENDING.fullmatch(answers.get("ending", "")):
                    self._code, self._bytes = int(ending[1]), int(ending[2])
                    self._sha256 = ending[3] or ""
                    return
                case "running":
                    pass
                case _:
                    self._problem = _("The writer on the host ended without leaving its end.")
                    return
            said = answers.get("bytes", "").strip()
            written = int(said) if said.isdecimal() else 0
            pause_s = _POLLS_S[min(polls, len(_POLLS_S) - 1)]
            quiet_s = 0.0 if written != seen else quiet_s + pause_s
            if quiet_s > self._producer.idle_s:
                self._problem = _("Nothing more was written on the host for {limit:g} s.").format(
                    limit=self._producer.idle_s
                )
                return
            polls, seen = polls + 1, written
            text = _("{what}: written on the host").format(what=self._producer.title)
            self._context.progress(written, None, text)
            self._context.wait(pause_s)

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" at the end; goes on by itself after a cut.

        Raises:
            VaultDamaged: What came is not what the server wrote, or it is gone there.
            RemoteError: The server stayed out of reach.
        """
        if self._problem:
            raise VaultDamaged(self._problem)
        while self._at < self._bytes:
            try:
                data = self._stream().read(min(size, self._bytes - self._at))
            except _LOST as error:
                self.close()
                self._pause(error)
                continue
            if data:
                self._tries = 0
                self._at += len(data)
                self._hash.update(data)
                return data
            self.close()
            raise VaultDamaged(_("What the host had written is gone, or was cut short there."))
        self.close()
        if self._code is not None and self._sha256 and self._hash.hexdigest() != self._sha256:
            raise VaultDamaged(_("What was fetched is not what the host had written."))
        return b""

    def stderr(self) -> bytes:
        """Return what the producer said there, capped; asked for again after a cut.

        Empty when the host stays out of reach: then the closing control line is missing.
        """
        while True:
            try:
                return self._said()
            except _LOST as error:
                try:
                    self._pause(error)
                except RemoteError:
                    return b""
            except RemoteError:
                return b""

    def _said(self) -> bytes:
        with self._fetch("err", 0) as stream:
            said = await_marker(stream, self._fetch_nonce) or b""
            while len(said) < _ERR_LIMIT_BYTES and (data := stream.read(1 << 16)):
                said += data
        return said[:_ERR_LIMIT_BYTES]

    def finish(self, limit_s: float = 30.0) -> int | None:
        """Return the producer's exit code, None when its end was never written."""
        return self._code

    def write(self, data: bytes) -> None:
        """Raise ValueError: a writer without us reads nothing from us."""
        raise ValueError("A spooled producer reads nothing.")

    def close_stdin(self) -> None:
        """There is none."""

    def _stream(self) -> RemoteStream:
        """Return the open fetch, or begin one where the last ended."""
        if self._open is None:
            block = self._fetch("data", self._at)
            stream = block.__enter__()
            self._open = (block, stream)
            self.resumed += bool(self._at)
            first = await_marker(stream, self._fetch_nonce)
            if first is None:
                raise VaultDamaged(_("What the host had written is gone."))
            if first:
                self._open = (block, _Begun(stream, first))
        return self._open[1]

    def _fetch(self, file: str, at: int) -> AbstractContextManager[RemoteStream]:
        self._fetch_nonce = new_nonce()
        words = (self._fetch_nonce, self.id, file, str(at + 1))
        return self._remote.stream(scripts.FETCH, *words, idle_s=self._producer.idle_s)

    def close(self) -> None:
        """End the fetch that is open, if there is one."""
        if self._open is not None:
            block, self._open = self._open[0], None
            with suppress(RemoteError):
                block.__exit__(None, None, None)

    def _ask(self, script: str, *words: str) -> list[tuple[str, str]]:
        """Ask until it is answered: every question here may be asked twice."""
        while True:
            try:
                answers = ask(self._remote, script, self.id, *words, limit_s=_ASK_S)
            except _LOST as error:
                self._pause(error)
                continue
            self._tries = 0
            return answers

    def _pause(self, error: RemoteError) -> None:
        """Wait before the next try; raises the error when there were enough."""
        if self._tries >= len(PAUSES_S):
            raise error
        self._context.wait(PAUSES_S[self._tries])
        self._tries += 1

    def _failed(self, text: str, hint: str, **words: str) -> BackupFailed:
        return BackupFailed(
            text.format(**words), hint=hint, host=self._remote.host.name, step="backup"
        )


class _Begun:
    """A stream whose first bytes were read already."""

    def __init__(self, stream: RemoteStream, first: bytes) -> None:
        self._stream, self._first = stream, first

    def read(self, size: int) -> bytes:
        if self._first:
            data, self._first = self._first[:size], self._first[size:]
            return data
        return self._stream.read(size)

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def close_stdin(self) -> None:
        self._stream.close_stdin()

    def stderr(self) -> bytes:
        return self._stream.stderr()

    def finish(self, limit_s: float = 30.0) -> int | None:
        return self._stream.finish(limit_s)
