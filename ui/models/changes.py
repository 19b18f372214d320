"""How a change looks wherever it is listed: its state, its stage, its window, one row of a list."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.filter import BEFORE_WORK, Asker
from app.domain.vocabulary import ChangeState, ChangeType, Stage
from app.i18n import _, later
from app.services.search.rows import ChangeRow
from app.wording import clock, clock_span, near_day
from ui.cells import Badge, Cell, Column, Mark, Risk, Words

if TYPE_CHECKING:
    from app.domain.change import Change

_STATES = {
    ChangeState.DRAFT: Mark.DRAFT,
    ChangeState.ASSESS: Mark.LIST,
    ChangeState.AUTHORIZE: Mark.PERSON,
    ChangeState.SCHEDULED: Mark.SCHEDULED,
    ChangeState.IMPLEMENT: Mark.RUNNING,
    ChangeState.TEST: Mark.TEST,
    ChangeState.MONITOR: Mark.PULSE,
    ChangeState.REVIEW: Mark.REVIEW,
    ChangeState.CLOSED: Mark.DONE,
    ChangeState.REJECTED: Mark.BAD,
    ChangeState.BACKOUT: Mark.BACK,
    ChangeState.CANCELED: Mark.STOPPED,
}
_TYPES = {
    ChangeType.NORMAL: later("Normal"),
    ChangeType.STANDARD: later("Standard"),
    ChangeType.EMERGENCY: later("Emergency"),
}
_STAGES = {
    Stage.IDENTIFY: later("Identify"),
    Stage.COMMUNICATE: later("Communicate"),
    Stage.PLAN: later("Plan"),
    Stage.AGREE: later("Agree"),
    Stage.SCHEDULE: later("Schedule"),
    Stage.IMPLEMENT: later("Implement"),
    Stage.TEST: later("Test"),
    Stage.MONITOR: later("Monitor"),
    Stage.DOCUMENT: later("Document"),
    Stage.EVALUATE: later("Evaluate"),
}
_ENTERED = {
    ChangeState.DRAFT: Stage.IDENTIFY,
    ChangeState.ASSESS: Stage.COMMUNICATE,
    ChangeState.AUTHORIZE: Stage.AGREE,
    ChangeState.SCHEDULED: Stage.SCHEDULE,
    ChangeState.IMPLEMENT: Stage.IMPLEMENT,
    ChangeState.TEST: Stage.TEST,
    ChangeState.MONITOR: Stage.MONITOR,
    ChangeState.REVIEW: Stage.DOCUMENT,
    ChangeState.CLOSED: Stage.EVALUATE,
}
_STOPS = (0, 84, 196)
"""Where number, state and time stand on the second line, in pixels."""


def state_badge(state: ChangeState, *, on_hold: bool = False) -> Badge:
    """Return the badge of a state; a change on hold shows that instead."""
    if on_hold and state.is_open:
        return Badge(Mark.HELD, _("On hold"))
    return Badge(_STATES[state], state.words)


def type_word(type_: ChangeType) -> str:
    """Return the word for a type of change."""
    return _(_TYPES[type_])


def stage_names() -> tuple[str, ...]:
    """Return the words for the ten stages, in order."""
    return tuple(_(_STAGES[stage]) for stage in Stage)


def stage_position(change: "Change") -> int:
    """Return the place of the stage a change is in; ten when all are done."""
    if change.state is ChangeState.CLOSED:
        return len(Stage)
    return list(Stage).index(change.stage)


def entered_stage(target: ChangeState) -> Stage:
    """Return the stage that begins when a change enters a state."""
    return _ENTERED.get(target, Stage.IDENTIFY)


def stage_word(stage: Stage) -> str:
    """Return the word for a stage."""
    return _(_STAGES[stage])


def window_text(change: "Change") -> str:
    """Return the window with its zone, or that there is none."""
    if change.window is None:
        return _("no window yet")
    span = change.window.span
    return clock_span(span.start, span.end, change.window.zone)


def row_of(change: "Change") -> ChangeRow:
    """Return a change as a list shows it."""
    window, risk = change.window, change.risk
    return ChangeRow(
        change.id,
        change.number,
        change.title,
        change.state,
        change.type,
        risk.level if risk else None,
        risk.residual_level if risk else None,
        window.span.start if window else None,
        window.span.end if window else None,
        window.zone if window else "",
        change.on_hold,
        change.updated_at,
        int(change.number.rpartition("-")[2] or 0),
        change.coordinator,
        change.implementer,
        change.priority,
        change.business_service,
        change.review_due_at,
    )


def when_text(row: ChangeRow, now: datetime) -> str:
    """Return when a listed change begins or ended, in the zone of its window."""
    if row.starts_at is None or row.ends_at is None:
        return _("no window yet")
    if row.ends_at < now:
        return _("ended {day}").format(day=near_day(row.ends_at, row.zone, now))
    return f"{near_day(row.starts_at, row.zone, now)} {clock(row.starts_at, row.zone)}"


def row_badge(row: ChangeRow, now: datetime) -> Badge:
    """Return the state of a listed change; what should have happened by now is said instead."""
    if row.on_hold:
        return state_badge(row.state, on_hold=True)
    if row.review_due_at is not None and row.review_due_at <= now:
        return Badge(Mark.WATCH, _("Review overdue"))
    if row.starts_at is None:
        return state_badge(row.state)
    if row.state in BEFORE_WORK and row.starts_at < Asker(now, zone=row.zone or "UTC").day():
        return Badge(Mark.WATCH, _("Overdue"))
    return state_badge(row.state)


_PLACES = {
    "description": later("Description"),
    "plan": later("Plan"),
    "lessons": later("Lessons"),
    "transcript": later("Transcript"),
}


def hit_words(row: ChangeRow) -> str:
    """Return where words were found, with the text around them; "" for the title."""
    if not row.snippet:
        return ""
    place = _(_PLACES.get(row.found_in, row.found_in))
    return _("{place}: {text}").format(place=place, text=row.snippet)


def change_columns(now: Callable[[], datetime]) -> tuple[Column[ChangeRow], ...]:
    """Return the one column of the list: title above; number, state, time and risk below."""

    def draw(row: ChangeRow) -> Cell:
        return Cell(
            (Words(row.title, weight=500),),
            (
                Words(row.number, "ink2"),
                row_badge(row, now()),
                Words(when_text(row, now()), "ink2"),
            ),
            _STOPS,
            foot=(Words(hit_words(row), "ink3"),) if row.snippet else (),
            below_end=Risk(row.residual if row.state is ChangeState.CLOSED else row.risk),
        )

    def speak(row: ChangeRow) -> str:
        state = row_badge(row, now()).word
        parts = (f"{row.number} {row.title}", state, when_text(row, now()), hit_words(row))
        return ", ".join(part for part in parts if part)

    return (Column[ChangeRow](_("Change"), speak, cell=draw),)
