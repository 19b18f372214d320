"""Holds what a probe saw against what was expected; every finding says what was there instead."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.functional import Expectation, Fact, Relation
from app.i18n import _
from app.services.safe_text import display

EXCERPT, LONGEST_LINE = 160, 4096


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation and what was found; ``got`` is a short excerpt, safe to show."""

    expected: str
    met: bool
    got: str = ""

    @property
    def sentence(self) -> str:
        """Expected beside got, in one line."""
        if self.met:
            return self.expected
        return _("expected {expected}; got {got}").format(
            expected=self.expected, got=self.got or _("nothing")
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be held against expectations: a text for each fact, numbers written out.

    ``cut`` says that the long text went on beyond what was kept: absence is not proven then.
    """

    facts: Mapping[Fact, str]
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False

    def of(self, item: Expectation) -> str:
        """Return the text that an expectation looks at."""
        if item.fact is not Fact.HEADER:
            return self.facts.get(item.fact, "")
        wanted = item.name.casefold()
        return ", ".join(value for name, value in self.headers if name.casefold() == wanted)


_LONG = (Fact.BODY, Fact.OUTPUT, Fact.ERRORS)


def judge(
    seen: Seen, expectations: Iterable[Expectation], clean: Callable[[str], str]
) -> tuple[Finding, ...]:
    """Return one finding for each expectation, in order; ``clean`` masks what is shown of it."""
    return tuple(_finding(seen, item, clean) for item in expectations)


def _finding(seen: Seen, item: Expectation, clean: Callable[[str], str]) -> Finding:
    got = seen.of(item)
    if seen.cut and item.fact in _LONG and item.relation is not Relation.CONTAINS:
        met = False if item.relation is not Relation.MATCHES else holds(item, got)
        note = "" if met else _("more than was read, which cannot be told")
        return Finding(item.text, met, note)
    met = holds(item, got)
    unit = " ms" if item.fact is Fact.TIME else ""
    return Finding(item.text, met, "" if met else f"{excerpt(clean(got))}{unit}")


def holds(item: Expectation, got: str) -> bool:
    """Whether an expectation is true of a text; what is no number meets no comparison."""
    wanted, relation = item.wanted, item.relation
    match relation:
        case Relation.CONTAINS:
            return wanted.casefold() in got.casefold()
        case Relation.LACKS:
            return wanted.casefold() not in got.casefold()
        case Relation.MATCHES:
            pattern = re.compile(wanted)
            return any(pattern.search(line[:LONGEST_LINE]) for line in got.splitlines() or [""])
        case Relation.EQUALS | Relation.DIFFERS:
            return _same(wanted, got) is (relation is Relation.EQUALS)
    figure, limit = _figure(got), _figure(wanted)
    if figure is None or limit is None:
        return False
    orders = {
        Relation.AT_MOST: figure <= limit,
        Relation.AT_LEAST: figure >= limit,
        Relation.BELOW: figure < limit,
        Relation.ABOVE: figure > limit,
    }
    return orders[relation]


def _same(wanted: str, got: str) -> bool:
    """Equal as numbers when both are numbers, else as text without the spaces around it."""
    one, other = _figure(wanted), _figure(got)
    if one is not None and other is not None:
        return one == other
    return wanted.strip() == got.strip()


def _figure(text: str) -> float | None:
    cleaned = text.strip().rstrip("%").strip()
    if not re.fullmatch(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?", cleaned):
        return None
    return float(cleaned)


def excerpt(text: str) -> str:
    """Return the beginning of a text in one line, with nothing in it that could be obeyed."""
    shown = display(text[: 4 * EXCERPT]).strip().replace("\n", " ⏎ ")
    return shown if len(shown) <= EXCERPT else f"{shown[: EXCERPT - 1]}…"


def first_failure(findings: Sequence[Finding]) -> Finding | None:
    """Return the first expectation that was not met."""
    return next((item for item in findings if not item.met), None)
