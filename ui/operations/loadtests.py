"""What the load tests page reads and does, each as one call on a worker."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.load_summary import LoadTestSummary
from app.domain.loadtest import LoadRun, LoadTerms, LoadVerdict
from app.domain.metric import WindowName
from app.i18n import _
from ui.operations.listing import newest_changes
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.analysis.chart_plot import Plot
    from app.services.facade import AppServices
    from app.services.loadtests.running import LiveRun
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
    terms: LoadTerms = field(default_factory=LoadTerms)
    fixed: str = ""
    """Why the terms cannot be altered; empty while they can."""
    rate: "Plot | None" = None
    """Response over rate, before and after."""
    capacity: str = ""

    @property
    def zone(self) -> str:
        """The zone people read the times of this change in."""
        return self.change.window.zone if self.change.window else "UTC"

    def of(self, side: WindowName) -> Sequence[LoadRun]:
        """Return the runs of one side that count, oldest first."""
        return [run for run in self.runs if run.side is side and run.counts]


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
    if verdict is not None and not verdict.rests_on(runs):
        verdict = None
    view = LoadTestsView(change, others, tuple(runs), verdict, hosts)
    return _told(view)


def _told(view: LoadTestsView) -> LoadTestsView:
    """Add the terms that hold, and what the runs say of rates."""
    from app.analysis.chart_rate import rate_plot  # noqa: PLC0415 - loads numpy
    from app.services.loadtests.capacities import capacity_sentence  # noqa: PLC0415 - numpy
    from app.services.loadtests.terms import terms_of, why_fixed  # noqa: PLC0415 - numpy

    terms = terms_of(view.change, view.runs, LoadTerms(zone=view.zone))
    view = replace(view, terms=terms, fixed=why_fixed(view.change, view.runs))
    if view.verdict is None:
        return view
    found = view.verdict.found
    before, after = (runs[-1].points for runs in (found.before, found.after))
    plot = rate_plot(before, after, terms.p95_target_ms)
    return replace(view, rate=plot, capacity=capacity_sentence(found))


def agree(context: "UiContext", view: LoadTestsView, terms: LoadTerms) -> Task:
    """Agree on the terms of a change."""
    desk = context.services.desk

    def work(_task: object) -> object:
        from app.services.loadtests.terms import agree_terms  # noqa: PLC0415 - loads slowly

        return agree_terms(view.change.id, terms, desk=desk)

    return context.tasks.start(work, title=_("Terms of {number}").format(number=view.change.number))


def withdraw(context: "UiContext", run: LoadRun, reason: str) -> Task:
    """Withdraw a run, and judge again by those that are left."""
    testing = context.services.load_testing

    def work(_task: object) -> object:
        from app.services.loadtests.withdrawing import withdraw_run  # noqa: PLC0415 - loads slowly

        return withdraw_run(run.id, reason, with_=testing)

    return context.tasks.start(work, title=run.name)


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
        from app.services.loadtests.keeping import NewRun, keep_run  # noqa: PLC0415 - loads numpy

        new = NewRun(view.change.id, side, path, LoadTerms(zone=view.zone))
        return keep_run(new, with_=testing, context=task)

    return context.tasks.start(work, title=path.name)


def live_plots(seen: "LiveRun") -> "tuple[Plot, Plot, Plot]":
    """Return rate, response times and failures of a run that is under way."""
    from app.analysis.chart_course import course_plots  # noqa: PLC0415 - loads numpy

    course = seen.course
    past_s = float(course.at_s[-1]) + course.step_s / 2 if course.at_s.size else 0.0
    end_s = max(past_s, seen.planned_s or 0.0)
    times = (course.mean_ms, course.p95_ms)
    return course_plots(course.at_s, course.rate, times, course.failed, end_s)


def run_plan(context: "UiContext", view: LoadTestsView, wish: PlanWish) -> Task:
    """Run a JMeter plan and keep its results with a change."""
    testing = context.services.load_testing

    def work(task: "TaskContext") -> LoadRun:
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
