"""Private database servers for the tests that need real ones: own data, own port, loopback only.

Each is started once, when first wanted, and ended by its id.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

LOGIN, PASSWORD = "backup", "pa\"ss\\w#rd: 'x"
"""An account that may read everything, with a password that every tool quotes differently."""
ROWS = 3000


@dataclass(frozen=True)
class DatabaseServer:
    """A running server: its folder, the address it listens on, and how its owner asks it."""

    folder: Path
    address: str
    client: tuple[str, ...]

    def ask(self, text: str) -> str:
        """Let the owner run something; return what was answered."""
        done = subprocess.run(
            self.client, input=text.encode(), capture_output=True, check=True, cwd="/", timeout=60
        )
        return done.stdout.decode()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def server_folder(name: str, *needed: str) -> Iterator[Path]:
    """Give a folder for a server; skip where its programs are not installed."""
    missing = [tool for tool in needed if shutil.which(tool, path=_PATH) is None]
    if missing or os.geteuid() != 0 or shutil.which("runuser") is None:
        why = f"{missing[0]} is not installed" if missing else "a server's account needs root"
        pytest.skip(f"{name}: {why}; python3 dev.py test installs and runs it as root")
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


_PATH = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"


@contextmanager
def running(ready: tuple[str, ...], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Keep a server up for the block; ``ready`` is a command that succeeds once it answers."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd="/", env={"PATH": _PATH},
    )  # fmt: skip
    try:
        for _ in range(600):
            if subprocess.run(ready, capture_output=True, cwd="/", check=False).returncode == 0:
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"{command[0]} did not start")
        yield process
    finally:
        process.terminate()
        process.wait(30)


def as_postgres(*command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["runuser", "-u", "postgres", "--", *command], capture_output=True, check=True, cwd="/"
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[DatabaseServer]:
    """A private PostgreSQL with one database; its own account needs no password, others do."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    with server_folder("postgresql", str(binaries[-1]) if binaries else "initdb") as folder:
        shutil.chown(folder, "postgres")
        control = str(binaries[-1].with_name("pg_ctl"))
        as_postgres(str(binaries[-1]), "-D", f"{folder}/data", "--no-sync", "-A", "trust")
        rules = f"local all {LOGIN} scram-sha-256\nlocal all stranger peer\nlocal all all trust\n"
        (folder / "data" / "pg_hba.conf").write_text(rules)
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        start = ("-w", "-l", f"{folder}/log", "-o", options, "start")
        as_postgres(control, "-D", f"{folder}/data", *start)
        try:
            as_postgres("createdb", "-h", str(folder), "shop")
            client = ("runuser", "-u", "postgres", "--", "psql", "-XAtq", "-v", "ON_ERROR_STOP=1")
            server = DatabaseServer(folder, str(folder), (*client, "-h", str(folder), "-d", "shop"))
            server.ask(_POSTGRESQL)
            yield server
        finally:
            as_postgres(control, "-D", f"{folder}/data", "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def postgres_server(postgresql: DatabaseServer) -> Path:
    """The folder of the socket of the private PostgreSQL."""
    return postgresql.folder


_POSTGRESQL = f"""
CREATE TABLE orders AS SELECT n AS id, repeat('tea ', 20) AS item, n / 3.0::float8 AS price
    FROM generate_series(1, {ROWS}) AS n;
CREATE INDEX ON orders (id);
CREATE TABLE "od'd ""\\x" (a text);
INSERT INTO "od'd ""\\x" VALUES (E'a\\nb\\tc\\\\'), (NULL), ('');
CREATE TABLE empty (a int);
CREATE TABLE part (k int) PARTITION BY LIST (k);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
INSERT INTO part VALUES (1), (1);
CREATE TABLE doubled (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO doubled VALUES (1), (2);
CREATE VIEW teas AS SELECT * FROM orders;
CREATE FUNCTION trick() RETURNS text LANGUAGE sql AS 'SELECT ''
COPY public.trap (a) FROM stdin;
''';
CREATE ROLE clerk;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders TO clerk USING (true);
GRANT SELECT ON orders TO clerk;
CREATE ROLE {LOGIN} LOGIN BYPASSRLS PASSWORD '{PASSWORD.replace("'", "''")}';
GRANT pg_read_all_data TO {LOGIN};
CREATE ROLE stranger LOGIN;
"""


@pytest.fixture(scope="session")
def mariadb() -> Iterator[DatabaseServer]:
    """A private MariaDB with one database and an account with a password."""
    with server_folder("mariadb", "mariadbd", "mariadb-install-db", "mariadb") as folder:
        shutil.chown(folder, "nobody")
        place = f"--datadir={folder}/data"
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", place, "--user=nobody", "--skip-test-db",
             "--auth-root-authentication-method=normal"],
            capture_output=True, check=True, cwd="/", env={"PATH": _PATH},
        )  # fmt: skip
        port, where = free_port(), f"--socket={folder}/socket"
        command = ("mariadbd", "--no-defaults", place, where, "--user=nobody", f"--port={port}")
        client = ("mariadb", "--no-defaults", where, "-u", "root", "--batch", "-N")
        with running(
            (*client, "-e", "SELECT 1"), *command, "--bind-address=127.0.0.1",
            "--innodb-flush-log-at-trx-commit=0",
        ):  # fmt: skip
            server = DatabaseServer(folder, f"127.0.0.1:{port}", client)
            server.ask(_MARIADB)
            yield server


_QUOTED = "'" + PASSWORD.replace("\\", "\\\\").replace("'", "''") + "'"
_MARIADB = f"""
CREATE DATABASE shop CHARACTER SET utf8mb4;
USE shop;
CREATE TABLE orders (id INT PRIMARY KEY, item TEXT, raw BLOB);
INSERT INTO orders SELECT seq, REPEAT('tea ', 20), UNHEX('00FF0A095C27') FROM seq_1_to_{ROWS};
CREATE TABLE `od'd ``x` (a VARCHAR(20));
INSERT INTO `od'd ``x` VALUES (NULL), ('x\\ny'), ('');
CREATE TABLE empty (a INT);
CREATE VIEW teas AS SELECT * FROM orders;
DELIMITER //
CREATE PROCEDURE trick() BEGIN
CREATE TEMPORARY TABLE t (a INT);
SELECT '
CREATE TABLE `trap` (
'; END //
CREATE TRIGGER mind BEFORE INSERT ON orders FOR EACH ROW SET NEW.item = TRIM(NEW.item) //
DELIMITER ;
CREATE EVENT later ON SCHEDULE EVERY 1 SECOND DO INSERT INTO empty VALUES (1);
CREATE USER '{LOGIN}'@'%' IDENTIFIED BY {_QUOTED};
GRANT ALL ON *.* TO '{LOGIN}'@'%';
"""


@pytest.fixture(scope="session")
def redis() -> Iterator[DatabaseServer]:
    """A private Redis with a password and keys of every usual type."""
    with server_folder("redis", "redis-server", "redis-cli") as folder:
        port = free_port()
        words = ("-p", str(port), "-a", PASSWORD, "--no-auth-warning")
        command = (
            *("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--save", "", "--requirepass", PASSWORD),
        )
        with running(("redis-cli", *words, "PING"), *command):
            server = DatabaseServer(folder, f"127.0.0.1:{port}", ("redis-cli", *words))
            server.ask("\n".join(_REDIS))
            yield server


_REDIS = (
    *(f"SET order:{n} tea" for n in range(300)),
    "RPUSH list a b c",
    'SADD set z y "x y"',
    "ZADD ranks 1 a 2.5 b",
    "SELECT 3",
    "HSET cup tea green size 2",
)
