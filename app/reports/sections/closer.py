"""A closer look at the measures: timeline, pictures two by two, all at a glance, the numbers."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter, gap, together
from app.reports.glance import GlanceDrawing
from app.reports.plot import PlotDrawing
from app.reports.tables import Ruled, columns, natural_width, share, tight
from app.reports.theme import GUTTER, LEADING, Sheet
from app.services.report_content.closer_parts import (
    CloserPart,
    GlanceChart,
    NumberRow,
    Picture,
)

_TIMELINE = 116.0
_ABREAST = 3
"""Small charts side by side."""


def closer_section(part: CloserPart | None, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out; a change without verdicts has none."""
    if part is None:
        return []
    story = chapter("closer", _("A closer look"), words, words.text(part.intro), room=260)
    if part.timeline is not None:
        story += [together(*_picture(part.timeline, words, _TIMELINE)), Air(LEADING)]
    story += _two_by_two(part.pictures, words, page)
    if part.promises:
        title = words.text(_("What users were promised"), strong=True)
        claims = [words.claim(claim) for claim in part.promises]
        story += [together(title, claims[0])]
        story += [item for claim in claims[1:] for item in (Air(3), claim)]
        story.append(Air(LEADING))
    if part.glance:
        story += _glance(part, words, page)
    if part.numbers:
        note = words.text(part.numbers_note, quiet=True)
        story += [together(_numbers(part.numbers, words, page), gap(3), note), Air(LEADING)]
    return story


def _picture(picture: Picture, words: Words, height: float) -> list[Flowable]:
    found: list[Flowable] = [words.text(picture.title, strong=True, most=120), gap(2)]
    found.append(PlotDrawing(picture.plot, height))
    if picture.note:
        found += [gap(2), words.text(picture.note, quiet=True)]
    return found


def _two_by_two(pictures: Sequence[Picture], words: Words, page: Sheet) -> list[Flowable]:
    half, story = page.columns(3), list[Flowable]()
    for start in range(0, len(pictures), 2):
        pair: list[Cell] = [_picture(each, words, 134.0) for each in pictures[start : start + 2]]
        pair += [[gap(1)]] * (2 - len(pair))
        story += [columns((half, half), pair, between=GUTTER), Air(LEADING)]
    return story


def _glance(part: CloserPart, words: Words, page: Sheet) -> list[Flowable]:
    third, story = page.columns(2), list[Flowable]()
    for start in range(0, len(part.glance), _ABREAST):
        row: list[Cell] = [
            _tile(each, words, third) for each in part.glance[start : start + _ABREAST]
        ]
        row += [[gap(1)]] * (_ABREAST - len(row))
        block: list[Flowable] = [columns((third,) * _ABREAST, row, between=GUTTER)]
        if not start:
            block = [together(words.text(_("All at a glance"), strong=True), gap(3), *block)]
        story += [*block, Air(LEADING / 2)]
    return [*story, words.text(part.glance_note, quiet=True), Air(LEADING)]


def _tile(each: GlanceChart, words: Words, width: float) -> list[Flowable]:
    rows: list[Flowable] = []
    right = words.text(each.change, quiet=True, right=True, most=60)
    taken = min(natural_width(right) + 1, 0.62 * width)
    rows.append(words.text(each.title, strong=True, most=44))
    rows.append(Marked(each.mark))
    rows.append(
        tight([[words.text(each.levels, quiet=True, most=40), right]], share(width, 0, taken))
    )
    return [*rows, gap(2), GlanceDrawing(each.model)]


def _numbers(rows: Sequence[NumberRow], words: Words, page: Sheet) -> Flowable:
    heads = (
        _("Design"), _("n"), _("Worth"), _("Error; df"), _("p"), _("Place"), _("Same"),
        _("Visible"),
    )  # fmt: skip
    head: list[Cell] = [
        words.text(_("The numbers behind the verdicts"), strong=True),
        *(words.text(text, quiet=True, right=True) for text in heads),
    ]
    body: list[list[Cell]] = [
        [
            words.text(row.name, most=60),
            *(
                words.text(text, right=True)
                for text in (
                    row.design, row.steps, row.worth, row.error, row.p, row.family, row.equal,
                    row.visible,
                )
            ),
        ]
        for row in rows
    ]  # fmt: skip
    return Ruled(head, body, (0, *(None,) * len(heads)), page.live_width, padding=6.0).build()
