"""What the load tests page reads and does, each as one call on a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.loadtest import LoadRun, LoadTestSummary, LoadVerdict
from app.domain.metric import WindowName
from ui.operations.listing import newest_changes
from ui.tasks import Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class LoadTestsView:
    """A change with its load tests; ``others`` are the changes one may choose."""

    change: Change
    others: tuple[tuple[str, str], ...]
    runs: tuple[LoadRun, ...]
    verdict: LoadVerdict | None

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


def load_view(services: "AppServices", ref: str = "") -> LoadTestsView | None:
    """Return the wanted change, else the newest one with load tests, else the newest of all."""
    with services.new_uow() as uow:
        known = list(newest_changes(services))
        asked = uow.changes.find(ref) if ref else None
        if asked is not None and all(change.id != asked.id for change in known):
            known.append(asked)
        if not known:
            return None
        tested = {run.change for run in uow.load_runs.list()}
        newest = next((change for change in known if change.id in tested), known[0])
        change = asked or newest
        runs = sorted(uow.load_runs.list(change=change.id), key=lambda run: run.id)
        verdict = uow.load_verdicts.find(change.id)
    others = tuple((each.id, f"{each.number}  {each.title}") for each in known)
    return LoadTestsView(change, others, tuple(runs), verdict)


def preview(context: "UiContext", path: Path, zone: str) -> Task:
    """Read a file without keeping anything."""

    def work(_task: object) -> Preview:
        from app.services.loadtests.summing import summarise  # noqa: PLC0415 - loads numpy

        return Preview(path, summarise(path, zone=zone))

    return context.tasks.start(work, title=path.name)


def keep(context: "UiContext", view: LoadTestsView, path: Path, side: WindowName) -> Task:
    """Keep a file as evidence of a change, and judge where both sides have one."""
    testing = context.services.load_testing

    def work(_task: object) -> LoadRun:
        from app.domain.loadtest import LoadTerms  # noqa: PLC0415
        from app.services.loadtests.keeping import NewRun, keep_run  # noqa: PLC0415 - loads numpy

        new = NewRun(view.change.id, side, path, LoadTerms(zone=view.zone))
        return keep_run(new, with_=testing)

    return context.tasks.start(work, title=path.name)
