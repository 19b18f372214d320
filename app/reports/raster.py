"""Pictures of a PDF's pages, for the preview and the printer."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pypdfium2

from app.errors import InvalidInput
from app.i18n import _

MOST_PAGES = 1000
"""A longer one is no report; its pages would fill the memory."""
_pdfium = Lock()
"""The library may be used by one thread at a time."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One page: 32 bits per pixel (blue, green, red, unused), ``stride`` bytes per line."""

    width: int
    height: int
    stride: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class PdfPages:
    """A PDF held in memory, so that its file may be replaced meanwhile; sizes are in points."""

    data: bytes
    sizes: tuple[tuple[float, float], ...]

    def picture(self, page: int, dpi: float) -> Picture:
        """Draw a page, counted from 0, on white."""
        with _pdfium:
            document = pypdfium2.PdfDocument(self.data)
            try:
                bitmap = document[page].render(scale=dpi / 72, prefer_bgrx=True)
                return Picture(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
            finally:
                document.close()


def open_pdf(path: Path) -> PdfPages:
    """Read a PDF and the sizes of its pages.

    Raises:
        InvalidInput: The file cannot be read or is no PDF.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unshown(path.name) from error
    return pages_of(data, path.name)


def pages_of(data: bytes, name: str) -> PdfPages:
    """Return a PDF that is in memory already; raises InvalidInput when it cannot be shown."""
    try:
        with _pdfium:
            document = pypdfium2.PdfDocument(data)
            try:
                if len(document) > MOST_PAGES:
                    raise _unshown(name)
                sizes = tuple(document.get_page_size(page) for page in range(len(document)))
            finally:
                document.close()
    except pypdfium2.PdfiumError as error:
        raise _unshown(name) from error
    return PdfPages(data, sizes)


def _unshown(name: str) -> InvalidInput:
    return InvalidInput(
        _("{name} cannot be shown.").format(name=name),
        hint=_("Make the report again, or save the file and open it elsewhere."),
    )
