"""Line icons, tinted by a token, sharp on every screen.

An icon is ``resources/icons/<name>.svg`` whose strokes are ``currentColor``. Widgets draw icons
while they paint, so that a switch of the theme needs nothing more than a repaint.
"""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from app.paths import resource_path

SIZE = 16


def pixmap(name: str, color: QColor, size: int = SIZE, ratio: float = 1.0) -> QPixmap:
    """Return an icon of ``size`` logical pixels in one colour; drawn once, then cached."""
    key = f"icon:{name}:{color.rgba()}:{size}:{ratio}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    drawn = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    drawn.fill(Qt.GlobalColor.transparent)
    if source := _source(name):
        painter = QPainter(drawn)
        renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", color.name().encode())))
        renderer.render(painter, QRectF(drawn.rect()))
        painter.end()
    drawn.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, drawn)
    return drawn


def draw(painter: QPainter, name: str, x: float, y: float, color: QColor, size: int = SIZE) -> None:
    """Draw an icon with its upper left corner at ``x``, ``y``."""
    ratio = painter.device().devicePixelRatio()
    area = QRectF(x, y, size, size)
    source = pixmap(name, color, size, ratio)
    painter.drawPixmap(area, source, QRectF(source.rect()))


def icon(name: str, color: QColor, size: int = SIZE) -> QIcon:
    """Return an icon for Qt's own widgets, such as menus; it keeps its colour."""
    result = QIcon()
    for ratio in (1.0, 2.0):
        result.addPixmap(pixmap(name, color, size, ratio))
    return result


def exists(name: str) -> bool:
    """Whether there is such an icon."""
    return bool(_source(name))


@cache
def _source(name: str) -> bytes:
    path = resource_path("icons", f"{name}.svg")
    return path.read_bytes() if path.is_file() else b""
