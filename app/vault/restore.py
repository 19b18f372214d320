"""Giving a set back on this computer, into a folder of its own, compared with what was stored."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from time import monotonic

from app.domain.backup import RestoreResult
from app.domain.restore import RestoreWish
from app.errors import BackupFailed, VaultDamaged
from app.vault.extract import Comparer, Extractor, Listed
from app.vault.format import ObjectRecord
from app.vault.formats import FormatError, TarFormat
from app.vault.layout import disk_full, free_bytes, room_for
from app.vault.reading import SetReader
from app.vault.restoring.choice import Choice, choose, everything
from app.vault.restoring.picking import OnlyWanted
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


def restore_set(reader: SetReader, target: Path, paths: Sequence[str] = ()) -> RestoreResult:
    """Unpack every object of a set below ``target`` and compare the result with the set.

    With ``paths`` only these members, and what lies in them.

    Files of the object ``01-files...`` go to the folder ``01-files``; databases and facts become
    one file each. Owners are recorded in the index, not applied.

    Raises:
        BackupFailed: ``target`` exists, or what was unpacked differs from the set.
        VaultDamaged: Stored bytes do not match.
        DiskFull: There is no room.
    """
    at, started_s = reader.core.clock.now(), monotonic()
    report = _Report()
    chosen = choose(reader, RestoreWish(paths=tuple(paths))) if paths else everything(reader)
    with _fresh(target, sum(one.plain_bytes for one in chosen)):
        for one in chosen:
            _restore_object(reader, one, target, report)
    return RestoreResult(
        set=reader.manifest.set,
        where=str(target),
        at=at,
        duration_s=round(monotonic() - started_s, 3),
        members=report.members,
        plain_bytes=report.plain_bytes,
        restored=tuple(report.restored),
        skipped=tuple(report.skipped),
        compared="content, type, mode, time and links of every member",
    )


def _restore_object(reader: SetReader, one: Choice, target: Path, report: _Report) -> None:
    record = one.record
    name = record.stored.name.removesuffix(".zst.age")
    if record.index is not None:
        place = target / name.removesuffix(".tar")
        skipped, members = _restore_tar(reader, one, place)
        report.members += members
        report.skipped += skipped.lines
        if skipped.count > len(skipped.lines):
            report.skipped.append(f"and {skipped.count - len(skipped.lines)} more")
    else:
        place = target / name
        reader.to_file(record, place)
        if name.endswith(".sqlite"):
            check_database(place)
        report.members += 1
    report.plain_bytes += one.plain_bytes
    report.restored.append(str(place))


def _restore_tar(reader: SetReader, one: Choice, place: Path) -> tuple[Listed, int]:
    """Unpack, then read the object a second time and compare; raises BackupFailed."""
    record = one.record
    place.mkdir(mode=0o700)
    with Tree(place) as tree:
        extractor = Extractor(tree)
        try:
            _decode(reader, record, OnlyWanted(one.wants, extractor))
            extractor.finish()
        finally:
            extractor.close()
        comparer = Comparer(tree, extractor.skipped)
        try:
            again = OnlyWanted(one.wants, comparer)
            _decode(reader, record, again)
        finally:
            comparer.close()
    if comparer.differences.count:
        raise BackupFailed(
            f"{comparer.differences.count} of {again.members} restored members differ: "
            f"{'; '.join(comparer.differences.lines[:3])}.",
            hint="Do not rely on this set before the cause is known.",
        )
    return extractor.skipped, again.members


def _decode(reader: SetReader, record: ObjectRecord, handler: OnlyWanted) -> None:
    archive = TarFormat(TarReader(handler))
    reader.stored(record, archive)
    archive.finish()


@contextmanager
def _fresh(target: Path, needed_bytes: int) -> Iterator[None]:
    """Make a new folder; whatever goes wrong in the block is told in words and leaves none."""
    if not target.parent.is_dir():
        raise BackupFailed(f"There is no folder {target.parent}.", hint="Choose another one.")
    if free_bytes(target.parent) < needed_bytes:
        raise disk_full(target.parent, needed_bytes)
    try:
        target.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupFailed(
            f"{target} exists already.", hint="Choose a new folder; nothing is ever overwritten."
        ) from None
    try:
        with _told(target, needed_bytes):
            yield
    except BaseException:
        rmtree(target, ignore_errors=True)
        raise


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
