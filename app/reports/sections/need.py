"""Why the change was wanted, which way was chosen, and what it was to reach."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter
from app.reports.tables import Ruled
from app.reports.theme import LEADING, Sheet
from app.services.report_content.common import Icon, Mark
from app.services.report_content.parts import NeedPart


def need_section(part: NeedPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("need", _("Need, options and objectives"), words, words.text(part.intro))
    story += [words.text(part.description, most=6000), Air(LEADING / 2)]
    story += [item for fact in part.facts for item in (words.claim(fact), Air(3))]
    story += [Air(LEADING - 3), *_records(part, words, page), Air(LEADING)]
    story += [*_objectives(part, words, page), Air(LEADING)]
    return [*story, *_options(part, words, page), Air(LEADING)]


def _records(part: NeedPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.records:
        return [words.text(part.no_records)]
    head: list[Cell] = [
        words.text(_("Records of the need"), strong=True),
        words.text(_("Kind"), quiet=True),
        words.text(_("What it says"), quiet=True),
        words.text(_("Period"), quiet=True),
        words.text(_("Evidence"), quiet=True, right=True),
    ]
    rows: list[list[Cell]] = [
        [
            words.text(row.title, most=300),
            words.text(row.kind),
            words.text(row.said, most=500),
            words.text(row.period),
            words.ids(row.evidence),
        ]
        for row in part.records
    ]
    return [Ruled(head, rows, (0, None, 170, None, None), page.live_width).build()]


def _objectives(part: NeedPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.objectives:
        return [words.text(_("No objective with a target was agreed."))]
    head: list[Cell] = [
        words.text(_("Objectives"), strong=True),
        words.text(_("Target"), quiet=True, right=True),
        words.text(_("Before"), quiet=True, right=True),
        words.text(_("After"), quiet=True, right=True),
        words.text(_("Result"), quiet=True),
        words.text(_("Evidence"), quiet=True, right=True),
    ]
    rows = [
        [
            words.text(row.name, most=160),
            words.text(row.target, right=True),
            words.text(row.before, right=True),
            words.text(row.after, right=True),
            Marked(row.mark),
            words.ids(row.evidence),
        ]
        for row in part.objectives
    ]
    return [
        Ruled(head, rows, (0, None, None, None, None, None), page.live_width, padding=14.0).build()
    ]


def _options(part: NeedPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.options:
        return [words.text(_("No options were compared."))]
    priced = any(row.cost for row in part.options)
    timed = any(row.time for row in part.options)
    cost = _("Cost, {currency}").format(currency=part.options_currency) if priced else _("Cost")
    head: list[Cell] = [words.text(_("Options"), strong=True), words.text(_("Benefit"), quiet=True),
            words.text(cost, quiet=True, right=priced, most=20),
            words.text(_("Time"), quiet=True, right=timed),
            words.text(_("Risk"), quiet=True),
            words.text(_("Choice and why"), quiet=True)]  # fmt: skip
    rows: list[list[Cell]] = []
    for row in part.options:
        mark = Mark(Icon.GOOD, _("Chosen"), strong=True) if row.chosen else None
        why: list[Flowable] = [Marked(mark)] if mark else [words.text(_("Not chosen"))]
        if row.reason:
            why.append(words.text(row.reason, quiet=True, most=300))
        rows.append(
            [
                words.text(row.title, strong=row.chosen, most=160),
                words.text(row.benefit, most=300),
                _figure(row.cost, row.cost_note, words, right=priced, most=300),
                _figure(row.time, row.time_note, words, right=timed),
                words.text(row.risk, most=300),
                why,
            ]
        )
    note = [Air(3), words.text(part.options_note, quiet=True)] if part.options_note else []
    return [Ruled(head, rows, (96, None, None, None, None, 0), page.live_width).build(), *note]


def _figure(figure: str, note: str, words: Words, *, right: bool, most: int = 160) -> Cell:
    """Set a figure over what it is made of; figures stand at the right, so that they compare."""
    if not right:
        return words.text(note, most=most)
    told: list[Flowable] = [words.text(figure, right=True)] if figure else []
    if note or not told:
        told.append(words.text(note or "–", quiet=bool(note), right=True, most=most))
    return told
