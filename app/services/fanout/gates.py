"""Look at the health of some hosts of a fleet, and hold it against what it was before."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.change import Change
from app.domain.health import (
    COUNTED,
    CheckDifference,
    Difference,
    Health,
    HealthReport,
    Phase,
    differences,
)
from app.domain.ids import HostId
from app.i18n import _, ngettext
from app.services.fanout.checks import Checks
from app.services.host.health import Checking, CheckRequest, summary_of
from app.tasks import TaskContext

_NAMED = 3
"""Hosts that a sentence names; more are counted."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether the next batch may begin, and the sentence that says why."""

    passes: bool
    text: str


def check_gate(
    change: Change,
    hosts: Sequence[HostId],
    *,
    touched: bool,
    checking: Checking,
    context: TaskContext,
) -> Gate:
    """Check hosts and record the reports; afterwards none may be worse than it was before.

    Without ``touched`` it is the look before, which only something critical fails. A host that
    cannot be checked, or was not before, does not pass.

    Raises:
        TaskCancelled: A stop was asked for.
    """
    with checking.desk.new_uow() as uow:
        known = [uow.hosts.get(host) for host in hosts]
        earlier = uow.health.list(change=change.id)
    phase = Phase.AFTER if touched else Phase.BEFORE
    checks = Checks(known, CheckRequest(phase, change.id), checking)
    checks.carry_on(checks.plan(), context)
    context.wait(0)
    bad = []
    for host in known:
        if (error := checks.errors.get(host.id)) is not None:
            bad.append(
                _("{host} could not be checked: {why}").format(host=host.name, why=error.text)
            )
            continue
        report = checks.reports[host.id]
        why = _worse(report, _before(earlier, host.id)) if touched else _critical(report)
        if why:
            bad.append(_("{host}: {why}").format(host=host.name, why=why))
    n = len(known)
    if not bad:
        good = ngettext(
            "{n} host is no worse than before.", "{n} hosts are no worse than before.", n
        ) if touched else ngettext(
            "{n} host checked, nothing critical.", "{n} hosts checked, nothing critical.", n
        )  # fmt: skip
        return Gate(True, good.format(n=n))
    more = len(bad) - _NAMED
    rest = ngettext("{n} more host", "{n} more hosts", more).format(n=more) if more > 0 else ""
    return Gate(False, "; ".join([*bad[:_NAMED], *([rest] if rest else [])]))


def _before(reports: Sequence[HealthReport], host: HostId) -> HealthReport | None:
    """Return the last look at a host before anything was done to it."""
    fitting = [item for item in reports if item.host == host and item.phase is Phase.BEFORE]
    return max(fitting, key=lambda item: item.started_at, default=None)


def _critical(report: HealthReport) -> str:
    return summary_of(report) if report.worst is Health.CRITICAL else ""


def _worse(after: HealthReport, before: HealthReport | None) -> str:
    """Say what is worse than before, "" for nothing."""
    if before is None:
        return _("was never checked before")
    found = [item for item in differences(before, after) if _counts(item)]
    return ", ".join(_named(item) for item in found[:_NAMED])


def _counts(item: CheckDifference) -> bool:
    """Whether a difference holds the next batch: a worse grade, a fault, a restart, a thing gone.

    A figure that moved within its grade is a figure, not a finding: the first minutes after a
    restart are never quiet.
    """
    if item.difference is Difference.GONE:
        return True
    if item.difference is not Difference.WORSE or item.before is None or item.after is None:
        return False
    graded = item.after.health > item.before.health
    return graded or bool(item.came) or item.after.unit in COUNTED


def _named(item: CheckDifference) -> str:
    what = f"{item.title} {item.item}".strip()
    if item.after is None:
        return _("{check} is gone").format(check=what)
    return f"{what}: {item.after.summary}"
