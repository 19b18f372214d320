"""From an effect to a verdict: does it matter, is it sure, and what may be said of many at once."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.analysis.effect import Effect
from app.analysis.ratio import Ratio
from app.analysis.student import two_sided
from app.domain.metric import WorseWhen
from app.domain.verdict import Comparison, OverallVerdict, Verdict

FALSE_DISCOVERY_RATE = 0.05
_OPEN = (Verdict.NOT_ENOUGH_DATA, Verdict.NOT_MEASURED)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed before the change: which move matters, and in which direction."""

    margin: float = 0.05
    floor: float = 0.0
    worse_when: WorseWhen = WorseWhen.HIGHER
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict with the figures behind it; relative figures are fractions, None without a base.

    ``is_real`` says that the likely range lies on one side of zero, whatever the size.
    """

    verdict: Verdict
    is_real: bool
    absolute: float
    relative: float | None
    interval95: tuple[float, float] | None
    interval90: tuple[float, float] | None
    p: float
    visible: float | None
    is_exact: bool = False


def rule(effect: Effect, ratio: Ratio, terms: Terms) -> Ruling:
    """Judge one effect by the margin that was agreed.

    A move counts when the likely range (95 %) excludes zero and the estimate reaches the margin and
    the floor. No material change is said only when the 90 % range lies inside the margin (two
    one-sided tests at 5 %). The margin is symmetrical in ratios: +5 % and its inverse.
    """
    ends95, ends90 = (_ends(effect, confidence) for confidence in (0.95, 0.90))
    is_real = effect.excludes_zero()
    limit = math.log1p(terms.margin)
    reach = ends95 if terms.strict else (effect.estimate, effect.estimate)
    matters = all(_exceeds(end, ratio, terms, limit) for end in reach)
    if is_real and matters:
        verdict = direction(effect.estimate, terms.worse_when)
    elif not any(_exceeds(end, ratio, terms, limit) for end in ends90):
        verdict = Verdict.NO_MATERIAL_CHANGE
    else:
        verdict = Verdict.NOT_ENOUGH_DATA
    return Ruling(
        verdict,
        is_real,
        absolute=ratio.absolute(effect.estimate),
        relative=ratio.relative(effect.estimate),
        interval95=_interval(ratio, ends95),
        interval90=_interval(ratio, ends90),
        p=_chance(effect),
        visible=ratio.relative(effect.visible),
        is_exact=effect.se == 0,
    )


def direction(estimate: float, worse_when: WorseWhen) -> Verdict:
    """Return which way a move went."""
    if worse_when is WorseWhen.EITHER:
        return Verdict.CHANGED
    worse = (estimate > 0) == (worse_when is WorseWhen.HIGHER)
    return Verdict.REGRESSED if worse else Verdict.IMPROVED


def _ends(effect: Effect, confidence: float) -> tuple[float, float]:
    half = effect.half_width(confidence)
    return effect.estimate - half, effect.estimate + half


def _exceeds(effect: float, ratio: Ratio, terms: Terms, limit: float) -> bool:
    """Whether a move of this size would matter: beyond the margin and not below the floor."""
    if effect == 0 or abs(ratio.absolute(effect)) < terms.floor:
        return False
    return abs(effect) >= limit * ratio.unit * (1 - 1e-9)


def _interval(ratio: Ratio, ends: tuple[float, float]) -> tuple[float, float] | None:
    low, high = (ratio.relative(end) for end in ends)
    return None if low is None or high is None else (low, high)


def _chance(effect: Effect) -> float:
    if effect.se == 0:
        return 0.0 if effect.excludes_zero() else 1.0
    return two_sided(effect.estimate / effect.se, effect.df)


def survivors(chances: Sequence[float], rate: float = FALSE_DISCOVERY_RATE) -> tuple[bool, ...]:
    """Tell which of many tests still count (Benjamini & Hochberg 1995).

    Args:
        chances: One p value per test.
        rate: The share of false ones that is accepted among those that count.
    """
    m = len(chances)
    ranked = sorted(chances)
    good = [p for rank, p in enumerate(ranked, start=1) if p <= rate * rank / m]
    limit = max(good, default=-1.0)
    return tuple(p <= limit for p in chances)


def family_places(
    chances: Sequence[float], rate: float = FALSE_DISCOVERY_RATE
) -> tuple[tuple[int, int, float], ...]:
    """Return the rank of each test, how many there are, and the limit that its rank sets.

    Args:
        chances: One p value per test.
        rate: As in `survivors`.
    """
    m = len(chances)
    order = sorted(range(m), key=lambda index: chances[index])
    rank = {index: place for place, index in enumerate(order, start=1)}
    return tuple((rank[index], m, rate * rank[index] / m) for index in range(m))


def overall_verdict(comparisons: Iterable[Comparison]) -> OverallVerdict:
    """Put verdicts together; nothing is averaged, because an average hides the one that failed.

    Key metrics decide. Where none is marked, all count as key. A key metric that was agreed and
    never measured is as open as one that cannot be told. A crossed target, and a broken objective,
    is harm on any.
    """
    found = list(comparisons)
    keys = [item for item in found if item.key] or found
    harmed = (item for item in found if item in keys or item.crossed_limit)
    if any(_is_harm(item) for item in harmed):
        return OverallVerdict.REGRESSED
    if any(item.verdict is Verdict.REGRESSED for item in found):
        return OverallVerdict.MIXED
    if any(item.moved_before_change for item in keys):
        return OverallVerdict.MIXED
    if not keys or any(item.verdict in _OPEN for item in keys):
        return OverallVerdict.INCONCLUSIVE
    if any(item.verdict is Verdict.IMPROVED for item in keys):
        return OverallVerdict.IMPROVED
    if any(item.verdict is Verdict.CHANGED for item in keys):
        return OverallVerdict.MIXED
    return OverallVerdict.NO_MATERIAL_CHANGE


def _is_harm(item: Comparison) -> bool:
    got_worse = item.verdict is Verdict.REGRESSED or item.crossed_limit
    return got_worse and not item.moved_before_change
