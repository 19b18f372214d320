"""Method, limits, what is missing, the manifest of the evidence, and who signs."""

from collections.abc import Sequence

from reportlab.platypus import Flowable, Paragraph

from app.i18n import _
from app.reports.flowables import Air, Cell, Words, chapter, gap, together
from app.reports.tables import Ruled, beside, columns, share, tight
from app.reports.theme import GUTTER, HAIRLINE, LEADING, Sheet, inks, markup, style
from app.services.report_content.common import Claim, Noted
from app.services.report_content.parts import Summary
from app.services.report_content.proofs import EvidenceRow, MethodPart

SURE_ON_PAGE_1 = 1
"""So many remarks of a kind page 1 always holds; where there are more, all stand here, whole."""


def method_section(part: MethodPart, summary: Summary, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out; what page 1 has no room for stands here."""
    story = chapter(
        "method", _("Method, evidence and sign-off"), words, words.text(part.intro), room=320
    )
    story += beside(
        page,
        (
            (3, lambda _width: _claims(_("Method"), part.method, words)),
            (3, lambda _width: _claims(_("Limits and cross-checks"), part.limits, words)),
        ),
    )
    story.append(Air(LEADING))
    gaps = part.gaps
    story += _claims(_("What this report lacks: {n}"), gaps, words, numbered=True)
    story.append(Air(LEADING))
    story += _noted(_("Overrides: {n}"), summary.overrides, words, page)
    story += _noted(_("Not evidenced: {n}"), summary.not_evidenced, words, page)
    story += [*_manifest(part, words, page), Air(3), words.text(part.note, quiet=True, most=600)]
    return [*story, Air(2 * LEADING), _signatures(part, words, page)]


def _noted(title: str, notes: Sequence[Noted], words: Words, page: Sheet) -> list[Flowable]:
    if len(notes) <= SURE_ON_PAGE_1:
        return []
    rows = [[words.text(note.id, quiet=True), words.claim(note.claim)] for note in notes]
    head = words.text(title.format(n=len(notes)), strong=True)
    return [head, tight(rows, share(page.live_width, 28, 0)), Air(LEADING)]


def _claims(
    title: str, claims: Sequence[Claim], words: Words, *, numbered: bool = False
) -> list[Flowable]:
    head = title.format(n=len(claims) or _("nothing")) if numbered else title
    story: list[Flowable] = [words.text(head, strong=True)]
    for claim in claims:
        story += [words.claim(claim), Air(3)]
    return story


def _manifest(part: MethodPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.evidence:
        return [words.text(_("There is no evidence on record."))]
    head: list[Cell] = [
        words.text(_("Evidence: {n}").format(n=len(part.evidence)), strong=True),
        "",
        words.text(_("Kind"), quiet=True),
        words.text(_("Size"), quiet=True, right=True),
        words.text(part.frozen_header, quiet=True, right=True, most=40),
        words.text(_("Attached as"), quiet=True, right=True),
    ]
    rows = [line for row in part.evidence for line in _exhibit(row, words)]
    pairs = range(1, len(rows), 2)
    extra = (
        ("SPAN", (0, 0), (1, 0)),
        *(("SPAN", (1, first + 1), (-1, first + 1)) for first in pairs),
        *(("NOSPLIT", (0, first), (-1, first + 1)) for first in pairs),
        *(("TOPPADDING", (0, first + 1), (-1, first + 1), 0) for first in pairs),
        *(("BOTTOMPADDING", (0, first), (-1, first), 0) for first in pairs),
    )
    widths = (None, 0, None, None, None, None)
    groups = frozenset(first + 1 for first in pairs)
    return [Ruled(head, rows, widths, page.live_width, ends_group=groups, extra=extra).build()]


def _exhibit(row: EvidenceRow, words: Words) -> tuple[list[Cell], list[Cell]]:
    """Return the line of an exhibit and, below it, its full hash."""
    anchor = Paragraph(f'<a name="{markup(row.id)}"/>{markup(row.id)}', style())
    told: list[Cell] = [
        anchor,
        words.text(row.what, most=160),
        words.text(row.kind),
        words.text(row.size, right=True),
        words.text(row.frozen, quiet=True, right=True),
        words.text(row.file or _("not attached"), right=True, quiet=not row.file),
    ]
    return told, ["", words.text(row.sha256, mono=True, quiet=True), "", "", "", ""]


def _signatures(part: MethodPart, words: Words, page: Sheet) -> Flowable:
    width = page.columns(2)
    blocks: list[Flowable] = []
    for role, name in part.signatures:
        block = tight(
            [
                [words.text(role, quiet=True, most=60)],
                [words.text(name or "–", strong=True, most=80)],
                [gap(2.5 * LEADING)],
                [words.text(_("Name, date and signature"), quiet=True)],
            ],
            (width,),
        )
        block.setStyle([("LINEABOVE", (0, 3), (-1, 3), HAIRLINE, inks().ink)])
        blocks.append(block)
    title = words.text(_("Sign-off of this revision"), strong=True)
    row = columns((width,) * len(blocks), blocks, between=GUTTER)
    return together(title, gap(6), row)
