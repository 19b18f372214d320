"""Statistics of feedback, held against scipy, and honest where little was said."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.analysis.survey import FEW, mean_interval, share, summarise
from app.domain.feedback import Channel, Response, Survey
from app.domain.ids import ChangeId

RATINGS = st.lists(st.integers(1, 5), min_size=1, max_size=200)


def survey(ratings, invited=None):
    answers = tuple(Response(rating) for rating in ratings)
    return Survey("s", ChangeId("c"), Channel.FORM, invited, answers)


@given(RATINGS)
def test_mean_and_median_are_those_of_scipy_and_numpy(ratings):
    found = summarise([survey(ratings)])
    assert found.mean == pytest.approx(np.mean(ratings))
    assert found.median == np.median(ratings)
    assert found.counts == tuple(ratings.count(value) for value in range(1, 6))


@given(RATINGS)
def test_the_range_of_the_mean_is_students_where_there_is_enough_and_wider_elsewhere(ratings):
    (low, high), exact = mean_interval(ratings)
    assert 1 <= low <= np.mean(ratings) + 1e-12
    assert np.mean(ratings) - 1e-12 <= high <= 5
    if len(ratings) >= FEW and len(set(ratings)) > 1:
        assert not exact
        students = stats.t.interval(0.95, len(ratings) - 1, np.mean(ratings), stats.sem(ratings))
        assert (low, high) == pytest.approx(np.clip(students, 1, 5))
    else:
        assert exact
        half = 4 * math.sqrt(math.log(40) / (2 * len(ratings)))
        expected = np.clip((np.mean(ratings) - half, np.mean(ratings) + half), 1, 5)
        assert (low, high) == pytest.approx(expected)


def test_the_ranges_cover_the_truth_as_often_as_they_say():
    """2,000 surveys from a skewed population; prints its sample size."""
    rng = np.random.default_rng(7)
    chances = (0.05, 0.05, 0.1, 0.3, 0.5)
    truth = float(np.dot(chances, range(1, 6)))
    rounds = 2000
    for n, least in ((3, 0.95), (12, 0.88), (60, 0.93)):
        hits = 0
        for _round in range(rounds):
            (low, high), _exact = mean_interval(rng.choice(range(1, 6), n, p=chances).tolist())
            hits += low <= truth <= high
        print(f"n = {n}: {hits} of {rounds} ranges hold the truth")
        assert hits / rounds >= least


@given(st.integers(0, 500), st.integers(0, 500))
def test_shares_have_wilsons_interval_and_no_percentage_below_ten(one, other):
    part, whole = min(one, other), max(one, other)
    found = share(part, whole)
    if whole:
        theirs = stats.binomtest(part, whole).proportion_ci(0.95, "wilson")
        assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert (found.fraction is None) == (whole < 10)


def test_without_an_answer_nothing_is_said():
    found = summarise([])
    assert (found.n, found.mean, found.interval, found.median, found.response) == (
        0, None, None, None, None,
    )  # fmt: skip


def test_a_round_that_nobody_answered_counts_in_the_response_rate():
    asked = (survey([], invited=30), survey([5, 4], invited=10))
    assert summarise(asked).response == share(2, 40)
    assert summarise(asked[:1]).response == share(0, 30)


def test_a_round_with_more_answers_than_invitations_has_no_response_rate():
    found = summarise([survey([5] * 12, invited=10), survey([4] * 15, invited=30), survey([1])])
    assert found.n == 28
    assert (found.response.part, found.response.whole) == (15, 30)


def test_answers_without_a_rating_count_as_answers_only():
    item = Survey("s", ChangeId("c"), Channel.MAIL, 4, (Response(None, "slow"), Response(5)))
    found = summarise([item])
    assert (found.n, found.rated, found.satisfied.part) == (2, 1, 1)
