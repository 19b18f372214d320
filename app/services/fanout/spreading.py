"""Repeat a step of a runbook on many hosts: a step of its own for each, in batches.

Each host keeps its own command, evidence and outcome. The steps of a batch go side by side, so
many at once as the plan says; the next batch waits for all of them. Up to the limits that the plan
names a failure stops nothing; beyond them nothing more begins until a person decides: send it
again, go on with the rest with a reason, or back out. A gate looks at the health of each batch
before the next one begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.fanout import AT_ONCE, MOST_AT_ONCE, Batches, FleetPlace, Tolerance
from app.domain.host import Host
from app.domain.ids import HostId, new_id
from app.domain.runbook import Step, StepKind, waits_for
from app.errors import InvalidInput
from app.i18n import _

ALL_AT_ONCE, NOTHING_FAILS = Batches(), Tolerance()


@dataclass(frozen=True, slots=True)
class Spreading:
    """How a command is repeated: in which batches, how many may fail, and what must hold after."""

    batches: Batches = ALL_AT_ONCE
    tolerance: Tolerance = NOTHING_FAILS
    gate: bool = False
    """Whether no host of a batch may be in worse health than before, before the next one begins."""
    at_once: int = AT_ONCE
    """How many hosts of a batch are worked on at the same time."""


def spread(
    steps: Sequence[Step], step_id: str, hosts: Sequence[Host], how: Spreading
) -> tuple[Step, ...]:
    """Return the steps with one of them repeated on every host, where it stood.

    What waited for the step waits for all of them now; the first of them keeps its id, so that a
    step back that undoes it still does.

    Raises:
        InvalidInput: The step is no command, there are no hosts, or too many at once.
    """
    place = next((n for n, step in enumerate(steps) if step.id == step_id), None)
    if place is None or steps[place].kind is not StepKind.COMMAND:
        raise InvalidInput(_("Only a command can be repeated on many hosts."))
    if not hosts:
        raise InvalidInput(_("This change has no hosts to repeat it on."))
    _refuse_at_once(how.at_once)
    waits = waits_for(steps)
    made, last = _repeated(steps[place], waits[step_id], hosts, how)
    before = [_behind(step, step_id, last, waits[step.id]) for step in steps[:place]]
    after = [_behind(step, step_id, last, waits[step.id]) for step in steps[place + 1 :]]
    return (*before, *made, *after)


def relimit(
    steps: Sequence[Step], fleet: str, tolerance: Tolerance, at_once: int
) -> tuple[Step, ...]:
    """Return the steps with other limits for those that repeat one command on many hosts.

    Their batches, and the checks between them, stay as they are.

    Raises:
        InvalidInput: Too many at once.
    """
    _refuse_at_once(at_once)
    return tuple(
        replace(step, fleet=replace(step.fleet, tolerance=tolerance, at_once=at_once))
        if step.fleet is not None and step.fleet.fleet == fleet
        else step
        for step in steps
    )


def _refuse_at_once(at_once: int) -> None:
    if not 1 <= at_once <= MOST_AT_ONCE:
        text = _("At once are worked on from 1 to {n} hosts.")
        raise InvalidInput(text.format(n=MOST_AT_ONCE))


def _repeated(
    step: Step, waits: tuple[str, ...], hosts: Sequence[Host], how: Spreading
) -> tuple[list[Step], tuple[str, ...]]:
    """Return a step for each host, with the checks around, and the ids that are waited for last."""
    named = {host.id: host for host in hosts}
    made: list[Step] = []
    if how.gate:
        made.append(_check(step, _("{title}: health before"), tuple(named), waits))
        waits = (made[0].id,)
    first = True
    for number, batch in enumerate(how.batches.split(named)):
        fresh = []
        for host in batch:
            fresh.append(
                replace(
                    step,
                    id=step.id if first else new_id(),
                    title=f"{step.title}: {named[host].name}",
                    host=host,
                    after=waits,
                    fleet=FleetPlace(step.id, number, how.tolerance, how.at_once),
                )
            )
            first = False
        made += fresh
        waits = tuple(one.id for one in fresh)
        if how.gate:
            title = _("{{title}}: health after batch {n}").format(n=number + 1)
            made.append(_check(step, title, batch, waits))
            waits = (made[-1].id,)
    return made, waits


def _check(step: Step, title: str, hosts: tuple[HostId, ...], waits: tuple[str, ...]) -> Step:
    """Return a health check of some hosts of a fleet."""
    return Step(
        new_id(),
        title.format(title=step.title),
        StepKind.CHECK,
        owner=step.owner,
        phase=step.phase,
        after=waits,
        gate_of=hosts,
        reads_only=True,
    )


def _behind(step: Step, step_id: str, last: tuple[str, ...], waits: tuple[str, ...]) -> Step:
    """Let a step that waited for the repeated one wait for all of its last batch."""
    if step_id not in waits:
        return step
    kept = tuple(other for other in waits if other != step_id)
    return replace(step, after=(*kept, *last))
