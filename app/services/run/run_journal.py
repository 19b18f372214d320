"""The journal of a run: every edit and its log entry in one transaction, however many write."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.domain.event import Actor, NewEvent
from app.domain.run import Deviation, Run, RunState, StepRun
from app.domain.runbook import Phase
from app.errors import Conflict
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork

RunEdit = Callable[[Run, UnitOfWork], Run]
_TRIES = 5


def update(run_id: str, edit: RunEdit, event: NewEvent, *, desk: Desk) -> Run:
    """Apply an edit and log it; the worker and the window may both write, so try again.

    An edit that returns the run it was given has nothing to say, and nothing is written.
    """
    for attempt in range(_TRIES):
        try:
            with desk.new_uow() as uow:
                before = uow.runs.get(run_id)
                run = edit(before, uow)
                if run is before:
                    return before
                saved = uow.runs.save(run)
                uow.log.append(replace(event, change=run.change, refs=(run.id, *event.refs)))
                uow.commit()
        except Conflict:
            if attempt == _TRIES - 1:
                raise
        else:
            return saved
    raise AssertionError("the loop above returns or raises")


class AlreadySent(Exception):
    """The step is no longer as the sender saw it: another player was faster."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What is written down of a step: a sentence with ``{title}``, the kind, the deviations."""

    text: str
    kind: str
    found: tuple[Deviation, ...] = ()


def record_step(
    run_id: str, item: StepRun, what: Happening, *, desk: Desk, seen: StepRun | None = None
) -> Run:
    """Write down what happened to a step, and the deviations that came with it.

    Raises:
        AlreadySent: ``seen`` is given and the step is no longer in that state.
    """
    words = what.text.format(title=item.step.title)
    event = NewEvent(what.kind, f"{words}: {item.outcome}" if item.outcome else words)

    def edit(run: Run, uow: UnitOfWork) -> Run:
        now = run.of(item.step.id)
        if seen is not None and (now.state, now.attach) != (seen.state, seen.attach):
            raise AlreadySent(item.step.id)
        return deviated(run.with_step(item), what.found, uow)

    return update(run_id, edit, event, desk=desk)


def deviated(run: Run, found: Iterable[Deviation], uow: UnitOfWork) -> Run:
    """Add deviations to a run inside an open unit of work, each with an entry of its own."""
    listed = tuple(found)
    for item in listed:
        uow.log.append(
            NewEvent(
                "run.deviation",
                _("Deviation: {text}").format(text=item.text),
                run.change,
                (run.id,),
                (("kind", item.kind.value), ("step", item.step)),
                Actor.SYSTEM,
            )
        )
    return replace(run, deviations=(*run.deviations, *listed)) if listed else run


def set_state(run_id: str, state: RunState, text: str, kind: str, *, desk: Desk) -> Run:
    """Put a run into a state."""
    return update(
        run_id, lambda run, _uow: replace(run, state=state), NewEvent(kind, text), desk=desk
    )


def moving(run: Run) -> RunState:
    """Return the state of a run that goes on in its direction."""
    return RunState.BACKING_OUT if run.direction is Phase.BACKOUT else RunState.RUNNING
