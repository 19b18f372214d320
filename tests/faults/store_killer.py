"""A program that kills copies of itself while they write to a store, and says what survived.

It runs as a process of its own, loads everything once and forks, so that a round takes a few
hundredths of a second. Prints one JSON object.
"""

import json
import os
import random
import select
import signal
import sys
import time
from dataclasses import replace
from math import inf
from pathlib import Path

from app.clock import SystemClock
from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.ids import ChangeId
from app.errors import AppError
from app.store.sqlite import check_file
from app.store.store import open_store
from tests.faults.no_sync import no_more_syncs

CHANGE = ChangeId("c")
LONGEST_S = 0.06
FIRST_LINES = 3
"""The word that the store is open, and two commits: a busy machine must not kill idle writers."""
EARLY_SHARE = 0.2
"""How many are killed while they still open the store."""


def main() -> None:
    verb, folder, *rest = sys.argv[1:]
    match verb:
        case "commits":
            limit_s = float(rest[2]) if len(rest) > 2 else inf
            found = kill_writers(Path(folder), int(rest[0]), int(rest[1]), limit_s)
        case "sync":
            found = refuse_to_sync(Path(folder))
        case _:
            found = hit_size_limit(Path(folder))
    print(json.dumps(found))


def kill_writers(data: Path, rounds: int, seed: int, limit_s: float) -> dict[str, int]:
    """Kill a writer at a random moment, many times; count what was promised and is not there."""
    dice = random.Random(seed)
    found = {"rounds": rounds, "acknowledged": 0, "lost": 0, "broken": 0, "crashes_seen": 0}
    _begin(data)
    acknowledged, end_s = 0, time.monotonic() + limit_s
    for done in range(rounds):
        if time.monotonic() > end_s:
            found["rounds"] = done
            break
        early = dice.random() < EARLY_SHARE
        acknowledged = max(acknowledged, _kill_one(data, dice.uniform(0, LONGEST_S), early=early))
        store = open_store(data, clock=SystemClock(), actor="checker")
        found["crashes_seen"] += bool(store.lock and store.lock.after_crash)
        with store.unit_of_work() as uow:
            version = uow.changes.get(CHANGE).version
        report = store.verify()
        edits = [e for e in store.queries.events(change=CHANGE, limit=10**6) if e.kind == "edit"]
        found["lost"] += version < acknowledged
        found["broken"] += not report.intact or len(edits) != version
        acknowledged = version
        store.close()
        check_file(data / "changedesk.db")
    return found | {"acknowledged": acknowledged}


def _begin(data: Path) -> None:
    store = open_store(data, clock=SystemClock(), actor="writer")
    with store.unit_of_work() as uow:
        uow.changes.add(Change(CHANGE, uow.changes.next_number(), "Killed many times"))
        uow.log.append(NewEvent("change.opened", "Opened", CHANGE))
        uow.commit()
    store.close()


def _kill_one(data: Path, after_s: float, *, early: bool) -> int:
    """Start a writer, kill it, and return the last version it has acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _write_for_ever(data, writing)
    os.close(writing)
    said = b""
    while not early and said.count(b"\n") < FIRST_LINES:
        if not select.select([reading], [], [], 30)[0]:
            break
        said += os.read(reading, 4096)
    time.sleep(after_s / 5 if early else after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with open(reading, "rb") as pipe:
        lines = (said + pipe.read()).split(b"\n")
    return max((int(line) for line in lines if line), default=0)


def _write_for_ever(data: Path, pipe: int) -> None:
    store = open_store(data, clock=SystemClock(), actor="writer")
    store.sql()
    os.write(pipe, b"0\n")
    while True:
        with store.unit_of_work() as uow:
            change = uow.changes.get(CHANGE)
            change = uow.changes.save(replace(change, description="x" * 3000))
            uow.log.append(NewEvent("edit", f"Edit {change.version}", CHANGE))
            uow.commit()
        os.write(pipe, b"%d\n" % change.version)


def hit_size_limit(data: Path) -> dict[str, object]:
    """Let the system refuse to make files longer in the middle of a commit, then allow it again."""
    import resource

    store = open_store(data, clock=SystemClock(), actor="writer")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    errors: list[str] = []
    for n in range(20):
        if n == 5:
            journal = data / "changedesk.db-wal"
            resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + 9000, -1))
        try:
            with store.unit_of_work() as uow:
                uow.log.append(NewEvent("note.added", f"Note {n}" + "x" * 5000))
                uow.commit()
        except AppError as error:
            errors.append(f"{type(error).__name__}: {error.text}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
    store.close()
    again = open_store(data, clock=SystemClock(), actor="writer")
    with again.unit_of_work() as uow:
        uow.log.append(NewEvent("note.added", "Works again"))
        uow.commit()
    report = again.verify()
    checked = again.lock is not None and again.lock.after_crash
    again.close()
    return {
        "errors": errors,
        "entries": report.entries,
        "intact": report.intact,
        "checked_at_start": checked,
    }


def refuse_to_sync(data: Path) -> dict[str, object]:
    """Let the system answer each sync with an error from the sixth commit on, then try again."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _write_without_syncs(data, writing)
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading, encoding="utf-8") as pipe:
        acknowledged, *errors = json.load(pipe)
    again = open_store(data, clock=SystemClock(), actor="writer")
    found = {"acknowledged": acknowledged, "errors": errors, "entries": again.verify().entries}
    with again.unit_of_work() as uow:
        uow.log.append(NewEvent("note.added", "Works again"))
        uow.commit()
    found["intact"] = again.verify().intact
    again.close()
    return found


def _write_without_syncs(data: Path, pipe: int) -> None:
    store = open_store(data, clock=SystemClock(), actor="writer")
    acknowledged, errors = 0, list[str]()
    for n in range(10):
        if n == 5:
            no_more_syncs()
        try:
            with store.unit_of_work() as uow:
                uow.log.append(NewEvent("note.added", f"Note {n}"))
                uow.commit()
            acknowledged += 1
        except AppError as error:
            errors.append(f"{type(error).__name__}: {error.text}")
    os.write(pipe, json.dumps([acknowledged, *errors]).encode())


if __name__ == "__main__":
    main()
