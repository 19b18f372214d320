"""Verdicts on whole metrics: what is found, what is said, and what must not matter."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from app.analysis.clean import Samples, gauge_samples
from app.analysis.windows import Blocked, Layout
from app.domain.change import Change
from app.domain.ids import ChangeId
from app.domain.metric import Metric, MetricKind, Series, Target, WorseWhen
from app.domain.verdict import (
    Caveat,
    Comparison,
    Design,
    Evidence,
    OverallVerdict,
    Parameters,
    Verdict,
)
from app.services.metric.comparison import (
    compare_metric,
    compare_quantiles,
    compare_under_load,
    compare_windows,
    judge_together,
    overall,
)
from tests.analysis.simulate import Case, Scenario, simulate
from tests.analysis.trials import samples

LATENCY = Metric("m", "Response time", "ms", MetricKind.LATENCY, margin=0.10, key=True)
FORBIDDEN = re.compile(r"significan|p-value|\bnull\b|\bCI\b|no impact|proves|caused by|None|nan")
PLAIN = Scenario(level=412.0)
MIRRORED = {Verdict.REGRESSED: Verdict.IMPROVED, Verdict.IMPROVED: Verdict.REGRESSED}


def made(scenario: Scenario, seed: int = 1) -> tuple[Case, Layout]:
    case = simulate(scenario, np.random.default_rng(seed))
    s = case.scenario
    parameters = Parameters(window_s=s.window_s, settle_s=s.settle_s, zone=s.zone)
    return case, Layout.around(case.start_s, case.end_s, parameters)


def compare(scenario: Scenario, metric: Metric = LATENCY, seed: int = 1) -> Comparison:
    case, layout = made(scenario, seed)
    return compare_metric(metric, samples(case), layout, change=ChangeId("c"))


def test_worse_against_reference_days() -> None:
    found = compare(PLAIN.but(effect=0.2, rhythm=0.3))
    assert (found.verdict, found.design, found.evidence, found.caveats) == (
        Verdict.REGRESSED, Design.REFERENCE_DAYS, Evidence.FULL, (),
    )  # fmt: skip
    assert found.reference_days == 7
    assert found.sentence.startswith("Response time got slower by 20")
    assert "above the agreed 10\u202f% limit" in found.sentence
    assert "the same hours on 7 earlier days; a move this large did not occur" in found.sentence
    assert "to be expected at these hours" in found.sentence or found.expected == pytest.approx(
        found.before, rel=0.02
    )
    assert "less than 1 time in 1000" in found.reason
    assert found.shift is not None
    assert "The shift begins at 13:" in found.sentence


def test_better_names_the_target() -> None:
    found = compare(PLAIN.but(effect=-0.3), replace(LATENCY, target=Target(300.0)))
    assert found.verdict is Verdict.IMPROVED
    assert "The target of 300\u202fms is met." in found.sentence
    missed = compare(PLAIN.but(effect=-0.3), replace(LATENCY, target=Target(200.0)))
    assert "The target of 200\u202fms is missed." in missed.sentence
    assert missed.target_met is False


def test_the_same_within_the_margin() -> None:
    found = compare(PLAIN)
    assert found.verdict is Verdict.NO_MATERIAL_CHANGE
    assert "stayed the same within 10\u202f%: best estimate" in found.sentence


def test_real_but_small() -> None:
    found = compare(PLAIN.but(effect=0.03, noise=0.03))
    assert found.verdict is Verdict.NO_MATERIAL_CHANGE
    assert "real, but below the 10\u202f% that matters" in found.sentence
    assert found.is_real


def test_moved_but_the_size_is_open() -> None:
    found = compare(PLAIN.but(effect=0.07), replace(LATENCY, margin=0.08), seed=2)
    assert found.verdict is Verdict.NOT_ENOUGH_DATA
    assert "moved, but by how much is not yet certain" in found.sentence
    assert "whether by more than" in found.reason


def test_we_cannot_tell_yet_says_what_would_show_and_what_to_do() -> None:
    found = compare(PLAIN.but(phi=0.97, days=8))
    assert found.verdict is Verdict.NOT_ENOUGH_DATA
    assert found.sentence.startswith("Response time: we cannot tell yet. Best estimate")
    assert "only a change above" in found.sentence
    assert "Next: wait until Wed 18 Mar 20:00 for a window twice as long" in found.sentence
    few = compare(PLAIN.but(phi=0.97, days=6))
    assert "more comparison day" in few.sentence


def test_without_history_evidence_is_limited_and_says_so() -> None:
    found = compare(PLAIN.but(effect=0.2, days=0))
    assert (found.verdict, found.design, found.evidence) == (
        Verdict.REGRESSED, Design.NO_HISTORY, Evidence.LIMITED,
    )  # fmt: skip
    assert found.caveats == (Caveat.NO_REFERENCE_DAYS,)
    assert "There were no comparison days; a daily rhythm cannot be excluded." in found.sentence
    few = compare(PLAIN.but(effect=0.2, days=3))
    assert "Only 2 comparison days were available" in few.sentence
    assert [day.why for day in few.days if not day.used] == ["fewer than 4 comparable days"] * 2


def test_short_windows_are_judged_and_labelled() -> None:
    short = PLAIN.but(days=0, step_s=0.1, window_s=12.0, gap_s=15.0, settle_s=1.0, effect=-0.5)
    found = compare(short)
    assert found.verdict is Verdict.IMPROVED
    assert found.step_s == pytest.approx(0.1)
    assert found.caveats == (Caveat.NO_REFERENCE_DAYS, Caveat.SHORT_WINDOW)
    assert "The windows are only 12\u202fs long." in found.sentence


def test_a_short_window_with_reference_days_is_limited_too() -> None:
    found = compare(PLAIN.but(window_s=1800.0, effect=0.4))
    assert (found.design, found.evidence) == (Design.REFERENCE_DAYS, Evidence.LIMITED)
    assert found.caveats == (Caveat.SHORT_WINDOW,)


def test_errors_are_told_in_percentage_points_and_times() -> None:
    errors = Metric("e", "Error rate", kind=MetricKind.RATIO, margin=0.1)
    found = compare(Scenario(kind="ratio", rate=0.004, effect=1.5), errors)
    assert found.verdict is Verdict.REGRESSED
    assert "percentage points, about 2." in found.sentence
    assert found.before == pytest.approx(0.004, rel=0.1)
    new = compare(Scenario(kind="ratio", rate=0.0), errors)
    assert new.verdict is Verdict.NO_MATERIAL_CHANGE
    assert (new.before, new.after, new.relative_change) == (0, 0, None)


def test_errors_out_of_nothing_need_more_than_one_event() -> None:
    at_s = np.arange(-9 * 1440, 400) * 60.0 + 1_773_835_200.0
    layout = Layout.around(1_773_835_200.0, 1_773_835_200.0, Parameters(settle_s=0.0))
    for events, verdict in ((2, Verdict.NOT_ENOUGH_DATA), (120, Verdict.REGRESSED)):
        value = np.zeros(len(at_s))
        value[np.linspace(-390, -225, events).astype(int)] = np.linspace(1, 2, events)
        found = compare_metric(LATENCY, gauge_samples(Series(at_s, value)), layout)
        assert found.verdict is verdict


def test_a_constant_metric_is_compared_exactly() -> None:
    found = compare(PLAIN.but(kind="flat", effect=0.2))
    assert found.verdict is Verdict.REGRESSED
    assert found.interval95 == pytest.approx((0.2, 0.2))
    assert "constant on both sides" in found.reason
    assert compare(PLAIN.but(kind="flat")).sentence == "Response time stayed at 412\u202fms."


def test_without_a_window_before_levels_are_compared() -> None:
    case, layout = made(PLAIN.but(effect=0.2))
    gone = (case.at_s > case.start_s - 11000) & (case.at_s < case.start_s)
    series = Series(case.at_s[~gone], case.value[~gone])
    found = compare_metric(LATENCY, gauge_samples(series), layout)
    assert (found.verdict, found.design) == (Verdict.REGRESSED, Design.REFERENCE_DAYS)
    assert found.before == found.expected


def test_history_that_is_kept_more_coarsely_still_serves() -> None:
    case, layout = made(PLAIN.but(effect=0.2, step_s=10.0))
    coarse = case.at_s < case.start_s - 40000
    keep = ~coarse | (np.arange(len(case.at_s)) % 30 == 0)
    found = compare_metric(
        LATENCY, gauge_samples(Series(case.at_s[keep], case.value[keep])), layout
    )
    assert found.step_s == 300
    assert (found.verdict, found.reference_days) == (Verdict.REGRESSED, 7)


def test_excluded_days_are_left_out_with_their_reason() -> None:
    case, layout = made(PLAIN)
    block = Blocked(case.start_s - 86400, case.start_s - 86000, "CHG-000041")
    found = compare_metric(LATENCY, samples(case), replace(layout, blocked=(block,)))
    assert found.reference_days == 6
    assert [day.why for day in found.days if not day.used] == ["CHG-000041"]


@pytest.mark.parametrize("side", ["before", "after"])
def test_missing_windows_are_never_a_change(side: str) -> None:
    case, layout = made(PLAIN.but(effect=1.0, days=0))
    split = (case.start_s + case.end_s) / 2
    keep = case.at_s > split if side == "before" else case.at_s < split
    found = compare_metric(
        LATENCY, gauge_samples(Series(case.at_s[keep], case.value[keep])), layout
    )
    assert found.verdict is Verdict.NOT_ENOUGH_DATA
    assert side in found.reason
    assert found.interval95 is None
    assert "Next: " in found.sentence


def test_more_frequent_spikes_are_told_apart_from_the_level() -> None:
    case, layout = made(PLAIN)
    after = case.at_s > case.end_s
    spiky = np.where(after & (np.arange(len(after)) % 12 == 0), 4 * case.value, case.value)
    found = compare_metric(LATENCY, gauge_samples(Series(case.at_s, spiky)), layout)
    assert found.verdict is Verdict.NO_MATERIAL_CHANGE
    assert "Spikes have become more frequent." in found.sentence
    assert found.window_after is not None
    assert found.window_after.spikes_per_hour == pytest.approx(5, abs=1)


def test_the_words_of_every_verdict_are_plain() -> None:
    scenarios = [
        PLAIN.but(effect=effect, phi=phi, days=days, kind=kind, step_s=300.0)
        for effect in (-0.5, 0.0, 0.03, 0.2)
        for phi in (0.0, 0.97)
        for days in (0, 2, 9)
        for kind in ("gauge", "flat", "rare")
    ]
    for scenario in scenarios:
        for worse in WorseWhen:
            found = compare(scenario, replace(LATENCY, worse_when=worse))
            text = f"{found.sentence} {found.reason}"
            assert not FORBIDDEN.search(text), text
            assert found.sentence.endswith(".")
            assert found.reason


def test_a_comparison_survives_storage() -> None:
    found = replace(compare(PLAIN.but(effect=0.2)), judged_at=datetime(2026, 3, 18, tzinfo=UTC))
    stored = msgspec.json.decode(msgspec.json.encode(found), type=Comparison)
    assert stored == found
    assert found.n == found.window_before.observed + found.window_after.observed  # type: ignore[union-attr]


def change() -> Change:
    return Change(ChangeId("c"), "CHG-000001", "Upgrade the shop")


def window(start_s: float, level: float, seed: int, n: int = 120) -> Series:
    value = level * np.random.default_rng(seed).lognormal(0, 0.2, n)
    return Series(start_s + np.arange(n) / 10, value)


def test_two_frozen_windows_of_a_change_are_compared() -> None:
    example = change()
    before, after = window(1000.0, 400.0, 1), window(1100.0, 200.0, 2)
    found = compare_windows(example, LATENCY, before, after)
    assert found.verdict is Verdict.IMPROVED
    assert found.id == f"{example.id}:m"
    assert found.parameters.window_s == pytest.approx(12.0)
    assert found.window_before is not None
    assert found.window_before.bins == 120
    assert found.shift is None, "nobody measured while it moved"


def test_frozen_windows_of_unequal_length_use_the_shorter_one() -> None:
    found = compare_windows(change(), LATENCY, window(0.0, 400, 1, 300), window(60.0, 400, 2))
    assert found.parameters.window_s == pytest.approx(12.0)
    assert found.window_before is not None
    assert found.window_before.bins == found.window_before.observed == 120


def test_an_empty_frozen_window_cannot_be_judged() -> None:
    nothing = Series(np.empty(0), np.empty(0))
    for pair in ((nothing, window(0.0, 4, 1)), (window(0.0, 4, 1), nothing), (nothing, nothing)):
        assert compare_windows(change(), LATENCY, *pair).verdict is Verdict.NOT_ENOUGH_DATA


def test_moves_that_many_metrics_give_by_chance_are_taken_back() -> None:
    blank = compare(PLAIN.but(effect=0.2))
    found = [replace(blank, id=str(i), p=p) for i, p in enumerate((0.001, 0.04, 0.045, 0.5))]
    kept = judge_together(found)
    assert [item.verdict for item in kept] == [
        Verdict.REGRESSED, *[Verdict.NOT_ENOUGH_DATA] * 2, Verdict.NOT_ENOUGH_DATA,
    ]  # fmt: skip
    assert Caveat.MANY_METRICS in kept[1].caveats
    assert "turns up by chance" in kept[1].sentence
    assert judge_together(kept) == kept
    side = [replace(item, key=False) for item in found[1:]]
    assert judge_together([found[0], *side])[1:] == tuple(side), "side metrics are no family"


def test_a_move_taken_back_still_says_how_many_days_there_were() -> None:
    found = compare(PLAIN.but(effect=0.2, days=2))
    assert (found.few_days, found.verdict) == (2, Verdict.REGRESSED)
    assert "Only 2 comparison days were available" in found.sentence
    many = [replace(found, p=0.03), *(replace(found, id=str(i), p=0.9) for i in range(3))]
    taken_back = judge_together(many)[0]
    assert taken_back.verdict is Verdict.NOT_ENOUGH_DATA
    assert "Only 2 comparison days were available" in taken_back.sentence
    spiky = replace(many[0], more_spikes=True)
    assert "Spikes have become more frequent." in judge_together([spiky, *many[1:]])[0].sentence


def test_a_planned_metric_without_a_comparison_is_counted_as_missing() -> None:
    better = compare(PLAIN.but(effect=-0.2))
    errors = Metric("errors", "Failed requests", kind=MetricKind.RATIO, key=True)
    assert overall([better], planned=(LATENCY,)).verdict is OverallVerdict.IMPROVED
    found = overall([better], planned=(LATENCY, errors))
    assert found.verdict is OverallVerdict.INCONCLUSIVE
    assert "Of 2 measures: 1 got better (Response time), 1 not measured (Failed req" in (
        found.sentence
    )
    aside = overall([better], planned=(LATENCY, replace(errors, key=False)))
    assert aside.verdict is OverallVerdict.IMPROVED
    assert "1 not measured (Failed requests)" in aside.sentence


def test_the_overall_sentence_counts_and_names() -> None:
    worse, same = compare(PLAIN.but(effect=0.2)), compare(PLAIN)
    found = overall([worse, replace(same, id="s", metric="CPU load")], number="CHG-001042")
    assert found.verdict is OverallVerdict.REGRESSED
    assert found.sentence == (
        "Change CHG-001042: REGRESSED. Of 2 measures: 1 got worse (Response time), "
        "1 without material change. Suggested: keep under observation or roll back."
    )
    assert found.rule
    nothing = overall([])
    assert nothing.verdict is OverallVerdict.INCONCLUSIVE
    for verdict in OverallVerdict:
        assert verdict.words


def test_fewer_users_are_no_improvement() -> None:
    case, layout = made(PLAIN.but(noise=0.05))
    users = np.where(case.at_s > case.end_s, 0.6, 1.0) * 100
    cpu = Metric("cpu", "CPU load", "%")
    traffic = Metric("rps", "Traffic", "/s", worse_when=WorseWhen.LOWER)
    load = gauge_samples(Series(case.at_s, users))
    busy = gauge_samples(Series(case.at_s, case.value / 412 * users * 0.5))
    assert compare_metric(cpu, busy, layout).verdict is Verdict.IMPROVED
    found = compare_under_load(cpu, busy, (traffic, load), layout)
    assert found.verdict is Verdict.NO_MATERIAL_CHANGE
    assert "Traffic moved by −40\u202f%, so these figures are per unit of it." in found.sentence
    still = gauge_samples(Series(case.at_s, np.full(len(users), 100.0)))
    assert compare_under_load(cpu, busy, (traffic, still), layout).verdict is Verdict.IMPROVED


def test_quantiles_of_a_metric_are_compared_with_the_same_days() -> None:
    case, layout = made(PLAIN.but(effect=0.3))
    found = compare_metric(LATENCY, samples(case), layout)
    moves = compare_quantiles(found, samples(case), layout)
    assert [move.quantile for move in moves] == [0.5, 0.9, 0.95]


def test_samples_of_one_instant_only_cannot_be_judged() -> None:
    one = Samples(np.array([1.0]), np.array([1.0]), np.array([1.0]), 0.0)
    layout = Layout.around(2.0, 2.0, Parameters(10.0, settle_s=0.0))
    assert compare_metric(LATENCY, one, layout).verdict is Verdict.NOT_ENOUGH_DATA
