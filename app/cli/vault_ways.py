"""The verbs of ``changedesk vault`` that put things back, and settle what a restore left."""

import argparse
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.cli.sets import FINDING, find_set, host_of, objects_of
from app.domain.backup import BackupSet
from app.domain.restore import DifferenceKind, Restore
from app.errors import InvalidInput, NotFound
from app.i18n import _
from app.services.backup import restore_settling, restores
from app.tasks import TaskContext
from app.wording import bytes_size, duration, moment

if TYPE_CHECKING:
    from app.services.facade import AppServices

_SIGNS = {DifferenceKind.NEW: "+", DifferenceKind.CHANGED: "~", DifferenceKind.GONE: "-"}
_FOUND = 200


def _set(args: argparse.Namespace, services: "AppServices") -> BackupSet:
    if not args.set:
        raise InvalidInput(_("Name a set by its id."), hint=_("changedesk vault list shows them."))
    with services.new_uow() as uow:
        return find_set(args.set, uow.backups.list())


def _restore(args: argparse.Namespace, services: "AppServices") -> Restore:
    with services.new_uow() as uow:
        found = [r for r in uow.restores.list() if args.set and r.id.startswith(args.set)]
    if len(found) != 1:
        raise NotFound(
            _("There is no one restore {id}.").format(id=args.set or ""),
            hint=_("changedesk vault restores shows them."),
        )
    return found[0]


def _plan(args: argparse.Namespace, services: "AppServices") -> int:
    item = _set(args, services)
    plan = restores.plan_of(item.id, keeping=services.keeping, host=host_of(args.host, item))
    lines = []
    for number, step in enumerate(plan.steps, start=1):
        size = bytes_size(step.bytes) if step.bytes else ""
        where = f"{step.host}: " if step.host and len(item.hosts) > 1 else ""
        lines.append(f"{number}. {where}{step.title}: {step.target} {size}".rstrip())
        lines += [f"   {step.command}"] if step.command else []
    how = _("measured") if plan.time.measured else _("as long as the capture took")
    lines.append(f"{duration(plan.time.seconds)}, {how}")
    answer(asdict(plan), lines, as_json=args.json)
    return 0


def _diff(args: argparse.Namespace, services: "AppServices") -> int:
    item = _set(args, services)
    found = restores.difference(
        item.id,
        keeping=services.keeping,
        context=TaskContext(),
        objects=objects_of(args.object, item, args.host),
        paths=args.path,
        host=host_of(args.host, item),
    )
    lines = [f"{_SIGNS[line.kind]} {line.path}  {line.what}" for line in found.lines]
    more = sum(found.counts.values()) - len(lines)
    lines += [_("and {n} more").format(n=more)] if more > 0 else []
    lines += [_("not compared: {what}").format(what=what) for what in found.unknown]
    lines.append(
        _("{new} only on the host, {changed} changed, {gone} only in the set; {same} equal").format(
            new=found.count(DifferenceKind.NEW),
            changed=found.count(DifferenceKind.CHANGED),
            gone=found.count(DifferenceKind.GONE),
            same=found.same,
        )
    )
    answer(asdict(found), [*lines, found.basis], as_json=args.json)
    return 0 if found.is_none and not found.unknown else FINDING


def _find(args: argparse.Namespace, services: "AppServices") -> int:
    item = _set(args, services)
    host = host_of(args.host, item)
    with closing(
        restores.browse(item.id, keeping=services.keeping, context=TaskContext(), host=host)
    ) as catalogue:
        page = catalogue.search(" ".join(args.path), _FOUND)
        lines = [f"{entry.path}  {bytes_size(entry.size)}" for entry in page.entries]
        lines += [_("and more")] if page.more else []
        data = {"entries": [asdict(entry) for entry in page.entries], "more": page.more}
        answer(data, lines or [_("Nothing is called so.")], as_json=args.json)
        return 0 if page.entries else FINDING


def _list(args: argparse.Namespace, services: "AppServices") -> int:
    with services.new_uow() as uow:
        found = [item for item in uow.restores.list() if item.is_open]
    lines = [_line(item) for item in found] or [_("Every restore is settled.")]
    answer({"restores": [asdict(item) for item in found]}, lines, as_json=args.json)
    return FINDING if any(item.trouble for item in found) else 0


def _line(item: Restore) -> str:
    return f"{item.id}  {moment(item.began_at)}  {item.what}: {restore_settling.state_words(item)}"


def _settled(item: Restore, args: argparse.Namespace) -> int:
    answer(asdict(item), [_line(item)], as_json=args.json)
    return 0


def _look(args: argparse.Namespace, services: "AppServices") -> int:
    item = _restore(args, services)
    return _settled(restore_settling.look_after(item.id, keeping=services.keeping), args)


def _undo(args: argparse.Namespace, services: "AppServices") -> int:
    item = _restore(args, services)
    typed = args.on_host or ""
    return _settled(restore_settling.undo(item.id, typed, keeping=services.keeping), args)


def _settle(args: argparse.Namespace, services: "AppServices") -> int:
    item = _restore(args, services)
    typed = args.on_host or ""
    return _settled(restore_settling.clear(item.id, typed, keeping=services.keeping), args)


VERBS: dict[str, Callable[[argparse.Namespace, "AppServices"], int]] = {
    "plan": _plan,
    "diff": _diff,
    "find": _find,
    "restores": _list,
    "look": _look,
    "undo": _undo,
    "settle": _settle,
}
