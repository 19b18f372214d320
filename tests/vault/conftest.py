"""A vault in a temporary folder, and a small server tree to back up."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.backup import BackupSet, BackupSource, SourceKind
from app.domain.ids import SetId, new_id
from app.services.ports.vault import CaptureRequest
from app.tasks import TaskContext
from app.vault.keys import VaultKeys
from app.vault.opening import NewVault, create_vault
from tests.fakes import SetClock
from tests.vault.local_remote import LocalRemote, few_tools


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def made(tmp_path: Path, clock: SetClock) -> NewVault:
    def keep(keys: VaultKeys, vault: str) -> None:
        keys.keep_in_file(tmp_path / "vault.key", vault)

    return create_vault(tmp_path / "vault", clock, keep, reserve_bytes=1 << 20)


@pytest.fixture
def vault(made: NewVault):
    return made.vault


@pytest.fixture(scope="session")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return few_tools(tmp_path_factory.mktemp("tools") / "bin")


@pytest.fixture
def remote(small_path: str) -> LocalRemote:
    return LocalRemote(env={"PATH": small_path})


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder as a server has it: settings, links, an odd name, a database."""
    root = tmp_path / "srv" / "shop"
    (root / "conf").mkdir(parents=True)
    (root / "conf" / "shop.ini").write_text("workers = 2\n")
    (root / "conf" / "shop.ini").chmod(0o640)
    (root / "empty").mkdir()
    (root / "big.bin").write_bytes(os.urandom(300_000))
    os.link(root / "conf" / "shop.ini", root / "same.ini")
    os.symlink("conf/shop.ini", root / "link.ini")
    with closing(sqlite3.connect(root / "shop.sqlite")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)")
        database.executemany("INSERT INTO orders (item) VALUES (?)", [("tea",)] * 500)
        database.commit()
    return root


def sources(remote: LocalRemote, root: Path) -> tuple[BackupSource, ...]:
    host = remote.host.id
    return (
        BackupSource(SourceKind.FILES, host, (str(root),), ("*.sqlite*",)),
        BackupSource(SourceKind.SQLITE, host, database=str(root / "shop.sqlite")),
    )


def take(vault, remote: LocalRemote, *wanted: BackupSource) -> BackupSet:
    request = CaptureRequest(SetId(new_id()), (remote.host,), wanted, by="ada")
    return vault.capture(request, (remote,), TaskContext())
