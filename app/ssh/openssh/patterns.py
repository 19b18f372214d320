"""The patterns of ssh_config(5): ``*``, ``?`` and ``!`` for what is excepted."""

import re
from collections.abc import Iterable
from functools import lru_cache


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether any pattern fits and none that is negated does."""
    fits = False
    for pattern in patterns:
        if pattern.startswith("!"):
            if _fits(name, pattern[1:]):
                return False
        elif _fits(name, pattern):
            fits = True
    return fits


def is_alias(pattern: str) -> bool:
    """Whether a pattern names one host, so that a person can type it."""
    return not pattern.startswith("!") and not any(mark in pattern for mark in "*?")


def _fits(name: str, pattern: str) -> bool:
    return _compiled(pattern).fullmatch(name) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    marks = {"*": ".*", "?": "."}
    stars = re.sub(r"\*+", "*", pattern)  # many in a row mean the same, and would be slow
    return re.compile("".join(marks.get(char) or re.escape(char) for char in stars), re.DOTALL)
