"""The passphrase of the window lock in the settings, over the real services."""

from app.services import window_lock
from ui.pages.settings.page import SettingsPage

GOOD = "three quiet herons"


def test_a_passphrase_is_chosen_changed_and_given_up(drive, services):
    driver = drive(SettingsPage)
    part = driver.page.lock
    assert not part.current.isVisibleTo(part)
    driver.type(part.fresh, GOOD)
    driver.type(part.again, "three loud herons")
    driver.click(part.choose)
    assert "differ" in part.again._below.text()
    assert not window_lock.is_chosen(services.secrets)
    driver.type(part.again, GOOD)
    driver.click(part.choose)
    assert window_lock.opens(GOOD, services.secrets)
    assert part.fresh.line.text() == part.again.line.text() == ""
    assert part.current.isVisibleTo(part)
    driver.type(part.current, "a guess")
    driver.click(part.give_up)
    assert "not the passphrase" in part.current._below.text()
    assert window_lock.opens(GOOD, services.secrets)
    driver.type(part.current, GOOD)
    driver.click(part.give_up)
    assert not window_lock.is_chosen(services.secrets)
    assert not part.give_up.isVisibleTo(part)


def test_a_short_one_is_refused_at_its_field(drive, services):
    driver = drive(SettingsPage)
    part = driver.page.lock
    driver.type(part.fresh, "heron")
    driver.type(part.again, "heron")
    driver.click(part.choose)
    assert "too short" in part.fresh._below.text()
    assert part.choose.isEnabled()
    assert not window_lock.is_chosen(services.secrets)


def test_the_time_that_locks_is_a_setting(drive, services):
    driver = drive(SettingsPage)
    driver.type(driver.page.fields["lock_after_min"], "5")
    driver.page.flush()
    driver.settle()
    assert services.load_settings().lock_after_min == 5.0
