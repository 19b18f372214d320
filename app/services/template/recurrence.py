"""Drafts that come by themselves: made ahead of each occurrence, exactly once, never silently."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from app.domain.change import Change
from app.domain.event import Actor, NewEvent
from app.domain.template import Recurrence, Template
from app.domain.window import Window
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.services.template.templates import Wanted, drafted
from app.wording import day

MOST = 60
"""Occurrences looked at in one go: a rule that comes every minute is a mistake."""
_RULE = 200
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST",
     "BYHOUR", "BYMINUTE"}
)  # fmt: skip
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


def set_recurrence(template_id: str, wanted: Recurrence | None, *, desk: Desk) -> Template:
    """Let drafts come by a rule, or no longer; what lies in the past is not made.

    Raises:
        InvalidInput: The rule cannot be read, or comes more often than daily.
    """
    now = desk.clock.now()
    if wanted is not None:
        check_rule(wanted)
        wanted = replace(wanted, handled_until=wanted.handled_until or now, missed=())
    with desk.new_uow() as uow:
        template = uow.templates.get(template_id)
        saved = uow.templates.save(replace(template, recurrence=wanted))
        text = (
            _("Drafts of “{name}” come by: {rule}")
            if wanted
            else _("Drafts of “{name}” no longer come")
        )
        words = text.format(name=template.name, rule=wanted.rule if wanted else "")
        uow.log.append(NewEvent("template.recurs", words, refs=(template.id,)))
        uow.commit()
    return saved


def check_rule(wanted: Recurrence) -> None:
    """Raise InvalidInput when a rule cannot be read, or comes more often than daily."""
    parts = dict(part.partition("=")[::2] for part in wanted.rule.upper().split(";"))
    known = parts.keys() <= _PARTS and parts.get("FREQ") in _FREQUENCIES
    hint = _("Use a rule such as FREQ=MONTHLY;BYDAY=2TU.")
    if len(wanted.rule) > _RULE or not known:
        raise InvalidInput(
            _("“{rule}” is no rule for a draft.").format(rule=wanted.rule), hint=hint
        )
    try:
        rrulestr(wanted.rule, dtstart=wanted.start)
        ZoneInfo(wanted.zone)
    except (ValueError, KeyError, OSError) as error:
        raise InvalidInput(
            _("“{rule}” cannot be read: {why}.").format(rule=wanted.rule, why=error), hint=hint
        ) from error
    if wanted.minutes < 1 or wanted.lead_days < 0:
        raise InvalidInput(_("A window has at least a minute, and a draft is made before it."))


def occurrences(wanted: Recurrence, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return when the rule comes in (after, until], as naive wall times, at most `MOST`.

    A wall time that the spring change skips begins where the clocks go on; the first of the two
    hours of autumn counts. Both as Python's zone rules do it.
    """
    zone = ZoneInfo(wanted.zone)
    low = after.astimezone(zone).replace(tzinfo=None) - timedelta(hours=2)
    found: list[datetime] = []
    for wall in rrulestr(wanted.rule, dtstart=wanted.start).xafter(low, inc=True):
        at = wall.replace(tzinfo=zone).astimezone(UTC)
        if at > until or len(found) == MOST:
            break
        if at > after:
            found.append(wall)
    return tuple(found)


def make_due(*, desk: Desk) -> tuple[Change, ...]:
    """Make the drafts that are due, and write down those that were missed.

    Drafts and the mark of how far the rule was followed are one transaction: a draft never comes
    twice. An occurrence whose window has begun already is missed, not made.
    """
    with desk.new_uow() as uow:
        due = [item for item in _newest(uow) if item.recurrence is not None]
    return tuple(change for item in due for change in _follow(item.id, desk=desk))


def _newest(uow: UnitOfWork) -> list[Template]:
    best: dict[str, Template] = {}
    for item in uow.templates.list():
        if item.family not in best or best[item.family].edition < item.edition:
            best[item.family] = item
    return [item for item in best.values() if not item.retired_by]


def _follow(template_id: str, *, desk: Desk) -> list[Change]:
    now = desk.clock.now()
    with desk.new_uow() as uow:
        template = uow.templates.get(template_id)
        rule = template.recurrence
        if rule is None:
            return []
        until = now + timedelta(days=rule.lead_days)
        since = rule.handled_until or now
        walls = occurrences(rule, since, until)
        if not walls:
            return []
        made, missed = [], []
        for wall in walls:
            if _at(wall, rule) <= now:
                missed.append(wall)
            else:
                made.append(_draft(template, rule, wall, uow, desk=desk))
        handled = _at(walls[-1], rule)
        after = replace(rule, handled_until=handled, missed=(*rule.missed, *missed))
        uow.templates.save(replace(template, recurrence=after))
        for wall in missed:
            text = _("No draft of “{name}” was made for {day}: Change Desk was not open in time")
            words = text.format(name=template.name, day=day(_at(wall, rule), rule.zone, year=True))
            uow.log.append(
                NewEvent("template.missed", words, refs=(template.id,), actor=Actor.SYSTEM)
            )
        uow.commit()
    return made


def make_missed(template_id: str, wall: datetime, *, desk: Desk) -> Change:
    """Make the draft of a missed occurrence now, without its window; raises IllegalMove."""
    with desk.new_uow() as uow:
        template = uow.templates.get(template_id)
        rule = template.recurrence
        if rule is None or wall not in rule.missed:
            raise IllegalMove(_("This occurrence was not missed."))
        change = drafted(template, Wanted(), uow, desk=desk)
        left = tuple(item for item in rule.missed if item != wall)
        uow.templates.save(replace(template, recurrence=replace(rule, missed=left)))
        uow.commit()
    return change


def _draft(
    template: Template, rule: Recurrence, wall: datetime, uow: UnitOfWork, *, desk: Desk
) -> Change:
    at = _at(wall, rule)
    title = f"{template.pattern.title or template.name}, {day(at, rule.zone, year=True)}"
    change = drafted(template, Wanted(title[:160]), uow, desk=desk)
    return uow.changes.save(replace(change, window=_window(rule, wall)))


def _window(rule: Recurrence, wall: datetime) -> Window | None:
    try:
        return Window.from_wall(wall, wall + timedelta(minutes=rule.minutes), rule.zone)
    except InvalidInput:  # in the gap of spring: a person must choose
        return None


def _at(wall: datetime, rule: Recurrence) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(rule.zone)).astimezone(UTC)
