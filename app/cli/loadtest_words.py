"""What ``changedesk loadtest compare`` answers: one JSON object, or lines for people."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from app.cli.output import rounded
from app.domain.load_summary import Percentiles
from app.domain.loadtest import (
    Capacity,
    Figure,
    LabelComparison,
    LoadComparison,
    LoadPoint,
    RunFacts,
    SideFigures,
)
from app.domain.verdict import Comparison
from app.i18n import _
from app.wording import number, percent, signed_percent

_SIDE = (
    "samples", "errors", "error_share", "rate_per_s", "mean_ms", "p50_ms", "p90_ms", "p95_ms",
    "p99_ms", "apdex",
)  # fmt: skip


def comparison_data(found: LoadComparison) -> dict[str, object]:
    """Return a comparison as JSON holds it; shares are fractions."""
    total, *labels = found.rows
    return {
        "verdict": found.overall.verdict,
        "sentence": found.overall.sentence,
        "rule": found.overall.rule,
        "design": "single_run" if found.single_run else "runs",
        "evidence": "limited" if found.single_run else "full",
        "apdex_target_ms": found.terms.apdex_ms,
        "percentiles": Percentiles.JMETER.words,
        "before": [_run(run) for run in found.before],
        "after": [_run(run) for run in found.after],
        "total": _row(total),
        "labels": [_row(row) for row in labels],
        "notes": found.notes,
    }


def _run(run: RunFacts) -> dict[str, object]:
    return {
        "file": run.name,
        "sha256": run.sha256,
        "samples": run.summary.total.samples,
        "errors": run.summary.total.errors,
        "start": run.summary.start,
        "end": run.summary.end,
        "rejected_rows": run.summary.rejected_rows,
        "steady_start": run.steady_start,
        "steady_end": run.steady_end,
        "steady_samples": run.steady_samples,
    }


def _row(row: LabelComparison) -> dict[str, object]:
    return {
        "label": row.label,
        "before": _side(row.before),
        "after": _side(row.after),
        "verdicts": {
            figure.value: _verdict(comparison)
            for figure in Figure
            if (comparison := row.of(figure)) is not None
        },
    }


def _side(side: SideFigures | None) -> dict[str, object] | None:
    return None if side is None else {name: getattr(side, name) for name in _SIDE}


def _verdict(found: Comparison) -> dict[str, object]:
    interval = found.interval95
    return {
        "verdict": found.verdict,
        "before": rounded(found.before),
        "after": rounded(found.after),
        "absolute_change": rounded(found.absolute_change),
        "relative_change": rounded(found.relative_change),
        "interval95": None if interval is None else [rounded(end) for end in interval],
        "smallest_visible_change": rounded(found.smallest_visible_change),
        "sentence": found.sentence,
        "reason": found.reason,
    }


def comparison_lines(found: LoadComparison) -> Iterator[str]:
    """Yield a comparison for people: the verdict first, then each label."""
    yield found.overall.sentence
    yield ""
    for row in found.rows:
        yield row.label
        yield from (f"  {line}" for line in _figures(row))
    yield ""
    total = found.rows[0]
    yield from (each.sentence for each in total.comparisons if each.key)
    yield ""
    yield Percentiles.JMETER.words
    yield _("Apdex: answers up to {target} satisfy.").format(
        target=number(found.terms.apdex_ms, "ms")
    )
    yield from found.notes


def _figures(row: LabelComparison) -> Iterator[str]:
    if row.before is None or row.after is None:
        yield _("occurs on one side only")
        return
    table = []
    for figure in Figure:
        comparison = row.of(figure)
        if comparison is None:
            continue
        before, after = (_figure(side, figure) for side in (row.before, row.after))
        moved = signed_percent(comparison.relative_change)
        table.append((figure.short, before, "→", after, moved, comparison.verdict.words))
    widths = [max(len(line[i]) for line in table) for i in range(5)]
    for line in table:
        first = line[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(line[1:5], widths[1:], strict=True))
        yield "  ".join((first, *rest, line[5]))


def _figure(side: SideFigures, figure: Figure) -> str:
    match figure:
        case Figure.ERRORS:
            return percent(side.error_share)
        case Figure.RATE:
            return number(side.rate_per_s, "1/s")
        case Figure.APDEX:
            return number(side.apdex)
        case _:
            return number(getattr(side, f"{figure.value}_ms"), "ms")


def capacity_data(found: Capacity, points: Sequence[LoadPoint]) -> dict[str, object]:
    """Return a capacity as JSON holds it."""
    return {
        "target_p95_ms": found.target_ms,
        "capacity_per_s": rounded(found.rate_per_s),
        "limit_reached": found.is_reached,
        "points": [asdict(point) for point in points],
    }


def capacity_lines(found: Capacity, points: Sequence[LoadPoint]) -> Iterator[str]:
    """Yield a capacity for people, then what was seen at each rate."""
    target = number(found.target_ms, "ms")
    rate = number(found.rate_per_s, "1/s")
    if found.rate_per_s is None:
        yield _("Not even the lowest rate kept p95 within {target}.").format(target=target)
    elif found.is_reached:
        yield _("Up to {rate} p95 stayed within {target}.").format(rate=rate, target=target)
    else:
        text = _("At least {rate}: p95 stayed within {target} at every rate that was seen.")
        yield text.format(rate=rate, target=target)
    yield ""
    for point in points:
        yield _("{rate}: p95 {p95}, {failed} failed, {n} samples").format(
            rate=number(point.rate_per_s, "1/s"),
            p95=number(point.p95_ms, "ms"),
            failed=percent(point.error_share),
            n=point.samples,
        )
