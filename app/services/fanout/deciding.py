"""What a person decides about a command on many hosts that has stopped at one of its limits."""

from dataclasses import replace

from app.domain.event import NewEvent
from app.domain.fanout import FanOut, Part
from app.domain.run import Deviation, DeviationKind, Run, StepRun, StepState, fleets
from app.errors import IllegalMove
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.services.run.execution import go_on
from app.services.run.run_journal import deviated, update
from app.services.run.run_roles import require_runner_of

_AGAIN = (StepState.FAILED, StepState.STOPPED)


def fleet_of(run: Run, step_id: str) -> FanOut:
    """Return how all hosts of the command stand that a step repeats; raises IllegalMove."""
    place = run.of(step_id).step.fleet
    if place is None:
        raise IllegalMove(_("This step is not repeated on many hosts."))
    return fleets(run.steps)[place.fleet]


def go_on_with_the_rest(run_id: str, step_id: str, reason: str, *, desk: Desk) -> Run:
    """Go on in spite of what did not succeed; it counts against no limit from here on.

    Call `app.services.run.execution.play` afterwards.

    Raises:
        IllegalMove: There is no reason, nothing to go on past, or the person may not run it.
    """
    require_runner_of(run_id, step_id, desk=desk)
    if not reason.strip():
        raise IllegalMove(_("Say why to go on although hosts failed."))
    now = desk.clock.now()

    def edit(run: Run, uow: UnitOfWork) -> Run:
        fan_out = fleet_of(run, step_id)
        bad = [item for item in _of_fleet(run, step_id) if item.state.is_trouble]
        fresh = [item for item in bad if not item.excused_by]
        if not fresh:
            raise IllegalMove(_("Nothing has failed that one could go on past."))
        for item in fresh:
            run = run.with_step(replace(item, excused_by=desk.actor))
        text = _("Gone on with the rest: {what}. {why}").format(
            what=standing(fan_out), why=reason.strip()
        )
        found = Deviation(DeviationKind.WENT_ON, step_id, text, now, desk.actor)
        return deviated(run, (found,), uow)

    event = NewEvent("run.rest", _("Gone on with the rest: {why}").format(why=reason.strip()))
    update(run_id, edit, event, desk=desk)
    return go_on(run_id, desk=desk)


def repeat_failed(run_id: str, step_id: str, *, desk: Desk) -> Run:
    """Send the command again to every host where it failed; an unknown outcome is never repeated.

    Raises:
        IllegalMove: It failed nowhere, or the person may not run it.
    """
    require_runner_of(run_id, step_id, desk=desk)

    def edit(run: Run, _uow: UnitOfWork) -> Run:
        again = [item for item in _of_fleet(run, step_id) if item.state in _AGAIN]
        if not again:
            raise IllegalMove(_("There is no host to send it to again."))
        for item in again:
            run = run.with_step(
                StepRun(item.step, planned_start=item.planned_start, sent_at=item.sent_at)
            )
        return run

    event = NewEvent("run.repeated", _("Sent again to the hosts where it failed"))
    update(run_id, edit, event, desk=desk)
    return go_on(run_id, desk=desk)


def _of_fleet(run: Run, step_id: str) -> list[StepRun]:
    place = run.of(step_id).step.fleet
    if place is None:
        raise IllegalMove(_("This step is not repeated on many hosts."))
    return [i for i in run.steps if i.step.fleet is not None and i.step.fleet.fleet == place.fleet]


def standing(fan_out: FanOut) -> str:
    """Say in words how the hosts of a command stand, and which limits are passed."""
    words = {
        Part.FAILED: _("{n} failed"),
        Part.UNREACHABLE: _("{n} not reached"),
        Part.UNKNOWN: _("{n} unknown"),
        Part.STOPPED: _("{n} stopped"),
        Part.LEFT_OUT: _("{n} skipped"),
        Part.WAITING: _("{n} waiting"),
    }
    done = _("{done} of {all} hosts done").format(
        done=fan_out.count(Part.DONE), all=len(fan_out.parts)
    )
    counted = (text.format(n=n) for part, text in words.items() if (n := fan_out.count(part)))
    return ", ".join((done, *counted))
