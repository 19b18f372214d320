"""The settings page over the real store."""

import sqlite3
from contextlib import closing

import pytest

from app.store.sqlite import FILE_NAME
from ui.changed import Topic
from ui.pages.settings.page import SettingsPage
from ui.theme import Mode
from ui.widgets.labels import Label


def saved(driver):
    driver.page.flush()
    driver.settle()


def test_settings_are_saved_as_they_are_typed_and_the_name_acts_at_once(drive, services):
    driver = drive(SettingsPage)
    heard = []
    driver.context.changed.happened.connect(heard.append)
    driver.type(driver.page.fields["user"], "Nomsa Khumalo")
    driver.type(driver.page.fields["organisation"], "Karoo Trading")
    saved(driver)
    settings = services.load_settings()
    assert (settings.user, settings.organisation) == ("Nomsa Khumalo", "Karoo Trading")
    assert driver.context.services.actor == "Nomsa Khumalo"
    assert driver.page.saved.text().startswith("Saved ")
    assert heard[-1].topics is Topic.SETTINGS


def test_a_value_outside_its_limits_is_said_at_its_field_and_nothing_is_saved(drive, services):
    driver = drive(SettingsPage)
    age, user = driver.page.fields["backup_age_h"], driver.page.fields["user"]
    driver.type(age, "0")
    driver.type(user, "Nomsa")
    saved(driver)
    assert "Use 0.1 to" in age._below.text()
    assert services.load_settings().user == ""
    driver.type(age, "twelve")
    saved(driver)
    assert "not a number" in age._below.text()
    driver.type(age, "12,5")
    saved(driver)
    assert services.load_settings().backup_age_h == 12.5


def test_the_look_changes_at_once(drive):
    driver = drive(SettingsPage)
    driver.choose(driver.page.fields["theme"], "dark")
    assert driver.context.theme.mode is Mode.DARK
    for chosen in ("1.25", "2"):
        driver.choose(driver.page.scale, chosen)
        assert driver.context.theme.scale == float(chosen)
        driver.page.reload()
        driver.settle()
        assert driver.page.scale.value == chosen, "and it says so"
    driver.context.theme.set_scale(1.0)


def test_somebody_else_can_act_without_a_restart(drive, services, record):
    driver = drive(SettingsPage)
    driver.type(driver.page.acting, "Pieter")
    driver.click(driver.page.act)
    assert driver.context.services.actor == "Pieter"
    assert driver.page.header.sentence.text() == "You act as Pieter."
    assert services.load_settings().user == ""


def test_a_record_that_was_altered_by_hand_is_named_in_the_window(drive, services, record):
    record("Upgrade PostgreSQL")
    with closing(sqlite3.connect(services.data / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE change SET state = 'closed'")
    driver = drive(SettingsPage)
    about = driver.page.about
    driver.click(about.check)
    assert about.report.accessibleName() == "A record does not fit"
    assert about.reason.isVisible()
    assert "change CHG-000001" in about.reason.text()
    assert "column “state”" in about.reason.text()


def test_the_change_log_is_checked_and_licences_are_shown(drive, record):
    record("Upgrade PostgreSQL")
    driver = drive(SettingsPage)
    about = driver.page.about
    driver.click(about.check)
    assert about.report.accessibleName() == "All 2 entries and 2 records fit"
    assert not about.reason.isVisible()
    assert "licence" in about.text.toPlainText().lower()
    driver.choose(about.licence, "Inter-OFL")
    assert "SIL OPEN FONT LICENSE" in about.text.toPlainText().upper()


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("width", [700, 1180])
def test_every_group_is_whole_at_every_size_of_the_type_it_offers(drive, theme, scale, width):
    theme.set_scale(scale)
    try:
        driver = drive(SettingsPage, lambda page: page.resize(width, 760))
        form = driver.page.form
        assert form.minimumSizeHint().width() <= form.parentWidget().width()
        for label in form.findChildren(Label):
            if label.isVisible() and label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width()), label.text()
    finally:
        theme.set_scale(1.0)
