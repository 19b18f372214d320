"""Retention over a real vault: bin first, out of it again, gone only later, all of it logged."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.backup import Level
from app.domain.change import Change, ChangeState
from app.domain.ids import ChangeId
from app.domain.retention import Reason
from app.errors import IllegalMove, NotFound
from app.services.backup.backup_gate import Demand, gate_level
from app.services.backup.backups import adopt_at_start, find_set, verify_set
from app.services.backup.restores import HostRestore, restore_on_host
from app.services.backup.retention import (
    apply_rules,
    hold,
    preview,
    purge_due,
    put_in_bin,
    release,
    take_out_of_bin,
)
from app.settings import Settings
from app.tasks import TaskContext
from tests.services.test_backups import backup, files
from tests.services.test_backups import keeping as keeping
from tests.services.test_backups import small_path as small_path
from tests.services.test_backups import store as store
from tests.services.test_backups import tree as tree


@pytest.fixture
def clock(keeping, store):
    """The clock of the desk, the vault and the log."""
    store.clock = keeping.desk.clock
    return keeping.desk.clock


@pytest.fixture
def three(keeping, clock, tree):
    """Three sets of one folder, a week apart, the newest of today; only one must stay."""
    made = []
    for _ in range(3):
        clock.pass_by(days=20)
        made.append(backup(keeping, files(tree)))
    return made


@pytest.fixture
def strict(keeping):
    """Rules that keep as little as they may."""
    settings = Settings(keep_last=1, keep_days_loose=30.0, bin_hours=24.0)
    return replace(keeping, desk=replace(keeping.desk, settings=settings))


def folder(keeping, item):
    return keeping.vault.root / item.path


def test_the_preview_says_what_would_go_and_why_the_rest_stays(strict, three):
    seen = preview(desk=strict.desk)
    told = {item.set.id: item.reasons for item in seen.decisions}
    first, second, third = (item.id for item in three)
    assert told[first] == ()
    assert told[second] == (Reason.RECENT,)
    assert told[third] == (Reason.ONLY_PROVEN, Reason.RECENT, Reason.LAST_N)
    assert seen.freed_bytes == three[0].stored_bytes
    assert seen.doubt == ""


def test_a_binned_set_is_whole_counts_for_nothing_and_comes_back(strict, store, three):
    (binned,) = apply_rules(keeping=strict)
    assert binned.id == three[0].id
    assert not binned.usable
    demand = Demand(Level.INTACT, timedelta(days=99), binned.binned_at)
    assert not gate_level([binned], demand).met
    assert (folder(strict, binned) / "set.json").exists()
    proven = verify_set(binned.id, Level.READABLE, keeping=strict, context=TaskContext())
    assert proven.level is Level.READABLE
    out = take_out_of_bin(binned.id, keeping=strict)
    assert out.usable
    assert store.kinds_logged()[-1] == "backup.unbinned"
    with pytest.raises(IllegalMove, match="not in the bin"):
        take_out_of_bin(binned.id, keeping=strict)
    assert list(strict.vault.root.glob("tombstones/*")) == []


def test_it_is_removed_only_after_the_delay_and_leaves_its_trace(strict, store, clock, three):
    apply_rules(keeping=strict)
    clock.pass_by(hours=23, minutes=59)
    assert purge_due(keeping=strict) == ()
    assert folder(strict, three[0]).exists()
    clock.pass_by(minutes=1)
    (gone,) = purge_due(keeping=strict)
    assert not folder(strict, three[0]).exists()
    assert list(strict.vault.root.glob("scratch/*")) == []
    assert [path.stem for path in strict.vault.root.glob("tombstones/*")] == [gone.id]
    assert store.kinds["backups"][gone.id].purged_at == clock.now()
    assert store.kinds_logged()[-1] == "backup.purged"
    assert "No rule keeps it" in store.log[-1].text
    with pytest.raises(NotFound, match="removed"):
        find_set(gone.id, strict)
    assert adopt_at_start(keeping=strict).is_clean, "nothing is missed that was removed on purpose"
    assert purge_due(keeping=strict) == ()


def test_a_crash_between_record_and_removal_is_made_good_at_the_next_start(strict, clock, three):
    apply_rules(keeping=strict)
    clock.pass_by(days=2)

    class Killed(BaseException):
        pass

    def die(step: str) -> None:
        assert step == "removal is recorded"
        raise Killed

    core = replace(strict.vault.core, step=die)
    with pytest.raises(Killed):
        purge_due(keeping=replace(strict, vault=replace(strict.vault, core=core)))
    assert folder(strict, three[0]).exists()
    assert adopt_at_start(keeping=strict).is_clean
    assert not folder(strict, three[0]).exists()


def test_a_person_may_bin_what_only_time_keeps_but_nothing_that_is_needed(strict, three):
    with pytest.raises(IllegalMove, match="reason"):
        put_in_bin([three[1].id], " ", keeping=strict)
    put_in_bin([three[1].id], "taken by mistake", keeping=strict)
    with pytest.raises(IllegalMove, match="newest proven copy"):
        put_in_bin([three[2].id], "gone", keeping=strict)
    with pytest.raises(IllegalMove, match="in the bin already"):
        put_in_bin([three[1].id], "again", keeping=strict)


def test_a_held_set_stays_until_it_is_released(strict, store, three):
    hold(three[0].id, "asked for by the auditors", desk=strict.desk)
    assert apply_rules(keeping=strict) == ()
    with pytest.raises(IllegalMove, match="a person holds it"):
        put_in_bin([three[0].id], "gone", keeping=strict)
    release(three[0].id, desk=strict.desk)
    assert len(apply_rules(keeping=strict)) == 1
    assert "asked for by the auditors" in "".join(event.text for event in store.log)


def test_the_sets_of_an_open_change_stay(strict, store, three):
    change = Change(ChangeId("c1"), "CHG-000001", "Tune", state=ChangeState.MONITOR)
    store.kinds["changes"] = {change.id: change}
    store.kinds["backups"][three[0].id] = replace(three[0], change=change.id)
    assert apply_rules(keeping=strict) == ()
    oldest = preview(desk=strict.desk).decisions[-1]
    assert oldest.reasons == (Reason.OPEN_CHANGE,), "not by its age, which ends by itself"
    with pytest.raises(IllegalMove, match="stays"):
        put_in_bin([three[0].id], "old", keeping=strict)


def test_a_set_that_is_needed_again_comes_out_of_the_bin_by_itself(strict, store, clock, three):
    apply_rules(keeping=strict)
    for item in three[1:]:
        store.kinds["backups"][item.id] = replace(item, missing=True)
    clock.pass_by(days=2)
    assert purge_due(keeping=strict) == ()
    assert store.kinds["backups"][three[0].id].binned_at is None
    assert "needed again" in store.log[-1].text


@pytest.mark.parametrize("jump", [timedelta(days=-365), timedelta(days=365)])
def test_after_a_jump_of_the_clock_nothing_is_deleted(strict, clock, three, jump):
    put_in_bin([three[0].id], "old", keeping=strict)
    clock.pass_by(days=jump.days)
    assert preview(desk=strict.desk).doubt
    assert purge_due(keeping=strict) == ()
    with pytest.raises(IllegalMove, match="clock"):
        apply_rules(keeping=strict)
    assert folder(strict, three[0]).exists()


def test_what_a_restore_still_needs_stays(strict, three, tree):
    (tree / "shop.ini").write_text("changed")
    wanted = HostRestore(three[0].id, "shop-1", safety=False)
    restore_on_host(wanted, keeping=strict, context=TaskContext())
    with pytest.raises(IllegalMove, match="restore that is not settled"):
        put_in_bin([three[0].id], "old", keeping=strict)


def test_what_a_restore_took_for_safety_stays_until_it_is_settled(strict, store, three, tree):
    (tree / "shop.ini").write_text("changed")
    wanted = HostRestore(three[0].id, "shop-1")
    restore_on_host(wanted, keeping=strict, context=TaskContext())
    (restored,) = store.kinds["restores"].values()
    backup(strict, files(tree))  # a newer one, so that nothing else keeps the safety set
    with pytest.raises(IllegalMove, match="restore that is not settled"):
        put_in_bin([restored.safety], "old", keeping=strict)


def test_what_is_being_proven_is_not_removed_and_goes_the_next_time(strict, store, clock, three):
    apply_rules(keeping=strict)
    clock.pass_by(days=2)
    tried = []
    proving = TaskContext(lambda _progress: tried.append(purge_due(keeping=strict)))
    proven = verify_set(three[0].id, Level.RESTORED, keeping=strict, context=proving)
    assert tried
    assert set(tried) == {()}
    assert proven.level is not None
    assert folder(strict, three[0]).exists()
    assert store.kinds["backups"][three[0].id].purged_at is None
    assert "backup.purged" not in store.kinds_logged()
    (gone,) = purge_due(keeping=strict)
    assert gone.id == three[0].id
    assert not folder(strict, three[0]).exists()


def test_without_its_mark_nothing_is_removed(strict, three):
    with pytest.raises(IllegalMove, match="not put in the bin"):
        strict.vault.bin.purge(three[0])
    assert folder(strict, three[0]).exists()
