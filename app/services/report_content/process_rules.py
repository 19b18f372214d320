"""The rules of the process, and what the records say about each."""

from app.domain.approval import Decision
from app.domain.change import Change, ChangeType
from app.domain.metric import WindowName
from app.domain.run import StepState
from app.domain.runbook import StepKind
from app.i18n import _
from app.services.approval.quorum import (
    approvals_needed,
    standing,
    standing_approvals,
    standing_rejections,
)
from app.services.report_content.claims import claimed_words
from app.services.report_content.proofs import RuleRow
from app.services.report_content.source import Source
from app.services.report_content.words import kept_mark
from app.wording import NONE, count_of, duration


def process_rules(source: Source) -> tuple[RuleRow, ...]:
    """Return every rule with its finding."""
    return (
        _approved(source),
        _separated(source),
        _backup(source),
        _in_window(source),
        _declared(source),
        _gate(source),
        _checked(source),
        _measured(source),
        _same_plan(source),
        _passed(source),
    )


def _given(source: Source, *guards: str) -> bool:
    return any(item.guard in guards for item in source.change.counted_overrides)


def _approved(source: Source) -> RuleRow:
    needed = approvals_needed(source.change, source.settings)
    have = len(standing_approvals(source.change))
    rule = _("Enough people approved the plan as it was carried out")
    found = _("{have}, needed {needed}").format(have=have, needed=needed)
    if _by_template(source.change):
        return RuleRow(rule, _("by its approved template"), kept_mark(True))
    if source.run is None and have < needed:
        return RuleRow(rule, found, kept_mark(None))
    if late := _late(source):
        return RuleRow(rule, late, kept_mark(False, not standing_rejections(source.change)))
    return RuleRow(rule, found, kept_mark(have >= needed, _given(source, "second_approval")))


def _by_template(change: Change) -> bool:
    """Whether it took the short path, on which its template was approved instead; asked nobody."""
    short = change.type is ChangeType.STANDARD and change.template is not None
    return short and not (change.requests or change.approvals or change.retrospective)


def _late(source: Source) -> str:
    """Say that an emergency, or work recorded afterwards, was decided about after it began."""
    change = source.change
    if change.type is not ChangeType.EMERGENCY and not change.retrospective:
        return ""
    if standing_rejections(change):
        return _("rejected afterwards")
    given = [item.at for item in standing(change)]
    began = change.work_start
    return _("approved after the work began") if began and given and min(given) > began else ""


def _separated(source: Source) -> RuleRow:
    change = source.change
    approvers = {item.approver for item in change.approvals if item.decision is Decision.APPROVED}
    own = [name for name in (change.implementer,) if name and name in approvers]
    if change.implementer and change.reviewed_by == change.implementer:
        own.append(change.implementer)
    rule = _("Nobody approved or reviewed own work")
    if not change.implementer:
        return RuleRow(rule, _("no implementer named"), kept_mark(None))
    people = {*approvers, change.implementer, change.reviewed_by, change.coordinator} - {""}
    found = ", ".join(own) if own else _("{n} people").format(n=len(people))
    return RuleRow(rule, found, kept_mark(not own))


def _backup(source: Source) -> RuleRow:
    rule = _("Backup proven as the risk asks, before work began")
    risk = source.change.risk
    if risk is None or not source.change.backup_plan:
        return RuleRow(rule, NONE, kept_mark(None, _given(source, "backup")))
    best, claimed = source.backup_level, claimed_words(source)
    has = f"L{int(best)}" if best is not None else _("none")
    found = _("{has}, needed L{needed}").format(has=has, needed=int(risk.required_backup))
    if claimed:
        found = _("{found}; claimed: {systems}").format(found=found, systems=claimed)
    kept = best is not None and best >= risk.required_backup
    return RuleRow(rule, found, kept_mark(kept, not kept and _given(source, "backup")))


def _in_window(source: Source) -> RuleRow:
    rule = _("Every step began inside the window")
    window, steps = source.change.window, source.started
    if window is None or not steps:
        return RuleRow(rule, NONE, kept_mark(None))
    inside = sum(item.started_at in window.span for item in steps if item.started_at)
    kept = inside == len(steps)
    return RuleRow(
        rule,
        count_of(inside, len(steps)),
        kept_mark(kept, not kept and _given(source, "window_open")),
    )


def _declared(source: Source) -> RuleRow:
    rule = _("Hosts touched are the hosts declared")
    touched = {item.step.host for item in source.started if item.step.host}
    if not touched:
        return RuleRow(rule, NONE, kept_mark(None))
    inside = touched & set(source.change.hosts)
    return RuleRow(rule, count_of(len(inside), len(touched)), kept_mark(inside == touched))


def _gate(source: Source) -> RuleRow:
    rule = _("Gate answered by a named person before the roll-back deadline")
    gates = [item for item in source.started if item.step.kind is StepKind.GATE]
    if not gates:
        return RuleRow(rule, _("no gate"), kept_mark(None))
    deadline = source.deadline
    answered = [item for item in gates if item.state is StepState.DONE and item.by]
    last = max((item.ended_at for item in answered if item.ended_at), default=None)
    if deadline is None or last is None:
        return RuleRow(rule, count_of(len(answered), len(gates)), kept_mark(False))
    ahead_s = (deadline - last).total_seconds()
    found = _("{time} ahead").format(time=duration(ahead_s))
    return RuleRow(rule, found, kept_mark(len(answered) == len(gates) and ahead_s >= 0))


def _checked(source: Source) -> RuleRow:
    rule = _("Health checked before and after on every host")
    if not source.hosts or source.run is None:
        return RuleRow(rule, NONE, kept_mark(None))
    whole = sum(all(source.checks(host.id)) for host in source.hosts)
    kept = whole == len(source.hosts)
    return RuleRow(
        rule,
        count_of(whole, len(source.hosts)),
        kept_mark(kept, not kept and _given(source, "checked")),
    )


def _measured(source: Source) -> RuleRow:
    rule = _("Every measure sampled before and after")
    metrics = source.change.metrics
    if not metrics or source.run is None:
        return RuleRow(rule, NONE, kept_mark(None))
    sides = (WindowName.BEFORE, WindowName.AFTER)
    whole = sum(all(source.sample(metric.id, side) for side in sides) for metric in metrics)
    kept = whole == len(metrics)
    return RuleRow(
        rule,
        count_of(whole, len(metrics)),
        kept_mark(kept, not kept and _given(source, "baseline")),
    )


def _same_plan(source: Source) -> RuleRow:
    rule = _("The plan carried out is the plan that stands approved")
    run = source.run
    if run is None:
        return RuleRow(rule, NONE, kept_mark(None))
    same = run.plan_hash == source.change.plan_hash
    return RuleRow(rule, run.plan_hash[:12], kept_mark(same))


def _passed(source: Source) -> RuleRow:
    rule = _("No condition was passed by name")
    counted = source.change.counted_overrides
    passed = [f"O-{n}" for n, o in enumerate(source.change.overrides, start=1) if o in counted]
    accepted = enumerate(source.change.accepted_conflicts, start=1)
    names = ", ".join((*passed, *(f"C-{n}" for n, item in accepted if item.departs)))
    return RuleRow(rule, names or _("none passed"), kept_mark(True, bool(names)))
