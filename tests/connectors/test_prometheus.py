"""The connector against a real Prometheus, and against answers that no Prometheus should give."""

import json
import math
from contextlib import contextmanager, suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.http import open_session
from app.connectors.prometheus import MOST_POINTS, Prometheus, open_prometheus
from app.domain.connection import Connection
from app.domain.ids import ConnectionId
from app.errors import CommandFailed, ConnectionLost, InvalidInput, LoginRefused
from app.services.ports.http import HttpAnswer
from app.services.ports.metrics import Wanted
from app.tasks import TaskContext
from tests.prometheus import prometheus

BEGIN = 1_794_600_000.0
HOUR = 3600.0


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    past = {
        'load{host="db-01"}': [(BEGIN + 60 * i, float(i)) for i in range(20_160)],
        'load{host="db-02"}': [(BEGIN + 60 * i, 1.0) for i in range(60)],
        "odd": [(BEGIN + 60 * i, v) for i, v in enumerate((1.0, math.nan, math.inf, -math.inf, 2))],
        "gap": [(BEGIN + 60 * i, 3.0) for i in (*range(20), *range(60, 80))],
    }
    with prometheus(tmp_path_factory.mktemp("prometheus"), past) as url:
        yield url


@contextmanager
def source(url, token=""):
    connection = Connection(ConnectionId("p"), "Prom", url)
    with open_prometheus(connection, token, open_http=open_session) as opened:
        yield opened


def read(url, query, start=BEGIN, end=BEGIN + HOUR, step=60.0):
    with source(url) as opened:
        return opened.read(Wanted(query, start, end, step), TaskContext())


def test_two_weeks_come_in_parts_on_one_grid(address):
    found = read(address, 'load{host="db-01"}', end=BEGIN + 20_160 * 60)
    assert found.series.at_s.size == 20_160 > 2 * MOST_POINTS
    assert set(np.diff(found.series.at_s)) == {60.0}
    assert found.series.value.tolist() == [float(i) for i in range(20_160)]
    assert found.labels == (("__name__", "load"), ("host", "db-01"))
    assert found.warnings == ()


def test_start_and_end_are_aligned_and_the_end_is_not_part_of_it(address):
    found = read(address, "gap", start=BEGIN + 7, end=BEGIN + 600)
    assert found.series.at_s[0] == BEGIN + 60
    assert found.series.at_s[-1] == BEGIN + 540
    again = read(address, "gap", start=BEGIN + 59, end=BEGIN + 600)
    assert again.series.at_s.tolist() == found.series.at_s.tolist(), "two runs do not differ"


def test_values_that_are_no_numbers_are_gaps_that_were_seen(address):
    found = read(address, "odd", end=BEGIN + 300)
    assert found.series.value[[0, 4]].tolist() == [1.0, 2.0]
    assert np.isnan(found.series.value[1:4]).all()


def test_what_was_not_scraped_stays_a_gap(address):
    at_s = read(address, "gap", end=BEGIN + 80 * 60).series.at_s
    missing = (at_s > BEGIN + 25 * 60) & (at_s < BEGIN + 60 * 60)
    assert not missing.any(), "five minutes of look-back, then nothing"
    assert read(address, "nothing_at_all").series.at_s.size == 0


def test_several_series_and_a_bad_query_are_refused_in_words(address):
    with pytest.raises(InvalidInput, match="gives 2 series") as found:
        read(address, "load")
    assert "sum" in found.value.hint
    assert read(address, "sum(load)").series.value[0] == 1.0
    with pytest.raises(InvalidInput, match=r"Prometheus refused: .*parse error"):
        read(address, "load{")


def test_it_says_who_answers_and_who_does_not(address):
    with source(address) as opened:
        assert opened.check(TaskContext()).startswith("Prometheus 2.")
    with source(f"{address}/api/v1/") as opened:
        assert opened.check(TaskContext()).startswith("Prometheus 2.")
    with (
        source(f"{address}/nowhere") as opened,
        pytest.raises(CommandFailed, match="no Prometheus"),
    ):
        opened.check(TaskContext())


class Scripted:
    """A session that answers what it was told to, and notes what it was asked."""

    def __init__(self, status=200, body=b"", *, truncated=False):
        self.answer = HttpAnswer(status, "http://p", (), body, 0.1, truncated)
        self.asked = []

    def send(self, request, _context):
        self.asked.append(request)
        return self.answer


def answered(body, status=200, **more):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    session = Scripted(status, body, **more)
    reader = Prometheus(Connection(ConnectionId("p"), "Prom", "http://p"), "s3cret-token", session)
    return session, lambda: reader.read(Wanted("up", 0.0, 600.0, 60.0), TaskContext())


def matrix(*series, **more):
    result = [{"metric": labels, "values": values} for labels, values in series]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}


def test_warnings_are_handed_on_and_nothing_in_them_is_obeyed():
    body = matrix(({}, [[60, "1"]]), warnings=["left \x1b[31mout"], infos=["rate of a gauge"])
    _session, ask = answered(body)
    assert ask().warnings == ("left out", "rate of a gauge")


def test_the_token_is_sent_as_bearer_and_another_one_is_asked_for():
    session, ask = answered(b"", status=401)
    with pytest.raises(LoginRefused, match="another token"):
        ask()
    assert session.asked[0].headers == (("Authorization", "Bearer s3cret-token"),)
    assert "s3cret" not in repr(session.asked[0].fields)


def test_labels_that_change_on_the_way_are_not_comparable():
    class Turning(Scripted):
        def send(self, request, _context):
            self.asked.append(request)
            body = json.dumps(matrix(({"v": str(len(self.asked))}, [[60, "1"]]))).encode()
            return HttpAnswer(200, "http://p", (), body, 0.1)

    reader = Prometheus(Connection(ConnectionId("p"), "Prom", "http://p"), "", Turning())
    with pytest.raises(InvalidInput, match="labels of the series change"):
        reader.read(Wanted("up", 0.0, 60.0 * (MOST_POINTS + 5), 60.0), TaskContext())


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"<html>login</html>", 200, CommandFailed),
        (b"[" * 100_000, 200, CommandFailed),
        ({"status": "success"}, 200, CommandFailed),
        ({"status": "success", "data": {"resultType": "vector", "result": []}}, 200, InvalidInput),
        (matrix(({}, [[60]])), 200, CommandFailed),
        (matrix(({}, [["x", "1"]])), 200, CommandFailed),
        (
            {"status": "error", "errorType": "timeout", "error": "query timed out"},
            503,
            InvalidInput,
        ),
        ([], 200, InvalidInput),
    ],
)
def test_answers_that_are_none_become_errors_in_words(body, status, error):
    _session, ask = answered(body, status)
    with pytest.raises(error):
        ask()


def test_an_answer_that_was_cut_is_never_taken_for_a_whole_one():
    _session, ask = answered(matrix(({}, [[60, "1"]])), truncated=True)
    with pytest.raises(InvalidInput, match="32 MiB"):
        ask()


@given(st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["status", "data", "result", "resultType", "metric", "values", "x"]),
        inner, max_size=4,
    ), max_leaves=12,
))  # fmt: skip
def test_no_answer_brings_the_reader_down(body):
    _session, ask = answered(body)
    with suppress(InvalidInput, CommandFailed, ConnectionLost):
        ask()
