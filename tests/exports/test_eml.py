"""Mail files, read back by the standard library: whole, and harmless whatever stands in them."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.exports.eml import write_mail
from app.services.message.communications import Mail, MailPart, Recipient, read_recipients

AT = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)
OURS = {
    "message-id", "date", "x-unsent", "x-mailer", "to", "subject", "mime-version", "content-type",
    "content-transfer-encoding",
}  # fmt: skip


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def mail(**fields) -> Mail:
    plain = {
        "id": "c1.users.before.0",
        "subject": "Wartung am Sonntag – „Bestellungen“",
        "text": "Liebe Kolleginnen,\n\nalles wird gut: äöü €.\n",
        "to": (),
        "at": AT,
    }
    return Mail(**{**plain, **fields})


def test_a_mail_is_read_back_as_it_was_written():
    to = (Recipient("ann@example.org", "Ann Öhler"), Recipient("desk@example.org"))
    ics = MailPart("CHG-000142.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    data = write_mail(mail(to=to, parts=(ics,)))
    message = read(data)
    assert message["Subject"] == "Wartung am Sonntag – „Bestellungen“"
    assert [address.addr_spec for address in message["To"].addresses] == [
        "ann@example.org", "desk@example.org",
    ]  # fmt: skip
    assert message["To"].addresses[0].display_name == "Ann Öhler"
    assert message["X-Unsent"] == "1"
    assert message["Date"].datetime == AT
    body = message.get_body(("plain",)).get_content()
    assert body.replace("\r\n", "\n") == "Liebe Kolleginnen,\n\nalles wird gut: äöü €.\n"
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("CHG-000142.ics", "text/calendar")
    assert part.get_payload(decode=True) == ics.data


def test_lines_end_in_crlf_and_none_is_too_long():
    data = write_mail(mail(subject="Ü" * 300, text="x" * 5000))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert data.isascii()


@pytest.mark.parametrize(
    "evil",
    [
        "Hello\r\nBcc: victim@example.org",
        "Hello\nBcc: victim@example.org\n\nnew body",
        "Hello\rX-Evil: 1",
        "Hello\u2028Bcc: a@b.org",
        "Hello\x0bBcc: a@b.org",
        "=?utf-8?q?Hello=0D=0ABcc=3A_victim=40example=2Eorg?=",
        "a =?utf-8?b?SGVsbG8NCkJjYzogYUBiLm9yZw==?= b",
        "==??utf-8?q?x=0D=0ABcc=3A_a=40b=2Eorg?=",
        "\ud800 half a pair",
    ],
)
def test_a_subject_never_becomes_a_header(evil):
    message = read(write_mail(mail(subject=evil, to=(Recipient("a@b.org", evil),), id=evil)))
    assert {name.lower() for name in message} <= OURS
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1


_ENCODED = st.from_regex(r"=\?utf-8\?q\?(=0D|=0A|Bcc=3A|[a-z_=?]){1,20}\?=", fullmatch=True)
_TEXT = st.one_of(st.text(max_size=200), _ENCODED, st.text("=?utf8qbBcc:\r\n ", max_size=60))


@given(subject=_TEXT, name=_TEXT, text=st.text(max_size=500), file=_TEXT)
def test_nothing_that_is_typed_adds_a_header_a_part_or_a_receiver(subject, name, text, file):
    part = MailPart(file, "text/calendar", b"BEGIN:VCALENDAR")
    made = mail(subject=subject, text=text, to=(Recipient("a@b.org", name),), parts=(part,))
    message = read(write_mail(made))
    assert {header.lower() for header in message} <= OURS
    assert [address.addr_spec for address in message["To"].addresses] == ["a@b.org"]
    parts = list(message.walk())
    assert [part.get_content_type() for part in parts] == [
        "multipart/mixed", "text/plain", "text/calendar",
    ]  # fmt: skip


def test_the_same_draft_gives_the_same_bytes():
    assert write_mail(mail()) == write_mail(mail())


@pytest.mark.parametrize(
    ("typed", "read_back"),
    [
        ("", []),
        ("a@b.org", [("a@b.org", "")]),
        ("Ann <a@b.org>, desk@x.example.org", [("a@b.org", "Ann"), ("desk@x.example.org", "")]),
        ('"Öhler Ann" <a@b.org>; c@d.org\n e@f.org ,', [
            ("a@b.org", "Öhler Ann"), ("c@d.org", ""), ("e@f.org", "")]),
    ],
)  # fmt: skip
def test_recipients_are_read_as_people_write_them(typed, read_back):
    assert [(item.address, item.name) for item in read_recipients(typed)] == read_back


@pytest.mark.parametrize(
    "typed",
    ["everybody", "a@b", "a b@c.org", "<a@b.org", "a@b.org>", "Ann <a@b.org> <c@d.org>",
     "a@b.org\rBcc: c@d.org", "a@[127.0.0.1]", "ä@b.org", "a@b.org " * 2,
     ",".join(["a@b.org"] * 201)],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(InvalidInput):
        read_recipients(typed)


@given(st.text("ab@.org<>,; \r\n\"'é", max_size=60))
def test_an_address_that_was_read_can_be_written(typed):
    try:
        to = read_recipients(typed)
    except InvalidInput:
        return
    message = read(write_mail(mail(to=to)))
    got = [item.addr_spec for item in message["To"].addresses] if to else []
    assert got == [item.address for item in to]
