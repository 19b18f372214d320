"""What the run page says of the run in one sentence."""

from datetime import datetime

from app.domain.run import Run, RunMode, RunState, StepRun, StepState
from app.i18n import _
from app.wording import clock, duration, moment, zone_label
from ui.operations.runs import RunView
from ui.pages.run.rows import position_of, step_badge


def goes(run: Run) -> bool:
    """Whether a run is under way, in either direction."""
    return run.state in (RunState.RUNNING, RunState.BACKING_OUT)


def talking(run: Run) -> StepRun | None:
    """Return the step whose output is worth watching: the one that began last of those that run."""
    running = [item for item in run.active if item.state is StepState.SENT and item.started_at]
    return max(running, key=lambda item: (item.started_at, item.step.id), default=None)


def sentence(view: RunView) -> str:
    """Say which run this is, by whom, and where it stands."""
    run, number = view.run, view.change.number
    if run is None:
        return _("{number} may start now: its window is open and nothing is missing.").format(
            number=number
        )
    if run.state is RunState.MISSED or run.started_at is None:
        at = moment(run.ended_at, view.zone)
        text = _("Missed: the window of {number} passed at {time}. {cause} Plan it again.")
        return text.format(number=number, time=at, cause=run.cause)
    kinds = {
        RunMode.LIVE: _("Live run"),
        RunMode.REHEARSAL: _("Rehearsal"),
        RunMode.DRY: _("Dry run, nothing is contacted,"),
    }
    began = _("{kind} of {number}, started {time} by {who}.").format(
        kind=kinds[run.mode],
        number=number,
        time=_began(run, run.started_at, view.zone),
        who=run.by,
    )
    if run.is_over and run.ended_at:
        word = _("Ended") if run.state is RunState.DONE else _("Backed out, ended")
        took = duration((run.ended_at - run.started_at).total_seconds())
        return f"{began} {word} {clock(run.ended_at, view.zone, seconds=True)}, {took}."
    return f"{began} {_where(run)}"


def _began(run: Run, at: datetime, zone: str) -> str:
    """Say when, with its zone; of a run that is over also the day."""
    if run.is_over:
        return moment(at, zone, seconds=True)
    return f"{clock(at, zone, seconds=True)} {zone_label(at, zone)}"


def _where(run: Run) -> str:
    """Name the steps that run and the one that waits."""
    shown = [item for item in run.active if item.state is StepState.SENT]
    current = run.current
    if current is not None and current not in shown:
        shown.append(current)
    if len(shown) == 1:
        (item,) = shown
        return _("Step {n} of {all}, “{title}”: {state}.").format(
            n=position_of(run, item.step.id),
            all=len(run.active),
            title=item.step.title,
            state=step_badge(item.state).word.lower(),
        )
    text = _("Step {n}: {state}.")
    return " ".join(
        text.format(n=position_of(run, item.step.id), state=step_badge(item.state).word.lower())
        for item in shown
    )
