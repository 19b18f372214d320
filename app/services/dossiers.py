"""Hand a change over: one zip with its data, its evidence and a manifest of hashes."""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from app.domain.change import Change
from app.domain.event import Event
from app.domain.metric import SampleSet
from app.domain.report import Report
from app.domain.run import Run
from app.i18n import _
from app.services.ports_series import SeriesStore
from app.services.ports_store import Files, NewUnitOfWork, UnitOfWork

Part = tuple[str, bytes]
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""One date for all members, so that the same data gives the same bytes."""
MANIFEST = "manifest.json"
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, OSError, RuntimeError,
    ValueError,
)  # fmt: skip
"""What reading a member raises, depending on which of its bytes was altered."""


def export_dossier(
    change_id: str,
    target: Path,
    *,
    new_uow: NewUnitOfWork,
    files: Files,
    series: SeriesStore,
) -> Path:
    """Write everything known about a change into ``target``; existing files are replaced whole.

    The manifest names each member with its size and SHA-256. Secrets are in none of them: the
    store holds none.

    Raises:
        NotFound: There is no such change.
    """
    with new_uow() as uow:
        parts = list(_parts(change_id, uow, files, series))
    manifest = [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in parts
    ]
    parts.append((MANIFEST, _json(manifest)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    part = target.with_name(target.name + ".part")
    part.write_bytes(buffer.getvalue())
    part.replace(target)
    return target


def check_dossier(path: Path) -> tuple[str, ...]:
    """Compare every member with the manifest; return what does not fit, nothing when all does."""
    data = io.BytesIO(path.read_bytes())
    try:
        with zipfile.ZipFile(data) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            listed = {str(entry["name"]): str(entry["sha256"]) for entry in manifest}
            names = archive.namelist()
            extra = sorted(set(names) - {*listed, MANIFEST})
            twice = sorted(name for name, times in Counter(names).items() if times > 1)
            altered = [name for name, sha256 in listed.items() if _hash(archive, name) != sha256]
    except (*_UNREADABLE, TypeError):
        return (_("{name} or its manifest cannot be read").format(name=path.name),)
    return (
        *(_("{name} is not in the manifest").format(name=name) for name in extra),
        *(_("{name} stands there twice").format(name=name) for name in twice),
        *(_("{name} was altered").format(name=name) for name in altered),
    )


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    """Return the SHA-256 of a member, "" when it is missing or does not unpack."""
    try:
        return hashlib.sha256(archive.read(name)).hexdigest()
    except _UNREADABLE:
        return ""


def _parts(change_id: str, uow: UnitOfWork, files: Files, series: SeriesStore) -> Iterator[Part]:
    change = uow.changes.get(change_id)
    runs = uow.runs.list(change=change_id)
    samples = uow.samples.list(change=change_id)
    yield "change.json", _json(asdict(change))
    yield "log.jsonl", _lines(uow.log.of(change_id))
    for folder, items in (
        ("runs", runs),
        ("backups", uow.backups.list(change=change_id)),
        ("health", uow.health.list(change=change_id)),
        ("samples", samples),
        ("verdicts", uow.comparisons.list(change=change_id)),
    ):
        for item in items:
            yield f"{folder}/{item.id}.json", _json(asdict(item))
    yield "hosts.json", _json([asdict(uow.hosts.get(host)) for host in change.hosts])
    yield from _evidence(change, runs, samples, uow.reports.list(change=change_id), files, series)


def _evidence(
    change: Change,
    runs: Sequence[Run],
    samples: Sequence[SampleSet],
    reports: Sequence[Report],
    files: Files,
    series: SeriesStore,
) -> Iterator[Part]:
    for run in runs:
        for item in run.steps:
            if item.transcript:
                yield f"transcripts/{run.id}-{item.step.id}.txt", files.get(item.transcript)
    for kept in change.attachments:
        yield f"attachments/{kept.sha256[:12]}-{kept.name}", files.get(kept.sha256)
    for message in change.messages:
        for sent in message.sent:
            yield f"mails/{sent.sha256[:12]}.eml", files.get(sent.sha256)
    for sample in samples:
        yield f"samples/{sample.id}.csv", _csv(sample, series)
    for report in reports:
        name = f"reports/{change.number}-r{report.revision}-{report.id[-6:]}.pdf"
        yield name, files.get(report.pdf_sha256)


def _csv(sample: SampleSet, series: SeriesStore) -> bytes:
    values = series.get(sample.sha256)
    rows = (
        f"{at:.3f},{value!r}"
        for at, value in zip(values.at_s.tolist(), values.value.tolist(), strict=True)
    )
    return "\n".join(("time_s,value", *rows, "")).encode()


def _lines(events: Sequence[Event]) -> bytes:
    return b"".join(_dump(asdict(event)) + b"\n" for event in events)


def _json(data: object) -> bytes:
    return _dump(data, indent=1) + b"\n"


def _dump(data: object, indent: int | None = None) -> bytes:
    return json.dumps(data, indent=indent, default=str, ensure_ascii=False, sort_keys=True).encode()
