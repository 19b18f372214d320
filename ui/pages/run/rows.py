"""The rows of the step table: plan, actual and bar of each step, as data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.run import Run, StepRun, StepState
from app.domain.runbook import PERSONAL, Phase
from app.i18n import _, later
from app.services.run.runbooks import expected
from app.wording import clock, clock_duration
from ui.cells import Badge, Cell, Column, Group, Mark, Words
from ui.operations.runs import RunView
from ui.widgets.run_bars import StepBar, TimeScale

_STATES = {
    StepState.PENDING: (Mark.MISSING, later("Pending")),
    StepState.SENT: (Mark.RUNNING, later("Running")),
    StepState.WAITING: (Mark.GATE, later("Waiting")),
    StepState.DONE: (Mark.DONE, later("Done")),
    StepState.FAILED: (Mark.BAD, later("Failed")),
    StepState.STOPPED: (Mark.WATCH, later("Stopped")),
    StepState.SKIPPED: (Mark.STOPPED, later("Skipped")),
    StepState.UNKNOWN: (Mark.UNKNOWN, later("Outcome unknown")),
}
_LATE_S = 5.0
"""A step counts as late beyond this many seconds and a tenth of its plan."""
ZOOM = timedelta(minutes=30)
"""What the zoom shows: the last half hour, and a little of what comes."""


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
        """Actual minus plan: of a step that is over, or that takes longer already."""
        actual = self.actual_s
        if actual is None or (self.item.ended_at is None and actual <= self.planned_s):
            return None
        return actual - self.planned_s

    @property
    def is_late(self) -> bool:
        """Whether it took clearly longer than planned."""
        differs = self.differs_s
        return differs is not None and differs > max(_LATE_S, self.planned_s / 10)

    @property
    def is_past_p90(self) -> bool:
        """Whether it takes longer than nine of ten runs."""
        actual = self.actual_s
        known = self.item.step.p90_s is not None
        return known and actual is not None and actual > self.item.step.slow_s


def step_rows(view: RunView, now: datetime) -> tuple[StepRow | Group, ...]:
    """Return the steps of the run's direction; behind a way back stands what was done before it."""
    run = view.run
    if run is None:
        return ()
    rows = _active_rows(view, run, now)
    if run.backout_at is None:
        return rows
    turned = _("until {time}").format(time=clock(run.backout_at, view.zone, seconds=True))
    return (
        Group(_("Way back")),
        *rows,
        Group(_("Forward"), turned),
        *_forward_rows(view, run, now),
    )


def _forward_rows(view: RunView, run: Run, now: datetime) -> tuple[StepRow, ...]:
    """Return the steps that were left behind, as far as they came."""
    forward = (item for item in run.steps if item.step.phase is Phase.FORWARD)
    return tuple(
        StepRow(
            item.step.id,
            position,
            item,
            _host_name(view, run, item),
            False,
            _past_bar(item),
            now,
        )
        for position, item in enumerate(forward, start=1)
    )


def _past_bar(item: StepRun) -> StepBar:
    ended = item.ended_at or item.started_at
    return StepBar(item.planned_start, item.planned_end, item.started_at, ended)


def _host_name(view: RunView, run: Run, item: StepRun) -> str:
    return view.host_names.get(str(run.host_for(item.step.host) or item.step.host), "")


def _active_rows(view: RunView, run: Run, now: datetime) -> tuple[StepRow, ...]:
    current = run.current
    shown = current.step.id if current is not None else ""
    times = expected(run, now)
    return tuple(
        StepRow(
            item.step.id,
            position,
            item,
            _host_name(view, run, item),
            item.step.id == shown,
            _bar(item, times[item.step.id], current=item.step.id == shown, over=run.is_over),
            now,
        )
        for position, item in enumerate(run.active, start=1)
    )


def _bar(item: StepRun, times: tuple[datetime, datetime], *, current: bool, over: bool) -> StepBar:
    started = item.started_at if item.state is not StepState.PENDING else None
    slow = item.step.slow_s if item.step.p90_s is not None else None
    return StepBar(
        item.planned_start,
        item.planned_end,
        started,
        item.ended_at,
        times[1] if started and item.ended_at is None and not over else None,
        current,
        started + timedelta(seconds=slow) if started and slow is not None else None,
    )


def time_scale(view: RunView, now: datetime, *, zoomed: bool = False) -> TimeScale:
    """Return the stretch of time the bars are drawn on; zoomed, only the last half hour."""
    run = view.run
    if run is None or run.started_at is None:
        return TimeScale(now, now + timedelta(minutes=1), view.zone)
    shown = run.steps if run.is_over else run.active
    begin = run.started_at if run.is_over else run.backout_at or run.started_at
    ends = [begin + timedelta(seconds=10)]
    for item in shown:
        ends += [at for at in (item.ended_at, item.planned_end) if at]
    if not run.is_over:
        ends += [now, *(end for _start, end in expected(run, now).values())]
    end = max(ends)
    if zoomed:
        last = min(now, max(at for at in ends if at <= now)) if run.is_over else now
        return TimeScale(max(begin, last - ZOOM), last + ZOOM / 5, view.zone)
    return TimeScale(begin, end + (end - begin) * 0.04, view.zone)


def idle_scale(now: datetime) -> TimeScale:
    """Return a scale for an empty table."""
    return TimeScale(now, now, "UTC")


def position_of(run: Run, step_id: str) -> int:
    """Return the number of a step in its direction, from 1 on."""
    return [item.step.id for item in run.active].index(step_id) + 1


def _step_cell(row: StepRow) -> Cell:
    item = row.item
    tone = "ink2" if item.state is StepState.PENDING and not row.current else "ink"
    title = Words(item.step.title, tone, 600 if row.current else 400)
    below: list[Badge | Words] = [step_badge(item.state)]
    if row.host:
        below.append(Words(row.host, "ink2"))
    elif item.step.kind in PERSONAL and (item.step.approver or item.step.owner):
        below.append(Words(item.step.approver or item.step.owner, "ink2"))
    if row.is_past_p90:
        below.append(Words(_("past P90"), "watch", 500))
    if item.step.point_of_no_return:
        below.append(Words(_("point of no return"), "bad"))
    if item.proofs:
        below.append(Words(_("with proof"), "ink2"))
    return Cell((title,), tuple(below), wraps=True)


def _spoken(row: StepRow) -> str:
    parts = [row.item.step.title, step_badge(row.item.state).word]
    if row.is_past_p90:
        parts.append(_("past P90"))
    return ", ".join(parts)


def _differs_cell(row: StepRow) -> Cell:
    text = clock_duration(row.differs_s, signed=True) if row.differs_s is not None else "–"
    return Cell((Words(text, "watch" if row.is_late else "ink2"),), right=True)


COLUMNS = (
    Column[StepRow](_("#"), lambda row: str(row.position), width=36, right=True, tone="ink2"),
    Column[StepRow](_("Step"), _spoken, cell=_step_cell),
    Column[StepRow](
        _("Plan"), lambda row: clock_duration(row.planned_s), width=58, right=True, tone="ink2"
    ),
    Column[StepRow](
        _("Actual"),
        lambda row: "–" if row.actual_s is None else clock_duration(row.actual_s),
        width=60,
        right=True,
    ),
    Column[StepRow](
        _("Differs"),
        lambda row: "–" if row.differs_s is None else clock_duration(row.differs_s, signed=True),
        cell=_differs_cell,
        width=64,
        right=True,
    ),
    Column[StepRow]("", lambda _row: ""),
)
PLAN_COLUMN, BAR_COLUMN = 2, len(COLUMNS) - 1
