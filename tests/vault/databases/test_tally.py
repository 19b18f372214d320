"""What a source held, compared with what was restored; and logins as tools are given them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.backup import BackupSource, SourceKind
from app.domain.ids import HostId
from app.errors import InvalidInput
from app.services.backup.backup_sources import check_database_source
from app.vault.databases.causes import complaints, explain
from app.vault.databases.logins import (
    Server,
    auth_command,
    conninfo,
    option_file,
    pgpass,
    yaml_settings,
)
from app.vault.databases.tally import QUERY, compare, tables_in
from app.vault.format import Table

A, B = "a" * 64, "b" * 64
HOST = HostId("h")
PLAN = BackupSource(SourceKind.MYSQL, HOST, database="shop", login="me", server="db:3307")


@pytest.mark.parametrize(
    ("source", "restored", "complaint"),
    [
        ((Table("t", 1, A),), (Table("t", 1, A),), ""),
        ((Table("t", 1, A),), (), "t is missing"),
        ((), (Table("t", 1, A),), "t is new"),
        ((Table("t", 2, A),), (Table("t", 1, B),), "t has 1 rows, at the source 2"),
        ((Table("t", 1, A),), (Table("t", 1, B),), "t has other content than at the source"),
        ((Table("t", None),), (Table("t", 7, B),), ""),
        ((Table("db0", 5),), (Table("db0", 5),), ""),
        (
            (Table(QUERY, 1, A),),
            (Table(QUERY, 1, B),),
            "the answer to the query of the plan has other content than at the source",
        ),
    ],
)
def test_every_difference_is_named(source, restored, complaint):
    assert compare(source, restored).complaint == complaint


def test_what_moved_and_what_was_asked_is_said():
    source = (Table("t", 3, A), Table("busy", None), Table(QUERY, 1, B))
    found = compare(source, (Table("t", 3, A), Table("busy", 9, A), Table(QUERY, 1, B)))
    assert (found.same, found.rows, found.moving, found.query) == (1, 3, ("busy",), True)
    unanswered = compare((Table(QUERY, None),), (Table(QUERY, 1, A),))
    assert not unanswered.query


def test_a_list_of_tables_counts_only_when_it_is_whole():
    lines = b"noise\nCD-TABLE n1 74 3 %b\nCD-TABLE n2 74 9 -\nCD-TABLE n1 ? - -\n" % A.encode()
    assert tables_in(lines, "n1", 2) == (Table("t", 3, A), Table(QUERY, None))
    for announced in (None, 1, 3):
        assert tables_in(lines, "n1", announced) is None


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0"), min_size=1))
def test_a_password_stays_one_value_whatever_is_in_it(password):
    line = option_file(PLAN, password).decode()
    (value,) = [part for part in line.split("\n") if part.startswith("password=")]
    inner = value.removeprefix('password="').removesuffix('"')
    assert inner.replace('\\"', '"').replace("\\\\", "\\") == password or "\\" in password
    fields = pgpass(PLAN, password).decode().removesuffix("\n")
    assert fields.startswith("*:*:*:*:")
    assert fields.count("\n") == 0
    command = auth_command(PLAN, password).decode()
    codes = command.removeprefix('AUTH me "').removesuffix('"\n').split("\\x")[1:]
    assert bytes(int(code, 16) for code in codes).decode() == password
    assert json.loads(yaml_settings(PLAN, password).decode().removeprefix("password: ")) == password


@pytest.mark.parametrize("password", ["a\nb", "a\r", "a\0b"])
@pytest.mark.parametrize("write", [pgpass, option_file, auth_command, yaml_settings])
def test_a_password_of_several_lines_is_refused(write, password):
    with pytest.raises(InvalidInput):
        write(PLAN, password)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ("", "", "")),
        ("/run/db.sock", ("/run/db.sock", "", "")),
        ("db", ("", "db", "")),
        ("db:5433", ("", "db", "5433")),
        ("[::1]", ("", "::1", "")),
        ("[::1]:5433", ("", "::1", "5433")),
    ],
)
def test_where_a_server_is(text, found):
    server = Server(text)
    assert (server.socket, server.host, server.port) == found


def test_libpq_is_told_where_to_connect():
    assert conninfo(PLAN, "shop") == "dbname='shop' host='db' port='3307' user='me'"


BAD = {
    "server": ["-h", "a b", "a;b", "db:port", "db:999999", "'", "$(id)", "/a b", "a\nb"],
    "login": ["-x", "a b", "a'b", "a;b", "a\nb", "`id`"],
    "database": ["-x", "a b", "a'b", 'a"b', "a;b", "a/b", "a\nb", "`id`"],
    "query": [
        "DROP TABLE t", "SELECT 1; DROP TABLE t", "SELECT 1\n\\! id", "SELECT '\\' ; \\! id",
        "SELECT 'a", "\\copy t to x", "SHOW TABLES", "SELECT 1 \\g |id",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"), [(n, text) for n, texts in BAD.items() for text in texts]
)
@pytest.mark.parametrize("kind", [SourceKind.POSTGRESQL, SourceKind.MYSQL])
def test_what_could_be_taken_for_a_command_is_refused(kind, name, text):
    values = {"database": "shop", name: text}
    with pytest.raises(InvalidInput):
        check_database_source(BackupSource(kind, HOST, **values))


def test_progress_is_no_complaint_and_what_is_unknown_has_no_cause():
    lines = [b"2026-01-01T00:00:00.000+0000\tdone dumping shop.orders (3 documents)"]
    assert complaints(SourceKind.MONGODB, lines) == []
    assert complaints(SourceKind.MYSQL, [b"Warning: odd"]) == [b"Warning: odd"]
    assert explain([b"something nobody has seen"]) == ""
