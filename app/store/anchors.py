"""What lies outside the database and tells how far the log had come.

A chain of hashes cannot show that its end was cut off, or that all of it was written anew. An
anchor can: the number of entries and the hash of the last one, in a file beside the database,
signed where there is a key. One is written every hundred entries, at each report and when the
program ends. The *tip* is the same for the very last commit, unsigned and overwritten each time;
it notices entries that were lost with a journal file.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from threading import Lock
from typing import Protocol

from app.domain.event import ChainReport
from app.i18n import _
from app.services.ports.world import Clock
from app.store.chain import Head
from app.store.disk import OWNER_FILE

EVERY = 100
ANCHORS = "anchors.jsonl"
TIP = "tip.json"
_TIP_BYTES = 160
_CONTEXT = b"changedesk anchor 1\n"
_log = logging.getLogger(__name__)


class Signer(Protocol):
    """Signs with an Ed25519 key that never leaves its owner."""

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        ...

    def public_key(self) -> bytes:
        """Return the 32 raw bytes of the public key."""
        ...


OpenSigner = Callable[[], Signer | None]
"""Gives the signer when something is to be signed or judged; None where there is no key."""


def unsigned() -> None:
    """Sign nothing."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far the log had come at one moment."""

    size: int
    head: str
    at: str = ""
    key: str = ""
    signature: str = ""

    @property
    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        return _CONTEXT + f"{self.size}\n{self.head}\n{self.at}".encode()

    def line(self) -> bytes:
        """Return it as it stands in the file, without the end of the line."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()


def read_anchor(line: bytes) -> Anchor:
    """Return the anchor in a line of JSON; raises ValueError when there is none."""
    values = json.loads(line)
    known = {field.name for field in fields(Anchor)}
    try:
        anchor = Anchor(**{name: value for name, value in values.items() if name in known})
    except (AttributeError, TypeError) as error:
        raise ValueError(str(error)) from error
    texts = (anchor.head, anchor.at, anchor.key, anchor.signature)
    if type(anchor.size) is not int or not all(isinstance(text, str) for text in texts):
        raise ValueError(line)
    return anchor


class AnchorDamaged(ValueError):
    """A line of the anchor file is not an anchor."""


class Anchors:
    """The anchor file and the tip of one data folder; safe to use from several threads."""

    def __init__(self, folder: Path, clock: Clock, open_signer: OpenSigner = unsigned) -> None:
        self._path = folder / ANCHORS
        self._tip = folder / TIP
        self._clock = clock
        self._open_signer = open_signer
        self._lock = Lock()
        self._last = max((a.size for a in self._whole_lines()), default=0)

    def committed(self, head: Head, *, important: bool = False) -> None:
        """Note a commit, and anchor it when it is important or a hundred entries have passed.

        Never raises: the commit has happened. What cannot be written now is made up for by the
        next commit.
        """
        with self._lock:
            try:
                self._write_tip(head)
                if important or head.size // EVERY > self._last // EVERY:
                    self._append(head)
            except OSError:
                _log.warning("The log could not be anchored", exc_info=True)

    def seal(self, head: Head) -> None:
        """Anchor the end of the log unless it is anchored already; never raises."""
        if head.size > self._last:
            self.committed(head, important=True)

    def read(self) -> tuple[Anchor, ...]:
        """Return all anchors and the tip, oldest first.

        Raises:
            AnchorDamaged: A line in the middle of the file cannot be read.
        """
        return (*self._lines(), *self._read_tip())

    def judge(
        self, chain: ChainReport, anchors: tuple[Anchor, ...], hashes: Mapping[int, str]
    ) -> ChainReport:
        """Hold an intact chain against the anchors; ``hashes`` are those at the anchored sizes."""
        for anchor in sorted(anchors, key=lambda a: a.size):
            if reason := self._doubt(anchor):
                return _bad(chain, anchor.size, reason)
            if anchor.size > chain.entries:
                reason = _("the log ends after entry {n}, but it had {size} entries").format(
                    n=chain.entries, size=anchor.size
                )
                return _bad(chain, chain.entries + 1, reason)
            if hashes.get(anchor.size, "") != anchor.head:
                reason = _("entry {n} is not the one that was anchored").format(n=anchor.size)
                return _bad(chain, anchor.size, reason)
        return chain

    def _doubt(self, anchor: Anchor) -> str:
        """Say why an anchor itself is not to be believed; the tip bears no signature."""
        signer = self._open_signer() if anchor.at else None
        if signer is None:
            return ""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow; a start needs none
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - loads slowly
            Ed25519PublicKey,
        )

        key = signer.public_key()
        try:
            if bytes.fromhex(anchor.key) == key:
                Ed25519PublicKey.from_public_bytes(key).verify(
                    bytes.fromhex(anchor.signature), anchor.signed_bytes
                )
                return ""
        except (InvalidSignature, ValueError):
            pass
        return _("the anchor at entry {n} is not signed by this installation").format(n=anchor.size)

    def _append(self, head: Head) -> None:
        anchor = Anchor(head.size, head.hash, self._clock.now().isoformat())
        signer = self._open_signer()
        if signer is not None:
            key, signature = signer.public_key(), signer.sign(anchor.signed_bytes)
            anchor = replace(anchor, key=key.hex(), signature=signature.hex())
        line = anchor.line() + b"\n"
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, OWNER_FILE)
        with open(handle, "r+b", buffering=0) as file:
            if size := file.seek(0, os.SEEK_END):
                file.seek(size - 1)
                line = (b"" if file.read(1) == b"\n" else b"\n") + line
            file.write(line)
            os.fsync(file.fileno())
        self._last = head.size

    def _write_tip(self, head: Head) -> None:
        text = Anchor(head.size, head.hash).line().ljust(_TIP_BYTES)
        handle = os.open(self._tip, os.O_WRONLY | os.O_CREAT, OWNER_FILE)
        with open(handle, "wb", buffering=0) as file:
            file.write(text)

    def _read_tip(self) -> Iterator[Anchor]:
        try:
            yield read_anchor(self._tip.read_bytes())
        except (OSError, ValueError):
            return  # never written, or torn by a power cut: the anchors still count

    def _whole_lines(self) -> Iterator[Anchor]:
        try:
            yield from self._lines()
        except AnchorDamaged:
            _log.warning("The anchor file %s is damaged", self._path)

    def _lines(self) -> Iterator[Anchor]:
        if not self._path.exists():
            return
        for n, line in enumerate(self._path.read_bytes().split(b"\n"), start=1):
            try:
                if line.endswith(b"}"):  # anything else was torn by a crash while it was written
                    yield read_anchor(line)
            except ValueError as error:
                raise AnchorDamaged(_("line {n} of the anchors was altered").format(n=n)) from error


def _bad(chain: ChainReport, seq: int, reason: str) -> ChainReport:
    return ChainReport(chain.entries, chain.head, seq, reason)
