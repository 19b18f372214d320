"""The backup gate in the window: what the weakest host has, and what was done on it since."""

from dataclasses import replace

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.ids import RunId
from app.domain.runbook import Runbook
from tests.services.process_cases import backup, run_of
from tests.services.test_last_work import CUT, MINUTE, item
from tests.ui.pages.conftest import with_fields
from tests.ui.pages.steps import tab
from ui.pages.changes.page import ChangesPage
from ui.widgets.labels import Label

S = ChangeState


def test_the_gate_names_the_work_that_the_backup_may_lack(drive, services, record, clock):
    change = record("Upgrade PostgreSQL", S.SCHEDULED)
    other = record("Tidy up", S.IMPLEMENT, with_fields(runbook=Runbook()))
    run = replace(run_of(other, "done"), id=RunId("r1"), steps=(item(),))
    with services.new_uow() as uow:
        uow.backups.add(backup(change))
        uow.runs.add(run)
        uow.log.append(NewEvent("test", "made"))
        uow.commit()
    clock.pass_by(hours=1)
    driver = drive(ChangesPage)
    driver.open(change.id)
    gate = tab(driver, "overview").gate
    told = "\n".join(label.text() for label in gate.findChildren(Label))
    assert gate._badge.accessibleName() == "Older than the last work"
    assert f"“{CUT.title}” of {other.number}, Sat 14 Nov 2026 12:06 UTC" in told

    with services.new_uow() as uow:
        fresh = {"started_at": clock.now() - MINUTE, "sealed_at": clock.now()}
        uow.backups.save(replace(backup(change), **fresh))
        uow.log.append(NewEvent("test", "once more"))
        uow.commit()
    driver.page.reload()
    driver.settle()
    assert gate._badge.accessibleName() == "L3 matches the source, 13:00"
