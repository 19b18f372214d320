"""The same move on earlier days, as data: open dots, this change as a square with its range."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.analysis.chart_axes import Tick, share_ticks
from app.i18n import _
from app.wording import percent_range, signed_percent


@dataclass(frozen=True, slots=True)
class StripModel:
    """Everything the strip shows; figures are fractions (0.1 = 10 %)."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    margin: float
    earlier: tuple[float, ...]
    estimate: float
    range: tuple[float, float]
    sentence: str


def placebo_strip(
    estimate: float, likely: tuple[float, float], earlier: Sequence[float], margin: float
) -> StripModel:
    """Prepare the strip; its scale holds every dot, both ends of the range and the margin."""
    figures = (estimate, *likely, *earlier, margin, -margin)
    reach = max(*(abs(figure) for figure in figures), 0.01)
    low = -reach if min(figures) < -reach / 3 else -reach / 3
    high = reach if max(figures) > reach / 3 else reach / 3
    low, high = low * 1.1, high * 1.1
    sentence = _("This change: {estimate}, likely range {range}; {n} earlier moves").format(
        estimate=signed_percent(estimate), range=percent_range(*likely), n=len(earlier)
    )
    ticks = share_ticks(low, high)
    return StripModel(low, high, ticks, margin, tuple(earlier), estimate, likely, sentence)
