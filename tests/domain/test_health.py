"""How a check after the change stands to the same check before."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.health import (
    CheckDifference,
    CheckResult,
    Difference,
    Health,
    HealthReport,
    Phase,
    Reading,
    differences,
)
from app.domain.ids import HealthId, HostId

NOON = datetime(2026, 11, 14, 12, tzinfo=UTC)
D, H = Difference, Health


def report(*results: CheckResult) -> HealthReport:
    return HealthReport(
        HealthId("r"), None, HostId("h"), "h", Phase.BEFORE, NOON, NOON, tuple(results)
    )


def result(reading: Reading, check: str = "c", item: str = "") -> CheckResult:
    return CheckResult(check, "Check", reading, item)


def compared(before: Reading, after: Reading) -> CheckDifference:
    [found] = differences(report(result(before)), report(result(after)))
    return found


def gauge(health: Health, value: float, unit: str = "%", *, lower: bool = False) -> Reading:
    return Reading(health, "", value, unit, worse_when_lower=lower)


def items(*names: str, health: Health = H.OK, faults: bool = False) -> Reading:
    return Reading(health, "", items=names, items_are_faults=faults)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (gauge(H.OK, 40), gauge(H.OK, 42), D.SAME),
        (gauge(H.OK, 40), gauge(H.OK, 48), D.SAME),
        (gauge(H.OK, 40), gauge(H.OK, 48.1), D.WORSE),
        (gauge(H.OK, 48.1), gauge(H.OK, 30), D.BETTER),
        (gauge(H.OK, 2), gauge(H.OK, 6.9), D.SAME),
        (gauge(H.OK, 40), gauge(H.WARNING, 41), D.WORSE),
        (gauge(H.CRITICAL, 99), gauge(H.WARNING, 95), D.BETTER),
        (gauge(H.OK, 100, "ms"), gauge(H.OK, 121, "ms"), D.WORSE),
        (gauge(H.OK, 1.6, "ms"), gauge(H.OK, 0.2, "ms"), D.SAME),
        (gauge(H.OK, 90, "d", lower=True), gauge(H.OK, 60, "d", lower=True), D.WORSE),
        (gauge(H.OK, 60, "d", lower=True), gauge(H.OK, 90, "d", lower=True), D.BETTER),
        (gauge(H.OK, 10, "restarts"), gauge(H.OK, 11, "restarts"), D.WORSE),
        (gauge(H.OK, 10, "restarts"), gauge(H.OK, 0, "restarts"), D.SAME),
        (Reading(H.OK, "a"), Reading(H.OK, "b"), D.SAME),
    ],
)
def test_figures_count_beyond_noise_and_a_fifth(
    before: Reading, after: Reading, expected: Difference
) -> None:
    assert compared(before, after).difference is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (items("22/tcp"), items("22/tcp"), D.SAME),
        (items("22/tcp"), items("22/tcp", "80/tcp"), D.NEW),
        (items("22/tcp", "80/tcp"), items("22/tcp"), D.GONE),
        (items("22/tcp", "80/tcp"), items("22/tcp", "81/tcp"), D.GONE),
        (items("nginx 1.22"), items("nginx 1.26"), D.NEW),
        (items("boot 1"), items("boot 2"), D.NEW),
        (items("a.service", faults=True), items("a.service", "b.service", faults=True), D.WORSE),
        (items("a.service", "b.service", faults=True), items("b.service", faults=True), D.BETTER),
        (items("a.service", faults=True), items("b.service", faults=True), D.WORSE),
        (items(), items("a.service", health=H.WARNING, faults=True), D.WORSE),
    ],
)
def test_sets_say_what_came_and_what_went(
    before: Reading, after: Reading, expected: Difference
) -> None:
    found = compared(before, after)
    assert found.difference is expected
    assert set(found.came) == set(after.items) - set(before.items)
    assert set(found.went) == set(before.items) - set(after.items)


@pytest.mark.parametrize("health", list(Health))
def test_unknown_on_either_side_is_inconclusive(health: Health) -> None:
    blind, other = Reading(H.UNKNOWN, "no df"), gauge(health, 10)
    for before, after in ((blind, other), (other, blind)):
        found = compared(before, after)
        assert found.difference is D.INCONCLUSIVE
        assert (found.came, found.went) == ((), ())


def test_check_that_could_not_be_read_makes_its_items_inconclusive_not_gone() -> None:
    mounts = report(
        result(gauge(H.OK, 10), "fs.space", "/"), result(gauge(H.OK, 10), "fs.space", "/home")
    )
    blind = report(result(Reading(H.UNKNOWN, "no df"), "fs.space"))
    for before, after in ((mounts, blind), (blind, mounts)):
        found = differences(before, after)
        assert {one.item for one in found} == {"/", "/home"}
        assert {one.difference for one in found} == {D.INCONCLUSIVE}


def test_checks_on_one_side_only_are_new_or_gone() -> None:
    old = report(result(gauge(H.OK, 1), "fs.space", "/mnt"))
    new = report(result(gauge(H.OK, 1), "http", "http://x/"))
    assert [(one.check, one.difference) for one in differences(old, new)] == [
        ("http", D.NEW),
        ("fs.space", D.GONE),
    ]


def test_what_was_bad_before_and_is_no_worse_is_preexisting() -> None:
    assert compared(gauge(H.WARNING, 91), gauge(H.WARNING, 92)).preexisting
    assert not compared(gauge(H.WARNING, 91), gauge(H.CRITICAL, 99)).preexisting
    assert not compared(gauge(H.OK, 1), gauge(H.OK, 1)).preexisting


def test_worst_never_calls_the_unknown_ok() -> None:
    fine, blind = result(gauge(H.OK, 1)), result(Reading(H.UNKNOWN, "?"))
    warned = result(gauge(H.WARNING, 1))
    assert report().worst is H.UNKNOWN
    assert report(fine).worst is H.OK
    assert report(fine, blind).worst is H.UNKNOWN
    assert report(fine, blind, warned).worst is H.WARNING


_readings = st.builds(
    Reading,
    st.sampled_from(Health),
    st.just(""),
    st.none() | st.floats(0, 1e6),
    st.sampled_from(["", "%", "ms", "restarts"]),
    st.lists(st.sampled_from(["a 1", "a 2", "b"]), unique=True).map(tuple),
    items_are_faults=st.booleans(),
)


@given(before=_readings, after=_readings)
def test_every_pair_has_a_verdict_and_the_same_is_the_same(before: Reading, after: Reading) -> None:
    found = compared(before, after).difference
    assert (found is D.INCONCLUSIVE) is (H.UNKNOWN in (before.health, after.health))
    if H.UNKNOWN is not before.health:
        assert compared(before, before).difference is D.SAME
    if before.health is H.OK and after.health in (H.WARNING, H.CRITICAL):
        assert found is D.WORSE
