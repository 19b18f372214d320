"""Makes very large changes out of a played one: many steps, log entries, metrics, and the rest.

Every record is one that the services wrote for the played change, under other ids; so each has the
form and the length of a real one.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.bootstrap import Surroundings, open_services
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.ids import ChangeId, RunId, SampleSetId
from app.domain.run import Run
from app.domain.runbook import Phase, Runbook, Step
from app.secrets import SessionSecrets
from app.services.ports.store import UnitOfWork

STEPS, ENTRIES, METRICS = 60, 100, 200
DONE, OPEN = "large-done", "large-open"
"""The ids of both: one that is over, and one that is being planned and can be edited."""
_FEW = 20
"""Of everything else: files, tests, options, lessons, people."""


def add_large_changes(data: Path) -> None:
    """Add both large changes to a folder that holds a played one."""
    services = open_services(data, Surroundings(secrets=SessionSecrets(), actor="Nomsa Khumalo"))
    try:
        with services.new_uow() as uow:
            played = uow.changes.list()[0]
            done = enlarged(played, DONE, uow.changes.next_number())
            uow.changes.add(done)
            _add_records(uow, played, done)
            _log(uow, done)
            uow.commit()
        with services.new_uow() as uow:
            planned = enlarged(played, OPEN, uow.changes.next_number())
            uow.changes.add(_before_work(planned))
            _log(uow, planned)
            uow.commit()
    finally:
        services.close()


def enlarged(change: Change, key: str, number: str) -> Change:
    """Return a change with the same plan, much longer."""
    many = _many(change.metrics, METRICS)
    return replace(
        change,
        id=ChangeId(key),
        number=number,
        title=f"{change.title}, and everything else in the same night",
        metrics=tuple(
            replace(metric, name=f"{metric.name} {n}") for n, metric in enumerate(many, start=1)
        ),
        runbook=replace(change.runbook, steps=_steps(change.runbook)),
        tests=_many(change.tests, _FEW),
        attachments=_few(change.attachments),
        lessons=_few(change.lessons),
        actions=_few(change.actions),
        options=tuple(replace(option, chosen=not n) for n, option in _cycled(change.options, 5)),
        contacts=tuple(
            replace(contact, name=f"{contact.name} {n}")
            for n, contact in _cycled(change.contacts, _FEW)
        ),
    )  # fmt: skip


def _before_work(change: Change) -> Change:
    return replace(
        change,
        state=ChangeState.ASSESS,
        work_start=None, work_end=None, monitor_since=None, close_code=None, close_notes="",
        reviewed_by="", reviewed_at=None, closed_at=None, approvals=(), requests=(), overrides=(),
    )  # fmt: skip


def _steps(runbook: Runbook) -> tuple[Step, ...]:
    forward, back = runbook.phase(Phase.FORWARD), runbook.phase(Phase.BACKOUT)
    return (*_many(forward, STEPS - len(back)), *back)


def _add_records(uow: UnitOfWork, played: Change, large: Change) -> None:
    for run in uow.runs.list(change=played.id):
        uow.runs.add(_run(run, large))
    for report in uow.health.list(change=played.id):
        uow.health.add(replace(report, id=type(report.id)(f"large-{report.id}"), change=large.id))
    judged = {item.metric_id: item for item in uow.comparisons.list(change=played.id)}
    samples = uow.samples.list(change=played.id)
    for metric in large.metrics:
        key = metric.id.rpartition("-")[0]
        if key in judged:
            known = {"id": f"large-{metric.id}", "change": large.id, "metric": metric.name}
            uow.comparisons.add(replace(judged[key], metric_id=metric.id, **known))
        for one in (one for one in samples if one.metric == key):
            name = SampleSetId(f"{metric.id}-{one.window}")
            uow.samples.add(replace(one, id=name, change=large.id, metric=metric.id))


def _run(run: Run, large: Change) -> Run:
    steps = tuple(
        replace(done, step=replace(done.step, id=f"{done.step.id}-{n}"))
        for n, done in _cycled(run.steps, STEPS)
    )
    return replace(run, id=RunId(f"large-{run.id}"), change=large.id, steps=steps)


def _log(uow: UnitOfWork, change: Change) -> None:
    for n in range(ENTRIES):
        minutes = timedelta(minutes=n)
        text = f"{n + 1} of {ENTRIES}: asked again after {minutes}, nothing has changed since."
        uow.log.append(NewEvent("note.written", text, change.id))


def _many(items, number):
    return tuple(replace(item, id=f"{item.id}-{n}") for n, item in _cycled(items, number))


def _few(items):
    return tuple(item for _n, item in _cycled(items, _FEW))


def _cycled(items, number):
    return [(n, items[n % len(items)]) for n in range(number)] if items else []
