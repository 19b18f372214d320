import json
import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.change import Change
from app.domain.ids import ChangeId
from app.domain.run import Run
from app.domain.window import TimeRange
from app.errors import StoreError
from app.store.codec import from_text, to_text
from app.store.mapping import CHANGE, KINDS, RUN, ordinal
from app.store.sqlite import FILE_NAME
from tests.examples import identified, planned

ZONES = st.sampled_from([UTC, ZoneInfo("Africa/Johannesburg"), ZoneInfo("America/St_Johns")])
LOCAL_TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=ZONES)
INSTANTS = LOCAL_TIMES.map(lambda at: at.astimezone(UTC))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, st.text(st.characters(codec="utf-8"), max_size=12))
st.register_type_strategy(datetime, INSTANTS)
st.register_type_strategy(TimeRange, st.builds(TimeRange, INSTANTS, INSTANTS))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.table)
@settings(suppress_health_check=[HealthCheck.data_too_large])  # a change has many fields
@given(data=st.data())
def test_every_record_comes_back_as_it_was(kind, data):
    item = data.draw(st.from_type(kind.type))
    row = kind.row(item)
    assert kind.read(row["body"]) == item
    assert row["id"] == item.id
    assert {lifted.name for lifted in kind.columns} <= row.keys()


def test_a_change_with_everything_filled_in_comes_back_as_it_was():
    change = planned(identified(Change(ChangeId("c"), "CHG-000001", "Upgrade")))
    assert CHANGE.read(CHANGE.row(change)["body"]) == change
    assert CHANGE.read(CHANGE.row(change)["body"]).plan_hash == change.plan_hash


def test_a_row_of_an_older_version_gets_the_defaults_of_new_fields():
    change = Change(ChangeId("c"), "CHG-000001", "Upgrade")
    required = {"id", "number", "title"}
    body = {name: value for name, value in _body(change).items() if name in required}
    assert CHANGE.read(json.dumps(body)) == change


def test_fields_that_no_longer_exist_are_ignored():
    change = Change(ChangeId("c"), "CHG-000001", "Upgrade")
    body = _body(change) | {"mood": "good"}
    assert CHANGE.read(json.dumps(body)) == change


def test_a_row_that_makes_no_sense_is_named():
    body = _body(Change(ChangeId("c"), "CHG-000001", "Upgrade")) | {"state": "confused"}
    with pytest.raises(StoreError, match=r"change cannot be read back.*confused"):
        CHANGE.read(json.dumps(body))


def test_a_field_is_declared_in_the_domain_alone(store):
    """The table knows id, version, body and what is searched by; nothing is copied by hand."""
    with closing(sqlite3.connect(store.data / FILE_NAME)) as connection:
        for kind in KINDS:
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({kind.table})")}
            lifted = {column.name for column in kind.columns}
            assert columns == lifted | {"row", "id", "version", "body"}


@given(one=LOCAL_TIMES, other=LOCAL_TIMES)
def test_written_instants_sort_as_time_does(one, other):
    assert from_text(to_text(one)) == one.astimezone(UTC)
    assert (to_text(one) < to_text(other)) is (one.astimezone(UTC) < other.astimezone(UTC))


@pytest.mark.parametrize(
    ("number", "expected"), [("CHG-000142", 142), ("CHG-1000000", 1_000_000), ("draft", 0)]
)
def test_the_number_of_a_change_has_a_place_in_the_order(number, expected):
    assert ordinal(number) == expected


def test_bookkeeping_is_no_news():
    old = Change(ChangeId("c"), "CHG-000001", "Upgrade")
    assert CHANGE.altered(old, replace(old, version=9, updated_at=datetime.now(UTC))) == ()
    counted = {"sealed"}
    assert {field.name for field in fields(Run)} >= {c.name for c in RUN.columns} - counted


def _body(change):
    return json.loads(CHANGE.row(change)["body"])
