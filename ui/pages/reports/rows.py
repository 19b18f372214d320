"""How printed reports are shown, as data."""

from app.domain.report import Report
from app.i18n import _, ngettext
from app.wording import moment
from ui.cells import Cell, Column, Words
from ui.operations.reports import MadeReport

HASH_CHARACTERS = 12


def pages_words(report: Report) -> str:
    """Return "14 pages"."""
    return ngettext("{n} page", "{n} pages", report.pages).format(n=report.pages)


def revision_words(report: Report) -> str:
    """Return "Revision 2"."""
    return _("Revision {n}").format(n=report.revision)


def _shown(made: MadeReport) -> Cell:
    report = made.report
    return Cell(
        (Words(revision_words(report), weight=500), Words(report.by, "ink2")),
        (Words(pages_words(report), "ink2"),),
        end=Words(moment(report.made_at, made.zone), "ink2"),
        below_end=Words(report.pdf_sha256[:HASH_CHARACTERS], "ink2", mono=True, size=11),
    )


def _said(made: MadeReport) -> str:
    return _("{revision}, {at}, {who}, {pages}").format(
        revision=revision_words(made.report),
        at=moment(made.report.made_at, made.zone),
        who=made.report.by,
        pages=pages_words(made.report),
    )


COLUMNS = (Column[MadeReport](_("Report"), _said, cell=_shown),)
