"""Compare load tests before and after a change: run by run, label by label.

Each file is one run. With three or more on each side the runs are compared with each other;
otherwise the last run of each side is judged by its own course, and tagged as a single run.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from app.analysis.capacity import response_over_rate
from app.analysis.clean import Bins
from app.analysis.effect import Measured
from app.analysis.judge import Terms
from app.analysis.levels import MIN_BAD
from app.analysis.load_course import Asked, Course
from app.analysis.load_parts import Parts
from app.analysis.load_run import Part, Span, steady_span
from app.analysis.loadtest import TOTAL, Tally
from app.analysis.runs import (
    between_runs,
    enough_runs,
    percentiles_within,
    the_same_runs,
    within_runs,
)
from app.analysis.study import Study
from app.domain.load_summary import LabelSummary
from app.domain.loadtest import (
    Figure,
    LabelComparison,
    LoadComparison,
    LoadTerms,
    RunFacts,
    SideFigures,
    figure_of,
)
from app.domain.metric import Metric, MetricKind, WorseWhen
from app.domain.verdict import Comparison
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.loadtests.files.reading import reading
from app.services.loadtests.files.recording import recorder
from app.services.loadtests.summing import summary_of
from app.services.metric.comparison import compare_runs, judge_together, overall
from app.services.series_files.zones import zone_of
from app.tasks import TaskContext

MOST_LABELS = 40
"""Labels that are compared one by one, those with the most samples; all count in the total."""
KEY_FIGURES = (Figure.ERRORS, Figure.MEAN, Figure.P95)
_PERCENTS = {Figure.P50: 50.0, Figure.P90: 90.0, Figure.P95: 95.0, Figure.P99: 99.0}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Digest:
    """One label of one run, in figures: what the steady part gives, and its course in steps."""

    figures: Mapping[Figure, float]
    courses: Mapping[Figure, Bins]
    spreads: Mapping[Figure, Measured | None]


@dataclass(frozen=True, slots=True)
class Run:
    """One file, read: its facts, and a digest per label; the total is the label ""."""

    facts: RunFacts
    apdex: Mapping[str, float]
    digests: Mapping[str, Digest]


def compare_load_tests(
    before: Sequence[Path], after: Sequence[Path], terms: LoadTerms
) -> LoadComparison:
    """Compare the runs of two sides; one file is one run.

    Args:
        before: Results from before the change.
        after: Results from after it.
        terms: What matters.

    Raises:
        InvalidInput: A side has no run, or a file holds no samples with times.
    """
    zone_of(terms.zone)
    if not before or not after:
        raise InvalidInput(_("A comparison needs a run on each side."))
    first, last = ([_named_run(path, terms) for path in side] for side in (before, after))
    return compare_sides(first, last, terms)


def _named_run(path: Path, terms: LoadTerms) -> Run:
    """Read one of several files; what is wrong with it is told with its name."""
    try:
        return read_run(path, terms)
    except InvalidInput as error:
        if f"{path.name}”" in error.text:
            raise
        text = _("“{file}”: {what}").format(file=path.name, what=error.text)
        raise InvalidInput(text, hint=error.hint) from error


def compare_sides(before: Sequence[Run], after: Sequence[Run], terms: LoadTerms) -> LoadComparison:
    """Compare runs that were read."""
    single = not enough_runs(len(before), len(after))
    labels = ("", *_labels((*before, *after)))
    same = _are_the_same(before, after)
    rows = _corrected(
        [_row(label, before, after, terms, single=single, same=same) for label in labels]
    )
    deciding = (*KEY_FIGURES, Figure.RATE)
    found = overall([each for each in rows[0].comparisons if figure_of(each) in deciding])
    return LoadComparison(
        terms,
        tuple(run.facts for run in before),
        tuple(run.facts for run in after),
        tuple(rows),
        found,
        single,
        notes=(*_sameness(same), *_notes(before, after, rows, single=single)),
    )


def read_run(
    path: Path, terms: LoadTerms, name: str = "", context: TaskContext | None = None
) -> Run:
    """Read one run: sum it up, cut its steady part, and reduce each label to a digest.

    Args:
        path: Its results.
        terms: What matters.
        name: What people know the file by, if it lies elsewhere under another name.
        context: Reports progress; a stop ends the reading.

    Raises:
        InvalidInput: The file cannot be read, or holds no single samples with times.
        TaskCancelled: A stop was asked for.
    """
    tally = Tally()
    with recorder() as writer:
        with reading(path, zone=terms.zone, context=context) as found:
            for batch in found.batches:
                tally.add(batch)
                writer.add(batch)
        summary = summary_of(found, tally)
        recording = writer.recording(context)
        if not len(recording):
            raise InvalidInput(
                _("“{file}” holds no single samples with times.").format(file=name or path.name),
                hint=_("Give the results themselves instead of their statistics."),
            )
        steady = steady_span(recording.starts(), recording.whole, terms.warm_up)
        parts = Parts(recording.whole, steady)
        for batch in recording.batches():
            parts.add(batch)
        wanted = _most_frequent(summary.labels)
        names: dict[int | None, str] = {None: ""}
        names |= {n: name for n, name in enumerate(found.book.labels.names) if name in wanted}
        chosen = {label: parts.part(label, steady=True) for label in names}
        asked = Asked(terms.apdex_ms, tuple(_PERCENTS.values()))
        courses = parts.courses(recording.batches(), chosen, asked)
        digests = {
            name: _digest(chosen[label], courses[label], terms) for label, name in names.items()
        }
        apdex = {
            name: parts.part(label, steady=False).apdex(terms.apdex_ms)
            for label, name in names.items()
        }
        start, end = (_EPOCH + timedelta(microseconds=at) for at in _ends(steady))
        facts = RunFacts(
            name or path.name, _sha256(path), summary, start, end, chosen[None].n,
            response_over_rate(parts.slices()),
        )  # fmt: skip
    return Run(facts, apdex, digests)


def _ends(span: Span) -> tuple[int, int]:
    return span.start_us, span.end_us


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _most_frequent(labels: Sequence[LabelSummary]) -> set[str]:
    ranked = sorted(labels, key=lambda label: -label.samples)
    return {label.label for label in ranked[:MOST_LABELS]}


def _labels(runs: Sequence[Run]) -> list[str]:
    """Return all labels in order of appearance."""
    return list(dict.fromkeys(name for run in runs for name in run.digests if name))


def _digest(part: Part, course: Course, terms: LoadTerms) -> Digest:
    """Reduce the steady part of a label to what is compared."""
    figures = {
        Figure.RATE: part.rate_per_s,
        Figure.ERRORS: part.error_share,
        Figure.MEAN: part.mean_ms,
        Figure.APDEX: part.apdex(terms.apdex_ms),
    }
    figures |= {figure: part.percentile_ms(percent) for figure, percent in _PERCENTS.items()}
    courses = {
        Figure.RATE: course.rate,
        Figure.ERRORS: course.errors,
        Figure.MEAN: course.mean_ms,
        Figure.APDEX: course.apdex,
    }
    spreads = {figure: course.percentile(percent) for figure, percent in _PERCENTS.items()}
    return Digest(figures, courses, spreads)


def _row(
    label: str,
    before: Sequence[Run],
    after: Sequence[Run],
    terms: LoadTerms,
    *,
    single: bool,
    same: bool,
) -> LabelComparison:
    sides = [[run for run in runs if label in run.digests] for runs in (before, after)]
    comparisons: tuple[Comparison, ...] = ()
    if all(sides):
        comparisons = tuple(
            _compared(figure, label, sides, terms, single=single, same=same) for figure in Figure
        )
    first, last = (_side(label, runs) if runs else None for runs in sides)
    summaries = [_summary(label, run) for runs in sides for run in runs]
    return LabelComparison(
        label or TOTAL,
        first,
        last,
        comparisons=comparisons,
        is_parent=all(each.is_parent for each in summaries),
        is_total=not label,
    )


def _compared(
    figure: Figure,
    label: str,
    sides: Sequence[Sequence[Run]],
    terms: LoadTerms,
    *,
    single: bool,
    same: bool,
) -> Comparison:
    metric = metric_of(figure, label, terms)
    digests = [[run.digests[label] for run in runs] for runs in sides]
    rule = Terms(metric.margin, metric.floor, metric.worse_when, metric.strict)
    alone = single or not enough_runs(len(digests[0]), len(digests[1]))
    found: Study
    if same:
        levels = np.array([each.figures[figure] for each in digests[0]])
        found = the_same_runs(levels, rule)
    elif not alone:
        values = [np.array([each.figures[figure] for each in runs]) for runs in digests]
        found = between_runs(values[0], values[1], rule, in_points=_has_few(figure, digests))
    else:
        first, last = (runs[-1] for runs in digests)
        if figure in _PERCENTS:
            found = percentiles_within(first.spreads[figure], last.spreads[figure], rule)
        else:
            is_ratio = figure is Figure.ERRORS
            found = within_runs(
                first.courses[figure], last.courses[figure], rule, is_ratio=is_ratio
            )
    return compare_runs(metric, found, single=alone)


def _are_the_same(before: Sequence[Run], after: Sequence[Run]) -> bool:
    """Whether the runs of both sides give the same figures, every label to the last digit.

    Different runs never do: it is one run that was given twice, perhaps sorted or dated otherwise.
    """
    sides = (
        sorted(
            str([(name, run.digests[name].figures) for name in sorted(run.digests)]) for run in runs
        )
        for runs in (before, after)
    )
    first, last = sides
    return first == last


def _has_few(figure: Figure, digests: Sequence[Sequence[Digest]]) -> bool:
    """Whether a run failed too seldom for ratios of its share of failures."""
    if figure is not Figure.ERRORS:
        return False
    failed = (each.courses[figure].part.sum() for runs in digests for each in runs)
    return bool(min(failed) < MIN_BAD)


def metric_of(figure: Figure, label: str, terms: LoadTerms) -> Metric:
    """Return one figure of a label as a metric with its margin, floor and direction."""
    name = f"{label}: {figure.words}" if label else figure.words
    kind, unit, margin, floor, worse = MetricKind.LATENCY, "ms", terms.margin, terms.floor_ms, True
    match figure:
        case Figure.RATE:
            kind, unit, margin, floor = MetricKind.GAUGE, "1/s", terms.rate_margin, 0.0
            worse = False
        case Figure.ERRORS:
            kind, unit, floor = MetricKind.RATIO, "", terms.error_floor
        case Figure.APDEX:
            kind, unit, margin, floor = MetricKind.GAUGE, "", terms.rate_margin, 0.01
            worse = False
    return Metric(
        id=f"{label}:{figure.value}",
        name=name,
        unit=unit,
        kind=kind,
        worse_when=WorseWhen.HIGHER if worse else WorseWhen.LOWER,
        margin=margin,
        floor=floor,
        key=not label and figure in KEY_FIGURES,
        strict=terms.strict,
    )


def _side(label: str, runs: Sequence[Run]) -> SideFigures:
    summaries = [_summary(label, run) for run in runs]
    samples = sum(each.samples for each in summaries)
    errors = sum(each.errors for each in summaries)

    def mean(values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None and math.isfinite(value)]
        return sum(known) / len(known) if known else None

    return SideFigures(
        samples,
        errors,
        errors / samples if samples else 0.0,
        mean([each.rate_per_s for each in summaries]),
        mean([each.mean_ms for each in summaries]),
        mean([each.p50_ms for each in summaries]),
        mean([each.p90_ms for each in summaries]),
        mean([each.p95_ms for each in summaries]),
        mean([each.p99_ms for each in summaries]),
        mean([run.apdex[label] for run in runs]),
    )


def _summary(label: str, run: Run) -> LabelSummary:
    summary = run.facts.summary
    if not label:
        return summary.total
    return next(each for each in summary.labels if each.label == label)


def _corrected(rows: Sequence[LabelComparison]) -> list[LabelComparison]:
    """Take back what so many labels would show by chance; the total is a family of its own."""
    total, *others = rows
    together = judge_together([each for row in others for each in row.comparisons])
    left = iter(together)
    kept = [
        replace(row, comparisons=tuple(next(left) for _each in row.comparisons)) for row in others
    ]
    return [replace(total, comparisons=judge_together(total.comparisons)), *kept]


def _sameness(same: bool) -> list[str]:
    text = _("Both sides are the same runs: every figure agrees to the last digit.")
    return [text] if same else []


def _notes(
    before: Sequence[Run], after: Sequence[Run], rows: Sequence[LabelComparison], *, single: bool
) -> list[str]:
    notes = []
    if single and len(before) + len(after) > 2:
        notes.append(_("Fewer than three runs on a side: the last run of each side was compared."))
    rate = rows[0].of(Figure.RATE)
    if rate is not None and rate.verdict.is_move:
        notes.append(
            _(
                "The load was not the same on both sides. A tool that waits for each answer sends "
                "less when answers are slow, and then hides how long users would have waited."
            )
        )
    for row in rows:
        if row.before is None:
            notes.append(_("“{label}” occurs only after.").format(label=row.label))
        elif row.after is None:
            notes.append(_("“{label}” occurs only before.").format(label=row.label))
    rejected = sum(run.facts.summary.rejected_rows for run in (*before, *after))
    if rejected:
        text = ngettext("{n} row was rejected.", "{n} rows were rejected.", rejected)
        notes.append(text.format(n=rejected))
    return notes
