"""The power is cut while the store commits, or a set is sealed: what was acknowledged is there."""

import os
import random
import shutil
import sys
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.backup import BackupSource, Level, Outcome, SourceKind
from app.domain.event import NewEvent
from app.domain.ids import SetId, new_id
from app.services.ports.vault import CaptureRequest
from app.store.sqlite import FILE_NAME, check_file
from app.store.store import open_store
from app.tasks import TaskContext
from app.vault.opening import NewVault, keys_in_file, open_vault
from tests.faults.backup_child import server_at
from tests.faults.ledger import trials
from tests.faults.power_cut import Disk, Op, watched
from tests.faults.rounds import SOAK, rounds

ROOT = Path(__file__).resolve().parents[2]
NOT_OF_THE_DISK = ("-shm", "lock")
"""Memory that is shared while the store is open, and who has it open: neither outlives a cut."""

pytestmark = [
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
    *([pytest.mark.soak] if SOAK else []),
]

COMMITS = rounds(4, 40)


def write_notes(data: str) -> None:
    """Commit notes one by one, and say after each that it is kept."""
    store = open_store(Path(data), clock=SystemClock(), actor="writer")
    for n in range(COMMITS):
        with store.unit_of_work() as uow:
            uow.log.append(NewEvent("note", f"{n} " + "x" * 3000))
            uow.commit()
        os.write(1, b"kept\n")
    store.close()


def take_a_set(root: str, tree: str, tools: str) -> None:
    """Take and seal one set, and say that it is kept."""
    folder = Path(root)
    keys = keys_in_file(folder.with_name("vault.key"))
    vault = open_vault(folder, SystemClock(), keys, reserve_bytes=0)
    remote = server_at(folder.with_name("home"), tools)
    source = BackupSource(SourceKind.FILES, remote.host.id, (tree,), ("*.sqlite*",))
    request = CaptureRequest(SetId(new_id()), (remote.host,), (source,))
    vault.capture(request, (remote,), TaskContext())
    os.write(1, b"kept\n")


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Disk, list[Op]]:
    """A store as it was before, and all that a program asked of the disk while it committed."""
    data = tmp_path / "data"
    open_store(data, clock=SystemClock(), actor="writer").close()
    return record_all(data, tmp_path / "trace")


def record_all(data: Path, trace: Path, *words: str) -> tuple[Disk, list[Op]]:
    disk = Disk(data)
    disk.synced = {str(p): p.read_bytes() for p in data.rglob("*") if p.is_file()}
    command = [sys.executable, "-m", "tests.faults.test_power_cut", str(data), *words]
    around = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ops = watched(command, trace, cwd=ROOT, env=around)
    ours = [op for op in ops if op.data == b"kept\n" or op.path.startswith(f"{data}/")]
    return disk, [op for op in ours if not op.path.endswith(NOT_OF_THE_DISK)]


def test_the_power_is_cut_at_any_write_and_what_was_acknowledged_is_there(
    recorded: tuple[Disk, list[Op]], tmp_path: Path
) -> None:
    disk, ops = recorded
    assert sum(op.data.count(b"kept") for op in ops if op.call == "said") == COMMITS
    dice = random.Random(20261127)
    moments = sorted(dice.randrange(1, len(ops) + 1) for _n in range(rounds(12, 1000)))
    done = kept = lost_some = 0
    what = "power cut at a write of a commit: what was acknowledged is there, nothing is broken"
    for turn in trials(1, what, len(moments)):
        for op in ops[done : moments[turn]]:
            disk.do(op)
            kept += op.data.count(b"kept") if op.call == "said" else 0
        done = moments[turn]
        data = tmp_path / "after" / str(turn)
        lost_some += bool(disk.asked)
        put_down(disk.after_a_cut(dice), disk.root, data)
        store = open_store(data, clock=SystemClock(), actor="checker")
        report = store.verify()
        notes = [e for e in store.queries.events(limit=10**6) if e.kind == "note"]
        store.close()
        check_file(data / FILE_NAME)
        assert report.intact, report.reason
        assert kept <= len(notes) <= kept + 1
        shutil.rmtree(data)
    assert lost_some, "no cut came before a sync"


def test_the_power_is_cut_at_any_write_of_a_backup_and_what_looks_sealed_is_whole(
    tmp_path: Path, made: NewVault, shop: Path, small_path: str
) -> None:
    root = made.vault.root
    disk, ops = record_all(root, tmp_path / "trace", str(shop), small_path)
    assert [op.call for op in ops][-1] == "said"
    dice = random.Random(20261127)
    last = [len(ops) - n for n in range(4)]  # where the set gets its name
    moments = sorted(last + [dice.randrange(1, len(ops)) for _n in range(rounds(10, 1000))])
    done, whole = 0, list[int]()
    what = "power cut at a write of a backup: what looks sealed is whole, what was told is there"
    for turn in trials(2, what, len(moments)):
        for op in ops[done : moments[turn]]:
            disk.do(op)
        done = moments[turn]
        folder = tmp_path / "after" / str(turn)
        put_down(disk.after_a_cut(dice), root, folder)
        keys = keys_in_file(tmp_path / "vault.key")
        vault = open_vault(folder, SystemClock(), keys, reserve_bytes=0)
        found = vault.reconcile([])
        for item in found.adopted:
            proof = vault.verify(item, Level.READABLE, by="", context=TaskContext())
            assert proof.outcome is Outcome.PASSED, proof.detail
        whole.append(len(found.adopted))
        assert found.adopted or done < len(ops), "it was told that the set is kept"
        assert all(one.reason == "The set was never finished." for one in found.quarantined)
        shutil.rmtree(folder)
    assert 0 in whole
    assert whole[-1] == 1


def put_down(files: dict[str, bytes], root: Path, data: Path) -> None:
    for path, content in files.items():
        there = data / Path(path).relative_to(root)
        there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        there.write_bytes(content)
        there.chmod(0o600)


if __name__ == "__main__":
    take_a_set(*sys.argv[1:]) if len(sys.argv) > 2 else write_notes(sys.argv[1])
