"""Who runs steps: listed runners, whoever implements the change, and the owner of a step.

Before anybody is listed as a runner everybody runs steps. Gates have rules of their own, pausing is
always allowed, and a dry run touches nothing.
"""

from collections.abc import Iterable

from app.domain.change import Change
from app.domain.people import Person, Role
from app.domain.run import Run, RunMode
from app.services.change.changes import Desk
from app.services.guards.who import lacks_role, require_role
from app.services.ports.store import UnitOfWork

RUNNERS = (Role.RUNNER,)


def require_starter(change: Change, mode: RunMode, uow: UnitOfWork, actor: str) -> None:
    """Raise IllegalMove unless the acting person may begin a run of this kind."""
    if mode is not RunMode.DRY:
        require_role(RUNNERS, change, uow, actor)


def require_runner(run: Run, uow: UnitOfWork, actor: str, step_id: str = "") -> None:
    """Raise IllegalMove unless the acting person may run steps, or this one."""
    if run.mode is not RunMode.DRY:
        require_role(RUNNERS, uow.changes.get(run.change), uow, actor, _owners(run, step_id))


def require_runner_of(run_id: str, step_id: str, *, desk: Desk) -> None:
    """Raise IllegalMove unless the acting person may run a step."""
    with desk.new_uow() as uow:
        require_runner(uow.runs.get(run_id), uow, desk.actor, step_id)


def lacks_runner(
    run: Run, change: Change, people: Iterable[Person], actor: str, step_id: str = ""
) -> str:
    """Say who may run steps, or this one, when the acting person may not; "" when they may."""
    if run.mode is RunMode.DRY:
        return ""
    return lacks_role(RUNNERS, change, people, actor, _owners(run, step_id))


def _owners(run: Run, step_id: str) -> tuple[str, ...]:
    return (run.of(step_id).step.owner,) if step_id else ()
