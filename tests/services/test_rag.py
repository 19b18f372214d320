"""The rules of the six dimensions, at and around their borders."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.review.rag import (
    Criterion,
    Dimension,
    Light,
    RagFacts,
    TestTally,
    assess,
    overall_rule,
)

MET = Criterion("Order response time", main=True, met=True)
CALM = RagFacts(
    window_s=3 * 3600.0,
    over_s=-600.0,
    planned_downtime_s=2400.0,
    downtime_s=2400.0,
    incidents=(),
    criteria=(MET,),
    tests=TestTally(passed=3),
)
GOOD, WATCH, BAD, UNKNOWN = Light.GOOD, Light.WATCH, Light.BAD, Light.UNKNOWN


def light(dimension: Dimension, **changed: object) -> Light:
    return assess(replace(CALM, **changed)).of(dimension).light


def test_everything_kept_is_good():
    found = assess(CALM)
    assert found.overall is GOOD
    assert found.issues == ()
    assert "never to Bad" in overall_rule()


@pytest.mark.parametrize(
    ("over_s", "window_s", "expected"),
    [
        (0.0, 10800.0, GOOD),
        (1.0, 10800.0, WATCH),
        (1080.0, 10800.0, WATCH),  # 10 % of three hours
        (1081.0, 10800.0, BAD),
        (900.0, 3600.0, WATCH),  # 15 min, more than 10 % of an hour
        (901.0, 3600.0, BAD),
        (None, 3600.0, UNKNOWN),
        (-60.0, None, UNKNOWN),
    ],
)
def test_schedule_is_watch_up_to_a_tenth_or_a_quarter_of_an_hour_over(over_s, window_s, expected):
    assert light(Dimension.SCHEDULE, over_s=over_s, window_s=window_s) is expected


def test_work_past_the_latest_safe_roll_back_is_bad_even_inside_the_window():
    assert light(Dimension.SCHEDULE, past_deadline=True) is BAD


@pytest.mark.parametrize(
    ("planned_s", "actual_s", "expected"),
    [
        (2400.0, 2400.0, GOOD),
        (2400.0, 2401.0, WATCH),
        (2400.0, 3000.0, WATCH),
        (2400.0, 3000.1, BAD),
        (0.0, 0.0, GOOD),
        (0.0, 1.0, BAD),
        (None, 0.0, GOOD),
        (None, 60.0, UNKNOWN),
        (2400.0, None, UNKNOWN),
    ],
)
def test_downtime_is_watch_up_to_a_quarter_more(planned_s, actual_s, expected):
    found = light(Dimension.DOWNTIME, planned_downtime_s=planned_s, downtime_s=actual_s)
    assert found is expected


@pytest.mark.parametrize(
    ("priorities", "expected"),
    [
        ((), GOOD),
        ((4, 5), GOOD),
        ((3,), WATCH),
        ((3, 3, 3), WATCH),
        ((2,), WATCH),
        ((2, 3), WATCH),
        ((2, 2), BAD),
        ((1,), BAD),
        (None, UNKNOWN),
    ],
)
def test_service_is_bad_with_a_p1_or_two_p2(priorities, expected):
    assert light(Dimension.SERVICE, incidents=priorities) is expected


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ((MET,), GOOD),
        ((MET, Criterion("Memory", main=False, met=False)), WATCH),
        ((MET, Criterion("Memory", main=False, met=None)), WATCH),
        ((MET, Criterion("Memory", main=False, met=True, worse=True)), WATCH),
        ((replace(MET, met=False),), BAD),
        ((replace(MET, worse=True),), BAD),
        ((replace(MET, met=None),), UNKNOWN),
        ((), UNKNOWN),
    ],
)
def test_benefits_hang_on_the_main_objective(criteria, expected):
    assert light(Dimension.BENEFITS, criteria=criteria) is expected


def test_a_change_that_was_backed_out_reached_nothing():
    assert light(Dimension.BENEFITS, backed_out=True) is BAD


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (TestTally(passed=2), GOOD),
        (TestTally(passed=2, minor=1), WATCH),
        (TestTally(passed=2, major=1), BAD),
        (TestTally(passed=2, open=1), UNKNOWN),
        (TestTally(), UNKNOWN),
    ],
)
def test_tests_are_bad_when_a_mandatory_one_did_not_pass(tally, expected):
    assert light(Dimension.TESTS, tests=tally) is expected


@pytest.mark.parametrize(
    ("guards", "expected"),
    [
        ((), GOOD),
        (("conflict",), WATCH),
        (("conflict", "contacts"), WATCH),
        (("conflict", "contacts", "checked"), BAD),
        (("backup",), BAD),
        (("second_approval",), BAD),
    ],
)
def test_process_is_bad_without_backup_or_approval(guards, expected):
    assert light(Dimension.PROCESS, overrides=guards) is expected


def test_light_dimensions_lower_good_to_watch_but_never_to_bad():
    for changed in (
        {"downtime_s": 9000.0},
        {"tests": TestTally(major=1)},
        {"overrides": ("backup",)},
    ):
        found = assess(replace(CALM, **changed))
        assert found.overall is WATCH
        assert len(found.issues) == 1


def test_what_is_not_known_is_never_good():
    assert assess(replace(CALM, tests=TestTally())).overall is UNKNOWN
    assert assess(replace(CALM, incidents=None)).overall is UNKNOWN
    assert assess(RagFacts()).overall is UNKNOWN


def test_the_trigger_names_the_dimension_that_set_the_state():
    found = assess(replace(CALM, over_s=5400.0))
    assert found.overall is BAD
    assert found.trigger.replace("\u202f", " ") == (
        "Here Schedule set it: ended 1 h 30 min after the window closed."
    )
    assert found.of(Dimension.SCHEDULE).clause.startswith("work ended")


facts = st.builds(
    RagFacts,
    window_s=st.none() | st.floats(1, 1e6),
    over_s=st.none() | st.floats(-1e6, 1e6),
    past_deadline=st.booleans(),
    planned_downtime_s=st.none() | st.floats(0, 1e5),
    downtime_s=st.none() | st.floats(0, 1e5),
    incidents=st.none() | st.lists(st.integers(1, 5), max_size=4).map(tuple),
    criteria=st.lists(
        st.builds(
            Criterion,
            st.text(max_size=9),
            st.booleans(),
            st.none() | st.booleans(),
            st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
    tests=st.builds(TestTally, *[st.integers(0, 3)] * 4),
    overrides=st.lists(st.sampled_from(["backup", "conflict", "checked"]), max_size=4).map(tuple),
    backed_out=st.booleans(),
)


@given(facts)
def test_the_overall_state_is_never_better_than_service_benefits_and_schedule(given_facts):
    found = assess(given_facts)
    assert [item.dimension for item in found.dimensions] == list(Dimension)
    heavy = (Dimension.SERVICE, Dimension.BENEFITS, Dimension.SCHEDULE)
    worst = max(found.of(name).light.rank for name in heavy)
    assert found.overall.rank >= worst
    if worst < BAD.rank:
        assert found.overall is not BAD
    if found.overall is GOOD:
        assert all(item.light is GOOD for item in found.dimensions)
    assert all(item.found and item.dimension.rule for item in found.dimensions)
    assert all(item.clause for item in found.issues)
