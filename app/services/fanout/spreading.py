"""Repeat a step of a runbook on many hosts: a step of its own for each, in batches.

Each host keeps its own command, evidence and outcome. The steps of a batch go side by side; the
next batch waits for all of them, so a failure stops what has not begun until a person decides:
send it again, or skip it with a reason and go on with the rest.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.fanout import Batches
from app.domain.host import Host
from app.domain.ids import new_id
from app.domain.runbook import Step, StepKind, waits_for
from app.errors import InvalidInput
from app.i18n import _


def spread(
    steps: Sequence[Step], step_id: str, hosts: Sequence[Host], batches: Batches
) -> tuple[Step, ...]:
    """Return the steps with one of them repeated on every host, where it stood.

    What waited for the step waits for all of them now; the first of them keeps its id, so that a
    step back that undoes it still does.

    Raises:
        InvalidInput: The step is no command, or there are no hosts.
    """
    place = next((n for n, step in enumerate(steps) if step.id == step_id), None)
    if place is None or steps[place].kind is not StepKind.COMMAND:
        raise InvalidInput(_("Only a command can be repeated on many hosts."))
    if not hosts:
        raise InvalidInput(_("This change has no hosts to repeat it on."))
    waits = waits_for(steps)
    made, last = _repeated(steps[place], waits[step_id], hosts, batches)
    before = [_behind(step, step_id, last, waits[step.id]) for step in steps[:place]]
    after = [_behind(step, step_id, last, waits[step.id]) for step in steps[place + 1 :]]
    return (*before, *made, *after)


def _repeated(
    step: Step, waits: tuple[str, ...], hosts: Sequence[Host], batches: Batches
) -> tuple[list[Step], tuple[str, ...]]:
    """Return a step for each host, and the ids of those in the last batch."""
    named = {host.id: host for host in hosts}
    made: list[Step] = []
    for batch in batches.split(named):
        fresh = [
            replace(
                step,
                id=new_id() if made or place else step.id,
                title=f"{step.title}: {named[host].name}",
                host=host,
                after=waits,
            )
            for place, host in enumerate(batch)
        ]
        made += fresh
        waits = tuple(one.id for one in fresh)
    return made, waits


def _behind(step: Step, step_id: str, last: tuple[str, ...], waits: tuple[str, ...]) -> Step:
    """Let a step that waited for the repeated one wait for all of its last batch."""
    if step_id not in waits:
        return step
    kept = tuple(other for other in waits if other != step_id)
    return replace(step, after=(*kept, *last))
