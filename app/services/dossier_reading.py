"""Open a dossier that somebody handed over: read only, checked throughout, nothing unpacked.

The file comes from outside and is distrusted: names that lead elsewhere, links, encrypted, repeated
and overlapping members are refused, sizes are held to what the manifest says while unpacking, and
documents are read by their exact form. Whatever is wrong is told member by member; the rest is
shown.
"""

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import msgspec

from app.domain.change import Change
from app.domain.dossier import (
    FORMAT,
    MANIFEST,
    SIGNATURE,
    Fault,
    Finding,
    Manifest,
    Member,
    Signed,
)
from app.domain.event import Event, entry_hash
from app.domain.feedback import Survey
from app.domain.run import Run
from app.errors import InvalidInput, NotAuthentic
from app.i18n import _
from app.services.safe_text import display
from app.services.signed_files import open_sealed
from app.unpacking import is_bomb

MAX_MEMBERS = 20_000
MAX_TOTAL_BYTES = 4 << 30
MAX_DOCUMENT_BYTES = 64 << 20
"""Of a document that is read as a whole; evidence is only hashed."""
_CHUNK = 1 << 20
_NAME = re.compile(r"[^/\\\0:]+(/[^/\\\0:]+)*")
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, OSError, RuntimeError,
    ValueError,
)  # fmt: skip
"""What reading a member raises, depending on which of its bytes was altered."""
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a dossier holds, and everything that is wrong with it; nothing of it is in the store."""

    path: Path
    manifest: Manifest | None
    change: Change | None
    events: tuple[Event, ...]
    runs: tuple[Run, ...]
    findings: tuple[Finding, ...]
    signed: Signed | None
    """Whose signature fits the manifest; None without one, or with one that does not fit."""
    surveys: tuple[Survey, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.findings

    def fault_of(self, member: str) -> Finding | None:
        """Return what is wrong with a member."""
        return next((item for item in self.findings if item.member == member), None)


def check_dossier(path: Path) -> tuple[str, ...]:
    """Return in words what does not fit, nothing when all does."""
    return tuple(finding.text for finding in open_dossier(path).findings)


def open_dossier(path: Path) -> Dossier:
    """Read and check a dossier.

    Raises:
        InvalidInput: The file cannot be read at all, or is too big.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(path, archive).read()
    except FileNotFoundError as error:
        raise InvalidInput(_("There is no file {file}.").format(file=path)) from error
    except _UNREADABLE:
        text = _("{name} is no dossier, or cannot be read").format(name=path.name)
        broken = Finding(path.name, Fault.UNREADABLE, text)
        return Dossier(path, None, None, (), (), (broken,), None)


def read_member(path: Path, manifest: Manifest, name: str) -> bytes:
    """Return one member, as the manifest vouches for it.

    Raises:
        InvalidInput: There is none, it was altered, or it is too big to show.
    """
    member = next((item for item in manifest.members if item.name == name), None)
    try:
        if member is None or member.size_bytes > MAX_DOCUMENT_BYTES:
            raise ValueError(name)
        with zipfile.ZipFile(path) as archive:
            data = _bytes_of(archive, name, member.size_bytes)
        if hashlib.sha256(data).hexdigest() != member.sha256:
            raise ValueError(name)
    except _UNREADABLE as error:
        raise InvalidInput(
            _("{name} cannot be taken from the dossier.").format(name=display(name)),
            hint=_("It is not in the manifest, was altered, or is too big."),
        ) from error
    return data


def _bytes_of(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Unpack a member, but never more than it should have; raises ValueError when it has more."""
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(name)
    return data


class _Reader:
    """Reads one archive and collects what is wrong."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        self._found: list[Finding] = []
        self._bad: set[str] = set()

    def read(self) -> Dossier:
        infos = self._archive.infolist()
        if (
            len(infos) > MAX_MEMBERS
            or sum(i.file_size for i in infos) > MAX_TOTAL_BYTES
            or any(is_bomb(i.compress_size, i.file_size) for i in infos)
        ):
            raise InvalidInput(
                _("{name} is too big to be a dossier.").format(name=self._path.name),
                hint=_("Do not unpack it by hand either."),
            )
        self._check_frame(infos)
        manifest = self._manifest()
        if manifest is None:
            return Dossier(self._path, None, None, (), (), tuple(self._found), None)
        self._check_members(manifest)
        listed = {member.name: member for member in manifest.members}
        change = self._document(listed, "change.json", Change)
        runs, surveys = self._folder(listed, "runs/", Run), self._folder(listed, "surveys/", Survey)
        events = self._events(listed)
        signed = self._signed(manifest)
        return Dossier(
            self._path, manifest, change, events, runs, tuple(self._found), signed, surveys
        )

    def _add(self, member: str, fault: Fault, text: str) -> None:
        self._bad.add(member)
        self._found.append(Finding(member, fault, text.format(name=display(member))))

    def _check_frame(self, infos: list[zipfile.ZipInfo]) -> None:
        """Refuse what no dossier has: names that lead elsewhere, links, repeated members."""
        counts = Counter(info.filename for info in infos)
        for info in infos:
            name = info.filename
            if name in self._bad:
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not _is_safe(name):
                self._add(name, Fault.NAME, _("{name}: the name leads out of the dossier"))
            elif counts[name] > 1:
                self._add(name, Fault.TWICE, _("{name} stands there twice"))
            elif kind not in (0, stat.S_IFREG):
                self._add(name, Fault.LINK, _("{name} is a link or a device, not a file"))
            elif info.flag_bits & 0x1:
                self._add(name, Fault.SEALED, _("{name} is encrypted"))
        ordered = sorted(infos, key=lambda info: info.header_offset)
        for one, other in pairwise(ordered):
            if one.header_offset + one.compress_size > other.header_offset:
                self._add(
                    other.filename, Fault.OVERLAP, _("{name} shares bytes with another member")
                )

    def _manifest(self) -> Manifest | None:
        try:
            if MANIFEST in self._bad:
                raise ValueError(MANIFEST)
            data = _bytes_of(self._archive, MANIFEST, MAX_DOCUMENT_BYTES)
            manifest = msgspec.json.decode(data, type=Manifest)
            if manifest.format != FORMAT:
                raise ValueError(manifest.format)
        except (*_UNREADABLE, msgspec.DecodeError):
            text = _("{file} or its manifest cannot be read").format(file=self._path.name)
            self._found.append(Finding(MANIFEST, Fault.UNREADABLE, text))
            return None
        return manifest

    def _check_members(self, manifest: Manifest) -> None:
        names = set(self._archive.namelist())
        listed = {member.name for member in manifest.members}
        for name in sorted(names - listed - {MANIFEST, SIGNATURE} - self._bad):
            self._add(name, Fault.EXTRA, _("{name} is not in the manifest"))
        for member in manifest.members:
            if member.name in self._bad:
                continue
            if member.name not in names:
                self._add(member.name, Fault.MISSING, _("{name} is missing"))
            elif not self._is_as_listed(member):
                self._add(member.name, Fault.ALTERED, _("{name} was altered"))

    def _is_as_listed(self, member: Member) -> bool:
        found, size = hashlib.sha256(), 0
        try:
            with self._archive.open(member.name) as file:
                while piece := file.read(_CHUNK):
                    size += len(piece)
                    if size > member.size_bytes:
                        return False
                    found.update(piece)
        except _UNREADABLE:
            return False
        return size == member.size_bytes and found.hexdigest() == member.sha256

    def _document(self, listed: dict[str, Member], name: str, kind: type[Record]) -> Record | None:
        member = listed.get(name)
        if member is None or name in self._bad:
            return None
        try:
            data = _bytes_of(self._archive, name, min(member.size_bytes, MAX_DOCUMENT_BYTES))
            return msgspec.json.decode(data, type=kind)
        except (*_UNREADABLE, msgspec.DecodeError, RecursionError):
            self._add(name, Fault.UNREADABLE, _("{name} is written in a form not known here"))
            return None

    def _folder(
        self, listed: dict[str, Member], folder: str, kind: type[Record]
    ) -> tuple[Record, ...]:
        """Return every document of a folder that can be read."""
        names = [n for n in listed if n.startswith(folder) and n.endswith(".json")]
        found = (self._document(listed, name, kind) for name in names)
        return tuple(item for item in found if item is not None)

    def _events(self, listed: dict[str, Member]) -> tuple[Event, ...]:
        name = "log.jsonl"
        if name not in listed or name in self._bad:
            return ()
        try:
            data = _bytes_of(self._archive, name, MAX_DOCUMENT_BYTES)
            decoder = msgspec.json.Decoder(Event)
            events = tuple(decoder.decode(line) for line in data.splitlines())
        except (*_UNREADABLE, msgspec.DecodeError, RecursionError):
            self._add(name, Fault.UNREADABLE, _("{name} is written in a form not known here"))
            return ()
        for seq, why in _misfits(events):
            text = _("{name}: entry {seq} {why}").format(name=name, seq=seq, why=why)
            self._found.append(Finding(name, Fault.LOG, text))
        return events

    def _signed(self, manifest: Manifest) -> Signed | None:
        if SIGNATURE not in self._archive.namelist() or SIGNATURE in self._bad:
            return None
        try:
            sealed = open_sealed(_bytes_of(self._archive, SIGNATURE, MAX_DOCUMENT_BYTES), FORMAT)
            signed = _bytes_of(self._archive, MANIFEST, MAX_DOCUMENT_BYTES)
            wanted = hashlib.sha256(signed).hexdigest()
            fits = sealed.body.get("manifest_sha256") == wanted
            if not fits or sealed.body.get("number") != manifest.number:
                raise ValueError(SIGNATURE)
        except (*_UNREADABLE, InvalidInput, NotAuthentic):
            self._add(
                SIGNATURE, Fault.SIGNATURE, _("{name}: the signature does not fit the manifest")
            )
            return None
        return Signed(display(str(sealed.body.get("by", "")))[:200], sealed.fingerprint)


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    return bool(_NAME.fullmatch(name)) and not any(part in ("", ".", "..") for part in parts)


def _misfits(events: tuple[Event, ...]) -> Iterator[tuple[int, str]]:
    """Yield the entries that are not what their hashes say.

    The entries of other changes are not in a dossier, so two that do not follow each other are only
    held to their own hashes.
    """
    for event in events:
        if entry_hash(event) != event.hash:
            yield event.seq, _("was altered")
    for one, other in pairwise(events):
        if other.seq <= one.seq:
            yield other.seq, _("is out of order")
        elif other.seq == one.seq + 1 and other.prev_hash != one.hash:
            yield other.seq, _("does not follow from the one before")
