"""The log as people read it: nothing lost, the chain in its order, insertions in their time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import ChangeState
from app.domain.event import Actor, Event
from app.errors import InvalidInput, NotFound
from app.services.activity import read_activity
from app.services.change import changes
from app.services.entries import HAPPENED_AT, PINNED, REMARKED, UNPINNED, pin, remark, write_entry
from tests.fakes import NOON


def event(seq, minute, kind="step.ended", refs=(), data=()):
    at = NOON + timedelta(minutes=minute)
    return Event(seq, at, "Nomsa", Actor.HUMAN, kind, f"n {seq}", "c", refs, data, "", "")


def inserted(seq, minute, happened):
    at = (NOON + timedelta(minutes=happened)).isoformat()
    return event(seq, minute, "log.entry", data=((HAPPENED_AT, at),))


def order(*events):
    return [entry.id for entry in read_activity(events).entries][::-1]


def test_an_entry_written_later_stands_between_the_automatic_ones_of_its_time():
    events = [event(1, 0), event(2, 10), event(3, 20), inserted(4, 60, 12)]
    assert order(*events) == [1, 2, 4, 3]
    (late,) = [entry for entry in read_activity(events).entries if entry.inserted]
    assert late.at == NOON + timedelta(minutes=12)
    assert order(event(1, 5), inserted(2, 60, 0)) == [2, 1]


def test_automatic_entries_keep_the_order_of_the_chain_when_the_clock_went_back():
    assert order(event(1, 10), event(2, 3), event(3, 11), inserted(4, 60, 5)) == [4, 1, 2, 3]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 50), st.integers(0, 50)), max_size=40),
)
def test_nothing_is_lost_or_doubled_and_the_chain_keeps_its_order(made):
    events = [
        inserted(seq, minute, happened) if late else event(seq, minute)
        for seq, (late, minute, happened) in enumerate(made, start=1)
    ]
    found = order(*reversed(events))
    assert sorted(found) == [item.seq for item in events]
    chain = [item.seq for item in events if not item.data]
    assert [seq for seq in found if seq in chain] == chain


def test_pins_and_remarks_belong_to_their_entry_and_are_no_entries_themselves():
    events = [
        event(1, 0), event(2, 1, PINNED, ("1",)), event(3, 2, REMARKED, ("1",)),
        event(4, 3), event(5, 4, PINNED, ("4",)), event(6, 5, UNPINNED, ("4",)),
        event(7, 6, PINNED, ("not a number",)), event(8, 7, REMARKED, ("99",)),
    ]  # fmt: skip
    second, first = read_activity(events).entries
    assert (first.id, first.pinned, [item.seq for item in first.remarks]) == (1, True, [3])
    assert (second.id, second.pinned, second.remarks) == (4, False, ())


def test_fields_come_from_what_the_log_says_was_altered():
    data = (("change.close_notes", "– → Done → well"), ("clock_anomaly", "3 s"), ("x", "a → b"))
    (field,) = read_activity([event(1, 0, data=data)]).fields
    assert (field.field, field.before, field.after) == ("close notes", "–", "Done → well")


def test_entries_are_inserted_pinned_and_remarked_on(opened, made, clock):
    change = made(ChangeState.CLOSED)
    desk = opened.desk
    clock.pass_by(hours=2)
    write_entry(change.id, "Cache warmed", desk=desk, happened_at=NOON + timedelta(hours=1))
    with opened.new_uow() as uow:
        seq = uow.log.of(change.id)[-1].seq
    remark(change.id, seq, "By hand", desk=desk)
    pin(change.id, seq, pinned=True, desk=desk)
    found = read_activity(opened.queries.events(change=change.id, limit=1000))
    (entry,) = [item for item in found.entries if item.pinned]
    assert (entry.event.text, entry.inserted, entry.at) == (
        "Cache warmed", True, NOON + timedelta(hours=1),
    )  # fmt: skip
    assert [item.text for item in entry.remarks] == ["By hand"]
    assert opened.verify_log().intact
    for seq_ in (0, 10_000):
        with pytest.raises(NotFound):
            pin(change.id, seq_, pinned=True, desk=desk)
    with pytest.raises(InvalidInput):
        remark(change.id, seq, " ", desk=desk)


@pytest.mark.parametrize("hours", [-1, 1])
def test_nothing_is_inserted_before_the_change_or_in_the_future(opened, made, hours):
    change = made()
    at = NOON + timedelta(hours=hours)
    with pytest.raises(InvalidInput, match="between the beginning of the change and now"):
        write_entry(change.id, "x", desk=opened.desk, happened_at=at)


def test_the_history_of_a_field_is_read_from_real_edits(opened, made):
    from dataclasses import replace

    change = made()
    for title in ("First", "Second"):
        changes.edit_change(
            change.id, lambda item, title=title: replace(item, title=title), desk=opened.desk
        )
    fields = read_activity(opened.queries.events(change=change.id, limit=1000)).fields
    titles = [(item.before, item.after, item.by) for item in fields if item.field == "title"]
    assert titles == [("First", "Second", "Nomsa"), ("Upgrade PostgreSQL", "First", "Nomsa")]


def test_states_are_told_in_words_and_kept_as_they_are():
    data = (("change.state", "backout → review"), ("change.planned_downtime_min", "– → 30.0"))
    moved = event(1, 0, "change.moved", data=data)
    state, downtime = read_activity([moved]).fields
    assert (state.field, state.before, state.after) == ("state", "Backing out", "Review")
    assert (downtime.field, downtime.after) == ("planned downtime", "30.0")
    assert dict(moved.data)["change.state"] == "backout → review"


def test_a_move_is_logged_in_words_and_its_data_stay_raw(opened, made):
    change = made(ChangeState.IMPLEMENT)
    with opened.new_uow() as uow:
        changes.moved(uow.changes.get(change.id), ChangeState.BACKOUT, uow, desk=opened.desk)
        uow.commit()
    entry = opened.queries.events(change=change.id)[0]
    assert entry.text == "Moved from “Implement” to “Backing out”"
    assert dict(entry.data)["to"] == "backout"
