"""A program that kills copies of itself while they upgrade a database, and says what survived.

It runs as a process of its own, loads everything once and forks. Prints one JSON object.
"""

import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

from sqlalchemy import event

from app.clock import SystemClock
from app.domain.change import Change
from app.domain.ids import ChangeId
from app.store import engine
from app.store.engine import open_engine
from app.store.mapping import CHANGE
from app.store.sqlite import FILE_NAME, check_file, prepare_file
from app.store.store import open_store
from app.store.upgrade import HEAD, MIGRATIONS, current_revision, upgrade_database

REVISIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
CHANGES = 25


def main() -> None:
    folder, every, step = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    found = {"killed": 0, "broken": 0, "schemas": 0}
    for revision in ("", *REVISIONS[:-1:step]):
        killed, broken = kill_upgrades(folder / f"from-{revision}", revision, every=every)
        found["killed"] += killed
        found["broken"] += broken
        found["schemas"] += 1
    print(json.dumps(found))


def kill_upgrades(folder: Path, revision: str, *, every: int) -> tuple[int, int]:
    """Kill an upgrade at its first and every so-manyth statement, until one gets through.

    Args:
        folder: Where the databases lie.
        revision: The schema that is upgraded; "" a new database.
        every: How far the statements lie apart.

    Returns:
        How many upgrades were killed, and how many left something else than was promised.
    """
    killed = broken = 0
    for statement in count(0, every):
        data = folder / str(statement)
        before = begin(data, revision)
        child = os.fork()
        if child == 0:
            count_down(statement)
            open_store(data, clock=SystemClock(), actor="killed")
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
        broken += not is_as_before(data, revision, before)
        open_store(data, clock=SystemClock(), actor="checker").close()
        broken += current_revision(data / FILE_NAME) != HEAD or changes(data) != before
        killed += 1
    return killed, broken


def begin(data: Path, revision: str) -> list[tuple[object, ...]]:
    """Make a database of an older schema with changes in it; return them."""
    data.mkdir(parents=True, mode=0o700)
    path = data / FILE_NAME
    prepare_file(path)
    if not revision:
        return []
    upgrade_database(path, target=revision)
    now = SystemClock().now()
    with closing(sqlite3.connect(path)) as connection, connection:
        for n in range(1, CHANGES + 1):
            change = Change(ChangeId(f"c{n}"), f"CHG-{n:06}", f"Old {n}", opened_at=now)
            connection.execute(
                "INSERT INTO change (id, version, number, ordinal, body) VALUES (?, 0, ?, ?, ?)",
                (change.id, change.number, n, CHANGE.row(change)["body"]),
            )
    return changes(data)


def changes(data: Path) -> list[tuple[object, ...]]:
    """Return what is kept of each change, whatever the schema."""
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        there = "SELECT count(*) FROM sqlite_master WHERE name = 'change'"
        if not connection.execute(there).fetchone()[0]:
            return []
        return connection.execute("SELECT id, number, ordinal FROM change ORDER BY id").fetchall()


def is_as_before(data: Path, revision: str, before: list[tuple[object, ...]]) -> bool:
    """Whether a killed upgrade has left the old schema, all its rows, and a copy beside it."""
    path = data / FILE_NAME
    check_file(path)
    copies = list((data / "copies").glob(f"schema-{revision}-*.db")) if revision else []
    for copy in copies:
        check_file(copy)
    return (
        (current_revision(path) or "") == revision
        and changes(data) == before
        and len(copies) == bool(revision)
    )


def count_down(statements: int) -> None:
    """Kill this process when it has begun that many statements."""
    left = [statements]

    def count(*_about: object) -> None:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    def open_counting(path: Path, **more: bool) -> object:
        opened = open_engine(path, **more)
        event.listen(opened, "before_cursor_execute", count)
        return opened

    engine.open_engine = open_counting


if __name__ == "__main__":
    main()
