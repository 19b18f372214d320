"""Check the health of hosts: one round trip each, judged and recorded."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Protocol

from app.domain.event import Actor, NewEvent
from app.domain.health import CheckResult, Health, HealthReport, Phase, Reading
from app.domain.host import Host, Stage
from app.domain.ids import ChangeId, HealthId, new_id
from app.errors import TimedOut
from app.i18n import _, ngettext
from app.redaction import without_secrets
from app.services.change.changes import Desk
from app.services.ports.world import Clock, Remote, Remotes
from app.tasks import TaskContext

LIMIT_S = 60.0
_SKEW_WARN_S, _SKEW_FAIL_S = 2.0, 60.0
CLOCK, BOOT = "time.skew", "sys.boot"


class HealthProbes(Protocol):
    """The catalogue of checks."""

    def script(self, host: Host, nonce: str) -> str:
        """Return the script for a host; its answers are framed by the nonce."""
        ...

    def read(self, host: Host, output: bytes, nonce: str) -> tuple[CheckResult, ...]:
        """Turn the script's output into results."""
        ...


@dataclass(frozen=True, slots=True)
class Checking:
    """The collaborators of health checks."""

    desk: Desk
    remotes: Remotes
    probes: HealthProbes
    at_once: int = 256
    """How many hosts are looked at at the same time; their connections come more slowly.

    Each of them rests for the second between two looks at its processors: too few at once, and
    both ends of all the connections have nothing to do meanwhile.
    """


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Which check this is: of which change, if any, and when."""

    phase: Phase = Phase.AD_HOC
    change: ChangeId | None = None


def check_host(
    remote: Remote,
    probes: HealthProbes,
    request: CheckRequest,
    *,
    clock: Clock,
    context: TaskContext,
    by: str = "",
) -> HealthReport:
    """Run every probe that fits a host in one script and judge what came back.

    When the time limit runs out, the checks that had answered by then count; the rest is unknown.

    Raises:
        RemoteError: The host could not be used; no report is made then.
        TaskCancelled: A stop was asked for.
    """
    host, nonce = remote.host, secrets.token_hex(12)
    remote.server_key(context)  # logs in, so that this is not timed below
    heard = _Heard(clock)
    started = clock.now()
    try:
        remote.run(
            probes.script(host, nonce), limit_s=LIMIT_S, on_output=heard.note, context=context
        )
    except TimedOut as error:
        if error.step != Stage.COMMAND or not heard.output:
            raise
    found = _without_secrets(probes.read(host, heard.output, nonce))
    report = HealthReport(
        id=HealthId(new_id()),
        change=request.change,
        host=host.id,
        host_name=host.name,
        phase=request.phase,
        started_at=started,
        ended_at=clock.now(),
        results=found,
        boot_id=_boot_id(found),
        by=by,
    )
    skew = _skew(found, started, heard.clock_at or clock.now())
    return _with_skew(report, *skew) if skew else report


def _without_secrets(found: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """Return readings as they may be kept and shown; one look at all of them tells most apart."""
    texts = "\n".join(text for r in found for text in (r.item, r.reading.summary, *r.reading.items))
    if without_secrets(texts) == texts:
        return found
    return tuple(
        replace(
            result,
            item=without_secrets(result.item),
            reading=replace(
                result.reading,
                summary=without_secrets(result.reading.summary),
                items=tuple(map(without_secrets, result.reading.items)),
            ),
        )
        for result in found
    )


class _Heard:
    """Collects the answers, and notes when the one came that holds the host's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._parts: list[bytes] = []
        self.clock_at: datetime | None = None

    def note(self, stream: str, data: bytes) -> None:
        """Keep a piece of output."""
        if stream != "stdout":
            return
        self._parts.append(data)
        if self.clock_at is None and CLOCK.encode() in data:
            self.clock_at = self._clock.now()

    @property
    def output(self) -> bytes:
        """Everything that has come so far."""
        return b"".join(self._parts)


def _skew(
    found: Sequence[CheckResult], sent: datetime, answered: datetime
) -> tuple[float, float] | None:
    """Return how far the host's clock is ahead of ours, and half the round trip, in seconds."""
    reading = next((r.reading for r in found if r.check == CLOCK), None)
    if reading is None or reading.value is None:
        return None
    middle_s = (sent.timestamp() + answered.timestamp()) / 2
    return reading.value - middle_s, (answered - sent).total_seconds() / 2


def _with_skew(report: HealthReport, skew_s: float, error_s: float) -> HealthReport:
    off_s = max(0.0, abs(skew_s) - error_s)
    health = (
        Health.CRITICAL
        if off_s > _SKEW_FAIL_S
        else Health.WARNING
        if off_s > _SKEW_WARN_S
        else Health.OK
    )
    text = _("{skew:+.2f} s, known to ± {error:.2f} s").format(skew=skew_s, error=error_s)
    reading = Reading(health, text, abs(skew_s), "s")
    results = tuple(
        replace(item, reading=reading) if item.check == CLOCK else item for item in report.results
    )
    return replace(report, results=results, skew_s=skew_s, skew_error_s=error_s)


def _boot_id(found: Sequence[CheckResult]) -> str:
    items = next((r.reading.items for r in found if r.check == BOOT), ())
    return items[0].removeprefix("boot ") if items else ""


class Recorder:
    """Records reports of many hosts, with one commit for all that have come meanwhile.

    Each caller waits until its own report is on disk. A slow disk then delays a fleet by a few
    commits instead of one for each host, and nobody waits in vain for the turn to write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: list[_Kept] = []
        self._adding, self._writing = Lock(), Lock()

    @property
    def waiting(self) -> int:
        """How many reports wait for the next commit."""
        with self._adding:
            return len(self._waiting)

    def keep(self, report: HealthReport) -> None:
        """Record a report with its log entry; raises StoreError, Busy."""
        kept = _Kept(report)
        with self._adding:
            self._waiting.append(kept)
        with self._writing:
            if not kept.over:
                self._write_all()
        if kept.error is not None:
            raise kept.error

    def _write_all(self) -> None:
        with self._adding:
            batch, self._waiting = self._waiting, []
        try:
            with self._desk.new_uow() as uow:
                for kept in batch:
                    uow.health.add(kept.report)
                    uow.log.append(_checked(kept.report))
                uow.commit()
        except BaseException as error:  # noqa: BLE001 - told to all whose report it was
            for kept in batch:
                kept.error = error
        for kept in batch:
            kept.over = True


@dataclass(slots=True)
class _Kept:
    """A report on its way to the disk."""

    report: HealthReport
    over: bool = False
    error: BaseException | None = None


def _checked(report: HealthReport) -> NewEvent:
    text = _("Checked {host} ({phase}): {summary}").format(
        host=report.host_name, phase=report.phase.value, summary=summary_of(report)
    )
    return NewEvent("health.checked", text, report.change or "", (report.id,), actor=Actor.SYSTEM)


def check_and_record(
    host: Host,
    request: CheckRequest,
    *,
    checking: Checking,
    context: TaskContext,
    recorder: Recorder | None = None,
) -> HealthReport:
    """Check one host and record the report; raises RemoteError, StoreError.

    Whoever checks many hosts at once shares one ``recorder`` among them.
    """
    desk = checking.desk
    report = check_host(
        checking.remotes.open(host),
        checking.probes,
        request,
        clock=desk.clock,
        context=context,
        by=desk.actor,
    )
    (recorder or Recorder(desk)).keep(report)
    return report


def summary_of(report: HealthReport) -> str:
    """Return the counts of a report in words, such as ``12 OK, 1 warning, 2 unknown``."""
    words = {
        Health.OK: _("{n} OK"),
        Health.WARNING: ngettext("{n} warning", "{n} warnings", report.count(Health.WARNING)),
        Health.CRITICAL: _("{n} critical"),
        Health.UNKNOWN: _("{n} unknown"),
    }
    counts = [(health, report.count(health)) for health in Health]
    return ", ".join(words[health].format(n=n) for health, n in counts if n)
