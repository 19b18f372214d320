"""Backup, risk and tests: the proof of the way back, the matrix, every test with its result."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter, together
from app.reports.matrix import RollbackBar
from app.reports.sections.risk import risk_block
from app.reports.tables import Ruled, share, tight
from app.reports.theme import LEADING, Sheet
from app.services.report_content.common import Claim
from app.services.report_content.proofs import BackupBlock, Rollback, SafetyPart


def safety_section(part: SafetyPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("safety", _("Backup, risk and tests"), words, words.text(part.intro))
    for block in part.backups:
        story += [_backup(block, words, page), Air(3), words.claim(block.note, quiet=True)]
        story.append(Air(LEADING))
    if part.no_backup:
        story += [words.text(part.no_backup), Air(LEADING)]
    if part.rollback is not None:
        story += [_rollback(part.rollback, words, page), Air(LEADING * 1.5)]
    if part.risk is not None:
        story += risk_block(part.risk, words, page)
    else:
        story.append(words.text(part.no_risk))
    story += [Air(LEADING), *_tests(part, words, page), Air(LEADING)]
    return [*story, *_incidents(part, words, page), Air(LEADING)]


def _backup(block: BackupBlock, words: Words, page: Sheet) -> Flowable:
    head: list[Cell] = [
        words.text(block.title, strong=True, most=100),
        words.text(_("State"), quiet=True),
        words.text(block.day, quiet=True, right=True, most=40),
        words.text(_("Took"), quiet=True, right=True),
        words.text(_("What was checked"), quiet=True),
    ]
    rows = [
        [
            words.text(row.level),
            Marked(row.mark),
            words.text(row.at, right=True),
            words.text(row.took, right=True),
            words.text(row.checked, most=300),
        ]
        for row in block.rows
    ]
    return Ruled(head, rows, (None, None, None, None, 0), page.live_width).build()


def _rollback(part: Rollback, words: Words, page: Sheet) -> Flowable:
    line = tight(
        [
            [
                words.claim(part.title, most=160),
                words.text(part.formula, quiet=True, right=True, most=160),
            ]
        ],
        share(page.live_width, page.live_width * 0.48, 0),
    )
    return together(line, RollbackBar(part))


def _tests(part: SafetyPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.tests:
        return [words.text(part.no_tests)]
    head: list[Cell] = [
        words.text(_("Tests: quality (Q), functional (F), load (L), security (S)"), strong=True),
        "",
        words.text(_("What was seen"), quiet=True),
        words.text(_("Tester"), quiet=True),
        words.text(_("Result"), quiet=True),
    ]
    rows = [
        [
            words.text(row.id),
            words.text(row.title, most=200),
            words.claim(Claim(row.seen, "", row.evidence), most=400),
            words.text(row.tester, most=80),
            Marked(row.mark),
        ]
        for row in part.tests
    ]
    widths = (None, 0, 190, None, None)
    extra = (("SPAN", (0, 0), (1, 0)),)
    table = Ruled(head, rows, widths, page.live_width, extra=extra).build()
    note = [Air(3), words.text(part.tests_note, quiet=True)] if part.tests_note else []
    return [table, *note]


def _incidents(part: SafetyPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.incidents:
        return [words.text(part.no_incidents)]
    head: list[Cell] = [
        words.text(_("Incidents"), strong=True),
        words.text(_("Title"), quiet=True),
        words.text(_("Priority"), quiet=True),
        words.text(_("Restored after"), quiet=True, right=True),
    ]
    rows = [
        [
            words.text(reference, most=60),
            words.text(title, most=200),
            words.text(priority),
            words.text(restored, right=True),
        ]
        for reference, title, priority, restored in part.incidents
    ]
    return [Ruled(head, rows, (None, 0, None, None), page.live_width).build()]
