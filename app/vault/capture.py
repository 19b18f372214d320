"""Taking one object of a set: one producer of a host, its stream, and how it ended."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from threading import Lock
from time import monotonic

from app.domain.backup import CaptureState, SourceKind, StoredObject
from app.errors import RemoteError, VaultDamaged
from app.services.ports.world import Remote, RemoteStream
from app.tasks import TaskContext
from app.vault.databases.tally import tables_of
from app.vault.dialogue import Payload, new_nonce
from app.vault.format import ObjectRecord, sha256
from app.vault.formats import Format, FormatError
from app.vault.journal import Journal, SpoolJob
from app.vault.judging import Ending, judge
from app.vault.lanes import Stopped
from app.vault.producer import Abilities, Judgement, Producer
from app.vault.seal import SealedWriter
from app.vault.setwriter import SetWriter
from app.vault.spool import Spooling, spooled

TOOLS: dict[SourceKind, tuple[str, ...]] = {
    SourceKind.FILES: ("tar",),
    SourceKind.SQLITE: ("sqlite3",),
    SourceKind.POSTGRESQL: ("pg_dump",),
    SourceKind.MYSQL: ("mariadb-dump", "mysqldump"),
    SourceKind.MONGODB: ("mongodump",),
    SourceKind.REDIS: ("redis-cli", "redis-server"),
    SourceKind.FACTS: (),
    SourceKind.EXTERNAL: (),
}
"""The tools whose versions a set remembers."""

_FINISH_S = 60.0


@dataclass
class Meter:
    """Counts bytes over all objects of a set and reports them; objects may be taken side by side.

    ``total_bytes`` is what they will be together, None while that is not known.
    """

    context: TaskContext
    total_bytes: int | None = None
    done_bytes: int = 0
    stopped: bool = False
    _lock: Lock = field(default_factory=Lock)

    def add(self, count: int, text: str) -> None:
        """Note bytes that arrived; raises TaskCancelled after a stop, Stopped beside trouble."""
        if self.stopped:
            raise Stopped
        with self._lock:
            self.done_bytes += count
            total = self.total_bytes
            if total is not None and total < self.done_bytes:
                total = None
            self.context.progress(self.done_bytes, total, text)

    def stop(self) -> None:
        """Let whoever notes bytes next end."""
        self.stopped = True


@dataclass(frozen=True)
class Order:
    """One object to capture: its number in the set, what makes it, and where that runs."""

    number: int
    producer: Producer
    remote: Remote
    able: Abilities
    prefix: str = ""
    """The host's name, in the names of files of a set of several."""
    expected_bytes: int = 0
    """What the whole host may hold."""
    as_root: bool = False
    """Whether ``remote`` is root's, although the account is not."""

    @property
    def title(self) -> str:
        """What is taken, and where there are several of which host."""
        title = self.producer.title
        return f"{self.remote.host.name}: {title}" if self.prefix else title


@dataclass(frozen=True, slots=True)
class Capturing:
    """What the producers of one set work with."""

    place: SetWriter
    meter: Meter
    journal: Journal


def capture_object(order: Order, work: Capturing) -> ObjectRecord:
    """Run one producer and keep its stream; a failed one leaves a record, but no object.

    Raises:
        RemoteError: The link broke or the host fell silent.
        DiskFull: There is no room left here.
        TaskCancelled: A stop was asked for.
    """
    started_s, place = monotonic(), work.place
    producer, label = order.producer, f"{order.number:02d}"
    name = f"{label}-{order.prefix}{producer.stem}.{producer.suffix}.zst.age"
    with ExitStack() as streams:
        out = streams.enter_context(place.open_object(name, packed=producer.packed))
        index = streams.enter_context(place.open_index(label)) if producer.has_index else None
        way = _way(order, work.journal)
        ending, members = _receive(way, work.meter, out, index)
        judgement = _judged(way, ending)
        log_bytes, log_sha256 = place.keep_log(label, ending.stderr)
        record = ObjectRecord(
            stored=_describe(order, name, judgement, ending),
            source=producer.source,
            end_seen=ending.control is not None and not ending.problem,
            duration_s=0.0,
            tools=_tools(producer, order.able),
            log_bytes=log_bytes,
            log_sha256=log_sha256,
            tables=tables_of(producer.kind, ending),
            held_bytes=(ending.control or {}).get("held"),
        )
        if judgement.state is not CaptureState.FAILED:
            record = _commit(record, place, out, index, members)
    return replace(record, duration_s=round(monotonic() - started_s, 3))


@dataclass(frozen=True, slots=True)
class _Way:
    """How a producer's output comes here: as it is made, or by way of a job on the host."""

    order: Order
    nonce: str
    job: SpoolJob | None = None
    known: bool = False


def _way(order: Order, journal: Journal) -> _Way:
    """Choose the way; a job is noted here before the host hears of it."""
    producer = order.producer
    if not producer.source.spool or producer.stdin is not None:
        return _Way(order, new_nonce())
    job, known = journal.job_for(order.number, producer, order.remote, as_root=order.as_root)
    return _Way(order, job.nonce, job, known)


def _judged(way: _Way, ending: Ending) -> Judgement:
    """Judge an object; one that was written for a program that ended meanwhile says so."""
    judgement = judge(way.order.producer, ending)
    if not way.known or way.job is None or judgement.state is CaptureState.FAILED:
        return judgement
    note = (
        f"The program was closed or cut off meanwhile. The host wrote this from "
        f"{way.job.noted_at:%Y-%m-%d %H:%M} UTC on; it was fetched later."
    )
    state = judgement.state
    state = CaptureState.WITH_WARNINGS if state is CaptureState.CAPTURED else state
    return Judgement(state, (note, *judgement.warnings))


def _receive(
    way: _Way, meter: Meter, out: SealedWriter, index: SealedWriter | None
) -> tuple[Ending, int]:
    """Take in one stream; return how it ended and how many members it held."""
    producer, nonce = way.order.producer, way.nonce
    format_ = producer.new_format(nonce, index)
    received = 0
    problem, exit_code, members = "", None, 0
    try:
        with _opened(way, meter.context) as stream:
            if producer.stdin is not None:
                stream.write(producer.stdin)
                stream.close_stdin()
            payload = None
            try:
                payload = Payload(stream, nonce)
                for data in out.take_from(payload):
                    received += len(data)
                    format_.feed(data)
                    meter.add(len(data), way.order.title)
                problem, members = _end_of(format_) if payload.began else ("No data came.", 0)
            except FormatError as error:
                problem = str(error)
            except VaultDamaged as error:
                problem = error.text
            if payload is not None and payload.ended:
                exit_code = stream.finish(_FINISH_S)
            stderr = stream.stderr()
    except RemoteError as error:
        error.host, error.step = way.order.remote.host.name, f"backup of {producer.title}"
        raise
    return Ending(exit_code, stderr, nonce, received, problem, members), members


def _opened(way: _Way, context: TaskContext) -> AbstractContextManager[RemoteStream]:
    """Return the producer's output: as it comes, or by way of the server's own disk."""
    order, producer = way.order, way.order.producer
    if way.job is not None:
        what = Spooling(producer, way.job, way.known, order.expected_bytes, context)
        return spooled(order.remote, what)
    return order.remote.stream(
        producer.script, way.nonce, *producer.arguments, idle_s=producer.idle_s
    )


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


def _describe(order: Order, name: str, judgement: Judgement, ending: Ending) -> StoredObject:
    producer, control = order.producer, ending.control or {}
    codes = {name: control[name] for name in producer.names if name in control}
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
        host=producer.source.host,
        host_name=order.remote.host.name,
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
