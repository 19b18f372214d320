"""The briefing on one sheet, in the look of the report; what does not fit is counted, never cut."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable, KeepInFrame

from app.i18n import _, ngettext, speaking
from app.reports.flowables import Air, Bookmark, Cell, Words
from app.reports.page import lay_out
from app.reports.tables import Ruled, columns, height_of
from app.reports.theme import GUTTER, LEADING, Sheet, register_fonts, sheet
from app.services.message.briefings import Briefing, BriefStep
from app.services.report_content.common import Claim
from app.services.report_content.data import Rendered

_FACT_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class _Fit:
    """How much of each list is shown, and how long a text may be."""

    steps: int = 40
    back: int = 12
    others: int = 12
    letters: int = 900
    title: int = 120


_FITS = (
    _Fit(),
    _Fit(28, 10, 8, 600, 90),
    _Fit(20, 8, 6, 400, 70),
    _Fit(14, 6, 5, 300, 60),
    _Fit(10, 4, 4, 200, 50),
    _Fit(6, 3, 3, 140, 40),
)
"""From everything to the least; the first that fits is taken."""


def render_briefing(briefing: Briefing) -> Rendered:
    """Lay the briefing out on exactly one page."""
    register_fonts()
    page, words = sheet(briefing.cover.paper), Words()
    with speaking(briefing.cover.language):
        story = _fitting(briefing, words, page)
        pdf, pages = lay_out(briefing.cover, story)
    return Rendered(pdf, pages)


def _fitting(briefing: Briefing, words: Words, page: Sheet) -> list[Flowable]:
    for fit in _FITS:
        story = _story(briefing, words, page, fit)
        if sum(height_of(part, page.live_width) for part in story) <= page.live_height:
            return story
    return [KeepInFrame(page.live_width, page.live_height - 2, story, mode="shrink")]


def _story(part: Briefing, words: Words, page: Sheet, fit: _Fit) -> list[Flowable]:
    story: list[Flowable] = [
        Bookmark("briefing", _("Briefing")),
        words.text(part.headline, big=True, most=2 * fit.title),
        Air(LEADING / 2),
        *_facts(part, words, page, fit),
    ]
    if part.open_points:
        missing = Claim(", ".join(part.open_points) + ".", _("Not settled yet:"))
        story += [words.claim(missing), Air(LEADING / 2)]
    if part.why:
        story += [words.claim(Claim(part.why, _("Why:")), most=fit.letters), Air(LEADING)]
    story += _options(part, words, page, fit)
    story += _steps(_("Steps"), part.steps, words, page, fit.steps, fit)
    story += _steps(_("Way back"), part.back, words, page, fit.back, fit)
    if part.back_words:
        story += [words.text(part.back_words, quiet=True, most=fit.letters), Air(LEADING)]
    story.append(_below(part, words, page, fit))
    if part.told:
        told = Claim(part.told, _("Communication:"))
        story += [Air(LEADING), words.claim(told, most=fit.letters)]
    return story


def _facts(part: Briefing, words: Words, page: Sheet, fit: _Fit) -> list[Flowable]:
    """Set the facts in rows of four: the label over its value."""
    width = (page.live_width - (_FACT_COLUMNS - 1) * GUTTER) / _FACT_COLUMNS
    story: list[Flowable] = []
    for start in range(0, len(part.facts), _FACT_COLUMNS):
        blocks: list[Cell] = [
            [words.text(label, quiet=True), words.text(value, strong=True, most=fit.title)]
            for label, value in part.facts[start : start + _FACT_COLUMNS]
        ]
        story += [columns((width,) * len(blocks), blocks, between=GUTTER), Air(LEADING / 2)]
    return story


def _steps(
    title: str, steps: Sequence[BriefStep], words: Words, page: Sheet, most: int, fit: _Fit
) -> list[Flowable]:
    if not steps:
        none = _("none is written down")
        return [words.claim(Claim(none, f"{title}:")), Air(LEADING)]
    begins = _("Begins") if steps[0].start else ""
    head: list[Cell] = [
        words.text(title, strong=True), "", words.text(begins, quiet=True, right=True),
        words.text(_("Host"), quiet=True), words.text(_("Who"), quiet=True),
        words.text(_("Takes"), quiet=True, right=True),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for step in steps[:most]:
        told: list[Flowable] = [words.text(step.title, most=fit.title)]
        if step.note:
            told.append(words.text(step.note, quiet=True, most=fit.title))
        rows.append(
            [
                words.text(step.number, quiet=True),
                told,
                words.text(step.start, right=True),
                words.text(step.host, most=40),
                words.text(step.owner, most=40),
                words.text(step.took, right=True),
            ]
        )
    extra = (("SPAN", (0, 0), (1, 0)),)
    widths = (None, 0, None, None, None, None)
    table = Ruled(head, rows, widths, page.live_width, extra=extra).build()
    return [table, *_left_out(len(steps) - most, words), Air(LEADING)]


def _options(part: Briefing, words: Words, page: Sheet, fit: _Fit) -> list[Flowable]:
    """Set the ways that were compared with what they take; the figures stand at the right."""
    if not part.options:
        return []
    cost = _("Cost, {currency}").format(currency=part.currency)
    head: list[Cell] = [
        words.text(_("Ways compared"), strong=True), "",
        words.text(_("Takes"), quiet=True, right=True),
        words.text(cost, quiet=True, right=True, most=20),
    ]  # fmt: skip
    shown = part.options[: fit.others]
    rows: list[list[Cell]] = [
        [
            words.text(item.title, strong=item.chosen, most=fit.title),
            words.text(_("chosen") if item.chosen else ""),
            words.text(item.time, right=True),
            words.text(item.cost, right=True),
        ]
        for item in shown
    ]
    more = len(part.options) - len(shown)
    note = [words.text(_("and {n} more").format(n=more), quiet=True)] if more else []
    table = Ruled(head, rows, (0, None, None, None), page.live_width).build()
    return [table, *note, Air(LEADING)]


def _left_out(n: int, words: Words) -> list[Flowable]:
    if n <= 0:
        return []
    text = ngettext("And {n} more step in the runbook.", "And {n} more steps in the runbook.", n)
    return [Air(3), words.text(text.format(n=n), quiet=True)]


def _below(part: Briefing, words: Words, page: Sheet, fit: _Fit) -> Flowable:
    half = page.columns(3)
    return columns(
        (half, half),
        (_checks(part, words, half, fit), _contacts(part, words, half, fit)),
        between=GUTTER,
    )


def _checks(part: Briefing, words: Words, width: float, fit: _Fit) -> list[Flowable]:
    head: list[Cell] = [words.text(_("What must work afterwards"), strong=True)]
    if not part.checks:
        return [words.claim(Claim(_("nothing is written down"), _("What must work afterwards:")))]
    rows: list[list[Cell]] = [[words.text(text, most=fit.title)] for text in part.checks]
    return [_short(head, rows, (0,), width, fit)]


def _contacts(part: Briefing, words: Words, width: float, fit: _Fit) -> list[Flowable]:
    if not part.contacts:
        return [words.claim(Claim(_("nobody is named"), _("Reachable during the work:")))]
    head: list[Cell] = [words.text(_("Reachable during the work"), strong=True), ""]
    rows: list[list[Cell]] = [
        [
            [words.text(name, most=60), *([words.text(role, quiet=True, most=60)] if role else [])],
            words.text(reach, right=True, most=60),
        ]
        for name, role, reach in part.contacts
    ]
    return [_short(head, rows, (0, None), width, fit, span=True)]


def _short(
    head: list[Cell], rows: list[list[Cell]], widths: tuple[float | None, ...], width: float,
    fit: _Fit, *, span: bool = False,
) -> Flowable:  # fmt: skip
    extra = (("SPAN", (0, 0), (-1, 0)),) if span else ()
    shown = rows[: fit.others]
    if len(rows) > fit.others:
        more = _("and {n} more").format(n=len(rows) - fit.others)
        shown = [*shown, [Words().text(more, quiet=True), *[""] * (len(head) - 1)]]
    return Ruled(head, shown, widths, width, extra=extra).build()
