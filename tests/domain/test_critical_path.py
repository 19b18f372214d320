"""The critical path against brute force: every path of small plans is walked."""

from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.critical_path import Circular, Room, in_order, lay_out, queued
from app.domain.runbook import Phase, Runbook, Step, StepKind, waits_for


@st.composite
def plans(draw):
    """Up to eight pieces with whole durations; each waits for some that come before it."""
    names = draw(st.permutations("abcdefgh"))[: draw(st.integers(1, 8))]
    after = {}
    for place, name in enumerate(names):
        before = draw(st.lists(st.sampled_from(names[:place]), unique=True)) if place else []
        after[name] = tuple(before)
    shuffled = {name: after[name] for name in draw(st.permutations(names))}
    durations = {name: float(draw(st.integers(0, 20))) for name in names}
    spread = {name: durations[name] + draw(st.integers(0, 9)) for name in names}
    return durations, shuffled, spread


def paths(after):
    """Every chain from a piece that waits for nothing to one that nothing waits for."""

    def behind(path):
        following = [name for name, before in after.items() if path[-1] in before]
        if not following:
            yield path
        for name in following:
            yield from behind([*path, name])

    for name, before in after.items():
        if not before:
            yield from behind([name])


@given(plans())
def test_total_and_slack_are_those_of_the_longest_paths(plan):
    durations, after, _ = plan
    found = lay_out(durations, after)
    lengths = [(sum(durations[n] for n in path), path) for path in paths(after)]
    longest = max(length for length, _path in lengths)
    assert found.total_s == longest
    for name, slot in found.slots.items():
        through = max(length for length, path in lengths if name in path)
        assert slot.slack_s == longest - through, name
        assert slot.is_critical == (through == longest)
        assert slot.end_s - slot.start_s == durations[name]


@given(plans())
def test_nothing_begins_before_what_it_waits_for_and_not_a_moment_later(plan):
    durations, after, _ = plan
    slots = lay_out(durations, after).slots
    for name, before in after.items():
        assert slots[name].start_s == max((slots[b].end_s for b in before), default=0.0)


@given(plans())
def test_a_delay_within_the_slack_delays_nothing_and_beyond_it_the_end(plan):
    durations, after, _ = plan
    base = lay_out(durations, after)
    for name, slot in base.slots.items():
        later = lay_out(durations | {name: durations[name] + slot.slack_s}, after)
        assert later.total_s == base.total_s
        too_late = lay_out(durations | {name: durations[name] + slot.slack_s + 1}, after)
        assert too_late.total_s == base.total_s + 1


@given(plans())
def test_the_slow_end_is_the_slowest_of_all_paths(plan):
    durations, after, spread = plan

    def slow(path):
        more = 0.0
        for name in path:
            more = hypot(more, spread[name] - durations[name])
        return sum(durations[name] for name in path) + more

    found = lay_out(durations, after, spread)
    assert found.total_s <= found.p90_s <= max(map(slow, paths(after))) + 1e-9


@given(plans())
def test_the_order_keeps_to_what_waits_and_is_otherwise_as_given(plan):
    _, after, _ = plan
    order = in_order(after)
    assert sorted(order) == sorted(after)
    place = {name: at for at, name in enumerate(order)}
    assert all(place[b] < place[name] for name, before in after.items() for b in before)
    if all(set(before) <= set(list(after)[:at]) for at, before in enumerate(after.values())):
        assert order == tuple(after)


@given(plans(), st.data())
def test_a_circle_is_refused_with_the_pieces_that_wait_for_each_other(plan, data):
    _, after, _ = plan
    path = data.draw(st.sampled_from(list(paths(after))))
    first, last = path[0], path[-1]
    with pytest.raises(Circular) as told:
        in_order(after | {first: (*after[first], last)})
    pieces = told.value.pieces
    broken = after | {first: (*after[first], last)}
    assert all(a in broken[b] for a, b in pairwise((*pieces, pieces[0])))


def test_the_reference_plan_has_the_path_and_the_ends_that_are_drawn():
    minutes = {
        1: (3, 5), 2: (6, 8), 3: (5, 9), 4: (24, 31), 5: (9, 14), 6: (4, 6), 7: (14, 21),
        8: (18, 27), 9: (34, 46), 10: (4, 6), 11: (9, 12), 12: (5, 10), 13: (3, 5), 14: (6, 8),
    }  # fmt: skip
    after = {
        1: (), 2: (), 3: (1,), 4: (2, 3), 5: (2,), 6: (4, 5), 7: (6,), 8: (7,), 9: (8,), 10: (8,),
        11: (10,), 12: (11,), 13: (12,), 14: (9, 13),
    }  # fmt: skip
    found = lay_out(
        {str(n): p50 for n, (p50, _) in minutes.items()},
        {str(n): tuple(map(str, before)) for n, before in after.items()},
        {str(n): p90 for n, (_, p90) in minutes.items()},
    )
    assert found.total_s == 108
    assert round(found.p90_s) == 127
    slack = {int(n): slot.slack_s for n, slot in found.slots.items()}
    assert [n for n, slot in slack.items() if not slot] == [1, 3, 4, 6, 7, 8, 9, 14]
    assert (slack[2], slack[5], slack[10], slack[13]) == (2, 17, 13, 13)


def step(key, **more):
    return Step(key, f"Step {key}", StepKind.COMMAND, **more)


def test_a_step_waits_for_the_one_above_unless_it_says_otherwise():
    steps = (step("a"), step("b"), step("c", after=()), step("d", after=("a", "gone", "c")))
    assert waits_for(steps) == {"a": (), "b": ("a",), "c": (), "d": ("a", "c")}


def test_each_direction_is_planned_by_itself():
    back = step("x", phase=Phase.BACKOUT, estimate_s=30.0)
    book = Runbook((step("a", estimate_s=60.0), back, step("b", estimate_s=5.0)))
    assert (book.forward_estimate_s, book.backout_estimate_s) == (65.0, 30.0)


@given(plans(), st.data())
def test_no_more_pieces_go_at_once_than_there_is_room_for_and_none_waits_without_need(plan, data):
    durations, after, _ = plan
    durations = {name: length + 1 for name, length in durations.items()}
    sizes = {name: data.draw(st.integers(1, 3)) for name in ("x", "y")}
    rooms = {}
    for name in after:
        place = data.draw(st.sampled_from(["", *sizes]))
        if place:
            rooms[name] = Room(place, sizes[place])
    slots = lay_out(durations, queued(durations, after, rooms)).slots
    for name, before in after.items():
        free = max((slots[b].end_s for b in before), default=0.0)
        begin, room = slots[name].start_s, rooms.get(name)
        assert begin >= free
        if room is None:
            assert begin == free
            continue
        others = [slots[n] for n in after if n != name and rooms.get(n) == room]
        assert sum(o.start_s <= begin < o.end_s for o in others) < room.at_once
        for moment in range(int(free), int(begin)):
            busy = sum(o.start_s <= moment < o.end_s for o in others)
            assert busy >= room.at_once, "it waits only while its room is full"


def test_with_room_for_all_nothing_waits_longer():
    after = {"a": (), "b": (), "c": ("a", "b")}
    durations = dict.fromkeys(after, 5.0)
    rooms = dict.fromkeys(after, Room("x", 2))
    assert queued(durations, after, rooms) == after
