"""Record a change, edit it, and move it through the process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from unicodedata import category

from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.ids import ChangeId, new_id
from app.domain.window import TimeRange
from app.errors import GuardRefused, IllegalMove, InvalidInput
from app.i18n import _
from app.services.approval.requests import ask
from app.services.change.agreed import refuse_agreed
from app.services.change.origins import origin_of
from app.services.change.process import next_move, transition, way_instead
from app.services.change.stamps import entered
from app.services.change.transitions import Answer, Facts, Transition
from app.services.host.last_work import work_after
from app.services.ports.store import NewUnitOfWork, UnitOfWork
from app.services.ports.world import Clock
from app.services.run.runbooks import refuse_circles
from app.services.schedule.conflicts import Around, find_conflicts, freezes_on, look_around
from app.services.schedule.follow_window import follow_window
from app.settings import Settings

Edit = Callable[[Change], Change]

_FIXED = frozenset(
    {
        "id", "number", "state", "state_since", "version", "opened_at", "opened_by", "revision",
        "requests", "approvals", "overrides", "on_hold", "on_hold_reason", "parent", "reopened",
        "retrospective", "retrospective_reason", "closed_at", "monitor_since", "review_since",
        "template", "copied_from",
    }
)  # fmt: skip
"""What an edit may never touch; these change through verbs of their own."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts, and with what: the collaborators every verb here needs."""

    new_uow: NewUnitOfWork
    clock: Clock
    actor: str
    settings: Settings = Settings()


def open_change(title: str, *, desk: Desk, edit: Edit | None = None) -> Change:
    """Record a new change as a draft and return it; ``edit`` adds what is known already.

    Raises:
        InvalidInput: The title is empty or longer than 160 characters.
    """
    with desk.new_uow() as uow:
        change = blank_change(title, uow, desk=desk)
        if edit is not None:
            known = edit(change)
            _refuse_fixed(change, known)
            _refuse_figures(known)
            change = known
        uow.changes.add(change)
        uow.log.append(
            NewEvent("change.opened", _("Opened “{title}”").format(title=change.title), change.id)
        )
        uow.commit()
    return change


def blank_change(title: str, uow: UnitOfWork, *, desk: Desk) -> Change:
    """Return a draft with a number and nothing planned; the caller keeps it.

    Raises:
        InvalidInput: The title is empty or longer than 160 characters.
    """
    title = _clean_title(title)
    now = desk.clock.now()
    return Change(
        id=ChangeId(new_id()),
        number=uow.changes.next_number(),
        title=title,
        coordinator=desk.actor,
        monitor_days=desk.settings.monitor_days,
        opened_at=now,
        opened_by=desk.actor,
        updated_at=now,
    )


MAX_TITLE = 160


def _clean_title(title: str) -> str:
    """Return a title on one line, without what a terminal or a mail would obey."""
    kept = "".join(" " if letter.isspace() else letter for letter in title)
    kept = "".join(letter for letter in kept if category(letter) not in ("Cc", "Cs")).strip()
    if not kept or len(kept) > MAX_TITLE:
        raise InvalidInput(
            _("A title has 1 to {n} characters.").format(n=MAX_TITLE), hint=_("Shorten it.")
        )
    return kept


def edit_change(change_id: str, edit: Edit, *, desk: Desk, note: str = "") -> Change:
    """Apply an edit to a change and log it.

    Approvals stay recorded but count no longer when the plan has another hash afterwards.

    Raises:
        IllegalMove: The change is closed, or the edit touches what verbs own or people agreed to.
        InvalidInput: The new title is empty or too long, a figure is below zero or none at all,
            or steps wait for each other.
    """
    with desk.new_uow() as uow:
        before = uow.changes.get(change_id)
        if not before.state.is_open:
            raise IllegalMove(_("{number} is closed.").format(number=before.number))
        after = edit(before)
        if after.title != before.title:
            after = replace(after, title=_clean_title(after.title))
        _refuse_fixed(before, after)
        refuse_agreed(before, after, desk.actor)
        _refuse_figures(after)
        refuse_circles(after.runbook)
        now = desk.clock.now()
        after = follow_window(before, after, uow, now=now)
        after = replace(after, updated_at=now)
        saved = uow.changes.save(after)
        text = note or _("Edited {number}").format(number=before.number)
        if before.approvals and before.plan_hash != after.plan_hash:
            text += _(". The plan is another one now: earlier approvals no longer count")
        uow.log.append(NewEvent("change.edited", text, before.id))
        uow.commit()
    return saved


def _refuse_fixed(before: Change, after: Change) -> None:
    touched = [
        item.name
        for item in fields(Change)
        if item.name in _FIXED and getattr(before, item.name) != getattr(after, item.name)
    ]
    if touched:
        raise IllegalMove(_("An edit cannot change {names}.").format(names=", ".join(touched)))
    if before.state is not ChangeState.DRAFT and before.type is not after.type:
        raise IllegalMove(_("The type is fixed once the draft is left."))


def _refuse_figures(change: Change) -> None:
    """Refuse a length, a share or a price that no calculation could use."""
    if odd := change.odd_figures:
        raise InvalidInput(
            _("A figure from zero on is needed: {names}.").format(names=", ".join(odd)),
            hint=_("Leave it empty where it is not known."),
        )


def gather_facts(change: Change, uow: UnitOfWork, *, desk: Desk) -> Facts:
    """Collect what the guards of a change look at."""
    around = look_around(change, change.window.span, uow) if change.window else Around()
    backups = tuple(uow.backups.list(change=change.id))
    return Facts(
        now=desk.clock.now(),
        actor=desk.actor,
        backups=backups,
        runs=tuple(uow.runs.list(change=change.id)),
        health=tuple(uow.health.list(change=change.id)),
        samples=tuple(uow.samples.list(change=change.id)),
        comparisons=tuple(uow.comparisons.list(change=change.id)),
        hosts=tuple(uow.hosts.get(host) for host in change.hosts),
        freezes=_freezes_now(change, uow, desk.clock.now()),
        rivals=tuple(item for item in around.others if set(item.hosts) & set(change.hosts)),
        conflicts=find_conflicts(change, change.window, around),
        origin=origin_of(change, uow),
        children=tuple(uow.changes.list(parent=change.id)),
        log_entries=_entries_since_work(change, uow),
        settings=desk.settings,
        people=tuple(uow.people.list()),
        work=work_after(change, backups, uow),
    )


def _freezes_now(change: Change, uow: UnitOfWork, now: datetime) -> tuple[str, ...]:
    """Return the names of the freezes that hold now and that nobody has accepted for the window."""
    moment = TimeRange(now, now + timedelta(seconds=1))
    accepted = {given.conflict.split("|")[2] for given in change.acknowledged}
    found = freezes_on(change, look_around(change, moment, uow), moment)
    return tuple(item.window.name for item in found if item.window.id not in accepted)


def _entries_since_work(change: Change, uow: UnitOfWork) -> int:
    """Count what people wrote into the log, from the first step of the work on."""
    if change.state is not ChangeState.REVIEW:
        return 0
    since = change.work_start or change.state_since
    return sum(
        item.kind == ENTRY and (since is None or item.at >= since) for item in uow.log.of(change.id)
    )


ENTRY = "log.entry"
"""The kind of what a person writes into the log in their own words."""


def readiness(change_id: str, *, desk: Desk) -> tuple[Transition, tuple[Answer, ...]] | None:
    """Return the next move of the main path with the answers of its guards; None at the end."""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        move = next_move(change)
        return (move, move.answers(change, gather_facts(change, uow, desk=desk))) if move else None


def move_change(change_id: str, target: ChangeState, *, desk: Desk, reason: str = "") -> Change:
    """Move a change to another state, with the log entry in the same transaction.

    Raises:
        IllegalMove: There is no such move, the change is on hold, or a reason is missing.
        GuardRefused: A guard refuses; ``missing`` says what it needs.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        step = _allowed(change, target, reason)
        answers = step.answers(change, gather_facts(change, uow, desk=desk))
        missing = tuple(f"{item.title}: {item.missing}" for item in answers if not item.met)
        if missing:
            raise GuardRefused(
                _("{number} cannot go on to “{state}” yet.").format(
                    number=change.number, state=target.value
                ),
                missing,
            )
        change = _used(change, answers, desk.clock.now())
        saved = moved(change, target, uow, desk=desk, reason=reason)
        uow.commit()
    return saved


def _used(change: Change, answers: Sequence[Answer], now: datetime) -> Change:
    """Stamp the overrides that this move rests on."""
    resting = [item.override for item in answers if item.missing and item.override]
    kept = (replace(o, used_at=o.used_at or now) if o in resting else o for o in change.overrides)
    return replace(change, overrides=tuple(kept))


def _allowed(change: Change, target: ChangeState, reason: str) -> Transition:
    step = transition(change.state, target)
    if step is None or not step.fits(change):
        raise IllegalMove(
            _("{number} is in “{state}”; there is no way from there to “{target}”.").format(
                number=change.number, state=change.state.value, target=target.value
            ),
            hint=way_instead(target),
        )
    if target is not ChangeState.CANCELED:
        refuse_held(change)
    if step.needs_reason and not reason.strip():
        raise IllegalMove(_("This move needs a reason."), hint=_("Say why in one sentence."))
    return step


def moved(
    change: Change, target: ChangeState, uow: UnitOfWork, *, desk: Desk, reason: str = ""
) -> Change:
    """Put a change into a state inside an open unit of work; the caller has asked the guards."""
    after = entered(change, target, desk.clock.now(), desk.settings)
    text = _("Moved from “{a}” to “{b}”").format(a=change.state.words, b=target.words)
    if target is ChangeState.AUTHORIZE:
        after = ask(after, uow, desk)
    saved = uow.changes.save(after)
    uow.log.append(
        NewEvent(
            "change.moved",
            f"{text}: {reason}" if reason.strip() else text,
            change.id,
            data=(
                ("from", change.state.value),
                ("to", target.value),
                *((("reason", reason.strip()),) if reason.strip() else ()),
            ),
        )
    )
    return saved


def refuse_held(change: Change) -> None:
    """Raise IllegalMove for a change on hold."""
    if change.on_hold:
        raise IllegalMove(
            _("{number} is on hold: {why}").format(number=change.number, why=change.on_hold_reason),
            hint=_("Take it off hold, or cancel it."),
        )


WORKING = (ChangeState.IMPLEMENT, ChangeState.BACKOUT)


def set_hold(change_id: str, reason: str, *, desk: Desk, held: bool = True) -> Change:
    """Put a change on hold, or take it off hold; both need a reason.

    Raises:
        IllegalMove: The reason is missing, the work runs, or the change is over.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if not change.state.is_open:
            raise IllegalMove(_("{number} is closed.").format(number=change.number))
        if held and change.state in WORKING:
            raise IllegalMove(
                _("The work on {number} has begun.").format(number=change.number),
                hint=_("Pause the run, or back it out."),
            )
        if not reason.strip():
            raise IllegalMove(_("This needs a reason."), hint=_("Say why in one sentence."))
        if held is change.on_hold:
            raise IllegalMove(_("{number} is there already.").format(number=change.number))
        kept = reason.strip() if held else ""
        saved = uow.changes.save(replace(change, on_hold=held, on_hold_reason=kept))
        text = _("On hold: {why}") if held else _("Off hold: {why}")
        kind = "change.held" if held else "change.released"
        uow.log.append(NewEvent(kind, text.format(why=reason.strip()), change.id))
        uow.commit()
    return saved
