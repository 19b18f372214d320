"""Taking a whole set of one or several hosts: ask, look for room, capture side by side, seal."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from time import monotonic

from app import __version__
from app.domain.backup import BackupSource, CaptureState, SourceKind
from app.errors import BackupFailed, RemoteError
from app.i18n import _
from app.services.ports.vault import CaptureRequest
from app.services.ports.world import Remote
from app.tasks import TaskContext
from app.vault import locks
from app.vault.capture import Capturing, Meter, Order, capture_object, state_of
from app.vault.core import Core
from app.vault.dialogue import probe
from app.vault.format import (
    ENGINE,
    FORMAT,
    FORMAT_OF_SEVERAL,
    HostRecord,
    Manifest,
    ObjectRecord,
)
from app.vault.journal import Journal
from app.vault.lanes import side_by_side
from app.vault.layout import disk_full, free_bytes
from app.vault.notes import SealedSet, load_set
from app.vault.producer import Abilities, file_stem
from app.vault.producers import Means, producers_of, with_facts
from app.vault.restoring.plan import plan_of, text_of
from app.vault.rights import Rights, estimate_bytes, rights_on
from app.vault.setwriter import SetWriter

SPARE_BYTES = 16 << 20
"""What must stay free beside the estimate."""


@dataclass(frozen=True, slots=True)
class _Start:
    """What was known of one host before its first byte."""

    remote: Remote
    sources: tuple[BackupSource, ...]
    able: Abilities
    rights: Rights
    clock_skew_s: float | None
    estimate_bytes: int | None


def take_set(
    core: Core, request: CaptureRequest, remotes: Sequence[Remote], context: TaskContext
) -> SealedSet:
    """Take and seal one set; see `app.services.ports.vault.Vault.capture`."""
    core.keys.sign(b"")  # without the signing key nothing may even be started
    with _locked(core, remotes):
        at, monotonic_s = core.clock.now(), monotonic()
        starts = side_by_side([partial(_begin, core, request, one) for one in remotes])
        total = _refuse_without_room(core, starts)
        orders = _orders(core, starts)
        journal = Journal(core, request, at)
        monotonic_s -= (at - journal.note.at).total_seconds()  # a program before us had begun it
        at = journal.note.at
        with _followed(journal, remotes, context), _new_set(core, request, at) as place:
            records = _capture(orders, Capturing(place, Meter(context, total), journal))
            for start in starts:
                _refuse_if_empty(start, records)
            manifest = Manifest(
                format=FORMAT if len(starts) == 1 else FORMAT_OF_SEVERAL,
                engine=ENGINE,
                app_version=__version__,
                vault=core.record.id,
                set=request.set,
                change=request.change,
                host=_host_record(starts[0]),
                by=request.by,
                started_at=at,
                sealed_at=core.clock.now(),
                duration_s=round(monotonic() - monotonic_s, 3),
                estimate_bytes=total,
                plain_bytes=sum(r.stored.plain_bytes for r in records),
                stored_bytes=sum(r.stored.stored_bytes for r in records),
                state=state_of(records),
                objects=tuple(records),
                others=tuple(_host_record(start) for start in starts[1:]),
            )
            _seal(manifest, place)
        return load_set(core, place.folder)


@contextmanager
def _followed(journal: Journal, remotes: Sequence[Remote], context: TaskContext) -> Iterator[None]:
    """Clear away on the hosts what the set needed there, unless it is to be finished later."""
    try:
        yield
    except BaseException as error:
        journal.let_go(remotes, error, context)
        raise
    journal.clear(remotes)


@contextmanager
def _locked(core: Core, remotes: Sequence[Remote]) -> Iterator[None]:
    """Hold the locks of all hosts, always in the same order."""
    with ExitStack() as stack:
        for host in sorted((remote.host for remote in remotes), key=lambda host: host.id):
            busy = _("A backup of {host} is running already.").format(host=host.name)
            stack.enter_context(locks.hold(core.layout.host_lock(host.id), what=busy))
        yield


def _begin(core: Core, request: CaptureRequest, remote: Remote) -> _Start:
    """Ask a server what it can do and how much there is; raises RemoteError."""
    sources, asked_at = with_facts(request.of_host(remote.host.id)), core.clock.now()
    try:
        able = probe(remote)
        rights = rights_on(remote, sources)
        rights.require(sources)
        estimate = estimate_bytes(rights, sources)
    except RemoteError as error:
        error.host, error.step = error.host or remote.host.name, error.step or "backup"
        raise
    skew = None if able.clock is None else round(able.clock - asked_at.timestamp(), 1)
    return _Start(remote, sources, able, rights, skew, estimate)


def _refuse_without_room(core: Core, starts: Sequence[_Start]) -> int | None:
    """Return what all hosts together may hold, None if one did not say; raises DiskFull."""
    known = [start.estimate_bytes for start in starts if start.estimate_bytes is not None]
    needed = sum(known) + SPARE_BYTES
    if free_bytes(core.layout.root) < needed:
        raise disk_full(core.layout.root, needed)
    return sum(known) if len(known) == len(starts) else None


def _orders(core: Core, starts: Sequence[_Start]) -> list[Order]:
    """Number what must run, host by host."""
    orders: list[Order] = []
    for start in starts:
        prefix = f"{file_stem(start.remote.host.name)}-" if len(starts) > 1 else ""
        means = Means(lambda source: core.password_of(source.secret), start.rights)
        for producer in producers_of(start.sources, start.able, means):
            remote = start.rights.remote_of(producer.source)
            orders.append(
                Order(
                    len(orders) + 1, producer, remote, start.able, prefix,
                    start.estimate_bytes or 0, remote is not start.remote,
                )
            )  # fmt: skip
    return orders


def _capture(orders: Sequence[Order], work: Capturing) -> list[ObjectRecord]:
    """Capture host beside host, and the facts of each beside what else there is of it.

    Not beside what goes by the host's own disk: that outlives a cut link, and facts do not.
    """
    spooling = {order.remote.host.id for order in orders if order.producer.source.spool}
    lanes: dict[tuple[str, bool], list[Order]] = {}
    for order in orders:
        host, kind = order.remote.host.id, order.producer.kind
        beside = kind is SourceKind.FACTS and host not in spooling
        lanes.setdefault((host, beside), []).append(order)

    def go(lane: Sequence[Order]) -> list[ObjectRecord]:
        return [capture_object(order, work) for order in lane]

    done = side_by_side([partial(go, lane) for lane in lanes.values()], work.meter.stop)
    return sorted((r for records in done for r in records), key=lambda r: int(r.number))


def _seal(manifest: Manifest, place: SetWriter) -> None:
    """Make the restore plan of every host, and write the manifest last of all."""
    plans = []
    for host in manifest.hosts:
        captured = manifest.part(host.id).captured
        plans.append((host, plan_of(host, captured)))
    plan_sha256 = place.keep_plan("\n".join(text_of(host, steps) for host, steps in plans))
    steps = tuple(step for _host, steps in plans for step in steps)
    place.seal(replace(manifest, plan=steps, plan_sha256=plan_sha256))


@contextmanager
def _new_set(core: Core, request: CaptureRequest, at: datetime) -> Iterator[SetWriter]:
    """Give the folder of a new set; unless it was sealed, nothing of it stays."""
    with locks.hold_new(core.layout.work_lock(request.set)):
        place = SetWriter(core, core.layout.set_dir(request.set, at.year))
        try:
            yield place
        except BaseException:
            place.abandon()
            raise


def _refuse_if_empty(start: _Start, records: Sequence[ObjectRecord]) -> None:
    """Raise BackupFailed unless one source of a host was captured; facts alone do not count."""
    host = start.remote.host
    own = [r for r in records if r.source.host == host.id]
    wanted = [r for r in own if r.stored.kind is not SourceKind.FACTS] or own
    failed = [r.stored for r in wanted if r.stored.state is CaptureState.FAILED]
    hit = [r.source for r in wanted if r.stored.state is CaptureState.FAILED]
    if all(record.source in hit for record in wanted):
        told = "; ".join(f"{item.title}: {' '.join(item.warnings[:2])}" for item in failed)
        raise BackupFailed(
            _("Nothing could be captured, so nothing was sealed. {told}").format(told=told),
            hint=_("Mend the cause on the server, then take the backup again."),
            host=host.name,
            step="backup",
        )


def _host_record(start: _Start) -> HostRecord:
    host = start.remote.host
    return HostRecord(
        id=host.id,
        name=host.name,
        address=host.address,
        port=host.port,
        key_sha256=start.remote.server_key().sha256,
        machine_id=start.able.machine_id,
        boot_id=start.able.boot_id,
        clock_skew_s=start.clock_skew_s,
    )
