"""Measure a change again days later, with the same queries, and say whether its gain lasted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.benefit import BenefitCheck, BenefitFinding, Lasting
from app.domain.change import Change
from app.domain.event import Actor, NewEvent
from app.domain.metric import SampleSet, WindowName
from app.domain.verdict import Comparison, Verdict
from app.errors import IllegalMove, InvalidInput
from app.i18n import _, later
from app.services.changes import Desk
from app.services.comparison import compare_windows
from app.services.metrics import Measuring, measure
from app.services.reminders import is_measured_again
from app.tasks import TaskContext

LASTING_WORDS = {
    Lasting.WORSE: later("worse than before the change"),
    Lasting.GONE: later("the gain is gone"),
    Lasting.PARTLY: later("part of the gain is left"),
    Lasting.CANNOT_TELL: later("cannot tell"),
    Lasting.LASTED: later("the gain lasted"),
    Lasting.UNCHANGED: later("no gain, as right after the change"),
}


def remeasure(change_id: str, days: int, *, with_: Measuring, context: TaskContext) -> BenefitCheck:
    """Sample every metric that is read from a host again, and hold it against before the work.

    The samples are frozen like all others. A closed change stays closed: this is written down
    beside it, and its printed report is not touched.

    Raises:
        IllegalMove: The change was not carried out, was backed out, or this day is done.
        InvalidInput: No metric is read from a host, or none has samples from before.
        RemoteError: A host could not be read.
    """
    _require(_read(change_id, with_.desk), days)
    now = measure(change_id, WindowName.REPEATED, with_=with_, context=context)
    desk = with_.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        samples = tuple(uow.samples.list(change=change_id))
        first = {item.metric_id: item for item in uow.comparisons.list(change=change_id)}
    findings = _findings(change, samples, now, first, with_)
    if not findings:
        raise InvalidInput(_("There are no samples from before the change to compare with."))
    check = BenefitCheck(
        days, desk.clock.now(), desk.actor, overall(findings), findings,
        tuple(item.id for item in now),
    )  # fmt: skip
    return _record(change_id, check, desk=desk)


def skip(change_id: str, days: int, reason: str, *, desk: Desk) -> BenefitCheck:
    """Say why a change is not measured again on one of its days; raises InvalidInput."""
    if not reason.strip():
        raise InvalidInput(_("Say why it is not measured again."))
    _require(_read(change_id, desk), days)
    check = BenefitCheck(days, desk.clock.now(), desk.actor, skipped=reason.strip())
    return _record(change_id, check, desk=desk)


def _read(change_id: str, desk: Desk) -> Change:
    with desk.new_uow() as uow:
        return uow.changes.get(change_id)


def _require(change: Change, days: int) -> None:
    if not is_measured_again(change):
        raise IllegalMove(
            _("{number} is not measured again: it was not carried out, or was taken back.").format(
                number=change.number
            )
        )
    if days not in change.benefit_days:
        raise InvalidInput(_("{n} days is none of its dates.").format(n=days))
    if any(item.days == days for item in change.benefit_checks):
        raise IllegalMove(_("This date is done already."))


def _findings(
    change: Change,
    samples: Sequence[SampleSet],
    now: Sequence[SampleSet],
    first: Mapping[str, Comparison],
    with_: Measuring,
) -> tuple[BenefitFinding, ...]:
    before = {
        item.metric: item
        for item in sorted(samples, key=lambda item: item.id)
        if item.window is WindowName.BEFORE
    }
    found: list[BenefitFinding] = []
    for metric in change.metrics:
        again = next((item for item in now if item.metric == metric.id), None)
        if again is None or metric.id not in before:
            continue
        series = with_.series
        item = compare_windows(
            change, metric, series.get(before[metric.id].sha256), series.get(again.sha256)
        )
        found.append(finding(item, first.get(metric.id)))
    return tuple(found)


def finding(item: Comparison, first: Comparison | None) -> BenefitFinding:
    """Say of one measure whether what it gained is still there.

    Args:
        item: Before the work against now.
        first: Before the work against right after it, as it was judged then.
    """
    was = first.verdict if first else Verdict.NOT_MEASURED
    return BenefitFinding(
        item.metric,
        item.unit,
        _lasting(item, was),
        was,
        item.verdict,
        item.before,
        first.after if first else None,
        item.after,
        item.key,
        item.sentence,
    )


def _lasting(item: Comparison, was: Verdict) -> Lasting:
    if item.verdict is Verdict.REGRESSED:
        return Lasting.WORSE
    if item.verdict in (Verdict.NOT_ENOUGH_DATA, Verdict.NOT_MEASURED):
        return Lasting.CANNOT_TELL
    if item.verdict is Verdict.IMPROVED:
        return Lasting.PARTLY if item.target_met is False else Lasting.LASTED
    return Lasting.GONE if was is Verdict.IMPROVED else Lasting.UNCHANGED


def overall(findings: Sequence[BenefitFinding]) -> Lasting:
    """Return the worst of the key measures, of all where none is key."""
    key = [item for item in findings if item.key] or list(findings)
    return min((item.lasting for item in key), key=list(Lasting).index)


def _record(change_id: str, check: BenefitCheck, *, desk: Desk) -> BenefitCheck:
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        _require(change, check.days)
        after = replace(
            change,
            benefit_checks=(*change.benefit_checks, check),
            updated_at=desk.clock.now(),
        )
        uow.changes.save(after)
        text = (
            _("Not measured again after {n} days: {why}").format(n=check.days, why=check.skipped)
            if check.lasting is None
            else _("Measured again after {n} days: {found}").format(
                n=check.days, found=_(LASTING_WORDS[check.lasting])
            )
        )
        actor = Actor.HUMAN if check.lasting is None else Actor.SYSTEM
        uow.log.append(NewEvent("benefit.checked", text, change.id, check.samples, actor=actor))
        uow.commit()
    return check
