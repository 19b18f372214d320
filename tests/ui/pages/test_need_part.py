"""Need, impact, scope and options on the Plan tab, and files on the Evidence tab."""

from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.domain.change import ChangeState
from app.domain.need import EvidenceKind, NeedCategory, NeedEvidence, Option, ScopeArea
from app.domain.window import TimeRange, Window
from tests.fakes import NOON
from tests.ui.pages.conftest import read, with_fields
from tests.ui.pages.steps import part, saved, tab
from ui.pages.changes.page import ChangesPage

S, K = ChangeState, EvidenceKind
NEED, IMPACT, OPTIONS = range(3)
BERLIN = Window(TimeRange(NOON, NOON + timedelta(hours=3)), "Europe/Berlin")


def record_form(driver, kind):
    """Begin a record of the need and return its form."""
    (need,) = part(driver, NEED)
    driver.click(need.evidence.add)
    form = need.evidence.form
    driver.choose(form.kind, kind.value)
    return form


def shown(form):
    """Return the fields that are asked for, besides those every record has."""
    always = {form.title, form.kind, form.says, form.reference}
    return {field.label for field in form.fields if field.isVisible() and field not in always}


def test_the_form_asks_what_belongs_to_the_kind(drive, record):
    change = record("Upgrade PostgreSQL", S.DRAFT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    form = record_form(driver, K.OUTAGE)
    assert shown(form) == {"Began", "Ended", "Service", "Planned"}
    driver.choose(form.kind, K.ADVISORY.value)
    assert shown(form) == {
        "CVE or advisory", "CVSS vector", "CVSS score", "Affected versions", "Attacks known",
    }  # fmt: skip
    driver.choose(form.kind, K.VERSION.value)
    assert shown(form) == {"Product", "Version in use", "End of life", "Supported version"}


def test_outages_are_added_up_and_their_hours_become_the_cost(drive, services, record):
    change = record("Upgrade PostgreSQL", S.DRAFT, with_fields(window=BERLIN))
    driver = drive(ChangesPage)
    driver.open(change.id)
    for began, ended in (("2 Nov 2026 14:10", "2 Nov 2026 16:40"), ("9.11.2026 08:00", "")):
        form = record_form(driver, K.OUTAGE)
        driver.type(form.service, "Orders")
        driver.type(form.began, began)
        driver.type(form.ended, ended)
    driver.type(form.ended, "9 Nov 2026 07:00")
    assert "ends before it begins" in form.ended._below.text()
    driver.type(form.ended, "9 Nov 2026 09:00")
    saved(driver)
    (need,) = part(driver, NEED)
    assert "2 outages in" in need.lost.text()
    assert "3 h 30" in need.lost.text().replace("\u202f", " ")
    first = read(services, change.id).need.evidence[0]
    assert first.title == "Outage of Orders"
    assert first.outage.began == datetime(2026, 11, 2, 13, 10, tzinfo=UTC), "as read in Berlin"

    impact, _scope = part(driver, IMPACT)
    driver.click(impact.take)
    driver.type(impact.cost, "4200")
    assert impact.total.text().replace("\u202f", " ").endswith("= 14 700 EUR")
    saved(driver)
    assert read(services, change.id).impact.total_cost == 14_700


def test_a_cve_is_checked_as_it_is_typed_and_its_score_worked_out(drive, services, record):
    change = record("Patch OpenSSL", S.DRAFT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    form = record_form(driver, K.ADVISORY)
    driver.type(form.id, "CVE-2014-016")
    assert "has not the form" in form.id._below.text()
    saved(driver)
    assert read(services, change.id).need.evidence == (), "what has no form is not kept"
    driver.type(form.id, "cve-2014-0160")
    driver.type(form.vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N")
    assert "lacks A" in form.vector._below.text()
    driver.type(form.vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N")
    driver.choose(form.exploited, "yes")
    saved(driver)
    (kept,) = read(services, change.id).need.evidence
    assert (kept.title, kept.advisory.score, kept.advisory.exploited) == (
        "cve-2014-0160", 7.5, True,
    )  # fmt: skip
    assert kept.advisory.id == "CVE-2014-0160"
    assert "follows from the vector" in form.told.text()
    driver.type(form.score, "9.8")
    assert "gives 7.5" in form.score._below.text()


@pytest.mark.parametrize("kind", [K.METRIC, K.VERSION, K.BUG])
def test_measured_things_are_read_back_as_they_were_typed(drive, services, record, kind):
    change = record("Upgrade PostgreSQL", S.DRAFT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    form = record_form(driver, kind)
    driver.type(form.title, "It")
    typed = {
        K.METRIC: {"value": "412", "unit": "req/s", "limit": "400", "period": "last 90 days"},
        K.VERSION: {"product": "PostgreSQL", "version": "14", "end_of_life": "12 Nov 2026",
                    "supported": "16"},
        K.BUG: {"first_seen": "3 Feb 2026", "times": "7", "days": "2026-03-05, 4.4.2026"},
    }[kind]  # fmt: skip
    for name, text in typed.items():
        driver.type(getattr(form, name), text)
    driver.click(part(driver, NEED)[0].evidence._done)
    saved(driver)
    (kept,) = read(services, change.id).need.evidence
    match kind:
        case K.METRIC:
            assert (kept.load.share, kept.period) == (1.03, "last 90 days")
        case K.VERSION:
            assert kept.lifecycle.end_of_life == date(2026, 11, 12)
        case K.BUG:
            assert kept.bug.days == (date(2026, 3, 5), date(2026, 4, 4))
    (need,) = part(driver, NEED)
    need.evidence.open_at(0)
    form.fill(kept)
    assert form.read(kept) == kept


def test_areas_open_their_own_lines_and_options_count_doing_nothing(drive, services, record):
    change = record("Upgrade PostgreSQL", S.DRAFT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    _impact, scope = part(driver, IMPACT)
    assert not scope.inside[ScopeArea.CODE].isVisible()
    driver.tick(scope.areas, "code")
    assert scope.inside[ScopeArea.CODE].isVisible()
    driver.type(scope.inside[ScopeArea.CODE], "The order module")
    driver.type(scope.outside[ScopeArea.CODE], "The catalogue")
    saved(driver)
    kept = read(services, change.id).scope
    assert kept.is_stated
    assert kept.within(ScopeArea.CODE).excluded == "The catalogue"

    (options,) = part(driver, OPTIONS)
    driver.click(options.options.add)
    driver.type(options.options.form.title, "Upgrade in place")
    driver.type(options.options.form.time, "90 min")
    driver.tick(options.options.form.chosen)
    assert "Doing nothing is not among them" in options.missing.text()
    assert "is not said" in options.missing.text()
    driver.type(options.options.form.reason, "Fits the window")
    driver.click(options.nothing)
    saved(driver)
    assert not options.missing.isVisible()
    first, second = read(services, change.id).options
    assert (first.time, first.reason) == ("90 min", "Fits the window")
    assert (second.title, second.does_nothing) == ("Do nothing", True)


def test_a_file_and_an_excerpt_become_evidence_and_are_shown_as_text(
    drive, services, record, tmp_path, monkeypatch
):
    change = record("Upgrade PostgreSQL", S.DRAFT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    evidence = tab(driver, "evidence")
    log = tmp_path / "orders.log"
    log.write_bytes(b"first line\n\x1b[31mred\x1b[0m <b>bold</b>\n")
    answer = ([str(log)], "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: answer)
    driver.click(evidence.adding.file)
    kept = read(services, change.id)
    assert kept.attachments[0].source == str(log)
    assert kept.need.evidence[0].file == kept.attachments[0].sha256

    evidence.table.select(kept.attachments[0].sha256)
    driver.settle()
    text = evidence.shown.text.toPlainText()
    assert "first line" in text
    assert "\x1b" not in text
    assert "<b>bold</b>" in text

    copy = tmp_path / "copy.log"
    evidence.shown.save_to(copy)
    driver.settle()
    assert copy.read_bytes() == log.read_bytes()

    driver.click(evidence.adding.paste)
    driver.click(evidence.adding.keep)
    assert "Paste the text first" in evidence.adding.text._below.text()
    driver.type(evidence.adding.name, "pool errors")
    driver.type(evidence.adding.text, "ERROR pool exhausted")
    driver.click(evidence.adding.keep)
    kept = read(services, change.id)
    assert [item.name for item in kept.attachments] == ["orders.log", "pool errors.txt"]

    driver.click(evidence.shown.remove)
    assert [item.name for item in read(services, change.id).attachments] == ["pool errors.txt"]


def test_a_device_is_refused_in_words(drive, services, record, tmp_path):
    change = record("Upgrade PostgreSQL", S.DRAFT)
    driver = drive(ChangesPage)
    driver.open(change.id)
    evidence = tab(driver, "evidence")
    evidence.adding.add_files([tmp_path])
    driver.settle()
    (banner,) = driver.page.banners.banners
    assert "no ordinary file" in banner.message.as_text()
    assert read(services, change.id).attachments == ()


def test_the_filter_of_the_evidence_is_used_by_keys(drive, record):
    item = NeedEvidence(K.LOG, "Log", "it fails")
    change = record("Upgrade", S.DRAFT, lambda c: with_fields(need=_with(c.need, item))(c))
    driver = drive(ChangesPage)
    driver.open(change.id)
    evidence = tab(driver, "evidence")
    chip = evidence.chips._group.button(1)
    chip.setFocus()
    driver.bot.keyClick(chip, Qt.Key.Key_Space)
    assert [row.title for row in evidence.table.rows_model.rows] == ["Log"]


def _with(need, item):
    return type(need)(NeedCategory.PERSISTENT_BUG, (item,))


def test_options_and_risk_stand_above_the_runbook_where_there_is_room(drive, record):
    change = record("Upgrade PostgreSQL", S.ASSESS)
    driver = drive(ChangesPage)
    driver.page.resize(1440, 900)
    driver.open(change.id)
    driver.page.sides.fold()
    plan = tab(driver, "plan")
    plan.chips.choose(4)
    driver.settle()
    summary = plan.summary
    assert summary.options.isVisible()
    names = [summary.options.model().index(row, 0).data() for row in range(2)]
    assert names == ["Upgrade in place", "Do nothing"]
    assert "Inherent risk High" in summary.matrix.accessibleName()
    summary.options.select_first()
    summary.options.setFocus()
    driver.bot.keyClick(summary.options, Qt.Key.Key_Return)
    assert plan.chips.current == OPTIONS

    driver.page.sides.unfold()
    driver.page.resize(1100, 900)
    plan.chips.choose(4)
    driver.settle()
    assert not summary.options.isVisible(), "a narrow window is left to the runbook"


def test_the_risk_left_of_an_option_is_chosen_and_words_typed_earlier_stay(drive, services, record):
    typed = (Option("Upgrade", risk="low"), Option("Wait", risk="grows with every order"))
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(options=typed))
    driver = drive(ChangesPage)
    driver.open(change.id)
    (options,) = part(driver, OPTIONS)
    options.options.open_at(1)
    form = options.options.form
    assert form.risk.value == "grows with every order"
    options.options.open_at(0)
    form = options.options.form
    assert form.risk.value == "Low"
    driver.choose(form.risk, "Moderate")
    saved(driver)
    kept = read(services, change.id).options
    assert [option.risk for option in kept] == ["Moderate", "grows with every order"]


def test_cost_and_time_of_options_are_figures_that_sort_and_words_stay(drive, services, record):
    typed = (
        Option("Upgrade", cost="One night", time="90 min closed"),
        Option("Rewrite", amount=9400.5, takes_s=14 * 86400.0 + 30.0),
        Option("Move away", amount=900.0, takes_s=7200.0),
    )
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(options=typed))
    driver = drive(ChangesPage)
    driver.open(change.id)
    (options,) = part(driver, OPTIONS)
    table = options.options.table
    assert [table.model().index(row, 2).data() for row in range(3)] == [
        "One night", "9\u202f400\u202fEUR", "900\u202fEUR",
    ]  # fmt: skip
    assert table.model().index(0, 1).data() == "90 min closed"
    options.options.open_at(0)
    form = options.options.form
    assert (form.cost.value, form.time.value) == ("One night", "90 min closed")
    driver.type(form.amount, "many")
    assert "not a number" in form.amount._below.text()
    driver.type(form.amount, "1 800,50")
    driver.type(form.takes, "soon")
    assert "no length of time" in form.takes._below.text()
    driver.type(form.takes, "1 d 4 h 10 min")
    saved(driver)
    first, second, _third = read(services, change.id).options
    assert (first.amount, first.takes_s) == (1800.5, 28 * 3600.0 + 600.0)
    assert (first.cost, first.time) == ("One night", "90 min closed")
    options.options.open_at(1)
    driver.type(options.options.form.benefit, "Newer")
    saved(driver)
    kept = read(services, change.id).options[1]
    assert kept.takes_s == second.takes_s, "what was not touched keeps its seconds"
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    names = [table.model().index(row, 0).data() for row in range(3)]
    assert names == ["Move away", "Upgrade", "Rewrite"]
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert table.model().index(0, 0).data() == "Rewrite"
    options.options.open_at(2)
    assert options.options.form.title.value == "Move away", "a sorted row opens its own record"


def test_the_currency_is_a_code_and_is_said_once_for_the_change(drive, services, record):
    priced = (Option("Upgrade", amount=1800.0),)
    change = record("Upgrade PostgreSQL", S.ASSESS, with_fields(options=priced))
    driver = drive(ChangesPage)
    driver.open(change.id)
    impact = part(driver, IMPACT)[0]
    driver.type(impact.currency, "Rand")
    driver.page.detail.flush()
    driver.settle()
    assert "three letters" in impact.currency._below.text()
    assert read(services, change.id).impact.currency == "EUR"
    driver.type(impact.currency, "zar")
    saved(driver)
    assert read(services, change.id).impact.currency == "ZAR"
    (options,) = part(driver, OPTIONS)
    assert options.options.table.model().index(0, 2).data() == "1\u202f800\u202fZAR"
    options.options.open_at(0)
    assert options.options.form.amount.label == "Cost, ZAR"
