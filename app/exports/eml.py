"""Mails as files by RFC 5322: UTF-8, attachments, and nothing that slips from a text into a header.

The file is a draft (``X-Unsent``): mail programs open it for editing and send it under the account
of whoever opens it.
"""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from unicodedata import category

from app.services.message.communications import Mail, MailPart, Recipient

_LONGEST_HEADER = 400
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def write_mail(mail: Mail) -> bytes:
    """Return the bytes of a mail: CRLF, header lines folded, text in quoted-printable."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{_UNSAFE.sub('-', mail.id)}@changedesk.invalid>"
    message["Date"] = format_datetime(mail.at)
    message["X-Unsent"] = "1"
    message["X-Mailer"] = "Change Desk"
    if mail.to:
        message["To"] = [_address(recipient) for recipient in mail.to]
    message["Subject"] = one_line(mail.subject)
    body = _clean(mail.text.replace("\r\n", "\n").replace("\r", "\n")).rstrip("\n") + "\n"
    message.set_content(body, charset="utf-8", cte="quoted-printable")
    for part in mail.parts:
        _attach(message, part)
    return message.as_bytes()


def _address(recipient: Recipient) -> Address:
    return Address(one_line(recipient.name)[:100], addr_spec=recipient.address)


def _attach(message: EmailMessage, part: MailPart) -> None:
    kind, _slash, subkind = part.mime.partition("/")
    text = {"charset": "utf-8"} if kind == "text" else {}
    message.add_attachment(
        part.data, maintype=kind, subtype=subkind, filename=one_line(part.name), params=text or None
    )


def one_line(text: str) -> str:
    """Return text that can stand in a header: one line, nothing that is not seen.

    What looks like the beginning of an encoded word is pulled apart: the library would decode it,
    and with it line ends that were hidden inside.
    """
    kept = "".join(
        " " if category(letter) in ("Cc", "Cf", "Zl", "Zp") else letter for letter in _clean(text)
    )
    return " ".join(kept.split())[:_LONGEST_HEADER].replace("=?", "= ?")


def _clean(text: str) -> str:
    """Drop what is no character, such as half of a pair."""
    return text.encode("utf-8", "replace").decode("utf-8")
