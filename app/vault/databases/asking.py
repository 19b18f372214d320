"""Running a script on a stored object, here or on a host, and what came of it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from app.errors import CommandFailed, ConnectionLost, VaultDamaged
from app.processes import ToolMissing
from app.redaction import without_secrets
from app.services.ports.world import Remote, RemoteStream
from app.vault.databases.causes import explain
from app.vault.databases.here import ThisComputer
from app.vault.databases.tally import tables_in
from app.vault.dialogue import answers_in, await_marker, new_nonce
from app.vault.format import ObjectRecord, Table
from app.vault.judging import Ending
from app.vault.reading import FeedTo, SetReader

_IDLE_S = 3600.0
_FINISH_S = 60.0
_KEPT = 1 << 20
MISSING, CANNOT_READ = 69, 65
"""Exit codes of the scripts: no tool for this, and a tool that refuses what is stored."""


class Place(Protocol):
    """Where a script can run: this computer, or a host."""

    @property
    def name(self) -> str:
        """How it is called in words."""
        ...

    def stream(
        self, script: str, *args: str, idle_s: float = 60.0
    ) -> AbstractContextManager[RemoteStream]:
        """Run a script whose stdin is free for data."""
        ...


@dataclass(frozen=True)
class OnHost:
    """A host as a place."""

    remote: Remote

    @property
    def name(self) -> str:
        """How the host is called."""
        return self.remote.host.name

    def stream(
        self, script: str, *args: str, idle_s: float = 60.0
    ) -> AbstractContextManager[RemoteStream]:
        """Run a script over SSH."""
        return self.remote.stream(script, *args, idle_s=idle_s)


@dataclass(frozen=True, slots=True)
class Question:
    """A script with its arguments, what it is fed beside the object, and the tool it needs."""

    script: str
    arguments: tuple[str, ...]
    tool: str
    step: str
    before: bytes = b""


@dataclass(frozen=True, slots=True)
class Told:
    """What a script said: answers by their name, and what the tables of a database hold."""

    where: str
    answers: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...] | None

    def one(self, key: str) -> str:
        """Return an answer, "" when there was none."""
        return next((value for name, value in self.answers if name == key), "")


def places(remote: Remote | None) -> list[Place]:
    """Return where a script may run, the place that disturbs nobody first."""
    here = ThisComputer()
    found: list[Place] = [here] if here.can_run else []
    return [*found, OnHost(remote)] if remote is not None else found


def ask_somewhere(
    reader: SetReader, record: ObjectRecord, remote: Remote | None, question: Question
) -> Told:
    """Give an object to a script at the first place that has the tools for it.

    Raises:
        ToolMissing: No place has them.
        VaultDamaged: What is stored cannot be read by them.
        RemoteError: The place itself was in the way.
    """
    tried = []
    for place in places(remote):
        try:
            return ask_with(reader, record, place, question)
        except ToolMissing as error:
            tried.append(error.text)
    raise ToolMissing(" ".join(tried) or f"There is no place with {question.tool}.")


def ask_with(
    reader: SetReader,
    record: ObjectRecord,
    place: Place,
    question: Question,
    take: Callable[[bytes], object] | None = None,
) -> Told:
    """Give an object to a script at one place; raises as `ask_somewhere`.

    ``take`` hears all that the script prints, of which otherwise only the end is kept.
    """
    nonce = new_nonce()
    said = b""
    with place.stream(question.script, nonce, *question.arguments, idle_s=_IDLE_S) as stream:
        began = await_marker(stream, nonce)
        if began is not None:
            if take is not None:
                take(began)
            said = began + _talk(stream, _feeder(reader, record, question), take)
        code = stream.finish(_FINISH_S)
        ending = Ending(code, stream.stderr(), nonce, 0)
    if code != 0 or ending.control is None:
        raise _failure(place.name, question, ending)
    tables = tables_in(ending.stderr, nonce, ending.control.get("tables"))
    return Told(place.name, tuple(answers_in(said, nonce)), tables)


def _feeder(
    reader: SetReader, record: ObjectRecord, question: Question
) -> Callable[[RemoteStream], object]:
    def feed(stream: RemoteStream) -> None:
        if question.before:
            stream.write(question.before)
        reader.stored(record, FeedTo(stream.write))

    return feed


def _talk(
    stream: RemoteStream,
    feed: Callable[[RemoteStream], object],
    take: Callable[[bytes], object] | None,
) -> bytes:
    """Send what is stored, then read the answers; a script that ended early says why itself."""
    try:
        feed(stream)
    except ConnectionLost:
        if stream.finish(_FINISH_S) in (None, 0):
            raise
    stream.close_stdin()
    said = b""
    while chunk := stream.read(1 << 16):
        if take is not None:
            take(chunk)
        said = chunk if take is not None else (said + chunk)[-_KEPT:]
    return said


def _failure(
    where: str, question: Question, ending: Ending
) -> ToolMissing | VaultDamaged | CommandFailed:
    told = [line.decode("utf-8", "replace") for line in ending.lines if line[:3] != b"CD-"]
    errors = [line for line in told if "error" in line.lower()] or told[-3:]
    words = without_secrets("; ".join(errors[:3]))[:300] or f"exit status {ending.exit_code}"
    if ending.exit_code == MISSING:
        return ToolMissing(f"{question.tool} cannot run on {where} ({words}).")
    if ending.exit_code == CANNOT_READ and not _is_lacking(words):
        return VaultDamaged(f"{question.tool} on {where} cannot take what is stored: {words}.")
    return CommandFailed(
        f"{question.tool} did not come to its end: {words}.",
        hint=explain(ending.lines) if ending.exit_code != CANNOT_READ else _LACKING,
        host=where,
        step=question.step,
    )


_LACKING = "Drill on a host that has what this database uses."
_LACKS = (
    *("extension control file", "is not available", "Unknown collation", "Unknown storage engine"),
    *("collation", "is not allowed", "permission denied", "must be superuser", "Plugin"),
)


def _is_lacking(words: str) -> bool:
    """Whether the place lacks what the database needs, so that nothing is said about the set."""
    return any(word in words for word in _LACKS)


def room_kib(records: Sequence[ObjectRecord]) -> str:
    """Return what a drill needs on disk: dump, tables, indexes and a server's own files."""
    needed = sum(record.stored.plain_bytes + size_restored(record) for record in records)
    return str(needed // 1024 + 300 * 1024)


def size_restored(record: ObjectRecord) -> int:
    """Return what a database takes on disk: as at its source, or else as dumps usually grow."""
    return max(record.held_bytes or 0, 3 * record.stored.plain_bytes)
