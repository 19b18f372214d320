"""What the folder holds against what the store remembers, after a start or a crash."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

from app.domain.backup import (
    BackupSet,
    Level,
    Outcome,
    ProofRecords,
    Quarantined,
    Reconciliation,
)
from app.domain.ids import SetId
from app.errors import Busy, VaultDamaged
from app.tasks import TaskContext
from app.vault import locks
from app.vault.bin import Bin
from app.vault.core import Core
from app.vault.layout import PART, sync_dir
from app.vault.notes import (
    RECORDS,
    as_backup_set,
    compare_records,
    is_sealed,
    load_set,
    note_proof,
)
from app.vault.reading import SetReader
from app.vault.verify import Trial, prove

_ADOPTED_BY = "start-up check"


def reconcile(core: Core, known: Sequence[BackupSet]) -> Reconciliation:
    """Explain the folder; see `app.services.ports.vault.Vault.reconcile`."""
    remembered = {item.id: item for item in known}
    _clear_scratch(core)
    adopted: list[BackupSet] = []
    records: list[ProofRecords] = []
    quarantined = list(_loose_parts(core))
    present = set()
    for folder in core.layout.set_dirs():
        if locks.is_held(core.layout.work_lock(folder.name)):
            present.add(folder.name)  # another program is writing it right now
        elif not is_sealed(folder):
            quarantined.append(_put_aside(core, folder, "The set was never finished."))
        elif (item := remembered.get(SetId(folder.name))) is not None:
            present.add(folder.name)
            if item.purged_at is not None:
                with suppress(Busy):  # then the next start does it
                    Bin(core).purge(item)  # a crash came between record and removal
            elif not (found := compare_records(core, item)).is_clean:
                records.append(found)
        else:
            explained = _adopt(core, folder)
            if isinstance(explained, BackupSet):
                adopted.append(explained)
            else:
                quarantined.append(explained)
    missing = tuple(
        item.id
        for item in known
        if item.id not in present and not item.missing and item.purged_at is None
    )
    return Reconciliation(tuple(adopted), missing, tuple(quarantined), tuple(records))


def _adopt(core: Core, folder: Path) -> BackupSet | Quarantined:
    """Prove a sealed set nobody remembers: its signature, and every byte of it."""
    try:
        sealed = load_set(core, folder)
    except VaultDamaged as error:
        return _put_aside(core, folder, error.text)
    found = prove(Trial(SetReader(core, sealed, TaskContext())), Level.INTACT, _ADOPTED_BY)
    if found.outcome is not Outcome.PASSED:
        return _put_aside(core, folder, found.detail)
    note_proof(core, sealed, found)
    return as_backup_set(core, load_set(core, folder))


def _put_aside(core: Core, folder: Path, reason: str) -> Quarantined:
    target = core.layout.quarantine / folder.name
    folder.rename(target)
    sync_dir(folder.parent)
    sync_dir(core.layout.quarantine)
    return Quarantined(target.relative_to(core.layout.root).as_posix(), reason)


def _loose_parts(core: Core) -> Iterator[Quarantined]:
    """Put aside halves of files inside sealed sets, and remove those of the vault's own files."""
    for part in core.layout.root.glob(f"*{PART}"):
        part.unlink()
    for part in core.layout.sets.glob(f"*/*/{RECORDS}/*{PART}"):
        if not locks.is_held(core.layout.work_lock(part.parts[-3])):
            target = core.layout.quarantine / f"{part.parts[-3]}-{part.name}"
            part.rename(target)
            yield Quarantined(
                target.relative_to(core.layout.root).as_posix(),
                "A verification was never written to its end.",
            )


def _clear_scratch(core: Core) -> None:
    for folder in core.layout.scratch.iterdir():
        if not locks.is_held(core.layout.work_lock(folder.name)):
            rmtree(folder, ignore_errors=True)
