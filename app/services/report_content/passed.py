"""What named people let pass: overrides, accepted conflicts, a level of risk set by hand."""

from collections.abc import Iterator

from app.domain.conflict import Acknowledgement
from app.domain.review import Override
from app.i18n import _, later
from app.services.report_content.common import Claim, Noted
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.source import Source
from app.services.report_content.words import sentence
from app.services.risks import by_hand_words
from app.services.schedule.conflicts import conflict_sentence, reason_word
from app.wording import moment

_LAPSED = later("It lapsed before the work could rest on it, and is not counted.")


def passed_by_name(source: Source, book: EvidenceBook) -> tuple[Noted, ...]:
    """Return everything that a person let pass, for page 1: O-1, O-2, then C-1, then R-1."""
    return (
        *_overrides(source, book),
        *accepted(source, book),
        *_risk(source, book),
    )


def _overrides(source: Source, book: EvidenceBook) -> Iterator[Noted]:
    for number, item in enumerate(source.change.overrides, start=1):
        text = _by(source, item)
        if item not in source.change.standing_overrides:
            text += f" {_(_LAPSED)}"
        title = _("Override: {title}").format(title=_(item.title))
        ids = (book.record(f"override/{number}", title, item, item.at),)
        yield Noted(f"O-{number}", Claim(text, sentence(_(item.title)), ids))


def _by(source: Source, item: Override | Acknowledgement) -> str:
    return _("Accepted by {name}, {when}: {reason}").format(
        name=item.by, when=moment(item.at, source.zone), reason=sentence(item.reason)
    )


def accepted(source: Source, book: EvidenceBook) -> Iterator[Noted]:
    """Yield the conflicts that were accepted for the window as it is: C-1, C-2 and so on."""
    for number, item in enumerate(source.change.accepted_conflicts, start=1):
        words = conflict_words(source, item)
        title = _("Accepted conflict: {what}").format(what=words)
        ids = (book.record(f"conflict/{number}", title, item, item.at),)
        yield Noted(f"C-{number}", Claim(_by(source, item), words, ids))


def conflict_words(source: Source, item: Acknowledgement) -> str:
    """Say what was accepted, as the check of the calendar had found it."""
    check = source.change.schedule_check
    for conflict in check.found if check else ():
        if conflict.key == item.conflict:
            return conflict_sentence(conflict, source.zone)
    return sentence(f"{reason_word(item.about)}: {item.subject}")


def _risk(source: Source, book: EvidenceBook) -> Iterator[Noted]:
    risk = source.change.risk
    if risk is None or risk.override is None:
        return
    ids = (book.record("risk", _("Risk assessment"), risk, risk.at),)
    text = sentence(by_hand_words(risk))
    if risk.assessor:
        text = f"{text} {_('Assessed by {name}.').format(name=risk.assessor)}"
    yield Noted("R-1", Claim(text, _("Level of risk."), ids))
