"""Vaults that know passwords, servers as sources, and folders of tools that tests may replace."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, Level, SourceKind, Verification
from app.tasks import TaskContext
from app.vault.vault import asking
from tests.database_fixtures import LOGIN, PASSWORD, DatabaseServer
from tests.vault.local_remote import FEW_TOOLS, HOST, SYSTEM_PATH, LocalRemote

TOOLS = (
    *FEW_TOOLS,
    *(
        "mkfifo",
        "tee",
        "tr",
        "sort",
        "sed",
        "grep",
        "sleep",
        "tail",
        "od",
        "runuser",
        "dirname",
        "setsid",
    ),
    *("psql", "pg_dump", "pg_dumpall", "pg_restore", "mariadb", "mariadb-dump"),
    *("mariadb-install-db", "mariadbd", "redis-cli", "redis-server", "redis-check-rdb"),
)
QUERY = "SELECT count(*) FROM orders"
KINDS = (SourceKind.POSTGRESQL, SourceKind.MYSQL, SourceKind.REDIS)
FIXTURES = {
    SourceKind.POSTGRESQL: "postgresql",
    SourceKind.MYSQL: "mariadb",
    SourceKind.REDIS: "redis",
}


@pytest.fixture
def tools() -> Iterator[Path]:
    """A folder with every tool of a database server that is installed.

    It lies where the database's own account may enter, unlike pytest's folders. PostgreSQL's
    programs themselves are quicker than what Debian puts in front of them.
    """
    newest = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))
    with tempfile.TemporaryDirectory(prefix="tools-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        for name in TOOLS:
            found = shutil.which(name, path=f"{newest}:{SYSTEM_PATH}")
            if found:
                (folder / name).symlink_to(found)
        yield folder


@pytest.fixture
def scratch(monkeypatch) -> Iterator[Path]:
    """Where scripts make their folders, here and on the server; a short path, for sockets."""
    with tempfile.TemporaryDirectory(prefix="scratch-") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture
def with_tools(tools: Path, scratch: Path) -> LocalRemote:
    return LocalRemote(env={"PATH": str(tools), "TMPDIR": str(scratch)})


@pytest.fixture
def knowing(vault) -> Callable[[str], object]:
    """The vault, with a password for every account."""
    return lambda password: asking(vault, lambda name: password)


@pytest.fixture
def keeper(vault):
    """The vault, with the right password for every account."""
    return asking(vault, lambda name: PASSWORD)


def source_of(kind: SourceKind, running: DatabaseServer, /, **more: str) -> BackupSource:
    """Return the database of a private server, reached by the account with the password."""
    source = BackupSource(kind, HOST.id, server=running.address)
    if kind is not SourceKind.REDIS:
        source = replace(source, database="shop", login=LOGIN)
    return replace(source, **more)


def prove_all(vault, taken, remote, upto: Level = Level.RESTORED) -> list[Verification]:
    return [
        vault.verify(taken, level, by="ada", context=TaskContext(), remotes=(remote,))
        for level in Level
        if level <= upto
    ]
