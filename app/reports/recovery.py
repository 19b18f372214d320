"""The one page with a recovery key: as a QR code, as letters, and what it is good for.

It is the only paper of the program that holds a secret, so it goes nowhere but to whoever asked.
"""

from io import BytesIO

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from app.domain.vault_key import RecoverySheet
from app.i18n import _
from app.reports.flowables import Words, words_at
from app.reports.theme import (
    BIG,
    BODY,
    FOOT,
    HAIRLINE,
    LEADING,
    MARGIN,
    MM,
    MONO,
    SIZE,
    STRONG,
    TITLE,
    Sheet,
    inks,
    plain,
    register_fonts,
    sheet,
)
from app.services.report_content.data import Rendered
from app.settings import PageSize
from app.wording import moment

_QR, _QUIET = 62 * MM, 4
_GROUP = 5
_GROUPS_A_LINE = 5
_KEY_SIZE, _KEY_LEADING = 13.0, 20.0
_LETTER = 0.6 * _KEY_SIZE
"""Width of a letter of the fixed-width type, in points."""
_GAP = 10 * MM


def render_recovery(page: RecoverySheet, paper: PageSize = PageSize.A4) -> Rendered:
    """Lay the page out; the key is drawn, and stands in no field of the document."""
    register_fonts()
    target, size = BytesIO(), sheet(paper)
    canvas = Canvas(
        target,
        pagesize=(size.width, size.height),
        invariant=1,
        lang="en",
        initialFontName=BODY,  # type: ignore[arg-type]  # the stub says float, it is a name
        initialFontSize=SIZE,
        initialLeading=LEADING,
    )
    canvas.setTitle(plain(_("Recovery key of vault {vault}").format(vault=page.vault[:8])))
    canvas.setCreator("Change Desk")
    top = _head(canvas, size, page)
    top = _key(canvas, size, page, top - _GAP)
    top = _parts(canvas, size, _what_for(page), top - _GAP)
    _hand(canvas, size, top - _GAP)
    _foot(canvas, size, page)
    canvas.showPage()
    canvas.save()
    return Rendered(target.getvalue(), 1)


def groups_of(key: str) -> list[str]:
    """Return a key in groups of letters, as it stands on paper."""
    return [key[start : start + _GROUP] for start in range(0, len(key), _GROUP)]


def _head(canvas: Canvas, size: Sheet, page: RecoverySheet) -> float:
    base = size.height - MARGIN - SIZE
    canvas.setFillColor(inks().ink)
    words_at(canvas, MARGIN, base, page.organisation or "Change Desk", font=STRONG)
    canvas.setFillColor(inks().bad)
    right = size.width - MARGIN
    words_at(canvas, right, base, _("Secret: keep under lock"), font=STRONG, anchor="end")
    canvas.setStrokeColor(inks().ink)
    canvas.setLineWidth(1.0)
    canvas.line(MARGIN, base - 7, right, base - 7)
    canvas.setFillColor(inks().ink)
    title = base - 7 - 2 * LEADING - BIG / 2
    canvas.setFont(TITLE, BIG)
    canvas.drawString(MARGIN, title, plain(_("Recovery key of the backup vault"), TITLE))
    canvas.setFillColor(inks().ink2)
    told = _("Opens every backup that is sealed from {at} on, on any computer.").format(
        at=moment(page.made_at, page.zone)
    )
    words_at(canvas, MARGIN, title - 1.5 * LEADING, told)
    return title - 1.5 * LEADING


def _key(canvas: Canvas, size: Sheet, page: RecoverySheet, top: float) -> float:
    _code(canvas, page.key, top)
    left = MARGIN + _QR + 6 * MM
    canvas.setFillColor(inks().ink2)
    words_at(canvas, left, top - 4 * MM - SIZE, _("Scan it, or type these letters:"))
    canvas.setFillColor(inks().ink)
    canvas.setFont(MONO, _KEY_SIZE)
    groups = groups_of(page.key)
    base = top - 4 * MM - 3 * LEADING
    for start in range(0, len(groups), _GROUPS_A_LINE):
        line = groups[start : start + _GROUPS_A_LINE]
        for place, group in enumerate(line):
            canvas.drawString(left + place * (_GROUP + 1) * _LETTER, base, group)
        base -= _KEY_LEADING
    canvas.setFillColor(inks().ink2)
    words_at(canvas, left, base - 4, _("Capitals or small letters, spaces or none: all the same."))
    return top - _QR


def _code(canvas: Canvas, text: str, top: float) -> None:
    """Draw a QR code with a white border of four modules, as its norm wants (ISO/IEC 18004)."""
    code = QrCodeWidget(text, barLevel="Q").qr  # type: ignore[attr-defined]  # not in the stub
    code.make()
    step = _QR / (len(code.modules) + 2 * _QUIET)
    canvas.setFillColor(inks().ink)
    for line, modules in enumerate(code.modules, start=_QUIET):
        for place, is_dark in enumerate(modules, start=_QUIET):
            if is_dark:
                x, y = MARGIN + place * step, top - (line + 1) * step
                canvas.rect(x, y, step * 1.02, step * 1.02, stroke=0, fill=1)


def _what_for(page: RecoverySheet) -> list[tuple[str, str]]:
    parts = [
        (
            _("When it is needed"),
            _(
                "The computer with the vault's own key is lost, or its keyring was reset. Without"
                " that key and without this page nobody can read the backups, not even the makers"
                " of the program."
            ),
        ),
        (
            _("With the program"),
            _(
                "Open Backups on any computer that has the vault's folder, choose “Open with the"
                " recovery key”, and scan or type it."
            ),
        ),
        (
            _("Without it"),
            _(
                "Put the letters, without spaces, into a file key.txt. Then follow"
                " HOW-TO-RESTORE.txt in the vault's folder; age, zstd and tar are all it takes."
            ),
        ),
        (
            _("Try it now"),
            _(
                "Choose “Check the printed key” on the backups page and scan or type it back. A key"
                " that was never tried may be worth nothing."
            ),
        ),
    ]
    if page.former:
        parts.append(
            (
                _("Keep older pages"),
                _("Backups sealed before that moment open only with the pages printed earlier."),
            )
        )
    return parts


def _parts(canvas: Canvas, size: Sheet, parts: list[tuple[str, str]], top: float) -> float:
    label, words = 34 * MM, Words()
    for title, text in parts:
        body: Paragraph = words.text(text)
        _width, height = body.wrap(size.live_width - label, size.height)
        canvas.setFillColor(inks().ink)
        words_at(canvas, MARGIN, top - LEADING + 3, title, font=STRONG)
        body.drawOn(canvas, MARGIN + label, top - height)
        top -= height + LEADING / 2
    return top


def _hand(canvas: Canvas, size: Sheet, top: float) -> None:
    """Leave lines for what is written by hand."""
    canvas.setStrokeColor(inks().hair)
    canvas.setLineWidth(HAIRLINE)
    canvas.setFillColor(inks().ink2)
    width = (size.live_width - 2 * _GAP) / 3
    for place, title in enumerate((_("Where it is kept"), _("Handed over to"), _("Date, name"))):
        left = MARGIN + place * (width + _GAP)
        canvas.line(left, top - 2 * LEADING, left + width, top - 2 * LEADING)
        words_at(canvas, left, top - 3 * LEADING, title)


def _foot(canvas: Canvas, size: Sheet, page: RecoverySheet) -> None:
    canvas.setFillColor(inks().ink2)
    canvas.setFont(BODY, SIZE)
    words_at(canvas, MARGIN, FOOT + LEADING, _("Vault {id}").format(id=page.vault))
    words_at(canvas, MARGIN, FOOT, _("Public half {key}").format(key=page.recipient))
