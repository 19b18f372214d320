"""Restores as a coordinator asks for them: recorded before the host hears, with every way out."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import Level, Outcome
from app.domain.restore import PlanTime, RestoreState
from app.errors import BackupFailed, ConnectionLost, IllegalMove
from app.services.backup.backups import verify_set
from app.services.backup.restore_settling import clear, look_after, note_cut_off, undo
from app.services.backup.restores import (
    HostRestore,
    browse,
    difference,
    plan_of,
    restore_on_host,
    restore_to_folder,
)
from app.tasks import TaskContext
from tests.services.test_backups import OneRemote, backup, files
from tests.services.test_backups import keeping as keeping
from tests.services.test_backups import small_path as small_path
from tests.services.test_backups import store as store
from tests.services.test_backups import tree as tree
from tests.vault.local_remote import LocalRemote

NOW = TaskContext


@pytest.fixture
def taken(keeping, tree):
    found = backup(keeping, files(tree))
    (tree / "shop.ini").write_text("workers = 64\n")
    return found


def records(store) -> list:
    return list(store.kinds.get("restores", {}).values())


def put_back(taken, keeping, **more):
    wanted = HostRestore(taken.id, "shop-1", **more)
    return restore_on_host(wanted, keeping=keeping, context=NOW())


def test_each_state_is_recorded_before_the_host_hears_of_the_next(keeping, store, taken, tree):
    seen: list[tuple[str, RestoreState]] = []

    class Watched(LocalRemote):
        def run(self, script, *args, **options):
            if found := records(store):
                seen.append((script.split()[2] if "mv --" in script else "", found[0].state))
            return super().run(script, *args, **options)

    keeping = replace(keeping, remotes=OneRemote(Watched(env=keeping.remotes.remote.env)))
    put_back(taken, keeping)
    assert ("", RestoreState.PREPARING) in seen
    assert [state for script, state in seen if script] == [RestoreState.SWAPPING]
    (kept,) = records(store)
    assert kept.state is RestoreState.SWAPPED
    assert kept.set == taken.id
    assert kept.safety in store.kinds["backups"]
    assert (Path(kept.kept[0]) / "shop.ini").read_text() == "workers = 64\n"
    assert "content of 1 files" in kept.compared
    logged = [kind for kind in store.kinds_logged() if kind.startswith("restore.")]
    assert logged == [
        "restore.preparing",
        "restore.swapping",
        "restore.swapped",
        "restore.compared",
    ]


def test_a_restore_is_undone_then_cleared_each_by_the_typed_name(keeping, store, taken, tree):
    put_back(taken, keeping)
    (kept,) = records(store)
    with pytest.raises(IllegalMove, match="typed name"):
        undo(kept.id, "shop-2", keeping=keeping)
    assert undo(kept.id, "shop-1", keeping=keeping).state is RestoreState.UNDONE
    assert (tree / "shop.ini").read_text() == "workers = 64\n"
    with pytest.raises(IllegalMove, match="cannot be undone"):
        undo(kept.id, "shop-1", keeping=keeping)
    assert clear(kept.id, "shop-1", keeping=keeping).state is RestoreState.CLEARED
    assert list(tree.parent.glob("*changedesk*")) == []
    assert store.kinds_logged()[-2:] == ["restore.undone", "restore.cleared"]


def test_confirming_keeps_the_set_in_place(keeping, store, taken, tree):
    put_back(taken, keeping)
    (kept,) = records(store)
    assert clear(kept.id, "shop-1", keeping=keeping).state is RestoreState.CONFIRMED
    assert (tree / "shop.ini").read_text() == "workers = 2\n"
    assert list(tree.parent.glob("*changedesk*")) == []


class Breaking(LocalRemote):
    """A link that breaks for good when a script with a certain word is sent."""

    word = "mv --"
    broken = False

    def _check(self, script: str) -> None:
        self.broken = self.broken or self.word in script
        if self.broken:
            raise ConnectionLost("The link broke.")

    def run(self, script, *args, **options):
        self._check(script)
        return super().run(script, *args, **options)

    def stream(self, script, *args, idle_s=60.0):
        self._check(script)
        return super().stream(script, *args, idle_s=idle_s)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("mv --", RestoreState.SWAPPING),
        ("xargs -0 sha256sum", RestoreState.PREPARING),
        ('mkdir -- "$side"', RestoreState.PREPARING),
    ],
)
def test_a_link_that_breaks_leaves_a_named_state_and_a_way_out(
    keeping, store, taken, tree, word, state
):
    whole = keeping.remotes.remote
    breaking = Breaking(env=whole.env)
    breaking.word = word
    with pytest.raises(ConnectionLost):
        put_back(taken, replace(keeping, remotes=OneRemote(breaking)), safety=False)
    (kept,) = records(store)
    assert kept.state is state
    assert "The link broke." in kept.trouble
    with pytest.raises(IllegalMove, match="cut off"):
        put_back(taken, keeping)
    assert look_after(kept.id, keeping=keeping).state is RestoreState.PREPARING
    assert clear(kept.id, "shop-1", keeping=keeping).state is RestoreState.CLEARED
    assert (tree / "shop.ini").read_text() == "workers = 64\n"
    assert list(tree.parent.glob("*changedesk*")) == []
    put_back(taken, keeping)
    assert (tree / "shop.ini").read_text() == "workers = 2\n"


def test_what_is_not_known_is_not_cleared(keeping, store, taken, tree):
    breaking = Breaking(env=keeping.remotes.remote.env)
    with pytest.raises(ConnectionLost):
        put_back(taken, replace(keeping, remotes=OneRemote(breaking)), safety=False)
    (kept,) = records(store)
    with pytest.raises(IllegalMove, match="not known"):
        clear(kept.id, "shop-1", keeping=keeping)


def test_at_start_a_restore_under_way_is_marked_as_cut_off(keeping, store, taken):
    class Killed(BaseException):
        pass

    class Dying(LocalRemote):
        def run(self, script, *args, **options):
            if "mv --" in script:
                raise Killed
            return super().run(script, *args, **options)

    dying = replace(keeping, remotes=OneRemote(Dying(env=keeping.remotes.remote.env)))
    with pytest.raises(Killed):
        put_back(taken, dying, safety=False)
    (marked,) = note_cut_off(desk=keeping.desk)
    assert marked.state is RestoreState.SWAPPING
    assert "ended while" in marked.trouble
    assert store.log[-1].kind == "restore.cut_off"
    assert note_cut_off(desk=keeping.desk) == ()


def test_without_a_proven_safety_set_nothing_is_touched(keeping, store, taken, tree, monkeypatch):
    real = type(keeping.vault).verify_by_reading

    def damaged(self, item, **more):
        *lower, readable = real(self, item, **more)
        if item.id != taken.id:
            readable = replace(readable, outcome=Outcome.FAILED)
        return (*lower, readable)

    monkeypatch.setattr(type(keeping.vault), "verify_by_reading", damaged)
    with pytest.raises(BackupFailed, match="safety set"):
        put_back(taken, keeping)
    assert records(store) == []
    assert (tree / "shop.ini").read_text() == "workers = 64\n"


def test_the_safety_set_holds_only_what_will_be_overwritten(keeping, store, taken, tree):
    (tree / "huge").write_text("not concerned")
    put_back(taken, keeping, paths=(f"{tree}/shop.ini",))
    (kept,) = records(store)
    safety = store.kinds["backups"][kept.safety]
    assert safety.objects[0].title == f"{tree}/shop.ini"
    assert kept.what == f"{tree}/shop.ini"


def test_what_is_gone_needs_no_safety_set(keeping, store, taken, tree):
    (tree / "shop.ini").unlink()
    put_back(taken, keeping, paths=(f"{tree}/shop.ini",))
    assert records(store)[0].safety is None
    assert (tree / "shop.ini").read_text() == "workers = 2\n"


def test_the_plan_expects_what_was_measured(keeping, taken, tree):
    plan = plan_of(taken.id, keeping=keeping)
    assert not plan.time.measured
    assert plan.time.seconds > 0
    assert "Take a safety set" in plan.steps[0].title
    (tree / "shop.ini").write_text("workers = 2\n")
    drilled = verify_set(taken.id, Level.RESTORED, keeping=keeping, context=NOW())
    assert drilled.level is Level.RESTORED
    assert plan_of(taken.id, keeping=keeping).time == PlanTime(drilled.restore_s, measured=True)


def test_the_difference_and_the_tree_are_asked_by_set(keeping, taken, tree):
    found = difference(taken.id, keeping=keeping, context=NOW())
    assert [line.path for line in found.lines] == [f"{tree}/shop.ini"]
    catalogue = browse(taken.id, keeping=keeping, context=NOW())
    assert [e.name for e in catalogue.search("shop.ini", 5).entries] == ["shop.ini"]
    catalogue.close()


def test_single_members_are_unpacked_here(keeping, taken, tree, tmp_path):
    (tree / "later.txt").write_text("x")
    result = restore_to_folder(
        taken.id, tmp_path / "out", keeping=keeping, context=NOW(), paths=(f"{tree}/shop.ini",)
    )
    assert result.members == 1
    found = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert [p.read_text() for p in found] == ["workers = 2\n"]
