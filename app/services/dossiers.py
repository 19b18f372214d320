"""Hand a change over: one zip with its data, its evidence, a manifest of hashes, a signature.

Secrets of this program are in none of it: they are blacked out before a transcript is hashed. What
people attached, and what they or a server wrote down, is handed over byte for byte as the log has
its hash; where that looks like a secret it is told by name, and a person says that it may go.
"""

import hashlib
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.domain.change import Change
from app.domain.dossier import FORMAT, MANIFEST, SIGNATURE, Manifest, Member
from app.domain.event import Event, NewEvent
from app.domain.metric import SampleSet
from app.domain.report import Report
from app.domain.run import Run
from app.errors import SecretsInside, SecretUnavailable
from app.i18n import _, ngettext
from app.redaction import secrets_in
from app.secrets import SecretKeeper
from app.services.attachments import MOST_BYTES, clean_name
from app.services.change.changes import Desk
from app.services.people import own_signer
from app.services.ports.series import SeriesStore
from app.services.ports.store import Files, NewUnitOfWork, UnitOfWork
from app.services.saving import written_whole
from app.services.signed_files import SignsBytes, seal

Part = tuple[str, bytes | Iterator[bytes]]
"""A member's name and what it holds; evidence comes in blocks, because it may be very long."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""One date for all members, so that the same data gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """Who signs the manifest, and with what."""

    name: str
    signer: SignsBytes


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where the evidence of a change lies."""

    files: Files
    series: SeriesStore


def hand_over(
    change_id: str,
    target: Path,
    *,
    desk: Desk,
    shelves: Shelves,
    secrets: SecretKeeper,
    accepted: Collection[str] = (),
) -> Path:
    """Write the dossier of a change, signed where a key can be kept, and log its hash.

    Args:
        change_id: The change.
        target: The file to write.
        desk: Who hands over.
        shelves: Where its evidence lies.
        secrets: Where the key for the signature is.
        accepted: Members that may go although they look as if they held secrets; logged.

    Raises:
        NotFound: There is no such change.
        SecretsInside: Other members look so.
        InvalidInput: The file cannot be written.
    """
    suspected = suspects(change_id, desk=desk, shelves=shelves)
    if not set(suspected) <= set(accepted):
        raise _not_unseen(suspected)
    voucher = _voucher(desk.actor, secrets)
    export_dossier(
        change_id, target, new_uow=desk.new_uow, files=shelves.files, series=shelves.series,
        voucher=voucher,
    )  # fmt: skip
    sha256 = _file_hash(target)
    with desk.new_uow() as uow:
        text = _("Handed over as {name}, {sha256}").format(name=target.name, sha256=sha256[:12])
        if suspected:
            seen = _("{text}; may hold secrets, as was seen: {names}")
            text = seen.format(text=text, names=_named(suspected))
        uow.log.append(NewEvent("dossier.exported", text, change_id, data=(("sha256", sha256),)))
        uow.commit()
    return target


def suspects(change_id: str, *, desk: Desk, shelves: Shelves) -> tuple[str, ...]:
    """Name the members of a dossier that look as if they held a secret; raises NotFound.

    What is packed within a member, as in an office document or a mail's attachment, is not seen.
    """
    with desk.new_uow() as uow:
        parts = _parts(uow.changes.get(change_id), uow, shelves.files, shelves.series)
        return tuple(
            name for name, data in parts if secrets_in((data,) if isinstance(data, bytes) else data)
        )


_NAMED = 5


def _named(names: Sequence[str]) -> str:
    told = ", ".join(names[:_NAMED])
    if len(names) <= _NAMED:
        return told
    return _("{names} and {n} more").format(names=told, n=len(names) - _NAMED)


def _not_unseen(names: tuple[str, ...]) -> SecretsInside:
    text = ngettext(
        "{n} member of the dossier looks as if it held a secret ({names}).",
        "{n} members of the dossier look as if they held a secret ({names}).",
        len(names),
    )
    return SecretsInside(
        text.format(n=len(names), names=_named(names)),
        names,
        hint=_("Look at each. It would go as it is, because the log holds its hash."),
    )


def _voucher(name: str, secrets: SecretKeeper) -> Voucher | None:
    if not secrets.lasting:
        return None
    try:
        return Voucher(name, own_signer(name, secrets))
    except SecretUnavailable:  # without a keyring the hashes are all there is
        return None


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def export_dossier(
    change_id: str,
    target: Path,
    *,
    new_uow: NewUnitOfWork,
    files: Files,
    series: SeriesStore,
    voucher: Voucher | None = None,
) -> Path:
    """Write everything known about a change into ``target``; existing files are replaced whole.

    The manifest names each member with its size and SHA-256; the signature covers the manifest.
    The same record gives the same bytes.

    Raises:
        NotFound: There is no such change.
        InvalidInput: The file cannot be written.
    """
    with written_whole(target) as part, new_uow() as uow:
        change = uow.changes.get(change_id)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            members = tuple(_put(archive, *each) for each in _parts(change, uow, files, series))
            manifest = _manifest(change, members, uow)
            _put(archive, MANIFEST, manifest)
            if voucher is not None:
                _put(archive, SIGNATURE, _signature(change, manifest, voucher))
    return target


_NOT_IN_NAMES = re.compile(r"[:\\\0]")
"""What no name in a dossier holds: it would lead elsewhere on some systems."""
_OWNER_ONLY = 0o600 << 16


def _put(archive: zipfile.ZipFile, name: str, data: bytes | Iterator[bytes]) -> Member:
    """Add a member; how long it is shows only when its last block has come."""
    info = zipfile.ZipInfo(_NOT_IN_NAMES.sub("_", name), _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = _OWNER_ONLY
    found, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=not isinstance(data, bytes)) as file:
        for block in (data,) if isinstance(data, bytes) else data:
            file.write(block)
            found.update(block)
            size += len(block)
    return Member(info.filename, size, found.hexdigest())


def _manifest(change: Change, members: tuple[Member, ...], uow: UnitOfWork) -> bytes:
    events = uow.log.of(change.id)
    last = events[-1] if events else None
    head = last.hash if last else ""
    as_of = last.at if last else None
    return _json(Manifest(FORMAT, change.number, change.title, head, as_of, members))


def _signature(change: Change, manifest: bytes, voucher: Voucher) -> bytes:
    body = {
        "number": change.number,
        "by": voucher.name,
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
    }
    return seal(FORMAT, body, voucher.signer)


_MADE_UP = (
    b"Example data. Everything in this file is made up: hosts, people, figures, decisions.\n"
    b"It shows what a dossier holds and proves nothing.\n"
)


def _parts(change: Change, uow: UnitOfWork, files: Files, series: SeriesStore) -> Iterator[Part]:
    runs = uow.runs.list(change=change.id)
    samples = uow.samples.list(change=change.id)
    if change.is_example:
        yield "EXAMPLE-DATA.txt", _MADE_UP
    yield "change.json", _json(change)
    yield "log.jsonl", _lines(uow.log.of(change.id))
    for folder, items in (
        ("runs", runs),
        ("backups", uow.backups.list(change=change.id)),
        ("health", uow.health.list(change=change.id)),
        ("samples", samples),
        ("verdicts", uow.comparisons.list(change=change.id)),
        ("plans", uow.plans.list(change=change.id)),
        ("surveys", uow.surveys.list(change=change.id)),
        ("load-tests", uow.load_runs.list(change=change.id)),
        ("load-verdicts", uow.load_verdicts.list(change=change.id)),
    ):
        for item in items:
            yield f"{folder}/{_file_name(item.id)}.json", _json(item)
    for test in uow.load_runs.list(change=change.id):
        if test.size_bytes <= MOST_BYTES:  # a longer one stays in the data folder, by its hash
            yield f"load-tests/{test.sha256[:12]}-{test.name}", files.blocks(test.sha256)
    hosts = (uow.hosts.find(host) for host in change.hosts)
    yield "hosts.json", _json([host for host in hosts if host is not None])
    yield from _evidence(change, runs, samples, uow.reports.list(change=change.id), files, series)


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
                name = f"transcripts/{run.id}-{_file_name(item.step.id)}.txt"
                yield name, files.blocks(item.transcript)
    for kept in change.attachments:
        yield f"attachments/{kept.sha256[:12]}-{kept.name}", files.blocks(kept.sha256)
    for message in change.messages:
        for sent in message.sent:
            yield f"mails/{sent.sha256[:12]}.eml", files.blocks(sent.sha256)
    for sample in samples:
        yield f"samples/{sample.id}.csv", _csv(sample, series)
    for report in reports:
        name = f"reports/{change.number}-r{report.revision}-{report.id[-6:]}.pdf"
        yield name, files.blocks(report.pdf_sha256)


def _file_name(key: str) -> str:
    """Return an id as a name that every file system, and our own reader, takes."""
    return clean_name(key.replace("/", "_"))


def _csv(sample: SampleSet, series: SeriesStore) -> bytes:
    values = series.get(sample.sha256)
    rows = (
        f"{at:.3f},{value!r}"
        for at, value in zip(values.at_s.tolist(), values.value.tolist(), strict=True)
    )
    return "\n".join(("time_s,value", *rows, "")).encode()


def _lines(events: Sequence[Event]) -> bytes:
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


def _json(data: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n"
