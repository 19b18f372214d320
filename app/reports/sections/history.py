"""Timeline, approvals and process rules."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter, together
from app.reports.matrix import PhaseStrip
from app.reports.tables import Ruled
from app.reports.theme import LEADING, Sheet
from app.services.report_content.proofs import HistoryPart


def history_section(part: HistoryPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("history", _("Timeline and approvals"), words, words.text(part.intro))
    if part.phases:
        story += [PhaseStrip(part.phases, part.begins, part.ends), Air(LEADING)]
    if part.events:
        story.append(_events(part, words, page))
    if part.left_out:
        story += [Air(3), words.text(part.left_out, quiet=True)]
    story += [Air(LEADING), *_approvals(part, words, page), Air(LEADING)]
    return [*story, *_rules(part, words, page), Air(LEADING)]


def _events(part: HistoryPart, words: Words, page: Sheet) -> Flowable:
    year, zone = part.header
    head: list[Cell] = [
        words.text(year, quiet=True, most=20),
        words.text(zone, quiet=True, right=True, most=20),
        words.text(_("By"), quiet=True),
        words.text(_("Event"), quiet=True),
        words.text(_("Log entry"), quiet=True, right=True),
    ]
    rows = [
        [
            words.text(row.day),
            words.text(row.time, right=True),
            words.text(row.by, quiet=True, most=80),
            words.text(row.text, most=400),
            words.text(row.seq, quiet=True, right=True),
        ]
        for row in part.events
    ]
    days = frozenset(number for number, row in enumerate(part.events) if row.day and number)
    widths = (None, None, None, 0, None)
    return Ruled(head, rows, widths, page.live_width, ends_group=days).build()


def _approvals(part: HistoryPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.approvals:
        return [words.text(part.no_approvals)]
    head: list[Cell] = [
        words.text(_("Approvals"), strong=True),
        words.text(_("Name"), quiet=True),
        words.text(part.approvals_header, quiet=True, right=True, most=20),
        words.text(_("Decision"), quiet=True),
        words.text(_("Plan hash signed"), quiet=True, right=True),
        words.text(_("Evidence"), quiet=True, right=True),
    ]
    rows = [
        [
            words.text(row.role, most=80),
            words.text(row.name, most=80),
            words.text(row.at, right=True),
            Marked(row.mark),
            words.text(row.plan_hash, mono=True, right=True),
            words.ids(row.evidence),
        ]
        for row in part.approvals
    ]
    widths = (0, None, None, None, None, None)
    table = together(Ruled(head, rows, widths, page.live_width).build())
    notes = [words.claim(note, quiet=True) for note in part.approval_notes]
    return [table, Air(3), *notes] if notes else [table]


def _rules(part: HistoryPart, words: Words, page: Sheet) -> list[Flowable]:
    head: list[Cell] = [
        words.text(_("Process rules"), strong=True),
        words.text(_("Found"), quiet=True, right=True),
        words.text(_("Result"), quiet=True),
    ]
    rows = [
        [words.text(row.rule), words.text(row.found, right=True, most=120), Marked(row.mark)]
        for row in part.rules
    ]
    table = Ruled(head, rows, (0, None, None), page.live_width, padding=14.0).build()
    return [table, Air(3), words.claim(part.people, quiet=True)]
