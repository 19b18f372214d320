"""Probes against a real web server, a real sshd, real SQLite and a private PostgreSQL."""

import json
import shutil
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.functional import Engine, Expectation, Fact, FunctionalProbe, ProbeKind, Relation
from app.domain.review import TestResult
from app.errors import InvalidInput
from app.services.test_case.functional import keep_secret, try_probe
from app.services.test_case.functional_judge import Seen, judge
from app.services.test_case.functional_remote import require_query, sql_script
from app.tasks import TaskCancelled, TaskContext
from tests.web_fixtures import COOKIE, PASSWORD, TOKEN

LOGIN = """
GET {url}/login
take token from field csrf
expect status = 200
POST {url}/login
field user = anna
field password = {{secret:shop login}}
field csrf = {{token}}
expect body contains signed in as anna
expect address matches /account$
expect time <= 20 s
"""


def tried(opened, probe, context=None):
    return try_probe(probe, with_=opened.testing, context=context or TaskContext())


def trace(found):
    return json.loads(found.trace)


def test_a_login_passes_with_cookie_token_and_a_secret_of_the_keyring(opened, web):
    keep_secret("shop login", PASSWORD, with_=opened.testing)
    found = tried(opened, FunctionalProbe(text=LOGIN.format(url=web.url)))
    assert found.result is TestResult.PASSED, found.observed
    assert found.observed.startswith("4 of 4 expectations met, in ")
    first, second = trace(found)["steps"]
    assert first["what"] == f"GET {web.url}/login"
    assert second["outcome"].startswith("200, ")
    assert [item["met"] for item in second["expectations"]] == [True] * 3
    assert 0 < second["took_ms"] < 20_000


def test_nothing_secret_is_in_what_is_recorded(opened, web):
    keep_secret("shop login", PASSWORD, with_=opened.testing)
    text = LOGIN.format(url=web.url) + "expect body contains Good bye\n"
    found = tried(opened, FunctionalProbe(text=text))
    assert found.result is TestResult.FAILED
    assert "expected body contains Good bye; got Signed in as Anna, [redacted]" in found.observed
    kept = found.trace.decode() + found.observed
    for value in (PASSWORD, TOKEN, COOKIE, PASSWORD.replace(" ", "+")):
        assert value not in kept
    with opened.new_uow() as uow:
        assert not [event for event in uow.log.of("") if PASSWORD in repr(event)]


def test_a_server_that_echoes_the_password_does_not_get_it_recorded(opened, web):
    keep_secret("shop login", "wrong but secret", with_=opened.testing)
    found = tried(opened, FunctionalProbe(text=LOGIN.format(url=web.url)))
    assert found.result is TestResult.FAILED
    assert "got refused [[redacted]]" in found.observed
    assert b"wrong but secret" not in found.trace


def test_a_secret_at_the_place_of_a_cut_leaves_no_half_behind(opened, web):
    secret = "s3cret-" * 30
    keep_secret("long", secret, with_=opened.testing)
    text = f"POST {web.url}/login\nfield password = {{secret:long}}\nexpect body contains hello"
    found = tried(opened, FunctionalProbe(text=text))
    assert "s3cret" not in found.observed + found.trace.decode()


def test_addresses_with_secrets_are_not_logged(opened, web, caplog):
    caplog.set_level("DEBUG")
    keep_secret("key", "hidden-in-the-query", with_=opened.testing)
    text = f"GET {web.url}/nowhere?key={{secret:key}}\nexpect status = 404"
    assert tried(opened, FunctionalProbe(text=text)).result is TestResult.PASSED
    assert "hidden-in-the-query" not in caplog.text


def test_without_its_secret_a_probe_is_blocked_and_says_what_to_do(opened, web):
    found = tried(opened, FunctionalProbe(text=LOGIN.format(url=web.url)))
    assert found.result is TestResult.BLOCKED
    assert "holds no secret “shop login”" in found.observed


def test_a_secret_too_short_to_hide_is_refused(opened):
    with pytest.raises(InvalidInput, match="at least 4 characters"):
        keep_secret("pin", "123", with_=opened.testing)


@pytest.mark.parametrize(
    ("path", "expect", "result", "told"),
    [
        ("/", "status = 201", TestResult.FAILED, "expected status = 201; got 200"),
        ("/", "time <= 0 ms", TestResult.FAILED, "expected time <= 0 ms; got "),
        ("/", "header X-Frame-Options = DENY", TestResult.FAILED, "got nothing"),
        ("/hang", "status = 200", TestResult.FAILED, "No whole answer within 0.4 s"),
        ("/torn", "status = 200", TestResult.FAILED, "The connection broke"),
        ("/to?http://localhost/", "status = 200", TestResult.BLOCKED, "belongs to somebody else"),
        ("/huge", "body lacks error", TestResult.FAILED, "cannot be told"),
        ("/huge", "body contains zzz", TestResult.PASSED, "1 of 1"),
        ("/nowhere", "status = 404", TestResult.PASSED, "1 of 1"),
    ],
)
def test_what_went_wrong_is_said_with_expected_and_got(opened, web, path, expect, result, told):
    text = f"GET {web.url}{path}\nexpect {expect}"
    limit_s = 0.4 if path == "/hang" else 20
    found = tried(opened, FunctionalProbe(text=text, limit_s=limit_s))
    assert (found.result, told in found.observed) == (result, True), found.observed


def test_what_a_server_says_stays_literal_text(opened, web):
    text = f"GET {web.url}/hostile\nexpect status = 200\nexpect body contains fine"
    found = tried(opened, FunctionalProbe(text=text))
    kept = found.observed + found.trace.decode()
    assert not {"\x1b", "\u202e"} & set(kept)
    assert len(found.observed) <= 500
    body = FunctionalProbe(text=f"GET {web.url}/hostile\nexpect body contains fine")
    assert "<b>bold</b> ␛[31mred \\u202egnp.exe" in tried(opened, body).observed


def test_a_stop_ends_a_probe_that_hangs(opened, web):
    context = TaskContext()
    threading.Timer(0.2, context.cancel).start()
    with pytest.raises(TaskCancelled):
        tried(opened, FunctionalProbe(text=f"GET {web.url}/hang\nexpect status = 200"), context)


def test_a_command_is_held_against_exit_code_pattern_and_number(opened, ssh_host):
    probe = FunctionalProbe(
        ProbeKind.COMMAND,
        "echo 'active: 42'; echo trouble >&2; exit 3",
        "exit = 3\noutput matches ^active: \\d+$\nerrors contains trouble\noutput lacks failed",
        ssh_host.id,
    )
    assert tried(opened, probe).result is TestResult.PASSED
    number = replace(probe, text="nproc", expects="output >= 1\noutput < 100000\nexit = 0")
    assert tried(opened, number).result is TestResult.PASSED
    wrong = tried(opened, replace(probe, expects="exit = 0"))
    assert wrong.result is TestResult.FAILED
    assert wrong.observed.endswith("expected exit = 0; got 3")


def test_a_command_that_never_ends_and_a_host_that_is_gone_do_not_pass(opened, ssh_host):
    slow = FunctionalProbe(ProbeKind.COMMAND, "sleep 30", "exit = 0", ssh_host.id, limit_s=0.5)
    assert tried(opened, slow).result is TestResult.BLOCKED
    with opened.new_uow() as uow:
        uow.hosts.save(replace(ssh_host, port=9))
        from app.domain.event import NewEvent

        uow.log.append(NewEvent("host.edited", "moved"))
        uow.commit()
    gone = tried(opened, replace(slow, text="true"))
    assert gone.result is TestResult.BLOCKED
    assert "refuses connections" in gone.observed
    nobody = tried(opened, replace(slow, host=None))
    assert (nobody.result, "names no host" in nobody.observed) == (TestResult.BLOCKED, True)


@pytest.fixture
def shop_db(tmp_path):
    path = tmp_path / "shop; rm -rf $HOME '\".db"
    with sqlite3.connect(path) as link:
        link.execute("CREATE TABLE orders (id INTEGER, name TEXT)")
        link.executemany("INSERT INTO orders VALUES (?, ?)", [(1, "one"), (2, "two"), (3, None)])
    link.close()
    return path


def query(host, database, text, expects, engine=Engine.SQLITE):
    return FunctionalProbe(ProbeKind.SQL, text, expects, host.id, engine, str(database))


def test_a_sqlite_database_is_asked_over_ssh(opened, ssh_host, shop_db):
    counted = query(ssh_host, shop_db, "SELECT count(*) FROM orders", "value = 3\nrows = 1")
    assert tried(opened, counted).result is TestResult.PASSED
    rows = query(
        ssh_host, shop_db, "select name from orders where id < 3;", "rows = 2\nvalue = one"
    )
    assert tried(opened, rows).result is TestResult.PASSED
    none = query(ssh_host, shop_db, "SELECT * FROM orders WHERE id > 9", "rows = 0")
    assert tried(opened, none).result is TestResult.PASSED
    wrong = tried(opened, replace(counted, expects="value >= 10"))
    assert (wrong.result, wrong.observed.endswith("got 3")) == (TestResult.FAILED, True)


def test_a_sqlite_database_is_asked_where_only_python_is(opened, ssh_host, shop_db, monkeypatch):
    from app.services.test_case import functional_remote

    without = functional_remote._SQLITE.replace("command -v sqlite3", "command -v sqlite3-gone")
    monkeypatch.setitem(functional_remote._CLIENTS, Engine.SQLITE, without)
    probe = query(ssh_host, shop_db, "SELECT id, name FROM orders", "rows = 3\noutput contains two")
    assert tried(opened, probe).result is TestResult.PASSED


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("DELETE FROM orders", "begins with SELECT"),
        ("SELECT 1; DROP TABLE orders", "One statement only"),
        ("SELECT 1\n.shell touch /tmp/x", "client"),
        ("SELECT 1 \\! touch /tmp/x", "client"),
        ("SELECT 1\nsystem id", "client"),
        ("/* x */ update orders set id = 1", "begins with SELECT"),
        ("", "begins with SELECT"),
    ],
)
def test_a_query_only_reads(ssh_host, shop_db, text, why):
    with pytest.raises(InvalidInput, match=why):
        require_query(query(ssh_host, shop_db, text, "rows = 1"))


def test_quotes_may_hold_what_would_be_refused_outside(ssh_host, shop_db):
    require_query(query(ssh_host, shop_db, "SELECT 'a;b\\c' -- it's; fine", "rows = 1"))


def test_a_writing_query_that_looks_like_a_reading_one_is_stopped_by_the_database(
    opened, ssh_host, shop_db
):
    text = "WITH x AS (SELECT 1) INSERT INTO orders SELECT 9, 'x'"
    found = tried(opened, query(ssh_host, shop_db, text, "rows = 0"))
    assert found.result is TestResult.FAILED
    assert "readonly" in found.observed
    with sqlite3.connect(shop_db) as link:
        assert link.execute("SELECT count(*) FROM orders").fetchone() == (3,)
    link.close()


@pytest.mark.parametrize("name", ["a b; id", "password=x dbname=y", "-f /etc/passwd", "$(id)", ""])
def test_a_database_has_a_name_and_no_password(ssh_host, name):
    with pytest.raises(InvalidInput, match="no name of a database"):
        require_query(query(ssh_host, name, "SELECT 1", "value = 1", Engine.POSTGRESQL))


def test_the_query_is_on_no_command_line(opened, ssh_host, shop_db):
    """The sshd of the tests shares our process list: nobody there shows the query."""
    marker = "unlikely_column_name"
    seen, done = [], threading.Event()

    def look():
        while not done.wait(0.002):
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(file.read_bytes())
                except OSError:
                    continue

    looker = threading.Thread(target=look)
    looker.start()
    slow = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
        f"SELECT count(*) AS {marker} FROM n"
    )
    found = tried(opened, query(ssh_host, shop_db, slow, "value = 300000"))
    done.set()
    looker.join()
    assert found.result is TestResult.PASSED
    assert any(b"sqlite3" in line for line in seen)
    assert not [line for line in seen if marker.encode() in line]
    assert marker in sql_script(query(ssh_host, shop_db, slow, ""), "n")


def test_a_postgresql_database_is_asked_and_never_written(opened, ssh_host, postgres_server):
    where = f"host={postgres_server} dbname=shop user=postgres"
    probe = query(
        ssh_host, where, "SELECT count(*), max(item) FROM orders",
        "value = 3000\nrows = 1\noutput contains tea", Engine.POSTGRESQL,
    )  # fmt: skip
    found = tried(opened, probe)
    assert found.result is TestResult.PASSED, found.observed
    writes = replace(probe, text="WITH gone AS (DELETE FROM orders RETURNING 1) SELECT * FROM gone")
    refused = tried(opened, writes)
    assert refused.result is TestResult.FAILED
    assert "read-only transaction" in refused.observed
    slow = replace(probe, text="SELECT pg_sleep(20)", limit_s=1.0)
    assert "statement timeout" in tried(opened, slow).observed
    wrong = replace(probe, database=f"host={postgres_server} dbname=nothing user=postgres")
    assert "does not exist" in tried(opened, wrong).observed


@pytest.mark.skipif(shutil.which("mysql") is None, reason="no mysql client is installed")
def test_a_mysql_server_that_is_not_there_fails(opened, ssh_host):
    found = tried(opened, query(ssh_host, "shop", "SELECT 1", "value = 1", Engine.MYSQL))
    assert found.result is TestResult.FAILED


def test_a_missing_client_is_said(opened, ssh_host, monkeypatch):
    from app.services.test_case import functional_remote

    gone = functional_remote._MYSQL.replace("mysql --batch", "mysql-not-there --batch")
    monkeypatch.setitem(functional_remote._CLIENTS, Engine.MYSQL, gone)
    found = tried(opened, query(ssh_host, "shop", "SELECT 1", "value = 1", Engine.MYSQL))
    assert found.result is TestResult.FAILED
    assert "not found" in found.observed


def test_a_number_is_compared_as_a_number_and_text_never_is():
    def met(got, relation, wanted):
        item = Expectation(Fact.OUTPUT, relation, wanted)
        return judge(Seen({Fact.OUTPUT: got}), [item], str)[0].met

    assert met(" 42.0 ", Relation.EQUALS, "42")
    assert met("85 %", Relation.AT_MOST, "85")
    assert not met("many", Relation.AT_MOST, "85")
    assert not met("", Relation.ABOVE, "0")
    assert not met("1e999", Relation.BELOW, "5")
    assert met("abc", Relation.DIFFERS, "abd")
