"""The rules of retention: whatever the history and the clock, the last good copy stays."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.backup import (
    BackupSet,
    CaptureState,
    Level,
    Outcome,
    SourceKind,
    StoredObject,
    Verification,
)
from app.domain.ids import ChangeId, HostId, SetId
from app.domain.retention import (
    ChangeStanding,
    Decision,
    Facts,
    Reason,
    RetentionRules,
    clock_doubt,
    decide,
    holdings,
    is_proven,
)
from tests.fakes import NOON

RULES = RetentionRules(keep_last=2, days_after_close=10, days_without_change=5)
LONG_AGO = timedelta(days=400)


def a_set(name: str, age: timedelta, level: Level | None = Level.READABLE, **more) -> BackupSet:
    at = NOON - age
    titles = more.pop("titles", ("/etc",))
    proofs = [Verification(one, Outcome.PASSED, at) for one in Level if level and one <= level]
    stored = tuple(
        StoredObject(f"{n:02}", SourceKind.FILES, title, CaptureState.CAPTURED)
        for n, title in enumerate(titles)
    )
    return BackupSet(
        SetId(name), more.pop("change", None), HostId(more.pop("host", "h")), "h",
        more.pop("state", CaptureState.CAPTURED), at, at, 1.0, stored, "", "",
        verifications=tuple(proofs), **more,
    )  # fmt: skip


def decided(*sets: BackupSet, changes=None, restoring=(), now=NOON) -> dict[str, Decision]:
    facts = Facts(sets, changes or {}, frozenset(restoring))
    return {item.set.id: item for item in decide(facts, RULES, now)}


def old(number: int, **more) -> BackupSet:
    return a_set(f"s{number}", LONG_AGO + timedelta(days=number), **more)


def test_old_sets_behind_enough_newer_ones_go():
    found = decided(*(old(n) for n in range(4)))
    assert [key for key, item in found.items() if item.goes] == ["s2", "s3"]
    assert found["s0"].reasons == (Reason.ONLY_PROVEN, Reason.LAST_N)
    assert found["s1"].reasons == (Reason.LAST_N,)


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        ({"held_by": "ada"}, Reason.HOLD),
        ({"change": ChangeId("open")}, Reason.OPEN_CHANGE),
        ({"change": ChangeId("new")}, Reason.RECENTLY_CLOSED),
        ({"change": ChangeId("told")}, Reason.RECENTLY_CLOSED),
        ({"sealed_at": NOON - timedelta(days=401)}, None),
        ({"change": ChangeId("done")}, None),
    ],
)
def test_each_reason_keeps_a_set_that_would_go(alter, reason):
    changes = {
        ChangeId("open"): ChangeStanding("CHG-1", is_open=True),
        ChangeId("new"): ChangeStanding("CHG-2", False, NOON - timedelta(days=9)),
        ChangeId("told"): ChangeStanding(
            "CHG-3", False, NOON - timedelta(days=99), NOON - timedelta(days=1)
        ),
        ChangeId("done"): ChangeStanding("CHG-4", False, NOON - timedelta(days=11)),
    }
    sets = [old(n) for n in range(3)]
    sets[2] = replace(sets[2], **alter)
    found = decided(*sets, changes=changes)["s2"]
    assert found.reasons == ((reason,) if reason else ())


def test_a_set_that_an_open_restore_needs_stays():
    found = decided(*(old(n) for n in range(3)), restoring=[SetId("s2")])
    assert found["s2"].firm == (Reason.RESTORING,)


def test_days_count_until_a_named_moment():
    young = a_set("young", timedelta(days=4))
    found = decided(a_set("a", timedelta(days=1)), a_set("b", timedelta(days=2)), young)
    assert found["young"].until == NOON + timedelta(days=1)


def test_an_unproven_newer_set_covers_nothing():
    found = decided(old(0, level=Level.INTACT), old(1, level=None), old(2), old(3))
    assert found["s2"].reasons == (Reason.ONLY_PROVEN,)
    assert found["s3"].goes
    assert found["s0"].reasons[0] is Reason.NOT_SUPERSEDED


def test_what_only_an_old_set_holds_keeps_it():
    found = decided(old(0), old(1), old(2, titles=("/etc", "/srv")))
    assert Reason.ONLY_PROVEN in found["s2"].reasons


def test_binned_missing_and_purged_sets_count_for_nothing():
    gone = [
        replace(old(0), binned_at=NOON),
        replace(old(1), missing=True),
        replace(old(2), purged_at=NOON),
    ]
    found = decided(*gone, old(3))
    assert list(found) == ["s3"]
    assert Reason.ONLY_PROVEN in found["s3"].reasons


@pytest.mark.parametrize(
    ("ahead", "word"),
    [(timedelta(minutes=-4), ""), (timedelta(minutes=6), "back"), (timedelta(days=-61), "forward")],
)
def test_a_clock_that_jumped_is_doubted(ahead, word):
    assert clock_doubt(NOON, NOON + ahead) == word
    assert clock_doubt(NOON, None) == ""


AGES = st.timedeltas(timedelta(days=-400), timedelta(days=900))
LEVELS = st.sampled_from([None, *Level])
CHANGES = ("open", "closed", "lately", "")


@st.composite
def histories(draw) -> Facts:
    sets = []
    for number in range(draw(st.integers(1, 14))):
        change = draw(st.sampled_from(CHANGES))
        found = a_set(
            f"s{number}",
            draw(AGES),
            draw(LEVELS),
            host=draw(st.sampled_from(["h1", "h2"])),
            titles=tuple(draw(st.sets(st.sampled_from(["/etc", "/srv", "db"]), max_size=3))),
            change=ChangeId(change) if change else None,
            state=draw(st.sampled_from(CaptureState)),
            held_by=draw(st.sampled_from(["", "", "ada"])),
            missing=draw(st.sampled_from([False, False, True])),
        )
        sets.append(found)
    changes = {
        ChangeId("open"): ChangeStanding("CHG-1", is_open=True),
        ChangeId("closed"): ChangeStanding("CHG-2", False, NOON - timedelta(days=300)),
        ChangeId("lately"): ChangeStanding("CHG-3", False, NOON - timedelta(days=3)),
    }
    restoring = draw(st.sets(st.sampled_from([item.id for item in sets]), max_size=2))
    return Facts(tuple(sets), changes, frozenset(restoring))


def check(facts: Facts, rules: RetentionRules, now: datetime) -> None:
    decisions = decide(facts, rules, now)
    going = {item.set.id for item in decisions if item.goes}
    present = [item for item in facts.sets if item.is_present]
    assert {item.set.id for item in decisions} == {item.id for item in present}
    proven_before = {held for item in present if is_proven(item) for held in holdings(item)}
    staying = [item for item in present if item.id not in going]
    proven_after = {held for item in staying if is_proven(item) for held in holdings(item)}
    assert proven_after == proven_before, "no thing loses its last proven copy"
    for item in present:
        if item.id not in going:
            continue
        assert not item.held_by
        assert item.id not in facts.restoring
        standing = facts.changes.get(item.change)
        assert standing is None or not standing.is_open
        newer = [one for one in staying if is_proven(one) and one.sealed_at >= item.sealed_at]
        covered = {held for one in newer for held in holdings(one)}
        assert holdings(item) <= covered, "only behind newer proven sets that stay"
        for held in holdings(item):
            rest = [one for one in staying if held in holdings(one)]
            before = [one for one in present if held in holdings(one)]
            assert len(rest) >= min(rules.keep_last, len(before))


@given(histories(), st.integers(1, 5), AGES)
def test_whatever_the_history_and_the_clock_the_last_proven_copy_stays(facts, last, jump):
    check(facts, replace(RULES, keep_last=last), NOON + jump)


@given(histories(), AGES)
def test_what_goes_now_goes_later_too_and_binning_it_frees_nothing_else(facts, jump):
    now = NOON + jump
    going = {item.set.id for item in decide(facts, RULES, now) if item.goes}
    later = {item.set.id for item in decide(facts, RULES, now + timedelta(days=30)) if item.goes}
    assert going <= later
    left = tuple(replace(item, binned_at=now) if item.id in going else item for item in facts.sets)
    after = decide(replace(facts, sets=left), RULES, now)
    assert not any(item.goes for item in after), "the rules come to rest after one turn"
