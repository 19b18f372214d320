"""An object of a set is named by its file or by what it holds, on the host that is meant."""

from datetime import UTC, datetime

import pytest

from app.cli.sets import objects_of
from app.domain.backup import BackupSet, CaptureState, SourceKind, StoredObject
from app.domain.ids import HostId, SetId
from app.errors import NotFound

NOON = datetime(2026, 11, 14, 12, tzinfo=UTC)


def stored(number: int, host: str) -> StoredObject:
    return StoredObject(
        f"0{number}-mysql-shop.sql.zst.age", SourceKind.MYSQL, "shop", CaptureState.CAPTURED,
        host=HostId(host), host_name=host,
    )  # fmt: skip


def test_a_database_is_found_by_its_title_on_the_host_that_is_meant():
    item = BackupSet(
        SetId("s"), None, HostId("db1"), "db1, db2", CaptureState.CAPTURED, NOON, NOON, 1.0,
        (stored(1, "db1"), stored(2, "db2")), "", "",
    )  # fmt: skip
    assert objects_of(["shop"], item, "db2") == ("02-mysql-shop.sql.zst.age",)
    assert objects_of(["01-mysql-shop.sql.zst.age"], item) == ("01-mysql-shop.sql.zst.age",)
    assert objects_of([], item) == ()
    with pytest.raises(NotFound, match="no object office"):
        objects_of(["office"], item)
