"""The portfolio report on paper: figures, their trend, what happened most often, open actions."""

from collections.abc import Sequence

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable

from app.analysis.kpi import Outcome
from app.i18n import _, speaking
from app.reports.attach import finished
from app.reports.flowables import Air, Cell, Drawn, Words, chapter, gap, topic, words_at
from app.reports.page import lay_out
from app.reports.tables import Ruled, beside
from app.reports.theme import HAIRLINE, LEADING, Sheet, inks, register_fonts, sheet, width_of
from app.services.kpi.kpi_words import OUTCOMES
from app.services.kpi.portfolio import ActionLine, KpiLine, PortfolioData, TrendPart
from app.services.report_content.data import Rendered
from app.wording import count, percent

_ORDER = (Outcome.CLEAN, Outcome.EXCEPTION, Outcome.ISSUES, Outcome.FAILED)
_MOST_ACTIONS = 60
_MOST_GROUPS = 10
_COLUMNS_HEIGHT = 110.0
_TREND_ROOM = 230.0
"""The title of the trend and its columns, in points."""


def render_portfolio(data: PortfolioData) -> Rendered:
    """Lay the report out and return the PDF."""
    register_fonts()
    page, words = sheet(data.cover.paper), Words()
    with speaking(data.cover.language):
        pdf, pages = lay_out(data.cover, _story(data, words, page))
    return Rendered(finished(pdf, data.cover, ()), pages)


def _story(data: PortfolioData, words: Words, page: Sheet) -> list[Flowable]:
    story: list[Flowable] = [words.text(data.headline, big=True), gap(2), words.text(data.intro)]
    story.append(Air(LEADING))
    for title, lines in data.groups:
        story += [_figures(title, lines, words, page), Air(LEADING)]
    story += chapter("trend", _("How changes came out"), words, room=_TREND_ROOM)
    story += [OutcomeColumns(data.trend), Air(LEADING)]
    story += beside(
        page,
        [
            (3, lambda w: _pareto(_("Why changes were needed"), data.needs, words, w)),
            (3, lambda w: _pareto(_("Why they were not clean"), data.causes, words, w)),
        ],
    )
    story.append(Air(LEADING))
    story += chapter("actions", _("Open actions"), words)
    story += [*_actions(data.actions, words, page), Air(LEADING)]
    story += chapter("method", _("What each figure counts"), words, words.text(data.method))
    every = [line for _title, group in data.groups for line in group]
    story.append(_definitions(every, words, page))
    return story


def _figures(title: str, lines: Sequence[KpiLine], words: Words, page: Sheet) -> Flowable:
    head: list[Cell] = [
        words.text(title, strong=True),
        words.text(_("Figure"), quiet=True, right=True),
        words.text(_("Counted from"), quiet=True),
        words.text(_("Likely range or P90"), quiet=True),
        words.text(_("Period before"), quiet=True, right=True),
    ]
    rows: list[list[Cell]] = [
        [
            words.text(line.title),
            words.text(line.figure, strong=True, right=True),
            words.text(line.share),
            words.text(line.range, quiet=True),
            words.text(line.before, quiet=True, right=True),
        ]
        for line in lines
    ]
    wide = page.live_width
    widths = (0.0, wide * 0.14, wide * 0.25, wide * 0.18, wide * 0.15)
    return Ruled(head, rows, widths, wide).build()


def _pareto(
    title: str, rows: Sequence[tuple[str, int, float]], words: Words, width: float
) -> list[Flowable]:
    if not rows:
        return [*topic(title, words), words.text(_("Nothing to count."))]
    head: list[Cell] = [
        words.text(title, strong=True),
        words.text(_("Changes"), quiet=True, right=True),
        words.text(_("Up to here"), quiet=True, right=True),
    ]
    cells: list[list[Cell]] = [
        [words.text(name), words.text(count(n), right=True), words.text(percent(share), right=True)]
        for name, n, share in rows[:_MOST_GROUPS]
    ]
    return [Ruled(head, cells, (0.0, 52.0, 62.0), width).build()]


def _actions(actions: Sequence[ActionLine], words: Words, page: Sheet) -> list[Flowable]:
    if not actions:
        return [words.text(_("No follow-up action is open."))]
    head: list[Cell] = [
        words.text(_("Action"), strong=True),
        words.text(_("Owner"), quiet=True),
        words.text(_("Change"), quiet=True),
        words.text(_("Due"), quiet=True, right=True),
    ]
    rows: list[list[Cell]] = [
        [
            words.text(line.title, most=300),
            words.text(line.owner or "–", most=80),
            words.text(line.number),
            words.text(
                _("{due}, late").format(due=line.due) if line.late else line.due or "–",
                right=True, strong=line.late,
            ),
        ]
        for line in actions[:_MOST_ACTIONS]
    ]  # fmt: skip
    story: list[Flowable] = [Ruled(head, rows, (0, None, None, None), page.live_width).build()]
    if len(actions) > _MOST_ACTIONS:
        more = _("{n} more are open.").format(n=count(len(actions) - _MOST_ACTIONS))
        story.append(words.text(more, quiet=True))
    return story


def _definitions(lines: Sequence[KpiLine], words: Words, page: Sheet) -> Flowable:
    head: list[Cell] = [
        words.text(_("Figure"), strong=True), words.text(_("What it counts"), quiet=True)
    ]  # fmt: skip
    rows: list[list[Cell]] = [[words.text(line.title), words.text(line.text)] for line in lines]
    return Ruled(head, rows, (page.live_width * 0.27, 0.0), page.live_width).build()


def outcome_ink(outcome: Outcome) -> Color:
    """Return the fill of an outcome; grey paper tells them apart."""
    match outcome:
        case Outcome.CLEAN:
            return inks().ink2
        case Outcome.EXCEPTION:
            return inks().ink3
        case Outcome.ISSUES:
            return inks().hair
        case Outcome.FAILED:
            return inks().bad


class OutcomeColumns(Drawn):
    """One column for each week or month; grey paper tells the outcomes apart."""

    def __init__(self, parts: Sequence[TrendPart]) -> None:
        super().__init__(_COLUMNS_HEIGHT + 4 * LEADING)
        self._parts = tuple(parts)

    def draw(self) -> None:
        """Draw the legend, then the columns."""
        self._legend()
        most = max((sum(n for _o, n in part.counts) for part in self._parts), default=0)
        base = LEADING + 2
        if most:
            step = self.width / len(self._parts)
            for position, part in enumerate(self._parts):
                self._column(position * step, step, part, most, base)
        self.canv.setStrokeColor(inks().ink2)
        self.canv.setLineWidth(HAIRLINE)
        self.canv.line(0, base, self.width, base)

    def _legend(self) -> None:
        x, y = 0.0, self.height - LEADING
        for outcome in _ORDER:
            self.canv.setFillColor(outcome_ink(outcome))
            self.canv.rect(x, y, 7, 7, stroke=0, fill=1)
            word = _(OUTCOMES[outcome])
            self.canv.setFillColor(inks().ink)
            words_at(self.canv, x + 10, y, word)
            x += 26 + width_of(word)

    def _column(self, left: float, step: float, part: TrendPart, most: int, base: float) -> None:
        width = min(26.0, step * 0.6)
        x, y, counts = left + (step - width) / 2, base, dict(part.counts)
        for outcome in _ORDER:
            height = _COLUMNS_HEIGHT * counts.get(outcome, 0) / most
            if height:
                self.canv.setFillColor(outcome_ink(outcome))
                self.canv.setStrokeColor(inks().white)
                self.canv.setLineWidth(0.6)
                self.canv.rect(x, y, width, height, stroke=1, fill=1)
                y += height
        total = sum(counts.values())
        self.canv.setFillColor(inks().ink)
        if total:
            words_at(self.canv, x + width / 2, y + 3, count(total), anchor="middle")
        self.canv.setFillColor(inks().ink2)
        words_at(self.canv, x + width / 2, 0, part.label, anchor="middle")
