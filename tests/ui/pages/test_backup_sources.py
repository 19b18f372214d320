"""The sources of a backup plan: databases with the way into them, and how well each is proven."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.backup import (
    BackupSet,
    BackupSource,
    CaptureState,
    Level,
    Outcome,
    SourceKind,
    StoredObject,
    Verification,
)
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.ids import SetId
from app.services.change import changes
from tests.fakes import NOON
from tests.ui.pages.conftest import DB, read, with_fields
from tests.ui.pages.steps import saved, tab
from ui.pages.changes.page import ChangesPage

ORDERS = BackupSource(
    SourceKind.POSTGRESQL, DB.id, database="orders", server="127.0.0.1:5433", login="backup",
    query="SELECT count(*) FROM orders",
)  # fmt: skip
CACHE = BackupSource(SourceKind.REDIS, DB.id)
LOGS = BackupSource(SourceKind.MONGODB, DB.id, database="logs")


def a_set(*sources: BackupSource, level: Level) -> BackupSet:
    proofs = (
        Verification(step, Outcome.PASSED, NOON, 1.5, "proven") for step in Level if step <= level
    )
    return BackupSet(
        id=SetId("set-1"),
        change=None,
        host=DB.id,
        host_name=DB.name,
        state=CaptureState.CAPTURED,
        started_at=NOON,
        sealed_at=NOON + timedelta(minutes=1),
        duration_s=60,
        objects=tuple(
            StoredObject(f"0{n}", source.kind, source.title, CaptureState.CAPTURED)
            for n, source in enumerate(sources, 1)
        ),
        manifest_sha256="0" * 64,
        path="sets/2026/set-1",
        verifications=tuple(proofs),
    )


@pytest.fixture
def opened(drive, services, record):
    """Return a maker of the Backup tab of a change that captures something."""

    def make(*sources: BackupSource, sets: tuple[BackupSet, ...] = ()):
        change = record("Upgrade PostgreSQL", ChangeState.ASSESS)
        plan = with_fields(backup_plan=sources)
        changes.edit_change(change.id, plan, desk=services.desk)
        with services.new_uow() as uow:
            for item in sets:
                uow.backups.add(replace(item, change=change.id))
                uow.log.append(NewEvent("backup.sealed", "Sealed", refs=(item.id,)))
            uow.commit()
        driver = drive(ChangesPage)
        driver.open(change.id)
        return driver, change, tab(driver, "backup")

    return make


def test_every_source_says_how_well_it_is_proven(opened):
    *_, backup = opened(ORDERS, CACHE, LOGS, sets=(a_set(ORDERS, CACHE, level=Level(3)),))
    table = backup.sources.sources.table
    model = table.model()
    words = [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]
    assert words == [
        ["orders at 127.0.0.1:5433", "PostgreSQL database", DB.name, "L3 matches the source"],
        ["redis", "Redis server", DB.name, "L3 matches the source"],
        ["logs", "MongoDB, not proven", DB.name, "No backup yet"],
    ]


def test_a_database_is_added_with_its_account_and_its_password_goes_to_the_keyring_only(
    opened, services, caplog
):
    driver, change, backup = opened(CACHE)
    sources = backup.sources.sources
    driver.click(sources.add)
    form = sources.form
    driver.choose(form.kind, SourceKind.MYSQL.value)
    driver.choose(form.host, str(DB.id))
    driver.type(form.database, "shop")
    driver.type(form.server, "127.0.0.1:3307")
    driver.type(form.login, "backup")
    driver.type(form.query, "SELECT count(*) FROM orders")
    driver.type(form.password, "canary-7F3a")
    driver.click(form.keep_password)
    assert form.kept.text() == "Kept in the keyring"
    assert form.password.value == ""
    saved(driver)
    wanted = BackupSource(
        SourceKind.MYSQL, DB.id, database="shop", server="127.0.0.1:3307", login="backup",
        query="SELECT count(*) FROM orders",
    )  # fmt: skip
    assert read(services, change.id).backup_plan == (CACHE, wanted)
    assert services.secrets.get(wanted.secret) == "canary-7F3a"
    told = [event.text for event in services.queries.events()]
    assert "Kept the password for shop at 127.0.0.1:3307 in the keyring" in told
    assert not any("canary" in text for text in told)
    for path in services.data.rglob("*"):
        assert not path.is_file() or b"canary-7F3a" not in path.read_bytes()


def test_a_database_in_a_file_may_go_by_the_disk_of_its_host_and_one_of_a_server_not(
    opened, services
):
    driver, change, backup = opened(CACHE)
    sources = backup.sources.sources
    driver.click(sources.add)
    form = sources.form
    driver.choose(form.kind, SourceKind.POSTGRESQL.value)
    assert not form.way.isVisible()
    assert not form.as_root.isVisible()
    driver.choose(form.kind, SourceKind.SQLITE.value)
    assert form.way.isVisible()
    driver.click(form.as_root.box)
    driver.choose(form.host, str(DB.id))
    driver.type(form.database, "/srv/shop.sqlite3")
    driver.choose(form.way, "spool")
    saved(driver)
    wanted = BackupSource(
        SourceKind.SQLITE, DB.id, database="/srv/shop.sqlite3", spool=True, as_root=True
    )
    assert read(services, change.id).backup_plan == (CACHE, wanted)
    assert sources.table.model().index(1, 0).data() == "/srv/shop.sqlite3, as root"


def test_what_cannot_be_captured_is_said_at_its_field(opened, services):
    driver, change, backup = opened(ORDERS)
    sources = backup.sources.sources
    sources.open_at(0)
    form = sources.form
    driver.type(form.query, "DROP TABLE orders")
    saved(driver)
    assert "begins with SELECT" in form.query._below.text()
    driver.type(form.query, "")
    driver.type(form.server, "bad name; rm")
    saved(driver)
    assert "no address of a database server" in form.server._below.text()
    (kept,) = read(services, change.id).backup_plan
    assert "DROP" not in kept.query
    assert ";" not in kept.server


def test_what_is_not_proven_says_so_in_the_form(opened):
    *_, backup = opened(LOGS, CACHE)
    sources = backup.sources.sources
    sources.open_at(0)
    assert sources.form.not_proven.isVisible()
    assert not sources.form.query.isVisible()
    sources.open_at(1)
    assert not sources.form.not_proven.isVisible()
    assert not sources.form.database.isVisible()


def test_the_proof_of_a_source_is_the_set_that_counts_not_the_newest(opened):
    proven = a_set(CACHE, level=Level(3))
    newer = replace(
        a_set(CACHE, level=Level(0)), id=SetId("set-2"), sealed_at=NOON + timedelta(minutes=2)
    )
    *_, backup = opened(CACHE, sets=(proven, newer))
    assert backup.sources.sources.table.model().index(0, 3).data() == "L3 matches the source"
