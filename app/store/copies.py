"""Copies of our own database: before every migration, once a day, and what to do with them.

A copy is taken by SQLite's own backup call, so it is whole while others write; it is checked and
synced before it gets its name. Seven daily and four weekly copies are kept.
"""

import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.errors import DatabaseDamaged
from app.paths import private_dir
from app.store.disk import OWNER_FILE, in_our_words, move_durably, sync_file
from app.store.sqlite import as_app_error, check_file, damaged

FOLDER = "copies"
DAILY_KEPT = 6
"""Besides the one just taken."""
WEEKLY_KEPT = 4
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"daily-(\d{8}T\d{6}Z)\.db")


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was put aside, and which copy took its place; None when there was no good one."""

    aside: Path
    copy: Path | None


def copy_database(source: Path, target: Path) -> None:
    """Copy a live SQLite file, with what is still in its journal, and check the copy.

    Raises:
        DatabaseDamaged: What was copied does not hold together; no copy is left.
        DiskFull: There is no room.
        StoreError: The file cannot be read or the copy not written.
    """
    part = target.with_name(f"{target.name}.part")
    with in_our_words(target):
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_FILE))
        try:
            _copy(source, part)
            sync_file(part)
            move_durably(part, target)
        finally:
            part.unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise as_app_error(error, part) from error
    if found != "ok":
        raise damaged(source, str(found))


def copy_before_upgrade(database: Path, revision: str, now: datetime) -> Path:
    """Take the copy that an upgrade starts from, and return it; it is never removed by itself."""
    folder = private_dir(database.parent / FOLDER)
    target = folder / f"schema-{revision}-{now.astimezone(UTC):{_STAMP}}.db"
    copy_database(database, target)
    return target


def copy_if_due(database: Path, now: datetime) -> Path | None:
    """Take the copy of the day unless there is one; return it. Old copies beyond the rule go."""
    folder = private_dir(database.parent / FOLDER)
    taken = _daily(folder)
    if any(at.date() == now.astimezone(UTC).date() for at in taken):
        return None
    target = folder / f"daily-{now.astimezone(UTC):{_STAMP}}.db"
    copy_database(database, target)
    # The new copy is no candidate: after a clock that ran ahead it would look like the oldest.
    for at in taken.keys() - kept(taken):
        with in_our_words(taken[at]):
            taken[at].unlink(missing_ok=True)
    return target


def kept(times: Iterable[datetime]) -> set[datetime]:
    """Choose which older copies stay: the last six, and the newest of each of four weeks before."""
    newest_first = sorted(times, reverse=True)
    weeks: dict[tuple[int, int], datetime] = {}
    for at in newest_first[DAILY_KEPT:]:
        weeks.setdefault((at.isocalendar().year, at.isocalendar().week), at)
    return set(newest_first[:DAILY_KEPT]) | set(list(weeks.values())[:WEEKLY_KEPT])


def good_copies(folder: Path) -> tuple[Path, ...]:
    """Return all copies that hold together, newest first."""
    found = sorted(folder.glob("*.db"), key=lambda path: path.stat().st_mtime, reverse=True)
    return tuple(path for path in found if _is_whole(path))


def put_aside(database: Path, now: datetime, beside: tuple[str, ...] = ()) -> Recovery:
    """Move a damaged database out of the way and put the newest good copy in its place.

    Nothing is deleted. ``beside`` names files of the same folder that belong to the database and
    move with it. The caller holds the lock of the data folder.

    Raises:
        StoreError: A file cannot be moved.
    """
    folder = database.parent
    aside = private_dir(folder / f"damaged-{now.astimezone(UTC):{_STAMP}}")
    names = (database.name, f"{database.name}-wal", f"{database.name}-shm", *beside)
    with in_our_words(aside):
        for name in names:
            if (folder / name).exists():
                move_durably(folder / name, aside / name)
    good = next(iter(good_copies(folder / FOLDER)), None)
    if good is not None:
        copy_database(good, database)
    return Recovery(aside, good)


def _is_whole(path: Path) -> bool:
    try:
        check_file(path)
    except DatabaseDamaged:
        return False
    return True


def _daily(folder: Path) -> dict[datetime, Path]:
    found = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return {
        datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC): path
        for match, path in found
        if match
    }
