"""Scheduled: everything that must be there before the first step."""

from collections.abc import Iterator
from datetime import timedelta

from app.domain.change import Change
from app.domain.health import Health, HealthReport, Phase, newest_report
from app.domain.metric import WindowName
from app.domain.people import same_person
from app.domain.review import CHECKS_SEEN
from app.i18n import _, later
from app.services.backup.backup_gate import demand_of, gate_change
from app.services.change.transitions import Facts
from app.services.guards.agree import is_approved_by_others
from app.services.guards.base import hard, host_name, soft
from app.services.guards.measure import measured
from app.services.guards.plan import has_way_back, has_way_forward
from app.services.guards.time import no_active_freeze
from app.services.run.rollback import rollback_deadline


def window_is_open(change: Change, facts: Facts) -> str:
    """It is the agreed time."""
    if change.window is None:
        return _("No maintenance window")
    if facts.now in change.window.span:
        return ""
    before = facts.now < change.window.span.start
    return _("The window has not opened yet") if before else _("The window is over")


def time_for_a_way_back(change: Change, facts: Facts) -> str:
    """The work fits before the latest moment at which a roll-back can still start."""
    if change.window is None:
        return _("No maintenance window")
    deadline = rollback_deadline(change, facts.backups)
    planned_end = facts.now + timedelta(seconds=change.runbook.forward_estimate_s)
    if deadline is None or planned_end <= deadline:
        return ""
    return _("The runbook would end after the latest start of a roll-back")


def before_rollback_deadline(change: Change, facts: Facts) -> str:
    """There is still time to begin a roll-back."""
    deadline = rollback_deadline(change, facts.backups)
    if deadline is None or facts.now < deadline:
        return ""
    return _("The latest start of a roll-back has passed")


def backup_is_proven(change: Change, facts: Facts) -> str:
    """Every host is backed up, and all of it lies in a fresh set proven as the risk demands.

    Fresh means young enough, and begun after the last step of any change that may have altered
    the host.
    """
    if change.risk is None:
        return _("The risk is not assessed, so the needed backup level is not known")
    if not change.backup_plan:
        return _("The plan names nothing to back up")
    demand = demand_of(change, facts.settings.backup_age_h, facts.now, facts.work)
    for host, answer in gate_change(change, facts.backups, demand):
        if not answer.met:
            return f"{host_name(host, facts)}: {answer.sentence}"
    return ""


def checked_before(change: Change, facts: Facts) -> str:
    """Health was checked before, on every host."""
    for host in change.hosts:
        if newest_report(facts.health, str(host), Phase.BEFORE) is None:
            return _("No health check of {host} yet").format(host=host_name(host, facts))
    return ""


def checks_are_green(change: Change, facts: Facts) -> str:
    """The checks before could be read and found nothing critical."""
    found = []
    for report in _checks_before(change, facts):
        if all(item.reading.health is Health.UNKNOWN for item in report.results):
            found.append(
                _("The health check of {host} could not read anything").format(
                    host=report.host_name
                )
            )
        elif critical := _named(report, Health.CRITICAL):
            found.append(_("{host}: critical: {names}").format(
                host=report.host_name, names=critical
            ))  # fmt: skip
    return "; ".join(found)


def warnings_are_seen(change: Change, facts: Facts) -> str:
    """No check warns and every one could be read: what is unknown is never fine."""
    found = []
    for report in _checks_before(change, facts):
        parts = []
        if warned := _named(report, Health.WARNING):
            parts.append(_("warning: {names}").format(names=warned))
        if unread := _named(report, Health.UNKNOWN):
            parts.append(_("could not be read: {names}").format(names=unread))
        if parts:
            found.append(f"{report.host_name}: {'; '.join(parts)}")
    return ". ".join(found)


def _checks_before(change: Change, facts: Facts) -> Iterator[HealthReport]:
    """Yield the newest check of each host from before the work."""
    for host in change.hosts:
        report = newest_report(facts.health, str(host), Phase.BEFORE)
        if report is not None:
            yield report


def _named(report: HealthReport, health: Health) -> str:
    """Name the checks of a report that are in a state, all of them: whoever accepts sees each."""
    found = (item for item in report.results if item.reading.health is health)
    return ", ".join(f"{item.title} {item.item}".strip() for item in found)


def implementer_is_named(change: Change, _facts: Facts) -> str:
    """Somebody answers for the work, so that nobody approves their own."""
    return "" if change.implementer.strip() else _("Nobody is named")


def starter_is_another(change: Change, facts: Facts) -> str:
    """Whoever lets the work begin without a proven backup does not begin it."""
    waived = [item for item in change.counted_overrides if item.guard == "backup"]
    if not waived or not same_person(waived[-1].by, facts.actor):
        return ""
    if not backup_is_proven(change, facts):
        return ""
    return _("{name} goes without a proven backup, so somebody else starts the work").format(
        name=facts.actor
    )


def contacts_confirmed(change: Change, _facts: Facts) -> str:
    """Somebody is named to be reached, and everybody who is has said so."""
    if not change.contacts:
        return _("Nobody is named, so nobody can be reached while the work runs")
    silent = [person.name for person in change.contacts if person.confirmed_at is None]
    return _("Not confirmed: {names}").format(names=", ".join(silent)) if silent else ""


IMPLEMENTER = hard("implementer", later("Implementer"), implementer_is_named)
PROVEN = (
    soft("backup", later("Backup proven"), backup_is_proven),
    hard("starter", later("Started by somebody else"), starter_is_another),
)
READY = (
    hard("approved", later("Approval"), is_approved_by_others),
    IMPLEMENTER,
    soft("window_open", later("Window open"), window_is_open),
    soft("freeze_now", later("No freeze"), no_active_freeze),
    *PROVEN,
    hard("checked", later("Health checked before"), checked_before),
    soft("checks_green", later("Nothing critical"), checks_are_green),
    soft(CHECKS_SEEN, later("Checks green or acknowledged"), warnings_are_seen),
    soft(
        "baseline",
        later("Baseline measured"),
        measured(WindowName.BEFORE, later("Too few samples before")),
    ),
    hard("way_back", later("Time for a way back"), time_for_a_way_back),
    hard("contacts", later("Contacts reachable"), contacts_confirmed),
)
AT_ONCE = (
    IMPLEMENTER,
    hard("plan_forward", later("Runbook"), has_way_forward),
    soft("plan_back", later("Way back"), has_way_back),
    soft("freeze_now", later("No freeze"), no_active_freeze),
    *PROVEN,
    soft("checked", later("Health checked before"), checked_before),
)
"""What an emergency needs to begin before its approval: work first, decide and review after."""
