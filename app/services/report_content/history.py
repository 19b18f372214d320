"""Timeline, approvals and process rules: who did what when, and whether the rules were kept."""

import json
from datetime import datetime, timedelta

from app.domain.approval import Approval, Decision
from app.domain.change import ChangeState
from app.domain.event import Event
from app.i18n import _, ngettext
from app.services.approval.approval_files import ANSWER
from app.services.approval.quorum import void_reason
from app.services.report_content.common import Claim, Icon, Mark
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.process_rules import process_rules
from app.services.report_content.proofs import ApprovalRow, EventRow, HistoryPart, Phase, RuleRow
from app.services.report_content.source import Source
from app.services.report_content.words import STATES, sentence
from app.services.signed_files import signed_bytes
from app.signing import fingerprint, from_base64, is_signed
from app.wording import clock, count, day, duration, zone_label

MOST_EVENTS = 300
_BUSY = (ChangeState.IMPLEMENT, ChangeState.BACKOUT)


def history(source: Source, book: EvidenceBook) -> HistoryPart:
    """Put the part together."""
    change, events = source.change, source.events
    rules = process_rules(source)
    brisk = _is_brisk(events)
    shown = events[:MOST_EVENTS]
    approvals = tuple(
        _approval(item, source, book, number)
        for number, item in enumerate(change.approvals, start=1)
    )
    return HistoryPart(
        intro=_intro(source, rules),
        phases=_phases(source),
        begins=_edge(events[0].at, source, brisk) if events else "",
        ends=_edge(events[-1].at, source, brisk) if events else "",
        header=(
            str(events[0].at.year) if events else "",
            zone_label(events[0].at, source.zone) if events else "",
        ),
        events=_rows(shown, source, brisk),
        left_out=_left_out(events),
        approvals=approvals,
        no_approvals="" if approvals else _("Nobody has decided about the plan."),
        approvals_header=zone_label(source.now, source.zone),
        approval_notes=tuple(note for item in change.approvals if (note := _note(item, source))),
        rules=rules,
        people=_people(source),
    )


def _is_brisk(events: tuple[Event, ...]) -> bool:
    return bool(events) and events[-1].at - events[0].at < timedelta(hours=2)


def _edge(at: datetime, source: Source, brisk: bool) -> str:
    return clock(at, source.zone, seconds=True) if brisk else day(at, source.zone)


def _left_out(events: tuple[Event, ...]) -> str:
    left = len(events) - MOST_EVENTS
    if not events:
        return _("The change log holds no entry for this change.")
    return _("{n} more entries are in the log.").format(n=count(left)) if left > 0 else ""


def _intro(source: Source, rules: tuple[RuleRow, ...]) -> str:
    change, parts = source.change, []
    if change.opened_at is not None:
        length = duration((source.now - change.opened_at).total_seconds())
        parts.append(_("{time} from the first entry to this report.").format(time=length))
    counted = [row for row in rules if row.mark.icon is not Icon.NONE]
    kept = sum(row.mark.icon is Icon.GOOD for row in counted)
    if counted:
        parts.append(
            ngettext(
                "{kept} of {n} process rule was kept.",
                "{kept} of {n} process rules were kept.",
                len(counted),
            ).format(kept=kept, n=len(counted))
        )
    return " ".join(parts)


def _phases(source: Source) -> tuple[Phase, ...]:
    """Cut the life of the change into its states, from the moves in the log."""
    moves = [(item.at, dict(item.data).get("to", "")) for item in source.events
             if item.kind == "change.moved"]  # fmt: skip
    start = source.change.opened_at
    if start is None or not moves or not all(state for _at, state in moves):
        return ()
    marks = [(start, ChangeState.DRAFT.value), *moves]
    ends = [at for at, _state in marks[1:]] + [source.now]
    found = []
    for (at, value), end in zip(marks, ends, strict=True):
        state = ChangeState(value)
        if state in (ChangeState.CLOSED, ChangeState.CANCELED):
            continue
        length_s = max(0.0, (end - at).total_seconds())
        words = _(STATES[state])
        found.append(Phase(words, length_s, f"{words}, {duration(length_s)}", state in _BUSY))
    return tuple(found)


def _rows(events: tuple[Event, ...], source: Source, brisk: bool) -> tuple[EventRow, ...]:
    rows, last = [], ""
    for item in events:
        today = day(item.at, source.zone)
        by = item.by if item.actor.value == "human" else _("system")
        time = clock(item.at, source.zone, seconds=brisk)
        shown = "" if today == last else today
        rows.append(EventRow(shown, time, by, item.text, str(item.seq)))
        last = today
    return tuple(rows)


def _approval(item: Approval, source: Source, book: EvidenceBook, number: int) -> ApprovalRow:
    void = void_reason(item, source.change)
    if item.decision is Decision.REJECTED:
        mark = Mark(Icon.BAD, _("Rejected"))
    elif not void:
        mark = Mark(Icon.GOOD, _("Approved"))
    else:
        mark = Mark(Icon.WATCH, _("Void: {why}").format(why=void))
    what = _("Decision of {name}").format(name=item.approver)
    ids = (book.record(f"approval/{number}", what, item, item.at),)
    role = item.role or _("approver")
    at = f"{day(item.at, source.zone)} {clock(item.at, source.zone)}"
    return ApprovalRow(role, item.approver, at, mark, item.plan_hash[:12], ids)


def _note(item: Approval, source: Source) -> Claim | None:
    """Say what stands beside a decision; None when nothing does."""
    parts = [sentence(item.comment)] if item.comment.strip() else []
    if item.waited_s:
        parts.append(_("Asked {time} before.").format(time=duration(item.waited_s)))
    if item.signed is not None:
        key = fingerprint(from_base64(item.signed.key))
        at = _moment(item.recorded_at, source)
        parts.append(
            _("Signed elsewhere with key {key}, taken over {at}.").format(key=key, at=at)
            if _is_genuine(item)
            else _("The kept signature does not fit what is recorded.")
        )
    return Claim(" ".join(parts), f"{item.approver}.") if parts else None


def _is_genuine(item: Approval) -> bool:
    """Whether the kept signature still fits the kept decision."""
    if item.signed is None:
        return False
    said, signed = json.loads(item.signed.payload), item.signed
    same = (said.get("approver"), said.get("decision"), said.get("plan_hash")) == (
        item.approver,
        item.decision.value,
        item.plan_hash,
    )
    data = signed_bytes(ANSWER, signed.payload)
    return same and is_signed(data, from_base64(signed.signature), from_base64(signed.key))


def _moment(at: datetime | None, source: Source) -> str:
    return f"{day(at, source.zone)} {clock(at, source.zone)}" if at else "–"


def _people(source: Source) -> Claim:
    change = source.change
    named = (
        (_("coordinator"), change.coordinator),
        (_("implementer"), change.implementer),
        (_("reviewer"), change.reviewed_by or change.reviewer),
        (_("requested by"), change.requested_by),
    )
    testers = ", ".join(dict.fromkeys(case.tester for case in change.tests if case.tester))
    parts = [f"{role} {name}" for role, name in (*named, (_("tester"), testers)) if name]
    text = ", ".join(parts)
    return Claim(f"{text[:1].upper()}{text[1:]}." if text else _("No roles were filled in."))
