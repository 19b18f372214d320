"""What ratings of a few people can say: mean, median, and how far both may be trusted.

The range of the mean is Student's t on n - 1 degrees of freedom, cut at the ends of the scale. It
needs ten ratings that are not all the same; for fewer, or where all agree, the range is the one of
Hoeffding (1963), which holds for every distribution on a bounded scale and is therefore wider:
mean ± (most - least) * sqrt(ln(2 / 0.05) / (2 n)). Shares have Wilson's score interval. Below ten
answers there is no percentage, only counts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from app.analysis.student import quantile
from app.analysis.wilson import wilson
from app.domain.feedback import LEAST, MOST, SATISFIED, Survey

FEW = 10
"""Below this many cases a percentage says more than is known."""
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with its likely range as fractions."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def fraction(self) -> float | None:
        """The share; None when there are too few cases for a percentage."""
        return self.part / self.whole if self.whole >= FEW else None


@dataclass(frozen=True, slots=True)
class Summary:
    """Ratings of one or several surveys of a change."""

    n: int
    """Answers, with or without a rating."""
    counts: tuple[int, ...]
    """How often each rating was given, from 1 to 5."""
    mean: float | None
    interval: tuple[float, float] | None
    """Likely range of the mean (95 %)."""
    exact: bool
    """Whether the range holds whatever the distribution (Hoeffding), else it is Student's t."""
    median: float | None
    satisfied: Share
    response: Share | None
    """Answers of those invited; None where nobody counted them."""

    @property
    def rated(self) -> int:
        """How many ratings were given."""
        return sum(self.counts)


def share(part: int, whole: int) -> Share:
    """Return a share with Wilson's interval; an empty whole can be anything."""
    low, high = wilson(part, whole)
    return Share(part, whole, low, high)


def mean_interval(ratings: Sequence[int]) -> tuple[tuple[float, float], bool]:
    """Return the likely range of the mean (95 %) and whether it is the exact, wider one."""
    n, middle = len(ratings), fmean(ratings)
    spread = stdev(ratings) if n > 1 else 0.0
    exact = n < FEW or spread == 0
    if exact:
        half = (MOST - LEAST) * math.sqrt(math.log(2 / (1 - _LEVEL)) / (2 * n))
    else:
        half = quantile(1 - (1 - _LEVEL) / 2, n - 1) * spread / math.sqrt(n)
    return (max(float(LEAST), middle - half), min(float(MOST), middle + half)), exact


def summarise(surveys: Sequence[Survey]) -> Summary:
    """Put all answers of a change together.

    The response rate counts only rounds whose invitations were counted, also those that nobody
    answered; a round with more answers than invitations is none that can be believed, and is left
    out of it.
    """
    ratings = [rating for item in surveys for rating in item.ratings]
    counts = tuple(ratings.count(value) for value in range(LEAST, MOST + 1))
    interval, exact = mean_interval(ratings) if ratings else (None, True)
    counted = [
        (len(item.responses), item.invited)
        for item in surveys
        if item.invited and len(item.responses) <= item.invited
    ]
    return Summary(
        n=sum(len(item.responses) for item in surveys),
        counts=counts,
        mean=fmean(ratings) if ratings else None,
        interval=interval,
        exact=exact,
        median=float(median(ratings)) if ratings else None,
        satisfied=share(sum(counts[SATISFIED - LEAST :]), len(ratings)),
        response=share(sum(n for n, _of in counted), sum(of for _n, of in counted))
        if counted
        else None,
    )
