"""What was like this before: earlier changes, how they ended, and what was learned from them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.change import Change, ChangeState
from app.domain.ids import HostId, TemplateId
from app.domain.need import NeedCategory
from app.domain.review import CloseCode
from app.domain.risk import PastOutcome
from app.i18n import _, later, ngettext
from app.services.search.spelling import folded
from app.services.template.standing import TrackRecord

YEAR_DAYS = 365
SHOWN = 6
"""So many earlier changes are suggested."""
_SHORTEST = 3
_STOP = frozenset(
    {
        *("the", "and", "for", "with", "from", "into", "onto", "out", "over", "all", "new"),
        *("der", "die", "das", "und", "fur", "mit", "von", "auf", "this", "that", "one", "two"),
    }
)
"""Words that say nothing about what is done, folded."""


class Shared(StrEnum):
    """What an earlier change has in common with the one being written."""

    TEMPLATE = "template"
    HOST = "host"
    SERVICE = "service"
    CATEGORY = "category"
    TITLE = "title"
    LESSON = "lesson"


SHARED = {
    Shared.TEMPLATE: later("same template"),
    Shared.HOST: later("same host"),
    Shared.SERVICE: later("same service"),
    Shared.CATEGORY: later("same need"),
    Shared.TITLE: later("similar title"),
    Shared.LESSON: later("a lesson about it"),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is known of a change while it is written; ``but`` is the change itself."""

    title: str = ""
    hosts: tuple[HostId, ...] = ()
    services: tuple[str, ...] = ()
    category: NeedCategory | None = None
    template: TemplateId | None = None
    but: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the title that tell something, folded."""
        return telling_words(self.title)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look by."""
        known = (self.words, self.hosts, self.services, self.category, self.template)
        return not any(known)


def telling_words(title: str) -> tuple[str, ...]:
    """Return the words of a title that tell something, folded, each once."""
    found = re.findall(r"\w+", folded(title))
    return tuple(
        dict.fromkeys(word for word in found if len(word) >= _SHORTEST and word not in _STOP)
    )


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier change, what it shares, how it ended, and what it taught."""

    id: str
    number: str
    title: str
    state: ChangeState
    close_code: CloseCode | None
    backed_out: bool
    at: datetime | None
    """When it was closed, else opened."""
    shared: tuple[Shared, ...]
    lessons: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    """References of the incidents it caused."""


@dataclass(frozen=True, slots=True)
class LessonHint:
    """A lesson of an earlier change, and what that change shares with the one being written."""

    id: str
    """Of the change it comes from."""
    number: str
    text: str
    """What it recommends, else what happened."""
    cause: str
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """How the closed changes of one host, service or template ended."""

    kind: Shared
    name: str
    record: TrackRecord


@dataclass(frozen=True, slots=True)
class Precedents:
    """Everything that is suggested; ``repeats`` counts changes for this problem in a year."""

    found: tuple[Precedent, ...] = ()
    repeats: int = 0
    past: tuple[Past, ...] = ()
    lessons: tuple[LessonHint, ...] = ()
    """From other changes than those found."""


class PrecedentReads(Protocol):
    """Looks for earlier changes; safe from any thread, never waiting for a writer."""

    def precedents(self, like: Likeness, now: datetime) -> Precedents:
        """Return what is like this one, the likest first."""
        ...


def likeness_of(change: Change) -> Likeness:
    """Return what a change is looked up by."""
    services = dict.fromkeys(filter(None, (change.business_service, *change.impact.services)))
    return Likeness(
        change.title,
        change.hosts,
        tuple(services),
        change.need.category,
        change.template,
        str(change.id),
    )


def repeat_words(repeats: int) -> str:
    """Say how often this problem was worked on: "third change for this problem in twelve months".

    Empty for the first one; ``repeats`` counts those before it.
    """
    if repeats <= 0:
        return ""
    ordinals = (
        later("Second"), later("Third"), later("Fourth"), later("Fifth"), later("Sixth"),
        later("Seventh"), later("Eighth"), later("Ninth"), later("Tenth"),
    )  # fmt: skip
    if repeats <= len(ordinals):
        which = _(ordinals[repeats - 1])
        return _("{which} change for this problem in twelve months").format(which=which)
    return ngettext(
        "{n} change for this problem in the twelve months before",
        "{n} changes for this problem in the twelve months before",
        repeats,
    ).format(n=repeats)


def outcomes_of(past: Sequence[Past]) -> tuple[PastOutcome, ...]:
    """Return records in the form that is kept with a risk."""
    names = {
        Shared.TEMPLATE: _("Template “{name}”"),
        Shared.HOST: _("Host {name}"),
        Shared.SERVICE: _("Service {name}"),
    }
    return tuple(
        PastOutcome(
            names.get(item.kind, "{name}").format(name=item.name), item.record.worked, item.record.n
        )
        for item in past
    )


def past_words(past: PastOutcome) -> str:
    """Say how changes like this one ended: "Host db-01: 7 of 9 closed changes worked".

    From ten cases on the likely range of the rate follows, below there are counts only.
    """
    record = TrackRecord(successful=past.worked, failed=past.closed - past.worked)
    return f"{past.name}: {record.sentence}"


def outcome_words(item: Precedent) -> str:
    """Say how an earlier change ended, or that it goes on."""
    if item.backed_out:
        return _("backed out")
    if item.state is ChangeState.CLOSED:
        return _(_ENDS[item.close_code]) if item.close_code else _("closed")
    if item.state is ChangeState.CANCELED:
        return _("canceled")
    return _("under way")


_ENDS = {
    CloseCode.SUCCESSFUL: later("successful"),
    CloseCode.WITH_ISSUES: later("successful with issues"),
    CloseCode.UNSUCCESSFUL: later("unsuccessful"),
    CloseCode.BACKED_OUT: later("backed out"),
    CloseCode.CANCELED: later("canceled"),
}


def went_badly(item: Precedent) -> bool:
    """Whether an earlier change ended in a way to be warned of."""
    bad = (CloseCode.UNSUCCESSFUL, CloseCode.BACKED_OUT)
    return item.backed_out or item.close_code in bad


def done_before(past: Sequence[Past]) -> int | None:
    """Return how many changes like this worked: by the template, None when nobody counted."""
    records = [item.record for item in past if item.kind is Shared.TEMPLATE]
    return records[0].worked if records else None
