"""A chart as a file: a picture of points, a picture of lines, or the figures behind it."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.errors import InvalidInput
from app.i18n import _
from app.services.safe_text import safe_cell

_SCALE = 2.0
"""Points of a picture per point of the screen, so that it prints well."""


class Figures(Protocol):
    """What a chart shows, as words and as a table."""

    @property
    def sentence(self) -> str:
        """What is to be seen, in words."""
        ...

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the table, head first."""
        ...


def save_chart(chart: QWidget, model: Figures, path: Path) -> None:
    """Write a chart in the form that the name's end asks for.

    Raises:
        InvalidInput: The end is none of png, svg, csv, or the file cannot be written.
    """
    match path.suffix.lower():
        case ".png":
            picture = QPixmap(chart.size() * _SCALE)
            picture.setDevicePixelRatio(_SCALE)
            picture.fill(chart.palette().color(chart.backgroundRole()))
            chart.render(picture)
            if not picture.save(str(path), "PNG"):
                raise _not_written(path)
        case ".svg":
            _save_lines(chart, model, path)
        case ".csv":
            _save_figures(model, path)
        case _:
            raise InvalidInput(_("A chart is saved as PNG, SVG or CSV."))


def _save_lines(chart: QWidget, model: Figures, path: Path) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(QSize(chart.width(), chart.height()))
    generator.setResolution(chart.logicalDpiX())  # else type gets smaller than its place
    generator.setViewBox(QRect(0, 0, chart.width(), chart.height()))
    generator.setTitle(model.sentence)
    painter = QPainter()
    if not painter.begin(generator):
        raise _not_written(path)
    chart.render(painter, QPoint())
    painter.end()


def _save_figures(figures: Figures, path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([safe_cell(cell) for cell in row] for row in figures.rows())
    except OSError as error:
        raise _not_written(path) from error


def _not_written(path: Path) -> InvalidInput:
    return InvalidInput(_("{name} cannot be written.").format(name=path.name))
