"""What the right mouse button offers on every chart: save it, or show all of it again."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QWidget

from app.errors import AppError
from app.i18n import _
from ui.charts.before_after import BeforeAfterChart
from ui.charts.plot import PlotChart
from ui.charts.saving import Figures, save_chart
from ui.widgets.dressed import popup_menu

Chart = BeforeAfterChart | PlotChart
Failed = Callable[[AppError], object]


def open_chart_menu(chart: Chart, place: QPoint, failed: Failed) -> None:
    """Open the menu of a chart at a place of the screen; ``failed`` hears what went wrong."""
    if chart.model is not None:
        save_by_menu(chart, chart.model, place, failed, show_all=chart.explorer.show_all)


def save_by_menu(
    widget: QWidget,
    figures: Figures,
    place: QPoint,
    failed: Failed,
    *,
    show_all: Callable[[], object] | None = None,
) -> None:
    """Open a menu that saves what a widget shows, at a place of the screen."""
    menu = popup_menu(widget)
    for text, suffix in (
        (_("Save the picture (PNG)"), "png"),
        (_("Save as lines (SVG)"), "svg"),
        (_("Save the figures (CSV)"), "csv"),
    ):
        menu.addAction(text, partial(_save, widget, figures, suffix, failed))
    if show_all is not None:
        menu.addSeparator()
        menu.addAction(_("Show everything"), show_all)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)


def _save(widget: QWidget, figures: Figures, suffix: str, failed: Failed) -> None:
    name, _kind = QFileDialog.getSaveFileName(
        widget, _("Save the chart"), f"chart.{suffix}", f"{suffix.upper()} (*.{suffix})"
    )
    if name:
        try:
            save_chart(widget, figures, Path(name))
        except AppError as error:
            failed(error)
