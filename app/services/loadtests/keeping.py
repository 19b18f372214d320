"""Keep load-test runs with a change, and judge them as soon as both sides have one.

The file itself is the evidence: it is copied first, and read from the copy, so that the figures are
those of the bytes whose hash is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.domain.change import Change
from app.domain.event import Actor, NewEvent
from app.domain.ids import LoadRunId, new_id
from app.domain.load_summary import LoadTestSummary
from app.domain.loadtest import LoadRun, LoadTerms, LoadVerdict
from app.domain.metric import WindowName
from app.errors import IllegalMove
from app.i18n import _, ngettext
from app.services.attachments import clean_name
from app.services.change.changes import Desk
from app.services.loadtests.comparing import compare_sides, read_run
from app.services.loadtests.summing import summarise
from app.services.loadtests.terms import terms_of
from app.services.ports.store import Files
from app.services.ports.world import Remotes
from app.tasks import TaskContext
from app.wording import percent

KEPT_LABELS = 200
"""Labels whose figures are recorded; the file holds all of them."""


@dataclass(frozen=True, slots=True)
class LoadTesting:
    """The collaborators of keeping and judging load tests."""

    desk: Desk
    files: Files
    remotes: Remotes | None = None
    """Needed where a plan is run on a host."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """Results that shall be kept: the file, the side they belong to, and how to read them."""

    change: str
    side: WindowName
    path: Path
    terms: LoadTerms = field(default_factory=LoadTerms)
    source: str = ""


def keep_run(new: NewRun, *, with_: LoadTesting, context: TaskContext | None = None) -> LoadRun:
    """Keep results as evidence of a change, and judge the change where both sides have a run.

    The terms of the first run of a change hold for all that follow, so that nobody chooses them
    after having seen the other side.

    Raises:
        InvalidInput: The file holds no results of a load test; nothing is recorded.
        IllegalMove: The change is closed.
        DiskFull: There is no room for the copy.
        TaskCancelled: A stop was asked for; what was kept by then stays, and is judged next time.
    """
    desk = with_.desk
    with desk.new_uow() as uow:
        change = _open(uow.changes.get(new.change))
        known = uow.load_runs.list(change=change.id)
    terms = terms_of(change, known, new.terms)
    summary = summarise(new.path, zone=terms.zone, context=context)
    sha256, size = with_.files.copy(new.path, context)
    run = LoadRun(
        id=LoadRunId(new_id()),
        change=change.id,
        side=new.side,
        name=clean_name(new.path.name),
        sha256=sha256,
        size_bytes=size,
        summary=_brief(summary),
        terms=terms,
        kept_at=desk.clock.now(),
        by=desk.actor,
        source=new.source,
    )
    with desk.new_uow() as uow:
        _open(uow.changes.get(new.change))
        uow.load_runs.add(run)
        uow.log.append(NewEvent("loadtest.kept", _kept_words(run), change.id, (run.id, sha256)))
        uow.commit()
    judge(new.change, with_=with_, context=context)
    return run


def judge(
    change_id: str, *, with_: LoadTesting, context: TaskContext | None = None
) -> LoadVerdict | None:
    """Compare the runs of both sides and record what was found; None while a side has none.

    Runs that were withdrawn count no longer.
    """
    desk = with_.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        runs = sorted(uow.load_runs.list(change=change_id), key=lambda run: run.id)
    sides = [
        [run for run in runs if run.side is side and run.counts]
        for side in (WindowName.BEFORE, WindowName.AFTER)
    ]
    if not all(sides):
        return None
    terms = terms_of(change, runs, LoadTerms())
    before, after = (
        [read_run(with_.files.path(run.sha256), terms, run.name, context) for run in side]
        for side in sides
    )
    found = compare_sides(before, after, terms)
    verdict = LoadVerdict(change.id, change.id, found, desk.clock.now())
    with desk.new_uow() as uow:
        known = uow.load_verdicts.find(verdict.id)
        (uow.load_verdicts.save if known else uow.load_verdicts.add)(verdict)
        text = _("Load tests: {verdict}").format(verdict=found.overall.verdict.words.lower())
        uow.log.append(NewEvent("loadtest.judged", text, change.id, actor=Actor.SYSTEM))
        uow.commit()
    return verdict


def runs_of(runs: Sequence[LoadRun], side: WindowName) -> tuple[LoadRun, ...]:
    """Return the runs of one side, oldest first."""
    return tuple(sorted((run for run in runs if run.side is side), key=lambda run: run.id))


def _open(change: Change) -> Change:
    if not change.state.is_open:
        raise IllegalMove(_("{number} is closed.").format(number=change.number))
    return change


def _brief(summary: LoadTestSummary) -> LoadTestSummary:
    return replace(summary, labels=summary.labels[:KEPT_LABELS])


def _kept_words(run: LoadRun) -> str:
    total = run.summary.total
    text = ngettext(
        "Load test “{side}” kept: {name}, {n} sample, {errors} failed, SHA-256 {hash}…",
        "Load test “{side}” kept: {name}, {n} samples, {errors} failed, SHA-256 {hash}…",
        total.samples,
    )
    words = text.format(
        side=run.side.value,
        name=run.name,
        n=total.samples,
        errors=percent(total.error_share),
        hash=run.sha256[:12],
    )
    return f"{words} ({run.source})" if run.source else words
