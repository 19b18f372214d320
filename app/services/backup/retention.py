"""Retention: what would go and why the rest stays, the bin, and the removal for good.

Nothing is deleted in one step: a set is put in the bin first, where it stays whole and can be
taken out, and is removed after a delay if the rules still allow it. Both steps are logged.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.backup import BackupSet
from app.domain.event import Actor
from app.domain.ids import ChangeId
from app.domain.retention import (
    ChangeStanding,
    Decision,
    Facts,
    Reason,
    RetentionRules,
    clock_doubt,
    decide,
)
from app.errors import Busy, IllegalMove
from app.i18n import _
from app.services.backup.backups import Safekeeping
from app.services.backup.set_records import set_event
from app.services.change.changes import Desk
from app.services.ports.store import UnitOfWork
from app.settings import Settings
from app.wording import bytes_size, moment


@dataclass(frozen=True, slots=True)
class RetentionPreview:
    """What the rules would do now; ``doubt`` says why nothing may be done at all."""

    decisions: tuple[Decision, ...]
    binned: tuple[BackupSet, ...]
    rules: RetentionRules
    numbers: dict[ChangeId, str]
    doubt: str = ""

    @property
    def going(self) -> tuple[Decision, ...]:
        """The sets that nothing keeps."""
        return tuple(item for item in self.decisions if item.goes)

    @property
    def freed_bytes(self) -> int:
        """What they hold on our disk."""
        return sum(item.set.stored_bytes for item in self.going)

    def purge_at(self, item: BackupSet) -> datetime | None:
        """Return when a binned set is removed for good (UTC)."""
        return item.binned_at and item.binned_at + timedelta(hours=self.rules.bin_hours)


def rules_of(settings: Settings) -> RetentionRules:
    """Return the rules as they are set."""
    return RetentionRules(
        settings.keep_last, settings.keep_days_closed, settings.keep_days_loose, settings.bin_hours
    )


def preview(*, desk: Desk) -> RetentionPreview:
    """Say what would go, and why every other set stays; nothing is changed."""
    with desk.new_uow() as uow:
        return _look(uow, desk)


def _look(uow: UnitOfWork, desk: Desk) -> RetentionPreview:
    now, rules = desk.clock.now(), rules_of(desk.settings)
    facts = _facts(uow)
    return RetentionPreview(
        decisions=decide(facts, rules, now),
        binned=tuple(s for s in facts.sets if s.binned_at is not None and s.purged_at is None),
        rules=rules,
        numbers={key: standing.number for key, standing in facts.changes.items()},
        doubt=_doubt(now, facts, uow),
    )


def _facts(uow: UnitOfWork) -> Facts:
    sets = tuple(uow.backups.list())
    changes: dict[ChangeId, ChangeStanding] = {}
    for change_id in {item.change for item in sets if item.change}:
        change = uow.changes.find(change_id)
        if change is None:
            continue
        reports = [report.made_at for report in uow.reports.list(change=change_id)]
        changes[change_id] = ChangeStanding(
            change.number, change.state.is_open, change.closed_at, max(reports, default=None)
        )
    open_ones = [item for item in uow.restores.list() if item.is_open]
    named = {item.set for item in open_ones} | {item.safety for item in open_ones if item.safety}
    return Facts(sets, changes, frozenset(named))


def _doubt(now: datetime, facts: Facts, uow: UnitOfWork) -> str:
    times = [item.sealed_at for item in facts.sets]
    times += [proof.at for item in facts.sets for proof in item.verifications]
    times += [item.binned_at for item in facts.sets if item.binned_at]
    times += [at for at in (uow.log.latest(),) if at is not None]
    match clock_doubt(now, max(times, default=None)):
        case "back":
            return _("The clock of this computer is behind what is in the log: it was set back.")
        case "forward":
            return _(
                "Nothing was written into the log for two months before now: the clock of this"
                " computer may have jumped."
            )
    return ""


def put_in_bin(
    set_ids: Sequence[str], reason: str, *, keeping: Safekeeping
) -> tuple[BackupSet, ...]:
    """Put sets in the bin: by the rules, or one by one by a person with a reason.

    Raises:
        IllegalMove: One of them must stay whatever a person wants, or the clock is in doubt.
    """
    if not reason.strip():
        raise IllegalMove(_("A backup is put in the bin with a reason."))
    done = []
    for set_id in set_ids:
        with keeping.desk.new_uow() as uow:
            seen = _look(uow, keeping.desk)
            item = _refuse_needed(set_id, seen, uow)
        keeping.vault.bin.put(item, by=keeping.desk.actor, reason=reason.strip())
        binned = replace(
            item,
            binned_at=keeping.desk.clock.now(),
            binned_by=keeping.desk.actor,
            binned_reason=reason.strip(),
        )
        text = _("Put the backup of {host} in the bin: {reason}")
        done.append(_save(binned, "backup.binned", text, keeping))
    return tuple(done)


def apply_rules(*, keeping: Safekeeping) -> tuple[BackupSet, ...]:
    """Put everything in the bin that nothing keeps; raises IllegalMove on a doubtful clock."""
    seen = preview(desk=keeping.desk)
    _refuse_doubt(seen)
    ids = [decision.set.id for decision in seen.going]
    return put_in_bin(ids, _("No rule keeps it."), keeping=keeping) if ids else ()


def _refuse_needed(set_id: str, seen: RetentionPreview, uow: UnitOfWork) -> BackupSet:
    _refuse_doubt(seen)
    for decision in seen.decisions:
        if decision.set.id == set_id:
            if decision.firm:
                raise IllegalMove(
                    _("The backup of {host} stays: {why}.").format(
                        host=decision.set.host_name, why=reason_words(decision.firm[0])
                    )
                )
            return decision.set
    item = uow.backups.get(set_id)
    raise IllegalMove(
        _("The backup of {host} is not in the vault, or in the bin already.").format(
            host=item.host_name
        )
    )


def _refuse_doubt(seen: RetentionPreview) -> None:
    if seen.doubt:
        raise IllegalMove(
            seen.doubt,
            hint=_("Set the clock right. Nothing is deleted before something new is logged."),
        )


def take_out_of_bin(set_id: str, *, keeping: Safekeeping) -> BackupSet:
    """Take a set out of the bin again; raises IllegalMove when it is not in there."""
    with keeping.desk.new_uow() as uow:
        item = uow.backups.get(set_id)
    if item.binned_at is None or item.purged_at is not None:
        raise IllegalMove(_("This backup is not in the bin."))
    return _take_out(item, _("Took the backup of {host} out of the bin"), keeping)


def _take_out(item: BackupSet, text: str, keeping: Safekeeping) -> BackupSet:
    keeping.vault.bin.take_out(item)
    kept = replace(item, binned_at=None, binned_by="", binned_reason="")
    return _save(kept, "backup.unbinned", text, keeping)


def hold(set_id: str, reason: str, *, desk: Desk) -> BackupSet:
    """Keep a set whatever the rules say, by name and with a reason; raises IllegalMove."""
    if not reason.strip():
        raise IllegalMove(_("A backup is held with a reason."))
    with desk.new_uow() as uow:
        item = uow.backups.get(set_id)
        held = uow.backups.save(replace(item, held_by=desk.actor, held_reason=reason.strip()))
        text = _("Holds the backup of {host}: {reason}").format(
            host=item.host_name, reason=reason.strip()
        )
        uow.log.append(set_event("backup.held", text, held))
        uow.commit()
    return held


def release(set_id: str, *, desk: Desk) -> BackupSet:
    """Let the rules decide about a set again; raises IllegalMove when it is not held."""
    with desk.new_uow() as uow:
        item = uow.backups.get(set_id)
        if not item.held_by:
            raise IllegalMove(_("This backup is not held."))
        free = uow.backups.save(replace(item, held_by="", held_reason=""))
        text = _("No longer holds the backup of {host}").format(host=item.host_name)
        uow.log.append(set_event("backup.released", text, free))
        uow.commit()
    return free


def purge_due(*, keeping: Safekeeping) -> tuple[BackupSet, ...]:
    """Remove for good what has lain in the bin long enough and is still not needed.

    A set that has become the only proven one meanwhile, or that a person holds, is taken out of
    the bin instead; one that is being proven, copied or restored from stays in it until the next
    time. While the clock is in doubt nothing is removed. The record is written first: a crash
    leaves at most bytes that the next start removes.
    """
    with keeping.desk.new_uow() as uow:
        seen, facts = _look(uow, keeping.desk), _facts(uow)
    if seen.doubt:
        return ()
    now, gone = keeping.desk.clock.now(), []
    for item in seen.binned:
        due = seen.purge_at(item)
        if due is None or now < due:
            continue
        if _is_needed_again(item, facts, seen.rules, now):
            text = _("Took the backup of {host} out of the bin: it is needed again")
            _take_out(item, text, keeping)
            continue
        with suppress(Busy):
            gone.append(_purge(replace(item, purged_at=now), keeping))
    return tuple(gone)


def _purge(item: BackupSet, keeping: Safekeeping) -> BackupSet:
    text = _("Removed the backup of {host} for good: {reason}")
    saved: list[BackupSet] = []

    def record() -> None:
        saved.append(_save(item, "backup.purged", text, keeping, Actor.SYSTEM))

    keeping.vault.bin.purge(item, record)
    return saved[0]


def _is_needed_again(item: BackupSet, facts: Facts, rules: RetentionRules, now: datetime) -> bool:
    """Whether a firm reason would keep a binned set, if it were taken out."""
    out = replace(item, binned_at=None)
    sets = tuple(out if other.id == item.id else other for other in facts.sets)
    decisions = decide(replace(facts, sets=sets), rules, now)
    return any(decision.firm for decision in decisions if decision.set.id == item.id)


def _save(
    item: BackupSet, kind: str, text: str, keeping: Safekeeping, actor: Actor = Actor.HUMAN
) -> BackupSet:
    with keeping.desk.new_uow() as uow:
        current = uow.backups.get(item.id)
        saved = uow.backups.save(
            replace(
                current,
                binned_at=item.binned_at,
                binned_by=item.binned_by,
                binned_reason=item.binned_reason,
                purged_at=item.purged_at,
            )
        )
        words = text.format(host=item.host_name, reason=item.binned_reason)
        size = bytes_size(item.stored_bytes)
        uow.log.append(set_event(kind, f"{words} ({size})", saved, actor))
        uow.commit()
    return saved


def why_words(decision: Decision, zone: str) -> str:
    """Say why a set stays, the firmest reason first, and until when where that ends by itself."""
    ends = (Reason.RECENTLY_CLOSED, Reason.RECENT)
    told = [
        f"{reason_words(reason)} ({_('until {at}').format(at=moment(decision.until, zone))})"
        if reason in ends and decision.until
        else reason_words(reason)
        for reason in decision.reasons
    ]
    return "; ".join(told)


def reason_words(reason: Reason) -> str:
    """Say why a set stays, to stand after a colon."""
    return {
        Reason.ONLY_PROVEN: _("it is the newest proven copy of something"),
        Reason.OPEN_CHANGE: _("its change is open"),
        Reason.HOLD: _("a person holds it"),
        Reason.RESTORING: _("a restore that is not settled needs it"),
        Reason.NOT_SUPERSEDED: _("no newer proven backup holds all that it holds"),
        Reason.LAST_N: _("it is one of the newest"),
        Reason.RECENTLY_CLOSED: _("its change was closed or reported recently"),
        Reason.RECENT: _("it is recent"),
    }[reason]
