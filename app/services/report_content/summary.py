"""What page 1 says."""

from datetime import UTC, date, datetime, time
from itertools import islice

from app.domain.change import ChangeState
from app.domain.metric import WindowName
from app.i18n import _
from app.services.report_content.common import ActionRow, Claim, DimensionCell
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.headline import headlines
from app.services.report_content.outcomes import badly, well
from app.services.report_content.parts import Summary
from app.services.report_content.passed import passed_by_name
from app.services.report_content.source import Source
from app.services.report_content.tiles import tiles
from app.services.report_content.unproven import unproven
from app.services.report_content.words import (
    CLOSE_CODES,
    STATES,
    light_mark,
    sentence,
    short_window_words,
)
from app.services.review.rag import Rag, overall_rule
from app.wording import clock_span, day

_MOST_CLAIMS = 3


def summary(source: Source, rag: Rag, book: EvidenceBook) -> Summary:
    """Put page 1 together."""
    return Summary(
        headlines=headlines(source, rag),
        context=_context(source, book),
        overall=light_mark(rag.overall),
        close_code=_close_code(source),
        rule=overall_rule(),
        trigger=rag.trigger,
        tiles=tiles(source, rag, book),
        dimensions=tuple(
            DimensionCell(
                item.dimension.words, light_mark(item.light), item.found, item.dimension.rule
            )
            for item in rag.dimensions
        ),
        well=tuple(islice(well(source, rag, book), _MOST_CLAIMS)),
        badly=tuple(islice(badly(source, rag, book), _MOST_CLAIMS)),
        decision=_decision(source, rag),
        actions=action_rows(source),
        overrides=passed_by_name(source, book),
        not_evidenced=unproven(source),
    )


def _context(source: Source, book: EvidenceBook) -> Claim:
    change, parts = source.change, []
    metric = source.main_metric
    ids: tuple[str, ...] = ()
    if metric is not None:
        ids = book.samples(
            source.sample(metric.id, WindowName.BEFORE), source.sample(metric.id, WindowName.AFTER)
        )
    if change.window is not None:
        span = change.window.span
        parts.append(_("Window {span}.").format(span=clock_span(span.start, span.end, source.zone)))
    names = ", ".join(host.name for host in source.hosts)
    parts.append(_("Hosts {names}.").format(names=names) if names else _("No host was named."))
    if short := short_window_words(source):
        parts.append(sentence(_("Measured in {windows}").format(windows=short)))
    return Claim(" ".join(parts), "", ids)


def _close_code(source: Source) -> str:
    code = source.change.close_code
    if code is None:
        return _("Close code: not set yet")
    return _("Close code: {code}").format(code=_(CLOSE_CODES[code]))


def _decision(source: Source, rag: Rag) -> tuple[Claim, ...]:
    change = source.change
    if change.state is ChangeState.CLOSED:
        when = day(change.closed_at, source.zone, year=True) if change.closed_at else ""
        text = _("none. Closed{code} on {day}, reviewed by {name}.").format(
            code=_(" as {code}").format(code=_(CLOSE_CODES[change.close_code]))
            if change.close_code
            else "",
            day=when or "–",
            name=change.reviewed_by or _("nobody"),
        )
        return (Claim(text, _("Decision wanted:")),)
    if change.state is not ChangeState.REVIEW:
        text = _("none yet. The change stands in “{state}”.").format(state=_(STATES[change.state]))
        return (Claim(text, _("Decision wanted:")),)
    who = change.reviewer or _("a reviewer who did not implement it")
    code = (
        _("as {code}").format(code=_(CLOSE_CODES[change.close_code]))
        if change.close_code
        else _("with a close code; the rules say {state}").format(state=rag.overall.words)
    )
    text = _("close the change {code}. Undecided, it stays in Review.").format(code=code)
    return (Claim(text, _("Decision wanted from {name}:").format(name=who)),)


def action_rows(source: Source) -> tuple[ActionRow, ...]:
    """Return the follow-up actions by due date, those without one last."""
    ranked = sorted(
        source.change.actions, key=lambda item: (item.due is None, item.due or source.now.date())
    )
    return tuple(
        ActionRow(
            f"A-{number}",
            f"{item.title} ({item.child})" if item.child else item.title,
            item.owner or _("no owner"),
            due_words(item.due),
            not item.is_open,
        )
        for number, item in enumerate(ranked, start=1)
    )


def due_words(due: date | None) -> str:
    """Write a due date: "Mon 30 Nov 2026"."""
    if due is None:
        return _("no date")
    return day(datetime.combine(due, time(12), UTC), "UTC", year=True)
