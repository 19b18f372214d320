"""The page with the recovery key: one page, the whole key, and the key nowhere else."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pypdfium2

from app.domain.vault_key import RecoverySheet
from app.reports.recovery import groups_of, render_recovery
from app.settings import PageSize
from app.vault.age import new_identity, recipient_of
from tests.reports.reading import fonts, texts

KEY = new_identity()
SHEET = RecoverySheet(
    KEY, "0199aabb-vault", "", datetime(2026, 11, 27, 2, tzinfo=UTC), "Europe/Berlin",
    recipient_of(KEY), "Karoo Retail Group", former=1,
)  # fmt: skip


def test_the_letters_on_the_page_are_the_key_and_nothing_is_lost():
    (page,) = texts(render_recovery(SHEET).pdf)
    joined = "".join(page.split())
    assert "".join(groups_of(KEY)) == KEY
    assert KEY in joined
    assert recipient_of(KEY) in joined
    for words in ("Fri 27 Nov 2026 03:00 CET", "Keep older pages", "HOW-TO-RESTORE.txt"):
        assert "".join(words.split()) in joined.replace("\u202f", "")


def test_it_is_one_page_on_both_papers_with_every_font_inside():
    for paper in PageSize:
        made = render_recovery(SHEET, paper)
        assert len(texts(made.pdf)) == made.pages == 1
        assert all(fonts(made.pdf).values())


def test_no_field_of_the_document_and_no_word_of_the_record_holds_the_key():
    assert KEY not in repr(SHEET)
    with pikepdf.open(BytesIO(render_recovery(SHEET).pdf)) as document:
        assert KEY[16:30] not in str(dict(document.docinfo))


def test_the_code_is_drawn_with_its_quiet_zone():
    """The three corner marks are where a scanner looks for them, and white is all around."""
    pdf = render_recovery(SHEET).pdf
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=2).to_pil().convert("L")
    document.close()
    mm = 2 * 72 / 25.4
    rows, columns = range(int(40 * mm), int(120 * mm)), range(int(20 * mm), int(82 * mm))
    area = [picture.getpixel((x, y)) < 128 for y in rows for x in columns]
    assert 0.08 < sum(area) / len(area) < 0.5
    edge = [picture.getpixel((int(20 * mm) + 3, y)) for y in range(int(50 * mm), int(105 * mm))]
    assert min(edge) > 200, "the quiet zone is white"
