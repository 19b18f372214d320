import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.domain.change import Change, ChangeState
from app.domain.filter import Asker, ChangeFilter, ChangeSort, SortBy, built_in
from app.domain.ids import ChangeId
from app.errors import SchemaTooNew, StoreError
from app.services.search.finding import Query
from app.store import store as store_module
from app.store import upgrade
from app.store.mapping import CHANGE
from app.store.sqlite import FILE_NAME, check_file, prepare_file
from app.store.store import open_store
from app.store.tables import METADATA
from app.store.upgrade import HEAD, MIGRATIONS, current_revision, upgrade_database
from tests.store.conftest import write_entries

NEXT = '''"""Next."""
import sqlalchemy as sa
from alembic import op
revision = "{next}"
down_revision = "{head}"
def upgrade():
    with op.batch_alter_table("host") as batch:
        batch.add_column(sa.Column("rack", sa.Text))
    {more}
'''

NEXT_HEAD = f"{int(HEAD) + 1:04}"
ORPHAN = "INSERT INTO run (id, version, change, body) VALUES ('r', 0, 'gone', '')"


def next_version(tmp_path, more="pass"):
    """The migrations of a later version: one more step."""
    migrations = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "versions" / f"{NEXT_HEAD}_next.py").write_text(
        NEXT.format(more=more, next=NEXT_HEAD, head=HEAD)
    )
    return migrations


def tables(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
        counts = connection.execute("SELECT count(*) FROM event").fetchone()
    return dict(rows), counts


def test_the_declared_tables_and_the_steps_agree(store):
    with store.ledger.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parent: (
                    kind != "table" or not (name or "").startswith("change_text")
                ),
            },
        )
        assert compare_metadata(context, METADATA) == []


def test_the_program_knows_its_newest_step():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_new_folder_gets_the_newest_schema_and_no_copy(tmp_path, clock):
    data = tmp_path / "new" / "data"
    store = open_store(data, clock=clock, actor="Thabo")
    assert current_revision(data / FILE_NAME) == HEAD
    assert not (data / "copies").exists()
    store.close()


def test_an_up_to_date_database_is_opened_without_the_migration_library(data, clock, monkeypatch):
    def refuse(path):
        raise AssertionError(path)

    monkeypatch.setattr(upgrade, "upgrade_database", refuse)
    open_store(data, clock=clock, actor="Thabo").close()


def test_a_database_of_a_later_version_is_refused_and_left_alone(data, clock):
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (data / FILE_NAME).read_bytes()
    with pytest.raises(SchemaTooNew, match="schema 9999") as told:
        open_store(data, clock=clock, actor="Thabo")
    assert "Install that version" in told.value.hint
    with pytest.raises(SchemaTooNew):
        open_store(data, clock=clock, actor="Thabo", read_only=True)
    assert (data / FILE_NAME).read_bytes() == before
    assert not list((data / "copies").glob("schema-*"))


def test_an_older_database_is_copied_before_it_is_upgraded(data, clock, tmp_path, monkeypatch):
    store = open_store(data, clock=clock, actor="Thabo")
    write_entries(store, 3)
    store.close()
    migrations = next_version(tmp_path)
    monkeypatch.setattr(upgrade, "HEAD", NEXT_HEAD)
    monkeypatch.setattr(
        store_module.upgrade,
        "upgrade_database",
        lambda path: upgrade_database(path, migrations=migrations, target=NEXT_HEAD),
    )
    with pytest.raises(StoreError, match="upgraded first"):
        open_store(data, clock=clock, actor="Thabo", read_only=True)
    store = open_store(data, clock=clock, actor="Thabo")
    assert store.verify().entries == 3
    store.close()
    (copy,) = (data / "copies").glob("schema-*.db")
    assert copy.name == f"schema-{HEAD}-20261114T120000Z.db"
    assert current_revision(copy) == HEAD
    assert current_revision(data / FILE_NAME) == NEXT_HEAD
    check_file(copy)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("op.execute('DELETE FROM setting')", "lose rows of setting"),
        (f'op.execute("{ORPHAN}")', "dangling"),
        ("op.execute('SELECT nonsense')", "nonsense"),
    ],
)
def test_a_step_that_would_do_harm_changes_nothing(data, tmp_path, more, reason):
    path = data / FILE_NAME
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO setting VALUES ('zone', '\"UTC\"')")
    before = tables(path)
    with pytest.raises(StoreError, match=reason):
        upgrade_database(path, migrations=next_version(tmp_path, more), target=NEXT_HEAD)
    assert tables(path) == before
    assert current_revision(path) == HEAD


def test_steps_of_old_runs_become_pending_and_nothing_else_changes(tmp_path):
    path = tmp_path / FILE_NAME
    path.touch()
    upgrade_database(path, target="0001")
    body = (
        '{"id":"r","state":"waiting","steps":[{"step":{"id":"a"},"state":"todo","outcome":"todo"}'
    )
    body += ',{"step":{"id":"b","title":"„x“"},"state":"done","exit_code":null}]}'
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO change (id, version, body) VALUES ('c', 0, '')")
        fields = "(id, version, change, state, body)"
        connection.execute(f"INSERT INTO run {fields} VALUES ('r', 3, 'c', 'waiting', ?)", (body,))
        empty = '{"id":"e","steps":[]}'
        connection.execute(f"INSERT INTO run {fields} VALUES ('e', 0, 'c', 'done', ?)", (empty,))
    upgrade_database(path)
    with closing(sqlite3.connect(path)) as connection:
        rows = dict(connection.execute("SELECT id, body FROM run").fetchall())
        modes = {mode for (mode,) in connection.execute("SELECT mode FROM run")}
    expected = json.loads(body)
    expected["steps"][0]["state"] = "pending"
    assert json.loads(rows["r"]) == expected
    assert json.loads(rows["e"]) == {"id": "e", "steps": []}
    assert modes == {"live"}


def test_controls_that_were_plain_texts_become_records(tmp_path):
    path = tmp_path / FILE_NAME
    path.touch()
    upgrade_database(path, target="0002")
    old = {
        "id": "c1", "number": "CHG-000001", "title": "Old", "baseline_s": 12.50,
        "risk": {"inherent": {"likelihood": 4, "impact": 4}, "controls": ["Backup", "Re„x“"],
                 "residual": {"likelihood": 2, "impact": 4}},
    }  # fmt: skip
    columns = "id, version, number, ordinal, title, state, type, body"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"INSERT INTO change ({columns}) VALUES ('c1',0,'CHG-000001',1,'Old',?,?,?)",
            ("draft", "normal", json.dumps(old)),
        )
    upgrade_database(path)
    with closing(sqlite3.connect(path)) as connection:
        (body,) = connection.execute("SELECT body FROM change").fetchone()
    change = CHANGE.read(body)
    assert [(item.text, item.link) for item in change.risk.controls] == [
        ("Backup", ""),
        ("Re„x“", ""),
    ]
    assert change.baseline_s == 12.5


def test_what_rows_are_found_by_is_derived_anew_after_the_steps(tmp_path, clock):
    data = tmp_path / "data"
    data.mkdir()
    prepare_file(data / FILE_NAME)
    upgrade_database(data / FILE_NAME, target="0001")
    change = Change(ChangeId("c"), "CHG-000007", "Renew", opened_at=clock.now(), priority=2)
    late = replace(
        change, id=ChangeId("l"), number="CHG-000009", state=ChangeState.REVIEW,
        state_since=clock.now() - timedelta(days=8),
    )  # fmt: skip
    broken = '{"id": "x", "state": "confused"}'
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        put = "INSERT INTO change (id, version, number, ordinal, body) VALUES (?, 0, ?, ?, ?)"
        connection.execute(put, ("c", change.number, 7, CHANGE.row(change)["body"]))
        connection.execute(put, ("l", late.number, 9, CHANGE.row(late)["body"]))
        connection.execute(put, ("x", "CHG-000008", 8, broken))
    store = open_store(data, clock=clock, actor="Thabo")
    asker = Asker(clock.now())
    found = store.finder.page(Query(ChangeFilter("renew", (ChangeState.DRAFT,)), asker)).rows
    assert [(row.number, row.title, row.priority) for row in found] == [("CHG-000007", "Renew", 2)]
    by_title = Query(ChangeFilter(numbers=(7,)), asker, ChangeSort(SortBy.TITLE))
    assert len(store.finder.page(by_title).rows) == 1
    (row,) = store.finder.page(Query(built_in()["review_overdue"], asker)).rows
    assert (row.number, row.review_due_at) == ("CHG-000009", clock.now() - timedelta(days=1))
    store.close()
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        (opened,) = connection.execute("SELECT opened_at FROM change WHERE id = 'c'").fetchone()
    assert opened == "2026-11-14T12:00:00.000000Z"
