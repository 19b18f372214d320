"""The swap of names on a host, cut off anywhere: always a named state, always a way out."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.ids import HostId, RestoreId, SetId
from app.domain.restore import Restore, RestoreState, RestoreWish
from app.errors import AppError, BackupFailed, ConnectionLost
from app.tasks import TaskContext
from tests.fakes import NOON
from tests.vault.conftest import take
from tests.vault.local_remote import LocalRemote, few_tools
from tests.vault.test_capture_faults import tool
from tests.vault.test_host_restore import orders, snapshot

MARK = "0a1b2c3d"


class Attempt:
    """Puts a set back and remembers what was told, as a record of the store would."""

    def __init__(self, vault, taken, remote) -> None:
        self.vault, self.taken, self.remote = vault, taken, remote
        self.record = Restore(
            RestoreId("r1"), SetId(taken.id), None, HostId("host-1"), "shop-1", MARK,
            RestoreState.PREPARING, "ada", NOON,
        )  # fmt: skip
        self.states: list[RestoreState] = []

    def tell(self, trace) -> None:
        self.states.append(trace.state)
        self.record = replace(self.record, state=trace.state, sides=trace.sides, moves=trace.moves)

    def go(self, remote=None, *paths: str):
        wish = RestoreWish(paths=paths, mark=MARK)
        remote = remote or self.remote
        return self.vault.restore_on_host(self.taken, remote, TaskContext(), wish, self.tell)

    def look(self) -> RestoreState:
        found = self.vault.look_after(self.record, self.remote)
        self.record = replace(self.record, state=found)
        return found

    def undo(self) -> None:
        self.vault.undo(self.record, self.remote)

    def clear(self) -> None:
        self.vault.clear_after(self.record, self.remote)


@pytest.fixture
def attempt(vault, remote, taken, broken) -> Attempt:
    """An attempt on a host that was changed after the set was taken."""
    del broken
    return Attempt(vault, taken, remote)


@pytest.fixture
def taken(vault, remote, shop):
    """Files, and a database that lies inside them, each on its own."""
    (shop / "cache").mkdir()
    (shop / "cache" / "a").write_text("cached")
    host = remote.host.id
    return take(
        vault,
        remote,
        BackupSource(SourceKind.FILES, host, (str(shop),), (f"{shop}/cache", "*.sqlite*")),
        BackupSource(SourceKind.SQLITE, host, database=str(shop / "shop.sqlite")),
    )


@pytest.fixture
def broken(shop, taken) -> dict:
    """What a change did after the set was taken."""
    (shop / "conf" / "shop.ini").write_text("workers = broken\n")
    (shop / "made.txt").write_text("by the change")
    with closing(sqlite3.connect(shop / "shop.sqlite")) as live:
        live.execute("DELETE FROM orders WHERE id > 7")
        live.commit()
    return snapshot(shop)


def ours(shop: Path) -> list[str]:
    return [str(path) for path in shop.parent.rglob("*changedesk*")]


def test_what_was_swapped_can_be_undone_and_cleared(vault, remote, shop, taken, broken):
    attempt = Attempt(vault, taken, remote)
    attempt.go()
    assert attempt.states == [
        RestoreState.PREPARING,
        RestoreState.SWAPPING,
        RestoreState.SWAPPED,
    ]
    assert attempt.look() is RestoreState.SWAPPED
    assert orders(shop / "shop.sqlite") == 500
    with closing(sqlite3.connect(shop / "shop.sqlite")) as live:
        live.execute("INSERT INTO orders (item) VALUES ('since')")  # writes a log of its own
        live.commit()
        attempt.undo()
    assert orders(shop / "shop.sqlite") == 7
    attempt.undo()
    assert attempt.look() is RestoreState.PREPARING
    attempt.clear()
    assert snapshot(shop) == broken
    assert ours(shop) == []


def test_confirming_removes_what_was_kept_and_nothing_else(vault, remote, shop, taken, broken):
    other = shop.parent / f"other.changedesk-old-{MARK[::-1]}"
    other.write_text("of another restore")
    attempt = Attempt(vault, taken, remote)
    attempt.go()
    now = snapshot(shop)
    attempt.clear()
    kept = {name: what for name, what in now.items() if "changedesk" not in name}
    found = snapshot(shop)
    assert found.keys() == kept.keys()
    assert orders(shop / "shop.sqlite") == 500
    assert ours(shop) == [str(other)]


def killing_mv(folder: Path, after: int) -> str:
    """Return a PATH whose ``mv`` kills the shell that called it at the n-th call."""
    path = few_tools(folder)
    (folder / "kill").symlink_to("/usr/bin/kill")
    counter = folder / "count"
    tool(
        folder,
        "mv",
        f"n=$(cat {counter} 2>/dev/null || echo 0); n=$((n + 1)); echo $n >{counter}\n"
        f'[ "$n" -eq {after} ] && {{ /usr/bin/kill -9 "$PPID"; exit 1; }}\n'
        'exec /usr/bin/mv "$@"',
    )
    return path


class DeadAfterwards(LocalRemote):
    """A host that is not reached any more once its swap was killed."""

    dead = False

    def run(self, script, *args, **options):
        if self.dead:
            raise ConnectionLost("The link broke.")
        result = super().run(script, *args, **options)
        self.dead = result.exit_code is None
        return result


@pytest.mark.parametrize("after", range(1, 8))
def test_a_swap_killed_at_any_move_is_found_and_undone(attempt, shop, broken, tmp_path, after):
    dying = DeadAfterwards(env={"PATH": killing_mv(tmp_path / "bin", after)})
    with suppress(AppError):
        attempt.go(dying)
    if (tmp_path / "bin" / "count").read_text().strip() != str(after):
        pytest.skip("the swap has fewer moves")
    assert attempt.record.state is RestoreState.SWAPPING
    found = attempt.look()
    # database aside, in place; folder aside, in place; then what the set leaves out is carried
    assert found is (RestoreState.PREPARING if after == 1 else RestoreState.HALF)
    if found is not RestoreState.PREPARING:
        attempt.undo()
    assert attempt.look() is RestoreState.PREPARING
    attempt.clear()
    assert snapshot(shop) == broken
    assert ours(shop) == []


def test_a_swap_killed_on_a_host_that_answers_is_undone_at_once(
    vault, remote, shop, taken, broken, tmp_path
):
    attempt = Attempt(vault, taken, remote)
    with pytest.raises(AppError):
        attempt.go(LocalRemote(env={"PATH": killing_mv(tmp_path / "bin", 4)}))
    assert attempt.states[-3:] == [
        RestoreState.HALF,
        RestoreState.PREPARING,
        RestoreState.CLEARED,
    ]
    assert snapshot(shop) == broken
    assert ours(shop) == []


def test_undoing_says_what_stands_in_the_way_and_goes_on_later(
    vault, remote, shop, taken, broken, tmp_path
):
    attempt = Attempt(vault, taken, remote)
    path = killing_mv(tmp_path / "bin", 4)
    with suppress(AppError):
        attempt.go(DeadAfterwards(env={"PATH": path}))
    assert attempt.look() is RestoreState.HALF
    shop.mkdir()
    (shop / "upload.txt").write_text("a program went on working")
    with pytest.raises(BackupFailed, match=f"{shop} is in the way"):
        attempt.undo()
    shop.rename(shop.parent / "aside")
    attempt.undo()
    attempt.clear()
    assert snapshot(shop) == broken
    assert (shop.parent / "aside" / "upload.txt").exists()


def test_single_files_come_back_alone(vault, remote, shop, taken, broken):
    attempt = Attempt(vault, taken, remote)
    result = attempt.go(None, f"{shop}/conf/shop.ini", f"{shop}/link.ini")
    assert sorted(result.restored) == [f"{shop}/conf/shop.ini", f"{shop}/link.ini"]
    assert result.members == 2
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 2\n"
    assert (shop / "made.txt").exists()
    assert orders(shop / "shop.sqlite") == 7
    attempt.undo()
    assert (shop / "conf" / "shop.ini").read_text() == "workers = broken\n"
    attempt.clear()
    assert ours(shop) == []


def test_a_hard_link_comes_back_with_the_content_of_its_first_name(vault, remote, shop, taken):
    (shop / "same.ini").unlink()
    Attempt(vault, taken, remote).go(None, f"{shop}/same.ini")
    assert (shop / "same.ini").read_text() == "workers = 2\n"
    assert (shop / "same.ini").stat().st_mode & 0o777 == 0o640


def test_a_single_file_is_sent_alone(vault, remote, shop, taken):
    sent = 0

    class Counting(LocalRemote):
        def stream(self, script, *args, idle_s=60.0):
            whole = super().stream(script, *args, idle_s=idle_s)

            class Inner:
                def __enter__(self):
                    stream = whole.__enter__()
                    write = stream.write

                    def count(data: bytes) -> None:
                        nonlocal sent
                        sent += len(data)
                        write(data)

                    stream.write = count
                    return stream

                def __exit__(self, *error):
                    return whole.__exit__(*error)

            return Inner()

    Attempt(vault, taken, remote).go(Counting(env=remote.env), f"{shop}/conf")
    assert 0 < sent < 20_000, "the large file beside it was not sent"


def test_what_the_set_does_not_hold_is_refused_by_name(vault, remote, shop, taken):
    with pytest.raises(BackupFailed, match=r"does not hold .*/cache/a"):
        Attempt(vault, taken, remote).go(None, f"{shop}/cache/a")
