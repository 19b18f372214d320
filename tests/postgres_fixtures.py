"""A private PostgreSQL for every test that needs a real one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def as_postgres(*command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["runuser", "-u", "postgres", "--", *command], capture_output=True, check=True, cwd="/"
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """A private PostgreSQL with one small database; yields the folder of its socket."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if os.geteuid() != 0 or not binaries or shutil.which("runuser") is None:
        pytest.skip("needs root and a PostgreSQL server")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    shutil.chown(folder, "postgres")
    folder.chmod(0o755)
    control = str(binaries[-1].with_name("pg_ctl"))
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    try:
        as_postgres(str(binaries[-1]), "-D", f"{folder}/data", "--no-sync", "-A", "trust")
        log = f"{folder}/log"
        as_postgres(control, "-D", f"{folder}/data", "-w", "-l", log, "-o", options, "start")
        sql = (
            "CREATE TABLE orders AS SELECT n AS id, repeat('tea ', 20) AS item "
            "FROM generate_series(1, 3000) AS n"
        )
        as_postgres("createdb", "-h", str(folder), "shop")
        as_postgres("psql", "-X", "-h", str(folder), "-d", "shop", "-c", sql)
        yield folder
        as_postgres(control, "-D", f"{folder}/data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
