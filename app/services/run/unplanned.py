"""Work on a host of a change while its run goes on, which no step of the plan has asked for."""

from app.domain.event import NewEvent
from app.domain.ids import HostId
from app.domain.run import Deviation, DeviationKind, Run, RunState
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.services.run.run_journal import deviated, update

_UNDER_WAY = (RunState.RUNNING, RunState.WAITING, RunState.PAUSED, RunState.BACKING_OUT)


def note_unplanned(host: HostId, text: str, *, desk: Desk) -> tuple[Run, ...]:
    """Write a deviation into every live run under way whose change names a host.

    Args:
        host: Where the work was done.
        text: One sentence that says what it was.
        desk: Who did it.

    Returns:
        The runs that hold the deviation now.
    """
    with desk.new_uow() as uow:
        going = [run for state in _UNDER_WAY for run in uow.runs.list(state=state.value)]
        touched = [
            run for run in going if run.is_live and host in uow.changes.get(run.change).hosts
        ]
    now = desk.clock.now()

    def edit(run: Run, uow: UnitOfWork) -> Run:
        found = Deviation(DeviationKind.UNPLANNED, "", text, now, desk.actor)
        return deviated(run, (found,), uow)

    event = NewEvent("run.noted", _("Outside the plan: {text}").format(text=text))
    return tuple(update(run.id, edit, event, desk=desk) for run in touched)
