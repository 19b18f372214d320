"""The tab of the review: close code, questions, outages, feedback, and whether the gain lasts."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.domain.change import ChangeState
from app.domain.feedback import Channel, Response
from app.domain.lesson import FollowUp
from app.domain.metric import Metric, MetricKind
from app.domain.outage import Outage, OutageKind
from app.domain.review import CloseCode, Finding, Incident, Relation, TestCase, TestResult, Topic
from app.services.metric.imports import FileImport, import_file
from app.services.review.feedback import FormKind
from tests.fakes import NOON
from tests.ui.pages.conftest import read, with_fields
from tests.ui.pages.steps import saved, tab
from tests.ui.pages.test_loadtests_page import shown
from ui.pages.changes.page import ChangesPage

S = ChangeState
HEAD = "rating,role,comment\n"


@pytest.fixture
def opened(drive, record):
    """Return a maker: a change in review with these fields, open at the tab."""

    def make(state=S.REVIEW, **fields):
        change = record("Upgrade PostgreSQL", state, with_fields(**fields))
        driver = drive(ChangesPage)
        driver.open(change.id)
        return driver, change, tab(driver, "review")

    return make


def test_the_close_code_that_the_record_supports_is_taken_by_a_click(opened, services):
    failed = TestCase("t", "Place an order", result=TestResult.FAILED)
    driver, change, review = opened(tests=(failed,), metrics=(), close_code=CloseCode.SUCCESSFUL)
    assert review.ending.proposal.text() == (
        "The record supports “Successful with issues”: test not passed: Place an order."
    )
    driver.bot.keyClick(review.ending.take, Qt.Key.Key_Return)
    driver.settle()
    assert read(services, change.id).close_code is CloseCode.WITH_ISSUES
    assert not review.ending.take.isVisible()


def test_questions_are_answered_and_signed_and_an_answer_kept_keeps_its_signature(
    opened, services, clock
):
    driver, change, review = opened()
    field = review.questions.questions[Topic.OBJECTIVES]
    field.combo.setCurrentIndex(field.combo.findData("partly"))
    field.combo.activated.emit(2)
    saved(driver)
    clock.pass_by(hours=1)
    other = review.questions.questions[Topic.USERS]
    other.line.setFocus()
    driver.bot.keyClicks(other.line, "<b>nobody</b> asked")
    other.combo.setCurrentIndex(other.combo.findData("no"))
    other.combo.activated.emit(3)
    saved(driver)
    first, second = read(services, change.id).answers
    assert (first.finding, first.by, first.at) == (Finding.PARTLY, "Nomsa", NOON)
    assert (second.note, second.at) == ("<b>nobody</b> asked", NOON + timedelta(hours=1))
    assert review.questions.title._note.text() == "2 of 11 answered"


def test_an_outage_is_typed_with_its_times_and_held_against_the_plan(opened, services):
    driver, change, review = opened()
    outages = review.outages.outages
    driver.click(outages.add)
    driver.choose(outages.form.kind, "planned")
    driver.type(outages.form.service, "Orders")
    driver.type(outages.form.begin, "14 Nov 2026 11:00")
    driver.type(outages.form.end, "14 Nov 2026 10:00")
    assert "began later" in outages.form.end._below.text()
    driver.type(outages.form.end, "15 Nov 2026 10:00")
    assert "yet to come" in outages.form.end._below.text()
    driver.type(outages.form.end, "14.11.2026 11:30")
    saved(driver)
    begin = datetime(2026, 11, 14, 11, 0, tzinfo=UTC)
    assert read(services, change.id).outages == (
        Outage(OutageKind.PLANNED, "Orders", begin, begin + timedelta(minutes=30), "", "Nomsa"),
    )
    assert "30\u202fmin down, planned were 40\u202fmin" in outages.title._note.text()
    driver.click(outages.add)
    driver.choose(outages.form.kind, "unplanned")
    driver.type(outages.form.service, "Orders")
    driver.type(outages.form.begin, "14 Nov 2026 11:20")
    driver.type(outages.form.end, "14 Nov 2026 11:40")
    saved(driver)
    note = outages.title._note.text()
    assert "40\u202fmin down, 20\u202fmin of it unplanned, planned were 40\u202fmin" in note


def test_an_outage_that_lasts_is_said_and_counts_against_a_success(opened):
    lasting = Outage(OutageKind.UNPLANNED, "Orders", NOON)
    _driver, _change, review = opened(outages=(lasting,), tests=(), metrics=())
    assert review.outages.outages.title._note.text() == "still down"
    assert review.ending.proposal.text() == (
        "The record supports “Successful with issues”: users were without the service unplanned."
    )


def test_an_incident_is_caused_fixed_or_related_with_its_times(opened, services):
    driver, change, review = opened(incidents=(Incident("INC-1", "Slow", 2, caused=True),))
    incidents = review.incidents.incidents
    incidents.open_at(0)
    driver.choose(incidents.form.relation, "fixed")
    driver.type(incidents.form.detected, "14 Nov 2026 09:00")
    driver.type(incidents.form.restored, "14 Nov 2026 09:45")
    saved(driver)
    (incident,) = read(services, change.id).incidents
    assert incident.relation is Relation.FIXED
    assert incident.restored_at - incident.detected_at == timedelta(minutes=45)


def test_an_incident_of_its_time_is_asked_about_until_its_relation_is_said(opened):
    driver, _change, review = opened(
        incidents=(Incident("INC-1", "Slow", 2, detected_at=NOON - timedelta(minutes=8)),),
        work_start=NOON - timedelta(minutes=20), work_end=NOON - timedelta(minutes=10),
    )  # fmt: skip
    part = review.incidents
    assert part.suspects.text().startswith("INC-1 came 12\u202fmin after the work began.")
    part.incidents.open_at(0)
    driver.choose(part.incidents.form.relation, "caused")
    assert not part.suspects.isVisible()
    driver.choose(part.incidents.form.relation, "related")
    assert part.suspects.isVisible()


def test_answers_are_looked_at_before_they_are_kept(opened, services, tmp_path):
    driver, change, review = opened()
    part = review.feedback
    assert part.summary.text().startswith("Nobody was asked yet.")
    file = tmp_path / "answers.csv"
    file.write_text(HEAD + "5,Desk,<b>Faster</b>\n9,Desk,x\n4,Sales,Good\n")
    part.import_file(file)
    driver.settle()
    preview = part.preview
    assert preview.heading.text() == "answers.csv: 2 answers count, 1 row does not"
    rows = preview.table.rows_model.rows
    assert rows[0].reason == "“9” is no rating from 1 to 5"
    driver.type(preview.invited, "many")
    driver.click(preview.keep)
    assert "not a number" in preview.invited._below.text()
    driver.type(preview.invited, "30")
    driver.choose(preview.channel, "interview")
    driver.click(preview.keep)
    with services.new_uow() as uow:
        (survey,) = uow.surveys.list(change=change.id)
    assert (survey.channel, survey.invited, len(survey.responses)) == (Channel.INTERVIEW, 30, 2)
    assert not preview.isVisible()
    assert "2 of 30 (6.7\u202f%" in part.summary.text()
    assert "Satisfied (4 or 5): 2 of 2." in part.summary.text()
    assert part.answers.rows_model.rows[0] == Response(5, "<b>Faster</b>", "Desk")


def test_pasted_answers_and_the_form_that_asks_for_them(opened, services, tmp_path):
    driver, change, review = opened()
    part = review.feedback
    for kind in FormKind:
        part.save_form(kind, tmp_path / f"form.{kind.value}")
        driver.settle()
        assert change.number.encode() in (tmp_path / f"form.{kind.value}").read_bytes() or (
            kind is FormKind.CSV
        )
    driver.click(part.paste)
    part.pasting.text.text.setPlainText("4 | quicker\n2 | odd colours")
    driver.click(part.pasting.look)
    driver.click(part.preview.keep)
    with services.new_uow() as uow:
        (survey,) = uow.surveys.list(change=change.id)
    assert [item.rating for item in survey.responses] == [4, 2]
    assert "no response rate" in part.summary.text()


def test_a_round_that_nobody_answered_is_kept_with_how_many_were_invited(opened, services):
    driver, change, review = opened()
    part = review.feedback
    driver.click(part.nobody)
    driver.click(part.preview.keep)
    assert "how many were invited" in part.preview.invited._below.text()
    driver.type(part.preview.invited, "40")
    driver.click(part.preview.keep)
    with services.new_uow() as uow:
        (survey,) = uow.surveys.list(change=change.id)
    assert (survey.invited, survey.responses) == (40, ())
    assert "Nobody answered: 40 people were invited." in part.summary.text()
    assert not part.preview.isVisible()


def test_a_single_answer_is_added_and_corrected(opened, services):
    driver, change, review = opened()
    part = review.feedback
    assert not part.answer.add.isVisible()
    driver.click(part.paste)
    part.pasting.text.text.setPlainText("4 | quicker\n2 | odd colours")
    driver.click(part.pasting.look)
    driver.click(part.preview.keep)

    def kept():
        with services.new_uow() as uow:
            (survey,) = uow.surveys.list(change=change.id)
        return survey.responses

    driver.click(part.answer.add)
    form = part.answer
    driver.click(form.keep)
    assert "a rating or a comment" in form.text._below.text()
    driver.type(form.said_on, "yesterday")
    driver.choose(form.rating, "5")
    driver.click(form.keep)
    assert "2026-11-14" in form.said_on._below.text()
    assert len(kept()) == 2
    driver.type(form.said_on, "2026-11-13")
    driver.type(form.role, "Sales")
    driver.click(form.keep)
    assert not form.card.isVisible()
    assert kept()[2] == Response(5, "", "Sales", date(2026, 11, 13))
    rows = part.answers
    rows.setCurrentIndex(rows.rows_model.index(1, 0))
    driver.click(part.answer.correct)
    assert (form.heading.text(), form.text.value) == ("Correct an answer", "odd colours")
    driver.choose(form.rating, "3")
    driver.click(form.keep)
    assert [item.rating for item in kept()] == [4, 3, 5]
    assert "of 3" in part.summary.text()
    entry = services.queries.events(change=change.id)[0]
    assert entry.text == "Corrected answer 2 from “2 / 5, odd colours” to “3 / 5, odd colours”"


def test_the_days_of_measuring_again_are_shown_and_left_out_with_a_reason(opened, services, clock):
    work = {"work_start": NOON - timedelta(days=10), "work_end": NOON - timedelta(days=8)}
    driver, change, review = opened(**work)
    part = review.repeats
    states = [part.table.rows_model.data(part.table.rows_model.index(n, 2)) for n in range(3)]
    assert states == ["Due", "Not yet", "Not yet"]
    assert part.measure.isEnabled() is bool(change.metrics[0].host)
    driver.click(part.leave)
    asking = driver.page.detail.asking
    assert asking.is_open
    driver.type(asking.reason, "The host was replaced")
    driver.bot.keyClick(asking.reason.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.settle()
    (check,) = read(services, change.id).benefit_checks
    assert (check.days, check.skipped) == (7, "The host was replaced")


def test_other_days_are_typed_and_a_day_that_has_come_is_not_dropped(opened, services):
    work = {"work_start": NOON - timedelta(days=10), "work_end": NOON - timedelta(days=8)}
    driver, change, review = opened(**work)
    part = review.repeats
    line = part.days.field.line

    def enter(text: str) -> None:
        driver.type(part.days.field, text)
        driver.bot.keyClick(line, Qt.Key.Key_Return)
        driver.settle()

    assert line.text() == "7, 30, 90"
    enter("7 180; 30 days")
    assert read(services, change.id).benefit_days == (7, 30, 180)
    assert line.text() == "7, 30, 180"
    assert [row.days for row in part.table.rows_model.rows] == [7, 30, 180]
    enter("soon")
    assert "numbers of days" in part.days.field._below.text()
    enter("30")
    assert read(services, change.id).benefit_days == (7, 30, 180)
    assert "after 7 days has come" in shown(driver.page)
    assert line.text() == "30", "what was typed stays in its field"
    enter("7")
    assert read(services, change.id).benefit_days == (7,)


def test_the_file_of_a_later_window_is_looked_at_and_kept_as_the_measurement(
    opened, services, clock, tmp_path
):
    ended = NOON - timedelta(days=8)
    orders = Metric("orders", "Order time", "ms", MetricKind.LATENCY, key=True)
    memory = Metric("memory", "Memory", "MB")
    driver, change, review = opened(
        work_start=ended - timedelta(minutes=10), work_end=ended, metrics=(orders, memory),
        baseline_s=3600.0, settle_s=600.0,
    )  # fmt: skip
    hour = timedelta(hours=1)

    def write(name, begin, level):
        rng = np.random.default_rng(3)
        at_s = begin.timestamp() + np.arange(0.0, 3600.0, 10.0)
        rows = [f"{at:.0f},{rng.normal(level, 5):.2f},1" for at in at_s.tolist()]
        (tmp_path / name).write_text("\n".join(["time,ms,other", *rows, ""]))
        return tmp_path / name

    before = write("before.csv", ended - timedelta(minutes=10) - hour, 400)
    import_file(FileImport(change.id, "orders", before), with_=services.measuring)
    part = review.repeats
    assert part.bring.isEnabled()
    assert not part.measure.isEnabled(), "nothing is read from a host"
    part.bring_file(write("wrong.csv", ended + timedelta(days=3), 200))
    driver.settle()
    assert part.file.state._badge.word == "Nothing lies in the window"
    assert not part.file.keep.isEnabled()
    week = write("week.csv", ended + timedelta(days=7, minutes=10), 200)
    part.bring_file(week)
    driver.settle()
    assert part.file.state._badge.word == "The window has samples"
    assert (part.file.column.value, part.file.measure.value) == ("ms", "orders")
    driver.choose(part.file.column, "other")
    driver.settle()
    assert part.file.column.value == "other"
    driver.choose(part.file.column, "ms")
    driver.settle()
    driver.click(part.file.keep)
    assert not part.file.isVisible()
    (check,) = read(services, change.id).benefit_checks
    assert [item.metric_id for item in check.findings] == ["orders"]
    row = part.table.rows_model.rows[0]
    assert part.table.rows_model.data(part.table.rows_model.index(0, 2)) == "Partly measured"
    assert row.left == ("memory",)
    assert part.bring.isEnabled(), "the file of the memory is still to come"
    part.table.select(30)
    assert not part.bring.isEnabled()


def test_a_change_that_was_backed_out_has_no_days(opened):
    _driver, _change, review = opened(work_end=NOON, backed_out=True)
    assert not review.repeats.table.isVisible()
    assert not review.repeats.measure.isVisible()


def test_a_lesson_has_tags_and_is_signed_and_an_action_names_its_day(opened, services):
    driver, change, review = opened(actions=(FollowUp("Check", due=date(2026, 11, 1)),))
    lessons = review.lessons.lessons
    driver.click(lessons.add)
    driver.type(lessons.form.happened, "No index")
    driver.type(lessons.form.tags, "#SQL, index")
    saved(driver)
    (lesson,) = read(services, change.id).lessons
    assert (lesson.tags, lesson.by, lesson.at) == (("sql", "index"), "Nomsa", NOON)
    actions = review.follow_ups.follow_ups
    assert actions.table.rows_model.data(actions.table.rows_model.index(0, 3)) == "Overdue"
    actions.open_at(0)
    driver.tick(actions.form.done)
    saved(driver)
    (action,) = read(services, change.id).actions
    assert (action.done, action.done_on) == (True, NOON.date())


def test_the_day_of_the_review_is_said_and_being_late_is_said_too(opened, services, clock):
    driver, change, review = opened(review_days=5.0)
    assert review.reviewed._when.text() == "due Thu 19 Nov 2026"
    assert review.reviewed._state._badge.word == "Not reviewed"
    clock.pass_by(days=6)
    driver.open(change.id)
    assert review.reviewed._state._badge.word == "Review is late"
    driver.click(review.reviewed.button)
    assert review.reviewed._state._badge.word == "Reviewed"
    assert review.reviewed._when.text().startswith("by Nomsa, ")
