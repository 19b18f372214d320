"""References of all open changes, and what the gate makes of each."""

from dataclasses import replace
from datetime import timedelta

from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.external_backup import BackupSystem, Checked, Covered, ExternalBackup
from app.domain.ids import ChangeId
from app.services.backup.external_list import list_claims
from app.services.change.changes import Desk
from tests.fakes import NOON, MemoryStore, SetClock
from tests.ui.pages.test_backup_sources import CACHE, a_set

VM = BackupSource(SourceKind.EXTERNAL, CACHE.host, database="The whole machine")
HOUR = timedelta(hours=1)


def claim(name: str, source: BackupSource, hours: float, **more) -> ExternalBackup:
    covers = (Covered(source.host, source.kind, source.title),)
    return ExternalBackup(name, BackupSystem.RESTIC, name, NOON - hours * HOUR, covers, **more)


def seen(name: str, source: BackupSource, hours: float) -> ExternalBackup:
    return claim(name, source, hours, checked=Checked.SEEN, checked_by="Eva", check="list")


def listed(*claims: ExternalBackup, sets=(), state=ChangeState.ASSESS):
    store = MemoryStore()
    change = Change(
        ChangeId("c1"), "CHG-000001", "Tune", state=state, hosts=(CACHE.host,),
        backup_plan=(CACHE, VM), external_backups=claims,
    )  # fmt: skip
    store.kinds["changes"] = {change.id: change}
    store.kinds["backups"] = {item.id: replace(item, change=change.id) for item in sets}
    return list_claims(desk=Desk(store.unit_of_work, SetClock(), "Nomsa"))


def told(found):
    return [(one.item.id, one.counts, one.consequences[0].sentence) for one in found.claims]


def test_the_newest_is_first_and_only_the_one_the_gate_leans_on_counts():
    found = listed(seen("old", VM, 3), claim("new", VM, 1))
    assert told(found) == [
        ("new", False, "The gate looks at another reference."),
        ("old", True, "L0 captured, claimed: taken by restic, checked by Eva. Not proven here."),
    ]
    assert found.changes == ((ChangeId("c1"), "CHG-000001 Tune"),)


def test_a_set_that_is_proven_here_makes_a_reference_needless():
    ours = a_set(CACHE, level=Level.READABLE)
    assert told(listed(seen("a", CACHE, 1), sets=(ours,))) == [
        ("a", False, "Not needed: a set of our own is proven well enough.")
    ]


def test_what_is_too_old_or_withdrawn_says_so():
    gone = replace(seen("b", VM, 30), withdrawn_by="Eva", withdrawn_reason="wrong")
    (old, taken_back) = told(listed(seen("a", VM, 29), gone))
    assert old[1] is False
    assert "is too old" in old[2]
    assert taken_back[1:] == (False, "It was withdrawn.")


def test_closed_changes_keep_theirs_to_themselves():
    found = listed(seen("a", VM, 1), state=ChangeState.CLOSED)
    assert (found.claims, found.changes) == ((), ())
