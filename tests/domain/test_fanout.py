"""Batches and limits: nothing begins too early, nothing is begun twice, no host is lost."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fanout import (
    Cause,
    FanOut,
    NotAPlan,
    Part,
    Share,
    Tolerance,
    plan_fan_out,
    read_batches,
    read_share,
)
from app.domain.ids import HostId

HOSTS = st.integers(0, 60).map(lambda n: tuple(HostId(f"h{i:02}") for i in range(n)))
ENTRY = st.one_of(
    st.integers(1, 30).map(str), st.integers(1, 100).map(lambda n: f"{n}%"), st.just("7 %")
)
PLANS = st.tuples(st.lists(ENTRY, max_size=5), st.booleans()).map(
    lambda two: ", ".join([*two[0], *(["rest"] if two[1] else [])])
)
LIMIT = st.none() | st.builds(Share, st.integers(0, 6)) | st.builds(
    Share, st.integers(0, 100), st.just(True)
)  # fmt: skip
TOLERANCES = st.builds(Tolerance, LIMIT, LIMIT, LIMIT, LIMIT)
ENDS = st.lists(
    st.sampled_from(
        [Part.DONE, Part.DONE, Part.FAILED, Part.UNREACHABLE, Part.UNKNOWN, Part.STOPPED]
    ),
    min_size=1,
    max_size=40,
)


def ids(n: int) -> tuple[HostId, ...]:
    return tuple(HostId(f"h{i}") for i in range(n))


def test_the_usual_list_of_batches() -> None:
    split = read_batches("1, 10%, 50%, rest").split(ids(40))
    assert [len(batch) for batch in split] == [1, 4, 20, 15]


def test_list_without_rest_repeats_its_last_size_and_none_means_all_at_once() -> None:
    assert [len(b) for b in read_batches("1, 3").split(ids(9))] == [1, 3, 3, 2]
    assert [len(b) for b in read_batches("").split(ids(9))] == [9]
    assert read_batches("1, rest").split(()) == ()


@pytest.mark.parametrize(
    ("text", "entry"),
    [("0", "0"), ("1,,2", ""), ("101%", "101%"), ("rest, 1", "1"), ("-1", "-1"), ("one", "one"),
     ("1;2", "1;2"), ("0%", "0%"), ("²", "²")],
)  # fmt: skip
def test_what_is_no_list_of_batches_is_named(text: str, entry: str) -> None:
    with pytest.raises(NotAPlan) as error:
        read_batches(text)
    assert error.value.entry == entry


@given(HOSTS, PLANS)
def test_batches_hold_every_host_once_and_in_order(hosts, text: str) -> None:
    split = read_batches(text).split(hosts)
    assert tuple(host for batch in split for host in batch) == hosts
    assert all(split)


@given(HOSTS.filter(bool), PLANS)
def test_no_batch_is_bigger_than_its_size(hosts, text: str) -> None:
    sizes = read_batches(text).sizes or (Share(100, percent=True),)
    for place, batch in enumerate(read_batches(text).split(hosts)):
        size = sizes[min(place, len(sizes) - 1)]
        most = math.ceil(size.n * len(hosts) / 100) if size.percent else size.n
        assert len(batch) <= max(1, most)


@given(st.integers(0, 100), st.integers(0, 500))
def test_limit_in_percent_is_never_more_than_it_says(percent: int, total: int) -> None:
    assert read_share(f"{percent}%").of(total) <= total * percent / 100


def begin(now: FanOut, at_once: int) -> tuple[FanOut, tuple[HostId, ...]]:
    chosen = now.ready[:at_once]
    for host in chosen:
        before = now.part(host).batch
        earlier = [part for part in now.parts if part.batch < before]
        assert all(part.state.is_over for part in earlier), "a batch begins when those before ended"
        now = now.moved(host, Part.GOING)
    return now, chosen


@given(HOSTS.filter(bool), PLANS, TOLERANCES, ENDS, st.integers(1, 8), st.randoms())
def test_any_course_starts_each_host_as_often_as_it_may(
    hosts, text: str, tolerance: Tolerance, ends, at_once: int, dice
) -> None:
    now = plan_fan_out(hosts, read_batches(text), tolerance)
    started: Counter[HostId] = Counter()
    retries = 0
    for turn in range(400):
        now, chosen = begin(now, at_once)
        started.update(chosen)
        going = [part.host for part in now.parts if part.state is Part.GOING]
        if going:
            host = dice.choice(going)
            now = now.moved(host, ends[turn % len(ends)])
            continue
        if now.is_over:
            break
        assert now.is_paused, "what neither goes on nor is over waits for a person"
        assert now.ready == ()
        if retries < 2 and dice.random() < 0.5:
            unknown = [part.host for part in now.parts if part.state is Part.UNKNOWN]
            now = now.retried()
            retries += 1
            assert all(now.part(host).state is Part.UNKNOWN for host in unknown)
            if not now.ready and now.is_paused:
                now = now.gone_on()
        else:
            now = now.gone_on()
        assert not now.is_paused, "a decision lets it go on"
    assert now.is_over
    assert set(started) == set(hosts), "no host is left out by itself"
    assert max(started.values()) <= 1 + retries


def test_limits_count_for_the_batch_and_in_total() -> None:
    tolerance = Tolerance(Share(1), Share(2), None, Share(0))
    now = plan_fan_out(ids(9), read_batches("3"), tolerance)
    now = now.moved(HostId("h0"), Part.FAILED)
    assert now.causes == ()
    assert now.moved(HostId("h1"), Part.UNKNOWN).causes == (Cause.FAIL_BATCH,)
    for host in ("h1", "h2", "h3", "h4", "h5"):
        now = now.moved(HostId(host), Part.FAILED if host == "h3" else Part.DONE)
    assert now.causes == ()
    assert now.ready == ids(9)[6:]
    over = now.moved(HostId("h6"), Part.FAILED)
    assert over.causes == (Cause.FAIL_TOTAL,)
    assert over.is_paused
    assert now.moved(HostId("h6"), Part.UNREACHABLE).causes == (Cause.UNREACHABLE_TOTAL,)


def test_pause_waits_for_what_goes_on() -> None:
    now = plan_fan_out(ids(3), read_batches("2"), Tolerance())
    now = now.moved(HostId("h0"), Part.FAILED).moved(HostId("h1"), Part.GOING)
    assert not now.is_paused
    assert now.ready == ()
    assert now.moved(HostId("h1"), Part.DONE).is_paused


def test_giving_up_leaves_out_what_waits_and_nothing_else() -> None:
    now = plan_fan_out(ids(3), read_batches("1"), Tolerance()).moved(HostId("h0"), Part.FAILED)
    over = now.given_up("Backed out")
    assert over.is_over
    assert [part.state for part in over.parts] == [Part.FAILED, Part.LEFT_OUT, Part.LEFT_OUT]
    assert not over.succeeded


def test_host_named_twice_has_one_part() -> None:
    assert len(plan_fan_out([HostId("a"), HostId("b"), HostId("a")]).parts) == 2
