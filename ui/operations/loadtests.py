"""What the load tests page reads and does, each as one call on a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.loadtest import LoadRun, LoadTestSummary, LoadVerdict
from app.domain.metric import WindowName
from ui.operations.listing import newest_changes
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class LoadTestsView:
    """A change with its load tests; ``others`` are the changes one may choose."""

    change: Change
    others: tuple[tuple[str, str], ...]
    runs: tuple[LoadRun, ...]
    verdict: LoadVerdict | None
    hosts: tuple[tuple[str, str], ...] = ()
    """Hosts on which a plan may be run: id and name."""

    @property
    def zone(self) -> str:
        """The zone people read the times of this change in."""
        return self.change.window.zone if self.change.window else "UTC"

    def of(self, side: WindowName) -> Sequence[LoadRun]:
        """Return the runs of one side, oldest first."""
        return [run for run in self.runs if run.side is side]


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it was read, before anything is kept."""

    path: Path
    summary: LoadTestSummary


@dataclass(frozen=True, slots=True)
class PlanWish:
    """A plan as it shall be run: where (empty: here), for which side, and what it is told."""

    plan: Path
    side: WindowName
    host: str = ""
    properties: str = ""
    program: str = ""


def load_view(services: "AppServices", ref: str = "") -> LoadTestsView | None:
    """Return the wanted change, else the newest one with load tests, else the newest of all."""
    with services.new_uow() as uow:
        known = list(newest_changes(services))
        asked = uow.changes.find(ref) if ref else None
        if asked is not None and all(change.id != asked.id for change in known):
            known.append(asked)
        if not known:
            return None
        tested = (change for change in known if uow.load_runs.list(change=change.id))
        change = asked or next(tested, known[0])
        runs = sorted(uow.load_runs.list(change=change.id), key=lambda run: run.id)
        verdict = uow.load_verdicts.find(change.id)
        hosts = tuple(sorted(((str(h.id), h.name) for h in uow.hosts.list()), key=lambda h: h[1]))
    others = tuple((each.id, f"{each.number}  {each.title}") for each in known)
    return LoadTestsView(change, others, tuple(runs), verdict, hosts)


def preview(context: "UiContext", path: Path, zone: str) -> Task:
    """Read a file without keeping anything."""

    def work(task: "TaskContext") -> Preview:
        from app.services.loadtests.summing import summarise  # noqa: PLC0415 - loads numpy

        return Preview(path, summarise(path, zone=zone, context=task))

    return context.tasks.start(work, title=path.name)


def keep(context: "UiContext", view: LoadTestsView, path: Path, side: WindowName) -> Task:
    """Keep a file as evidence of a change, and judge where both sides have one."""
    testing = context.services.load_testing

    def work(task: "TaskContext") -> LoadRun:
        from app.domain.loadtest import LoadTerms  # noqa: PLC0415
        from app.services.loadtests.keeping import NewRun, keep_run  # noqa: PLC0415 - loads numpy

        new = NewRun(view.change.id, side, path, LoadTerms(zone=view.zone))
        return keep_run(new, with_=testing, context=task)

    return context.tasks.start(work, title=path.name)


def run_plan(context: "UiContext", view: LoadTestsView, wish: PlanWish) -> Task:
    """Run a JMeter plan and keep its results with a change."""
    testing = context.services.load_testing

    def work(task: "TaskContext") -> LoadRun:
        from app.domain.loadtest import LoadTerms  # noqa: PLC0415
        from app.services.loadtests import running  # noqa: PLC0415 - loads numpy

        told = running.properties_of(wish.properties)
        program = (wish.program.strip() or running.PROGRAM,)
        wanted = running.PlanRun(wish.plan, told, program)
        asked = running.RunAndKeep(
            view.change.id, wish.side, wanted, wish.host, LoadTerms(zone=view.zone)
        )
        return running.run_and_keep(asked, with_=testing, context=task)

    lane = host_lane(wish.host) if wish.host else ""
    return context.tasks.start(work, lane=lane, title=wish.plan.name)
