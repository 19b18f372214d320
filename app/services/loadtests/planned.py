"""How long a JMeter plan will run, as far as it says so itself."""

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

import defusedxml
from defusedxml import ElementTree

_LARGEST = 20_000_000
_GROUPS = ("ThreadGroup", "SetupThreadGroup", "PostThreadGroup")
_SERIAL = "TestPlan.serialize_threadgroups"
_P = re.compile(r"\$\{__P\(([^,)]+)(?:,([^)]*))?\)\}")


def planned_s(plan: Path, told: Mapping[str, str]) -> float | None:
    """Return after how many seconds a plan ends by its schedulers: set-up, groups, what comes last.

    Each of these begins when the one before is over. None where a group has no end of its own but
    its work, where groups run one after the other, or the plan cannot be read: then nobody knows.

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
    if any(each.get("name") == _SERIAL and each.text == "true" for each in root.iter("boolProp")):
        return None
    ends: dict[str, list[float]] = {}
    for group in root.iter():
        if group.tag.endswith("ThreadGroup") and group.get("enabled", "true") == "true":
            end = _end_s(group, told)
            if end is None:
                return None
            ends.setdefault(group.tag, []).append(end)
    return sum(map(max, ends.values())) if ends else None


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
