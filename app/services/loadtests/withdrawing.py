"""Take a wrong run out of the comparison: it stays in the record, with the reason."""

from dataclasses import replace

from app.domain.event import NewEvent
from app.domain.loadtest import LoadRun, Withdrawal
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.loadtests.keeping import LoadTesting, judge


def withdraw_run(run_id: str, reason: str, *, with_: LoadTesting) -> LoadRun:
    """Withdraw a run and judge the change again by those that are left.

    The file stays among the evidence. There is no way back: the same file can be imported again,
    which is a run of its own.

    Raises:
        InvalidInput: There is no reason.
        IllegalMove: The change is closed, or the run was withdrawn already.
    """
    if not reason.strip():
        raise InvalidInput(
            _("Withdrawing a run needs a reason."), hint=_("Say what was wrong with it.")
        )
    desk = with_.desk
    with desk.new_uow() as uow:
        run = uow.load_runs.get(run_id)
        change = uow.changes.get(run.change)
        if not change.state.is_open:
            raise IllegalMove(_("{number} is closed.").format(number=change.number))
        if run.withdrawn is not None:
            raise IllegalMove(_("{name} was withdrawn already.").format(name=run.name))
        kept = replace(run, withdrawn=Withdrawal(reason.strip(), desk.actor, desk.clock.now()))
        uow.load_runs.save(kept)
        text = _("Load test “{side}” withdrawn: {name}: {reason}").format(
            side=run.side.value, name=run.name, reason=reason.strip()
        )
        uow.log.append(NewEvent("loadtest.withdrawn", text, change.id, (run.id, run.sha256)))
        uow.commit()
    judge(change.id, with_=with_)
    return kept
