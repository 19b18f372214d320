"""The agenda of the change advisory board: a list of what waits, then one page per change.

Laying out paper is the world's business: it comes in as ``render``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.errors import NotFound
from app.i18n import _, ngettext, speaking
from app.services.approval.agreement import Agreement, agreement_of
from app.services.approval.quorum import step_title
from app.services.change.changes import Desk, gather_facts
from app.services.change.plan_reading import Reading, read_plan
from app.services.ports.store import Files, UnitOfWork
from app.services.report_content.common import Claim
from app.services.report_content.data import Cover, Rendered
from app.services.report_content.words import STATES, TYPES
from app.services.schedule.conflicts import conflict_sentence, unaccepted
from app.services.search.finding import Finder, Place, Query
from app.settings import Settings
from app.wording import NONE, clock, clock_span, count_of, day, duration, zone_with_offset


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One change on one page, in words."""

    number: str
    title: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Reading, ...]
    in_the_way: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]
    """Of the approval: what is asked for, how many there are."""
    said: tuple[Claim, ...]
    bound: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """The whole pack; ``rows`` are number, title, risk, window and how long it has waited."""

    cover: Cover
    headline: str
    rows: tuple[tuple[str, str, str, str, str], ...]
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True, slots=True)
class MadeAgenda:
    """An agenda that was made: its bytes lie among the evidence under ``sha256``."""

    sha256: str
    pages: int
    numbers: tuple[str, ...]


RenderAgenda = Callable[[Agenda], Rendered]


@dataclass(frozen=True, slots=True)
class Boards:
    """The collaborators of agendas."""

    desk: Desk
    files: Files
    render: RenderAgenda


WAITING = ChangeState.AUTHORIZE
"""Where a change waits for approval."""


def waiting_in(query: Query, finder: Finder) -> tuple[str, ...]:
    """Return the numbers of the changes in a list that wait for approval.

    Raises:
        NotFound: None of the list waits.
    """
    states = query.wanted.states
    if states and WAITING not in states:
        raise NotFound(_("No change of this list waits for approval."))
    narrowed = replace(query, wanted=replace(query.wanted, states=(WAITING,)))
    found: list[str] = []
    after: Place | None = None
    while True:
        changes, after = finder.records(narrowed, after=after)
        found += (change.number for change in changes)
        if after is None or not changes:
            break
    if not found:
        raise NotFound(_("No change of this list waits for approval."))
    return tuple(found)


def make_agenda(numbers: Sequence[str] = (), *, boards: Boards) -> MadeAgenda:
    """Print the agenda of these changes, or of all that wait for approval, and log it.

    Raises:
        NotFound: A change is not there, or none waits.
    """
    desk = boards.desk
    with speaking(desk.settings.report_language):
        with desk.new_uow() as uow:
            pack = agenda(_wanted(numbers, uow), uow, desk)
        made = boards.render(pack)
    sha256 = boards.files.put(made.pdf)
    with desk.new_uow() as uow:
        shown = tuple(item.number for item in pack.items)
        text = _("Agenda of {names}, {sha256}…").format(names=", ".join(shown), sha256=sha256[:12])
        uow.log.append(NewEvent("agenda.made", text, refs=(sha256,)))
        uow.commit()
    return MadeAgenda(sha256, made.pages, shown)


def _wanted(numbers: Sequence[str], uow: UnitOfWork) -> tuple[Change, ...]:
    """Return the changes in the order in which their windows open; those without one come last."""
    if numbers:
        found = [uow.changes.by_number(number) for number in dict.fromkeys(numbers)]
    else:
        found = list(uow.changes.list(state=ChangeState.AUTHORIZE.value))
    if not found:
        raise NotFound(_("No change waits for approval."))
    return tuple(sorted(found, key=_opening))


def _opening(change: Change) -> tuple[bool, float, str]:
    window = change.window
    return window is None, window.span.start.timestamp() if window else 0.0, change.number


def agenda(changes: Sequence[Change], uow: UnitOfWork, desk: Desk) -> Agenda:
    """Put the pack into words."""
    now = desk.clock.now()
    standing = [agreement_of(change, uow, desk) for change in changes]
    rows = tuple(_row(c, found, now) for c, found in zip(changes, standing, strict=True))
    items = tuple(
        _item(change, found, uow, desk) for change, found in zip(changes, standing, strict=True)
    )
    n = len(changes)
    headline = ngettext("{n} change to decide about", "{n} changes to decide about", n)
    cover = _cover(desk.settings, desk.actor, now, uow.log.head())
    return Agenda(cover, headline.format(n=n), rows, items)


def _cover(settings: Settings, author: str, now: datetime, head: str) -> Cover:
    zone = settings.zone
    return Cover(
        organisation=settings.organisation,
        document=_("Agenda of the change advisory board"),
        number=_("Agenda"),
        title=day(now, zone, year=True),
        status=day(now, zone, year=True),
        revision=1,
        generated=f"{day(now, zone, year=True)} {clock(now, zone)} {zone_with_offset(now, zone)}",
        generated_at=now,
        log_head=head,
        author=author,
        label=settings.label,
        language=settings.report_language,
        paper=settings.page_size,
    )


def _row(change: Change, found: Agreement, now: datetime) -> tuple[str, str, str, str, str]:
    waited = duration((now - found.asked.at).total_seconds()) if found.asked else NONE
    return change.number, change.title, _risk(change), _window(change), waited


def _risk(change: Change) -> str:
    if change.risk is None:
        return _("not assessed")
    return _("{before}, {after} with controls").format(
        before=_(change.risk.level.label), after=_(change.risk.residual_level.label).lower()
    )


def _window(change: Change) -> str:
    window = change.window
    return clock_span(window.span.start, window.span.end, window.zone) if window else _("none yet")


def _item(change: Change, found: Agreement, uow: UnitOfWork, desk: Desk) -> AgendaItem:
    facts = gather_facts(change, uow, desk=desk)
    names = {str(host.id): host.name for host in uow.hosts.list()}
    zone = change.window.zone if change.window else desk.settings.zone
    waits = duration((facts.now - found.asked.at).total_seconds()) if found.asked else NONE
    return AgendaItem(
        number=change.number,
        title=change.title,
        facts=(
            (_("Type"), f"{_(TYPES[change.type])}, {_(STATES[change.state])}"),
            (_("Window"), _window(change)),
            (_("Risk"), _risk(change)),
            (_("Has waited"), waits),
        ),
        parts=_parts(change, names, facts.now),
        in_the_way=tuple(
            conflict_sentence(item, zone) for item in unaccepted(change, facts.conflicts)
        ),
        steps=tuple(
            (step_title(item.step), count_of(len(item.approvals), item.step.quorum))
            for item in found.steps
        ),
        said=tuple(_said(found, zone)),
        bound=_("Plan {plan}, revision {n}. The decision holds for exactly this plan.").format(
            plan=change.plan_hash[:12], n=change.revision
        ),
    )


def _parts(change: Change, names: Mapping[str, str], now: datetime) -> tuple[Reading, ...]:
    """Return the plan in words, without what stands at the head of the page."""
    above = {(_("Type"), _(TYPES[change.type])), (_("Window"), _window(change))}
    return tuple(
        replace(part, lines=tuple(line for line in part.lines if line not in above))
        for part in read_plan(change, lambda host: names.get(host, host), now)
    )


def _said(found: Agreement, zone: str) -> list[Claim]:
    claims = []
    for said in found.said:
        item = said.approval
        what = _("approved") if item.decision.value == "approved" else _("rejected")
        parts = [f"{what}, {day(item.at, zone)} {clock(item.at, zone)}."]
        if said.void:
            parts.append(_("Void: {why}.").format(why=said.void))
        if item.comment:
            parts.append(f"“{item.comment}”")
        claims.append(Claim(" ".join(parts), f"{item.approver}:"))
    return claims
