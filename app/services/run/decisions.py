"""What a person decides during a run: gates, manual steps, trouble, notes in the timeline.

Whatever moves a step raises IllegalMove when runners are listed and the acting person is none of
them, does not implement the change, and does not own the step; a gate has rules of its own.
"""

from dataclasses import replace
from datetime import datetime

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.ids import new_id
from app.domain.run import Deviation, DeviationKind, Run, RunNote, StepRun, StepState
from app.domain.runbook import StepKind
from app.errors import IllegalMove
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.services.run import deviations
from app.services.run.execution import go_on, needs_clearance
from app.services.run.no_return import asks_first, must_stop, roll_back_until
from app.services.run.run_journal import Happening, deviated, record_step, update
from app.services.run.run_roles import require_runner_of
from app.services.run.silent_gates import close_silent_gates, is_silent
from app.wording import duration


def confirm_step(run_id: str, step_id: str, note: str, *, desk: Desk) -> Run:
    """Say that a manual step is done, or that a sent step did end well after all.

    Raises:
        IllegalMove: The step is a gate, needs a proof that is missing, is not to be answered, or
            has no way back and the latest start of a roll-back has passed.
    """
    require_runner_of(run_id, step_id, desk=desk)
    item = _item(run_id, step_id, desk=desk)
    if item.step.kind is StepKind.GATE:
        raise IllegalMove(_("A gate is answered with its words."))
    if item.state is StepState.WAITING and must_stop(_run(run_id, desk=desk), item, desk=desk):
        raise IllegalMove(
            _("The latest start of a roll-back has passed, and there is no way back after this."),
            hint=_("Back out, or say why to go on all the same."),
        )
    if item.step.proof and not item.proofs:
        raise IllegalMove(
            _("“{title}” needs a file or a photo.").format(title=item.step.title),
            hint=_("Add it first."),
        )
    return _answer(run_id, step_id, StepState.DONE, note or _("Done"), desk=desk)


def skip_step(run_id: str, step_id: str, reason: str, *, desk: Desk) -> Run:
    """Leave a step out, with a reason; a gate cannot be left out.

    Raises:
        IllegalMove: There is no reason, or the step is a gate.
    """
    require_runner_of(run_id, step_id, desk=desk)
    if not reason.strip():
        raise IllegalMove(_("A skipped step needs a reason."))
    if _item(run_id, step_id, desk=desk).step.kind is StepKind.GATE:
        raise IllegalMove(_("A gate cannot be skipped: answer it, or back out."))
    return _answer(run_id, step_id, StepState.SKIPPED, reason.strip(), desk=desk)


def answer_gate(run_id: str, step_id: str, typed: str, *, desk: Desk, late_reason: str = "") -> Run:
    """Answer a gate with “go”: what is typed must be exactly the answer the step names.

    Args:
        run_id: The run.
        step_id: The gate.
        typed: What the person typed.
        desk: Who answers.
        late_reason: Why to go on although a roll-back could no longer end inside the window;
            becomes a deviation.

    Raises:
        IllegalMove: The text differs, another person must answer, the gate's time is over, or the
            latest start of a roll-back has passed and no reason is given.
    """
    close_silent_gates(run_id, desk=desk)
    now = desk.clock.now()
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
        change = uow.changes.get(run.change)
        deadline = roll_back_until(run, change, uow)
    item = run.of(step_id)
    if item.state is StepState.STOPPED or is_silent(item, now):
        raise IllegalMove(
            _("The time to answer “{title}” is over.").format(title=item.step.title),
            hint=_("Open the gate again, or back out."),
        )
    _refuse_person(item, change, desk)
    if typed != item.step.answer:
        raise IllegalMove(_("Type exactly “{wanted}” to go on.").format(wanted=item.step.answer))
    found: tuple[Deviation, ...] = ()
    if deadline is not None and now > deadline:
        if not late_reason.strip():
            late = duration((now - deadline).total_seconds())
            raise IllegalMove(
                _("The latest start of a roll-back was {late} ago.").format(late=late),
                hint=_("Back out, or say why to go on all the same."),
            )
        late_item = replace(item, by=desk.actor)
        found = (deviations.past_deadline(late_item, late_reason.strip(), deadline, now),)
    note = _("Go: “{typed}”").format(typed=typed)
    return _answer(run_id, step_id, StepState.DONE, note, desk=desk, found=found)


def _refuse_person(item: StepRun, change: Change, desk: Desk) -> None:
    step = item.step
    if step.approver and desk.actor != step.approver:
        raise IllegalMove(_("Only {name} answers this gate.").format(name=step.approver))
    if step.by_another and desk.actor == change.implementer:
        raise IllegalMove(_("Who implements the change cannot answer this gate."))


def clear_command(run_id: str, step_id: str, typed: str, *, desk: Desk) -> Run:
    """Let a command be sent that destroys something, by typing what `clearance_phrase` says.

    Raises:
        IllegalMove: The text differs, or the step waits for no such confirmation.
    """
    require_runner_of(run_id, step_id, desk=desk)
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
        item = run.of(step_id)
        wanted = clearance_phrase(run, item, uow)
    if item.state is not StepState.WAITING or not needs_clearance(item):
        raise IllegalMove(_("“{title}” needs no confirmation.").format(title=item.step.title))
    if typed != wanted:
        raise IllegalMove(_("Type exactly “{wanted}” to go on.").format(wanted=wanted))
    cleared = replace(item, state=StepState.PENDING, started_at=None, cleared_by=desk.actor)
    text = _("Destructive command of “{title}” confirmed by name")
    record_step(run_id, cleared, Happening(text, "step.cleared"), desk=desk)
    return go_on(run_id, desk=desk)


def pass_deadline(run_id: str, step_id: str, reason: str, *, desk: Desk) -> Run:
    """Let a step without a way back go on although a roll-back can no longer end in the window.

    The reason becomes a deviation; call `app.services.run.execution.play` afterwards.

    Raises:
        IllegalMove: There is no reason, or the step does not wait for one.
    """
    require_runner_of(run_id, step_id, desk=desk)
    if not reason.strip():
        raise IllegalMove(_("Say why to go on past the latest start of a roll-back."))
    now = desk.clock.now()
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
        deadline = roll_back_until(run, uow.changes.get(run.change), uow)
    item = run.of(step_id)
    asked = item.state is StepState.WAITING and asks_first(item, deadline, now)
    if not asked or deadline is None:
        raise IllegalMove(_("“{title}” needs no reason.").format(title=item.step.title))
    passed = replace(item, state=StepState.PENDING, started_at=None, passed_by=desk.actor)
    found = deviations.past_deadline(replace(item, by=desk.actor), reason.strip(), deadline, now)
    text = _("“{title}” goes on past the latest start of a roll-back")
    record_step(run_id, passed, Happening(text, "step.passed", (found,)), desk=desk)
    return go_on(run_id, desk=desk)


def clearance_phrase(run: Run, item: StepRun, uow: UnitOfWork) -> str:
    """Return what must be typed before a destructive command is sent: its verb and its host."""
    target = run.host_for(item.step.host)
    host = uow.hosts.find(target) if target else None
    return f"RUN {host.name}" if host else "RUN"


def repeat_step(run_id: str, step_id: str, *, desk: Desk) -> Run:
    """Offer a step again that failed, was stopped, or is unknown and harmless to repeat.

    Raises:
        IllegalMove: It is unknown how the step ended, and sending it twice may do harm.
    """
    require_runner_of(run_id, step_id, desk=desk)
    item = _item(run_id, step_id, desk=desk)
    if item.state is StepState.UNKNOWN and not item.step.idempotent:
        raise IllegalMove(
            _("Nobody knows how “{title}” ended, and sending it twice may do harm.").format(
                title=item.step.title
            ),
            hint=_("Look on the host, then say how it ended."),
        )
    if not item.state.is_trouble:
        raise IllegalMove(_("“{title}” cannot be repeated now.").format(title=item.step.title))
    fresh = StepRun(
        item.step, planned_start=item.planned_start, proofs=item.proofs, sent_at=item.sent_at
    )
    again = _("Gate “{title}” opened again")
    text = again if item.step.kind is StepKind.GATE else _("Step “{title}” will be sent again")
    record_step(run_id, fresh, Happening(text, "step.repeated"), desk=desk)
    return go_on(run_id, desk=desk)


def look_again(run_id: str, step_id: str, *, desk: Desk) -> Run:
    """Look on the host how a command ended that was sent; nothing is sent again.

    Call `app.services.run.execution.play` afterwards.

    Raises:
        IllegalMove: Its outcome is known, or the host does not keep it by itself.
    """
    require_runner_of(run_id, step_id, desk=desk)
    item = _item(run_id, step_id, desk=desk)
    if item.state is not StepState.UNKNOWN or not item.job:
        raise IllegalMove(
            _("“{title}” cannot be looked for on a host.").format(title=item.step.title)
        )
    again = replace(item, state=StepState.SENT, ended_at=None, outcome="", attach=True)
    what = Happening(_("“{title}”: is to be looked for on its host"), "step.looked")
    record_step(run_id, again, what, desk=desk, seen=item)
    return go_on(run_id, desk=desk)


def add_note(
    run_id: str, text: str, at: datetime | None, *, desk: Desk, unplanned: bool = False
) -> Run:
    """Put an entry into the timeline, now or where it belongs.

    ``unplanned`` says that it was work outside the plan: in a live run that becomes a deviation.

    Raises:
        IllegalMove: The text is empty, or the time lies in the future or before the run.
    """
    text, now = text.strip(), desk.clock.now()
    if not text:
        raise IllegalMove(_("Say what happened."))

    def edit(run: Run, uow: UnitOfWork) -> Run:
        when = at or now
        if when > now or (run.started_at and when < run.started_at):
            raise IllegalMove(
                _("A note lies between the start of the run and now."), hint=_("Check the time.")
            )
        note = RunNote(new_id(), when, text, desk.actor, now)
        if unplanned and run.is_live:
            found = Deviation(DeviationKind.UNPLANNED, "", text, when, desk.actor)
            run = deviated(run, (found,), uow)
        return replace(run, notes=(*run.notes, note))

    return update(run_id, edit, NewEvent("run.noted", text), desk=desk)


def pin(run_id: str, key: str, *, desk: Desk) -> Run:
    """Pin an entry of the timeline by its key, or unpin it."""

    def edit(run: Run, _uow: UnitOfWork) -> Run:
        pinned = key in run.pins
        pins = tuple(item for item in run.pins if item != key) if pinned else (*run.pins, key)
        return replace(run, pins=pins)

    event = NewEvent(
        "run.pinned", _("Pinned or unpinned an entry of the timeline"), data=(("entry", key),)
    )
    return update(run_id, edit, event, desk=desk)


def _run(run_id: str, *, desk: Desk) -> Run:
    with desk.new_uow() as uow:
        return uow.runs.get(run_id)


def _item(run_id: str, step_id: str, *, desk: Desk) -> StepRun:
    run = _run(run_id, desk=desk)
    if run.is_over:
        raise IllegalMove(_("The run has ended: nothing of it is decided any more."))
    return run.of(step_id)


def _answer(
    run_id: str,
    step_id: str,
    state: StepState,
    note: str,
    *,
    desk: Desk,
    found: tuple[Deviation, ...] = (),
) -> Run:
    with desk.new_uow() as uow:
        run = uow.runs.get(run_id)
        change, hosts = uow.changes.get(run.change), tuple(uow.hosts.list())
    item = run.of(step_id)
    if item.is_settled or item.state is StepState.SENT:
        raise IllegalMove(_("“{title}” cannot be answered now.").format(title=item.step.title))
    if step_id not in [ready.step.id for ready in run.ready]:
        raise IllegalMove(_("It is not the turn of “{title}”.").format(title=item.step.title))
    now = desk.clock.now()
    begun = replace(item, started_at=item.started_at or now, by=desk.actor)
    over_at = (item.ended_at or now) if item.state.is_trouble else now
    ended = replace(begun, state=state, ended_at=over_at, outcome=note)
    seen = list(found)
    if not item.state.is_trouble:  # what was sent has been looked at when it was sent
        seen += deviations.before(change, run.mode, begun, begun.started_at or now, hosts)
    seen += deviations.after(change, run.mode, ended, now)
    word = _("Step “{title}” skipped") if state is StepState.SKIPPED else _("Step “{title}” done")
    kind = f"step.{state.value}"
    if item.step.kind is StepKind.GATE:
        word, kind = _("Gate “{title}” answered"), "step.answered"
    record_step(run_id, ended, Happening(word, kind, tuple(seen)), desk=desk)
    return go_on(run_id, desk=desk)
