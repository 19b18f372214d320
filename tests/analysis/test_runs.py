"""Load-test runs: the run as the unit, a single run by its own course, steady part, capacity."""

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest

from app.analysis.capacity import capacity, response_over_rate
from app.analysis.judge import Terms
from app.analysis.load_course import Asked
from app.analysis.load_parts import Parts
from app.analysis.load_run import Span, steady_span
from app.analysis.loadtest import Batch
from app.analysis.runs import between_runs, percentiles_within, within_runs
from app.domain.verdict import Gate, Verdict

TERMS = Terms(margin=0.10)
RUNS_TRIED = 120


def part(rate=50.0, seconds=120.0, *, level=100.0, phi=0.0, seed=0, bad=0.0) -> "Run":
    """A run whose response times wander slowly when ``phi`` is near 1."""
    rng = np.random.default_rng(seed)
    n = int(rate * seconds)
    at_us = np.sort(rng.uniform(0, seconds * 1e6, n)).astype(np.int64)
    wander = np.zeros(int(seconds) + 1)
    for i in range(1, len(wander)):
        wander[i] = phi * wander[i - 1] + rng.normal(0, 0.1 * (1 - phi**2) ** 0.5)
    took = level * np.exp(wander[(at_us // 10**6).astype(int)]) * rng.gamma(4, 0.25, n)
    took_us, label = (took * 1000).astype(np.int64), np.zeros(n, np.int64)
    batch = Batch(at_us, took_us, label, rng.random(n) >= bad, np.zeros(n, bool))
    return Run(Span(0, int(seconds * 1e6)), batch)


class Run:
    """A run with everything that is asked of one, counted in two pieces."""

    def __init__(self, span: Span, batch: Batch) -> None:
        pieces = [
            Batch(*(getattr(batch, each.name)[cut] for each in fields(Batch)))
            for cut in (slice(None, None, 2), slice(1, None, 2))
        ]
        parts = Parts(span, span)
        for piece in pieces:
            parts.add(piece)
        self.part = parts.part(None, steady=True)
        asked = Asked(100.0, (95.0, 99.0))
        self.course = parts.courses(pieces, {None: self.part}, asked)[None]
        self.slices = parts.slices()


def judged(before: Run, after: Run):
    return within_runs(before.course.mean_ms, after.course.mean_ms, TERMS, is_ratio=False)


def test_runs_are_compared_with_each_other():
    found = between_runs(np.array([100.0, 103, 98, 101]), np.array([120.0, 124, 118]), TERMS)
    assert found.ruling.verdict is Verdict.REGRESSED
    assert found.ruling.relative == pytest.approx(0.2, abs=0.02)
    noisy = between_runs(np.array([80.0, 120, 100]), np.array([100.0, 140, 90]), TERMS)
    assert noisy.ruling.verdict is Verdict.NOT_ENOUGH_DATA


def test_runs_of_zero_and_runs_without_a_figure():
    zero = between_runs(np.zeros(3), np.zeros(3), TERMS)
    assert zero.ruling.verdict is Verdict.NO_MATERIAL_CHANGE
    none = between_runs(np.array([1.0, np.nan, 1.0]), np.ones(3), TERMS)
    assert (none.ruling, none.gates) == (None, (Gate.EMPTY_RUN,))


def test_a_single_run_is_judged_by_its_own_course():
    found = judged(part(seed=1), part(level=130.0, seed=2))
    assert found.ruling.verdict is Verdict.REGRESSED
    low, high = found.ruling.interval95
    assert low < 0.3 < high
    mirrored = judged(part(level=130.0, seed=2), part(seed=1))
    assert mirrored.ruling.verdict is Verdict.IMPROVED
    assert mirrored.effect.estimate == pytest.approx(-found.effect.estimate)


@pytest.mark.parametrize("phi", [0.0, 0.6, 0.9])
def test_single_runs_in_which_nothing_changed_are_seldom_called_changed(phi):
    """Interval coverage where the run itself wanders; how much runs differ nobody can know."""
    missed = 0
    for seed in range(RUNS_TRIED):
        found = judged(part(phi=phi, seed=2 * seed), part(phi=phi, seed=2 * seed + 1))
        missed += found.ruling is not None and not found.gates and found.ruling.is_real
    print(f"phi {phi}: {missed} of {RUNS_TRIED} called real")
    assert missed <= 0.12 * RUNS_TRIED


@pytest.mark.parametrize("phi", [0.0, 0.6, 0.9])
def test_percentiles_of_single_runs_are_as_careful(phi):
    missed = 0
    for seed in range(RUNS_TRIED):
        sides = [part(phi=phi, seed=2 * seed + i).course.percentile(95.0) for i in (0, 1)]
        found = percentiles_within(*sides, TERMS)
        missed += not found.gates and found.ruling.is_real
    print(f"phi {phi}: p95 of {missed} of {RUNS_TRIED} called real")
    assert missed <= 0.12 * RUNS_TRIED


def test_a_percentile_that_moved_is_found_and_too_few_samples_are_none():
    before, after = part(seed=1), part(level=130.0, seed=2)
    found = percentiles_within(*(side.course.percentile(95.0) for side in (before, after)), TERMS)
    assert found.ruling.verdict is Verdict.REGRESSED
    low, high = found.ruling.interval95
    assert low < 0.3 < high
    assert found.ratio.after == pytest.approx(after.part.percentile_ms(95.0))
    few = part(rate=2.0, seconds=60.0)
    assert few.course.percentile(99.0) is None
    assert percentiles_within(None, None, TERMS).gates == (Gate.EMPTY_RUN,)


def test_rate_errors_and_contentment_follow_their_own_course():
    run = part(rate=40, bad=0.1)
    assert np.nanmean(run.course.rate.value) == pytest.approx(40, rel=0.1)
    assert run.part.error_share == pytest.approx(0.1, abs=0.02)
    assert 0 < run.part.apdex(80.0) < run.part.apdex(200.0) <= 1
    failed = part(rate=40, bad=1.0)
    assert failed.part.apdex(1e9) == 0


def test_the_steady_part_leaves_out_the_climb_and_the_end():
    rates = [*np.linspace(1, 100, 30), *[100] * 60, *[10] * 10]
    starts = [at + np.arange(int(n)) / n for at, n in enumerate(rates)]
    at_us = (np.concatenate(starts) * 1e6).astype(np.int64)
    span = steady_span([at_us[::2], at_us[1::2]], Span(int(at_us.min()), int(at_us.max()) + 1))
    assert 22e6 < span.start_us < 40e6
    assert 88e6 < span.end_us < 93e6
    flat = (np.arange(10_000) * 10_000).astype(np.int64)
    whole = Span(0, 99_990_001)
    assert steady_span([flat], whole, warm_up=0.1) == Span(round(0.1 * 99_990_001), 99_990_001)


def test_capacity_is_the_highest_rate_that_kept_to_the_target():
    runs = [part(rate=rate, seconds=60, level=40 + rate**2 / 50) for rate in (10, 40, 80, 120)]
    points = response_over_rate([piece for run in runs for piece in run.slices])
    rates = [point.rate_per_s for point in points]
    assert rates == sorted(rates)
    assert all(one.p95_ms < 1.1 * two.p95_ms for one, two in pairwise(points))
    found = capacity(points, target_ms=400.0)
    assert found.is_reached
    assert 70 < found.rate_per_s < 100
    assert not capacity(points, target_ms=1e6).is_reached
    assert capacity(points, target_ms=1.0).rate_per_s is None
    assert capacity((), target_ms=1.0).rate_per_s is None
