"""Who was to be told about the change, and who was, with the mails as they went out."""

from app.domain.communication import Message
from app.i18n import _
from app.services.message.communications import title_of
from app.services.message.drafts import AUDIENCES, MOMENTS, outdated
from app.services.report_content.common import Icon, Mark
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.parts import CommunicationPart, MessageRow
from app.services.report_content.source import Source
from app.services.report_content.words import sentence
from app.wording import clock, day


def communication(source: Source, book: EvidenceBook) -> CommunicationPart:
    """Put the part together."""
    change = source.change
    rows = tuple(_row(message, source, book) for message in change.messages)
    plan = sentence(change.communication_plan)
    missing = ""
    if not rows and change.outage:
        missing = _("An outage was planned, and no message is on record.")
    elif not rows:
        missing = _("No message was part of this change.")
    return CommunicationPart(plan, rows, missing)


def _row(message: Message, source: Source, book: EvidenceBook) -> MessageRow:
    zone = source.zone
    what = _("Mail: {title}").format(title=title_of(message))
    ids = tuple(dict.fromkeys(book.mail(item, what) for item in message.sent))
    lines = [
        _("{day} {time} by {name} to {to}").format(
            day=day(item.at, zone), time=clock(item.at, zone), name=item.by, to=item.to
        )
        for item in message.sent
    ]
    return MessageRow(
        _(AUDIENCES[message.audience]),
        _(MOMENTS[message.moment]),
        message.subject,
        _mark(message, source),
        "\n".join(lines),
        ids,
    )


def _mark(message: Message, source: Source) -> Mark:
    if message.sent:
        return Mark(Icon.GOOD, _("Sent"))
    if outdated(message, source.change):
        return Mark(Icon.WATCH, _("Out of date, not sent"))
    return Mark(Icon.UNKNOWN, _("Not sent"))
