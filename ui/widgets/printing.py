"""Prints a PDF through the system's print dialog, page by page, drawn on a worker thread."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from app.errors import AppError
from app.i18n import _
from app.tasks import TaskContext
from ui.tasks import TaskRunner
from ui.widgets.pdf_preview import LANE, picture_image

if TYPE_CHECKING:
    from app.reports.raster import PdfPages

_DPI = 300
_KEEP = Qt.AspectRatioMode.KeepAspectRatio


class PrintJob(QObject):
    """One PDF on its way to a printer; it deletes itself when it has ended."""

    done = Signal(int)  # number of pages
    failed = Signal(object)  # an exception

    def __init__(self, tasks: TaskRunner, pages: "PdfPages", parent: QWidget) -> None:
        super().__init__(parent)
        self._tasks, self._pages = tasks, pages
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self._painter: QPainter | None = None
        self._queue: list[int] = []
        self._count = 0

    def ask(self, parent: QWidget) -> None:
        """Show the print dialog and print when it is accepted."""
        dialog = QPrintDialog(self._printer, parent)
        dialog.setMinMax(1, len(self._pages.sizes))
        dialog.accepted.connect(self.start)
        dialog.rejected.connect(self.deleteLater)
        QDialog.open(dialog)  # the dialog's own `open` wants an old-style slot

    def print_to_file(self, path: str) -> None:
        """Print into a PDF file instead of to a printer."""
        self._printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        self._printer.setOutputFileName(path)
        self.start()

    @Slot()
    def start(self) -> None:
        """Print the chosen pages."""
        first = self._printer.fromPage() or 1
        last = self._printer.toPage() or len(self._pages.sizes)
        self._queue = list(range(first - 1, min(last, len(self._pages.sizes))))
        self._printer.setFullPage(True)
        self._painter = QPainter()
        if not self._painter.begin(self._printer):
            error = AppError(
                _("The printer did not accept the job."), hint=_("Choose another one.")
            )
            self._finish()
            self.failed.emit(error)
            return
        self._next()

    def _next(self) -> None:
        if not self._queue:
            self._finish()
            self.done.emit(self._count)
            return
        task = self._tasks.start(partial(self._draw, self._queue.pop(0)), lane=LANE)
        task.succeeded.connect(self._on_drawn)
        task.failed.connect(self._on_failed)

    def _draw(self, page: int, _context: TaskContext) -> QImage:
        return picture_image(self._pages.picture(page, _DPI))

    @Slot(object)
    def _on_drawn(self, image: QImage) -> None:
        if self._painter is None:
            return
        if self._count:
            self._printer.newPage()
        area = self._printer.pageRect(QPrinter.Unit.DevicePixel)
        size = image.size().scaled(area.size().toSize(), _KEEP)
        left, top = (area.width() - size.width()) / 2, (area.height() - size.height()) / 2
        self._painter.drawImage(QRectF(left, top, size.width(), size.height()), image)
        self._count += 1
        self._next()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._finish()
        self.failed.emit(error)

    def _finish(self) -> None:
        if self._painter is not None and self._painter.isActive():
            self._painter.end()
        self._painter = None
        self.deleteLater()
