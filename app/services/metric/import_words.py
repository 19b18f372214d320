"""What is said of a file of samples before it is kept."""

from app.i18n import _, ngettext
from app.services.metric.imports import Outlook
from app.wording import count

_MOST = 5
"""Lines that are named one by one."""


def remarks(outlook: Outlook) -> list[str]:
    """Return what of a file was not understood, in sentences; nothing where all of it was."""
    words = [outlook.renamed] if outlook.renamed else []
    if not outlook.is_whole:
        words.append(
            _("All of it is read when it is kept: both windows, and the eight weeks before them.")
        )
    if outlook.may_hold_more:
        words.append(
            _("Series that begin later in the file, if any, are not among the columns yet.")
        )
    if outlook.missing:
        text = ngettext(
            "{n} row has no number here; it stays a gap.",
            "{n} rows have no number here; they stay gaps.",
            outlook.missing,
        )
        words.append(text.format(n=count(outlook.missing)))
    words += [
        _("Line {line}: {why}.").format(line=each.line, why=each.why)
        for each in outlook.odd[:_MOST]
    ]
    words += [
        _("Line {line} was left out: {why}.").format(line=each.line, why=each.why)
        for each in outlook.rejected[:_MOST]
    ]
    more = outlook.rejected_rows - min(len(outlook.rejected), _MOST)
    if more:
        words.append(_("… and {n} more.").format(n=count(more)))
    return words
