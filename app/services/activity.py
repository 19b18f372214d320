"""The log of a change as people read it: in the order of events, with pins, remarks and fields."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.event import Event
from app.domain.vocabulary import ChangeState
from app.services.entries import HAPPENED_AT, PINNED, REMARKED, UNPINNED
from app.services.search.spelling import folded
from app.services.template.standing import field_words

_ABOUT = (PINNED, UNPINNED, REMARKED)
_ARROW = " → "


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; ``at`` is when it happened, ``words`` is what it is found by, in lower case."""

    event: Event
    at: datetime
    inserted: bool
    """It was written down later than it happened."""
    pinned: bool
    remarks: tuple[Event, ...]
    words: str

    @property
    def id(self) -> int:
        """The number in the chain."""
        return self.event.seq


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that an entry altered."""

    seq: int
    place: int
    field: str
    before: str
    after: str
    at: datetime
    by: str
    words: str

    @property
    def id(self) -> tuple[int, int]:
        """What tells it from all others."""
        return self.seq, self.place


@dataclass(frozen=True, slots=True)
class Activity:
    """Everything that happened to a change, newest first."""

    entries: tuple[Entry, ...]
    fields: tuple[FieldChange, ...]
    people: tuple[str, ...]
    """Everybody who wrote an entry, by name."""


def read_activity(events: Sequence[Event]) -> Activity:
    """Put entries in the order in which things happened, newest first.

    Automatic entries keep the order of the chain, whatever the clock said. One that was written
    down later stands after the last automatic one of its time.
    """
    ordered = sorted(events, key=lambda event: event.seq)
    pinned, remarks = _about(ordered)
    told = [event for event in ordered if event.kind not in _ABOUT]
    chain = [event for event in told if _happened(event) is None]
    reached: list[datetime] = []
    for event in chain:
        reached.append(max(event.at, reached[-1]) if reached else event.at)
    keyed = [
        ((at, 0, event.seq), event) for at, event in zip(range(len(chain)), chain, strict=True)
    ]
    for event in told:
        at = _happened(event)
        if at is not None:
            keyed.append(((bisect_right(reached, at) - 1, 1, event.seq), event))
    keyed.sort(key=lambda pair: pair[0], reverse=True)
    entries = tuple(
        _entry(event, event.seq in pinned, tuple(remarks[event.seq])) for _key, event in keyed
    )
    people = sorted({event.by for event in ordered}, key=str.casefold)
    return Activity(entries, _fields(ordered), tuple(people))


def _value_words(field: str, value: str) -> str:
    """Return a value as people read it; entries keep what stands in the record."""
    if field == "state" and value in {state.value for state in ChangeState}:
        return ChangeState(value).words
    return value


def _about(events: Sequence[Event]) -> tuple[set[int], dict[int, list[Event]]]:
    pinned: set[int] = set()
    remarks: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind not in _ABOUT or not event.refs or not event.refs[0].isdecimal():
            continue
        seq = int(event.refs[0])
        if event.kind == PINNED:
            pinned.add(seq)
        elif event.kind == UNPINNED:
            pinned.discard(seq)
        else:
            remarks[seq].append(event)
    return pinned, remarks


def _happened(event: Event) -> datetime | None:
    text = dict(event.data).get(HAPPENED_AT)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _entry(event: Event, pinned: bool, remarks: tuple[Event, ...]) -> Entry:
    happened = _happened(event)
    texts = (event.text, event.by, *(text for remark in remarks for text in (remark.text,)))
    return Entry(
        event, happened or event.at, happened is not None, pinned, remarks,
        folded(" ".join(texts)),
    )  # fmt: skip


def _fields(events: Sequence[Event]) -> tuple[FieldChange, ...]:
    """Return every field that was altered, newest first; names come as ``change.title``."""
    found: list[FieldChange] = []
    for event in reversed(events):
        for place, (name, how) in enumerate(event.told):
            before, arrow, after = how.partition(_ARROW)
            if "." not in name or not arrow:
                continue
            key = name.partition(".")[2]
            before, after = (_value_words(key, value) for value in (before, after))
            field = field_words(key).replace("_", " ")
            words = folded(f"{field} {before} {after} {event.by}")
            found.append(
                FieldChange(event.seq, place, field, before, after, event.at, event.by, words)
            )
    return tuple(found)
