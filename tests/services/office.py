"""An office in memory: a store, a clock, and desks for its people."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from app.domain.change import Change, ChangeState, ChangeType
from app.domain.ids import new_id
from app.domain.metric import WindowName
from app.domain.people import Person, Role
from app.domain.risk import RiskAssessment, Treatment
from app.services.change.changes import Desk, edit_change, move_change, open_change
from app.settings import Settings
from tests.examples import DB, checked, identified, planned
from tests.fakes import MemoryStore, SetClock
from tests.services.process_cases import backup, samples

S = ChangeState
HOUR = timedelta(hours=1)


class Office:
    """Brings changes as far as a test wants them, by the verbs people use."""

    def __init__(self, settings: Settings = Settings()) -> None:
        self.clock = SetClock()
        self.store = MemoryStore({"hosts": {DB.id: DB}}, clock=self.clock)
        self.settings = settings

    def desk(self, name: str = "Nomsa") -> Desk:
        return Desk(self.store.unit_of_work, self.clock, name, self.settings)

    def now(self, change: Change) -> Change:
        found: Change = self.store.kinds["changes"][change.id]
        return found

    def put(self, change: Change, **fields: object) -> Change:
        """Keep a change with other fields, past all verbs."""
        self.store.kinds["changes"][change.id] = replace(self.now(change), **fields)
        return self.now(change)

    def edit(self, change: Change, **fields: object) -> Change:
        return edit_change(change.id, lambda c: replace(c, **fields), desk=self.desk())

    def draft(self, *edits: Callable[[Change], Change], **fields: object) -> Change:
        change = open_change("Upgrade", desk=self.desk())
        for edit in (identified, planned, *edits):
            edit_change(change.id, edit, desk=self.desk())
        return self.edit(change, **fields)

    def asked(self, **fields: object) -> Change:
        """A change that waits for approval."""
        change = self.draft(**fields)
        move_change(change.id, S.ASSESS, desk=self.desk())
        return move_change(change.id, S.AUTHORIZE, desk=self.desk())

    def urgent(self) -> Change:
        """An emergency that waits for approval, with everything the work needs at hand."""
        change = self.draft(type=ChangeType.EMERGENCY, justification="Data leaks now")
        self.equip(change)
        return move_change(change.id, S.AUTHORIZE, desk=self.desk())

    def equip(self, change: Change) -> None:
        """Back up, check and measure before."""
        kinds = self.store.kinds
        kinds["backups"] = {"b1": backup(change)}
        kinds["health"] = {"h1": checked(change)}
        before = samples(change, WindowName.BEFORE)
        kinds["samples"] = {before.id: before}

    def person(self, name: str, *roles: Role, **fields: object) -> Person:
        kept = Person(new_id(), name, roles, **fields)
        self.store.kinds.setdefault("people", {})[kept.id] = kept
        return kept


def at_high_risk(change: Change) -> RiskAssessment:
    """Return its assessment with a residual risk as high as the inherent one, and borne."""
    assert change.risk is not None
    return replace(
        change.risk,
        residual=change.risk.inherent,
        reason="There is no other way",
        treatment=Treatment.ACCEPT,
    )


def at_low_risk(change: Change) -> RiskAssessment:
    """Return its assessment with an inherent risk as low as the residual one."""
    assert change.risk is not None
    return replace(change.risk, inherent=change.risk.residual)
