"""The rows of the step table: plan, actual and bar of each step, as data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.run import Run, StepRun, StepState
from app.domain.runbook import StepKind
from app.i18n import _
from app.wording import clock_duration
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.operations.runs import RunView
from ui.widgets.run_bars import StepBar, TimeScale

_STATES = {
    StepState.PENDING: (Mark.MISSING, "Pending"),
    StepState.SENT: (Mark.RUNNING, "Running"),
    StepState.WAITING: (Mark.GATE, "Waiting"),
    StepState.DONE: (Mark.DONE, "Done"),
    StepState.FAILED: (Mark.BAD, "Failed"),
    StepState.STOPPED: (Mark.WATCH, "Stopped"),
    StepState.SKIPPED: (Mark.STOPPED, "Skipped"),
    StepState.UNKNOWN: (Mark.UNKNOWN, "Outcome unknown"),
}
_LATE_S = 5.0
"""A step counts as late beyond this many seconds and a tenth of its plan."""


def step_badge(state: StepState) -> Badge:
    """Return the badge of a step's state."""
    mark, word = _STATES[state]
    return Badge(mark, _(word))


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as the table shows it."""

    id: str
    position: int
    item: StepRun
    host: str
    current: bool
    bar: StepBar
    now: datetime

    @property
    def planned_s(self) -> float:
        """Planned duration in seconds."""
        return self.item.step.estimate_s

    @property
    def actual_s(self) -> float | None:
        """Duration so far, or to the end; None before the start."""
        if self.item.started_at is None or self.item.state is StepState.PENDING:
            return None
        return ((self.item.ended_at or self.now) - self.item.started_at).total_seconds()

    @property
    def differs_s(self) -> float | None:
        """Actual minus plan, once the step is over."""
        actual = self.item.actual_s
        return None if actual is None else actual - self.planned_s

    @property
    def is_late(self) -> bool:
        """Whether it took clearly longer than planned."""
        differs = self.differs_s
        return differs is not None and differs > max(_LATE_S, self.planned_s / 10)


def step_rows(view: RunView, now: datetime) -> tuple[StepRow, ...]:
    """Return the steps of the run's direction."""
    run = view.run
    if run is None:
        return ()
    current = run.current
    return tuple(
        StepRow(
            item.step.id,
            position,
            item,
            view.host_names.get(str(item.step.host), ""),
            current is not None and item.step.id == current.step.id,
            _bar(item, current is not None and item.step.id == current.step.id),
            now,
        )
        for position, item in enumerate(run.active, start=1)
    )


def _bar(item: StepRun, current: bool) -> StepBar:
    span = timedelta(seconds=item.step.estimate_s)
    planned = item.planned_start
    started = item.started_at if item.state is not StepState.PENDING else None
    return StepBar(
        planned,
        planned + span if planned else None,
        started,
        item.ended_at,
        started + span if started and item.ended_at is None else None,
        current,
    )


def time_scale(view: RunView, now: datetime) -> TimeScale:
    """Return the stretch of time the bars are drawn on."""
    run = view.run
    if run is None or run.started_at is None:
        return TimeScale(now, now + timedelta(minutes=1), view.zone)
    begin = run.backout_at or run.started_at
    ends = [begin + timedelta(seconds=10)]
    for item in run.active:
        ends += [at for at in (item.ended_at,) if at]
        if item.planned_start:
            ends.append(item.planned_start + timedelta(seconds=item.step.estimate_s))
    if not run.is_over:
        ends.append(now)
    end = max(ends)
    return TimeScale(begin, end + (end - begin) * 0.04, view.zone)


def expected_end(run: Run, now: datetime) -> datetime | None:
    """Return when the run will end if what is left takes as long as planned."""
    if run.is_over:
        return None
    left_s = 0.0
    for item in run.active:
        if item.state is StepState.PENDING:
            left_s += item.step.estimate_s
        elif not item.state.is_over and item.started_at:
            gone_s = (now - item.started_at).total_seconds()
            left_s += max(0.0, item.step.estimate_s - gone_s)
    return now + timedelta(seconds=left_s)


def planned_end(run: Run) -> datetime | None:
    """Return when the run would end by plan."""
    ends = [
        item.planned_start + timedelta(seconds=item.step.estimate_s)
        for item in run.active
        if item.planned_start
    ]
    return max(ends, default=None)


def _step_cell(row: StepRow) -> Cell:
    tone = "ink2" if row.item.state is StepState.PENDING and not row.current else "ink"
    title = Words(row.item.step.title, tone, 600 if row.current else 400)
    below: list[Badge | Words] = [step_badge(row.item.state)]
    if row.host:
        below.append(Words(row.host, "ink2"))
    elif row.item.step.kind in (StepKind.GATE, StepKind.MANUAL) and row.item.step.owner:
        below.append(Words(row.item.step.owner, "ink2"))
    if row.item.step.point_of_no_return:
        below.append(Words(_("point of no return"), "bad"))
    return Cell((title,), tuple(below))


def _differs_cell(row: StepRow) -> Cell:
    text = clock_duration(row.differs_s, signed=True) if row.differs_s is not None else "–"
    return Cell((Words(text, "watch" if row.is_late else "ink2"),), right=True)


COLUMNS = (
    Column[StepRow](_("#"), lambda row: str(row.position), width=40, right=True, tone="ink2"),
    Column[StepRow](
        _("Step"),
        lambda row: f"{row.item.step.title}, {step_badge(row.item.state).word}",
        cell=_step_cell,
    ),
    Column[StepRow](
        _("Plan"),
        lambda row: clock_duration(row.planned_s),
        width=64,
        right=True,
        tone="ink2",
    ),
    Column[StepRow](
        _("Actual"),
        lambda row: "–" if row.actual_s is None else clock_duration(row.actual_s),
        width=64,
        right=True,
    ),
    Column[StepRow](
        _("Differs"),
        lambda row: "–" if row.differs_s is None else clock_duration(row.differs_s, signed=True),
        cell=_differs_cell,
        width=70,
        right=True,
    ),
    Column[StepRow]("", lambda _row: "", width=240),
)
BAR_COLUMN = len(COLUMNS) - 1
