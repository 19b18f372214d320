"""The key of the vault: changed, found again on paper, and every way in which it may be missing."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import Level, Outcome
from app.domain.vault_key import KeyCondition
from app.errors import IllegalMove, KeyringLocked, NoKeyring, SecretUnavailable, WrongKey
from app.secrets import SessionSecrets
from app.tasks import TaskContext
from app.vault import age
from app.vault.door import Door
from app.vault.opening import keys_in_file, open_vault
from tests.fakes import SetClock
from tests.vault.conftest import sources, take


class Keyring(SessionSecrets):
    """A keyring that outlives the program, and may be locked."""

    lasting = True
    locked = False

    def get(self, name: str) -> str | None:
        if self.locked:
            raise KeyringLocked("The keyring does not answer: locked.", hint="Unlock it.")
        return super().get(name)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring()


@pytest.fixture
def door(tmp_path, clock, keyring) -> Door:
    return Door(lambda: tmp_path / "vault", clock, lambda: keyring, tmp_path / "key.txt")


def elsewhere(door: Door, secrets=None) -> Door:
    """The same vault on another computer, whose keyring is empty."""
    other = secrets or Keyring()
    return Door(door.root, door.clock, lambda: other, door.key_file.with_name("other.txt"))


def proven(door: Door, taken) -> bool:
    found = door.open().verify(taken, Level.READABLE, by="", context=TaskContext())
    return found.outcome is Outcome.PASSED


def test_after_a_change_of_keys_old_and_new_sets_are_readable(door, remote, shop, clock):
    door.make()
    old = take(door.open(), remote, *sources(remote, shop))
    clock.pass_by(days=1)
    door.rotate()
    new = take(door.open(), remote, *sources(remote, shop))
    again = Door(door.root, clock, door.secrets, door.key_file)
    for opened in (door, again):
        assert proven(opened, old)
        assert proven(opened, new)
    state = again.look()
    assert (state.condition, state.former, state.made_at) == (KeyCondition.OPEN, 1, clock.now())


def test_a_stolen_old_key_opens_nothing_that_is_new(door, remote, shop, tmp_path):
    door.make()
    stolen = door.open().core.keys
    door.rotate()
    new = take(door.open(), remote, *sources(remote, shop))
    stolen.keep_in_file(tmp_path / "stolen", "v")
    thief = open_vault(door.root(), SetClock(), keys_in_file(tmp_path / "stolen"))
    assert not thief.core.keys.can_sign, "a former key seals nothing any more"
    with pytest.raises(WrongKey):
        thief.verify(new, Level.INTACT, by="", context=TaskContext())


def age_reads(key: str, path: Path, folder: Path) -> bool:
    """Whether the ``age`` command opens a stored object with a key from paper."""
    (folder / "key.txt").write_text(key + "\n")
    command = f"age -d -i key.txt '{path}' | zstd -d --long=27 | tar -t >/dev/null"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=folder, capture_output=True, check=False
    )
    return done.returncode == 0


def test_each_printed_key_opens_the_sets_of_its_time_with_standard_tools(
    door, remote, shop, tmp_path
):
    if missing := [name for name in ("age", "zstd", "tar") if shutil.which(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    first = door.make()
    old = take(door.open(), remote, *sources(remote, shop))
    second = door.rotate()
    new = take(door.open(), remote, *sources(remote, shop))
    old_path, new_path = (
        door.root() / item.path / "objects" / item.objects[0].name for item in (old, new)
    )
    assert age_reads(first, old_path, tmp_path)
    assert age_reads(second, new_path, tmp_path)
    assert not age_reads(first, new_path, tmp_path)
    assert not age_reads(second, old_path, tmp_path)


def test_the_key_file_holds_all_keys_and_the_age_command_reads_it(door, remote, shop, tmp_path):
    if shutil.which("age") is None:
        pytest.skip("age is not installed")
    by_file = replace(door, wants_file=True, _opened=[])
    by_file.make()
    old = take(by_file.open(), remote, *sources(remote, shop))
    by_file.rotate()
    assert door.key_file.stat().st_mode & 0o777 == 0o600
    text = door.key_file.read_text()
    assert text.count("AGE-SECRET-KEY-1") == 2
    path = door.root() / old.path / "objects" / old.objects[0].name
    assert age_reads(text, path, tmp_path / "vault")


@pytest.mark.parametrize("step", ["keys are kept", "vault knows its new keys"])
def test_a_crash_while_keys_are_changed_leaves_a_vault_that_opens(
    door, remote, shop, step, monkeypatch
):
    door.make()
    old = take(door.open(), remote, *sources(remote, shop))

    class Killed(BaseException):
        pass

    def die(name: str) -> None:
        if name == step:
            raise Killed

    door._opened[0] = replace(door.open(), core=replace(door.open().core, step=die))
    with pytest.raises(Killed):
        door.rotate()
    again = Door(door.root, door.clock, door.secrets, door.key_file)
    assert again.look().condition is KeyCondition.OPEN
    assert proven(again, old)
    assert proven(again, take(again.open(), remote, *sources(remote, shop)))
    again.rotate()
    assert proven(again, old)


def test_a_new_computer_reads_with_the_paper_and_seals_after_a_change_of_keys(
    door, remote, shop, clock
):
    paper = door.make()
    old = take(door.open(), remote, *sources(remote, shop))
    new_place = elsewhere(door)
    assert new_place.look().condition is KeyCondition.KEY_MISSING
    grouped = "\n".join(paper[at : at + 5].lower() for at in range(0, len(paper), 5))
    new_place.unlock(f"  {grouped} ")
    assert new_place.look().condition is KeyCondition.READ_ONLY
    found = new_place.open().verify(old, Level.READABLE, by="", context=TaskContext())
    assert found.outcome is Outcome.PASSED
    with pytest.raises(SecretUnavailable, match="nothing can be sealed"):
        take(new_place.open(), remote, *sources(remote, shop))
    new_place.rotate()
    assert new_place.look().condition is KeyCondition.OPEN
    assert proven(new_place, old)
    assert proven(new_place, take(new_place.open(), remote, *sources(remote, shop)))


def test_without_a_keyring_the_paper_opens_for_this_session(door):
    paper = door.make()
    bare = elsewhere(door, SessionSecrets())
    assert bare.look().condition is KeyCondition.NO_KEYRING
    bare.unlock(paper)
    assert bare.look().condition is KeyCondition.READ_ONLY
    with pytest.raises(NoKeyring):
        bare.rotate()


def test_each_way_of_being_locked_has_its_name(door, keyring, tmp_path, clock):
    assert door.look().condition is KeyCondition.NO_VAULT
    door.make()
    fresh = Door(door.root, clock, lambda: keyring, door.key_file)
    keyring.locked = True
    assert fresh.look().condition is KeyCondition.KEYRING_LOCKED
    keyring.locked = False
    assert fresh.look().condition is KeyCondition.OPEN
    other = Door(lambda: tmp_path / "other", clock, Keyring, tmp_path / "other.txt", True)
    other.make()
    mixed = Door(door.root, clock, Keyring, tmp_path / "other.txt", True)
    assert mixed.look().condition is KeyCondition.WRONG_KEY
    (tmp_path / "other.txt").chmod(0o644)
    assert mixed.look().condition is KeyCondition.KEY_FILE
    assert "can be read by others" in mixed.look().detail
    record = door.root() / "vault.json"
    record.chmod(0o600)
    record.write_bytes(record.read_bytes().replace(b'"format":1', b'"format":1,"x":2'))
    damaged = Door(door.root, clock, lambda: keyring, door.key_file)
    assert damaged.look().condition is KeyCondition.DAMAGED


def test_the_paper_is_tried_and_only_the_right_one_counts(door, clock):
    paper = door.make()
    assert door.look().checked_at is None
    with pytest.raises(SecretUnavailable, match="not an age secret key"):
        door.check_recovery(paper[:-1] + ("Q" if paper[-1] != "Q" else "P"), "ada")
    with pytest.raises(WrongKey, match="does not open"):
        door.check_recovery(age.new_identity(), "ada")
    with pytest.raises(IllegalMove, match="not the one on paper"):
        door.check_recovery(door.open().core.keys.identity, "ada")
    state = door.check_recovery(paper.lower(), "ada")
    assert (state.checked_at, state.checked_by) == (clock.now(), "ada")
    door.rotate()
    assert door.look().checked_at is None, "the new key has not been tried"
    with pytest.raises(WrongKey, match="earlier recovery key"):
        door.check_recovery(paper, "ada")


def test_a_note_of_a_trial_that_nobody_signed_is_not_believed(door):
    paper = door.make()
    door.check_recovery(paper, "ada")
    note = door.root() / "recovery-checked.json"
    note.chmod(0o600)
    note.write_bytes(note.read_bytes().replace(b'"ada"', b'"eve"'))
    assert door.look().checked_at is None
