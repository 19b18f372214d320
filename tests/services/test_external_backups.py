"""Backups of other systems: recorded with evidence, believed no further than it reaches."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.external_backup import (
    BackupSystem,
    Checked,
    Covered,
    ExternalBackup,
    ExternalDrill,
    Proof,
)
from app.domain.ids import ChangeId, HostId, RunId
from app.domain.run import Run, RunState
from app.domain.work import Work
from app.errors import IllegalMove, InvalidInput, NotFound
from app.services.attachments import Found
from app.services.backup.backup_gate import Demand, gate_change
from app.services.backup.backups import sets_of_plan
from app.services.backup.external_backups import (
    DrillReport,
    record_drill,
    record_reference,
    withdraw_reference,
)
from app.services.backup.external_words import worth
from app.services.report_content.common import Icon
from app.services.review.reports import report_data
from app.services.run.gate_facts import FactState, Situation, gate_facts
from app.services.run.rollback import rollback_time
from tests.examples import planned
from tests.fakes import NOON
from tests.reports import sample
from tests.services.test_backups_together import DB, FILES, ORDERS, WEB, a_set

HOUR = timedelta(hours=1)
VM = BackupSource(SourceKind.EXTERNAL, DB.id, database="The whole machine")
LOG = b"Repository verified: 0 errors\n"
EVIDENCE = Found("verify.log", LOG, "/tmp/verify.log")
DEMAND = Demand(Level.INTACT, timedelta(hours=24), NOON)


def a_claim(*sources: BackupSource, **more) -> ExternalBackup:
    fields = {
        "id": "r1", "system": BackupSystem.VEEAM, "identifier": "point 42",
        "taken_at": NOON - HOUR,
        "covers": tuple(Covered(s.host, s.kind, s.title) for s in sources or (VM,)),
        "checked": Checked.VERIFIED, "checked_by": "Eva", "check": "Health check, no error",
    }  # fmt: skip
    return ExternalBackup(**(fields | more))


PROVED = {"proof": Proof("verify.log", "ab" * 32)}


def drilled(*, passed: bool = True, duration_s: float = 900.0) -> ExternalDrill:
    return ExternalDrill(
        NOON, duration_s, "restore-01", "row counts", "Eva", Proof("r.log", "cd" * 32), passed
    )


@pytest.fixture
def change(opened, made):
    return made(hosts=(DB.id,), backup_plan=(VM,))


def record(services, change, item=None, evidence=EVIDENCE) -> Change:
    return record_reference(
        change.id, item or a_claim(), evidence, desk=services.desk, files=services.files
    )


def report_of(**more) -> DrillReport:
    fields = {"at": NOON, "duration_s": 600.0, "where": "restore-01", "compared": "row counts",
              "by": "Eva"}  # fmt: skip
    return DrillReport(**(fields | more))


def test_a_reference_is_kept_with_its_evidence_and_logged(opened, change):
    (item,) = record(opened, change).external_backups
    assert item.proof == Proof("verify.log", hashlib.sha256(LOG).hexdigest())
    assert opened.files.get(item.proof.sha256) == LOG
    assert (item.recorded_by, item.checked_at) == ("Nomsa", opened.clock.now())
    event = opened.queries.events(change=change.id)[0]
    assert event.kind == "backup.claimed"
    assert "L1 intact, claimed" in event.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"identifier": " "}, "how the other system names"),
        ({"identifier": "two\nlines"}, "One line"),
        ({"taken_at": NOON + 2 * HOUR}, "in the future"),
        ({"size_bytes": -1}, "below zero"),
        ({"covers": ()}, "what of the plan"),
        ({"covers": (Covered(HostId("x"), SourceKind.FILES, "/etc"),)}, "does not name"),
        ({"checked_by": ""}, "who checked it"),
        ({"check": ""}, "who checked it"),
    ],
)
def test_what_is_missing_or_odd_is_refused(opened, change, fields, words):
    with pytest.raises(InvalidInput, match=words):
        record(opened, change, a_claim(**fields))
    with opened.new_uow() as uow:
        kept = uow.changes.get(change.id)
    assert (kept.external_backups, kept.attachments) == ((), ())


def test_a_verification_is_believed_only_with_its_file(opened, change):
    with pytest.raises(InvalidInput, match="as a file"):
        record(opened, change, evidence=None)
    (seen,) = record(opened, change, a_claim(checked=Checked.SEEN), None).external_backups
    assert seen.level is Level.CAPTURED


def test_a_restore_with_evidence_raises_it_and_a_failed_one_ends_it(opened, change):
    (item,) = record(opened, change).external_backups
    found = Found("restore.log", b"all rows there", "/tmp/restore.log")

    def drill(**more) -> ExternalBackup:
        after = record_drill(
            change.id, item.id, report_of(**more), found, desk=opened.desk, files=opened.files
        )
        return after.external_backups[0]

    assert (good := drill()).level is Level.RESTORED
    assert (good.restore_s, good.drill.proof.name) == (600.0, "restore.log")
    assert drill(passed=False).level is None
    with pytest.raises(InvalidInput, match="after the backup"):
        drill(at=NOON - 3 * HOUR)
    with pytest.raises(InvalidInput, match="how long"):
        drill(duration_s=0)
    with pytest.raises(InvalidInput, match="compared"):
        drill(compared=" ")


def test_a_withdrawn_reference_stays_on_record_and_counts_for_nothing(opened, change):
    (item,) = record(opened, change).external_backups
    with pytest.raises(IllegalMove, match="reason"):
        withdraw_reference(change.id, item.id, " ", desk=opened.desk)
    after = withdraw_reference(change.id, item.id, "wrong machine", desk=opened.desk)
    (gone,) = after.external_backups
    assert (gone.stands, gone.level, gone.identifier) == (False, None, "point 42")
    with pytest.raises(IllegalMove, match="stands"):
        record_drill(
            change.id, item.id, report_of(), EVIDENCE, desk=opened.desk, files=opened.files
        )
    with pytest.raises(NotFound):
        withdraw_reference(change.id, "nothing", "why", desk=opened.desk)


@given(
    checked=st.sampled_from(Checked),
    proved=st.booleans(),
    drills=st.lists(st.booleans(), max_size=3),
    withdrawn=st.booleans(),
)
def test_no_claim_without_a_restore_is_worth_more_than_l1(checked, proved, drills, withdrawn):
    item = a_claim(
        checked=checked,
        drills=tuple(drilled(passed=passed) for passed in drills),
        withdrawn_by="Eva" if withdrawn else "",
        **(PROVED if proved else {}),
    )
    if withdrawn or checked is Checked.NOT or (drills and not drills[-1]):
        assert item.level is None
    elif drills:
        assert item.level is Level.RESTORED
    else:
        assert item.level is (
            Level.INTACT if checked is Checked.VERIFIED and proved else Level.CAPTURED
        )
    assert worth(item)


CHANGE = Change(
    ChangeId("c1"), "CHG-000001", "Tune", hosts=(WEB.id, DB.id), backup_plan=(FILES, VM)
)


def claimed(*claims: ExternalBackup) -> Change:
    return replace(CHANGE, external_backups=claims)


def answers(change, *sets, demand=DEMAND):
    return dict(gate_change(change, sets, demand))


def test_the_gate_says_claimed_by_whom_and_never_proven():
    found = answers(claimed(a_claim(**PROVED)), a_set("w", FILES))
    assert found[WEB.id].claim is None
    assert found[WEB.id].met
    told = found[DB.id]
    assert told.met
    assert told.best is None
    assert "claimed: taken by Veeam, checked by Eva. Not proven here." in told.sentence


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (a_claim(), "needed is L1"),
        (a_claim(checked=Checked.NOT), "Nobody has checked"),
        (a_claim(**PROVED, drills=(drilled(passed=False),)), "its restore failed"),
        (a_claim(**PROVED, taken_at=NOON - 30 * HOUR), "too old"),
        (a_claim(**PROVED, withdrawn_by="Eva"), "no reference to that is recorded"),
        (a_claim(FILES, **PROVED), "no reference to that is recorded"),
    ],
)
def test_a_claim_that_is_not_enough_keeps_the_gate_shut(claim, words):
    told = answers(claimed(claim), a_set("w", FILES))[DB.id]
    assert not told.met
    assert words in told.sentence


def test_later_work_on_the_host_makes_a_claim_old():
    late = Work(DB.id, ChangeId("c2"), "CHG-000002", "Migrate", NOON)
    told = answers(claimed(a_claim(**PROVED)), demand=replace(DEMAND, work=(late,)))[DB.id]
    assert not told.met


def test_what_is_proven_here_goes_before_what_is_claimed():
    change = replace(CHANGE, backup_plan=(FILES, ORDERS),
                     external_backups=(a_claim(ORDERS, **PROVED),))  # fmt: skip
    both = a_set("b", FILES, ORDERS)
    assert all(one.claim is None and one.met for one in answers(change, both).values())
    only = answers(change, a_set("w", FILES))
    assert [only[host].claim is None for host in (WEB.id, DB.id)] == [True, False]
    assert all(one.met for one in only.values())


def test_other_systems_are_asked_for_nothing_by_a_backup():
    assert sets_of_plan(CHANGE) == [(FILES,)]
    assert sets_of_plan(replace(CHANGE, backup_plan=(VM,))) == []


def test_a_decision_shows_a_claim_in_amber():
    item = a_claim(**PROVED, drills=(drilled(),))
    change = replace(claimed(item), risk=planned(CHANGE).risk)
    run = Run(RunId("r"), change.id, "", RunState.RUNNING, (), NOON, by="Sipho")
    facts = gate_facts(Situation(change, run, NOON, backups=(a_set("w", FILES),)))
    (fact,) = [one for one in facts if "Veeam" in one.text]
    assert (fact.state, fact.word) == (FactState.WATCH, "Claimed")
    assert fact.evidence == ("point 42", f"SHA-256 {'ab' * 6}")
    weak = gate_facts(Situation(replace(change, external_backups=(a_claim(**PROVED),)), run, NOON))
    (fact,) = [one for one in weak if "Veeam" in one.text]
    assert (fact.state, fact.word) == (FactState.BAD, "Not enough")


def test_a_recorded_restore_feeds_the_time_for_a_roll_back():
    change = claimed(a_claim(**PROVED, drills=(drilled(duration_s=3600),)))
    assert rollback_time(change, ()).restore_s == 3600
    failed = claimed(a_claim(**PROVED, drills=(drilled(passed=False, duration_s=3600),)))
    assert rollback_time(failed, ()).restore_s == 0


def test_the_report_keeps_proven_and_claimed_apart():
    source = sample.full()
    host = source.change.hosts[1]
    extra = BackupSource(SourceKind.EXTERNAL, host, database="The whole machine")
    taken = source.change.work_start - HOUR
    item = a_claim(extra, **PROVED, taken_at=taken, recorded_by="Nomsa", scope="both disks")
    record = replace(
        source.change,
        backup_plan=(*source.change.backup_plan, extra),
        external_backups=(item,),
    )
    data, _attachments = report_data(replace(source, change=record))
    block = data.safety.backups[-1]
    assert block.title.startswith("Claimed: backup of")
    assert [row.mark.word for row in block.rows[:3]] == ["Claimed", "Claimed", "Not done"]
    assert "this program has read nothing of it" in block.note.text
    assert "Health check, no error (Eva)" in block.rows[1].checked
    tile = next(one for one in data.summary.tiles if one.label == "Backup proof")
    assert tile.mark.icon is not Icon.GOOD
    assert "claimed: Veeam" in tile.target
    rule = next(row for row in data.history.rules if "Backup proven" in row.rule)
    assert "claimed: Veeam" in rule.found
    assert any("its level is what Eva says" in one.claim.text for one in data.summary.not_evidenced)
    without, _attachments = report_data(source)
    assert not any("laimed" in block.title for block in without.safety.backups)


def test_a_closed_change_takes_no_reference(opened, change):
    with opened.new_uow() as uow:
        uow.changes.save(replace(uow.changes.get(change.id), state=ChangeState.CANCELED))
        uow.log.append(NewEvent("test", "canceled", change.id))
        uow.commit()
    with pytest.raises(IllegalMove):
        record(opened, change)
