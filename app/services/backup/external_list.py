"""What other systems keep for the changes that are open, and what the gate makes of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.backup import BackupSet, BackupSource
from app.domain.change import Change, ChangeState
from app.domain.external_backup import ExternalBackup
from app.domain.filter import BEFORE_WORK
from app.domain.ids import ChangeId
from app.domain.vocabulary import Level
from app.i18n import _
from app.services.backup.backup_gate import Demand, demand_of, gate_claim, gate_source
from app.services.change.changes import Desk
from app.services.host.last_work import work_after
from app.services.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Consequence:
    """What the gate makes of a reference for one thing of a plan."""

    source: BackupSource
    counts: bool
    """Whether the gate leans on it: it is enough, and nothing proven here is."""
    sentence: str


@dataclass(frozen=True, slots=True)
class ClaimedBackup:
    """A reference with the change it was recorded for."""

    change: ChangeId
    number: str
    title: str
    item: ExternalBackup
    needed: Level | None
    consequences: tuple[Consequence, ...]

    @property
    def counts(self) -> bool:
        """Whether the gate leans on it for anything."""
        return any(one.counts for one in self.consequences)


@dataclass(frozen=True, slots=True)
class OtherSystems:
    """References newest first, and the open changes that one can be recorded for."""

    claims: tuple[ClaimedBackup, ...]
    changes: tuple[tuple[ChangeId, str], ...]


def list_claims(*, desk: Desk) -> OtherSystems:
    """Return the references of all open changes; those of closed ones stay with their change."""
    found: list[ClaimedBackup] = []
    with desk.new_uow() as uow:
        opened = [
            change
            for state in ChangeState
            if state.is_open
            for change in uow.changes.list(state=state.value)
        ]
        for change in opened:
            if change.external_backups:
                found += _of_change(change, uow, desk)
    ready = sorted((c for c in opened if c.backup_plan), key=lambda c: c.number, reverse=True)
    return OtherSystems(
        tuple(sorted(found, key=lambda one: one.item.taken_at, reverse=True)),
        tuple((change.id, f"{change.number} {change.title}") for change in ready),
    )


def _of_change(change: Change, uow: UnitOfWork, desk: Desk) -> list[ClaimedBackup]:
    sets = uow.backups.list(change=change.id)
    work = work_after(change, sets, uow) if change.state in BEFORE_WORK else ()
    needed = change.risk.required_backup if change.risk else None
    demand = demand_of(change, desk.settings.backup_age_h, desk.clock.now(), work)
    return [
        ClaimedBackup(
            change.id, change.number, change.title, item, needed,
            tuple(
                _consequence(source, item, change, sets, demand)
                for source in change.backup_plan
                if item.stands_for(source)
            ),
        )
        for item in change.external_backups
    ]  # fmt: skip


def _consequence(
    source: BackupSource,
    item: ExternalBackup,
    change: Change,
    sets: Sequence[BackupSet],
    demand: Demand,
) -> Consequence:
    """Say of one thing of a plan whether the gate leans on this very reference."""
    if not item.stands:
        return Consequence(source, False, _("It was withdrawn."))
    answer = gate_source(source, sets, demand, change.external_backups)
    if answer.claim is not None and answer.claim.id != item.id:
        return Consequence(source, False, _("The gate looks at another reference."))
    if answer.claim is None and answer.met:
        return Consequence(source, False, _("Not needed: a set of our own is proven well enough."))
    if answer.claim is None:
        own = gate_claim(source, (item,), demand)
        return Consequence(source, False, own.sentence if own is not None else answer.sentence)
    return Consequence(source, answer.met, answer.sentence)
