"""``changedesk calendar``: write a calendar file, look ahead, find the next free slot."""

import argparse
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.domain.change import ChangeState
from app.domain.window import TimeRange
from app.errors import InvalidInput
from app.i18n import _
from app.services.saving import save_whole

if TYPE_CHECKING:
    from app.domain.calendar import Occurrence
    from app.domain.conflict import Conflict
    from app.services.facade import AppServices

FINDING = 3
_MOST_DAYS = 366


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command with its verbs."""
    parser = commands.add_parser(
        "calendar",
        help=_("write a calendar file (.ics), look ahead, find the next free slot"),
        description=_("Exit codes: 0 done, 1 refused, 2 wrong words, 3 no slot is free."),
    )
    parser.add_argument("verb", choices=tuple(_VERBS))
    parser.add_argument("number", nargs="*", help=_("numbers of changes; without any, all of them"))
    parser.add_argument(
        "--state", action="append", default=[], choices=[state.value for state in ChangeState]
    )
    parser.add_argument("--text", default="", help=_("only changes with these words"))
    parser.add_argument("--windows", action="store_true", help=_("windows and freezes too"))
    parser.add_argument("--days", type=int, default=14, help=_("how far to look ahead"))
    parser.add_argument("--out", type=Path, help=_("file to write; changes.ics otherwise"))


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Do what the verb says."""
    return _VERBS[args.verb](args, services)


def _export(args: argparse.Namespace, services: "AppServices") -> int:
    from app.services.schedule.calendars import export_changes  # noqa: PLC0415 - this deed alone needs it

    ids = _ids(args, services)
    data = export_changes(ids, exporting=services.exporting, windows=args.windows)
    target: Path = args.out or Path("changes.ics")
    save_whole(data, target)
    entries = data.count(b"BEGIN:VEVENT")
    told = {"file": target, "entries": entries, "changes": len(ids), "bytes": len(data)}
    text = _("{file}: {n} entries").format(file=target, n=entries)
    answer(told, [text], as_json=args.json)
    return 0


def _list(args: argparse.Namespace, services: "AppServices") -> int:
    from app.analysis.recurrence import all_occurrences  # noqa: PLC0415 - this deed alone needs it
    from app.wording import clock_span  # noqa: PLC0415 - this deed alone needs it

    if not 1 <= args.days <= _MOST_DAYS:
        raise InvalidInput(_("Look ahead from 1 to {n} days.").format(n=_MOST_DAYS))
    now = services.clock.now()
    span = TimeRange(now, now + timedelta(days=args.days))
    changes = services.calendar.changes_in(span)
    times = all_occurrences(services.calendar.windows(), span)
    told = {
        "from": span.start,
        "to": span.end,
        "changes": changes,
        "windows": [_occurrence(item) for item in times],
    }
    lines = [
        (row.starts_at, f"{clock_span(row.starts_at, row.ends_at, row.zone)}  {row.number}  "
                        f"{row.state.value}  {row.title}")
        for row in changes if row.starts_at and row.ends_at
    ]  # fmt: skip
    lines += [
        (item.span.start, f"{clock_span(item.span.start, item.span.end, item.window.zone)}  "
                          f"{item.window.kind.value}  {item.window.name}")
        for item in times
    ]  # fmt: skip
    shown = [text for _at, text in sorted(lines)] or [_("Nothing is planned.")]
    answer(told, shown, as_json=args.json)
    return 0


def _slot(args: argparse.Namespace, services: "AppServices") -> int:
    from app.services.schedule.slots import next_free_slot  # noqa: PLC0415 - this deed alone needs it
    from app.wording import clock_span  # noqa: PLC0415 - this deed alone needs it

    if len(args.number) != 1:
        raise InvalidInput(_("Name the change whose slot is wanted."))
    with services.new_uow() as uow:
        change = uow.changes.by_number(args.number[0])
    found = next_free_slot(change.id, desk=services.desk)
    slot = found.slot
    told = {
        "number": change.number,
        "start": slot.span.start if slot else None,
        "end": slot.span.end if slot else None,
        "zone": slot.zone if slot else None,
        "tried": found.tried,
        "ruled_out": found.killed,
        "why": found.lines,
    }
    first = [clock_span(slot.span.start, slot.span.end, slot.zone)] if slot else []
    answer(told, [*first, *found.lines], as_json=args.json)
    return 0 if slot else FINDING


def _conflicts(args: argparse.Namespace, services: "AppServices") -> int:
    from app.services.schedule.conflicts import conflict_sentence, is_accepted  # noqa: PLC0415 - this deed alone needs it
    from app.services.schedule.scheduling import check_now  # noqa: PLC0415 - this deed alone needs it

    if len(args.number) != 1:
        raise InvalidInput(_("Name the change that is to be checked."))
    with services.new_uow() as uow:
        change = uow.changes.by_number(args.number[0])
    change = check_now(change.id, desk=services.desk)
    found = change.schedule_check.found if change.schedule_check else ()
    zone = change.window.zone if change.window else "UTC"

    def told(conflict: "Conflict") -> dict[str, object]:
        return {
            "reason": conflict.reason,
            "text": conflict_sentence(conflict, zone),
            "accepted": is_accepted(change, conflict),
        }

    lines = [conflict_sentence(item, zone) for item in found] or [_("Nothing is in the way.")]
    answer({"number": change.number, "conflicts": [told(item) for item in found]}, lines,
           as_json=args.json)  # fmt: skip
    return FINDING if any(not is_accepted(change, item) for item in found) else 0


def _ids(args: argparse.Namespace, services: "AppServices") -> tuple[str, ...]:
    if args.number:
        with services.new_uow() as uow:
            return tuple(str(uow.changes.by_number(number).id) for number in args.number)
    from app.domain.filter import Asker, ChangeFilter  # noqa: PLC0415 - this deed alone needs it
    from app.services.search.finding import Query  # noqa: PLC0415 - this deed alone needs it

    wanted = ChangeFilter(args.text, states=tuple(ChangeState(state) for state in args.state))
    asker = Asker(services.clock.now(), services.actor, services.settings.zone)
    total = services.finder.count(wanted, asker)
    return services.finder.ids(Query(wanted, asker), limit=total)


def _occurrence(item: "Occurrence") -> dict[str, object]:
    return {
        "name": item.window.name,
        "kind": item.window.kind,
        "start": item.span.start,
        "end": item.span.end,
        "zone": item.window.zone,
        "moved": item.moved,
    }


_VERBS = {"export": _export, "list": _list, "slot": _slot, "check": _conflicts}
