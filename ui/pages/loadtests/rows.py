"""How load tests are shown, as data: labels before against after, labels of one run, figures."""

from dataclasses import dataclass

from app.analysis.words_figures import short_move
from app.domain.load_summary import LabelSummary
from app.domain.loadtest import Figure, LabelComparison, SideFigures
from app.domain.verdict import Comparison, Verdict
from app.i18n import _
from app.wording import count, number, percent
from ui.cells import Badge, Cell, Column, Words
from ui.models.verdicts import interval_of, verdict_badge

DECIDING = (Figure.ERRORS, Figure.MEAN, Figure.P95)


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label before and after."""

    label: LabelComparison

    @property
    def id(self) -> str:
        """The label; the total is apart from a label of that name."""
        return f"{self.label.is_total}:{self.label.label}"

    @property
    def verdict(self) -> Verdict:
        """What wants to be looked at most."""
        found = [self.label.of(figure) for figure in DECIDING]
        known = [each.verdict for each in found if each is not None]
        return min(known, key=lambda verdict: verdict.rank, default=Verdict.NOT_MEASURED)

    @property
    def badge(self) -> Badge:
        """The verdict with its shape."""
        return verdict_badge(self.verdict)


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One label of a single run."""

    label: LabelSummary
    is_total: bool = False

    @property
    def id(self) -> str:
        """The label; the total is apart from a label of that name."""
        return f"{self.is_total}:{self.label.label}"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of a label."""

    figure: Figure
    before: SideFigures
    after: SideFigures
    found: Comparison

    @property
    def id(self) -> str:
        """The figure."""
        return self.figure.value


def figure_rows(label: LabelComparison) -> list[FigureRow]:
    """Return all figures of a label that were compared."""
    if label.before is None or label.after is None:
        return []
    rows = []
    for figure in Figure:
        found = label.of(figure)
        if found is not None:
            rows.append(FigureRow(figure, label.before, label.after, found))
    return rows


def figure_words(side: SideFigures, figure: Figure, *, unit: bool = True) -> str:
    """Return one figure of a side with its unit."""
    match figure:
        case Figure.ERRORS:
            return percent(side.error_share) if unit else number(100 * side.error_share)
        case Figure.RATE:
            return number(side.rate_per_s, "1/s" if unit else "")
        case Figure.APDEX:
            return number(side.apdex)
        case _:
            return number(getattr(side, f"{figure.value}_ms"), "ms" if unit else "")


def _label_cell(row: LabelRow) -> Cell:
    kind = _("transaction") if row.label.is_parent else ""
    return Cell((row.label.label,), (row.badge, Words(kind, "ink2")))


def _sides(row: LabelRow, figure: Figure) -> Cell:
    before, after = row.label.before, row.label.after
    if before is None or after is None:
        only = _("only after") if before is None else _("only before")
        return Cell((Words(only, "ink2"),), right=True)
    found = row.label.of(figure)
    moved = "–" if found is None else short_move(found)
    return Cell(
        (
            Words(f"{figure_words(before, figure, unit=False)} →", "ink2"),
            Words(figure_words(after, figure), weight=600),
        ),
        (Words(moved, "ink2"),),
        right=True,
    )


def _text(row: LabelRow, figure: Figure) -> str:
    cell = _sides(row, figure)
    return "".join(piece.text for piece in cell.top if isinstance(piece, Words))


LABEL_COLUMNS = (
    Column[LabelRow](
        _("Request and verdict"),
        lambda row: f"{row.label.label}, {row.badge.word}",
        cell=_label_cell,
    ),
    Column[LabelRow](
        _("Failed"),
        lambda row: _text(row, Figure.ERRORS),
        cell=lambda row: _sides(row, Figure.ERRORS),
        width=124,
        right=True,
    ),
    Column[LabelRow](
        _("Mean"),
        lambda row: _text(row, Figure.MEAN),
        cell=lambda row: _sides(row, Figure.MEAN),
        width=128,
        right=True,
    ),
    Column[LabelRow](
        _("95th percentile"),
        lambda row: _text(row, Figure.P95),
        cell=lambda row: _sides(row, Figure.P95),
        width=156,
        right=True,
    ),
)


def _ms(value: float | None) -> str:
    return number(value, "ms")


def _named(label: LabelSummary) -> str:
    return _("{label} (transaction)").format(label=label.label) if label.is_parent else label.label


SUMMARY_COLUMNS = (
    Column[SummaryRow](_("Request"), lambda row: _named(row.label)),
    Column[SummaryRow](_("Samples"), lambda row: count(row.label.samples), width=84, right=True),
    Column[SummaryRow](
        _("Failed"), lambda row: percent(row.label.error_share), width=72, right=True
    ),
    Column[SummaryRow](
        _("Per second"), lambda row: number(row.label.rate_per_s), width=84, right=True
    ),
    Column[SummaryRow](_("Mean"), lambda row: _ms(row.label.mean_ms), width=84, right=True),
    Column[SummaryRow](_("Median"), lambda row: _ms(row.label.p50_ms), width=84, right=True),
    Column[SummaryRow](_("90th"), lambda row: _ms(row.label.p90_ms), width=84, right=True),
    Column[SummaryRow](_("95th"), lambda row: _ms(row.label.p95_ms), width=84, right=True),
    Column[SummaryRow](_("99th"), lambda row: _ms(row.label.p99_ms), width=84, right=True),
    Column[SummaryRow](_("Longest"), lambda row: _ms(row.label.max_ms), width=108, right=True),
)


def summary_rows(total: LabelSummary, labels: tuple[LabelSummary, ...]) -> list[SummaryRow]:
    """Return the total and every label of one run."""
    return [SummaryRow(total, is_total=True), *(SummaryRow(label) for label in labels)]


def _values_cell(row: FigureRow) -> Cell:
    return Cell(
        (
            Words(f"{figure_words(row.before, row.figure, unit=False)} →", "ink2"),
            Words(figure_words(row.after, row.figure), weight=600),
        ),
        right=True,
    )


FIGURE_COLUMNS = (
    Column[FigureRow](
        _("Figure and verdict"),
        lambda row: f"{row.figure.short}, {row.found.verdict.words}",
        cell=lambda row: Cell((row.figure.short,), (verdict_badge(row.found.verdict),)),
    ),
    Column[FigureRow](
        _("Before → after"), lambda row: "", cell=_values_cell, width=148, right=True
    ),
    Column[FigureRow](
        _("Likely range"),
        lambda row: interval_of(row.found).sentence,
        cell=lambda row: Cell((interval_of(row.found),)),
        width=128,
        marks=("−40 %", "0", "+40 %"),
    ),
    Column[FigureRow](
        _("Change"),
        lambda row: short_move(row.found),
        width=88,
        right=True,
    ),
)
