"""Reads a PDF back as a reader's office would."""

from io import BytesIO

import pikepdf
import pypdfium2

from app.reports.build import render_report
from app.services.report_content.data import Rendered
from app.services.report_content.source import Source
from app.services.review.reports import report_data

_made: dict[int, tuple[Source, Rendered]] = {}


def rendered(source: Source) -> Rendered:
    """Return the report of a source; the same object is printed once."""
    if id(source) not in _made:
        _made[id(source)] = source, render_report(*report_data(source))
    return _made[id(source)][1]


def texts(pdf: bytes) -> list[str]:
    """Return the text of each page with single spaces, no-break spaces written as spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return [" ".join(page.replace("\u00a0", " ").split()) for page in pages]


def says(page: str, words: str) -> bool:
    """Whether a page holds words; thin spaces come back as spaces from some readers only."""
    return "".join(words.split()) in "".join(page.split())


def whole_text(pdf: bytes) -> str:
    return " ".join(texts(pdf))


def fonts(pdf: bytes) -> dict[str, bool]:
    """Return every font object of a PDF by name, and whether its program is inside."""
    found: dict[str, bool] = {}
    with pikepdf.open(BytesIO(pdf)) as document:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font":
                inner = item.DescendantFonts[0] if "/DescendantFonts" in item else item
                described = inner.get("/FontDescriptor", pikepdf.Dictionary())
                keys = ("/FontFile", "/FontFile2", "/FontFile3")
                found[str(item.get("/BaseFont"))] = any(key in described for key in keys)
    return found
