"""How many rows a dump holds, as its source has said at the backup."""

from dataclasses import replace

import pytest

from app.domain.backup import BackupSource, CaptureState, SourceKind, StoredObject
from app.domain.ids import HostId
from app.vault.databases.tally import QUERY
from app.vault.format import ObjectRecord, Table
from app.vault.restoring.dump_rows import plain_name, rows_of_dump

SOURCE = BackupSource(SourceKind.POSTGRESQL, HostId("h"), database="shop")
RECORD = ObjectRecord(
    StoredObject("01-postgres-shop.dump.zst.age", SourceKind.POSTGRESQL, "shop",
                 CaptureState.CAPTURED),
    SOURCE, True, 1.0,
)  # fmt: skip


def test_the_rows_come_from_the_manifest_without_the_answer_to_the_query():
    tables = (Table("public.orders", 5), Table('"Odd ""one"""."a.b"', 0), Table(QUERY, 1),
              Table("public.moving", None))  # fmt: skip
    found = rows_of_dump(None, replace(RECORD, tables=tables))  # type: ignore[arg-type]  # not read
    assert found == {"public.orders": 5, 'Odd "one".a.b': 0, "public.moving": None}


@pytest.mark.parametrize(
    ("quoted", "plain"),
    [("public.orders", "public.orders"), ('public."Order"', "public.Order"), ("odd", "odd")],
)
def test_quotes_are_taken_off(quoted, plain):
    assert plain_name(quoted) == plain
