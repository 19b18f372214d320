"""The forms of a change: they save themselves, collide in words, and lock when it is due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.domain.change import ChangeState, ChangeType
from app.domain.runbook import Phase
from app.domain.window import TimeRange, Window
from app.services.change import changes
from app.wording import duration
from tests.fakes import NOON
from tests.ui.pages.conftest import DB, read, with_fields
from tests.ui.pages.steps import part, saved, tab
from ui import typed
from ui.pages.changes.metrics import MeasuresSection
from ui.pages.changes.page import ChangesPage
from ui.pages.changes.schedule import sentence
from ui.widgets.labels import Label

S = ChangeState
NEED, IMPACT, OPTIONS, RISK, RUNBOOK, PLANS, PEOPLE = range(7)


def test_what_is_typed_is_saved_on_leaving_the_field_and_can_be_undone(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    driver.type(need.requester, "Thabo")
    need.service.line.setFocus()
    driver.bot.waitUntil(lambda: "Saved" in driver.page.detail.head.saved.text())
    assert read(services, change.id).requested_by == "Thabo"
    assert driver.page.detail.head.undo.isVisible()

    driver.click(driver.page.detail.head.undo)
    assert read(services, change.id).requested_by == ""
    assert need.requester.value == ""
    assert services.queries.events(change=change.id)[0].text == "Undid: Edited the need"


def test_an_edit_that_somebody_else_made_meanwhile_is_explained(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    driver.type(need.requester, "Mine")
    changes.edit_change(change.id, with_fields(requested_by="Theirs"), desk=services.desk)
    saved(driver)
    assert read(services, change.id).requested_by == "Theirs"
    assert need.requester.value == "Mine"
    (banner,) = driver.page.banners.banners
    assert banner.message.present == "It says “Theirs” now"
    keep, drop = banner.message.actions

    drop.run()
    driver.settle()
    assert need.requester.value == "Theirs"
    driver.type(need.requester, "Mine again")
    changes.edit_change(change.id, with_fields(requested_by="Theirs again"), desk=services.desk)
    saved(driver)
    keep.run()
    driver.settle()
    assert read(services, change.id).requested_by == "Mine again"


def test_fields_that_others_edit_at_the_same_time_do_not_collide(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    driver.type(need.requester, "Mine")
    changes.edit_change(change.id, with_fields(reviewer="Ayesha"), desk=services.desk)
    saved(driver)
    kept = read(services, change.id)
    assert (kept.requested_by, kept.reviewer) == ("Mine", "Ayesha")


def test_a_start_that_the_clocks_skip_is_refused_at_the_field(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(window=None))
    driver = drive(ChangesPage)
    driver.open(change.id)
    section = tab(driver, "schedule").window_section
    section.start.zone_box.setCurrentText("Europe/Berlin")
    driver.type_moment(section.start, "28 Mar 2027 02:30")
    driver.click(section.set_it)
    assert "skip this time" in section.start._below.text()
    assert read(services, change.id).window is None


def test_an_hour_that_comes_twice_is_asked_for(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(window=None))
    driver = drive(ChangesPage)
    driver.open(change.id)
    section = tab(driver, "schedule").window_section
    section.start.zone_box.setCurrentText("Europe/Berlin")
    driver.type_moment(section.start, "31 Oct 2027 02:30")
    assert section.start.fold_box.isVisible()
    section.start.fold_box.setCurrentIndex(1)
    section.start.fold_box.activated.emit(1)
    driver.click(section.set_it)
    start = read(services, change.id).window.span.start
    assert start == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_a_window_over_the_change_of_clocks_says_how_long_it_really_is():
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    window = Window(TimeRange(start, start + timedelta(hours=2)), "Europe/Berlin")
    assert "= 2\u202fh of real time, not 3\u202fh" in sentence(window)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("3", 180),
        ("1:30", 90),
        ("1 h 30 min", 90),
        ("90 min", 90),
        ("2.5 h", 150),
        ("6 w", 60480),
        ("2 d 4 h", 3120),
        ("soon", None),
    ],
)
def test_a_length_is_read_as_people_write_it(text, minutes):
    length = typed.length(text)
    assert (length and length.total_seconds() / 60) == minutes


@given(st.integers(0, 10**6))
def test_a_length_that_is_shown_is_read_the_same_again(minutes):
    span = timedelta(minutes=minutes)
    assert typed.length(typed.length_text(span)) == span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20", 1200), ("20 s", 20), ("1.8 s", 1.8), ("500 ms", 0.5), ("1 h 30", 5400), ("s", None)],
)
def test_a_figure_alone_counts_what_the_field_says(text, seconds):
    length = typed.length(text, timedelta(minutes=1))
    assert (length and length.total_seconds()) == seconds


@given(st.floats(0.001, 3e7))
def test_every_length_the_window_writes_can_be_typed(seconds):
    text = duration(seconds)
    read_back = typed.length(text)
    assert read_back is not None, text
    assert duration(read_back.total_seconds()) == text


def test_the_windows_of_the_measures_are_lengths_of_time(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    (section, *_more) = tab(driver, "metrics").findChildren(MeasuresSection)
    assert [field.value for field in (section.length, section.settle, section.watched)] == [
        "3\u202fh", "10\u202fmin", "7\u202fd",
    ]  # fmt: skip
    driver.type(section.length, "24 h")
    saved(driver)
    kept = read(services, change.id)
    assert (kept.baseline_s, kept.settle_s) == (86_400, 4320), "a pause nobody chose follows"
    driver.type(section.length, "20 s")
    driver.type(section.settle, "2")
    saved(driver)
    kept = read(services, change.id)
    assert (kept.baseline_s, kept.settle_s, kept.monitor_days) == (20, 120, 7)
    driver.type(section.watched, "a week")
    saved(driver)
    assert "such as 3 h" in section.watched._error
    assert read(services, change.id).monitor_days == 7


def test_a_closed_change_can_be_read_and_not_edited(drive, record):
    change = record("Upgrade PostgreSQL", S.CLOSED)
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    assert need.title.line.isReadOnly()
    assert not need.evidence.add.isVisible()
    assert all(edit.isReadOnly() for edit in need.findChildren(QLineEdit) if edit.isVisible())


def test_a_new_change_is_recorded_by_control_and_return_from_any_field(drive, services):
    driver = drive(ChangesPage)
    page = driver.page
    page.new_record()
    driver.settle()
    control = Qt.KeyboardModifier.ControlModifier
    driver.bot.keyClick(page.new.field.line, Qt.Key.Key_Return, control)
    assert "A change needs a title." in [item.text() for item in page.new.findChildren(Label)]
    driver.type(page.new.field, "Rotate the certificates")
    page.new.more.set_open(True)
    driver.type(page.new.service, "Shop")
    driver.bot.keyClick(page.new.service.line, Qt.Key.Key_Return, control)
    driver.settle()
    change = page.detail._view.change
    assert (change.title, change.business_service) == ("Rotate the certificates", "Shop")


def test_the_review_is_signed_with_who_did_it(drive, services, record):
    change = record("Upgrade PostgreSQL", S.REVIEW)
    driver = drive(ChangesPage)
    driver.open(change.id)
    review = tab(driver, "review")
    driver.tick(review.lessons.none)
    driver.choose(review.ending.code, "successful_with_issues")
    driver.type(review.ending.notes, "Done, one test failed.")
    saved(driver)
    driver.click(review.reviewed.button)
    kept = read(services, change.id)
    assert kept.no_lessons
    assert (kept.reviewed_by, kept.reviewed_at) == ("Nomsa", NOON)
    assert driver.page.detail.head.next.text() == "Close"


def test_records_are_added_altered_moved_and_deleted(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    (runbook,) = part(driver, RUNBOOK)
    steps = runbook.forward
    driver.click(steps.add)
    driver.type(steps.form.title, "Look at it")
    driver.choose(steps.form.kind, "manual")
    driver.click(steps._up)
    saved(driver)
    names = [step.title for step in read(services, change.id).runbook.phase(Phase.FORWARD)]
    assert names == ["Look at it", "Upgrade"]
    driver.click(steps._delete)
    saved(driver)
    names = [step.title for step in read(services, change.id).runbook.phase(Phase.FORWARD)]
    assert names == ["Upgrade"]
    driver.click(steps.add)
    driver.click(steps._done)
    assert len(steps.value) == 1


def test_the_type_is_fixed_once_the_draft_is_left(drive, services, record):
    draft, planned_ = record("Draft"), record("Planned", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(draft.id)
    (need,) = part(driver, NEED)
    driver.choose(need.type, ChangeType.EMERGENCY.value)
    assert need.justification.isVisible()
    saved(driver)
    assert read(services, draft.id).type is ChangeType.EMERGENCY
    driver.open(planned_.id)
    assert not need.type.combo.isEnabled()


def test_what_was_typed_is_saved_when_another_change_is_opened(drive, services, record):
    first, second = record("First"), record("Second")
    driver = drive(ChangesPage)
    driver.open(first.id)
    (need,) = part(driver, NEED)
    driver.type(need.requester, "Thabo")
    driver.open(second.id)
    assert read(services, first.id).requested_by == "Thabo"
    assert need.requester.value == ""


def test_hosts_are_named_and_gone_ones_do_not_break_the_page(drive, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    _impact, scope = part(driver, IMPACT)
    assert scope.hosts.value == (DB.id,)


def test_what_cannot_be_used_is_said_at_its_field_and_not_saved(drive, services, record):
    change = record("Upgrade PostgreSQL")
    driver = drive(ChangesPage)
    driver.open(change.id)
    impact, _scope = part(driver, IMPACT)
    driver.type(impact.users, "many")
    saved(driver)
    assert "not a number" in impact.users._below.text()
    assert read(services, change.id).impact.users is None
    driver.type(impact.users, "1 240")
    saved(driver)
    assert read(services, change.id).impact.users == 1240


def test_the_overview_of_a_very_long_description_shows_its_beginning(drive, record):
    change = record("Upgrade", S.ASSESS, with_fields(description="word " * 20_000))
    driver = drive(ChangesPage)
    driver.open(change.id)
    shown = [label.text() for label in driver.page.findChildren(Label)]
    (told,) = [text for text in shown if text.startswith("word word")]
    assert told.endswith(" word …")
    assert len(told) <= 1202


def test_the_code_of_a_change_is_named_with_both_revisions_also_after_the_work(
    drive, services, record
):
    change = record("Upgrade PostgreSQL", S.REVIEW)
    driver = drive(ChangesPage)
    driver.open(change.id)
    code = part(driver, PLANS)[1]
    for field, text in (
        (code.repository, "orders-web"),
        (code.before, "v2.13.0"),
        (code.revision, "v2.14.1"),
        (code.link, "https://git.example.org/compare"),
        (code.committed, "1 Nov 2026 09:00"),
    ):
        driver.type(field, text)
    saved(driver)
    kept = read(services, change.id)
    assert (kept.code_repository, kept.code_before, kept.code_revision, kept.code_link) == (
        "orders-web", "v2.13.0", "v2.14.1", "https://git.example.org/compare",
    )  # fmt: skip
    assert kept.first_commit_at == datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
    assert kept.plan_hash == change.plan_hash
