"""The risk on the Plan tab, by keys and mouse, and how it is graded in the settings."""

from PySide6.QtCore import QPointF, Qt

from app.domain.change import ChangeState
from app.domain.risk import Engine, Grade, RiskScore, Treatment
from app.domain.risk_questions import QUESTIONS
from app.services.change.changes import readiness
from tests.ui.pages.conftest import read, with_fields
from tests.ui.pages.steps import part, saved, tab
from ui.pages.changes.page import ChangesPage
from ui.pages.settings.page import SettingsPage

S = ChangeState
RISK = 3


def test_cells_are_picked_and_half_a_judgement_is_kept_as_a_draft(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(risk=None))
    driver = drive(ChangesPage)
    driver.open(change.id)
    risk = part(driver, RISK)[0]
    places = [
        QPointF(x, y)
        for x in range(0, risk.matrix.width(), 3)
        for y in range(0, risk.matrix.height(), 3)
        if risk.matrix.score_at(QPointF(x, y)) == RiskScore(Grade.HIGH, Grade.HIGH)
    ]
    driver.bot.mouseClick(risk.matrix, Qt.MouseButton.LeftButton, pos=places[0].toPoint())
    assert risk.which.current == 1, "the residual is next"
    saved(driver)
    assert "Kept as a draft" in risk.half.text()
    assert risk.incomplete.isVisible()
    kept = read(services, change.id)
    assert kept.risk is None
    assert kept.risk_draft.inherent == (Grade.HIGH, Grade.HIGH)
    assert (kept.risk_draft.scores, kept.risk_draft.by) == (None, "Nomsa")
    driver.page.detail.reload()
    driver.settle()
    assert risk.likelihood[0].value == "4", "what was picked stays"

    risk.matrix.setFocus()
    driver.bot.keyClick(risk.matrix, Qt.Key.Key_Down)
    driver.bot.keyClick(risk.matrix, Qt.Key.Key_Down)
    saved(driver)
    kept = read(services, change.id).risk
    assert kept.inherent == RiskScore(Grade.HIGH, Grade.HIGH)
    assert kept.residual == RiskScore(Grade.VERY_LOW, Grade.MODERATE)
    assert (kept.assessor, kept.level) == ("Nomsa", Grade.HIGH)
    assert read(services, change.id).risk_draft is None
    assert not risk.half.isVisible()
    assert not risk.incomplete.isVisible()


def test_the_questionnaire_suggests_and_the_record_answers_a_part(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(risk=None))
    driver = drive(ChangesPage)
    driver.open(change.id)
    risk = part(driver, RISK)[0]
    driver.bot.keyClick(risk.questions.fold.head, Qt.Key.Key_Return)
    driver.click(risk.questions.prefill)
    assert risk.questions.fields["users"].value == "4"
    for key, field in risk.questions.fields.items():
        if not field.value:
            driver.choose(field, field.combo.itemData(field.combo.count() - 1))
            assert key in {item.id for item in QUESTIONS}
    assert "suggest" in risk.questions.told.text()
    driver.click(risk.questions.take)
    assert risk.likelihood[0].value == "5"
    driver.choose(risk.likelihood[1], "2")
    driver.choose(risk.impact[1], "2")
    saved(driver)
    kept = read(services, change.id).risk
    assert len(kept.answers) == len(QUESTIONS)
    assert kept.inherent.likelihood is Grade.VERY_HIGH
    assert kept.points is not None


def test_milder_than_suggested_and_by_hand_want_a_reason(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    risk = part(driver, RISK)[0]
    driver.choose(risk.override, "2")
    saved(driver)
    assert "without a reason" in risk.half.text()
    driver.type(risk.override_reason, "Rehearsed three times")
    driver.choose(risk.treatment, "accept")
    saved(driver)
    kept = read(services, change.id).risk
    assert (kept.level, kept.computed) == (Grade.LOW, Grade.HIGH)
    assert kept.treatment is Treatment.ACCEPT
    assert not risk.half.isVisible()


def test_a_control_rests_on_a_part_of_the_plan(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    risk = part(driver, RISK)[0]
    driver.click(risk.controls.add)
    driver.type(risk.controls.form.text, "Orders are tried out first")
    driver.choose(risk.controls.form.link, "test:t1")
    saved(driver)
    control = read(services, change.id).risk.controls[-1]
    assert (control.text, control.link) == ("Orders are tried out first", "test:t1")
    rows = [risk.controls.table.model().index(2, column).data() for column in range(3)]
    assert rows == ["Orders are tried out first", "Test: Place an order", "no result yet"]


def test_what_happened_is_written_at_the_review_and_leaves_the_approval_alone(
    drive, services, record
):
    change = record("Upgrade PostgreSQL", S.REVIEW)
    driver = drive(ChangesPage)
    driver.open(change.id)
    outcome = tab(driver, "review").outcome
    driver.type(outcome.happened, "The copy took longer than anybody had thought.")
    saved(driver)
    kept = read(services, change.id)
    assert kept.risk_outcome.startswith("The copy")
    assert kept.plan_hash == change.plan_hash


def test_the_way_of_grading_is_a_setting_and_holds_for_new_judgements(drive, services):
    driver = drive(SettingsPage)
    field = driver.page.fields["risk"]
    field.engines[Engine.PRODUCT].box.click()
    driver.choose(field.bands, "B")
    driver.choose(field.appetite, "2")
    driver.bot.keyClick(field.fold.head, Qt.Key.Key_Space)
    driver.type(field._weights["rollback"], "5")
    driver.page.flush()
    driver.settle()
    method = services.settings.risk
    assert method.engines == (Engine.NIST, Engine.PRODUCT)
    assert (method.bands.value, method.appetite) == ("B", Grade.LOW)
    assert method.weights == (("rollback", 5.0),)

    driver.type(next(iter(field.thresholds.values())), "99")
    driver.page.flush()
    driver.settle()
    assert "do not rise" in field._below.text()
    assert services.settings.risk == method


def test_half_a_judgement_is_there_again_in_another_window(drive, services, record):
    blank = with_fields(risk=None)
    one, other = record("One", S.ASSESS, blank), record("Other", S.ASSESS, blank)
    driver = drive(ChangesPage)
    driver.open(one.id)
    (risk,) = part(driver, RISK)
    driver.choose(risk.likelihood[0], "4")
    driver.choose(risk.impact[0], "3")
    driver.type(risk.reason, "The vendor says so")
    saved(driver)
    driver.open(other.id)
    assert (risk.likelihood[0].value, risk.reason.value) == ("", "")
    assert not risk.half.isVisible()
    saved(driver)
    driver = drive(ChangesPage)
    driver.open(one.id)
    (risk,) = part(driver, RISK)
    assert (risk.likelihood[0].value, risk.impact[0].value) == ("4", "3")
    assert risk.reason.value == "The vendor says so"
    assert "Kept as a draft" in risk.half.text()
    driver.choose(risk.likelihood[1], "2")
    driver.choose(risk.impact[1], "2")
    saved(driver)
    kept = read(services, one.id).risk
    assert (int(kept.inherent.likelihood), int(kept.residual.impact)) == (4, 2)
    assert kept.reason == "The vendor says so"
    assert read(services, other.id).risk is None


def test_a_draft_over_a_judgement_leaves_it_counting_until_it_is_whole_or_dropped(
    drive, services, record
):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    risk = part(driver, RISK)[0]
    driver.choose(risk.likelihood[0], "")
    driver.type(risk.reason, "Asking the vendor again")
    saved(driver)
    kept = read(services, change.id)
    assert kept.risk == change.risk, "the judgement that was whole still counts"
    assert kept.plan_hash == change.plan_hash
    assert kept.risk_draft.inherent == (None, change.risk.inherent.impact)
    assert f"{change.risk.level.label.lower()}." in risk.half.text()
    driver.click(risk.drop)
    kept = read(services, change.id)
    assert (kept.risk, kept.risk_draft) == (change.risk, None)
    assert risk.likelihood[0].value == str(change.risk.inherent.likelihood.value)
    assert not risk.drop.isVisible()


def test_answers_alone_are_a_draft_and_the_guard_says_how_far_it_is(drive, services, record):
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(risk=None))
    driver = drive(ChangesPage)
    driver.open(change.id)
    risk = part(driver, RISK)[0]
    driver.bot.keyClick(risk.questions.fold.head, Qt.Key.Key_Return)
    driver.choose(risk.questions.fields["users"], "2")
    driver.choose(risk.questions.fields["outage"], "1")
    saved(driver)
    kept = read(services, change.id)
    assert [item.question for item in kept.risk_draft.answers] == ["users", "outage"]
    move, answers = readiness(change.id, desk=services.desk)
    assert move.target is S.AUTHORIZE
    missing = next(item.missing for item in answers if item.guard == "risk")
    assert missing == "The risk is not assessed: begun by Nomsa, 0 of 4 grades, 2 of 11 questions"
    driver.choose(risk.questions.fields["users"], "")
    driver.choose(risk.questions.fields["outage"], "")
    saved(driver)
    assert read(services, change.id).risk_draft is None


def test_the_part_needs_no_more_room_than_a_small_window_gives(drive, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    (risk,) = part(driver, RISK)
    assert risk.minimumSizeHint().width() <= 450, "563 px are left at 1280 × 800 with 125 % type"
