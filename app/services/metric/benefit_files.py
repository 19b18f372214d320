"""Bring the file of a later window: what comes from files is measured again by hand.

The window of a day has the hours on the clock that the window right after the work had. Where a
file has too little on the very day, the next day with enough counts: what was compared is frozen
with its hours, and printed.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from app.analysis.windows import Slot, instant
from app.domain.benefit import BenefitCheck
from app.domain.change import Change
from app.domain.metric import Series, WindowName
from app.errors import InvalidInput
from app.i18n import _
from app.services.guards.measure import MIN_SAMPLES
from app.services.metric.benefits import conclude, left_on, read_for
from app.services.metric.imports import (
    Asked,
    FileImport,
    Outlook,
    is_inside,
    keep_part,
    open_asked,
    outlook_on,
    too_dense,
)
from app.services.metric.metrics import Measuring
from app.services.series_files.left_out import in_short
from app.services.series_files.reading import Found, Keep
from app.tasks import TaskContext
from app.wording import clock_span

_MOST_DAYS, _DAY_S = 366, 86400.0


@dataclass(frozen=True, slots=True)
class DayOutlook:
    """What a file holds for one of the days on which a change is measured again."""

    days: int
    outlook: Outlook
    start: datetime
    end: datetime
    """The window that would be compared; the one of the very day where the file has none."""
    days_later: int
    """How many days after that day it lies."""

    @property
    def n(self) -> int:
        """How many samples lie in the window."""
        return self.outlook.samples[WindowName.REPEATED]


def look_for_day(
    wanted: FileImport, days: int, *, with_: Measuring, context: TaskContext | None = None
) -> DayOutlook:
    """Read a file and say what it holds for a day; nothing is kept.

    Raises:
        IllegalMove: The change is not measured again on this day, or not yet.
        InvalidInput: The file cannot be read, or the window of the day is not over.
    """
    read_for(wanted.change, days, with_.desk)
    asked = open_asked(wanted, with_)
    column, now = asked.wanted.column, with_.desk.clock.now()
    seen = asked.file.look(column)
    whole = seen if asked.file.is_whole else _read(asked, days, now, context).series[column]
    later = _window(asked, whole, days, now)
    outlook = outlook_on(asked, seen, {WindowName.REPEATED: later.part})
    return DayOutlook(
        days, outlook, instant(later.slot.start_s), instant(later.slot.end_s), later.shift
    )


def bring_file(
    wanted: FileImport, days: int, *, with_: Measuring, context: TaskContext | None = None
) -> BenefitCheck:
    """Freeze what a file holds for a day, hold it against before the work, and record it.

    Raises:
        IllegalMove: The change is not measured again on this day, not yet, or this measure is done.
        InvalidInput: The file cannot be read, has nothing in the window, or there are no samples
            from before the work.
    """
    change = read_for(wanted.change, days, with_.desk)
    asked, now = open_asked(wanted, with_), with_.desk.clock.now()
    if wanted.metric not in left_on(change, days):
        raise InvalidInput(
            _("“{metric}” is measured already on this day.").format(metric=asked.metric.name)
        )
    _refuse_without_before(asked, with_)
    found = _read(asked, days, now, context)
    later = _window(asked, found.series[asked.wanted.column], days, now)
    if not np.isfinite(later.part.value).any():
        raise InvalidInput(
            _("Nothing in {name} lies in the window of this day, {span}.").format(
                name=wanted.path.name, span=_span(later.slot, change)
            ),
            hint=_("Check the zone of its times, or export these hours."),
        )
    if found.since_s > later.slot.start_s:
        raise too_dense(wanted.path.name)
    again = keep_part(asked, WindowName.REPEATED, later.part, with_=with_, note=in_short(found))
    return conclude(change, days, again, with_=with_)


@dataclass(frozen=True, slots=True)
class _Later:
    """A window days after the work, and what of a file lies in it."""

    slot: Slot
    part: Series
    shift: int = 0

    @property
    def n(self) -> int:
        return int(np.isfinite(self.part.value).sum())


def _read(asked: Asked, days: int, now: datetime, context: TaskContext | None) -> Found:
    """Read what of a file can lie in a window from a day on."""
    from_s = asked.layout.after.start_s + (days - 1) * _DAY_S
    return asked.file.read([asked.wanted.column], Keep(from_s, now.timestamp()), context)


def _window(asked: Asked, series: Series, days: int, now: datetime) -> _Later:
    """Return the first window from a day on that a file has enough samples of.

    Without one it is the window with the most; the one of the very day where there are none.
    """
    layout = asked.layout
    best: _Later | None = None
    for shift in range(_room(asked.change, days)):
        slot = layout.earlier(layout.after, -(days + shift))
        if slot is None or slot.lacks_an_hour:  # the clocks were changed in these hours
            continue
        if slot.end_s > now.timestamp():
            break
        inside = is_inside(series, slot)
        later = _Later(slot, Series(series.at_s[inside], series.value[inside]), shift)
        if later.n >= MIN_SAMPLES:
            return later
        if best is None or later.n > best.n:
            best = later
    if best is None:
        raise InvalidInput(
            _("The window of this day is not over yet."),
            hint=_("It has the same hours as the one right after the work."),
        )
    return best


def _room(change: Change, days: int) -> int:
    """Return how many days a window may come later: up to the next agreed one."""
    following = [item for item in change.benefit_days if item > days]
    return min(following) - days if following else _MOST_DAYS


def _span(slot: Slot, change: Change) -> str:
    zone = change.window.zone if change.window else "UTC"
    return clock_span(instant(slot.start_s), instant(slot.end_s), zone)


def _refuse_without_before(asked: Asked, with_: Measuring) -> None:
    """Keep nothing that could be held against nothing."""
    with with_.desk.new_uow() as uow:
        kept = uow.samples.list(change=asked.change.id)
    if not any(s.metric == asked.metric.id and s.window is WindowName.BEFORE for s in kept):
        raise InvalidInput(
            _("“{metric}” has no samples from before the work.").format(metric=asked.metric.name),
            hint=_("Import those first, or leave this measure out."),
        )
