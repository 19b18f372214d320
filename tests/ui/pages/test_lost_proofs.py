"""A proof whose record is missing from the vault, where people look at backups."""

from dataclasses import replace

from PySide6.QtWidgets import QLabel

from app.domain.backup import Level
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from tests.services.process_cases import backup
from tests.ui.pages.steps import tab
from tests.ui.pages.test_backups_way_back import picture
from ui.pages.backups.page import BackupsPage
from ui.pages.changes.page import ChangesPage
from ui.widgets.badges import StateBadge


def lost(services, change, level: Level) -> None:
    """Keep a set of a change, with the record of one of its proofs missing."""
    item = backup(change, Level.MATCHES_SOURCE)
    proofs = tuple(replace(v, is_lost=v.level is level) for v in item.verifications)
    with services.new_uow() as uow:
        uow.backups.add(replace(item, verifications=proofs))
        uow.log.append(NewEvent("test", "made"))
        uow.commit()


def badges(page) -> list[str]:
    return [b.accessibleName() for b in page.findChildren(StateBadge) if b.isVisible()]


def test_a_missing_record_is_told_where_the_set_is_listed(drive, services, record):
    lost(services, record("Upgrade PostgreSQL", ChangeState.SCHEDULED), Level.READABLE)
    driver = drive(BackupsPage)
    picture(driver, "lost-proof")
    shown = "\n".join(x.text() for x in driver.page.findChildren(QLabel) if x.isVisible())
    assert "A proof record is missing from the vault: L2 readable, passed, 2026-11-14" in shown
    assert any("A proof record is missing" in name for name in badges(driver.page))


def test_a_missing_record_closes_the_gate(drive, services, record):
    change = record("Upgrade PostgreSQL", ChangeState.SCHEDULED)
    lost(services, change, Level.READABLE)
    driver = drive(ChangesPage)
    driver.open(change.id)
    picture(driver, "lost-proof-gate")
    gate = tab(driver, "overview").gate
    assert gate._badge.accessibleName() == "A proof record is missing"
