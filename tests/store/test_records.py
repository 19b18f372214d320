"""Records altered past the program: every one is found and named, whatever was done to it."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, RunId
from app.domain.run import Run
from app.services.chain_words import chain_words
from app.settings import Settings
from app.store import upgrade
from app.store.mapping import CHANGE
from app.store.sqlite import FILE_NAME
from app.store.store import open_store
from tests.fakes import SetClock

CHANGES = 6
COLUMNS = [lifted.name for lifted in CHANGE.columns]


@pytest.fixture(scope="module")
def kept(empty_data, tmp_path_factory):
    """A folder with records of several kinds, some saved again, that no program has open."""
    data = tmp_path_factory.mktemp("records") / "data"
    shutil.copytree(empty_data, data)
    store = open_store(data, clock=SetClock(), actor="Thabo")
    with store.unit_of_work() as uow:
        for n in range(1, CHANGES + 1):
            uow.changes.add(Change(ChangeId(f"c{n}"), f"CHG-{n:06d}", f"Upgrade {n}"))
            uow.log.append(NewEvent("change.opened", "Opened", f"c{n}"))
        uow.hosts.add(Host(HostId("db-01"), "db-01", "127.0.0.1"))
        uow.runs.add(Run(RunId("r1"), ChangeId("c1"), ""))
        uow.log.append(NewEvent("host.added", "Added db-01"))
        uow.commit()
    with store.unit_of_work() as uow:
        uow.changes.save(replace(uow.changes.get("c2"), title="Upgrade 2, really"))
        uow.changes.save(replace(uow.changes.get("c2"), title="Upgrade 2 at last"))
        uow.hosts.save(replace(uow.hosts.get("db-01"), address="127.0.0.2"))
        uow.log.append(NewEvent("change.edited", "Edited", "c2"))
        uow.commit()
    store.save_settings(Settings(monitor_days=9.0))
    store.close()
    return store


@pytest.fixture
def attack(kept):
    """Return what runs statements on the file, verifies, and gives the file back as it was."""
    path = kept.data / FILE_NAME

    def run(*statements: tuple[str, tuple[object, ...]] | str):
        before = path.read_bytes()
        try:
            with closing(sqlite3.connect(path)) as connection, connection:
                for statement in statements:
                    sql, values = (statement, ()) if isinstance(statement, str) else statement
                    connection.execute(sql, values)
            return kept.verify()
        finally:
            for name in (f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
                (kept.data / name).unlink(missing_ok=True)
            path.write_bytes(before)

    return run


def test_untouched_records_are_what_the_log_says(kept):
    found = kept.verify()
    assert found.intact
    assert (found.records, found.as_found) == (CHANGES + 3, 0)
    assert chain_words(found)[1:] == ["9 records, all as the log says."]


def test_every_record_altered_in_its_body_is_found(attack):
    @given(n=st.integers(1, CHANGES), title=st.text(st.characters(codec="utf-8"), max_size=9))
    def alter(n: int, title: str) -> None:
        sql = "UPDATE change SET body = json_set(body, '$.title', ?) WHERE id = ?"
        found = attack((sql, (title, f"c{n}")))
        assert found.bad_record == f"change CHG-{n:06d}"
        assert found.reason == "it was altered past the program"
        assert not found.intact
        assert found.bad_seq is None

    alter()


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_beside_the_body_is_held_against_it(attack, column):
    found = attack((f'UPDATE change SET "{column}" = ? WHERE id = ?', ("x9", "c3")))
    assert found.reason == f"its column “{column}” was altered past the program"
    assert found.bad_record == ("change x9" if column == "number" else "change CHG-000003")


def test_a_column_that_is_emptied_is_found(attack):
    assert attack("UPDATE change SET state = NULL WHERE id = 'c3'").bad_record


@pytest.mark.parametrize(
    ("sql", "record", "words"),
    [
        ("UPDATE change SET version = version + 1 WHERE id = 'c2'", "CHG-000002", "altered"),
        ("UPDATE change SET id = 'c99' WHERE id = 'c4'", "CHG-000004", "no entry of the log"),
        ("UPDATE change SET body = NULL WHERE id = 'c4'", "", "NOT NULL"),
        ("UPDATE change SET body = x'00' WHERE id = 'c4'", "CHG-000004", "altered"),
        ("UPDATE host SET body = replace(body, '127.0.0.2', '10.0.0.9')", "host db-01", "altered"),
        ("UPDATE host SET address = '10.0.0.9'", "host db-01", "column “address”"),
        ("UPDATE run SET state = 'done'", "run r1", "column “state”"),
        ("DELETE FROM change WHERE id = 'c6'", "change c6", "missing"),
        ("DELETE FROM run", "run r1", "missing, and entry 1"),
        ("UPDATE setting SET value = '1.0' WHERE name = 'monitor_days'", "monitor_days", "altered"),
        ("DELETE FROM setting WHERE name = 'monitor_days'", "monitor_days", "missing"),
        ("INSERT INTO setting VALUES ('backup_age_h', '9000.0')", "backup_age_h", "no entry"),
    ],
)  # fmt: skip
def test_what_is_altered_by_hand_is_named(attack, sql, record, words):
    if words == "NOT NULL":
        with pytest.raises(sqlite3.IntegrityError):
            attack(sql)
        return
    found = attack(sql)
    assert record in found.bad_record
    assert words in found.reason


def test_an_invented_record_is_found(attack):
    names = ", ".join(f'"{name}"' for name in ["version", "body", *COLUMNS])
    others = names.replace('"number"', "'CHG-000099'").replace('"ordinal"', "99")
    found = attack(f"INSERT INTO change (id, {names}) SELECT 'cx', {others} FROM change LIMIT 1")
    assert (found.bad_record, found.reason) == ("change CHG-000099", "no entry of the log knows it")


def test_any_two_records_that_change_places_are_found(attack):
    """By content, and by the order in which they arrived."""

    @given(pair=st.permutations(range(1, CHANGES + 1)).map(lambda order: sorted(order[:2])))
    def swap(pair: list[int]) -> None:
        for what in ("row", "id", "body"):
            spare = {"row": "-1", "id": "'spare'", "body": "'spare'"}[what]
            where = "number = 'CHG-{:06d}'"
            one, other = (where.format(n) for n in pair)
            read = f"(SELECT {what} FROM change WHERE {{}})"
            found = attack(
                "CREATE TABLE seen AS SELECT " + ", ".join(
                    f"{read.format(place)} AS {name}" for place, name in ((one, "a"), (other, "b"))
                ),
                f"UPDATE change SET {what} = {spare} WHERE {one}",
                f"UPDATE change SET {what} = (SELECT a FROM seen) WHERE {other}",
                f"UPDATE change SET {what} = (SELECT b FROM seen) WHERE {one}",
                "DROP TABLE seen",
            )  # fmt: skip
            assert found.bad_record in (f"change CHG-{pair[0]:06d}", f"change CHG-{pair[1]:06d}")

    swap()


def test_an_older_record_put_back_in_place_of_a_newer_one_is_found(kept, attack):
    with closing(sqlite3.connect(kept.data / FILE_NAME)) as connection:
        (body,) = connection.execute("SELECT body FROM change WHERE id = 'c2'").fetchone()
    older = body.replace("Upgrade 2 at last", "Upgrade 2, really").replace(
        '"version":2', '"version":1'
    )
    assert older != body
    found = attack(("UPDATE change SET body = ?, version = 1 WHERE id = 'c2'", (older,)))
    assert found.bad_record == "change CHG-000002"


_BACK_TO_0011 = (
    "DROP TABLE change_text_term",
    "DROP INDEX ix_change_review_due_at",
    "ALTER TABLE change DROP COLUMN review_due_at",
    "DROP INDEX ix_change_keys",
    "DROP TABLE connection",
    "DROP TABLE load_verdict",
    "DROP TABLE load_run",
    "DROP INDEX ix_change_taught",
    "CREATE INDEX ix_change_learned ON change (learned)",
    "UPDATE alembic_version SET version_num = '0011'",
)
"""Undoes the steps since; a later step of the schema needs its opposite here."""


def test_what_is_older_than_its_hashes_is_sealed_as_found_and_said_to_be(tmp_path):
    """A database of the version before: its entries name no hashes."""
    data = tmp_path / "data"
    old = open_store(data, clock=SetClock(), actor="Thabo")
    with old.unit_of_work() as uow:
        for n in (1, 2, 3):
            uow.changes.add(Change(ChangeId(f"c{n}"), f"CHG-{n:06d}", "Upgrade"))
        uow._writes.seals.clear()
        uow.log.append(NewEvent("change.opened", "Opened", "c1"))
        uow.commit()
    old.close()
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        for step in _BACK_TO_0011:
            connection.execute(step)
    assert upgrade.current_revision(data / FILE_NAME) == "0011"
    store = open_store(data, clock=SetClock(), actor="Thabo")
    found = store.verify()
    assert (found.intact, found.entries, found.records, found.as_found) == (True, 2, 3, 3)
    assert "3 records were written before hashes were kept" in chain_words(found)[-1]
    with store.unit_of_work() as uow:
        uow.changes.save(replace(uow.changes.get("c1"), title="Upgrade it"))
        uow.log.append(NewEvent("change.edited", "Edited", "c1"))
        uow.commit()
    assert (store.verify().records, store.verify().as_found) == (3, 2)
    store.close()
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE change SET body = replace(body, 'Upgrade', 'X') WHERE id = 'c3'")
    assert store.verify().bad_record == "change CHG-000003"
