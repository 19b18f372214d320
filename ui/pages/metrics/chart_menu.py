"""What the right mouse button offers on a chart: save it, or show all of it again."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog

from app.errors import AppError
from app.i18n import _
from ui.charts.before_after import BeforeAfterChart
from ui.charts.saving import save_chart
from ui.widgets.dressed import popup_menu

Failed = Callable[[AppError], object]


def open_chart_menu(chart: BeforeAfterChart, place: QPoint, failed: Failed) -> None:
    """Open the menu of a chart at a place of the screen; ``failed`` hears what went wrong."""
    if chart.model is None:
        return
    menu = popup_menu(chart)
    for text, suffix in (
        (_("Save the picture (PNG)"), "png"),
        (_("Save as lines (SVG)"), "svg"),
        (_("Save the figures (CSV)"), "csv"),
    ):
        menu.addAction(text, partial(_save, chart, suffix, failed))
    menu.addSeparator()
    menu.addAction(_("Show everything"), chart.explorer.show_all)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)


def _save(chart: BeforeAfterChart, suffix: str, failed: Failed) -> None:
    name, _kind = QFileDialog.getSaveFileName(
        chart, _("Save the chart"), f"chart.{suffix}", f"{suffix.upper()} (*.{suffix})"
    )
    if name and chart.model is not None:
        try:
            save_chart(chart, chart.model, Path(name))
        except AppError as error:
            failed(error)
