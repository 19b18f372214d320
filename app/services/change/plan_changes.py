"""What changed in a plan since it was approved: old beside new, part by part."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.approval import Approval, plan_copy_id
from app.domain.change import Change
from app.i18n import _
from app.services.ports.store import UnitOfWork
from app.services.template.standing import field_words
from app.wording import NONE, clock_span

MOST = 300
"""Longer texts are cut; the record has them whole."""
_NAMED_BY = ("id", "title", "name", "text")


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """One part of a plan that is not as it was; an en dash stands for nothing."""

    part: str
    before: str
    after: str


def changed_since(
    approval: Approval, change: Change, uow: UnitOfWork
) -> tuple[PlanDifference, ...] | None:
    """Return what changed since a decision; None when no copy of that plan was kept."""
    copy = uow.plans.find(plan_copy_id(change.id, approval.plan_hash))
    return None if copy is None else differences(copy.plan, change.plan_text)


def differences(before: str, after: str) -> tuple[PlanDifference, ...]:
    """Compare two plans, both as canonical JSON."""
    old, new = json.loads(before), json.loads(after)
    names = [*old, *(name for name in new if name not in old)]
    return tuple(
        item
        for name in names
        if old.get(name) != new.get(name)
        for item in _part(name, old.get(name), new.get(name))
    )


def _part(name: str, old: Any, new: Any) -> Iterator[PlanDifference]:
    label = _label(name)
    if name == "window":
        yield PlanDifference(label, _window(old), _window(new))
        return
    if name == "runbook":
        old, new = ((side or {}).get("steps", []) for side in (old, new))
        label = _("Step")
    if isinstance(old, list) or isinstance(new, list):
        yield from _items(label, old or [], new or [])
    elif isinstance(old, dict) or isinstance(new, dict):
        yield from _fields(label, old or {}, new or {})
    else:
        yield PlanDifference(label, _brief(old), _brief(new))


def _items(label: str, old: list[Any], new: list[Any]) -> Iterator[PlanDifference]:
    """Compare records by what names them; where only the order differs, that is said."""
    before, after = ({_key(item): item for item in side} for side in (old, new))
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _fields(f"{label}: {_name(other)}", one, other)
        else:
            yield PlanDifference(label, _name(one), _name(other))
    if list(before) != list(after) and set(before) == set(after):
        order = (", ".join(_name(item) for item in side) for side in (old, new))
        yield PlanDifference(_("{part}, order").format(part=label), *map(_brief, order))


def _fields(label: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[PlanDifference]:
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            words = name.replace("_", " ")
            yield PlanDifference(f"{label}, {words}", _brief(old.get(name)), _brief(new.get(name)))


def _key(item: Any) -> str:
    if isinstance(item, dict):
        for name in _NAMED_BY:
            if name in item:
                return str(item[name])
    return json.dumps(item, sort_keys=True)


def _name(item: Any) -> str:
    if isinstance(item, dict):
        for name in ("title", "name", "text", "id"):
            if name in item:
                return _brief(item[name])
    return _brief(item)


def _label(name: str) -> str:
    if name in ("type", "window"):
        return {"type": _("Type"), "window": _("Window")}[name]
    words = field_words(name)
    return f"{words[:1].upper()}{words[1:]}"


def _window(value: Any) -> str:
    try:
        start, end = (datetime.fromisoformat(value["span"][side]) for side in ("start", "end"))
        return clock_span(start, end, str(value.get("zone", "UTC")))
    except (TypeError, KeyError, ValueError):
        return _brief(value)


def _brief(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return NONE
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"
