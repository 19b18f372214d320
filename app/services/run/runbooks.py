"""Look after a runbook: what it must not be, and when each of its steps is planned."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.critical_path import Circular
from app.domain.run import Run
from app.domain.runbook import Phase, Runbook, Step, in_line, timeline
from app.errors import InvalidInput
from app.i18n import _


def refuse_circles(runbook: Runbook) -> None:
    """Raise InvalidInput, naming the steps, when some of them wait for each other."""
    titles = {step.id: step.title for step in runbook.steps}
    for phase in Phase:
        try:
            runbook.in_order(phase)
        except Circular as found:
            names = " → ".join(f"“{titles[key]}”" for key in (*found.pieces, found.pieces[0]))
            raise InvalidInput(
                _("These steps wait for each other: {names}.").format(names=names),
                hint=_("Take one of them out of “After”."),
            ) from found


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """From when to when a step is planned, and how much later it could begin, in seconds."""

    start: datetime
    end: datetime
    slack_s: float
    slow_end: datetime
    """The end if this step alone takes its P90."""
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One direction of a runbook laid out from an instant on."""

    begin: datetime
    steps: Mapping[str, PlannedStep]
    total_s: float
    p90_s: float

    @property
    def end(self) -> datetime:
        """When it ends by the medians."""
        return self.begin + timedelta(seconds=self.total_s)

    @property
    def slow_end(self) -> datetime:
        """When it ends in nine of ten runs."""
        return self.begin + timedelta(seconds=self.p90_s)

    def critical(self, steps: Iterable[Step]) -> tuple[Step, ...]:
        """The steps whose delay delays the end."""
        return tuple(step for step in steps if self.steps[step.id].is_critical)


def plan_steps(steps: Iterable[Step], begin: datetime) -> Plan:
    """Lay the steps of one direction out as early as they can begin; raises Circular."""
    listed = list(steps)
    whole = timeline(listed)
    planned = {}
    for step in listed:
        slot = whole.slots[step.id]
        start = begin + timedelta(seconds=slot.start_s)
        planned[step.id] = PlannedStep(
            start,
            begin + timedelta(seconds=slot.end_s),
            slot.slack_s,
            start + timedelta(seconds=step.slow_s),
            slot.is_critical,
        )
    return Plan(begin, planned, whole.total_s, whole.p90_s)


def expected(run: Run, now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Return when each step of the present direction began and ended, or will as it looks now.

    What runs takes at least its estimate; what has not begun begins once what it waits for ends and
    there is room for it.
    """
    items = run.active
    steps = [item.step for item in items]
    before = in_line(steps, {step.id: step.estimate_s for step in steps})
    found: dict[str, tuple[datetime, datetime]] = {}
    for item in items:
        span = timedelta(seconds=item.step.estimate_s)
        start = item.started_at or max([now, *(found[key][1] for key in before[item.step.id])])
        end = item.ended_at or max(now, start + span)
        found[item.step.id] = (start, end)
    return found


def expected_end(run: Run, now: datetime) -> datetime | None:
    """Return when the run will end if what is left takes as long as planned; None once it has."""
    if run.is_over:
        return None
    return max((end for _start, end in expected(run, now).values()), default=now)


def planned_end(run: Run) -> datetime | None:
    """Return when the run would end by plan."""
    return max((item.planned_end for item in run.active if item.planned_end), default=None)
