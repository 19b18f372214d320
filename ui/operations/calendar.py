"""What the calendar page reads and writes, each as one call on a worker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.recurrence import all_occurrences
from app.domain.calendar import Occurrence, ScheduleWindow
from app.domain.change import Change
from app.domain.conflict import Conflict
from app.domain.host import Host
from app.domain.window import TimeRange, Window
from app.services.change.changes import Desk
from app.services.saving import save_whole
from app.services.schedule import scheduling, slots, windows
from app.services.schedule.calendars import export_changes
from app.services.schedule.conflicts import find_conflicts, look_around, unaccepted
from app.services.schedule.scheduling import Move
from app.services.schedule.slots import SlotAnswer
from app.services.search.rows import ChangeRow
from ui.operations.zones import zone_names
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The visible part of the calendar, read at one moment."""

    span: TimeRange
    now: datetime
    rows: tuple[ChangeRow, ...]
    occurrences: tuple[Occurrence, ...]
    any_window: bool
    """Whether a window or freeze was ever declared, wherever it falls."""
    host_zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """One change as the side of the calendar shows it."""

    change: Change
    hosts: tuple[Host, ...]
    conflicts: tuple[Conflict, ...]
    open_ones: tuple[Conflict, ...]
    """Those that nobody has accepted."""
    fixed: str
    missed: bool


@dataclass(frozen=True, slots=True)
class WindowsView:
    """Every window with its next occurrence, and what the editor offers."""

    windows: tuple[ScheduleWindow, ...]
    following: tuple[Occurrence | None, ...]
    hosts: tuple[Host, ...]
    zones: tuple[str, ...]
    zone: str
    now: datetime


def load_calendar(services: "AppServices", span: TimeRange) -> CalendarView:
    """Return what lies in a span."""
    declared = services.calendar.windows()
    with services.new_uow() as uow:
        zones = sorted({host.zone for host in uow.hosts.list() if not host.archived})
    return CalendarView(
        span,
        services.clock.now(),
        tuple(services.calendar.changes_in(span)),
        all_occurrences(declared, span),
        bool(declared),
        tuple(zones),
    )


def load_detail(services: "AppServices", change_id: str) -> EntryDetail:
    """Return one change with what is in its way now."""
    desk = services.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        hosts = tuple(uow.hosts.get(host) for host in change.hosts)
        span = change.window.span if change.window else None
        around = look_around(change, span, uow) if span else None
    found = find_conflicts(change, change.window, around) if around else ()
    return EntryDetail(
        change,
        hosts,
        found,
        unaccepted(change, found),
        scheduling.why_fixed(change),
        scheduling.missed(change, desk.clock.now()),
    )


def load_windows(services: "AppServices") -> WindowsView:
    """Return every window, retired ones last."""
    now = services.clock.now()
    kept = sorted(services.calendar.windows(retired=True), key=lambda w: w.retired)
    following = tuple(
        None if item.retired else next(iter(windows.next_occurrences(item, now, 1)), None)
        for item in kept
    )
    with services.new_uow() as uow:
        hosts = [host for host in uow.hosts.list() if not host.archived]
    return WindowsView(
        tuple(kept),
        following,
        tuple(sorted(hosts, key=lambda host: host.name)),
        zone_names(),
        services.settings.zone,
        now,
    )


def preview(services: "AppServices", window: ScheduleWindow) -> tuple[Occurrence, ...]:
    """Return the next occurrences of a window that is being written; raises InvalidInput."""
    return windows.next_occurrences(window, services.clock.now())


def preview_move(services: "AppServices", change_id: str, window: Window) -> Move:
    """Return what moving a change would bring."""
    return scheduling.preview_move(change_id, window, desk=services.desk)


def find_slot(services: "AppServices", change_id: str, after: datetime | None = None) -> SlotAnswer:
    """Return the next free slot of a change, with the reasons."""
    return slots.next_free_slot(change_id, desk=services.desk, after=after)


def move_change(context: "UiContext", change_id: str, window: Window) -> Task:
    """Move a change; the calendar is checked in the same step."""
    return _write(context, lambda desk: scheduling.reschedule(change_id, window, desk=desk))


def accept(context: "UiContext", change_id: str, conflict: str, reason: str) -> Task:
    """Accept a conflict in the acting person's name."""
    return _write(
        context,
        lambda desk: scheduling.acknowledge(change_id, conflict, desk=desk, reason=reason),
    )


def check(context: "UiContext", change_id: str) -> Task:
    """Look at the calendar anew for a change."""
    return _write(context, lambda desk: scheduling.check_now(change_id, desk=desk))


def settle_clocks(context: "UiContext", change_id: str, *, keep_instant: bool) -> Task:
    """Decide about a time whose clock rules were altered after it was typed."""
    return _write(
        context,
        lambda desk: scheduling.settle_clocks(change_id, desk=desk, keep_instant=keep_instant),
    )


def save_window(context: "UiContext", window: ScheduleWindow) -> Task:
    """Keep a window."""
    return _write(context, lambda desk: windows.save_window(window, desk=desk))


def retire_window(context: "UiContext", window_id: str, *, retired: bool) -> Task:
    """Let a window count no longer, or again."""
    return _write(
        context, lambda desk: windows.retire_window(window_id, desk=desk, retired=retired)
    )


def skip_occurrence(context: "UiContext", occurrence: Occurrence) -> Task:
    """Let one occurrence not take place."""
    return _write(
        context,
        lambda desk: windows.skip_occurrence(occurrence.window.id, occurrence.wall, desk=desk),
    )


def export_span(services: "AppServices", span: TimeRange, target: Path) -> int:
    """Write everything in a span, however much that is, with all windows and freezes."""
    ids = [row.id for row in services.calendar.changes_in(span, limit=_EVERY)]
    return export(services, ids, target, with_windows=True)


_EVERY = 10_000_000


def export(services: "AppServices", ids: Sequence[str], target: Path, *, with_windows: bool) -> int:
    """Write a calendar file and return how many entries it has."""
    data = export_changes(ids, exporting=services.exporting, windows=with_windows)
    save_whole(data, target)
    return data.count(b"BEGIN:VEVENT")


def move_occurrence(
    context: "UiContext", occurrence: Occurrence, start: datetime, length_s: float
) -> Task:
    """Let one occurrence take place at another wall time."""
    window, wall = occurrence.window, occurrence.wall
    return _write(
        context, lambda desk: windows.move_occurrence(window.id, wall, start, length_s, desk=desk)
    )


def return_occurrence(context: "UiContext", occurrence: Occurrence) -> Task:
    """Let an occurrence that was moved take place when its rule says."""
    window, wall = occurrence.window, occurrence.wall
    return _write(context, lambda desk: windows.return_occurrence(window.id, wall, desk=desk))


def _write(context: "UiContext", verb: Callable[[Desk], object]) -> Task:
    services = context.services
    return context.tasks.start(lambda _ctx: verb(services.desk), lane=WRITES)
