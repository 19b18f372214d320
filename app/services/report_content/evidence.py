"""Numbers evidence in the order in which the report cites it, and keeps the manifest.

Nothing counts as evidence that has no SHA-256: samples, backup manifests and transcripts have the
one under which they are stored, our own records that of their canonical JSON.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime

import numpy as np

from app.domain.backup import BackupSet, Verification
from app.domain.change import Change
from app.domain.communication import Sent
from app.domain.evidence import Attachment as Attached
from app.domain.health import HealthReport
from app.domain.loadtest import LoadRun
from app.domain.metric import SampleSet, Series, WindowName
from app.domain.run import Run, StepRun
from app.i18n import _
from app.services.report_content.data import Attachment
from app.services.report_content.proofs import EvidenceRow
from app.services.report_content.source import Source
from app.wording import bytes_size, clock, count, day

LARGEST_ATTACHED = 4 << 20
"""Bigger evidence stays in the data folder and in the dossier."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence; ``content`` is what is attached, None when nothing is."""

    what: str
    kind: str
    size: str
    at: datetime | None
    sha256: str
    content: bytes | None = None
    mime: str = "application/json"


class EvidenceBook:
    """Gives out evidence ids; the same exhibit always has the same one."""

    def __init__(self, source: Source) -> None:
        self._zone, self._series = source.zone, source.series
        self._transcripts, self._files = source.transcripts, source.files
        self._names = {metric.id: metric.name for metric in source.change.metrics}
        self._ids: dict[str, str] = {}
        self._exhibits: list[Exhibit] = []

    def samples(self, *sets: SampleSet | None) -> tuple[str, ...]:
        """Cite frozen samples."""
        return tuple(self._samples(item) for item in sets if item is not None)

    def health(self, *reports: HealthReport | None) -> tuple[str, ...]:
        """Cite health reports."""
        return tuple(
            self.record(
                f"health/{item.id}",
                _("Health checks of {host}, {phase}").format(
                    host=item.host_name, phase=item.phase.value.replace("_", " ")
                ),
                item,
                item.ended_at,
            )
            for item in reports
            if item is not None
        )

    def backup(self, *sets: BackupSet) -> tuple[str, ...]:
        """Cite backup sets by the hash of their signed manifest."""
        return tuple(
            self._cite(
                f"backup/{item.id}",
                Exhibit(
                    _("Backup set of {host}, its manifest").format(host=item.host_name),
                    _("manifest"),
                    bytes_size(item.stored_bytes),
                    item.sealed_at,
                    item.manifest_sha256,
                ),
            )
            for item in sets
        )

    def proof(self, item: BackupSet, proof: Verification) -> tuple[str, ...]:
        """Cite one verification of a set."""
        what = _("{level} of the backup of {host}").format(
            level=proof.level.label, host=item.host_name
        )
        key = f"proof/{item.id}/{int(proof.level)}/{proof.at.isoformat()}"
        return (self.record(key, what, proof, proof.at),)

    def transcript(self, run: Run, step: StepRun) -> tuple[str, ...]:
        """Cite what a step put out; nothing when it put out nothing."""
        if not step.transcript:
            return ()
        exhibit = Exhibit(
            _("Transcript: {step}").format(step=step.step.title),
            _("transcript"),
            bytes_size(step.transcript_bytes),
            step.ended_at,
            step.transcript,
            self._transcripts.get(step.transcript),
            "text/plain",
        )
        return (self._cite(f"transcript/{run.id}/{step.step.id}", exhibit),)

    def attachment(self, item: Attached) -> tuple[str, ...]:
        """Cite a file that was kept as proof; a text goes into the PDF, anything else stays out."""
        exhibit = Exhibit(
            item.name,
            _("file"),
            bytes_size(item.size),
            item.captured_at,
            item.sha256,
            self._files.get(item.sha256),
            "text/plain",
        )
        return (self._cite(f"file/{item.sha256}", exhibit),)

    def load_run(self, run: LoadRun) -> tuple[str, ...]:
        """Cite the results of a load test; they stay in the data folder."""
        what = _("Load test: {name}").format(name=run.name)
        size = bytes_size(run.size_bytes)
        exhibit = Exhibit(what, _("file"), size, run.kept_at, run.sha256)
        return (self._cite(f"load/{run.id}", exhibit),)

    def mail(self, sent: Sent, what: str) -> str:
        """Cite a mail as it went out."""
        exhibit = Exhibit(what, _("mail"), "", sent.at, sent.sha256)
        return self._cite(f"file/{sent.sha256}", exhibit)

    def run(self, run: Run | None) -> tuple[str, ...]:
        """Cite the journal of a run."""
        if run is None:
            return ()
        return (self.record(f"run/{run.id}", _("Journal of the run"), run, run.ended_at),)

    def plan(self, change: Change) -> tuple[str, ...]:
        """Cite the plan; its hash is the one approvals are bound to."""
        what = _("Plan, revision {n}").format(n=change.revision)
        return (self._cite_json("plan", what, change.plan_text.encode(), None),)

    def record(self, key: str, what: str, value: object, at: datetime | None) -> str:
        """Cite a record of ours by its canonical JSON."""
        return self._cite_json(key, what, canonical(value), at)

    def _cite_json(self, key: str, what: str, content: bytes, at: datetime | None) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        size = bytes_size(len(content))
        return self._cite(key, Exhibit(what, _("record"), size, at, sha256, content))

    def rows(self) -> tuple[EvidenceRow, ...]:
        """Return the manifest, in order of appearance."""
        return tuple(
            EvidenceRow(
                id=ident,
                what=item.what,
                kind=item.kind,
                size=item.size,
                frozen=self._moment(item.at),
                sha256=item.sha256,
                file=_file_name(ident, item),
            )
            for ident, item in zip(self._ids.values(), self._exhibits, strict=True)
        )

    def attachments(self) -> tuple[Attachment, ...]:
        """Return what is attached to the PDF, in order of appearance."""
        return tuple(
            Attachment(_file_name(ident, item), item.content, item.what, item.mime)
            for ident, item in zip(self._ids.values(), self._exhibits, strict=True)
            if item.content is not None and _file_name(ident, item)
        )

    def _cite(self, key: str, exhibit: Exhibit) -> str:
        if key not in self._ids:
            self._ids[key] = f"E-{len(self._ids) + 1:02}"
            self._exhibits.append(exhibit)
        return self._ids[key]

    def _samples(self, item: SampleSet) -> str:
        windows = {
            WindowName.BEFORE: _("before"),
            WindowName.AFTER: _("after"),
            WindowName.DURING: _("during the work"),
            WindowName.REFERENCE: _("earlier day"),
            WindowName.LIVE: _("live"),
            WindowName.REPEATED: _("again, later"),
        }
        series = self._series.get(item.sha256)
        exhibit = Exhibit(
            _("Samples: {metric}, {window}").format(
                metric=self._names.get(item.metric, item.metric), window=windows[item.window]
            ),
            _("samples"),
            _("{n} values").format(n=count(item.n)),
            item.collected_at or item.end,
            item.sha256,
            as_csv(series) if series is not None else None,
            "text/csv",
        )
        return self._cite(f"samples/{item.id}", exhibit)

    def _moment(self, at: datetime | None) -> str:
        return f"{day(at, self._zone)} {clock(at, self._zone)}" if at else ""


def canonical(value: object) -> bytes:
    """Return a record as canonical JSON: sorted keys, no spaces, times in ISO 8601."""
    return json.dumps(
        value, default=_as_json, sort_keys=True, separators=(",", ":"), ensure_ascii=True
    ).encode()


def as_csv(series: Series) -> bytes:
    """Return samples as CSV: Unix seconds and values, unrounded."""
    rows = (
        f"{at!r},{value!r}"
        for at, value in zip(series.at_s.tolist(), series.value.tolist(), strict=True)
    )
    return "\n".join(("time_s,value", *rows, "")).encode()


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, np.ndarray):
        return [item if math.isfinite(item) else None for item in value.tolist()]
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def _file_name(ident: str, item: Exhibit) -> str:
    if item.content is None or len(item.content) > LARGEST_ATTACHED:
        return ""
    ending = {"application/json": "json", "text/csv": "csv"}.get(item.mime, "txt")
    return f"{ident}.{ending}"
