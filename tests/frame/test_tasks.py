"""How long the rest of a task takes, from how far it has come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tasks import Pace, Progress


@given(
    rate=st.integers(1, 10**9),
    seconds=st.integers(60, 5000),
    gaps=st.lists(st.integers(1, 20), min_size=2, max_size=50),
)
def test_at_an_even_pace_the_rest_is_known_exactly(rate, seconds, gaps):
    pace, at_s, left_s = Pace(), 0, None
    for gap_s in (0, *gaps):
        at_s += gap_s
        left_s = pace.left_s(Progress(min(at_s, seconds) * rate, seconds * rate), at_s)
        if at_s >= seconds:
            break
        assert (left_s is None) == (at_s < Pace.LEAST_S)
        assert left_s is None or left_s == pytest.approx(seconds - at_s)


def test_the_pace_is_that_of_the_last_half_minute():
    pace = Pace()
    for at_s in range(100):  # slow at first, then ten times as fast
        left_s = pace.left_s(Progress(at_s if at_s < 60 else 60 + 10 * (at_s - 60), 1000), at_s)
    assert left_s == pytest.approx(55)


def test_without_an_end_or_a_step_forward_nothing_is_foretold():
    pace = Pace()
    assert [pace.left_s(Progress(n, None), 10.0 * n) for n in range(3)] == [None] * 3
    assert [pace.left_s(Progress(7, 9), 10.0 * n) for n in range(3)] == [None] * 3
