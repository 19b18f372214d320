"""The key figures of a period, each with its definition; pure functions over cases.

Denominators are changes closed in the period; canceled ones are left out. Durations are told as
median and 90th percentile. Rehearsals and dry runs are in no figure: cases are made of live runs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor

from app.analysis.wilson import wilson
from app.domain.change import ChangeType
from app.domain.kpi import Amount, Case, Measure, Rate, Sample, Spread
from app.domain.review import CloseCode
from app.i18n import later

GRAVE = 2
"""Incidents of priority 1 and 2 need somebody at once."""


class KpiGroup(StrEnum):
    """Under which heading a figure stands."""

    OUTCOME = "outcome"
    PROCESS = "process"
    TIME = "time"
    DOWNTIME = "downtime"
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


def rate(cases: Sequence[Case], counts: Callable[[Case], bool]) -> Rate:
    """Return how many of the cases count."""
    return Rate(
        tuple(case.number for case in cases if counts(case)), tuple(case.number for case in cases)
    )


def interval(found: Rate) -> tuple[float, float] | None:
    """Return the likely range of a rate (Wilson, 95 %); None of fewer than ten."""
    if found.share is None:
        return None
    return wilson(len(found.hits), len(found.of))


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return a quantile with linear interpolation (Hyndman and Fan's type 7); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def spread(pairs: Iterable[tuple[int, float | None]], unit: str = "s") -> Spread:
    """Return middle and tail of what was measured; what is None was not."""
    known = [(number, value) for number, value in pairs if value is not None]
    values = tuple(value for _number, value in known)
    numbers = tuple(dict.fromkeys(number for number, _value in known))
    return Spread(values, quantile(values, 0.5), quantile(values, 0.9), unit, numbers)


def implemented(sample: Sample) -> tuple[Case, ...]:
    """Return the closed changes on which work was done."""
    return tuple(case for case in sample.closed if case.implemented)


def _closing_time(case: Case) -> float | None:
    if case.opened_at is None or case.closed_at is None:
        return None
    return (case.closed_at - case.opened_at).total_seconds()


def _work_time(case: Case) -> float | None:
    if case.work_start is None or case.work_end is None:
        return None
    return (case.work_end - case.work_start).total_seconds()


def _needed_hands(case: Case) -> bool:
    """Whether somebody had to step in at once (DORA's change fail rate)."""
    grave = any(incident.priority <= GRAVE for incident in case.incidents)
    return case.backed_out or case.failed or grave


def _downtime(sample: Sample, read: Callable[[Case], float | None]) -> Amount:
    known = [(case.number, read(case)) for case in sample.closed]
    hours = sum(value for _number, value in known if value) / 3600
    return Amount(hours, "h", tuple(number for number, value in known if value))


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
    return Amount(len(sample.opened) - len(sample.closed), "", sample.opened)


def _backlogged(sample: Sample) -> Rate:
    return Rate(
        tuple(case.number for case in sample.open_now if case.overdue),
        tuple(case.number for case in sample.open_now),
    )


def _frequency(sample: Sample) -> Amount:
    done = implemented(sample)
    weeks = max(sample.days / 7, 1 / 7)
    return Amount(len(done) / weeks, "/week", tuple(case.number for case in done))


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
        "dora_fail", G.OUTCOME, later("Urgent help"),
        later("Backed out, unsuccessful, or caused a P1 or P2 incident, of those on which work"
              " was done (DORA: change fail rate)."),
        lambda s: rate(implemented(s), _needed_hands), False, "dora.dev",
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
        "emergency", G.PROCESS, later("Emergency"),
        later("Of type emergency, of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.type is ChangeType.EMERGENCY), False, "Micro Focus",
    ),
    Kpi(
        "restored", G.PROCESS, later("Restore-tested backup"),
        later("Had a backup that was restored and checked (L4), of all that were closed."),
        lambda s: rate(s.closed, lambda c: c.restored), True,
    ),
    Kpi(
        "review_late", G.PROCESS, later("Review late"),
        later("Reviewed more than 7 days after the window ended, of those that were reviewed."),
        lambda s: rate(
            [c for c in s.closed if c.reviewed_late is not None], lambda c: bool(c.reviewed_late)
        ),
        False,
    ),
    Kpi(
        "down_planned", G.DOWNTIME, later("Planned downtime"),
        later("Hours of planned outages of the closed changes; overlapping ones count once."),
        lambda s: _downtime(s, lambda c: c.planned_down_s), False, "ServiceNow",
    ),
    Kpi(
        "down_unplanned", G.DOWNTIME, later("Unplanned downtime"),
        later("Hours of unplanned outages of the closed changes; degradations are not counted."),
        lambda s: _downtime(s, lambda c: c.unplanned_down_s), False, "ServiceNow",
    ),
    Kpi(
        "closing", G.TIME, later("From opened to closed"),
        later("Median and 90th percentile over the closed changes."),
        lambda s: spread((c.number, _closing_time(c)) for c in s.closed), False, "ServiceNow",
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
        "restoring", G.DOWNTIME, later("Time to restore"),
        later("From the detection of a caused incident to its restoration, not from the work;"
              " median and 90th percentile (DORA: failed deployment recovery time)."),
        _restores, False, "dora.dev",
    ),
    Kpi(
        "frequency", G.TIME, later("Implemented"),
        later("Closed changes on which work was done, per week of the period."),
        _frequency, None, "dora.dev",
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
        "age", G.BACKLOG, later("Age of open changes"),
        later("Since they were opened, for all that are open now; median and 90th percentile."),
        _ages, False, "ServiceNow",
    ),
)  # fmt: skip


def kpi(kpi_id: str) -> Kpi:
    """Return a figure by its id; raises KeyError."""
    return {each.id: each for each in KPIS}[kpi_id]


class Outcome(StrEnum):
    """How a closed change counts in the trend; exactly one."""

    CLEAN = "clean"
    EXCEPTION = "exception"
    """Successful, but something departed from process or plan."""
    ISSUES = "issues"
    FAILED = "failed"


def outcome(case: Case) -> Outcome:
    """Return how a closed change counts in the trend."""
    if case.clean:
        return Outcome.CLEAN
    if case.succeeded:
        return Outcome.EXCEPTION
    return Outcome.FAILED if case.failed else Outcome.ISSUES


def pareto(groups: Iterable[str]) -> tuple[tuple[str, int, float], ...]:
    """Return (name, count, cumulative share), the most frequent first; equal ones by name."""
    counts: dict[str, int] = {}
    for name in groups:
        counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    total, passed, found = sum(counts.values()), 0, []
    for name, count in ordered:
        passed += count
        found.append((name, count, passed / total))
    return tuple(found)


def causes(case: Case) -> tuple[str, ...]:
    """Return why a closed change was not clean, for a Pareto; nothing for a clean one."""
    found = sorted(kind.value for kind in case.exceptions)
    if case.close_code is not None and not case.succeeded:
        found.append(case.close_code.value)
    return tuple(found)
