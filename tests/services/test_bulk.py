"""Many changes at once: what is shown beforehand is what happens, row by row, and back again."""

from dataclasses import replace

import pytest

from app.domain.change import ChangeState
from app.errors import InvalidInput
from app.services.change import bulk, changes
from app.services.change.bulk import BulkEdit
from app.services.change.changes import Desk
from app.tasks import TaskContext
from tests.store.conftest import keep_changes

S = ChangeState


@pytest.fixture
def desk(store, clock):
    return Desk(store.unit_of_work, clock, "Nomsa")


@pytest.fixture
def some(store):
    """Three open changes and a closed one."""
    states = (S.DRAFT, S.ASSESS, S.CLOSED, S.MONITOR)
    fields = ({"title": state.value, "state": state, "tags": ("q3",)} for state in states)
    return [change.id for change in keep_changes(store, list(fields))]


def read(store, key):
    with store.unit_of_work() as uow:
        return uow.changes.get(key)


def entries(store, key):
    with store.unit_of_work() as uow:
        return [event.kind for event in uow.log.of(key)]


EDIT = BulkEdit(coordinator="Sipho", priority=1, add_tags=("q4", "Q3"), remove_tags=("none",))


def test_what_is_shown_beforehand_is_what_happens(store, some, desk):
    shown = bulk.preview(some, EDIT, desk=desk)
    assert [len(row.altered) for row in shown.rows] == [3, 3, 0, 3]
    assert [row.refused for row in shown.refused] == ["CHG-000003 is closed."]
    assert read(store, some[0]).coordinator == ""
    done = bulk.apply(some, EDIT, desk=desk)
    assert [(row.id, row.altered, row.refused) for row in done.rows] == [
        (row.id, row.altered, row.refused) for row in shown.rows
    ]
    changed = read(store, some[0])
    assert (changed.coordinator, changed.priority, changed.tags) == ("Sipho", 1, ("q3", "q4"))
    assert entries(store, some[0]) == ["change.edited"]
    assert entries(store, some[2]) == []
    assert store.verify().intact


def test_the_log_names_the_field_as_the_window_does(store, some, desk):
    bulk.apply(some[:1], BulkEdit(service="Orders"), desk=desk)
    with store.unit_of_work() as uow:
        (event,) = uow.log.of(some[0])
    assert event.text == "Edited among others: service: – → Orders"


def test_an_edit_is_taken_back_where_nobody_came_in_between(store, some, desk):
    done = bulk.apply(some, EDIT, desk=desk)
    changes.edit_change(some[1], lambda c: replace(c, priority=4), desk=desk)
    back = bulk.undo(done, desk=desk)
    assert [(row.number, bool(row.altered), row.refused) for row in back.rows] == [
        ("CHG-000001", True, ""),
        ("CHG-000002", False, "CHG-000002 was altered meanwhile."),
        ("CHG-000004", True, ""),
    ]
    assert (read(store, some[0]).coordinator, read(store, some[0]).priority) == ("", 3)
    assert read(store, some[1]).priority == 4
    assert entries(store, some[0]) == ["change.edited"] * 2


def test_what_the_edit_left_alone_may_be_altered_before_it_is_taken_back(store, some, desk):
    done = bulk.apply(some[:1], BulkEdit(service="Orders"), desk=desk)
    changes.edit_change(some[0], lambda c: replace(c, tags=("mine",)), desk=desk)
    (row,) = bulk.undo(done, desk=desk).rows
    assert (row.refused, row.altered) == ("", (("business_service", "Orders", "–"),))
    now = read(store, some[0])
    assert (now.business_service, now.tags) == ("", ("mine",))


def test_holding_is_a_deed_of_its_own_with_a_reason(store, some, desk):
    hold = BulkEdit(hold=True, reason="Waits for parts")
    done = bulk.apply(some, hold, desk=desk)
    assert [row.refused != "" for row in done.rows] == [False, False, True, False]
    assert read(store, some[0]).on_hold_reason == "Waits for parts"
    again = bulk.apply(some, hold, desk=desk)
    assert [row.same for row in again.rows] == [True, True, False, True]
    bulk.undo(done, desk=desk)
    assert not read(store, some[0]).on_hold
    assert entries(store, some[0]) == ["change.held", "change.released"]


def test_one_that_refuses_keeps_no_other_from_being_edited(store, desk):
    ids = [
        change.id
        for change in keep_changes(
            store, [{"title": "A", "state": S.IMPLEMENT}, {"title": "B", "state": S.DRAFT}]
        )
    ]
    edit = BulkEdit(hold=True, reason="Stop")
    shown = bulk.preview(ids, edit, desk=desk)
    assert [bool(row.refused) for row in shown.rows] == [True, False]
    done = bulk.apply(ids, edit, desk=desk)
    assert [bool(row.refused) for row in done.rows] == [True, False]
    assert read(store, ids[1]).on_hold


def test_a_stop_leaves_what_is_done_and_tells_it(store, some, desk):
    def report(progress):
        context.cancel()

    context = TaskContext(report)
    done = bulk.apply(some, EDIT, desk=desk, context=context)
    assert [row.id for row in done.rows] == some[:1]
    assert read(store, some[1]).coordinator == ""


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (BulkEdit(), "Choose what"),
        (BulkEdit(hold=True), "Say why"),
        (BulkEdit(hold=True, reason="x", priority=2), "by itself"),
        (BulkEdit(priority=5), "1 to 4"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(edit, words, some, desk):
    for verb in (bulk.preview, bulk.apply):
        with pytest.raises(InvalidInput, match=words):
            verb(some, edit, desk=desk)


def test_too_many_at_once_are_refused(desk, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 1)
    with pytest.raises(InvalidInput, match="No more than 1 changes are edited at once"):
        bulk.apply(["a", "b"], EDIT, desk=desk)
