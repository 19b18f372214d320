"""How a window of a change stands to the organisation's windows, in sentences."""

from collections.abc import Iterator
from datetime import timedelta

from app.analysis.recurrence import all_occurrences
from app.domain.calendar import Occurrence
from app.domain.change import Change
from app.domain.window import TimeRange, Window
from app.i18n import _
from app.services.schedule.conflicts import Around, allowed, covers, freezes_on
from app.wording import clock_span

_AHEAD = timedelta(days=120)


def relation_lines(change: Change, window: Window, around: Around) -> tuple[str, ...]:
    """Say for each host, or the service, in which window the change lies, or which comes next."""
    return (*_maintenance(change, window, around), *_freezes(change, window, around))


def around_window(
    change: Change, around: Around, span: TimeRange
) -> tuple[tuple[Occurrence, ...], tuple[Occurrence, ...]]:
    """Return the maintenance windows that hold for a change in a span, and the freezes."""
    maintenance = (w for w in around.windows if not w.is_freeze and covers(w, change, around))
    return all_occurrences(maintenance, span), freezes_on(change, around, span)


def _maintenance(change: Change, window: Window, around: Around) -> Iterator[str]:
    span = window.span
    bound = allowed(change, around, TimeRange(span.start, span.end + _AHEAD))
    if not bound:
        yield _("No maintenance window is declared for it, so any time outside a freeze will do.")
    for name, times in bound:
        gap = times.first_gap(span)
        if gap is None:
            inside = times.touching(span)
            when = clock_span(inside.start, inside.end, window.zone) if inside else ""
            yield _("{name}: inside its maintenance window {when}.").format(name=name, when=when)
            continue
        later = next((one for one in times.spans if one.start >= span.start), None)
        text = _("{name}: not inside a maintenance window.").format(name=name)
        if later is not None:
            following = clock_span(later.start, later.end, window.zone)
            text += " " + _("The next one is {when}.").format(when=following)
        yield text


def _freezes(change: Change, window: Window, around: Around) -> Iterator[str]:
    span = window.span
    near = freezes_on(
        change, around, TimeRange(span.start - timedelta(days=14), span.end + timedelta(days=14))
    )
    for item in near:
        when = clock_span(item.span.start, item.span.end, window.zone)
        words = (
            _("Inside the freeze “{name}”, {when}.")
            if item.span.overlaps(span)
            else _("Near the freeze “{name}”, {when}.")
        )
        yield words.format(name=item.window.name, when=when)
