"""Sets of time against the plain set of their minutes."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.analysis.intervals import Intervals
from app.domain.window import TimeRange
from tests.schedule.examples import at

ZERO = at("2026-01-01")
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=8)


def made(pairs):
    return [
        TimeRange(ZERO + timedelta(minutes=a), ZERO + timedelta(minutes=a + n)) for a, n in pairs
    ]


def minutes(spans):
    return {
        (span.start - ZERO) // timedelta(minutes=1) + n
        for span in spans
        for n in range(span.duration // timedelta(minutes=1))
    }


@given(SPANS, st.integers(0, 70), st.integers(1, 20))
def test_touching_and_gaps_are_those_of_the_minutes(pairs, start, length):
    times = Intervals(made(pairs))
    (span,) = made([(start, length)])
    taken, asked = minutes(made(pairs)), minutes([span])
    assert minutes(times.spans) == taken
    assert (times.touching(span) is not None) == bool(taken & asked)
    gap = times.first_gap(span)
    free = sorted(asked - taken)
    assert (gap is None) == (not free)
    if gap is not None:
        assert minutes([gap]) <= set(free)
        assert (gap.start - ZERO) // timedelta(minutes=1) == free[0]


@given(SPANS)
def test_spans_are_few_and_in_order(pairs):
    spans = Intervals(made(pairs)).spans
    assert all(one.end < other.start for one, other in pairwise(spans))
