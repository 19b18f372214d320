"""What was promised and how often it was tried: counted while it is tried, printed at the end.

A count without a failure only bounds how often it fails: none of 1000 means less than 0.3 % at
95 %. So the table says how many there were, and nobody writes down what was not tried: a round
counts as failed from its begin until it has come to its end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.faults.promises import PROMISES
from tests.faults.register import FAULTS, HERE_LACKING, Entry
from tests.faults.rounds import turns


@dataclass
class Count:
    """How often something was tried, and how often it failed."""

    n: int = 0
    failures: int = 0


@dataclass
class Ran:
    """What became of the tests of one function; one with parameters runs many times."""

    over: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: Counter[str] = field(default_factory=Counter)
    """How often it was skipped, by the words why."""


TRIED: dict[tuple[int, str], Count] = {}
"""By the number of a promise, and what was tried of it in words."""
RAN: dict[str, Ran] = {}
"""By file and name of the test."""


def record(number: int, words: str, n: int, failures: int = 0) -> None:
    """Count what another program has tried and told of; to be called before its word is judged."""
    count = TRIED.setdefault((number, words), Count())
    count.n += n
    count.failures += failures


@contextmanager
def tried(number: int, words: str, n: int = 1) -> Iterator[None]:
    """Count what the block tries: as one failure unless it comes to its end."""
    record(number, words, n, 1)
    yield
    record(number, words, 0, -1)


def trials(number: int, words: str, count: int, each: int = 1) -> Iterator[int]:
    """Count the rounds of a loop from 0, until the time for soaking is over.

    A round is over when the next one is asked for; a loop is never left by ``break``.

    Args:
        number: The number of the promise.
        words: What is tried.
        count: How many rounds at most.
        each: How many trials one round is made of.
    """
    for turn in turns(count):
        with tried(number, words, each):
            yield turn


def note(report: pytest.TestReport) -> None:
    """Count a test that has run; one that was skipped has not."""
    ran = RAN.setdefault(report.nodeid.partition("[")[0], Ran())
    if report.failed:
        ran.failed.add(report.nodeid)
    elif report.skipped:
        ran.skipped[_why(report)] += 1
    if report.failed or (report.passed and report.when == "call"):
        ran.over.add(report.nodeid)


def _why(report: pytest.TestReport) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)


def idle(entries: Iterable[Entry]) -> list[str]:
    """Return whose tests were all skipped in this run, other than for what the machine lacks."""
    return [
        f"{entry.number} {entry.words}: {why}"
        for entry in entries
        if not _ran(entry).n
        for test in entry.tests
        for why in (RAN[test].skipped if test in RAN else ())
        if not any(lacking in why for lacking in HERE_LACKING)
    ]


def table() -> list[str]:
    """Return the table: each promise with its tests that ran, below it what they counted."""
    rows = [row for entry in PROMISES for row in _rows(entry)]
    known = {entry.number for entry in PROMISES}
    rows += [(f"  ?  {words}", TRIED[n, words]) for n, words in sorted(TRIED) if n not in known]
    rows += _fault_rows()
    if not rows:
        return []
    width = max(len(words) for words, _count in rows)
    head = f"{'promise: its tests, and below it what they tried':<{width}}       n  failures"
    return [head, *(f"{words:<{width}}  {c.n:>6}  {c.failures:>8}" for words, c in rows)]


def _rows(entry: Entry) -> list[tuple[str, Count]]:
    ran = _ran(entry)
    told = [
        (f"       {words}", count)
        for (number, words), count in sorted(TRIED.items())
        if number == entry.number
    ]
    return [(f"{entry.number:>3}  {entry.words}", ran), *told] if ran.n or told else []


def _ran(entry: Entry) -> Count:
    """Return how many tests of an entry have run, and how many of them failed."""
    found = [RAN[test] for test in entry.tests if test in RAN]
    return Count(sum(len(ran.over) for ran in found), sum(len(ran.failed) for ran in found))


def _fault_rows() -> list[tuple[str, Count]]:
    """Return how many of the faults were injected in this run, and those that broke something."""
    ran = {entry.number: _ran(entry) for entry in FAULTS}
    injected = Count(sum(c.n > 0 for c in ran.values()), sum(c.failures > 0 for c in ran.values()))
    if not injected.n:
        return []
    rows = [(f"     faults injected, of {len(ran)}", injected)]
    rows += [
        (f"       fault {entry.number}: {entry.words}", ran[entry.number])
        for entry in FAULTS
        if ran[entry.number].failures
    ]
    return rows
