"""A small picture of a photo, decoded as what its bytes say and never larger than it may get."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from ui.paint import Painted
from ui.theme import tokens

LARGEST = 60_000_000
"""Pixels of a photo that is still decoded."""
_MEGABYTES = 256


def decode(data: bytes, kind: str, side: int = 320) -> QImage | None:
    """Return a picture that fits a square, None when the bytes are none; call it on a worker.

    Only ``png`` and ``jpeg`` are read, each by its own reader; a picture that claims to be huge
    is not decoded.
    """
    if kind not in ("png", "jpeg"):
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    QImageReader.setAllocationLimit(_MEGABYTES)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > LARGEST:
        return None
    if max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


class Picture(Painted):
    """Shows one picture with a line around it, scaled down to a height."""

    HIGH = 96

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_image(self, image: QImage | None, words: str) -> None:
        """Show a picture that `decode` has made; hide without one."""
        self._image = image
        self.setVisible(image is not None)
        self.say(words)

    def sizeHint(self) -> QSize:
        """As high as all, as wide as the picture asks."""
        if self._image is None or not self._image.height():
            return QSize(0, 0)
        return QSize(round(self._image.width() * self.HIGH / self._image.height()), self.HIGH)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture."""
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self._image)
        painter.setPen(tokens().line)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
