"""A closer look at the measures, as data: pictures, promises, and the numbers behind verdicts."""

from dataclasses import dataclass

from app.analysis.chart_model import ChartModel
from app.analysis.chart_plot import Plot
from app.services.report_content.common import Claim, Mark


@dataclass(frozen=True, slots=True)
class GlanceChart:
    """One measure drawn small."""

    title: str
    mark: Mark
    levels: str
    change: str
    model: ChartModel


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its title above and its words below."""

    title: str
    plot: Plot
    note: str = ""


@dataclass(frozen=True, slots=True)
class NumberRow:
    """How one verdict came about, in figures."""

    name: str
    design: str
    steps: str
    worth: str
    error: str
    p: str
    family: str
    equal: str
    visible: str


@dataclass(frozen=True, slots=True)
class CloserPart:
    """The chapter; what there is none of is left out."""

    intro: str
    timeline: Picture | None = None
    pictures: tuple[Picture, ...] = ()
    """Set two by two."""
    promises: tuple[Claim, ...] = ()
    glance: tuple[GlanceChart, ...] = ()
    glance_note: str = ""
    numbers: tuple[NumberRow, ...] = ()
    numbers_note: str = ""
