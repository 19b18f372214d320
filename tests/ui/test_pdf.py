"""PDFs in the window and on the printer."""

import pytest
from reportlab.pdfgen.canvas import Canvas

from app.errors import InvalidInput
from app.reports.raster import open_pdf
from ui.widgets.pdf_preview import PdfPreview, picture_image
from ui.widgets.printing import PrintJob

A4 = (595, 842)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "report.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for _ in range(12):
        canvas.rect(0, 421, 595, 421, fill=1)
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture
def preview(qtbot, theme, tasks):
    made = PdfPreview(tasks)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def test_a_page_is_drawn_as_it_is(file):
    pages = open_pdf(file)
    assert len(pages.sizes) == 12
    image = picture_image(pages.picture(0, 72))
    assert (image.width(), image.height()) == A4
    assert image.pixelColor(300, 100).name() == "#000000"
    assert image.pixelColor(300, 700).name() == "#ffffff"


@pytest.mark.parametrize("content", [b"", b"not a PDF", None])
def test_what_is_no_pdf_is_refused_in_words(tmp_path, content):
    path = tmp_path / "report.pdf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"report\.pdf cannot be shown"):
        open_pdf(path)


def test_only_pages_in_sight_are_drawn(preview, file, qtbot):
    preview.set_file(file)
    qtbot.waitUntil(lambda: preview.pages is not None and not preview.busy)
    qtbot.waitUntil(lambda: preview._views[0].image is not None)
    assert preview._views[11].image is None
    preview.go_to(11)
    qtbot.waitUntil(lambda: preview._views[11].image is not None)
    assert preview._bar.where.text() == "12 of 12"


def test_zooming_keeps_the_place(preview, file, qtbot):
    preview.set_file(file)
    qtbot.waitUntil(lambda: preview.pages is not None and not preview.busy)
    width = preview._views[0].width()
    preview.zoom_in()
    assert preview._views[0].width() > width
    preview.zoom_out()
    preview.zoom_out()
    assert preview._views[0].width() < width
    preview.fit_width()
    assert preview._views[0].width() == width
    qtbot.waitUntil(lambda: not preview.busy)


def test_a_file_that_cannot_be_shown_is_announced(preview, tmp_path, qtbot):
    with qtbot.waitSignal(preview.failed) as signal:
        preview.set_file(tmp_path / "gone.pdf")
    assert isinstance(signal.args[0], InvalidInput)
    assert not preview.busy


def test_printing_gives_every_page(preview, file, tasks, tmp_path, qtbot):
    job = PrintJob(tasks, open_pdf(file), preview)
    out = tmp_path / "printed.pdf"
    with qtbot.waitSignal(job.done, timeout=20_000) as signal:
        job.print_to_file(str(out))
    assert signal.args == [12]
    assert len(open_pdf(out).sizes) == 12


@pytest.mark.qt_log_ignore("^QPainter::begin")
def test_a_printer_that_refuses_is_explained(preview, file, tasks, tmp_path, qtbot):
    job = PrintJob(tasks, open_pdf(file), preview)
    with qtbot.waitSignal(job.failed) as signal:
        job.print_to_file(str(tmp_path / "no folder" / "printed.pdf"))
    assert "did not accept" in str(signal.args[0])
