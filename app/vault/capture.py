"""Taking one set: every producer of a host, one after the other, each into its own object."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from time import monotonic

from app.domain.backup import CaptureState, SourceKind, StoredObject
from app.errors import RemoteError, VaultDamaged
from app.services.ports import Remote, RemoteStream
from app.tasks import TaskContext
from app.vault.databases.tally import tables_of
from app.vault.dialogue import Payload, new_nonce
from app.vault.format import ObjectRecord, sha256
from app.vault.formats import Format, FormatError
from app.vault.judging import Ending, judge
from app.vault.producer import Abilities, Judgement, Producer
from app.vault.seal import SealedWriter
from app.vault.setwriter import SetWriter
from app.vault.spool import spooled

TOOLS: dict[SourceKind, tuple[str, ...]] = {
    SourceKind.FILES: ("tar",),
    SourceKind.SQLITE: ("sqlite3",),
    SourceKind.POSTGRESQL: ("pg_dump",),
    SourceKind.MYSQL: ("mariadb-dump", "mysqldump"),
    SourceKind.MONGODB: ("mongodump",),
    SourceKind.REDIS: ("redis-cli", "redis-server"),
    SourceKind.FACTS: (),
}
"""The tools whose versions a set remembers."""

_FINISH_S = 60.0


@dataclass
class Meter:
    """Counts bytes over all objects of a set and reports them."""

    context: TaskContext
    total_bytes: int | None
    text: str = ""
    done_bytes: int = 0

    def add(self, count: int) -> None:
        """Note bytes that arrived; raises TaskCancelled after a stop."""
        self.done_bytes += count
        total = self.total_bytes
        if total is not None and total < self.done_bytes:
            total = None
        self.context.progress(self.done_bytes, total, self.text)


def capture_object(
    producer: Producer, number: int, remote: Remote, place: SetWriter, able: Abilities, meter: Meter
) -> ObjectRecord:
    """Run one producer and keep its stream; a failed one leaves a record, but no object.

    Raises:
        RemoteError: The link broke or the host fell silent.
        DiskFull: There is no room left here.
        TaskCancelled: A stop was asked for.
    """
    started_s = monotonic()
    label = f"{number:02d}"
    name = f"{label}-{producer.stem}.{producer.suffix}.zst.age"
    meter.text = producer.title
    with ExitStack() as streams:
        out = streams.enter_context(place.open_object(name, packed=producer.packed))
        index = streams.enter_context(place.open_index(label)) if producer.has_index else None
        ending, members = _receive(producer, remote, out, index, meter)
        judgement = judge(producer, ending)
        log_bytes, log_sha256 = place.keep_log(label, ending.stderr)
        record = ObjectRecord(
            stored=_describe(producer, name, judgement, ending),
            source=producer.source,
            end_seen=ending.control is not None and not ending.problem,
            duration_s=0.0,
            tools=_tools(producer, able),
            log_bytes=log_bytes,
            log_sha256=log_sha256,
            tables=tables_of(producer.kind, ending),
        )
        if judgement.state is not CaptureState.FAILED:
            record = _commit(record, place, out, index, members)
    return replace(record, duration_s=round(monotonic() - started_s, 3))


def _receive(
    producer: Producer, remote: Remote, out: SealedWriter, index: SealedWriter | None, meter: Meter
) -> tuple[Ending, int]:
    """Take in one stream; return how it ended and how many members it held."""
    nonce = new_nonce()
    format_ = producer.new_format(nonce, index)
    received = 0
    problem, exit_code, members = "", None, 0
    try:
        with _opened(producer, remote, nonce, meter) as stream:
            if producer.stdin is not None:
                stream.write(producer.stdin)
                stream.close_stdin()
            payload = None
            try:
                payload = Payload(stream, nonce)
                for data in out.take_from(payload):
                    received += len(data)
                    format_.feed(data)
                    meter.add(len(data))
                problem, members = _end_of(format_) if payload.began else ("No data came.", 0)
            except FormatError as error:
                problem = str(error)
            except VaultDamaged as error:
                problem = error.text
            if payload is not None and payload.ended:
                exit_code = stream.finish(_FINISH_S)
            stderr = stream.stderr()
    except RemoteError as error:
        error.host, error.step = remote.host.name, f"backup of {producer.title}"
        raise
    return Ending(exit_code, stderr, nonce, received, problem, members), members


def _opened(
    producer: Producer, remote: Remote, nonce: str, meter: Meter
) -> AbstractContextManager[RemoteStream]:
    """Return the producer's output: as it comes, or by way of the server's own disk."""
    if producer.source.spool and producer.stdin is None:
        return spooled(remote, producer, nonce, meter.total_bytes or 0, meter.context)
    return remote.stream(producer.script, nonce, *producer.arguments, idle_s=producer.idle_s)


def _end_of(format_: Format) -> tuple[str, int]:
    try:
        return "", format_.finish()
    except FormatError as error:
        return str(error), 0


def _commit(
    record: ObjectRecord,
    place: SetWriter,
    out: SealedWriter,
    index: SealedWriter | None,
    members: int,
) -> ObjectRecord:
    sealed = place.commit(out, record.stored.name)
    listed = place.commit(index, f"index of {record.stored.name}") if index is not None else None
    stored = replace(
        record.stored,
        members=members,
        plain_bytes=sealed.plain_bytes,
        plain_sha256=sealed.plain_sha256,
        stored_bytes=sealed.stored_bytes,
        stored_sha256=sealed.stored_sha256,
    )
    return replace(record, stored=stored, index=listed)


def _describe(producer: Producer, name: str, judgement: Judgement, ending: Ending) -> StoredObject:
    codes = dict(ending.control or {})
    if ending.exit_code is not None:
        codes["ssh"] = ending.exit_code
    return StoredObject(
        name=name,
        kind=producer.kind,
        title=producer.title,
        state=judgement.state,
        exit_codes=codes,
        warnings=judgement.warnings,
        command_sha256=sha256(producer.command.encode("utf-8", "surrogateescape")),
    )


def _tools(producer: Producer, able: Abilities) -> dict[str, str]:
    wanted = TOOLS[producer.kind]
    return {tool: able.versions[tool] for tool in wanted if tool in able.versions}


def state_of(records: list[ObjectRecord]) -> CaptureState:
    """Return the state of a whole set; a failed member makes it partial."""
    states = {record.stored.state for record in records}
    if states <= {CaptureState.CAPTURED}:
        return CaptureState.CAPTURED
    if states & {CaptureState.FAILED, CaptureState.PARTIAL}:
        return CaptureState.PARTIAL
    return CaptureState.WITH_WARNINGS
