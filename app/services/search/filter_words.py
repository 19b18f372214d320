"""Filters as text: the form in which the command line takes them and refs carry them.

Words such as ``state=open,review risk=high coordinator="Nomsa Khumalo" window=this_week``; words
without ``=`` are searched for. A built-in filter is named by its id, alone or as the first word.
"""

import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.change import ChangeState, ChangeType
from app.domain.filter import OPEN_STATES, ChangeFilter, Span, built_in
from app.domain.need import NeedCategory
from app.domain.risk import Grade
from app.errors import InvalidInput
from app.i18n import _

Word = TypeVar("Word", bound=StrEnum)


def read_filter(text: str) -> ChangeFilter:
    """Return the filter that words describe.

    Raises:
        InvalidInput: A condition or a value is not known; the hint lists what is.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InvalidInput(
            _("The filter cannot be read: {why}.").format(why=error), hint=_("Close every quote.")
        ) from error
    wanted, searched = ChangeFilter(), []
    if words and words[0] in built_in():
        wanted = built_in()[words.pop(0)]
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            wanted = _with(wanted, name, value)
        else:
            searched.append(word)
    return replace(wanted, text=" ".join(searched))


def _with(wanted: ChangeFilter, name: str, value: str) -> ChangeFilter:
    reader = _CONDITIONS.get(name)
    if reader is None:
        raise InvalidInput(
            _("A filter has no condition “{name}”.").format(name=name),
            hint=_("There are: {names}.").format(names=", ".join(_CONDITIONS)),
        )
    return replace(wanted, **reader(name, value))


def _states(_name: str, value: str) -> dict[str, Any]:
    if value == "open":
        return {"states": OPEN_STATES}
    return {"states": _several(ChangeState, value)}


def _several(kind: type[Word], value: str) -> tuple[Word, ...]:
    return tuple(_one(kind, part) for part in value.split(","))


def _one(kind: type[Word], value: str) -> Word:
    try:
        return kind(value)
    except ValueError:
        raise _unknown(value, [str(item.value) for item in kind]) from None


def _grades(_name: str, value: str) -> dict[str, Any]:
    known = {grade.name.lower(): grade for grade in Grade}
    parts = value.split(",")
    for part in parts:
        if part not in known:
            raise _unknown(part, list(known))
    return {"risks": tuple(known[part] for part in parts)}


def _flag(name: str, value: str) -> dict[str, Any]:
    if value not in ("yes", "no"):
        raise _unknown(value, ["yes", "no"])
    return {name: value == "yes"}


def _day(name: str, value: str) -> dict[str, Any]:
    try:
        return {{"from": "first_day", "to": "last_day"}[name]: date.fromisoformat(value)}
    except ValueError:
        raise _unknown(value, [_("a day such as 2026-11-14")]) from None


def _text(name: str, value: str) -> dict[str, Any]:
    return {name: value}


_CONDITIONS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "state": _states,
    "type": lambda _name, value: {"types": _several(ChangeType, value)},
    "risk": _grades,
    "need": lambda _name, value: {"categories": _several(NeedCategory, value)},
    "coordinator": _text,
    "person": _text,
    "host": _text,
    "service": _text,
    "tag": _text,
    "window": lambda _name, value: {"span": _one(Span, value)},
    "from": _day,
    "to": _day,
    "on_hold": _flag,
    "mine": _flag,
    "unassigned": _flag,
    "conflicting": _flag,
    "review_overdue": _flag,
}


def _unknown(value: str, known: list[str]) -> InvalidInput:
    return InvalidInput(
        _("A filter cannot take “{value}”.").format(value=value),
        hint=_("There are: {names}.").format(names=", ".join(known)),
    )
