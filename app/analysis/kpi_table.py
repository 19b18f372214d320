"""The key figures of a period, each with its definition; pure functions over a sample.

Denominators are changes closed in the period; canceled ones are left out. Durations are told as
median and 90th percentile. Rehearsals and dry runs are in no figure: cases are made of live runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.analysis.kpi import implemented, rate, spread
from app.analysis.service_hours import availability, downtime
from app.domain.change import ChangeType
from app.domain.kpi import Amount, Case, Measure, Part, Rate, Sample, Spread
from app.domain.outage import OutageKind
from app.domain.review import CloseCode
from app.i18n import later

GRAVE = 2
"""Incidents of priority 1 and 2 need somebody at once."""


class KpiGroup(StrEnum):
    """Under which heading a figure stands."""

    OUTCOME = "outcome"
    PROCESS = "process"
    DELIVERY = "delivery"
    """The five measures of DORA."""
    TIME = "time"
    SERVICE = "service"
    BACKLOG = "backlog"


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure: its name, what it counts, and where the definition comes from.

    ``higher`` says which way is better; None where neither is.
    """

    id: str
    group: KpiGroup
    title: str
    text: str
    measure: Callable[[Sample], Measure]
    higher: bool | None = None
    source: str = ""


def _work_time(case: Case) -> float | None:
    if case.work_start is None or case.work_end is None:
        return None
    return (case.work_end - case.work_start).total_seconds()


def _needed_hands(case: Case) -> bool:
    """Whether somebody had to step in at once (DORA's change fail rate)."""
    grave = any(incident.priority <= GRAVE for incident in case.incidents)
    return case.backed_out or case.failed or grave


def _restores(sample: Sample) -> Spread:
    return spread(
        (case.number, incident.restore_s) for case in sample.closed for incident in case.incidents
    )


def _ages(sample: Sample) -> Spread:
    now = sample.now or sample.end
    return spread(
        (case.number, (now - case.opened_at).total_seconds() if case.opened_at else None)
        for case in sample.open_now
    )


def _growth(sample: Sample) -> Amount:
    return Amount(
        len(sample.opened) - len(sample.closed), "", tuple(case.number for case in sample.opened)
    )


def _backlogged(sample: Sample) -> Rate:
    return Rate(
        tuple(case.number for case in sample.open_now if case.overdue),
        tuple(case.number for case in sample.open_now),
    )


def _late_reviews(sample: Sample) -> Rate:
    awaited = [case for case in sample.open_now if case.review_late is not None]
    return Rate(
        tuple(case.number for case in awaited if case.review_late),
        tuple(case.number for case in awaited),
    )


def _frequency(sample: Sample) -> Amount:
    done = implemented(sample)
    weeks = max(sample.days / 7, 1 / 7)
    return Amount(len(done) / weeks, "/week", tuple(case.number for case in done))


def _rejected(sample: Sample) -> Rate:
    ended = (*(case.number for case in sample.closed), *sample.rejected)
    return Rate(sample.rejected, ended)


def _urgent(sample: Sample) -> Rate:
    return Rate(
        tuple(case.number for case in sample.opened if case.urgent),
        tuple(case.number for case in sample.opened),
    )


def _planned_outside(sample: Sample) -> Rate:
    looked = [case for case in sample.closed if case.planned_outside is not None]
    return rate(looked, lambda case: bool(case.planned_outside))


def _reworked(case: Case) -> bool:
    """Whether it was not planned, and only done because of an incident (DORA's rework rate)."""
    return case.type is ChangeType.EMERGENCY and case.mends


def _closing_rate(sample: Sample) -> Part:
    known = [
        (case.number, case.spent_s, case.allowed_s)
        for case in sample.closed
        if case.spent_s is not None and case.allowed_s is not None and case.allowed_s > 0
    ]
    n = max(1, len(known))
    return Part(
        sum(spent for _number, spent, _allowed in known) / n,
        sum(allowed for _number, _spent, allowed in known) / n,
        tuple(number for number, _spent, _allowed in known),
        len(known),
    )


G = KpiGroup
KPIS: tuple[Kpi, ...] = (
    Kpi(
        "success", G.OUTCOME, later("Successful"),
        later("Closed as successful, of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.succeeded), True, "Micro Focus; ServiceNow",
    ),
    Kpi(
        "clean", G.OUTCOME, later("Clean success"),
        later("Closed as successful, inside the window, without override, skipped or unplanned"
              " step, undeclared host or caused incident, of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.clean), True, "IT Process Institute",
    ),
    Kpi(
        "issues", G.OUTCOME, later("With issues"),
        later("Closed as successful with issues, of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.close_code is CloseCode.WITH_ISSUES), False,
        "ServiceNow",
    ),
    Kpi(
        "failed", G.OUTCOME, later("Failed"),
        later("Closed as unsuccessful or backed out, of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.failed), False, "Micro Focus",
    ),
    Kpi(
        "backed_out", G.OUTCOME, later("Backed out"),
        later("The way back was taken, of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.backed_out), False, "Micro Focus",
    ),
    Kpi(
        "incidents", G.OUTCOME, later("Caused incidents"),
        later("Caused at least one incident, of those on which work was done."),
        lambda s: rate(implemented(s), lambda c: bool(c.incidents)), False, "ITIL",
    ),
    Kpi(
        "emergency", G.PROCESS, later("Emergency"),
        later("Of type emergency, of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.type is ChangeType.EMERGENCY), False, "Micro Focus",
    ),
    Kpi(
        "urgent", G.PROCESS, later("Urgent"),
        later("Of priority 1, of all that were opened in the period, canceled ones too."),
        _urgent, False, "ServiceNow",
    ),
    Kpi(
        "rejected", G.PROCESS, later("Rejected"),
        later("Rejected by an approver and not taken up again, of all that ended in the period:"
              " closed or rejected."),
        _rejected, False, "Micro Focus",
    ),
    Kpi(
        "unauthorised", G.PROCESS, later("Unauthorised"),
        later("Work nobody had approved: recorded afterwards, begun without an approval, on a host"
              " that was not declared, or an emergency never approved; of those on which work was"
              " done. Standard changes are approved with their template."),
        lambda s: rate(implemented(s), lambda c: c.unauthorised), False, "ITIL",
    ),
    Kpi(
        "planned_outside", G.PROCESS, later("Scheduled outside"),
        later("Scheduled outside the maintenance windows declared then, of those closed whose time"
              " was checked against the calendar."),
        _planned_outside, False, "ITIL",
    ),
    Kpi(
        "outside", G.PROCESS, later("Outside the window"),
        later("Work began before its window or ended after it, of those on which work was done."),
        lambda s: rate(implemented(s), lambda c: "outside_window" in c.exceptions), False, "ITIL",
    ),
    Kpi(
        "overrides", G.PROCESS, later("With an override"),
        later("A condition was passed by name and reason, of all that were closed."),
        lambda s: rate(s.closed, lambda c: "override" in c.exceptions), False,
    ),
    Kpi(
        "restored", G.PROCESS, later("Restore-tested backup"),
        later("Had a backup that was restored and checked (L4), of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.restored), True,
    ),
    Kpi(
        "review_late", G.PROCESS, later("Review late"),
        later("Reviewed after the last day agreed, counted from when it came to be reviewed; of"
              " those that were reviewed and had such a day."),
        lambda s: rate(
            [c for c in s.closed if c.reviewed_late is not None], lambda c: bool(c.reviewed_late)
        ),
        False,
    ),
    Kpi(
        "frequency", G.DELIVERY, later("Implemented"),
        later("Closed changes on which work was done, per week of the period."),
        _frequency, None, "dora.dev",
    ),
    Kpi(
        "lead", G.DELIVERY, later("Change lead time"),
        later("From the oldest commit that went live to the end of the work, of the changes that"
              " name one; median and 90th percentile (DORA: change lead time)."),
        lambda s: spread((c.number, c.lead_s) for c in implemented(s)), False, "dora.dev",
    ),
    Kpi(
        "dora_fail", G.DELIVERY, later("Failed deployments"),
        later("Backed out, unsuccessful, or caused a P1 or P2 incident, of those on which work"
              " was done (DORA: change fail rate)."),
        lambda s: rate(implemented(s), _needed_hands), False, "dora.dev",
    ),
    Kpi(
        "rework", G.DELIVERY, later("Rework"),
        later("Emergency changes linked as the remedy of an incident they did not cause, of those"
              " on which work was done (DORA: deployment rework rate)."),
        lambda s: rate(implemented(s), _reworked), False, "dora.dev",
    ),
    Kpi(
        "restoring", G.DELIVERY, later("Time to restore"),
        later("From the detection of a caused incident to its restoration, not from the work;"
              " median and 90th percentile (DORA: failed deployment recovery time)."),
        _restores, False, "dora.dev",
    ),
    Kpi(
        "closing", G.TIME, later("From opened to closed"),
        later("Median and 90th percentile over the closed changes."),
        lambda s: spread((c.number, c.spent_s) for c in s.closed), False, "ServiceNow",
    ),
    Kpi(
        "closing_rate", G.TIME, later("Time used to close"),
        later("Average time from opened to closed, of the average time allowed: to the end of the"
              " window, the agreed days under observation and the agreed days for the review."),
        _closing_rate, False, "MOF",
    ),
    Kpi(
        "working", G.TIME, later("Work"),
        later("From the first to the last step of the live run; median and 90th percentile."),
        lambda s: spread((c.number, _work_time(c)) for c in s.closed), None, "ServiceNow",
    ),
    Kpi(
        "waiting", G.TIME, later("Wait for approval"),
        later("From asking for approval to the last decision on that plan; median and 90th"
              " percentile."),
        lambda s: spread((c.number, c.approval_wait_s) for c in s.closed), False, "ServiceNow",
    ),
    Kpi(
        "estimates", G.TIME, later("Step time against plan"),
        later("Measured over estimated duration of the steps of live runs; 1 is as planned."),
        lambda s: spread(((c.number, r) for c in s.closed for r in c.step_ratios), "×"), None,
        "ITIL v3",
    ),
    Kpi(
        "availability", G.SERVICE, later("Availability"),
        later("Agreed hours less unplanned downtime, of the agreed hours without planned outages;"
              " only of services that changes of the period name, and only what changes took."),
        availability, True, "SLA practice",
    ),
    Kpi(
        "down_planned", G.SERVICE, later("Planned downtime"),
        later("Hours of planned outages of changes in the period, of the agreed hours of the"
              " services they name; overlapping ones of a service count once."),
        lambda s: downtime(s, OutageKind.PLANNED), False, "ITIL; ServiceNow",
    ),
    Kpi(
        "down_unplanned", G.SERVICE, later("Unplanned downtime"),
        later("Hours of unplanned outages of changes in the period, of the agreed hours of the"
              " services they name; degradations are not counted."),
        lambda s: downtime(s, OutageKind.UNPLANNED), False, "ITIL; ServiceNow",
    ),
    Kpi(
        "growth", G.BACKLOG, later("Backlog growth"),
        later("Opened in the period less closed in it; canceled ones count as opened."),
        _growth, False, "ServiceNow",
    ),
    Kpi(
        "backlogged", G.BACKLOG, later("Overdue"),
        later("Not begun although planned to start before today, of all that are open now."),
        _backlogged, False, "ServiceNow; ITIL",
    ),
    Kpi(
        "review_overdue", G.BACKLOG, later("Review overdue"),
        later("Not reviewed although the last day agreed has passed, of all that wait for their"
              " review now."),
        _late_reviews, False,
    ),
    Kpi(
        "age", G.BACKLOG, later("Age of open changes"),
        later("Since they were opened, for all that are open now; median and 90th percentile."),
        _ages, False, "ServiceNow",
    ),
)  # fmt: skip


def kpi_of(kpi_id: str) -> Kpi:
    """Return a figure by its id; raises KeyError."""
    return {each.id: each for each in KPIS}[kpi_id]
