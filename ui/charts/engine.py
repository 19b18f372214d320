"""The curves: pyqtgraph without its axes, menus and colours. Import it when a chart is drawn.

Lines are added first and tuned afterwards, because pyqtgraph refuses the two options as arguments
of ``plot``. A chart of many points is drawn with plain pens: wide or smooth ones cost up to a
hundred times more.
"""

from typing import Protocol

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QWidget

from ui.paint import by_keyboard, focus_ring

MANY = 20_000


class Canvas(Protocol):
    """What a chart paints behind and over its curves, in pixels of the plot."""

    def paint_behind(self, painter: QPainter, area: QRectF) -> None:
        """Paint windows, bands and grid."""
        ...

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """Paint marks and words."""
        ...


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph ships no types
    """A plot that fills its widget and lets a `Canvas` paint around its curves."""

    def __init__(self, parent: QWidget, canvas: Canvas) -> None:
        super().__init__(parent=parent, background=None)
        self._canvas = canvas
        self._curves: list[object] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the chart has them
        self.plotItem.layout.setContentsMargins(0, 0, 0, 0)
        for side in ("left", "bottom", "right", "top"):
            self.plotItem.hideAxis(side)
        self.plotItem.hideButtons()
        self.plotItem.setMenuEnabled(False)
        self.plotItem.ctrlMenu.deleteLater()  # it lies in no widget that would take it along
        self.plotItem.setMouseEnabled(x=False, y=False)
        self.plotItem.getViewBox().setDefaultPadding(0.0)

    def set_range(self, x0: float, x1: float, y0: float, y1: float) -> None:
        """Show exactly this part of the plane."""
        self.resetCachedContent()  # the bands behind the curves move too
        self.plotItem.setXRange(x0, x1, padding=0)
        self.plotItem.setYRange(y0, y1, padding=0)

    def clear_curves(self) -> None:
        """Take all curves away."""
        for curve in self._curves:
            self.plotItem.removeItem(curve)
        self._curves.clear()

    def add_curve(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        color: QColor,
        *,
        dashed: bool = False,
        width: float = 2.0,
    ) -> None:
        """Draw a curve; NaN breaks it."""
        many = x.size > MANY
        pen = QPen(color, (1 if many else width) * self.devicePixelRatioF())
        pen.setCosmetic(True)  # then a width is in pixels of the screen
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed:
            pen.setDashPattern([3, 2])
        curve = self.plotItem.plot(x, y, pen=pen, antialias=not many, connect="finite")
        curve.setDownsampling(auto=True, method="peak")
        curve.setClipToView(True)
        self._curves.append(curve)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Let the chart paint behind the curves."""
        painter.save()
        painter.resetTransform()
        self._canvas.paint_behind(painter, QRectF(self.viewport().rect()))
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Let the chart paint over the curves."""
        painter.save()
        painter.resetTransform()
        self._canvas.paint_over(painter, QRectF(self.viewport().rect()))
        if by_keyboard(self.parentWidget()):  # the chart has the keys; they move what is in here
            painter.setClipping(False)
            focus_ring(painter, QRectF(self.viewport().rect()), 2)
        painter.restore()
