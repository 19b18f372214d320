"""Allow the old cryptography of one server for a while, with a reason and an end."""

from dataclasses import replace
from datetime import date, timedelta

from app.domain.event import NewEvent
from app.domain.host import Host, LegacyWaiver
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.change.changes import Desk

LONGEST_DAYS = 90
"""A server that needs it for longer than a quarter needs an upgrade, not another waiver."""


def allow_legacy(host_id: str, reason: str, until: date, *, desk: Desk) -> Host:
    """Let a host be reached with algorithms that are no longer safe, until a day (UTC).

    Raises:
        IllegalMove: No reason is given.
        InvalidInput: The day has passed, or is more than `LONGEST_DAYS` away.
    """
    if not reason.strip():
        raise IllegalMove(
            _("Old cryptography needs a reason."), hint=_("When is the server upgraded, by whom?")
        )
    today = desk.clock.now().date()
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        raise InvalidInput(
            _("A waiver ends within {n} days.").format(n=LONGEST_DAYS),
            hint=_("Choose a nearer day; it can be given again."),
        )
    waiver = LegacyWaiver(reason.strip(), desk.actor, until)
    text = _("Allowed old cryptography on {{name}} until {until}: {why}").format(
        until=until.isoformat(), why=waiver.reason.replace("{", "{{").replace("}", "}}")
    )
    return _keep(host_id, waiver, text, desk=desk)


def end_legacy(host_id: str, *, desk: Desk) -> Host:
    """Take the waiver of a host back."""
    return _keep(host_id, None, _("Ended the waiver for old cryptography on {name}"), desk=desk)


def _keep(host_id: str, waiver: LegacyWaiver | None, text: str, *, desk: Desk) -> Host:
    with desk.new_uow() as uow:
        host = replace(uow.hosts.get(host_id), legacy=waiver)
        uow.hosts.save(host)
        kind = "host.legacy_allowed" if waiver else "host.legacy_ended"
        uow.log.append(NewEvent(kind, text.format(name=host.name), refs=(host.id,)))
        uow.commit()
    return host
