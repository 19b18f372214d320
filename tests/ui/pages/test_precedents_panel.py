"""Suggestions while typing: in the form of a new change, on the Plan tab, beside the risk."""

import pytest
from PySide6.QtCore import Qt

from app.domain.change import ChangeState
from app.domain.lesson import Lesson
from app.domain.need import Need, NeedCategory
from app.domain.review import CloseCode
from tests.ui.pages.conftest import DB, read, with_fields
from tests.ui.pages.steps import part, saved, tab
from ui.pages.changes.page import ChangesPage

S = ChangeState
NEED, RISK = 0, 3


@pytest.fixture
def earlier(record):
    """A change that was backed out on the same host, for the same need."""
    return record(
        "Upgrade the orders database",
        S.CLOSED,
        with_fields(
            need=Need(NeedCategory.OUTDATED),
            business_service="Orders",
            close_code=CloseCode.BACKED_OUT,
            lessons=(Lesson("Slow copy", recommendation="Copy ahead"),),
        ),
    )


def settle(driver, panel):
    """Wait for the pause after the last key, and for the answer."""
    driver.bot.waitUntil(lambda: not panel._timer.isActive(), timeout=10_000)
    driver.settle()


def test_typing_a_title_brings_up_what_was_like_it_and_a_click_opens_it(
    drive, services, earlier, desk_context
):
    driver = drive(ChangesPage)
    driver.page.new_record()
    driver.settle()
    new = driver.page.new
    assert not new.before.isVisible()
    driver.bot.keyClicks(new.field.line, "Upgrade the ord")
    settle(driver, new.before)
    assert new.before.isVisible()
    (found,) = new.before.precedents.found
    assert found.number == earlier.number
    row = new.before.table.visualRect(new.before.table.model().index(0, 0))
    viewport = new.before.table.viewport()
    driver.bot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=row.center())
    driver.settle()
    assert driver.page.detail.ref == earlier.id


def test_only_the_last_of_many_keys_asks(drive, services, earlier, monkeypatch):
    driver = drive(ChangesPage)
    driver.page.new_record()
    driver.settle()
    asked = []
    reads = services.late.precedents()
    real = reads.precedents
    monkeypatch.setattr(
        type(reads), "precedents",
        lambda _self, like, now: asked.append(like.title) or real(like, now),
    )  # fmt: skip
    new = driver.page.new
    driver.bot.keyClicks(new.field.line, "Upgrade orders")
    settle(driver, new.before)
    assert asked == ["Upgrade orders"]


def test_what_is_known_already_is_looked_by_and_kept(drive, services, earlier):
    driver = drive(ChangesPage)
    driver.page.new_record()
    driver.settle()
    new = driver.page.new
    driver.bot.keyClicks(new.field.line, "Something quite different")
    driver.bot.keyClick(new.more.head, Qt.Key.Key_Space)
    driver.choose(new.category, "outdated")
    driver.tick(new.hosts, str(DB.id))
    driver.type(new.service, "Orders")
    settle(driver, new.before)
    assert [item.number for item in new.before.precedents.found] == [earlier.number]
    driver.click(new.begin)
    kept = services.queries.events()[0]
    assert kept.text == "Opened “Something quite different”"
    change = read(services, driver.page.detail.ref)
    assert (change.need.category, change.hosts, change.business_service) == (
        NeedCategory.OUTDATED, (DB.id,), "Orders",
    )  # fmt: skip
    assert change.version == 0, "one entry, one transaction"


def test_the_plan_says_how_often_this_problem_was_worked_on(drive, services, earlier, record):
    change = record("Upgrade orders again", S.ASSESS, with_fields(business_service="Orders"))
    driver = drive(ChangesPage)
    driver.open(change.id)
    (need,) = part(driver, NEED)
    settle(driver, need.before)
    assert need.before.repeats.text() == "Second change for this problem in twelve months"
    model = need.before.table.model()
    assert model.index(0, 0).data() == f"{earlier.number} {earlier.title}"
    assert model.index(0, 1).data() == "backed out"
    visited = []
    driver.context.navigation.went.connect(lambda place: visited.append((place.page, place.ref)))
    need.before.table.setFocus()
    need.before.table.select_first()
    driver.bot.keyClick(need.before.table, Qt.Key.Key_Return)
    assert visited == [("changes", earlier.id)]


def test_history_stands_beside_the_risk_and_goes_with_the_judgement(
    drive, services, earlier, record
):
    change = record("Upgrade orders again", S.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    risk = part(driver, RISK)[0]
    driver.settle()
    assert "Host db-01: 0 of 1 closed changes worked" in risk.past.text()
    assert read(services, change.id).risk == change.risk, "looking at it changes nothing"
    driver.choose(risk.likelihood[1], "1")
    saved(driver)
    (past,) = read(services, change.id).risk.history
    assert (past.name, past.worked, past.closed) == ("Host db-01", 0, 1)


def test_the_evidence_of_a_change_shows_what_was_learned_before(drive, services, earlier, record):
    taught = record(
        "Quite another thing", S.CLOSED,
        with_fields(
            business_service="Orders", lessons=(Lesson("It ran late", recommendation="Look early"),)
        ),
    )  # fmt: skip
    change = record("Unlike anything", S.ASSESS, with_fields(business_service="Orders"))
    driver = drive(ChangesPage)
    driver.open(change.id)
    evidence = tab(driver, "evidence")
    settle(driver, evidence.before)
    texts = [item.text for item in evidence.before.precedents.lessons]
    shown = [text for item in evidence.before.precedents.found for text in item.lessons]
    assert "Look early" in (*texts, *shown)
    visited = []
    driver.context.navigation.went.connect(lambda place: visited.append(place.ref))
    evidence.before.opened.emit(taught.id)
    assert visited == [taught.id]
