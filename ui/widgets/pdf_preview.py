"""A PDF in the window: pages drawn when they come into sight, zoom, page number, printing."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.wording import count_of, percent
from ui.paint import CENTER, Painted, Style, write
from ui.tasks import TaskRunner
from ui.theme import SMALL, tokens
from ui.widgets.buttons import icon_button, secondary
from ui.widgets.dressed import scroll_area
from ui.widgets.labels import Label
from ui.widgets.layout import Line, fill_with, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.reports.raster import PdfPages, Picture

LANE = "pdf"
_GAP = 16
_ZOOMS = (0.5, 0.67, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0, 3.0)
_SCREEN_DPI = 96


class _PageView(Painted):
    """One page: white paper with a thin edge, its picture when there is one."""

    def __init__(self, number: int, size: QSize) -> None:
        super().__init__()
        self.number = number
        self.image: QImage | None = None
        self.setFixedSize(size)
        self.say(_("Page {n}").format(n=number + 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        area = QRectF(self.rect())
        painter.fillRect(area, Qt.GlobalColor.white)
        if self.image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self.image)
        else:
            write(painter, area, self.accessibleName(), Style("ink3", SMALL), CENTER)
        painter.setPen(look.line)
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


class _Toolbar(QWidget):
    """Pages at the left, zoom and printing at the right."""

    def __init__(self) -> None:
        super().__init__()
        fill_with(self, "raised")
        self.previous = icon_button("chevron-up", _("Previous page"), compact=True)
        self.following = icon_button("chevron-down", _("Next page"), compact=True)
        self.where = Label(size=SMALL, tone="ink2")
        self.smaller = icon_button("minus", _("Smaller"), compact=True)
        self.scale = Label(size=SMALL, tone="ink2")
        self.larger = icon_button("plus", _("Larger"), compact=True)
        self.fit = secondary(_("Fit width"))
        self.printing = secondary(_("Print"), "printer")
        pages, sizes = (self.previous, self.following, self.where), (self.smaller, self.scale)
        items = row(*pages, None, *sizes, self.larger, self.fit, self.printing)
        items.setContentsMargins(12, 8, 12, 8)
        self.setLayout(items)


class PdfPreview(QWidget):
    """Shows a PDF file; pages are drawn on a worker thread, the ones in sight first."""

    failed = Signal(object)  # an exception
    print_wanted = Signal()
    shown = Signal()  # every page in sight has its picture

    def __init__(self, tasks: TaskRunner, *, printing: bool = True) -> None:
        super().__init__()
        self._tasks = tasks
        self._pages: PdfPages | None = None
        self._views: list[_PageView] = []
        self._zoom = 0.0  # 0 fits the width
        self._waiting: set[int] = set()
        self._generation = 0
        self._area = scroll_area(fitted=True)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._area.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._bar = _Toolbar()
        self._bar.smaller.clicked.connect(self.zoom_out)
        self._bar.larger.clicked.connect(self.zoom_in)
        self._bar.fit.clicked.connect(self.fit_width)
        self._bar.previous.clicked.connect(self._previous)
        self._bar.following.clicked.connect(self._next)
        self._bar.printing.clicked.connect(self.print_wanted)
        self._bar.printing.setVisible(printing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addWidget(Line())
        layout.addWidget(self._area, 1)
        self._area.verticalScrollBar().valueChanged.connect(self._look)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(80)
        self._late.timeout.connect(self._rebuild)

    @property
    def pages(self) -> "PdfPages | None":
        """The file that is shown, for printing."""
        return self._pages

    @property
    def busy(self) -> bool:
        """Whether a page in sight is still being drawn."""
        return bool(self._waiting)

    def set_file(self, source: "Path | Callable[[object], PdfPages]") -> None:
        """Read a file, or take what a call on a worker returns, and show the first page."""
        self._waiting.add(-1)
        read = partial(_read, source) if isinstance(source, Path) else source
        task = self._tasks.start(read, lane=LANE)
        task.succeeded.connect(self._on_read)
        task.failed.connect(self._on_failed)

    @Slot()
    def zoom_in(self) -> None:
        """Make pages larger."""
        self._set_zoom(next((z for z in _ZOOMS if z > self._factor() + 0.01), _ZOOMS[-1]))

    @Slot()
    def zoom_out(self) -> None:
        """Make pages smaller."""
        self._set_zoom(next((z for z in reversed(_ZOOMS) if z < self._factor() - 0.01), _ZOOMS[0]))

    @Slot()
    def fit_width(self) -> None:
        """Make a page as wide as there is room."""
        self._set_zoom(0.0)

    def go_to(self, page: int) -> None:
        """Bring a page, counted from 0, into sight."""
        if 0 <= page < len(self._views):
            self._area.verticalScrollBar().setValue(self._views[page].y() - _GAP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the width again, once the size stays."""
        super().resizeEvent(event)
        if self._zoom == 0.0:
            self._late.start()

    def _factor(self) -> float:
        if self._zoom:
            return self._zoom
        widest = (
            max((size[0] for size in self._pages.sizes), default=595.0) if self._pages else 595.0
        )
        room = max(200, self._area.viewport().width() - 2 * _GAP)
        return float(room / (widest * _SCREEN_DPI / 72))

    def _set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self._rebuild()

    @Slot()
    def _previous(self) -> None:
        self.go_to(self._current() - 1)

    @Slot()
    def _next(self) -> None:
        self.go_to(self._current() + 1)

    @Slot(object)
    def _on_read(self, pages: "PdfPages") -> None:
        self._waiting.discard(-1)
        self._pages = pages
        self._rebuild()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._waiting.clear()
        self.failed.emit(error)

    @Slot()
    def _rebuild(self) -> None:
        if self._pages is None:
            return
        share = self._area.verticalScrollBar().value() / max(
            1, self._area.verticalScrollBar().maximum()
        )
        self._generation += 1
        self._waiting.clear()
        factor = self._factor()
        old = {view.number: view.image for view in self._views}
        sheet = QWidget()
        fill_with(sheet, "sunken")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
        column.setSpacing(_GAP)
        self._views = []
        for number, (width, height) in enumerate(self._pages.sizes):
            size = QSize(round(width * factor * 96 / 72), round(height * factor * 96 / 72))
            view = _PageView(number, size)
            view.image = old.get(number)
            self._views.append(view)
            column.addWidget(view, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._area.setWidget(sheet)
        self._bar.scale.setText(percent(factor))
        bar = self._area.verticalScrollBar()
        sheet.adjustSize()
        bar.setValue(round(share * bar.maximum()))
        self._soon.start()

    def _current(self) -> int:
        top = self._area.verticalScrollBar().value() + self._area.viewport().height() // 3
        above = [view.number for view in self._views if view.y() <= top]
        return above[-1] if above else 0

    @Slot()
    def _look(self) -> None:
        if self._pages is None:
            return
        self._bar.where.setText(count_of(self._current() + 1, len(self._views)))
        top = self._area.verticalScrollBar().value()
        bottom = top + self._area.viewport().height()
        dpi = self._factor() * _SCREEN_DPI * self.devicePixelRatioF()
        for view in self._views:
            near = view.y() < bottom + view.height() and view.y() + view.height() > top
            wanted = round(view.width() * self.devicePixelRatioF())
            drawn = view.image is not None and abs(view.image.width() - wanted) < 3
            if near and not drawn and view.number not in self._waiting:
                self._draw(view.number, dpi)

    def _draw(self, page: int, dpi: float) -> None:
        if self._pages is None:
            return
        self._waiting.add(page)
        work = partial(_render, self._pages, page, dpi, self._generation)
        task = self._tasks.start(work, lane=LANE)
        task.succeeded.connect(self._on_drawn)
        task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_drawn(self, result: "tuple[int, int, QImage]") -> None:
        generation, page, image = result
        if generation != self._generation or page >= len(self._views):
            return
        self._waiting.discard(page)
        self._views[page].image = image
        self._views[page].update()
        if not self._waiting:
            self.shown.emit()


def picture_image(picture: "Picture") -> QImage:
    """Return a picture as an image of its own."""
    shape = (picture.width, picture.height, picture.stride)
    return QImage(picture.pixels, *shape, QImage.Format.Format_RGB32).copy()


def _read(path: Path, _context: object) -> "PdfPages":
    from app.reports.raster import open_pdf  # noqa: PLC0415 - pypdfium2 loads with the first PDF

    return open_pdf(path)


def _render(
    pages: "PdfPages", page: int, dpi: float, generation: int, _context: object
) -> tuple[int, int, QImage]:
    return generation, page, picture_image(pages.picture(page, dpi))
