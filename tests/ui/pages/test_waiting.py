"""A change that waits for time only: the count runs by itself, and so does what follows."""

from app.domain.change import ChangeState
from tests.ui.pages.conftest import with_fields
from ui.pages.changes.page import ChangesPage
from ui.widgets.labels import Label


def shown(widget) -> list[str]:
    return [label.text() for label in widget.findChildren(Label) if label.isVisible()]


def test_the_observation_counts_down_and_ends_without_a_key_pressed(drive, record, clock):
    watched = with_fields(monitor_days=90 / 86400)
    change = record("Upgrade", ChangeState.MONITOR, watched)
    driver = drive(ChangesPage)
    driver.open(change.id)
    box = driver.page.detail.stages.box
    assert "in 1\u202fmin" in shown(box)
    assert any(text.startswith("Watched until Sat 14 Nov") for text in shown(box))

    clock.pass_by(seconds=80)
    driver.bot.waitUntil(lambda: "in 10\u202fs" in shown(box))
    clock.pass_by(seconds=10)
    driver.bot.waitUntil(lambda: not any("Watched until" in text for text in shown(box)))
    driver.settle()
    assert not driver.page.detail._waiting._timer.isActive()


def test_what_needs_a_person_does_not_tick(drive, record):
    change = record("Upgrade", ChangeState.ASSESS, with_fields(risk=None))
    driver = drive(ChangesPage)
    driver.open(change.id)
    assert "needs you" in shown(driver.page.detail.stages.box)
    assert not driver.page.detail._waiting._timer.isActive()
