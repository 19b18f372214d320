"""Make the post-implementation report: gather, word, print, keep.

The PDF lies among the evidence under its SHA-256; a `Report` names it with its revision and the
head of the change log. Laying out paper is the world's business: it comes in as ``render``.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.ids import ReportId, new_id
from app.domain.loadtest import LoadVerdict
from app.domain.metric import SampleSet, Series, WindowName
from app.domain.report import Report
from app.domain.run import Run
from app.errors import AppError
from app.i18n import _, speaking
from app.services.attachments import is_text
from app.services.change.changes import Desk
from app.services.ports.series import SeriesStore
from app.services.ports.store import Files, UnitOfWork
from app.services.report_content.closer import closer
from app.services.report_content.communication import communication
from app.services.report_content.data import Attachment, Cover, Rendered, ReportData
from app.services.report_content.evaluation import evaluation
from app.services.report_content.evidence import LARGEST_ATTACHED, EvidenceBook, canonical
from app.services.report_content.facts import rag_facts
from app.services.report_content.gaps import Gap, gaps
from app.services.report_content.health import health
from app.services.report_content.history import history
from app.services.report_content.learning import learning
from app.services.report_content.loadtests import load_tests
from app.services.report_content.measures import measures
from app.services.report_content.method import method
from app.services.report_content.need import need
from app.services.report_content.plan import plan
from app.services.report_content.safety import safety
from app.services.report_content.source import Source
from app.services.report_content.summary import summary
from app.services.report_content.transcripts import FIRST, LAST, transcripts
from app.services.report_content.words import STATES, TYPES
from app.services.review.rag import assess
from app.services.transcripts.excerpts import Excerpt, excerpt_of
from app.wording import clock, day, zone_with_offset

Render = Callable[[ReportData, Sequence[Attachment]], Rendered]


@dataclass(frozen=True, slots=True)
class Reporting:
    """The collaborators of reporting."""

    desk: Desk
    files: Files
    series: SeriesStore
    render: Render


def make_report(number: str, *, reporting: Reporting) -> Report:
    """Print the report of a change as it stands now, keep the PDF and record it.

    Everything is read in one transaction; the record and its log entry are written together.

    Raises:
        NotFound: There is no such change.
        StoreError: Frozen evidence was altered.
    """
    source = gather(number, reporting=reporting)
    with speaking(reporting.desk.settings.report_language):
        data, attachments = report_data(source)
        made = reporting.render(data, attachments)
    desk = reporting.desk
    report = Report(
        id=ReportId(new_id()),
        change=source.change.id,
        number=source.change.number,
        revision=data.cover.revision,
        made_at=source.now,
        by=desk.actor,
        title=data.summary.headlines[-1].replace("\u00a0", " "),
        pdf_sha256=reporting.files.put(made.pdf),
        log_head=source.log_head,
        pages=made.pages,
    )
    with desk.new_uow() as uow:
        uow.reports.add(report)
        text = _("Report revision {n}, {pages} pages, {sha256}").format(
            n=report.revision, pages=report.pages, sha256=report.pdf_sha256[:12]
        )
        uow.log.append(NewEvent("report.made", text, report.change, (report.id,)))
        uow.commit()
    return report


def report_gaps(number: str, *, reporting: Reporting) -> tuple[Gap, ...]:
    """Return what the report would lack if it were printed now; raises NotFound."""
    return gaps(gather(number, reporting=reporting))


def gather(number: str, *, reporting: Reporting) -> Source:
    """Read everything the report of a change is made from; raises NotFound, StoreError."""
    desk = reporting.desk
    with desk.new_uow() as uow:
        change = uow.changes.by_number(number)
        source = _records(change, uow, desk)
    run = source.run
    return replace(
        source,
        series=_series(source.samples, reporting.series),
        transcripts=_transcripts(run, reporting.files) if run is not None else {},
        excerpts=_excerpts(run, reporting.files) if run is not None else {},
        files=_texts(source.change, reporting.files),
        author=desk.actor,
        settings=desk.settings,
    )


def _records(change: Change, uow: UnitOfWork, desk: Desk) -> Source:
    hosts = (uow.hosts.find(host) for host in change.hosts)
    return Source(
        change=change,
        now=desk.clock.now(),
        hosts=tuple(host for host in hosts if host is not None),
        runs=tuple(uow.runs.list(change=change.id)),
        backups=tuple(uow.backups.list(change=change.id)),
        health=tuple(uow.health.list(change=change.id)),
        samples=tuple(uow.samples.list(change=change.id)),
        comparisons=_in_plan_order(change, tuple(uow.comparisons.list(change=change.id))),
        events=tuple(uow.log.of(change.id)),
        earlier=tuple(uow.reports.list(change=change.id)),
        surveys=tuple(uow.surveys.list(change=change.id)),
        load_runs=tuple(reversed(uow.load_runs.list(change=change.id))),
        load_verdict=_standing(change, uow),
        log_head=uow.log.head(),
    )


def _standing(change: Change, uow: UnitOfWork) -> LoadVerdict | None:
    """Return the verdict on load tests if it rests on the runs that count now."""
    verdict = uow.load_verdicts.find(change.id)
    rests = verdict is not None and verdict.rests_on(uow.load_runs.list(change=change.id))
    return verdict if rests else None


def _in_plan_order(change: Change, found: tuple) -> tuple:  # type: ignore[type-arg]
    order = [metric.id for metric in change.metrics]
    known = [item for item in found if item.metric_id in order]
    return tuple(sorted(known, key=lambda item: order.index(item.metric_id)))


_ALL_OF = (WindowName.REFERENCE, WindowName.REPEATED)


def _series(samples: Sequence[SampleSet], store: SeriesStore) -> dict[str, Series]:
    """Read the samples the report draws: the newest of each window, all earlier and later days."""
    newest: dict[tuple[str, WindowName], SampleSet] = {}
    for item in sorted(samples, key=lambda each: each.id):
        newest[item.metric, item.window] = item
    wanted = {item.sha256 for item in newest.values()}
    wanted |= {item.sha256 for item in samples if item.window in _ALL_OF}
    return {sha256: store.get(sha256) for sha256 in sorted(wanted)}


def _transcripts(run: Run, files: Files) -> dict[str, bytes]:
    """Read what the steps put out; one that cannot be read is missing, and the report says so.

    What is too large to be attached is not read whole.
    """
    found: dict[str, bytes] = {}
    for item in run.steps:
        if item.transcript and item.transcript_bytes <= LARGEST_ATTACHED:
            try:
                found[item.transcript] = files.get(item.transcript)
            except AppError:
                continue
    return found


def _excerpts(run: Run, files: Files) -> dict[str, Excerpt]:
    """Read both ends of what is too large to be held; the report says what cannot be read."""
    found: dict[str, Excerpt] = {}
    for item in run.steps:
        if item.transcript and item.transcript_bytes > LARGEST_ATTACHED:
            with suppress(AppError, OSError):
                path = files.path(item.transcript)
                found[item.transcript] = excerpt_of(path, item.transcript, FIRST, LAST)
    return found


def _texts(change: Change, files: Files) -> dict[str, bytes]:
    """Read attached files that are text; one that cannot be read keeps its line and its hash."""
    found: dict[str, bytes] = {}
    tried = (attempt for case in change.tests for attempt in case.attempts)
    for item in (*change.attachments, *(kept for attempt in tried for kept in attempt.files)):
        if item.size <= LARGEST_ATTACHED:
            with suppress(AppError):
                data = files.get(item.sha256)
                if is_text(data):
                    found[item.sha256] = data
    return found


def report_data(source: Source) -> tuple[ReportData, tuple[Attachment, ...]]:
    """Put the report into words; also return what is attached to it.

    The parts are made in the order in which they are read, because evidence is numbered so.
    """
    rag = assess(rag_facts(source))
    book = EvidenceBook(source)
    data = ReportData(
        cover=_cover(source),
        summary=summary(source, rag, book),
        measures=measures(source, book),
        closer=closer(source, book),
        load_tests=load_tests(source, book),
        need=need(source, book),
        communication=communication(source, book),
        plan=plan(source, book),
        safety=safety(source, rag, book),
        health=health(source, book),
        history=history(source, book),
        evaluation=evaluation(source, book),
        learning=learning(source),
        transcripts=transcripts(source, book),
        method=method(source, book),
    )
    whole = Attachment(
        "report-data.json", canonical(data), _("The data of this report"), "application/json"
    )
    return data, (whole, *book.attachments())


def _document(source: Source) -> str:
    """Name the paper: after a reopening it is an addendum to what was printed before."""
    reopened = [
        item.at
        for item in source.events
        if item.kind == "change.moved" and dict(item.data).get("from") == ChangeState.CLOSED.value
    ]
    before = [item.revision for item in source.earlier if reopened and item.made_at <= reopened[-1]]
    if not before:
        return _("Post-implementation report")
    return _("Post-implementation report, addendum {n} to revision {last}").format(
        n=len(reopened), last=max(before)
    )


def _cover(source: Source) -> Cover:
    change, zone = source.change, source.zone
    generated = f"{day(source.now, zone, year=True)} {clock(source.now, zone)}"
    return Cover(
        organisation=source.settings.organisation,
        document=_document(source),
        number=change.number,
        title=change.title,
        status=f"{_(TYPES[change.type])} · {_(STATES[change.state])}",
        revision=max((item.revision for item in source.earlier), default=0) + 1,
        generated=f"{generated} {zone_with_offset(source.now, zone)}",
        generated_at=source.now,
        log_head=source.log_head,
        author=source.author,
        language=source.settings.report_language,
        paper=source.settings.page_size,
        label=source.settings.label,
    )
