"""Steps of the schema and sealed records: what a step rewrites it seals, or nothing is changed."""

import ast
import re
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import create_engine

from app.domain.change import Change
from app.domain.event import SEAL
from app.domain.ids import ChangeId
from app.errors import StoreError
from app.store import upgrade
from app.store.anchors import Anchors
from app.store.mapping import CHANGE, KINDS
from app.store.sealing import reseal
from app.store.seals import REWRITTEN, SEALED_SINCE, SETTING
from app.store.sqlite import FILE_NAME
from app.store.store import open_store
from app.store.upgrade import HEAD, MIGRATIONS, current_revision, upgrade_database
from app.store.verify import verify_log
from tests.store.test_upgrade import NEXT_HEAD, next_version

WRITES = re.compile(r"\b(insert|update|delete|replace)\b", re.IGNORECASE)
WRITERS = {"insert", "update", "delete", "bulk_insert", "exec_driver_sql", "executemany"}
STEPS = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
REWRITE = "op.execute(\"UPDATE change SET body = json_set(body, '$.title', 'Renamed')\")"
RESEAL = (
    "from app.store.sealing import reseal\n    "
    "reseal(op.get_bind(), 'change', 'Renamed every change')"
)


def lacks_reseal(source: str) -> bool:
    """Whether a step writes records, as far as its text tells, and seals none of them anew."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
    texts = (
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    doc = ast.get_docstring(ast.parse(source), clean=False)
    writes = bool(names & WRITERS) or any(WRITES.search(text) for text in texts if text != doc)
    loose = any(
        getattr(call.func, "attr", "") == "execute"
        and not (call.args and isinstance(call.args[0], ast.Constant))
        for call in calls
    )
    return (writes or loose) and "reseal" not in names


@pytest.mark.parametrize(
    "path", [path for path in STEPS if path.name[:4] > SEALED_SINCE], ids=lambda path: path.name
)
def test_a_step_that_writes_records_seals_them_anew(path):
    assert not lacks_reseal(path.read_text()), "see app/store/migrations/env.py"


@pytest.mark.parametrize(
    ("body", "lacks"),
    [
        ("op.execute('UPDATE change SET body = 1')", True),
        ("op.execute(f'{verb} change')", True),
        ("op.execute(make())", True),
        ("op.bulk_insert(table, rows)", True),
        ("op.get_bind().execute(sa.update(table))", True),
        ("op.execute('DELETE FROM run'); reseal(op.get_bind(), 'run', 'x')", False),
        ("op.execute('DROP TABLE change_text')", False),
        ("op.create_index('ix', 'change', ['updated'])", False),
    ],
)
def test_the_rule_sees_what_it_is_there_to_see(body, lacks):
    assert lacks_reseal(f'"""Update words."""\ndef upgrade():\n    {body}\n') is lacks


def test_the_steps_from_before_the_seals_would_have_been_seen():
    seen = [path.name[:4] for path in STEPS if lacks_reseal(path.read_text())]
    assert "0003" in seen, "it rewrote the controls of risks"


@pytest.fixture
def sealed(tmp_path):
    """Return a database as the first sealing version left it, with one record of every kind."""
    path = tmp_path / FILE_NAME
    path.touch()
    upgrade_database(path, target=SEALED_SINCE)
    change = CHANGE.row(Change(ChangeId("one"), "CHG-000001", "Upgrade"))
    with closing(sqlite3.connect(path)) as connection, connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        connection.execute(
            "INSERT INTO change (id, version, number, ordinal, body) VALUES ('one', 3, ?, 1, ?)",
            (change["number"], change["body"]),
        )
        for kind in KINDS:  # what no version can read stays as it is, and sealed
            if kind.table in there and kind is not CHANGE:
                put = f"INSERT INTO {kind.table} (id, version, body) VALUES ('one', 3, 'x')"
                connection.execute(put)
        connection.execute("INSERT INTO setting VALUES ('zone', '\"UTC\"')")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for table in [SETTING, *(kind.table for kind in KINDS if kind.table in there)]:
            reseal(connection, table, "Sealed")
    engine.dispose()
    return path


def seals(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT data FROM event").fetchall()
    return [name for (data,) in rows for name in re.findall(f'"({SEAL}[^"]+)"', data)]


def test_the_steps_since_the_seals_leave_every_record_as_it_was_sealed(sealed, clock):
    kinds = {name.removeprefix(SEAL).split("/")[0] for name in seals(sealed)}
    assert {"change", "host", "template", "person", "setting", "backup_set"} <= kinds
    upgrade_database(sealed)
    assert current_revision(sealed) == HEAD
    report = verify_log(sealed, Anchors(sealed.parent, clock))
    assert report.bad_record == "", report.reason
    assert report.records == len(seals(sealed))


@pytest.mark.parametrize(
    ("write", "record"),
    [
        (REWRITE, "change/one"),
        ('op.execute("UPDATE change SET version = version + 1")', "change/one"),
        ("op.execute(\"UPDATE host SET id = 'two'\")", "host/two"),
        ("op.execute(\"UPDATE setting SET value = '1'\")", "setting/zone"),
        (
            "op.execute(\"INSERT INTO host (id, version, body) SELECT 'new', 0, body FROM host\")",
            "host/new",
        ),
    ],
)
def test_a_step_that_forgets_to_seal_is_refused_and_nothing_is_changed(
    sealed, tmp_path, write, record
):
    upgrade_database(sealed)
    before = sealed.read_bytes()
    with pytest.raises(StoreError, match=f"would rewrite {record} without a word"):
        upgrade_database(sealed, migrations=next_version(tmp_path, write), target=NEXT_HEAD)
    assert current_revision(sealed) == HEAD
    assert sealed.read_bytes() == before


def test_a_step_that_seals_what_it_rewrote_is_told_in_the_log_and_verified(
    sealed, tmp_path, clock, monkeypatch
):
    upgrade_database(sealed)
    more = f"{REWRITE}\n    {RESEAL}"
    upgrade_database(sealed, migrations=next_version(tmp_path, more), target=NEXT_HEAD)
    with closing(sqlite3.connect(sealed)) as connection:
        kind, text, actor = connection.execute(
            "SELECT kind, text, actor FROM event ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        (title,) = connection.execute("SELECT title FROM change").fetchone()
    assert (kind, text, actor, title) == (REWRITTEN, "Renamed every change", "system", "Renamed")
    monkeypatch.setattr(upgrade, "HEAD", NEXT_HEAD)
    store = open_store(sealed.parent, clock=clock, actor="Thabo")
    report = store.verify()
    store.close()
    assert report.bad_record == "", report.reason


def test_sealing_some_records_does_not_excuse_the_others(sealed, tmp_path):
    upgrade_database(sealed)
    more = f"{REWRITE}\n    op.execute('UPDATE host SET version = 9')\n    {RESEAL}"
    with pytest.raises(StoreError, match="host/one"):
        upgrade_database(sealed, migrations=next_version(tmp_path, more), target=NEXT_HEAD)
