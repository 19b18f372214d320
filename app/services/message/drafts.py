"""Write a message from the facts of a change: one text for each audience and moment.

The texts are a start, not a verdict: whoever sends them edits them. What they rest on is
fingerprinted, so that a draft that no longer fits its change can be told.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict

from app.domain.change import Change
from app.domain.communication import Audience, Message, Moment
from app.i18n import _, later
from app.services.message.draft_phrases import Around, Writing
from app.wording import duration

AUDIENCES = {
    Audience.USERS: later("Users"),
    Audience.SERVICE_DESK: later("Service desk"),
    Audience.IT_TEAM: later("IT team"),
    Audience.MANAGEMENT: later("Management"),
    Audience.PARTNERS: later("Partners"),
}
MOMENTS = {
    Moment.BEFORE: later("Before"),
    Moment.DURING: later("During"),
    Moment.AFTER: later("After"),
    Moment.CALLED_OFF: later("Called off"),
}
FACTS = {
    "what": later("title or service"),
    "window": later("window"),
    "impact": later("impact or outage"),
    "hosts": later("hosts or steps"),
    "people": later("people"),
    "outcome": later("outcome"),
}


def draft(change: Change, audience: Audience, moment: Moment, around: Around) -> Message:
    """Write a message anew."""
    writing = Writing(change, around)
    subject, paragraphs = _TEXTS[audience, moment](writing)
    text = "\n\n".join(part for part in (*paragraphs, writing.signature) if part)
    return Message(audience, moment, "", subject, text, basis_of(change, audience, moment))


def basis_of(change: Change, audience: Audience, moment: Moment) -> tuple[tuple[str, str], ...]:
    """Return the fingerprints of what a message rests on, by the name of the fact."""
    impact = change.impact
    facts: dict[str, object] = {
        "what": (change.title, change.business_service, impact.services),
        "window": change.window and asdict(change.window),
        "impact": (impact.users, impact.text, change.outage, change.planned_downtime_min),
        "people": (
            change.coordinator,
            [(contact.name, contact.role, contact.reach) for contact in change.contacts],
        ),
    }
    if audience in (Audience.IT_TEAM, Audience.MANAGEMENT):
        steps = [(step.title, step.owner) for step in change.runbook.steps]
        risk = change.risk and (change.risk.level, change.risk.residual_level)
        facts["hosts"] = (change.hosts, steps, risk)
    if moment is Moment.AFTER:
        facts["outcome"] = (
            change.close_code, change.backed_out, change.work_start, change.work_end,
        )  # fmt: skip
    return tuple((name, _fingerprint(value)) for name, value in facts.items())


def _fingerprint(value: object) -> str:
    text = json.dumps(value, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def outdated(message: Message, change: Change) -> tuple[str, ...]:
    """Return which facts are others since the message was drafted, in words."""
    now = dict(basis_of(change, message.audience, message.moment))
    return tuple(
        _(FACTS[name])
        for name, seen in message.basis
        if name in FACTS and name in now and now[name] != seen
    )


_Text = tuple[str, Iterable[str]]


def _users_before(w: Writing) -> _Text:
    wish = _("Please finish your work in {service} before {time}.").format(
        service=w.service, time=w.from_time
    )
    return (
        _("Maintenance of {service} on {day}").format(service=w.service, day=w.on_day),
        (
            _("Dear colleagues,"),
            _("{when}: {title}.").format(when=w.when, title=w.change.title),
            w.interruption,
            w.why,
            wish if w.change.outage else "",
            _("Questions: {contact}.").format(contact=w.contact),
        ),
    )


def _users_during(w: Writing) -> _Text:
    return (
        _("Maintenance of {service} has begun").format(service=w.service),
        (
            _("The work on {service} has begun and should end by {time}.").format(
                service=w.service, time=w.until_time
            ),
            w.interruption,
            _("We will tell you when it is over. Questions: {contact}.").format(contact=w.contact),
        ),
    )


def _users_after(w: Writing) -> _Text:
    return (
        _("Maintenance of {service} is over").format(service=w.service),
        (
            w.result,
            _("If anything does not work as before, please tell {contact}.").format(
                contact=w.contact
            ),
            _("Thank you for your patience."),
        ),
    )


def _desk_before(w: Writing) -> _Text:
    return (
        _("For the service desk: {title}, {day}").format(title=w.change.title, day=w.on_day),
        (
            _("When: {when}").format(when=w.when),
            _("What users may notice: {what}").format(what=w.interruption),
            w.affected,
            _("What to answer: the work is planned, and should be over by {time}.").format(
                time=w.until_time
            ),
            _("What to pass on at once: anything that concerns {service} after the work has"
              " begun, to {contact}.").format(service=w.service, contact=w.contact),
        ),
    )  # fmt: skip


def _desk_during(w: Writing) -> _Text:
    subject, parts = _users_during(w)
    ask = _("Please pass on calls about {service} to {contact}.")
    return subject, (*parts, ask.format(service=w.service, contact=w.contact))


def _desk_after(w: Writing) -> _Text:
    return (
        _("For the service desk: {title} is over").format(title=w.change.title),
        (
            w.result,
            _("Please link calls about {service} to {number} for the next {days}.").format(
                service=w.service,
                number=w.change.number,
                days=duration(w.change.monitor_days * 86_400),
            ),
        ),
    )


def _team_before(w: Writing) -> _Text:
    hosts = ", ".join(w.around.hosts)
    return (
        _("{number}: {title}, {day}").format(
            number=w.change.number, title=w.change.title, day=w.on_day
        ),
        (
            _("Window: {when}").format(when=w.when),
            _("Hosts: {hosts}").format(hosts=hosts) if hosts else "",
            w.risk,
            w.steps,
            w.way_back,
            w.reachable,
        ),
    )


def _team_during(w: Writing) -> _Text:
    return (
        _("{number} has begun").format(number=w.change.number),
        (
            _("The work has begun; it ends by {time}. [Write where it stands.]").format(
                time=w.until_time
            ),
            w.reachable,
        ),
    )


def _team_after(w: Writing) -> _Text:
    return (
        _("{number} is over: {title}").format(number=w.change.number, title=w.change.title),
        (
            w.result,
            _("It is watched for {days}; please report anything unusual to {contact}.").format(
                days=duration(w.change.monitor_days * 86_400), contact=w.contact
            ),
            _("What should be done otherwise next time? Please answer while it is fresh."),
        ),
    )


def _management_before(w: Writing) -> _Text:
    return (
        _("Planned change: {title}, {day}").format(title=w.change.title, day=w.on_day),
        (
            w.why,
            _("When: {when}").format(when=w.when),
            w.interruption,
            w.affected,
            w.option,
            w.risk,
            w.way_back,
        ),
    )


def _management_during(w: Writing) -> _Text:
    return (
        _("In progress: {title}").format(title=w.change.title),
        (
            _("The work has begun and should end by {time}. [Write where it stands.]").format(
                time=w.until_time
            ),
        ),
    )


def _management_after(w: Writing) -> _Text:
    planned = w.change.planned_downtime_min
    return (
        _("Result: {title}").format(title=w.change.title),
        (
            w.result,
            _("Planned downtime: {time}.").format(time=duration(planned * 60))
            if planned is not None
            else "",
            _("The report with before and after figures follows after {days} of observation.")
            .format(days=duration(w.change.monitor_days * 86_400)),
        ),
    )  # fmt: skip


def _called_off(w: Writing) -> _Text:
    """For those outside: what was said among colleagues about the reason stays there."""
    return (
        _("Called off: {title}, {day}").format(title=w.change.title, day=w.on_day),
        (
            _("What was announced does not take place: {title}, {when}.").format(
                title=w.change.title, when=w.when
            ),
            _("{service} stays as it is; nobody has to do anything.").format(service=w.service),
            _("Questions: {contact}.").format(contact=w.contact),
        ),
    )


def _called_off_inside(w: Writing) -> _Text:
    subject, (what, *rest) = _called_off(w)
    why = _("Reason: {why}").format(why=w.around.reason) if w.around.reason else ""
    return subject, (what, why, *rest)


_A, _M = Audience, Moment
_TEXTS: dict[tuple[Audience, Moment], Callable[[Writing], _Text]] = {
    (_A.USERS, _M.BEFORE): _users_before,
    (_A.USERS, _M.DURING): _users_during,
    (_A.USERS, _M.AFTER): _users_after,
    (_A.SERVICE_DESK, _M.BEFORE): _desk_before,
    (_A.SERVICE_DESK, _M.DURING): _desk_during,
    (_A.SERVICE_DESK, _M.AFTER): _desk_after,
    (_A.IT_TEAM, _M.BEFORE): _team_before,
    (_A.IT_TEAM, _M.DURING): _team_during,
    (_A.IT_TEAM, _M.AFTER): _team_after,
    (_A.MANAGEMENT, _M.BEFORE): _management_before,
    (_A.MANAGEMENT, _M.DURING): _management_during,
    (_A.MANAGEMENT, _M.AFTER): _management_after,
    (_A.PARTNERS, _M.BEFORE): _users_before,
    (_A.PARTNERS, _M.DURING): _users_during,
    (_A.PARTNERS, _M.AFTER): _users_after,
    (_A.USERS, _M.CALLED_OFF): _called_off,
    (_A.PARTNERS, _M.CALLED_OFF): _called_off,
    (_A.SERVICE_DESK, _M.CALLED_OFF): _called_off_inside,
    (_A.IT_TEAM, _M.CALLED_OFF): _called_off_inside,
    (_A.MANAGEMENT, _M.CALLED_OFF): _called_off_inside,
}
