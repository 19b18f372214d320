"""Load tests in the report: every request before and after, response over rate, the runs."""

from collections.abc import Callable, Sequence

from app.analysis.chart_plot import Plot
from app.analysis.chart_rate import rate_plot
from app.domain.loadtest import (
    Figure,
    LabelComparison,
    LoadComparison,
    LoadRun,
    RunFacts,
    SideFigures,
)
from app.domain.metric import WindowName
from app.domain.verdict import Verdict
from app.i18n import _, ngettext
from app.services.loadtests.capacities import capacity_sentence
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.load_parts import LoadPart, LoadRow, RunRow
from app.services.report_content.source import Source
from app.services.report_content.words import lower_first, sentence, verdict_mark
from app.wording import DASH, NONE, clock, count, day, number, signed_percent, zone_label

MOST_ROWS = 20
"""Requests in the table, those that want to be looked at first."""
_DECIDING = (Figure.ERRORS, Figure.MEAN, Figure.P95)


def load_tests(source: Source, book: EvidenceBook) -> LoadPart | None:
    """Put the chapter together; None for a change without load tests."""
    if not source.load_runs:
        return None
    cited = tuple(_run_row(run, source, book) for run in source.load_runs)
    verdict = source.load_verdict
    if verdict is None:
        return LoadPart(_uncompared(source), runs=cited, zone=_zone(source))
    found = verdict.found
    total, *labels = found.rows
    labels.sort(key=_rank)
    shown = [total, *labels[: MOST_ROWS - 1]]
    more = len(labels) + 1 - len(shown)
    left_out = ngettext("{n} more request is not shown.", "{n} more requests are not shown.", more)
    return LoadPart(
        intro=_intro(found),
        rows=tuple(_row(label) for label in shown),
        left_out=left_out.format(n=more) if more else "",
        findings=tuple(_findings(total, found)),
        runs=cited,
        zone=_zone(source),
        notes=found.notes,
        plot=_plot(found),
    )


def _uncompared(source: Source) -> str:
    sides = {run.side for run in source.load_runs if run.counts}
    if not sides:
        return _("Every load test that was kept was withdrawn, so nothing was compared.")
    if sides == {WindowName.AFTER}:
        return _("A load test was kept from after the change only, so nothing was compared.")
    if sides == {WindowName.BEFORE}:
        return _("A load test was kept from before the change only, so nothing was compared.")
    return _("The load tests were not compared yet.")


def _intro(found: LoadComparison) -> str:
    text = _("Overall: {verdict}.").format(verdict=lower_first(found.overall.verdict.words))
    if found.single_run:
        limits = _(
            "A single run per side was judged by its own course; how much runs differ is not known."
        )
        return f"{text} {limits}"
    basis = _("{before} runs from before and {after} from after were compared run by run.")
    return f"{text} {basis.format(before=len(found.before), after=len(found.after))}"


def _plot(found: LoadComparison) -> Plot | None:
    before, after = (runs[-1].points for runs in (found.before, found.after))
    plot = rate_plot(before, after, found.terms.p95_target_ms)
    return None if plot is None else plot.for_paper()


def _rank(label: LabelComparison) -> tuple[int, int]:
    samples = sum(side.samples for side in (label.before, label.after) if side is not None)
    return _verdict(label).rank, -samples


def _verdict(label: LabelComparison) -> Verdict:
    found = (label.of(figure) for figure in _DECIDING)
    known = [each.verdict for each in found if each is not None]
    return min(known, key=lambda verdict: verdict.rank, default=Verdict.NOT_MEASURED)


def _row(label: LabelComparison) -> LoadRow:
    p95 = label.of(Figure.P95)
    return LoadRow(
        name=_("All requests") if label.is_total else label.label,
        samples=_sides(label, lambda side, _unit: count(side.samples)),
        failed=_sides(label, lambda side, _unit: number(100 * side.error_share)),
        mean=_sides(label, lambda side, unit: number(side.mean_ms, unit)),
        p95=_sides(label, lambda side, unit: number(side.p95_ms, unit)),
        change=signed_percent(p95.relative_change) if p95 is not None else NONE,
        mark=verdict_mark(_verdict(label)),
        is_total=label.is_total,
    )


def _sides(label: LabelComparison, words: Callable[[SideFigures, str], str]) -> str:
    """Return "61 → 70 ms", or one figure where both are the same."""
    before = NONE if label.before is None else words(label.before, "")
    after = NONE if label.after is None else words(label.after, "ms")
    return after if before == after else f"{before} → {after}"


def _findings(total: LabelComparison, found: LoadComparison) -> Sequence[Claim]:
    told = [total.of(figure) for figure in (*_DECIDING, Figure.APDEX)]
    claims = [Claim(each.sentence) for each in told if each is not None]
    capacity = capacity_sentence(found)
    return [*claims, Claim(capacity, _("Capacity."))] if capacity else claims


def _run_row(run: LoadRun, source: Source, book: EvidenceBook) -> RunRow:
    facts, summary = _facts_of(run, source), run.summary
    notes = []
    if summary.rejected_rows:
        rejected = ngettext("{n} row rejected.", "{n} rows rejected.", summary.rejected_rows)
        notes.append(rejected.format(n=count(summary.rejected_rows)))
    if run.withdrawn is not None:
        why = _("Withdrawn by {by}, and not compared: {reason}")
        notes.append(sentence(why.format(by=run.withdrawn.by, reason=run.withdrawn.reason)))
    when = NONE
    if summary.start is not None and summary.end is not None:
        times = (clock(at, source.zone, seconds=True) for at in (summary.start, summary.end))
        when = f"{day(summary.start, source.zone, year=True)} {DASH.join(times)}"
    return RunRow(
        side=_("Before") if run.side is WindowName.BEFORE else _("After"),
        name=run.name,
        when=when,
        samples=count(summary.total.samples),
        judged=NONE if facts is None else count(facts.steady_samples),
        note=" ".join(notes),
        evidence=book.load_run(run),
    )


def _zone(source: Source) -> str:
    begins = [run.summary.start for run in source.load_runs if run.summary.start is not None]
    return zone_label(min(begins), source.zone) if begins else source.zone


def _facts_of(run: LoadRun, source: Source) -> RunFacts | None:
    if source.load_verdict is None:
        return None
    found = source.load_verdict.found
    return next((each for each in (*found.before, *found.after) if each.sha256 == run.sha256), None)
