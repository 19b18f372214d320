"""The briefing for the IT team: one page that says what is done, when, by whom, and how back.

It is made from the plan as it stands, before the work; the report says afterwards what became of
it. Laying out paper is the world's business: it comes in as ``render``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.backup import BackupSet
from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.runbook import Phase, Step
from app.i18n import _, speaking
from app.services.change.changes import Desk
from app.services.message.drafts import AUDIENCES
from app.services.need_words import money
from app.services.ports.store import Files, UnitOfWork
from app.services.report_content.data import Cover, Rendered
from app.services.report_content.words import NEEDS, STATES, TYPES, sentence, target_words
from app.services.run.rollback import rollback_deadline
from app.services.run.runbooks import plan_steps
from app.wording import NONE, clock, clock_span, count, day, duration, zone_label, zone_with_offset

_Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class BriefStep:
    """One step as the team reads it."""

    number: str
    start: str
    title: str
    host: str
    owner: str
    took: str
    note: str = ""
    """What is special: no way back, users are without the service."""


@dataclass(frozen=True, slots=True)
class BriefOption:
    """One way that was compared; figures alone, the currency stands in the head."""

    title: str
    chosen: bool
    time: str
    cost: str


@dataclass(frozen=True, slots=True)
class Briefing:
    """The page as data, in words; the layout decides only what there is no room for."""

    cover: Cover
    headline: str
    facts: tuple[_Fact, ...]
    why: str
    options: tuple[BriefOption, ...]
    """Only where a figure was given; the chosen one first."""
    currency: str
    steps: tuple[BriefStep, ...]
    back: tuple[BriefStep, ...]
    back_words: str
    checks: tuple[str, ...]
    contacts: tuple[tuple[str, str, str], ...]
    """Name, role, how to reach."""
    told: str
    open_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeBriefing:
    """A briefing that was made: its bytes lie among the evidence under ``sha256``."""

    number: str
    sha256: str
    pages: int
    open_points: tuple[str, ...]


RenderBriefing = Callable[[Briefing], Rendered]


@dataclass(frozen=True, slots=True)
class Briefs:
    """The collaborators of briefings."""

    desk: Desk
    files: Files
    render: RenderBriefing


def make_briefing(number: str, *, briefs: Briefs) -> MadeBriefing:
    """Print the briefing of a change as it stands now, keep the PDF and log it.

    Raises:
        NotFound: There is no such change.
    """
    desk = briefs.desk
    with desk.new_uow() as uow:
        change = uow.changes.by_number(number)
        backups = tuple(uow.backups.list(change=change.id))
        hosts = _hosts(change, uow)
        head = uow.log.head()
    with speaking(desk.settings.report_language):
        page = briefing(change, hosts, backups, desk=desk, log_head=head)
        made = briefs.render(page)
    sha256 = briefs.files.put(made.pdf)
    with desk.new_uow() as uow:
        text = _("Briefing for the IT team, {sha256}…").format(sha256=sha256[:12])
        uow.log.append(NewEvent("briefing.made", text, change.id, (sha256,)))
        uow.commit()
    return MadeBriefing(change.number, sha256, made.pages, page.open_points)


def _hosts(change: Change, uow: UnitOfWork) -> tuple[Host, ...]:
    wanted = dict.fromkeys(
        [*change.hosts, *(step.host for step in change.runbook.steps if step.host is not None)]
    )
    found = (uow.hosts.find(host) for host in wanted)
    return tuple(host for host in found if host is not None)


def briefing(
    change: Change,
    hosts: tuple[Host, ...],
    backups: tuple[BackupSet, ...],
    *,
    desk: Desk,
    log_head: str = "",
) -> Briefing:
    """Put the page into words."""
    names = {str(host.id): host.name for host in hosts}
    zone = change.window.zone if change.window else desk.settings.zone
    deadline = rollback_deadline(change, backups)
    return Briefing(
        cover=_cover(change, desk, zone, log_head),
        headline=_headline(change),
        facts=_facts(change, names, deadline),
        why=_why(change),
        options=_options(change),
        currency=change.impact.currency,
        steps=_steps(change, Phase.FORWARD, names, zone),
        back=_steps(change, Phase.BACKOUT, names, zone),
        back_words=_back_words(change, deadline, zone),
        checks=_checks(change),
        contacts=tuple((item.name, item.role, item.reach) for item in change.contacts),
        told=_told(change),
        open_points=_open_points(change),
    )


def _cover(change: Change, desk: Desk, zone: str, log_head: str) -> Cover:
    now, settings = desk.clock.now(), desk.settings
    return Cover(
        organisation=settings.organisation,
        document=_("Briefing for the IT team"),
        number=change.number,
        title=change.title,
        status=f"{_(TYPES[change.type])} · {_(STATES[change.state])}",
        revision=change.revision,
        generated=f"{day(now, zone, year=True)} {clock(now, zone)} {zone_with_offset(now, zone)}",
        generated_at=now,
        log_head=log_head,
        author=desk.actor,
        language=settings.report_language,
        paper=settings.page_size,
        label=settings.label,
    )


def _headline(change: Change) -> str:
    if change.window is None:
        return _("{title}\nNo window is agreed yet").format(title=change.title)
    span = change.window.span
    when = clock_span(span.start, span.end, change.window.zone)
    return f"{change.title}\n{when}"


def _facts(change: Change, names: dict[str, str], deadline: datetime | None) -> tuple[_Fact, ...]:
    hosts = ", ".join(names.get(str(host), str(host)) for host in change.hosts)
    services = ", ".join(filter(None, change.impact.services or (change.business_service,)))
    zone = change.window.zone if change.window else "UTC"
    facts = (
        (_("Hosts"), hosts),
        (_("Services"), services),
        (_("Users affected"), _users(change)),
        (_("Service down"), _downtime(change)),
        (_("Risk"), _risk(change)),
        (_("Roll back by"), f"{clock(deadline, zone)} {zone_label(deadline, zone)}"
         if deadline else ""),
        (_("Coordinator"), change.coordinator),
        (_("Implementer"), change.implementer),
    )  # fmt: skip
    return tuple((label, value or _("not said")) for label, value in facts)


def _users(change: Change) -> str:
    return "" if change.impact.users is None else count(change.impact.users)


def _downtime(change: Change) -> str:
    if change.outage is False:
        return _("no outage is planned")
    if change.planned_downtime_min is None:
        return _("yes, length not said") if change.outage else ""
    return duration(change.planned_downtime_min * 60)


def _risk(change: Change) -> str:
    if change.risk is None:
        return ""
    return _("{inherent}, {residual} with controls").format(
        inherent=_(change.risk.level.label), residual=_(change.risk.residual_level.label).lower()
    )


def _why(change: Change) -> str:
    need = f"{_(NEEDS[change.need.category])}. " if change.need.category else ""
    chosen = change.chosen_option
    way = _("Chosen way: {title}.").format(title=chosen.title) if chosen else ""
    return " ".join(part for part in (need + sentence(change.description), way) if part.strip())


def _options(change: Change) -> tuple[BriefOption, ...]:
    if all(item.amount is None and item.takes_s is None for item in change.options):
        return ()
    return tuple(
        BriefOption(
            item.title,
            item.chosen,
            NONE if item.takes_s is None else duration(item.takes_s),
            NONE if item.amount is None else money(item.amount),
        )
        for item in sorted(change.options, key=lambda option: not option.chosen)
    )


def _steps(change: Change, phase: Phase, names: dict[str, str], zone: str) -> tuple[BriefStep, ...]:
    steps = change.runbook.in_order(phase)
    begin = change.window.span.start if change.window and phase is Phase.FORWARD else None
    plan = plan_steps(steps, begin) if begin and steps else None
    return tuple(
        BriefStep(
            str(number),
            clock(plan.steps[step.id].start, zone) if plan else "",
            step.title,
            names.get(str(step.host), str(step.host)) if step.host else "",
            step.owner or step.approver or step.recipients,
            duration(step.estimate_s),
            _special(step),
        )
        for number, step in enumerate(steps, start=1)
    )


def _special(step: Step) -> str:
    parts = (
        _("no way back from here") if step.point_of_no_return else "",
        _("users are without the service") if step.stops_service else "",
        _("users have it back") if step.starts_service else "",
        _("goes on with the answer “{answer}”").format(answer=step.answer) if step.answer else "",
    )
    return ", ".join(part for part in parts if part)


def _back_words(change: Change, deadline: datetime | None, zone: str) -> str:
    parts = [sentence(change.backout_plan)] if change.backout_plan.strip() else []
    if deadline is not None and change.window is not None:
        takes = change.window.span.end - deadline
        parts.append(
            _("The way back takes {time}; it begins at {latest} at the latest.").format(
                time=duration(max(takes, timedelta()).total_seconds()),
                latest=f"{clock(deadline, zone)} {zone_label(deadline, zone)}",
            )
        )
    return " ".join(parts)


def _checks(change: Change) -> tuple[str, ...]:
    tests = [
        ": ".join(part for part in (case.title, case.expected.strip()) if part)
        for case in change.tests
        if case.mandatory
    ]
    plan = [sentence(change.test_plan)] if change.test_plan.strip() else []
    targets = [
        f"{metric.name}: {target_words(metric.target, metric.unit)}"
        for metric in change.metrics
        if metric.target is not None
    ]
    return (*plan, *tests, *targets)


def _told(change: Change) -> str:
    sent = [message for message in change.messages if message.sent]
    if not change.messages:
        return sentence(change.communication_plan)
    planned = dict.fromkeys(_(AUDIENCES[message.audience]) for message in change.messages)
    return _("Told are: {names}; {n} of {all} messages have gone out.").format(
        names=", ".join(planned), n=len(sent), all=len(change.messages)
    )


def _open_points(change: Change) -> tuple[str, ...]:
    """Say what the team cannot know yet."""
    lacking = (
        (change.window is None, _("no window")),
        (not change.runbook.phase(Phase.FORWARD), _("no steps")),
        (not change.runbook.phase(Phase.BACKOUT), _("no way back")),
        (not change.implementer, _("no implementer")),
        (not change.contacts, _("nobody to reach during the work")),
        (change.risk is None, _("risk not assessed")),
        (change.outage is None, _("outage not decided")),
        (not change.tests and not change.test_plan.strip(), _("no test")),
    )
    return tuple(text for lacks, text in lacking if lacks)
