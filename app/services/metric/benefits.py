"""Measure a change again days later, with the same queries, and say whether its gain lasted."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.domain.benefit import (
    MOST_DATES,
    MOST_DAYS,
    BenefitCheck,
    BenefitFinding,
    Lasting,
    Repeats,
)
from app.domain.change import Change, ChangeState
from app.domain.event import Actor, NewEvent
from app.domain.metric import SampleSet, WindowName
from app.domain.verdict import Comparison, Verdict
from app.errors import Conflict, IllegalMove, InvalidInput
from app.i18n import _, later, ngettext
from app.services.change.changes import Desk
from app.services.metric.metrics import Measuring, is_live, measure
from app.services.metric.verdicts import judge_later
from app.services.review.reminders import repeats_of
from app.tasks import TaskContext
from app.wording import day

LASTING_WORDS = {
    Lasting.WORSE: later("worse than before the change"),
    Lasting.GONE: later("the gain is gone"),
    Lasting.PARTLY: later("part of the gain is left"),
    Lasting.CANNOT_TELL: later("cannot tell"),
    Lasting.LASTED: later("the gain lasted"),
    Lasting.UNCHANGED: later("no gain, as right after the change"),
}


def remeasure(change_id: str, days: int, *, with_: Measuring, context: TaskContext) -> BenefitCheck:
    """Sample what is read from hosts again, and hold it against before the work.

    The samples are frozen like all others. A closed change stays closed: this is written down
    beside it, and its printed report is not touched. Measures that come from files are brought by
    `app.services.metric.benefit_files`; until then the day is partly measured.

    Raises:
        IllegalMove: The change was not carried out, was backed out, the day has not come, or
            nothing is left to measure on it.
        InvalidInput: No metric is read from a host, or none has samples from before.
        RemoteError: A host could not be read.
    """
    change = read_for(change_id, days, with_.desk)
    wanted = live_left(change, days)
    if not wanted and any(map(is_live, change.metrics)):
        raise IllegalMove(_("What is read from hosts is measured already; bring the files."))
    again = measure(
        change_id, WindowName.REPEATED, with_=with_, context=context, only=wanted or None
    )
    return conclude(change, days, again, with_=with_)


def live_left(change: Change, days: int) -> tuple[str, ...]:
    """Return the measures, by id, that are read from hosts and were not looked at on a day."""
    left = left_on(change, days)
    return tuple(item.id for item in change.metrics if item.id in left and is_live(item))


def files_left(change: Change, days: int) -> tuple[str, ...]:
    """Return the measures, by id, whose file of a day was not brought yet."""
    left = left_on(change, days)
    return tuple(item.id for item in change.metrics if item.id in left and not is_live(item))


def left_on(change: Change, days: int) -> tuple[str, ...]:
    """Return the measures, by id, that nobody has looked at on a day."""
    repeats = repeats_of(change)
    if repeats is None:
        return ()
    check = repeats.check(days)
    return check.left(repeats.metrics) if check else repeats.metrics


def skip(change_id: str, days: int, reason: str, *, desk: Desk) -> BenefitCheck:
    """Say why a change, or what is left of it, is not measured on one of its days.

    Raises:
        IllegalMove: The change is not measured again, or the day is done.
        InvalidInput: The reason is missing.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why it is not measured again."))
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
    based = _require(change, days)
    check = based or BenefitCheck(days, desk.clock.now(), desk.actor)
    return _record(change, based, replace(check, skipped=reason.strip()), desk=desk)


def agree_days(change_id: str, days: Iterable[int], *, desk: Desk) -> Change:
    """Say on which days after the work a change is measured again; none for never.

    What was looked at stays as it is. A day that has come is not dropped without a word: it is left
    out with a reason, by `skip`.

    Raises:
        IllegalMove: The change is not carried out any more, or a day is dropped that has come or
            was looked at.
        InvalidInput: A day is none from 1 to `MOST_DAYS`, or there are too many.
    """
    wanted = tuple(sorted(set(days)))
    if any(not 1 <= count <= MOST_DAYS for count in wanted) or len(wanted) > MOST_DATES:
        raise InvalidInput(
            _("Write up to {n} numbers of days, each from 1 to {most}.").format(
                n=MOST_DATES, most=MOST_DAYS
            )
        )
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if wanted == tuple(sorted(set(change.benefit_days))):
            return change
        _refuse_dropping(change, wanted, desk)
        after = replace(change, benefit_days=wanted, updated_at=desk.clock.now())
        uow.changes.save(after)
        uow.log.append(NewEvent("benefit.agreed", _agreed(change, after), change.id))
        uow.commit()
    return after


def _refuse_dropping(change: Change, wanted: Iterable[int], desk: Desk) -> None:
    """Raise where a change has no days any more, or one goes that somebody has to answer for."""
    if change.backed_out or change.state in (ChangeState.CANCELED, ChangeState.REJECTED):
        raise IllegalMove(
            _("{number} is not measured again: it was not carried out, or was taken back.").format(
                number=change.number
            )
        )
    dropped = set(change.benefit_days) - set(wanted)
    looked_at = {item.days for item in change.benefit_checks}
    repeats, now = repeats_of(change), desk.clock.now()
    come = {date.days for date in repeats.dates(now) if date.due_at <= now} if repeats else set()
    if bound := sorted(dropped & (looked_at | come)):
        raise IllegalMove(
            _("The day after {n} days has come, so it stays.").format(n=bound[0]),
            hint=_("Measure it, or leave it out and say why."),
        )


def _agreed(before: Change, after: Change) -> str:
    text = _("Measured again after the work: {new} (was {old})")
    return text.format(new=days_text(after.benefit_days), old=days_text(before.benefit_days))


def days_text(days: Iterable[int]) -> str:
    """Return days after the work in words, such as “7, 30, 90 days”."""
    told = ", ".join(str(count) for count in sorted(set(days)))
    return _("{days} days").format(days=told) if told else _("never")


def read_for(change_id: str, days: int, desk: Desk) -> Change:
    """Return a change that can be measured again now; raises as `remeasure`."""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
    _require(change, days)
    dates = {item.days: item for item in _repeats(change).dates(desk.clock.now())}
    if desk.clock.now() < dates[days].due_at:
        zone = change.window.zone if change.window else "UTC"
        raise IllegalMove(
            _("It is measured again from {day} on.").format(
                day=day(dates[days].due_at, zone, year=True)
            ),
            hint=_("Measured earlier it would not show whether the gain lasts so long."),
        )
    return change


def _repeats(change: Change) -> Repeats:
    repeats = repeats_of(change)
    if repeats is None:
        raise IllegalMove(
            _("{number} is not measured again: it was not carried out, or was taken back.").format(
                number=change.number
            )
        )
    return repeats


def _require(change: Change, days: int) -> BenefitCheck | None:
    """Return what was found on a day so far; raises where nothing can be added."""
    repeats = _repeats(change)
    if days not in repeats.days:
        raise InvalidInput(_("{n} days is none of its dates.").format(n=days))
    if repeats.is_over(days):
        raise IllegalMove(_("This date is done already."))
    return repeats.check(days)


def conclude(
    change: Change, days: int, again: Sequence[SampleSet], *, with_: Measuring
) -> BenefitCheck:
    """Judge what was sampled on a day, with what was sampled on it before, and record it.

    Raises:
        InvalidInput: None of it has samples from before the work.
        IllegalMove: The day is done meanwhile.
        Conflict: Somebody else recorded something for this day meanwhile.
    """
    desk = with_.desk
    based = _require(change, days)
    known = based.samples if based else ()
    with desk.new_uow() as uow:
        kept = [item for item in uow.samples.list(change=change.id) if item.id in known]
        first = {item.metric_id: item for item in uow.comparisons.list(change=change.id)}
    judged = judge_later(change, (*kept, *again), with_=with_)
    findings = tuple(finding(item, first.get(item.metric_id)) for item in judged)
    if not {item.metric_id for item in findings} & {item.metric for item in again}:
        raise InvalidInput(_("There are no samples from before the change to compare with."))
    ids = (*known, *(item.id for item in again))
    check = BenefitCheck(days, desk.clock.now(), desk.actor, overall(findings), findings, ids)
    return _record(change, based, check, desk=desk)


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
        item.metric_id,
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


def _record(
    change: Change, based: BenefitCheck | None, check: BenefitCheck, *, desk: Desk
) -> BenefitCheck:
    with desk.new_uow() as uow:
        change = uow.changes.get(change.id)
        if _require(change, check.days) != based:
            raise Conflict(_("Somebody else has measured on this day meanwhile; look again."))
        others = (item for item in change.benefit_checks if item.days != check.days)
        after = replace(change, benefit_checks=(*others, check), updated_at=desk.clock.now())
        uow.changes.save(after)
        actor = Actor.HUMAN if check.skipped else Actor.SYSTEM
        text = _told(check, left_on(after, check.days))
        uow.log.append(NewEvent("benefit.checked", text, change.id, check.samples, actor=actor))
        uow.commit()
    return check


def _told(check: BenefitCheck, left: Iterable[str]) -> str:
    if check.lasting is None:
        text = _("Not measured again after {n} days: {why}")
        return text.format(n=check.days, why=check.skipped)
    if check.skipped:
        text = _("The rest is not measured again after {n} days: {why}")
        return text.format(n=check.days, why=check.skipped)
    text = _("Measured again after {n} days: {found}")
    told = text.format(n=check.days, found=_(LASTING_WORDS[check.lasting]))
    count = len(tuple(left))
    if not count:
        return told
    rest = ngettext("{n} measure is left", "{n} measures are left", count).format(n=count)
    return f"{told}; {rest}"
