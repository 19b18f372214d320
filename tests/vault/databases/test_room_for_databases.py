"""A database that does not fit on its server's disk is refused, for a full disk ends the server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.backup import BackupSet, BackupSource, SourceKind
from app.domain.restore import RestoreState
from app.errors import BackupFailed, DiskFull
from tests.database_fixtures import as_postgres, server_folder
from tests.small_disk import small_disk
from tests.vault.conftest import take
from tests.vault.local_remote import LocalRemote
from tests.vault.test_capture_faults import tool
from tests.vault.test_room import put_back
from tests.vault.test_swaps import Attempt


@dataclass(frozen=True)
class SmallServer:
    """A PostgreSQL whose data lies on a small disk, with one database that fills much of it."""

    disk: Path
    control: tuple[str, ...]

    def start(self) -> None:
        options = f"-k {self.disk} -c listen_addresses= -c fsync=off -c max_wal_size=2MB"
        self.stop()
        as_postgres(*self.control, "-w", "-l", f"{self.disk}/log", "-o", options, "start")

    def stop(self) -> None:
        with suppress(subprocess.CalledProcessError):  # it may have ended by itself
            as_postgres(*self.control, "-m", "immediate", "stop")

    def sql(self, database: str, text: str) -> str:
        where = ("-h", str(self.disk), "-d", database)
        return as_postgres("psql", "-XAtq", *where, "-c", text).stdout.decode().strip()

    def databases(self) -> list[str]:
        return self.sql("postgres", "SELECT datname FROM pg_database ORDER BY 1").split()

    def leave(self, free_bytes: int) -> None:
        """Leave so much room on the disk."""
        free = os.statvfs(self.disk)
        (self.disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize - free_bytes))

    def make_room(self) -> None:
        (self.disk / "ballast").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def server() -> Iterator[SmallServer]:
    newest = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))
    with (
        server_folder("small-postgresql", str(newest / "initdb")) as folder,
        small_disk(folder / "disk", "110m") as disk,
    ):
        disk.chmod(0o755)
        shutil.chown(disk, "postgres")
        data = f"{disk}/data"
        initdb = (str(newest / "initdb"), "-D", data, "--no-sync", "-A", "trust")
        as_postgres(*initdb, "--wal-segsize=1")
        made = SmallServer(disk, (str(newest / "pg_ctl"), "-D", data))
        made.start()
        try:
            as_postgres("createdb", "-h", str(disk), "office")
            made.sql("office", _BIG)
            yield made
        finally:
            made.stop()


_BIG = """
CREATE TABLE big AS SELECT n, md5(n::text) FROM generate_series(1, 100000) AS n;
CREATE INDEX ON big (md5);
CREATE INDEX ON big (n);
CHECKPOINT;
"""


@pytest.fixture
def remote(tools, scratch, server) -> LocalRemote:
    return LocalRemote(env={"PATH": str(tools), "TMPDIR": str(scratch), "PGHOST": str(server.disk)})


@pytest.fixture
def taken(vault, remote) -> BackupSet:
    source = BackupSource(SourceKind.POSTGRESQL, remote.host.id, database="office")
    return take(vault, remote, source)


def test_a_database_that_does_not_fit_is_refused_before_a_byte_and_its_server_lives(
    vault, remote, taken, server
):
    size = int(server.sql("office", "SELECT pg_database_size('office')"))
    assert size > 3 * taken.objects[0].plain_bytes, "the dump alone would be too small a guess"
    before = server.databases()
    server.leave(size + (1 << 20))
    try:
        with pytest.raises(DiskFull, match=r"office.*the log of .*needs .* in .*disk") as error:
            put_back(vault, taken, remote)
        assert error.value.host == "shop-1"
        assert server.databases() == before
    finally:
        server.make_room()
    attempt = Attempt(vault, taken, remote)
    assert attempt.go().restored == ("office",)
    assert server.sql("office", "SELECT count(*) FROM big") == "100000"
    attempt.clear()


def test_a_disk_that_fills_up_during_a_restore_ends_the_server_but_not_the_original(
    vault, remote, taken, server, monkeypatch
):
    """Why the room is looked at first; should it shrink later, this is what is left."""
    monkeypatch.setattr("app.vault.restoring.on_host.refuse_without_room", lambda *about: None)
    attempt = Attempt(vault, taken, remote)
    server.leave(12 << 20)
    try:
        with pytest.raises(BackupFailed, match=r"could not be unpacked|No space left"):
            attempt.go()
    finally:
        server.make_room()
        server.start()
    assert RestoreState.SWAPPING not in attempt.states
    assert server.sql("office", "SELECT count(*) FROM big") == "100000"
    attempt.clear()
    assert server.databases() == ["office", "postgres", "template0", "template1"]


def test_a_server_that_does_not_say_where_its_data_lies_is_refused(vault, remote, taken, tools):
    real = (tools / "psql").resolve()
    deny = "ERROR: must be superuser or have privileges of pg_read_all_settings"
    tool(
        tools,
        "psql",
        f"text=$(cat); case $text in *data_directory*) echo '{deny}' >&2; exit 3 ;; esac\n"
        f'printf \'%s\\n\' "$text" | {real} "$@"',
    )
    with pytest.raises(BackupFailed, match="does not say where its data lies"):
        put_back(vault, taken, remote)
