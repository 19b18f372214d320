"""Read figures as people's tools write them, a whole column at a time.

Whether 1,234 is a thousand or a little more than one is decided once for a column, from all its
cells. Units that belong together are brought to the one that is used most.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.services.series_files.columns import Columns

Array = NDArray[np.float64]

NOTHING = ("", "nan", "null", "none", "na", "n/a", "-", "undefined", "no data")
_CELL = re.compile(
    r"(?P<figure>[+\-−]?\s*[\d.,'’ \t\u00a0\u2009\u202f]*\d(?:e[+-]?\d+)?)"
    r"\s*(?P<unit>[%°a-zµμ/²³]{1,12})?",
    re.IGNORECASE,
)
_GROUPS = re.compile(r"['’\s\u00a0\u202f]")
_FAMILIES = (
    {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0,
     "secs": 1.0, "second": 1.0, "seconds": 1.0, "m": 60.0, "min": 60.0, "mins": 60.0, "h": 3600.0,
     "hour": 3600.0, "hours": 3600.0, "d": 86400.0, "day": 86400.0, "days": 86400.0},
    {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2.0**10, "mib": 2.0**20,
     "gib": 2.0**30, "tib": 2.0**40, "bytes": 1.0},
    {"%": 1.0},
    {"k": 1e3, "mil": 1e6, "bil": 1e9},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FigureForm:
    """How a column writes its figures, found from its first cells and then true for all of them."""

    comma_is_decimal: bool
    dots_group: bool
    """Whether 1.234 stands beside 1.234,5 and so means more than a thousand."""
    factors: Mapping[str, float]
    """By what each unit is multiplied."""

    @classmethod
    def of(cls, cells: Sequence[str], *, comma_is_usual: bool = False) -> "FigureForm":
        """Find the form.

        Args:
            cells: Figures with a point or a comma, with groups of thousands, with or without a
                unit.
            comma_is_usual: Whether commas are more likely decimal, as in files with semicolons.
        """
        odd = [cell.strip() for cell in cells if _plain(cell) is None]
        found = [match for cell in odd if (match := _CELL.fullmatch(cell))]
        figures = [match["figure"] for match in found]
        comma = _comma_is_decimal(figures, usual=comma_is_usual)
        factors = _factors([match["unit"] or "" for match in found])
        return cls(comma, comma and _dots_group(figures), factors)

    def read(self, cells: Sequence[str]) -> Array:
        """Return the figures; NaN where a cell holds none. Infinities are none."""
        if not self.dots_group:
            try:
                value = np.fromiter(map(float, cells), np.float64, len(cells))
            except ValueError:
                pass
            else:
                value[~np.isfinite(value)] = math.nan
                return value
        return np.array([self._read_one(cell) for cell in cells])

    def read_column(self, columns: Columns, place: int) -> Array:
        """Return the figures of a column of a block, as `read` does."""
        if self.dots_group:
            return self.read(columns.texts(place))
        value, good = columns.numbers(place, b".")
        if self.comma_is_decimal and self.factors.get("") == 1.0 and not good.all():
            other, also = columns.numbers(place, b",")
            value, good = np.where(good, value, other), good | also
        if not good.all():
            texts = columns.texts(place)
            odd = np.flatnonzero(~good)
            value[odd] = self.read([texts[row] for row in odd.tolist()])
        return value

    def _read_one(self, cell: str) -> float:
        plain = _plain(cell)
        if plain is not None:
            grouped = self.dots_group and "." in cell
            return _figure(cell, comma_is_decimal=True, dots_group=True) if grouped else plain
        found = _CELL.fullmatch(cell.strip())
        factor = self.factors.get((found["unit"] or "").lower()) if found else None
        if found is None or factor is None:
            return math.nan
        comma, dots = self.comma_is_decimal, self.dots_group
        return _figure(found["figure"], comma_is_decimal=comma, dots_group=dots) * factor


def is_figure(cell: str) -> bool:
    """Tell whether a cell by itself holds a figure."""
    return math.isfinite(float(FigureForm.of([cell]).read([cell])[0]))


def _plain(cell: str) -> float | None:
    """Return what is a plain number or nothing at all; None where a closer look is needed."""
    try:
        value = float(cell)
    except ValueError:
        return math.nan if cell.strip().lower() in NOTHING else None
    return value if math.isfinite(value) else math.nan


def _comma_is_decimal(figures: Iterable[str], *, usual: bool) -> bool:
    for figure in figures:
        at = figure.rfind(",")
        if at < 0:
            continue
        if "." in figure:
            return at > figure.rfind(".")
        if figure.count(",") > 1:
            return False
        if len(figure) - at - 1 != 3 or figure.lstrip("+-− ").startswith("0,"):
            return True
    return usual


def _dots_group(figures: Iterable[str]) -> bool:
    return any(-1 < figure.find(".") < figure.rfind(",") for figure in figures)


def _figure(text: str, *, comma_is_decimal: bool, dots_group: bool) -> float:
    """Return a figure; a single dot is decimal in a column where nothing shows that dots group."""
    tidy = _GROUPS.sub("", text).replace("−", "-")
    if not comma_is_decimal:
        tidy = tidy.replace(",", "")
    elif dots_group or "," in tidy or tidy.count(".") > 1:
        tidy = tidy.replace(".", "").replace(",", ".")
    try:
        value = float(tidy)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _factors(units: Sequence[str]) -> dict[str, float]:
    """Return by what each unit is multiplied; units that do not belong together are left out."""
    counted = Counter(unit.lower() for unit in units)
    usual = counted.most_common(1)[0][0] if counted else ""
    family = next((each for each in _FAMILIES if usual in each), {})
    if usual == "":
        family = _FAMILIES[3] if any(unit in _FAMILIES[3] for unit in counted) else {}
        return {"": 1.0, **family}
    if usual in _FAMILIES[3]:
        return {"": 1.0, **_FAMILIES[3]}
    if not family:
        return {usual: 1.0}
    return {unit: family[unit] / family[usual] for unit in counted if unit in family}
