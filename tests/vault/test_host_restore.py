"""Putting a set back on its server: compared first, swapped last, the old state kept."""

import os
import random
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.ids import HostId
from app.domain.restore import RestoreWish
from app.errors import BackupFailed, CommandFailed, ConnectionLost, DiskFull, VaultDamaged
from app.tasks import TaskCancelled, TaskContext
from tests.vault.conftest import take
from tests.vault.local_remote import LocalRemote, few_tools
from tests.vault.test_capture_faults import tool
from tests.vault.test_restore import odd  # noqa: F401 - a fixture


def snapshot(root: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Return everything below a folder: mode, owner, time, content or link."""
    found = {}
    for path in sorted(root.rglob("*")):
        info = path.lstat()
        content = b""
        if path.is_symlink():
            content = os.fsencode(os.readlink(path))
        elif path.is_file() and info.st_size < 1 << 24:
            content = path.read_bytes()
        found[os.fsencode(path.relative_to(root)).decode("latin-1")] = (
            info.st_mode,
            info.st_uid,
            info.st_mtime_ns,
            content,
        )
    return found


def put_back(vault, taken, remote, *objects: str):
    return vault.restore_on_host(taken, remote, TaskContext(), RestoreWish(objects))


def orders(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT count(*) FROM orders").fetchone()[0]


@pytest.fixture
def plain(shop: Path) -> Path:
    """The shop without its database, which lives on its own."""
    for path in shop.glob("shop.sqlite*"):
        path.rename(shop.parent / path.name)
    return shop


@pytest.fixture
def taken(vault, remote, plain):
    return take(
        vault,
        remote,
        BackupSource(SourceKind.FILES, remote.host.id, (str(plain),)),
        BackupSource(SourceKind.SQLITE, remote.host.id, database=f"{plain.parent}/shop.sqlite"),
    )


def test_files_and_database_come_back_and_the_old_state_is_kept(vault, remote, plain, taken):
    before = snapshot(plain)
    (plain / "conf" / "shop.ini").write_text("workers = broken\n")
    (plain / "new.txt").write_text("made by the change")
    database = plain.parent / "shop.sqlite"
    with closing(sqlite3.connect(database)) as live:
        live.execute("DELETE FROM orders")
        live.commit()
        result = put_back(vault, taken, remote)
    assert snapshot(plain) == before
    assert orders(database) == 500
    assert result.restored == (str(database), str(plain))
    kept = [Path(path) for path in result.kept]
    assert (kept[-1] / "new.txt").read_text() == "made by the change"
    assert orders(kept[0]) == 0, "the kept database has its log beside it"
    assert "type, mode, time and links of 7 members" in result.compared
    assert "integrity check" in result.compared
    assert not [path for path in plain.parent.iterdir() if ".changedesk-restore-" in path.name]


def test_a_tree_of_every_kind_of_file_is_put_back_exact(vault, remote, odd):  # noqa: F811
    taken = take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id, (str(odd),)))
    before = snapshot(odd)
    (odd / "plain").write_text("changed")
    put_back(vault, taken, remote)
    assert snapshot(odd) == before
    assert (odd / "sparse").stat().st_blocks * 512 < 1 << 20


def test_what_a_backup_leaves_out_survives_in_the_folder(vault, remote, shop):
    for name in ("cache", "logs"):
        (shop / name).mkdir()
    (shop / "cache" / "old").write_text("cached")
    (shop / "logs" / "a.log").write_text("log")
    source = BackupSource(
        SourceKind.FILES, remote.host.id, (str(shop),), (f"{shop}/cache", "*.log", "*.sqlite*")
    )
    database = BackupSource(SourceKind.SQLITE, remote.host.id, database=f"{shop}/shop.sqlite")
    taken = take(vault, remote, source, database)
    (shop / "logs" / "a.log").write_text("more log")
    (shop / "cache" / "new").write_text("cached")
    (shop / "conf" / "shop.ini").write_text("changed")
    (shop / "made.txt").write_text("by the change")
    with closing(sqlite3.connect(shop / "shop.sqlite")) as live:
        live.execute("DELETE FROM orders")
        live.commit()
    put_back(vault, taken, remote)
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 2\n"
    assert (shop / "logs" / "a.log").read_text() == "more log"
    assert sorted(os.listdir(shop / "cache")) == ["new", "old"]
    assert not (shop / "made.txt").exists()
    assert orders(shop / "shop.sqlite") == 500

    (shop / "conf" / "shop.ini").write_text("changed again")
    put_back(vault, taken, remote, taken.objects[0].name)
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 2\n"
    assert orders(shop / "shop.sqlite") == 500, "the live database was carried over"


def test_a_database_inside_a_folder_comes_back_as_its_own_copy(vault, remote, shop):
    files = BackupSource(SourceKind.FILES, remote.host.id, (str(shop),))
    database = BackupSource(SourceKind.SQLITE, remote.host.id, database=f"{shop}/shop.sqlite")
    taken = take(vault, remote, files, database)
    with closing(sqlite3.connect(shop / "shop.sqlite")) as live:
        live.execute("DELETE FROM orders")
        live.commit()
        result = put_back(vault, taken, remote)
    assert orders(shop / "shop.sqlite") == 500
    kept = [path for path in result.kept if "shop.sqlite.changedesk-old-" in path]
    assert orders(Path(kept[0])) == 0


@pytest.mark.parametrize("failing", ["cache", "shop.sqlite"])
def test_when_carrying_fails_everything_is_as_it_was(vault, remote, shop, tmp_path, failing):
    (shop / "cache").mkdir()
    (shop / "cache" / "a").write_text("cached")
    source = BackupSource(
        SourceKind.FILES, remote.host.id, (str(shop),), (f"{shop}/cache", "*.sqlite*")
    )
    database = BackupSource(SourceKind.SQLITE, remote.host.id, database=f"{shop}/shop.sqlite")
    taken = take(vault, remote, source, database)
    before = snapshot(shop)
    path = few_tools(tmp_path / "bin")
    refuse = f'case "$2:$3" in *old-*/{failing}:*) exit 1 ;; esac'
    tool(tmp_path / "bin", "mv", f'{refuse}\nexec /usr/bin/mv "$@"')
    with pytest.raises(CommandFailed):
        put_back(vault, taken, LocalRemote(env={"PATH": path}))
    assert snapshot(shop) == before


def test_an_incomplete_object_is_not_swapped_in_before_somebody_accepted_it(vault, remote, plain):
    source = BackupSource(SourceKind.FILES, remote.host.id, (str(plain), "/nowhere/at/all"))
    taken = take(vault, remote, source)
    with pytest.raises(BackupFailed, match="incomplete"):
        put_back(vault, taken, remote)
    accepted = vault.accept(taken, by="ada", reason="that folder is new")
    (plain / "conf" / "shop.ini").write_text("changed")
    result = put_back(vault, accepted, remote)
    assert result.skipped == ("/nowhere/at/all: it was not captured",)
    assert (plain / "conf" / "shop.ini").read_text() == "workers = 2\n"
    assert result.restored == (str(plain),)


def test_a_folder_with_a_mount_inside_is_not_swapped(vault, remote, plain, taken):
    (plain / "empty").mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "tmpfs", str(plain / "empty")], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting needs root")
    try:
        with pytest.raises(BackupFailed, match="mount of its own"):
            put_back(vault, taken, remote)
    finally:
        subprocess.run(["umount", str(plain / "empty")], check=True)


def test_what_was_removed_meanwhile_comes_back(vault, remote, plain, taken):
    before = snapshot(plain)
    subprocess.run(["rm", "-rf", str(plain)], check=True)
    result = put_back(vault, taken, remote, taken.objects[0].name)
    assert snapshot(plain) == before
    assert result.kept == ()


def test_one_object_alone_can_be_put_back(vault, remote, plain, taken):
    (plain / "conf" / "shop.ini").write_text("changed")
    result = put_back(vault, taken, remote, taken.objects[1].name)
    assert (plain / "conf" / "shop.ini").read_text() == "changed"
    assert result.restored == (f"{plain.parent}/shop.sqlite",)
    with pytest.raises(BackupFailed, match="nothing that can be put back"):
        put_back(vault, taken, remote, "99-nothing")


def test_the_database_keeps_the_owner_and_mode_of_the_live_one(vault, remote, plain, taken):
    database = plain.parent / "shop.sqlite"
    database.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(database, 65534, 65534)
    put_back(vault, taken, remote, taken.objects[1].name)
    info = database.stat()
    assert info.st_mode & 0o777 == 0o640
    assert os.geteuid() != 0 or (info.st_uid, info.st_gid) == (65534, 65534)


def test_a_set_is_never_put_back_on_another_machine(vault, remote, plain, taken):
    stranger = LocalRemote(replace(remote.host, id=HostId("other"), name="shop-2"), remote.env)
    with pytest.raises(BackupFailed, match="another machine"):
        put_back(vault, taken, stranger)


class Replaced(LocalRemote):
    """The same host by name and record, but its machine is another one by now."""

    def run(self, script, *args, **more):
        answer = super().run(script, *args, **more)
        own = Path("/etc/machine-id").read_bytes().strip()
        return replace(answer, stdout=answer.stdout.replace(own, own[::-1]))


def test_a_host_whose_machine_was_replaced_gets_nothing(vault, remote, plain, taken):
    before = snapshot(plain)
    with pytest.raises(BackupFailed, match="another machine"):
        put_back(vault, taken, Replaced(remote.host, remote.env))
    untouched(plain, before)


def untouched(plain: Path, before, leftovers: int = 0) -> None:
    assert snapshot(plain) == before
    assert orders(plain.parent / "shop.sqlite") == 500
    sides = [path for path in plain.parent.iterdir() if ".changedesk-" in path.name]
    assert len(sides) == leftovers


def test_damage_in_the_vault_leaves_the_server_as_it_was(vault, remote, plain, taken):
    before = snapshot(plain)
    for name in (taken.objects[1].name, taken.objects[0].name):
        stored = vault.root / taken.path / "objects" / name
        data = bytearray(stored.read_bytes())
        data[-50] ^= 4
        stored.chmod(0o600)
        stored.write_bytes(bytes(data))
        with pytest.raises((VaultDamaged, BackupFailed)):
            put_back(vault, taken, remote, name)
        untouched(plain, before)


UNPACKED = (
    '/usr/bin/tar "$@"; code=$?; '
    'for word; do [ "$before" = -C ] && side=$word; before=$word; done; {0}; exit $code'
)
FAULTS = {
    "tar fails": ("tar", '/usr/bin/tar "$@"; exit 2'),
    "a file gets lost": ("tar", UNPACKED.format('find "$side" -name big.bin -exec rm {} +')),
    "a mode gets lost": ("tar", UNPACKED.format('find "$side" -name big.bin -exec chmod 600 {} +')),
    "a time gets lost": (
        "tar",
        UNPACKED.format('find "$side" -name empty -exec /usr/bin/touch {} +'),
    ),
    "a byte gets lost": (
        "tar",
        UNPACKED.format('echo x >>"$(find "$side" -name big.bin)"'),
    ),
    "tar is killed": ("tar", "head -c 100000 >/dev/null; kill -9 $$"),
    "hashes differ": ("sha256sum", '/usr/bin/sha256sum "$@" | tr 0-9 1-90'),
    "the disk is full": ("df", "echo; echo dev 1 1 1 100% /"),
    "names cannot be swapped": ("mv", "exit 1"),
    "the second swap fails": ("mv", 'case "$3" in *sqlite) exit 1 ;; esac; exec /usr/bin/mv "$@"'),
    "the first swap fails": ("mv", 'case "$3" in */shop) exit 1 ;; esac; exec /usr/bin/mv "$@"'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fails_on_the_way_leaves_the_server_as_it_was(
    vault, plain, taken, tmp_path, fault
):
    before = snapshot(plain)
    path = few_tools(tmp_path / "bin")
    name, script = FAULTS[fault]
    if name == "mv":
        script = f'[ "$1" = -- ] || set -- -- "$@"\n{script}'
    if name == "tar" and "-x" not in script:
        script = f'case "$*" in *-x*) ;; *) exec /usr/bin/tar "$@" ;; esac\n{script}'
    tool(tmp_path / "bin", name, script)
    if name == "mv":
        # putting back must still work, or nothing could ever be undone
        text = (tmp_path / "bin" / "mv").read_text()
        undo = 'case "$2" in *.changedesk-old-*) exec /usr/bin/mv "$@" ;; esac\n'
        (tmp_path / "bin" / "mv").write_text(text.replace("\n", "\n" + undo, 1))
    with pytest.raises((BackupFailed, CommandFailed, DiskFull)):
        put_back(vault, taken, LocalRemote(env={"PATH": path}))
    untouched(plain, before)


class Cut(LocalRemote):
    """A link that breaks after so many bytes were sent."""

    left = 0

    def stream(self, script, *args, idle_s=60.0):
        outer, whole = self, super().stream(script, *args, idle_s=idle_s)

        class Counting:
            def __enter__(self):
                stream = whole.__enter__()
                send = stream.write

                def write(data: bytes) -> None:
                    outer.left -= len(data)
                    if outer.left < 0:
                        raise ConnectionLost("The link broke.")
                    send(data)

                stream.write = write
                return stream

            def __exit__(self, *error):
                return whole.__exit__(*error)

        return Counting()


def test_a_link_that_breaks_anywhere_leaves_the_server_as_it_was(vault, remote, plain, taken):
    before = snapshot(plain)
    chance = random.Random(74)
    for _ in range(12):
        broken = Cut(env=remote.env)
        broken.left = chance.randrange(300_000)
        with pytest.raises(ConnectionLost):
            put_back(vault, taken, broken)
        untouched(plain, before)


def test_a_stop_leaves_the_server_as_it_was(vault, remote, plain, taken):
    before = snapshot(plain)
    context = TaskContext()
    context.cancel()
    with pytest.raises(TaskCancelled):
        vault.restore_on_host(taken, remote, context, RestoreWish())
    untouched(plain, before)
