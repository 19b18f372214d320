"""What was promised and how often it was tried: printed as a table when the tests are over.

A count without a failure only bounds how often it fails: none of 1000 means less than 0.3 % at
95 %. So the table says how many there were.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One promise, with how often it was tried and broken in this run."""

    number: int
    promise: str
    n: int
    failures: int


ENTRIES: list[Entry] = []


def record(number: int, promise: str, n: int, failures: int = 0) -> None:
    """Write down what a test has tried; the numbers are those of the promises of reliability."""
    ENTRIES.append(Entry(number, promise, n, failures))


def added_up() -> list[Entry]:
    """Return one entry for each promise and kind of trial, in order."""
    found: dict[tuple[int, str], Entry] = {}
    for one in ENTRIES:
        key = (one.number, one.promise)
        before = found.get(key, Entry(*key, 0, 0))
        found[key] = Entry(*key, before.n + one.n, before.failures + one.failures)
    return [found[key] for key in sorted(found)]


def table() -> list[str]:
    """Return the table, one line for each promise and kind of trial."""
    entries = added_up()
    if not entries:
        return []
    width = max(len(entry.promise) for entry in entries)
    rows = [
        f"{entry.number:>3}  {entry.promise:<{width}}  {entry.n:>6}  {entry.failures:>8}"
        for entry in entries
    ]
    return [f"{'':>3}  {'promise':<{width}}  {'n':>6}  {'failures':>8}", *rows]
