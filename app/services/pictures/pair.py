"""Two metrics of a change against each other."""

from dataclasses import dataclass

from app.analysis.chart_plot import Plot
from app.analysis.chart_scatter import (
    ScatterInput,
    correlation_words,
    meaning_words,
    scatter_plot,
)
from app.analysis.correlation import together
from app.i18n import _
from app.services.pictures.shelf import Shelf


@dataclass(frozen=True, slots=True)
class PairPicture:
    """The scatter of two metrics and its words; no plot where there is no common step."""

    one: str
    other: str
    plot: Plot | None
    before: str = ""
    after: str = ""
    meaning: str = ""


def pair_picture(one: Shelf, other: Shelf) -> PairPicture:
    """Pair two metrics of one change over the windows of the first."""
    layout = one.layout or other.layout
    names = one.metric.name, other.metric.name
    if layout is None:
        return PairPicture(*names, None, meaning=_("Both measures need samples on both sides."))
    before, after, step_s = together(one.samples, other.samples, layout)
    data = ScatterInput(
        names[0], one.metric.unit, names[1], other.metric.unit, before, after, step_s, one.zone
    )
    plot = scatter_plot(data)
    if plot is None:
        return PairPicture(*names, None, meaning=_("They were never measured at the same time."))
    return PairPicture(
        *names, plot, correlation_words(before), correlation_words(after), meaning_words(data)
    )
