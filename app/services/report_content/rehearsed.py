"""The last rehearsal beside the live run: the steps that surprised."""

from app.i18n import _
from app.services.report_content.parts import RehearsedRow
from app.services.report_content.source import Source
from app.services.report_content.units import Unit
from app.services.report_content.words import moment_words
from app.services.run.rehearsals import StepDifference, compare, newest_rehearsal

_MOST = 6
"""So many of the greatest surprises are printed."""
_NOTABLE = 0.4


def rehearsed(source: Source, unit: Unit) -> tuple[RehearsedRow, ...]:
    """Return the steps that went most differently live than rehearsed; none without both."""
    return tuple(
        RehearsedRow(
            item.title,
            unit.figure(item.rehearsed_s),
            unit.figure(item.live_s),
            unit.difference((item.live_s or 0.0) - (item.rehearsed_s or 0.0)),
            (item.surprise or 0.0) >= _NOTABLE,
        )
        for item in _compared(source)[:_MOST]
    )


def rehearsal_title(source: Source) -> str:
    """Say when it was rehearsed, and how many of its steps can be compared."""
    rehearsal = newest_rehearsal(source.runs, source.run) if source.run else None
    if rehearsal is None:
        return ""
    text = _("Rehearsed {moment}; the greatest surprises of {n} steps done in both")
    at = moment_words(rehearsal.started_at, source, dated=True)
    return text.format(moment=at, n=len(_compared(source)))


def _compared(source: Source) -> tuple[StepDifference, ...]:
    rehearsal = newest_rehearsal(source.runs, source.run) if source.run else None
    if rehearsal is None or source.run is None:
        return ()
    found = compare(rehearsal, source.run)
    return tuple(item for item in found if item.surprise is not None)
