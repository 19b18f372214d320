"""Metrics read from a real Prometheus: both windows, two weeks before them, and what is kept."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from app.domain.change import ChangeState
from app.domain.connection import Connection, secret_name
from app.domain.ids import ConnectionId
from app.domain.metric import Metric, MetricKind, WindowName
from app.domain.verdict import Design, Verdict
from app.errors import IllegalMove, InvalidInput, SecretUnavailable, Unreachable
from app.services.connections import (
    check_connection,
    list_connections,
    open_connection,
    retire_connection,
    save_connection,
)
from app.services.metric.pulling import pull, read_all
from app.services.metric.verdicts import judge
from app.tasks import TaskContext
from tests.prometheus import prometheus
from tests.services.test_verdicts import THURSDAY, WORK

TOKEN = "canary-token-4711-bearer"
DAYS, HOURS_3 = 14, 3 * 3600


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Two weeks at one sample a minute; faster by a third since the work."""
    rng = np.random.default_rng(8)
    end = (THURSDAY + timedelta(hours=5)).timestamp()
    at_s = np.arange((THURSDAY - timedelta(days=DAYS, hours=4)).timestamp(), end, 60.0)
    value = rng.normal(100, 4, at_s.size)
    value[at_s >= WORK["work_end"].timestamp()] *= 0.67
    past = {'shop_seconds{job="shop"}': list(zip(at_s.tolist(), value.tolist(), strict=True))}
    with prometheus(tmp_path_factory.mktemp("prometheus"), past) as url:
        yield url


@pytest.fixture
def connected(opened, address):
    return save_connection(
        Connection(ConnectionId(""), " Shop  monitoring ", f"{address}/"), TOKEN,
        with_=opened.connecting,
    )  # fmt: skip


@pytest.fixture
def change(made, clock, connected):
    clock.pass_by(days=6)
    metric = Metric(
        "fast", "Shop response time", "ms", MetricKind.LATENCY, key=True, source="prometheus",
        connection=connected.id, query="max(shop_seconds)",
    )  # fmt: skip
    return made(ChangeState.IMPLEMENT, metrics=(metric,), **WORK)


def kept(opened, change):
    with opened.new_uow() as uow:
        return {item.window: item for item in uow.samples.list(change=change.id)}


def test_both_windows_and_two_weeks_before_are_kept_and_judged_against_these_days(opened, change):
    sets = pull(change.id, WindowName.AFTER, with_=opened.pulling, context=TaskContext())
    assert {item.window for item in sets} == {
        WindowName.REFERENCE, WindowName.BEFORE, WindowName.DURING, WindowName.AFTER
    }  # fmt: skip
    found = {item.window: item for item in sets}
    assert found[WindowName.BEFORE].n == found[WindowName.AFTER].n == HOURS_3 / 60
    assert found[WindowName.REFERENCE].n > DAYS * 1000
    assert {item.source for item in sets} == {"prometheus"}
    assert {item.query for item in sets} == {"max(shop_seconds)"}
    (verdict,) = judge(change.id, with_=opened.measuring)
    assert (verdict.design, verdict.verdict) == (Design.REFERENCE_DAYS, Verdict.IMPROVED)
    assert verdict.relative_change == pytest.approx(-0.33, abs=0.03)


def test_reading_again_gives_the_same_bytes(opened, change, clock):
    first = pull(change.id, WindowName.AFTER, with_=opened.pulling, context=TaskContext())
    clock.pass_by(hours=3)
    again = pull(change.id, WindowName.AFTER, with_=opened.pulling, context=TaskContext())
    assert [item.sha256 for item in first] == [item.sha256 for item in again]


def test_the_end_never_reaches_into_the_present(opened, change, clock, monkeypatch):
    now = WORK["work_end"] + timedelta(minutes=60)
    monkeypatch.setattr(type(clock), "now", lambda _self: now)
    pull(change.id, WindowName.AFTER, with_=opened.pulling, context=TaskContext())
    after = kept(opened, change)[WindowName.AFTER]
    assert after.end <= now - timedelta(seconds=60)


def test_before_the_work_the_baseline_ends_now(opened, change, monkeypatch, clock):
    now = THURSDAY - timedelta(hours=1)
    monkeypatch.setattr(type(clock), "now", lambda _self: now)
    sets = read_all(change.id, WindowName.BEFORE, with_=opened.pulling, context=TaskContext())
    assert {item.window for item in sets} == {WindowName.REFERENCE, WindowName.BEFORE}
    before = kept(opened, change)[WindowName.BEFORE]
    assert now - timedelta(minutes=3) < before.end < now
    assert before.n == HOURS_3 / 60


def test_the_token_lies_in_the_keyring_and_nowhere_else(opened, change, connected, secrets):
    pull(change.id, WindowName.AFTER, with_=opened.pulling, context=TaskContext())
    assert secrets.get(secret_name(connected.id)) == TOKEN
    files = [path for path in Path(opened.data).rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
    assert connected.name == "Shop monitoring"
    assert not connected.url.endswith("/")


def test_a_connection_says_who_answers_and_a_retired_one_is_asked_no_more(
    opened, connected, secrets
):
    said = check_connection(connected.id, with_=opened.connecting, context=TaskContext())
    assert said.startswith("Prometheus 2.")
    retire_connection(connected.id, with_=opened.connecting)
    assert secrets.get(secret_name(connected.id)) is None
    (left,) = list_connections(desk=opened.desk)
    assert (left.retired, left.has_token) == (True, False)
    with pytest.raises(IllegalMove, match="retired"):
        open_connection(connected.id, with_=opened.connecting)
    with pytest.raises(IllegalMove, match="already"):
        retire_connection(connected.id, with_=opened.connecting)


def test_a_token_that_is_gone_is_asked_for_again(opened, connected, secrets):
    secrets.delete(secret_name(connected.id))
    with pytest.raises(SecretUnavailable, match="not in the keyring"):
        open_connection(connected.id, with_=opened.connecting)


def test_another_address_wants_its_token_again(opened, connected):
    moved = replace(connected, url="http://127.0.0.1:9/evil")
    with pytest.raises(InvalidInput, match="type its token again"):
        save_connection(moved, "", with_=opened.connecting)
    renamed = save_connection(replace(connected, name="M"), "", with_=opened.connecting)
    assert renamed.has_token


@pytest.mark.parametrize(
    ("name", "url", "token"),
    [
        ("", "http://p", ""), ("x" * 81, "http://p", ""), ("p", "ftp://p", ""),
        ("p", "http://p\nq", ""), ("p", "http://p", "short"), ("shop MONITORING", "http://p", ""),
    ],
)  # fmt: skip
def test_what_is_no_connection_is_refused(opened, connected, name, url, token):
    with pytest.raises(InvalidInput):
        save_connection(Connection(ConnectionId(""), name, url), token, with_=opened.connecting)
    assert len(list_connections(desk=opened.desk)) == 1


@pytest.mark.parametrize(
    "url",
    ["https://eva:geheim@prom", "https://prom/?token=geheim", "https://prom#geheim"],
)
def test_no_secret_is_written_down_with_an_address(opened, connected, url):
    with pytest.raises(InvalidInput, match="a host and a path alone"):
        save_connection(Connection(ConnectionId(""), "p", url), "", with_=opened.connecting)
    written = b"".join(path.read_bytes() for path in opened.data.glob("changedesk.db*"))
    assert b"geheim" not in written


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://prom.example", True), ("http://localhost:9090", True), ("http://[::1]:9", True),
        ("http://prom.example", False), ("http://10.0.0.5:9090", False),
    ],
)  # fmt: skip
def test_a_token_never_crosses_a_network_in_the_clear(opened, secrets, url, kept):
    wanted = Connection(ConnectionId(""), "p", url)
    if kept:
        assert save_connection(wanted, TOKEN, with_=opened.connecting).has_token
        return
    with pytest.raises(InvalidInput, match="https only"):
        save_connection(wanted, TOKEN, with_=opened.connecting)
    silent = save_connection(wanted, "", with_=opened.connecting)
    with pytest.raises(InvalidInput, match="https only"):
        save_connection(silent, TOKEN, with_=opened.connecting)
    assert secrets.get(secret_name(silent.id)) is None


def test_a_bad_query_and_a_silent_system_are_said_and_leave_nothing(opened, change, made, address):
    bad = replace(change.metrics[0], query="shop_seconds{")
    other = made(ChangeState.IMPLEMENT, metrics=(bad,), **WORK)
    with pytest.raises(InvalidInput, match="Prometheus refused"):
        pull(other.id, WindowName.AFTER, with_=opened.pulling, context=TaskContext())
    silent = save_connection(
        Connection(ConnectionId(""), "Silent", "http://127.0.0.1:9"), "", with_=opened.connecting
    )
    gone = replace(change.metrics[0], connection=silent.id)
    third = made(ChangeState.IMPLEMENT, metrics=(gone,), **WORK)
    with pytest.raises(Unreachable):
        pull(third.id, WindowName.AFTER, with_=opened.pulling, context=TaskContext())
    assert kept(opened, other) == kept(opened, third) == {}


def test_a_change_without_such_a_metric_has_nothing_to_read(opened, made):
    plain = made(ChangeState.IMPLEMENT, metrics=(Metric("a", "A"),), **WORK)
    with pytest.raises(InvalidInput, match="from a connection"):
        pull(plain.id, WindowName.AFTER, with_=opened.pulling, context=TaskContext())
