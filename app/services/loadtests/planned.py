"""How long a JMeter plan will run, as far as it says so itself."""

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

import defusedxml
from defusedxml import ElementTree

_LARGEST = 20_000_000
_GROUPS = ("ThreadGroup", "SetupThreadGroup", "PostThreadGroup")
_P = re.compile(r"\$\{__P\(([^,)]+)(?:,([^)]*))?\)\}")


def planned_s(plan: Path, told: Mapping[str, str]) -> float | None:
    """Return after how many seconds the last group of a plan ends by its scheduler.

    None where a group has no end of its own but its work, or the plan cannot be read: then nobody
    knows.

    Args:
        plan: The plan.
        told: Properties that it is given, which it may ask for (``${__P(duration,300)}``).
    """
    try:
        if plan.stat().st_size > _LARGEST:
            return None
        root = ElementTree.fromstring(plan.read_bytes())
    except (OSError, ElementTree.ParseError, defusedxml.DefusedXmlException):
        return None
    groups = [
        each for each in root.iter() if each.tag.endswith("ThreadGroup")
        and each.get("enabled", "true") == "true"
    ]  # fmt: skip
    ends = [_end_s(each, told) for each in groups]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _end_s(group: Element, told: Mapping[str, str]) -> float | None:
    if group.tag not in _GROUPS:
        return None
    values = {
        each.get("name", ""): _value(each.text or "", told)
        for each in group
        if each.tag in ("stringProp", "boolProp", "longProp", "intProp")
    }
    if values.get("ThreadGroup.scheduler") != "true":
        return None
    try:
        delay = float(values.get("ThreadGroup.delay") or 0)
        length = float(values.get("ThreadGroup.duration") or 0)
    except ValueError:
        return None
    return delay + length if length > 0 else None


def _value(text: str, told: Mapping[str, str]) -> str:
    """Return a value with the properties put in that it asks for."""

    def put(found: re.Match[str]) -> str:
        return told.get(found[1].strip(), (found[2] or "1").strip())

    return _P.sub(put, text.strip())
