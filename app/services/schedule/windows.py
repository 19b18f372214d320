"""Keep the organisation's maintenance windows and freezes, and look ahead at them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.analysis.recurrence import first_start, local_rule, upcoming, walls
from app.domain.calendar import AppliesTo, Moved, Occurrence, ScheduleWindow, WindowKind
from app.domain.event import NewEvent
from app.domain.ids import WindowId, new_id
from app.errors import IllegalMove, InvalidInput, NotFound
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.services.schedule.window_words import kind_word, window_sentence

_LONGEST_NAME, _LONGEST_CONDITION = 120, 1000
_LONGEST = timedelta(days=366)
_FUTURE = timedelta(days=30 * 366)


def new_window(kind: WindowKind, start: datetime, zone: str) -> ScheduleWindow:
    """Return a window that is not kept yet: four hours, once, for everything."""
    return ScheduleWindow(WindowId(new_id()), kind, "", zone, start, 4 * 3600.0)


def checked(window: ScheduleWindow) -> ScheduleWindow:
    """Return a window in the form that is kept: its start is its first occurrence.

    Raises:
        InvalidInput: Name, zone, length, rule or scope cannot be used.
    """
    name, condition = window.name.strip(), window.condition.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            _("A window needs a name of at most {n} characters.").format(n=_LONGEST_NAME)
        )
    if len(condition) > _LONGEST_CONDITION:
        raise InvalidInput(_("The condition is too long."), hint=_("Say it in a few sentences."))
    if not timedelta(minutes=1) <= window.duration <= _LONGEST:
        raise InvalidInput(_("A window lasts from one minute to a year."))
    if not window.applies_to.is_stated:
        raise InvalidInput(
            _("The window holds for nothing."), hint=_("Name hosts, tags, services or everything.")
        )
    try:
        ZoneInfo(window.zone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(
            _("The time zone “{zone}” is not known.").format(zone=window.zone),
            hint=_("Use a name such as Europe/Berlin."),
        ) from error
    window = replace(window, name=name, condition=condition,
                     rule=local_rule(window.rule, window.zone))  # fmt: skip
    return _begun(window)


def _begun(window: ScheduleWindow) -> ScheduleWindow:
    """Let the start be the first occurrence, as calendars want it; refuse one that never comes."""
    first = first_start(window)
    if first is None or first - window.start > _FUTURE:
        raise InvalidInput(_("By this rule the window never takes place."))
    if _overlaps_itself(replace(window, start=first)):
        raise InvalidInput(
            _("The window lasts longer than the time to its next occurrence."),
            hint=_("Make it shorter, or let it come less often."),
        )
    return replace(window, start=first)


def _overlaps_itself(window: ScheduleWindow) -> bool:
    last = window.start
    seen = 0
    for wall in walls(window, window.start, window.start + _LONGEST * 2):
        if seen and wall - last < window.duration:
            return True
        last, seen = wall, seen + 1
    return False


def save_window(window: ScheduleWindow, *, desk: Desk) -> ScheduleWindow:
    """Keep a new window, or the edit of one that is kept, and log it.

    Raises:
        InvalidInput: It cannot be used as it is.
        Conflict: Somebody else saved it first.
    """
    window = checked(window)
    with desk.new_uow() as uow:
        known = uow.windows.find(window.id) is not None
        if known:
            window = uow.windows.save(window)
        else:
            uow.windows.add(window)
        verb = _("Edited") if known else _("Added")
        _log(uow, "window.edited" if known else "window.added", window,
             f"{verb} {_described(window)}")  # fmt: skip
        uow.commit()
    return window


def retire_window(window_id: str, *, desk: Desk, retired: bool = True) -> ScheduleWindow:
    """Let a window count no longer, or again; it is never deleted, because plans rested on it."""
    text = _("Retired {window}") if retired else _("Brought back {window}")
    return _edit(
        window_id,
        lambda window: replace(window, retired=retired),
        ("window.retired" if retired else "window.returned", text),
        desk,
    )


def skip_occurrence(window_id: str, wall: datetime, *, desk: Desk) -> ScheduleWindow:
    """Let one occurrence not take place; ``wall`` is its start by the rule.

    Raises:
        NotFound: It does not take place then.
        IllegalMove: The window takes place only once.
    """

    def skip(window: ScheduleWindow) -> ScheduleWindow:
        _must_recur(window, wall)
        moved = tuple(move for move in window.moved if move.original != wall)
        return replace(window, skipped=(*window.skipped, wall), moved=moved)

    text = _("{day} does not take place: {{window}}").format(day=f"{wall:%d %b %Y %H:%M}")
    return _edit(window_id, skip, ("window.skipped", text), desk)


def move_occurrence(
    window_id: str, wall: datetime, start: datetime, duration_s: float, *, desk: Desk
) -> ScheduleWindow:
    """Let one occurrence take place at another wall time."""

    def move(window: ScheduleWindow) -> ScheduleWindow:
        _must_recur(window, wall)
        others = tuple(item for item in window.moved if item.original != wall)
        return replace(window, moved=(*others, Moved(wall, start, duration_s)))

    if not 60 <= duration_s <= _LONGEST.total_seconds():
        raise InvalidInput(_("A window lasts from one minute to a year."))
    text = _("{day} takes place on {other}: {{window}}").format(
        day=f"{wall:%d %b %Y %H:%M}", other=f"{start:%d %b %Y %H:%M}"
    )
    return _edit(window_id, move, ("window.moved", text), desk)


def return_occurrence(window_id: str, wall: datetime, *, desk: Desk) -> ScheduleWindow:
    """Let an occurrence that was moved or left out take place when its rule says.

    Raises:
        NotFound: It takes place then anyway, or never did.
    """

    def back(window: ScheduleWindow) -> ScheduleWindow:
        moved = tuple(item for item in window.moved if item.original != wall)
        skipped = tuple(item for item in window.skipped if item != wall)
        if (moved, skipped) == (window.moved, window.skipped):
            raise NotFound(_("Nothing was changed about {time}.").format(time=wall))
        return replace(window, moved=moved, skipped=skipped)

    text = _("{day} takes place as the rule says: {{window}}").format(day=f"{wall:%d %b %Y %H:%M}")
    return _edit(window_id, back, ("window.restored", text), desk)


def next_occurrences(
    window: ScheduleWindow, after: datetime, count: int = 6
) -> tuple[Occurrence, ...]:
    """Return the next times of a window, even before it has a name; raises InvalidInput."""
    named = replace(window, name=window.name.strip() or "–", applies_to=_stated(window))
    return upcoming(checked(named), after, count)


def _stated(window: ScheduleWindow) -> AppliesTo:
    return window.applies_to if window.applies_to.is_stated else AppliesTo()


def _must_recur(window: ScheduleWindow, wall: datetime) -> None:
    if not window.rule:
        raise IllegalMove(_("This window takes place only once."), hint=_("Edit it, or retire it."))
    if next(walls(window, wall, wall), None) is None:
        raise NotFound(_("The window does not take place at {time}.").format(time=wall))


def _edit(
    window_id: str,
    edit: Callable[[ScheduleWindow], ScheduleWindow],
    entry: tuple[str, str],
    desk: Desk,
) -> ScheduleWindow:
    kind, text = entry
    with desk.new_uow() as uow:
        window = uow.windows.save(edit(uow.windows.get(window_id)))
        _log(uow, kind, window, text.format(window=_described(window)))
        uow.commit()
    return window


def _described(window: ScheduleWindow) -> str:
    return f"{kind_word(window.kind)} “{window.name}”: {window_sentence(window)}"


def _log(uow: UnitOfWork, kind: str, window: ScheduleWindow, text: str) -> None:
    uow.log.append(NewEvent(kind, text, refs=(window.id,)))
