"""The portfolio report: the key figures of a period on paper, for who answers for all changes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.kpi import Outcome
from app.analysis.kpi_table import KPIS, KpiGroup
from app.domain.event import NewEvent
from app.i18n import _, ngettext, speaking
from app.services.kpi import kpi_words as words
from app.services.kpi.kpis import KpiView, Period, load_kpis
from app.services.report_content.data import Cover, Rendered
from app.services.saving import save_whole
from app.services.search.rows import ActionRow
from app.wording import count, day_words, moment, number

if TYPE_CHECKING:
    from app.services.facade import AppServices


@dataclass(frozen=True, slots=True)
class KpiLine:
    """One figure: its name, the figure, what it is counted from, the period before, its meaning."""

    title: str
    figure: str
    share: str
    range: str
    before: str
    text: str


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One follow-up action that is open; ``late`` says that its day has passed."""

    title: str
    owner: str
    due: str
    number: str
    late: bool


@dataclass(frozen=True, slots=True)
class TrendPart:
    """A week or month: its first day, and how many changes closed in it by outcome."""

    label: str
    counts: tuple[tuple[Outcome, int], ...]


@dataclass(frozen=True, slots=True)
class PortfolioData:
    """All of the report, in words and figures; nothing is decided while it is laid out."""

    cover: Cover
    headline: str
    intro: str
    groups: tuple[tuple[str, tuple[KpiLine, ...]], ...]
    trend: tuple[TrendPart, ...]
    needs: tuple[tuple[str, int, float], ...]
    causes: tuple[tuple[str, int, float], ...]
    actions: tuple[ActionLine, ...]
    method: str


def portfolio_data(
    view: KpiView, actions: Sequence[ActionRow], *, cover: Cover, today: date
) -> PortfolioData:
    """Write the figures of a period."""
    return PortfolioData(
        cover=cover,
        headline=_headline(view),
        intro=words.sentence(view),
        groups=tuple((_(words.GROUPS[group]), _lines(view, group)) for group in KpiGroup),
        trend=tuple(
            TrendPart(words.bucket_label(part, view.period), tuple(part.counts.items()))
            for part in view.buckets
        ),
        needs=tuple((words.need_word(name), n, share) for name, n, share in view.needs),
        causes=tuple((words.cause_word(name), n, share) for name, n, share in view.causes),
        actions=tuple(_action(row, today) for row in _by_due(actions)),
        method=_(
            "Rates are told with the cases they are counted from, and with a likely range (Wilson,"
            " 95 %) from ten cases on; of fewer only the counts are told. Durations are medians"
            " with the 90th percentile. Hours of service are no cases and have no likely range. A"
            " service has {hours} agreed hours a week. Figures are compared with the period of the"
            " same length before."
        ).format(hours=number(view.sample.service_hours)),
    )


def _headline(view: KpiView) -> str:
    success, clean = view.now["success"], view.now["clean"]
    hits = [len(found.hits) for found in (success, clean) if hasattr(found, "hits")]
    closed = len(view.sample.closed)
    text = ngettext(
        "{n} change was closed: {ok} successful, {clean} of them clean.",
        "{n} changes were closed: {ok} successful, {clean} of them clean.",
        closed,
    )
    return text.format(n=count(closed), ok=count(hits[0]), clean=count(hits[1]))


def _lines(view: KpiView, group: KpiGroup) -> tuple[KpiLine, ...]:
    found = []
    for each in KPIS:
        if each.group is group:
            told = words.tell(each, view.now[each.id], view.before.get(each.id))
            found.append(
                KpiLine(
                    _(each.title), told.figure, told.share, told.range, told.before,
                    words.definition(each),
                )
            )  # fmt: skip
    return tuple(found)


def _by_due(actions: Sequence[ActionRow]) -> list[ActionRow]:
    waiting = [row for row in actions if row.action.is_open]
    return sorted(waiting, key=lambda row: (row.action.due or date.max, row.number))


def _action(row: ActionRow, today: date) -> ActionLine:
    due = row.action.due
    late = due is not None and due < today
    return ActionLine(
        row.action.title, row.action.owner, day_words(due) if due else "", row.number, late
    )


def write_portfolio(period: Period, target: Path, *, services: "AppServices") -> Path:
    """Lay the report of a period out, log its hash, and write it whole or not at all.

    Raises:
        InvalidInput: The file cannot be written.
    """
    asker, settings = services.asker, services.settings
    with speaking(settings.report_language):
        hours = settings.service_hours
        view = load_kpis(period, reads=services.kpis, asker=asker, service_hours=hours)
        cover = Cover(
            organisation=settings.organisation,
            document=_("Portfolio report"),
            number=words.short_period(period),
            title=_("Changes closed {period}").format(period=words.period_words(period)),
            status=_("All changes"),
            revision=1,
            generated=moment(asker.now, settings.zone),
            generated_at=asker.now,
            log_head=_log_head(services),
            author=services.actor,
            label=settings.label,
            language=settings.report_language,
            paper=settings.page_size,
        )
        actions = services.queries.learned().actions
        data = portfolio_data(view, actions, cover=cover, today=asker.today)
        made = services.render_portfolio(data)
    save_whole(made.pdf, target)
    _log(made, period, services)
    return target


def _log_head(services: "AppServices") -> str:
    with services.new_uow() as uow:
        return uow.log.head()


def _log(made: Rendered, period: Period, services: "AppServices") -> None:
    text = _("Portfolio report {period}, {pages} pages, {sha256}").format(
        period=words.period_words(period),
        pages=made.pages,
        sha256=hashlib.sha256(made.pdf).hexdigest()[:12],
    )
    with services.new_uow() as uow:
        uow.log.append(NewEvent("report.portfolio", text))
        uow.commit()
