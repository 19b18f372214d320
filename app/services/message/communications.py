"""Plan who is told, hand a message over as a mail, and keep the proof that it was sent."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.change import Change, ChangeState
from app.domain.communication import Audience, Message, Moment, Sent
from app.domain.event import NewEvent
from app.errors import IllegalMove, InvalidInput, NotFound
from app.i18n import _
from app.services.change.changes import Desk
from app.services.message.draft_phrases import Around
from app.services.message.drafts import AUDIENCES, MOMENTS, draft
from app.services.ports.store import Files, UnitOfWork

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
)
_NAMED = re.compile(r"([^<>]*)<([^<>]*)>")
MOST_RECIPIENTS = 200


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a mail goes to."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class MailPart:
    """A file that goes with a mail; ``mime`` is ``type/subtype``."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail before it is laid out; nothing in it is trusted."""

    id: str
    """Unique, so that the same draft is the same mail."""
    subject: str
    text: str
    to: tuple[Recipient, ...]
    at: datetime
    sender: str = ""
    parts: tuple[MailPart, ...] = ()


WriteMail = Callable[[Mail], bytes]
"""Lays a mail out by RFC 5322; `app.exports.eml` does."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """The collaborators of messages.

    ``calendar`` returns the calendar file of a change, and raises NotFound without a window.
    """

    desk: Desk
    files: Files
    write: WriteMail
    calendar: Callable[[str], bytes]


def read_recipients(text: str) -> tuple[Recipient, ...]:
    """Read addresses as typed, with commas, semicolons or on lines between.

    Raises:
        InvalidInput: One of them is no mail address, or there are too many.
    """
    found: list[Recipient] = []
    for part in re.split(r"[,;\n]", text):
        typed = part.strip()
        if not typed:
            continue
        named = _NAMED.fullmatch(typed)
        name, address = (named[1], named[2]) if named else ("", typed)
        if not _ADDRESS.fullmatch(address.strip()):
            raise InvalidInput(
                _("“{text}” is no mail address.").format(text=typed[:60]),
                hint=_("Such as Ann <ann@example.org>, with commas between."),
            )
        found.append(Recipient(address.strip(), name.strip(' "')))
    if len(found) > MOST_RECIPIENTS:
        raise InvalidInput(_("These are more than {n} addresses.").format(n=MOST_RECIPIENTS))
    return tuple(found)


def around_of(change: Change, uow: UnitOfWork, desk: Desk) -> Around:
    """Gather what a draft needs besides the change."""
    hosts = (uow.hosts.find(host) for host in change.hosts)
    names = tuple(host.name for host in hosts if host is not None)
    reasons = [
        value
        for event in uow.log.of(change.id)
        if event.kind == "change.moved"
        for name, value in event.data
        if name == "reason"
    ]
    return Around(names, desk.settings.organisation, reasons[-1] if reasons else "")


def plan_messages(change_id: str, audiences: Iterable[Audience], *, desk: Desk) -> Change:
    """Draft what these audiences are told before, during and after; drafts there are stay.

    Of a cancelled change it is drafted that it does not take place.

    Raises:
        IllegalMove: The change is closed.
    """
    with desk.new_uow() as uow:
        change = _open(uow, change_id)
        around = around_of(change, uow, desk)
        known = {message.id for message in change.messages}
        wanted = [
            draft(change, audience, moment, around)
            for audience in audiences
            for moment in moments_of(change)
        ]
        new = [message for message in wanted if message.id not in known]
        if not new:
            return change
        messages = in_order((*change.messages, *new))
        saved = uow.changes.save(replace(change, messages=messages, updated_at=desk.clock.now()))
        names = ", ".join(title_of(message) for message in new)
        text = _("Drafted messages: {names}").format(names=names)
        uow.log.append(NewEvent("message.drafted", text, change.id))
        uow.commit()
    return saved


def moments_of(change: Change) -> tuple[Moment, ...]:
    """Return when people are told of a change: around its work, or that there is none."""
    called_off = (Moment.CALLED_OFF,)
    if change.state is ChangeState.CANCELED:
        return called_off
    return tuple(moment for moment in Moment if moment not in called_off)


def untold(change: Change) -> tuple[Audience, ...]:
    """Return who was told of a cancelled change, and not that it does not take place."""
    if change.state is not ChangeState.CANCELED:
        return ()
    sent = [message for message in change.messages if message.sent]
    know = {item.audience for item in sent if item.moment is Moment.CALLED_OFF}
    return tuple(dict.fromkeys(item.audience for item in sent if item.audience not in know))


def in_order(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Return messages by moment, then by audience."""
    moments, audiences = list(Moment), list(Audience)
    return tuple(
        sorted(messages, key=lambda m: (moments.index(m.moment), audiences.index(m.audience)))
    )


def title_of(message: Message) -> str:
    """Return what a message is called: "Users, before"."""
    return f"{_(AUDIENCES[message.audience])}, {_(MOMENTS[message.moment]).lower()}"


def make_mail(change_id: str, message_id: str, *, mailing: Mailing) -> bytes:
    """Return a message as the bytes of an ``.eml`` file; one before the work brings the date along.

    Raises:
        NotFound: There is no such message.
        InvalidInput: A recipient is no mail address.
    """
    with mailing.desk.new_uow() as uow:
        change = uow.changes.get(change_id)
    message = find_message(change, message_id)
    return mailing.write(_mail(change, message, mailing))


def find_message(change: Change, message_id: str) -> Message:
    """Return a message of a change; raises NotFound."""
    for message in change.messages:
        if message.id == message_id:
            return message
    raise NotFound(_("{number} has no such message.").format(number=change.number))


def _mail(change: Change, message: Message, mailing: Mailing) -> Mail:
    parts: tuple[MailPart, ...] = ()
    dated = message.moment in (Moment.BEFORE, Moment.CALLED_OFF)  # the second takes it out again
    if dated and change.window is not None:
        data = mailing.calendar(change.id)
        parts = (MailPart(f"{change.number}.ics", "text/calendar", data),)
    label = mailing.desk.settings.label
    return Mail(
        f"{change.id}.{message.audience.value}.{message.moment.value}.{len(message.sent)}",
        f"[{label}] {message.subject}" if label else message.subject,
        _("{label}: nothing of this is real.").format(label=label) + f"\n\n{message.text}"
        if label
        else message.text,
        read_recipients(message.to),
        mailing.desk.clock.now(),
        mailing.desk.actor,
        parts,
    )


def note_sent(change_id: str, message_id: str, to: str, *, mailing: Mailing) -> Change:
    """Record that a message went out: who sent it, to whom, when, and the mail as it was.

    Raises:
        NotFound: There is no such message.
        InvalidInput: Nobody is named, or there is no text.
    """
    desk = mailing.desk
    if not to.strip():
        raise InvalidInput(_("Say to whom it was sent."))
    with desk.new_uow() as uow:
        change = _open(uow, change_id)
    message = find_message(change, message_id)
    if message.moment not in moments_of(change) and change.state is ChangeState.CANCELED:
        raise IllegalMove(_("{number} is called off.").format(number=change.number))
    if not message.text.strip():
        raise InvalidInput(_("There is no text that could have been sent."))
    mail = _mail(change, replace(message, to=_addresses_in(to)), mailing)
    sha256 = mailing.files.put(mailing.write(mail))
    sent = Sent(desk.clock.now(), desk.actor, to.strip(), message.subject, sha256)
    with desk.new_uow() as uow:
        change = _open(uow, change_id)
        message = find_message(change, message_id)
        after = replace(message, sent=(*message.sent, sent))
        messages = tuple(after if item.id == message_id else item for item in change.messages)
        saved = uow.changes.save(replace(change, messages=messages, updated_at=sent.at))
        text = _("Sent “{what}” to {to}").format(what=title_of(message), to=sent.to)
        uow.log.append(NewEvent("message.sent", text, change.id, (sha256,)))
        uow.commit()
    return saved


def _addresses_in(to: str) -> str:
    """Return what was typed when it is mail addresses, "" for a channel or a meeting."""
    try:
        read_recipients(to)
    except InvalidInput:
        return ""
    return to


def _open(uow: UnitOfWork, change_id: str) -> Change:
    """Return a change of which people are still told; of a cancelled one that it is called off."""
    change = uow.changes.get(change_id)
    if not change.state.is_open and change.state is not ChangeState.CANCELED:
        raise IllegalMove(_("{number} is closed.").format(number=change.number))
    return change
