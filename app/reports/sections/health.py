"""Health checks before and after: one row per check, what is worse comes first."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter
from app.reports.tables import Ruled
from app.reports.theme import LEADING, Sheet
from app.services.report_content.proofs import HealthPart


def health_section(part: HealthPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("health", _("Health checks"), words, words.claim(part.intro))
    if part.hosts:
        story += [_hosts(part, words, page), Air(LEADING)]
    if part.rows:
        story += [_checks(part, words, page), Air(LEADING)]
    return story


def _hosts(part: HealthPart, words: Words, page: Sheet) -> Flowable:
    head: list[Cell] = [
        words.text(_("Host"), strong=True),
        words.text(_("Before"), quiet=True),
        words.text(_("After"), quiet=True),
        words.text(_("Clock against ours"), quiet=True, right=True),
    ]
    rows = [
        [
            words.text(name, most=120),
            words.text(before, most=160),
            words.text(after, most=160),
            words.text(clock, right=True),
        ]
        for name, before, after, clock in part.hosts
    ]
    return Ruled(head, rows, (None, 0, 0, None), page.live_width).build()


def _checks(part: HealthPart, words: Words, page: Sheet) -> Flowable:
    head: list[Cell] = [
        words.text(_("Difference"), quiet=True),
        words.text(_("Host"), quiet=True),
        words.text(_("Check"), strong=True),
        words.text(_("Before"), quiet=True),
        words.text(_("After"), quiet=True),
    ]
    rows = [
        [
            Marked(row.mark),
            words.text(row.host, most=80),
            words.text(row.check, most=160),
            words.text(row.before, most=300),
            words.text(row.after, most=300),
        ]
        for row in part.rows
    ]
    return Ruled(head, rows, (None, None, None, 0, 0), page.live_width).build()
