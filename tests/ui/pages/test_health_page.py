"""The health page over kept reports: the worst difference first, server text as text."""

from datetime import timedelta

from PySide6.QtWidgets import QLabel

from app.domain.event import NewEvent
from app.domain.health import CheckResult, Health, HealthReport, Phase, Reading
from tests.fakes import NOON
from ui.pages.health.page import HealthPage

HOSTILE = "<b>bold</b> \x1b[31mred \u202egnp =cmd()"
BEFORE = {"svc.state": Health.OK, "cpu.load": Health.OK, "fs.space": Health.WARNING}
AFTER = {"svc.state": Health.CRITICAL, "cpu.load": Health.OK, "fs.space": Health.OK}


def report(change, key, phase, healths, at):
    results = tuple(
        CheckResult(check=check, title=check, reading=Reading(health, HOSTILE))
        for check, health in healths.items()
    )
    return HealthReport(
        id=key, host="db-01", host_name="db-01", phase=phase, change=change.id,
        started_at=at, ended_at=at, results=results,
    )  # fmt: skip


def test_differences_stand_worst_first_and_nothing_is_obeyed(drive, services, record):
    change = record()
    with services.new_uow() as uow:
        uow.health.add(report(change, "r1", Phase.BEFORE, BEFORE, NOON))
        uow.health.add(report(change, "r2", Phase.AFTER, AFTER, NOON + timedelta(hours=1)))
        uow.log.append(NewEvent("health.checked", "Checked", change.id))
        uow.commit()
    driver = drive(HealthPage)
    driver.open("r2")
    checks = driver.page._checks
    rows = checks.model()
    texts = [rows.index(row, 0).data() for row in range(rows.rowCount())]
    assert texts[0].startswith("svc.state")
    assert texts.index(next(t for t in texts if t.startswith("fs.space"))) == 1
    seen = [str(rows.index(0, column).data()) for column in range(rows.columnCount())]
    assert any("<b>bold</b>" in text for text in seen)
    assert not any("\x1b" in text or "\u202e" in text for text in seen)
    said = [label.text() for label in driver.page.findChildren(QLabel) if label.isVisible()]
    assert any("1 worse" in text for text in said)
