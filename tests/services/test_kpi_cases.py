"""What key figures read from records: approval, schedule, rejection, service hours, delivery."""

import csv
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from app.analysis.kpi_table import KPIS
from app.domain.approval import Approval, Decision
from app.domain.change import ChangeState, ChangeType
from app.domain.conflict import Conflict, Reason, ScheduleCheck
from app.domain.event import NewEvent
from app.domain.filter import Asker
from app.domain.ids import RunId, TemplateId, new_id
from app.domain.kpi import Rate
from app.domain.outage import Outage, OutageKind
from app.domain.review import CloseCode, Incident
from app.domain.run import Deviation, DeviationKind, Run
from app.domain.window import TimeRange, Window
from app.exports.lists import open_table
from app.services.exports import ExportFormat, ExportWish
from app.services.kpi import kpi_words
from app.services.kpi.kpi_export import HEADINGS, _values, records
from app.services.kpi.kpis import Period, load_kpis, members, read_sample
from tests.fakes import NOON
from tests.store.conftest import keep_changes

ASKER = Asker(NOON, "Nomsa", "Africa/Johannesburg")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 14))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = Window(TimeRange(NOON - 3 * DAY, NOON - 3 * DAY + HOUR), "UTC")


def closed(**fields):
    good = {"state": ChangeState.CLOSED, "close_code": CloseCode.SUCCESSFUL,
            "closed_at": NOON, "opened_at": NOON - 4 * DAY, "window": WINDOW,
            "work_start": WINDOW.span.start, "work_end": WINDOW.span.end}  # fmt: skip
    return {"title": "A"} | good | fields


def decided(decision=Decision.APPROVED, at=NOON - 3.5 * DAY, **more):
    return (Approval("Pieter", "", decision, at, "plan", **more),)


@pytest.fixture
def sample(store):
    return lambda period=NOVEMBER: read_sample(period, reads=store.kpis, asker=ASKER)


@pytest.mark.parametrize(
    ("fields", "unauthorised"),
    [
        ({"approvals": decided()}, False),
        ({}, True),
        ({"approvals": decided(at=NOON - DAY)}, True),
        ({"approvals": decided(Decision.REJECTED)}, True),
        ({"approvals": decided(at=NOON - DAY), "type": ChangeType.EMERGENCY}, False),
        ({"type": ChangeType.EMERGENCY}, True),
        ({"type": ChangeType.STANDARD, "template": TemplateId("t")}, False),
        ({"type": ChangeType.STANDARD}, True),
        ({"approvals": decided(), "retrospective": True}, True),
        ({"work_start": None, "work_end": None}, False),
    ],
)
def test_work_that_nobody_had_approved_is_unauthorised(store, sample, fields, unauthorised):
    keep_changes(store, [closed(**fields)])
    (case,) = sample().closed
    assert case.unauthorised is unauthorised


def test_work_on_a_host_that_was_not_declared_is_unauthorised(store, sample):
    (change,) = keep_changes(store, [closed(approvals=decided())])
    strange = Deviation(DeviationKind.UNDECLARED_HOST, "s", "db-9", NOON)
    with store.unit_of_work() as uow:
        uow.runs.add(Run(RunId(new_id()), change.id, "h", deviations=(strange,)))
        uow.log.append(NewEvent("run.ended", "Ended", change.id))
        uow.commit()
    assert [case.unauthorised for case in sample().closed] == [True]


def test_scheduled_outside_is_what_the_check_of_this_very_window_found(store, sample):
    outside = Conflict(Reason.OUTSIDE, "db-1", WINDOW.span)
    clash = Conflict(Reason.SAME_HOST, "db-1", WINDOW.span)
    moved = TimeRange(NOON, NOON + HOUR)
    checks = [
        ScheduleCheck(NOON, WINDOW.span, (clash, outside)),
        ScheduleCheck(NOON, WINDOW.span, (clash,)),
        ScheduleCheck(NOON, moved, (outside,)),
        None,
    ]
    keep_changes(store, [closed(schedule_check=check) for check in checks])
    assert [case.planned_outside for case in sample().closed] == [True, False, None, None]
    found = load_kpis(NOVEMBER, reads=store.kpis, asker=ASKER).now["planned_outside"]
    assert found == Rate((1,), (1, 2))


def test_a_rejected_change_counts_unless_it_was_taken_up_again(store):
    no, at = Decision.REJECTED, NOON - DAY
    rejected = {"title": "R", "opened_at": NOON - 9 * DAY, "updated_at": NOON}
    keep_changes(
        store,
        [
            {**rejected, "state": ChangeState.REJECTED, "approvals": decided(no, at)},
            {**rejected, "state": ChangeState.CANCELED, "approvals": decided(no, at)},
            {**rejected, "state": ChangeState.CANCELED},
            {**rejected, "state": ChangeState.DRAFT, "revision": 2, "approvals": decided(no, at)},
            {**rejected, "state": ChangeState.REJECTED, "approvals": decided(no, NOON - 40 * DAY)},
            closed(approvals=(*decided(no, at), *decided(revision=2)), revision=2),
        ],
    )
    assert store.kpis.rejected(*NOVEMBER.span(ASKER)) == (1, 2)
    assert members("rejected", NOVEMBER, reads=store.kpis, asker=ASKER) == (1, 2)
    found = load_kpis(NOVEMBER, reads=store.kpis, asker=ASKER).now["rejected"]
    assert found == Rate((1, 2), (6, 1, 2))


def test_hours_of_service_count_changes_that_are_not_closed_yet(store, sample):
    down = Outage(OutageKind.UNPLANNED, "Shop", NOON - 3 * DAY, NOON - 3 * DAY + 2 * HOUR)
    lasts = Outage(OutageKind.UNPLANNED, "", NOON - HOUR)
    slow = Outage(OutageKind.DEGRADATION, "Mail", NOON - 2 * DAY, NOON)
    working = closed(state=ChangeState.MONITOR, closed_at=None, close_code=None)
    keep_changes(
        store,
        [
            closed(outages=(down, slow), business_service="shop"),
            {**working, "outages": (lasts,), "business_service": "Ledger"},
            {**working, "work_start": None, "business_service": "Not begun"},
        ],
    )
    found = sample()
    assert found.services == ("ledger", "mail", "shop")
    assert [(each.number, each.service, each.end - each.begin) for each in found.downs] == [
        (1, "Shop", 2 * HOUR),
        (2, "Ledger", HOUR),
    ]
    earlier = sample(NOVEMBER.before)
    assert (earlier.services, earlier.downs) == ((), ())


def test_delivery_is_read_from_commit_incident_and_type(store, sample):
    fixed = Incident("INC-1", "Down", 1, fixes=True)
    own = Incident("INC-2", "Down", 1, fixes=True, caused=True)
    keep_changes(
        store,
        [
            closed(first_commit_at=WINDOW.span.end - 5 * HOUR, incidents=(fixed,)),
            closed(incidents=(own,), monitor_days=2.0),
        ],
    )
    first, second = sample().closed
    assert (first.lead_s, first.mends, second.lead_s, second.mends) == (5 * 3600, True, None, False)
    assert second.allowed_s == ((DAY + HOUR) + 2 * DAY + 7 * DAY).total_seconds()
    assert second.spent_s == (4 * DAY).total_seconds()


def test_a_review_is_late_by_the_days_that_were_agreed(store, sample):
    came = WINDOW.span.end + 9 * DAY  # watched two days longer than agreed: that is no late review
    done = {"reviewed_by": "Ayesha", "reviewed_at": came + 5 * DAY, "review_since": came}
    standard = {"type": ChangeType.STANDARD, "review_days": 3.0}
    keep_changes(
        store,
        [
            closed(monitor_days=7.0, **done),
            closed(monitor_days=7.0, review_days=3.0, **done),
            closed(monitor_days=7.0),
            closed(**done | standard),
            closed(**done | {"review_since": None}),
        ],
    )
    found = sample().closed
    assert [case.reviewed_late for case in found] == [False, True, None, None, None]
    assert (found[0].allowed_s - found[1].allowed_s) == (4 * DAY).total_seconds()


def test_a_share_of_hours_keeps_the_digits_behind_the_nines(store):
    down = Outage(OutageKind.UNPLANNED, "Shop", NOON - 3 * DAY, NOON - 3 * DAY + 0.25 * HOUR)
    keep_changes(store, [closed(outages=(down,))])
    view = load_kpis(NOVEMBER, reads=store.kpis, asker=ASKER)
    each = {item.id: item for item in KPIS}
    told = kpi_words.tell(each["availability"], view.now["availability"])
    assert (plain(told.figure), plain(told.share)) == ("99.92 %", "325.8 h of 326.0 h")
    told = kpi_words.tell(each["down_unplanned"], view.now["down_unplanned"])
    assert (plain(told.figure), plain(told.share), plain(told.range)) == (
        "0.25 h", "of 326.0 h", "0.077 %",
    )  # fmt: skip
    told = kpi_words.tell(each["closing_rate"], view.now["closing_rate"])
    assert (plain(told.figure), plain(told.share), told.range) == ("4 d", "of 15 d 1 h", "n = 1")


def plain(text):
    return text.replace("\u202f", " ")


@pytest.mark.parametrize("kind", list(ExportFormat))
def test_the_table_holds_every_figure_with_what_it_is_counted_from(store, tmp_path, kind):
    keep_changes(store, [closed(title=f"C{n}") for n in range(11)])
    view = load_kpis(NOVEMBER, reads=store.kpis, asker=ASKER)
    target = tmp_path / f"figures.{kind.value}"
    wish = ExportWish(kind, label="Example data")
    with open_table(target, wish, list(HEADINGS)) as table:
        for record in records(view):
            table.add(record, _values(record))
    rows = read_rows(target, kind)
    assert len(rows) == len(KPIS)
    first = rows[0]
    if kind is ExportFormat.JSON:
        assert first["data"] == "Example data"
        assert (first["id"], first["now"]["numerator"], first["now"]["denominator"]) == (
            "success", 11, 11,
        )  # fmt: skip
        assert (first["now"]["low"], first["now"]["high"]) == (pytest.approx(0.7412, abs=1e-4), 1.0)
        return
    assert (first["Figure"], float(first["Numerator"]), float(first["Denominator"])) == (
        "Successful", 11, 11,
    )  # fmt: skip
    assert {row["Data"] for row in rows} == {"Example data"}
    growth = next(row for row in rows if row["Figure"] == "Backlog growth")
    assert (growth["Numerator"] or "", float(growth["Value"])) == ("", 0)


def read_rows(target, kind):
    match kind:
        case ExportFormat.JSON:
            return json.loads(target.read_text())
        case ExportFormat.CSV:
            return list(csv.DictReader(target.read_text("utf-8-sig").splitlines()))
        case ExportFormat.XLSX:
            sheet = load_workbook(target)["Example data"]
            head, *rows = sheet.iter_rows(values_only=True)
            return [dict(zip(head, row, strict=True)) for row in rows]


def test_few_changes_give_counts_and_no_fraction(store):
    keep_changes(store, [closed(), closed()])
    view = load_kpis(NOVEMBER, reads=store.kpis, asker=ASKER)
    by_id = {record.id: record for record in records(view)}
    figure = by_id["success"].now
    assert (figure.value, figure.numerator, figure.denominator, figure.low) == (None, 2, 2, None)
    assert by_id["backlogged"].before is None
    assert replace(by_id["success"].now, unit="x") != figure
