"""What a record of a need says, one form for each kind, and the files that are kept as proof."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.cvss import Severity, read_vector, severity_of
from app.errors import InvalidInput
from app.i18n import _


@dataclass(frozen=True, slots=True)
class OutageRecord:
    """One time without the service; ``ended`` is None while it lasts."""

    began: datetime
    ended: datetime | None = None
    service: str = ""
    planned: bool = False


@dataclass(frozen=True, slots=True)
class LoadFigure:
    """A measured load, and what the system bears, in the same unit."""

    value: float
    unit: str = ""
    limit: float | None = None

    @property
    def share(self) -> float | None:
        """The load as a fraction of the limit."""
        return self.value / self.limit if self.limit else None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A product in use, and until when its maker supports it."""

    product: str
    version: str = ""
    end_of_life: date | None = None
    supported: str = ""
    """A version that is supported."""

    def days_left(self, today: date) -> int | None:
        """Return the days of support that remain, below zero when it is over."""
        return (self.end_of_life - today).days if self.end_of_life else None


@dataclass(frozen=True, slots=True)
class BugRecord:
    """How often a bug came back; ``times`` counts also those whose day nobody wrote down."""

    first_seen: date | None = None
    times: int | None = None
    days: tuple[date, ...] = ()

    @property
    def recurrences(self) -> int:
        """How often it was seen."""
        return max(self.times or 0, len(self.days), 1 if self.first_seen else 0)


@dataclass(frozen=True, slots=True)
class AdvisoryRecord:
    """A published weakness; ``score`` is entered where the vector cannot be worked out."""

    id: str
    vector: str = ""
    score: float | None = None
    affected: str = ""
    exploited: bool | None = None
    """Whether attacks are known; None when nobody said."""

    @property
    def severity(self) -> Severity | None:
        """The severity of the score."""
        return None if self.score is None else severity_of(self.score)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file kept as proof: its bytes lie among the evidence under ``sha256``."""

    sha256: str
    name: str
    mime: str
    size: int
    source: str
    """Where it came from: a path, or that it was pasted."""
    captured_at: datetime
    captured_by: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class _Form:
    """How one publisher writes its ids, in capitals."""

    begins: tuple[str, ...]
    whole: re.Pattern[str]
    example: str


_FORMS = (
    _Form(("CVE",), re.compile(r"CVE-(?:1999|2[0-9]{3})-[0-9]{4,7}"), "CVE-2026-12345"),
    _Form(("GHSA",), re.compile(r"GHSA(?:-[2-9CFGHJMPQRVWX]{4}){3}"), "GHSA-2m57-hf25-phgg"),
    _Form(("RHSA", "RHBA", "RHEA"), re.compile(r"RH[SBE]A-[0-9]{4}:[0-9]{4,6}"), "RHSA-2026:1234"),
    _Form(("DSA", "DLA"), re.compile(r"D[SL]A-[0-9]{1,5}(?:-[0-9]{1,3})?"), "DSA-5678-1"),
    _Form(("USN",), re.compile(r"USN-[0-9]{1,6}-[0-9]{1,3}"), "USN-6789-1"),
)
_ANY = re.compile(r"[A-Za-z][A-Za-z0-9]{1,15}(?:[-:._/][A-Za-z0-9]{1,20}){1,6}")


def read_advisory_id(text: str) -> str:
    """Return the id of an advisory in the form its publisher writes it.

    CVE, GitHub, Red Hat, Debian and Ubuntu ids are held against their own forms; another vendor's
    needs letters, a mark and a number.

    Raises:
        InvalidInput: It has the beginning of a known form and not the rest, or no form at all.
    """
    typed = text.strip()
    capitals = typed.upper()
    form = next((item for item in _FORMS if capitals.startswith(item.begins)), None)
    if form is None:
        numbered = any(letter.isdigit() for letter in typed)
        fits = numbered and _ANY.fullmatch(typed) is not None
        form, capitals = _FORMS[0], typed
    else:
        fits = form.whole.fullmatch(capitals) is not None
    if not fits:
        raise InvalidInput(
            _("“{text}” has not the form of an advisory's id.").format(text=typed[:40]),
            hint=_("Such as {example}.").format(example=form.example),
        )
    return "GHSA" + capitals[4:].lower() if capitals.startswith("GHSA") else capitals


def read_advisory(record: AdvisoryRecord) -> AdvisoryRecord:
    """Return a record with its id, vector and score checked, and the score worked out if it can be.

    Raises:
        InvalidInput: The id, the vector or the score has no such form, or the entered score is not
            the one the vector gives.
    """
    ident, score = read_advisory_id(record.id), record.score
    vector = str(read_vector(record.vector)) if record.vector.strip() else ""
    if score is not None:
        severity_of(score)
    computed = read_vector(vector).base_score if vector else None
    if computed is not None and score is not None and abs(score - computed) > 1e-6:
        raise InvalidInput(
            _("The vector gives {computed:.1f}, not {score:.1f}.").format(
                computed=computed, score=score
            ),
            hint=_("Leave the score empty; it is worked out."),
        )
    return AdvisoryRecord(
        ident,
        vector,
        computed if computed is not None else score,
        record.affected,
        record.exploited,
    )


@dataclass(frozen=True, slots=True)
class Downtime:
    """Hours without the service inside a period; records that overlap count once."""

    unplanned_h: float
    planned_h: float
    count: int
    lasting: bool
    period_h: float

    @property
    def availability(self) -> float:
        """(agreed hours - unplanned downtime) / agreed hours, around the clock."""
        return max(0.0, 1 - self.unplanned_h / self.period_h)


def downtime(records: Iterable[OutageRecord], end: datetime, days: float) -> Downtime:
    """Add up the hours lost in the ``days`` before ``end`` (aware).

    Where a planned and an unplanned outage overlap, the time counts as planned.
    """
    start = end - timedelta(days=days)
    known = tuple(item for item in records if item.began < end and (item.ended or end) > start)
    planned = _spans((item for item in known if item.planned), start, end)
    everything = _spans(known, start, end)
    planned_h, all_h = _hours(planned), _hours(everything)
    return Downtime(
        max(0.0, all_h - planned_h),
        planned_h,
        len(known),
        any(item.ended is None for item in known),
        days * 24,
    )


def _spans(
    records: Iterable[OutageRecord], start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the times of outages inside a period, merged, in order."""
    cut = sorted((max(r.began, start), min(r.ended or end, end)) for r in records)
    merged: list[tuple[datetime, datetime]] = []
    for begin, over in cut:
        if over <= begin:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], over))
        else:
            merged.append((begin, over))
    return merged


def _hours(spans: list[tuple[datetime, datetime]]) -> float:
    return sum((over - begin).total_seconds() for begin, over in spans) / 3600
