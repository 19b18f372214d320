"""What key figures are counted with: rates and their intervals, spreads, outcomes, causes."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from math import floor

from app.analysis.wilson import wilson
from app.domain.kpi import Case, Rate, Sample, Spread


def rate(cases: Sequence[Case], counts: Callable[[Case], bool]) -> Rate:
    """Return how many of the cases count."""
    return Rate(
        tuple(case.number for case in cases if counts(case)), tuple(case.number for case in cases)
    )


def interval(found: Rate) -> tuple[float, float] | None:
    """Return the likely range of a rate (Wilson, 95 %); None of fewer than ten."""
    if found.share is None:
        return None
    return wilson(len(found.hits), len(found.of))


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return a quantile with linear interpolation (Hyndman and Fan's type 7); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def spread(pairs: Iterable[tuple[int, float | None]], unit: str = "s") -> Spread:
    """Return middle and tail of what was measured; what is None was not."""
    known = [(number, value) for number, value in pairs if value is not None]
    values = tuple(value for _number, value in known)
    numbers = tuple(dict.fromkeys(number for number, _value in known))
    return Spread(values, quantile(values, 0.5), quantile(values, 0.9), unit, numbers)


def implemented(sample: Sample) -> tuple[Case, ...]:
    """Return the closed changes on which work was done."""
    return tuple(case for case in sample.closed if case.implemented)


class Outcome(StrEnum):
    """How a closed change counts in the trend; exactly one."""

    CLEAN = "clean"
    EXCEPTION = "exception"
    """Successful, but something departed from process or plan."""
    ISSUES = "issues"
    FAILED = "failed"


def outcome(case: Case) -> Outcome:
    """Return how a closed change counts in the trend."""
    if case.clean:
        return Outcome.CLEAN
    if case.succeeded:
        return Outcome.EXCEPTION
    return Outcome.FAILED if case.failed else Outcome.ISSUES


def pareto(groups: Iterable[str]) -> tuple[tuple[str, int, float], ...]:
    """Return (name, count, cumulative share), the most frequent first; equal ones by name."""
    counts: dict[str, int] = {}
    for name in groups:
        counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    total, passed, found = sum(counts.values()), 0, []
    for name, count in ordered:
        passed += count
        found.append((name, count, passed / total))
    return tuple(found)


def causes(case: Case) -> tuple[str, ...]:
    """Return why a closed change was not clean, for a Pareto; nothing for a clean one."""
    found = sorted(kind.value for kind in case.exceptions)
    if case.close_code is not None and not case.succeeded:
        found.append(case.close_code.value)
    return tuple(found)
