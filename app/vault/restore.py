"""Giving a set back on this computer, into a folder of its own, compared with what was stored."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from app.domain.backup import RestoreResult
from app.errors import BackupFailed, VaultDamaged
from app.tasks import TaskContext
from app.vault.core import Core
from app.vault.extract import Comparer, Extractor, Listed
from app.vault.format import ObjectRecord, sealed_of
from app.vault.formats import FormatError, TarFormat
from app.vault.layout import disk_full, free_bytes, room_for
from app.vault.notes import SealedSet
from app.vault.seal import Sink, read_object
from app.vault.sqlite_check import check_database
from app.vault.tarheader import TarError
from app.vault.tarstream import TarReader
from app.vault.tree import Tree


@dataclass
class _Report:
    """What is told after the restore of a whole set."""

    members: int = 0
    plain_bytes: int = 0
    restored: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def restore_set(core: Core, sealed: SealedSet, target: Path, context: TaskContext) -> RestoreResult:
    """Unpack every object of a set below ``target`` and compare the result with the set.

    Files of the object ``01-files...`` go to the folder ``01-files``; databases and facts become
    one file each. Owners are recorded in the index, not applied.

    Raises:
        BackupFailed: ``target`` exists, or what was unpacked differs from the set.
        VaultDamaged: Stored bytes do not match.
        DiskFull: There is no room.
    """
    at, started_s = core.clock.now(), monotonic()
    needed = sealed.manifest.plain_bytes
    if free_bytes(target.parent) < needed:
        raise disk_full(target.parent, needed)
    _make_fresh(target)
    report = _Report()
    for record in sealed.manifest.captured:
        context.progress(0, None, record.stored.title)
        with _told(target, needed):
            _restore_object(core, sealed, record, target, report)
    return RestoreResult(
        set=sealed.manifest.set,
        where=str(target),
        at=at,
        duration_s=round(monotonic() - started_s, 3),
        members=report.members,
        plain_bytes=report.plain_bytes,
        restored=tuple(report.restored),
        skipped=tuple(report.skipped),
        compared="content, type, mode, time and links of every member",
    )


def _restore_object(
    core: Core, sealed: SealedSet, record: ObjectRecord, target: Path, report: _Report
) -> None:
    name = record.stored.name.removesuffix(".zst.age")
    if record.index is not None:
        place = target / name.removesuffix(".tar")
        skipped = _restore_tar(core, sealed, record, place)
        report.members += record.stored.members
        report.skipped += skipped.lines
        if skipped.count > len(skipped.lines):
            report.skipped.append(f"and {skipped.count - len(skipped.lines)} more")
    else:
        place = target / name
        restore_file(core, sealed, record, place)
        if name.endswith(".sqlite"):
            check_database(place)
        report.members += 1
    report.plain_bytes += record.stored.plain_bytes
    report.restored.append(str(place))


def restore_file(core: Core, sealed: SealedSet, record: ObjectRecord, place: Path) -> None:
    """Write the plain bytes of an object into a new file for the owner only."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "wb") as file:
        read_stored(core, sealed, record, _FileSink(file.write))


def read_stored(core: Core, sealed: SealedSet, record: ObjectRecord, *sinks: Sink) -> None:
    """Read a stored object to its end into sinks; raises VaultDamaged."""
    read_object(
        sealed.object_path(record),
        core.keys.identity,
        *sinks,
        expected=sealed_of(record.stored),
        on_bytes=lambda count: None,
    )


def read_index(core: Core, sealed: SealedSet, record: ObjectRecord, *sinks: Sink) -> None:
    """Read the index of an object to its end into sinks; raises VaultDamaged."""
    if record.index is not None:
        read_object(
            sealed.index_path(record),
            core.keys.identity,
            *sinks,
            expected=record.index,
            on_bytes=lambda count: None,
        )


def _restore_tar(core: Core, sealed: SealedSet, record: ObjectRecord, place: Path) -> Listed:
    """Unpack, then read the object a second time and compare; raises BackupFailed."""
    place.mkdir(mode=0o700)
    with Tree(place) as tree:
        extractor = Extractor(tree)
        try:
            _decode(core, sealed, record, extractor)
            extractor.finish()
        finally:
            extractor.close()
        comparer = Comparer(tree, extractor.skipped)
        try:
            _decode(core, sealed, record, comparer)
        finally:
            comparer.close()
    if comparer.differences.count:
        raise BackupFailed(
            f"{comparer.differences.count} of {record.stored.members} restored members differ: "
            f"{'; '.join(comparer.differences.lines[:3])}.",
            hint="Do not rely on this set before the cause is known.",
        )
    return extractor.skipped


def _decode(
    core: Core, sealed: SealedSet, record: ObjectRecord, handler: Extractor | Comparer
) -> None:
    archive = TarFormat(TarReader(handler))
    read_stored(core, sealed, record, archive)
    archive.finish()


class _FileSink:
    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.feed = write


def _make_fresh(target: Path) -> None:
    try:
        target.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupFailed(
            f"{target} exists already.", hint="Choose a new folder; nothing is ever overwritten."
        ) from None


@contextmanager
def _told(target: Path, needed_bytes: int) -> Iterator[None]:
    """Turn what unpacking runs into, into words."""
    try:
        with room_for(target, needed_bytes):
            yield
    except (TarError, FormatError) as error:
        raise VaultDamaged(f"The archive cannot be unpacked safely: {error}") from error
    except OSError as error:
        reason = error.strerror or errno.errorcode.get(error.errno or 0, "")
        raise BackupFailed(f"The set could not be unpacked into {target}: {reason}.") from error
