"""From effects to verdicts, alone and together."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from app.analysis.effect import Effect
from app.analysis.judge import Terms, overall_verdict, rule, survivors
from app.analysis.ratio import Ratio
from app.analysis.words_overall import overall_rule, overall_sentence
from app.domain.ids import ChangeId
from app.domain.metric import Target, WorseWhen
from app.domain.objective import BudgetPart, BudgetUse, Objective
from app.domain.verdict import Comparison, Gate, OverallVerdict, Scale, Shift, Verdict
from tests.fakes import NOON

HOUR_S = 3600.0
LOG = Ratio(Scale.LOG, 100.0, 120.0)


def linear(expected: float, after: float) -> Ratio:
    return Ratio(Scale.LINEAR, expected, after)


def comparison(verdict: Verdict, *, key: bool = True, name: str = "m") -> Comparison:
    return Comparison(name, ChangeId("c"), name, name, verdict, key=key)


@pytest.mark.parametrize(
    ("estimate", "se", "verdict"),
    [
        (0.18, 0.02, Verdict.REGRESSED),
        (-0.18, 0.02, Verdict.IMPROVED),
        (0.02, 0.005, Verdict.NO_MATERIAL_CHANGE),
        (0.0, 0.01, Verdict.NO_MATERIAL_CHANGE),
        (0.045, 0.01, Verdict.NOT_ENOUGH_DATA),
        (0.18, 0.1, Verdict.NOT_ENOUGH_DATA),
        (0.0, 0.1, Verdict.NOT_ENOUGH_DATA),
    ],
)
def test_a_move_must_be_sure_and_matter(estimate: float, se: float, verdict: Verdict) -> None:
    assert rule(Effect(estimate, se, 6), LOG, Terms()).verdict is verdict


@pytest.mark.parametrize(
    ("worse", "verdict"),
    [
        (WorseWhen.HIGHER, Verdict.REGRESSED),
        (WorseWhen.LOWER, Verdict.IMPROVED),
        (WorseWhen.EITHER, Verdict.CHANGED),
    ],
)
def test_the_direction_that_is_worse_decides(worse: WorseWhen, verdict: Verdict) -> None:
    assert rule(Effect(0.2, 0.01, 6), LOG, Terms(worse_when=worse)).verdict is verdict


def test_below_the_floor_nothing_matters() -> None:
    terms = Terms(floor=50.0)
    assert rule(Effect(0.2, 0.01, 6), LOG, terms).verdict is Verdict.NO_MATERIAL_CHANGE
    assert rule(Effect(0.6, 0.01, 6), LOG, terms).verdict is Verdict.REGRESSED


def test_strict_terms_want_the_whole_range_beyond_the_margin() -> None:
    effect = Effect(0.1, 0.03, 6)
    assert rule(effect, LOG, Terms()).verdict is Verdict.REGRESSED
    assert rule(effect, LOG, Terms(strict=True)).verdict is Verdict.NOT_ENOUGH_DATA
    assert rule(Effect(0.2, 0.03, 6), LOG, Terms(strict=True)).verdict is Verdict.REGRESSED


def test_exact_comparisons_have_no_width() -> None:
    found = rule(Effect(0.2, 0.0, 1), LOG, Terms())
    assert (found.verdict, found.p) == (Verdict.REGRESSED, 0.0)
    assert found.interval95 == pytest.approx((math.expm1(0.2), math.expm1(0.2)))
    same = rule(Effect(0.0, 0.0, 1), LOG, Terms())
    assert (same.verdict, same.p, same.visible) == (Verdict.NO_MATERIAL_CHANGE, 1.0, 0.0)


def test_errors_out_of_nothing_have_no_ratio_but_a_verdict() -> None:
    found = rule(Effect(0.02, 0.004, 20), linear(0.0, 0.02), Terms())
    assert (found.verdict, found.relative, found.interval95) == (Verdict.REGRESSED, None, None)
    gone = rule(Effect(-0.02, 0.004, 20), linear(0.02, 0.0), Terms())
    assert (gone.verdict, gone.relative) == (Verdict.IMPROVED, -1.0)


@given(
    level=st.floats(0.01, 1000),
    ratio=st.floats(0.3, 3.0),
    se=st.floats(1e-6, 0.5),
    scale=st.sampled_from(list(Scale)),
)
def test_swapping_before_and_after_mirrors_the_ruling(
    level: float, ratio: float, se: float, scale: Scale
) -> None:
    after = level * ratio
    estimate = math.log(ratio) if scale is Scale.LOG else after - level
    if scale is Scale.LINEAR:
        se *= level
    there = rule(Effect(estimate, se, 9), Ratio(scale, level, after), Terms())
    back = rule(Effect(-estimate, se, 9), Ratio(scale, after, level), Terms())
    mirrored = {Verdict.REGRESSED: Verdict.IMPROVED, Verdict.IMPROVED: Verdict.REGRESSED}
    assert back.verdict is mirrored.get(there.verdict, there.verdict)
    assert there.relative == pytest.approx(ratio - 1, abs=1e-9)
    assert there.interval95 is not None
    assert back.interval95 is not None
    low, high = there.interval95
    assert back.interval95 == pytest.approx((1 / (1 + high) - 1, 1 / (1 + low) - 1), rel=1e-6)


@given(estimate=st.floats(-800, 800), se=st.floats(0, 1e3), df=st.floats(1, 300))
def test_no_effect_is_too_large_to_be_said(estimate: float, se: float, df: float) -> None:
    found = rule(Effect(estimate, se, df), LOG, Terms())
    assert found.interval95 is not None
    assert all(math.isfinite(end) for end in found.interval95)


def test_many_tests_keep_few_false_ones() -> None:
    assert survivors([0.001, 0.04, 0.03, 0.5]) == (True, False, False, False)
    assert survivors([0.001, 0.01, 0.02, 0.03]) == (True,) * 4
    assert survivors([0.04]) == (True,)
    assert survivors([]) == ()


@pytest.mark.parametrize(
    ("found", "overall"),
    [
        ([Verdict.REGRESSED, Verdict.IMPROVED], OverallVerdict.REGRESSED),
        ([Verdict.IMPROVED, Verdict.NOT_ENOUGH_DATA], OverallVerdict.INCONCLUSIVE),
        ([Verdict.IMPROVED, Verdict.NO_MATERIAL_CHANGE], OverallVerdict.IMPROVED),
        ([Verdict.NO_MATERIAL_CHANGE], OverallVerdict.NO_MATERIAL_CHANGE),
        ([Verdict.CHANGED, Verdict.NO_MATERIAL_CHANGE], OverallVerdict.MIXED),
        ([Verdict.NOT_MEASURED], OverallVerdict.INCONCLUSIVE),
        ([], OverallVerdict.INCONCLUSIVE),
    ],
)
def test_key_metrics_decide_together(found: list[Verdict], overall: OverallVerdict) -> None:
    assert overall_verdict([comparison(verdict) for verdict in found]) is overall


def test_a_metric_that_is_not_key_makes_it_mixed() -> None:
    found = [comparison(Verdict.IMPROVED), comparison(Verdict.REGRESSED, key=False)]
    assert overall_verdict(found) is OverallVerdict.MIXED
    unmarked = [replace(item, key=False) for item in found]
    assert overall_verdict(unmarked) is OverallVerdict.REGRESSED


def test_a_move_before_the_change_is_not_laid_at_its_door() -> None:
    early = replace(comparison(Verdict.REGRESSED), shift=Shift(NOON, -3600.0, before_change=True))
    assert early.moved_before_change
    assert overall_verdict([early]) is OverallVerdict.MIXED


def test_a_crossed_target_counts_as_harm_even_when_the_move_is_small() -> None:
    small = replace(
        comparison(Verdict.NO_MATERIAL_CHANGE),
        target=Target(200.0),
        before=198.0,
        after=203.0,
        interval95=(0.01, 0.04),
    )
    assert small.crossed_target
    assert overall_verdict([small]) is OverallVerdict.REGRESSED
    assert not replace(small, interval95=(-0.01, 0.04)).crossed_target


@given(st.sampled_from(Scale), st.floats(0.01, 1e4), st.floats(0.2, 5.0), st.floats(-0.9, 3.0))
def test_a_relative_move_and_its_difference_tell_the_same(scale, expected, times, effect):
    ratio = Ratio(scale, expected, expected * times)
    effect = effect if scale is Scale.LOG else effect * expected
    relative = ratio.relative(effect)
    assert ratio.difference(relative) == pytest.approx(ratio.absolute(effect), rel=1e-6, abs=1e-9)
    below = Ratio(Scale.LINEAR, -expected, expected * times)
    assert below.difference(below.relative(effect)) == pytest.approx(effect, rel=1e-6)


def test_what_was_agreed_and_never_measured_keeps_the_whole_open() -> None:
    """Leaving a key metric out must never make a change look better than it is known to be."""
    found = [comparison(Verdict.IMPROVED), comparison(Verdict.NOT_MEASURED, name="other")]
    assert overall_verdict(found) is OverallVerdict.INCONCLUSIVE
    beside = [found[0], replace(found[1], key=False)]
    assert overall_verdict(beside) is OverallVerdict.IMPROVED
    worse = [replace(found[0], verdict=Verdict.REGRESSED), found[1]]
    assert overall_verdict(worse) is OverallVerdict.REGRESSED


def test_a_crossed_target_is_harm_whether_key_or_not() -> None:
    crossed = replace(
        comparison(Verdict.NO_MATERIAL_CHANGE, key=False, name="memory"),
        target=Target(200.0),
        before=198.0,
        after=203.0,
        interval95=(0.01, 0.04),
    )
    found = [comparison(Verdict.IMPROVED), crossed]
    assert overall_verdict(found) is OverallVerdict.REGRESSED


def test_the_false_discovery_rate_is_held_as_scipy_does() -> None:
    rng = np.random.default_rng(11)
    for size in (1, 2, 5, 12):
        for _ in range(50):
            chances = (rng.random(size) ** 3).tolist()
            kept = false_discovery_control(chances) <= 0.05
            assert survivors(chances) == tuple(bool(each) for each in kept)


def test_a_broken_objective_is_harm_however_small_the_move_unless_it_cannot_be_compared() -> None:
    calm, since = (BudgetPart(HOUR_S, HOUR_S, bad, bad / 0.001, 0.0) for bad in (0.0005, 0.002))
    budget = BudgetUse(Objective(0.999), calm, calm, since, is_rise_real=True)
    crossed = replace(
        comparison(Verdict.NO_MATERIAL_CHANGE, key=False, name="orders"), budget=budget
    )
    found = [comparison(Verdict.IMPROVED), crossed]
    assert overall_verdict(found) is OverallVerdict.REGRESSED
    told = overall_sentence(overall_verdict(found), found)
    assert "1 crossed a limit (orders)" in told
    assert "its objective" in overall_rule(overall_verdict(found))
    other = replace(crossed, gates=(Gate.OTHER_SERIES.value,))
    assert overall_verdict([found[0], other]) is OverallVerdict.IMPROVED
    chance = replace(crossed, budget=replace(budget, is_rise_real=False))
    assert overall_verdict([found[0], chance]) is OverallVerdict.IMPROVED
