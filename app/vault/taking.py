"""Taking a whole set of one host: ask, look for room, capture, seal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from app import __version__
from app.domain.backup import BackupSource, CaptureState, SourceKind
from app.errors import BackupFailed
from app.services.ports import Remote
from app.services.ports_vault import CaptureRequest
from app.tasks import TaskContext
from app.vault import locks
from app.vault.capture import Capturing, Meter, capture_object, state_of
from app.vault.core import Core
from app.vault.dialogue import estimate_bytes, probe
from app.vault.format import ENGINE, FORMAT, HostRecord, Manifest, ObjectRecord
from app.vault.journal import Journal
from app.vault.layout import disk_full, free_bytes
from app.vault.notes import SealedSet, load_set
from app.vault.producer import Abilities, check_path
from app.vault.producers import producers_of
from app.vault.restoring.plan import plan_of, text_of
from app.vault.setwriter import SetWriter

SPARE_BYTES = 16 << 20
"""What must stay free beside the estimate."""


@dataclass(frozen=True, slots=True)
class _Start:
    """What was known before the first byte."""

    at: datetime
    monotonic_s: float
    able: Abilities
    clock_skew_s: float | None
    estimate_bytes: int | None


def take_set(
    core: Core, request: CaptureRequest, remote: Remote, context: TaskContext
) -> SealedSet:
    """Take and seal one set; see `app.services.ports_vault.Vault.capture`."""
    core.keys.sign(b"")  # without the signing key nothing may even be started
    busy = f"A backup of {request.host.name} is running already."
    with locks.hold(core.layout.host_lock(request.host.id), what=busy):
        start = _begin(core, request, remote)
        producers = producers_of(
            request.sources, start.able, lambda source: core.password_of(source.secret)
        )
        journal = Journal(core, request, start.at)
        start = replace(start, at=journal.note.at)
        with _followed(journal, remote, context), _new_set(core, request, start.at) as place:
            work = Capturing(
                remote, place, start.able, Meter(context, start.estimate_bytes), journal
            )
            records = [
                capture_object(producer, number, work)
                for number, producer in enumerate(producers, start=1)
            ]
            _refuse_if_empty(request, records)
            manifest = _manifest(core, request, remote, start, records)
            plan_sha256 = place.keep_plan(text_of(manifest.host, manifest.plan))
            place.seal(replace(manifest, plan_sha256=plan_sha256))
        return load_set(core, place.folder)


@contextmanager
def _followed(journal: Journal, remote: Remote, context: TaskContext) -> Iterator[None]:
    """Clear away on the host what the set needed there, unless it goes on to be finished later."""
    try:
        yield
    except BaseException as error:
        journal.let_go(remote, error, context)
        raise
    journal.clear(remote)


def _begin(core: Core, request: CaptureRequest, remote: Remote) -> _Start:
    """Ask the server what it can do and look for room here; raises DiskFull."""
    at, monotonic_s = core.clock.now(), monotonic()
    able = probe(remote)
    paths = [check_path(p) for source in request.sources for p in (*source.paths, *_file(source))]
    estimate = estimate_bytes(remote, paths)
    needed = (estimate or 0) + SPARE_BYTES
    if free_bytes(core.layout.root) < needed:
        raise disk_full(core.layout.root, needed)
    skew = None if able.clock is None else round(able.clock - at.timestamp(), 1)
    return _Start(at, monotonic_s, able, skew, estimate)


def _file(source: BackupSource) -> tuple[str, ...]:
    return (source.database,) if source.kind is SourceKind.SQLITE else ()


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


def _refuse_if_empty(request: CaptureRequest, records: list[ObjectRecord]) -> None:
    """Raise BackupFailed unless one source at least was captured; facts alone do not count."""
    wanted = [r for r in records if r.stored.kind is not SourceKind.FACTS] or records
    failed = [r.stored for r in wanted if r.stored.state is CaptureState.FAILED]
    hit = [r.source for r in wanted if r.stored.state is CaptureState.FAILED]
    if all(record.source in hit for record in wanted):
        told = "; ".join(f"{item.title}: {' '.join(item.warnings[:2])}" for item in failed)
        raise BackupFailed(
            f"Nothing could be captured, so nothing was sealed. {told}",
            hint="Mend the cause on the server, then take the backup again.",
            host=request.host.name,
            step="backup",
        )


def _manifest(
    core: Core, request: CaptureRequest, remote: Remote, start: _Start, records: list[ObjectRecord]
) -> Manifest:
    host = _host_record(request, remote, start)
    return Manifest(
        format=FORMAT,
        engine=ENGINE,
        app_version=__version__,
        vault=core.record.id,
        set=request.set,
        change=request.change,
        host=host,
        by=request.by,
        started_at=start.at,
        sealed_at=core.clock.now(),
        duration_s=round(monotonic() - start.monotonic_s, 3),
        estimate_bytes=start.estimate_bytes,
        plain_bytes=sum(r.stored.plain_bytes for r in records),
        stored_bytes=sum(r.stored.stored_bytes for r in records),
        state=state_of(records),
        objects=tuple(records),
        plan=plan_of(host, [r for r in records if r.stored.state is not CaptureState.FAILED]),
    )


def _host_record(request: CaptureRequest, remote: Remote, start: _Start) -> HostRecord:
    host = request.host
    return HostRecord(
        id=host.id,
        name=host.name,
        address=host.address,
        port=host.port,
        key_sha256=remote.server_key().sha256,
        machine_id=start.able.machine_id,
        boot_id=start.able.boot_id,
        clock_skew_s=start.clock_skew_s,
    )
