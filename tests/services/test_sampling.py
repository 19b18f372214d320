"""Sampling a real server: what is read, what is counted as failed, and what is ignored."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest

from app.domain.metric import Metric
from app.errors import AppError, CommandFailed
from app.services.metric.sampling import sample_host
from app.ssh.pool import RemotePool
from app.tasks import Progress, TaskCancelled, TaskContext
from tests.ssh_fixtures import QUICK

CPU, MEMORY = Metric("cpu", "CPU", "%", query="cpu"), Metric("memory", "RAM", "%", query="memory")


class Answer(BaseHTTPRequestHandler):
    """Answers with the status that stands in the path, or not at all."""

    def do_GET(self) -> None:
        status = self.path.strip("/")
        if status == "hang-up":
            self.close_connection = True
            return
        self.send_response(int(status))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def web() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def url(address: str, name: str = "response") -> Metric:
    return Metric(name, name, "ms", query=f"url {address}")


def sampled(remote, *metrics, seconds=2.0, context=None):
    found = sample_host(
        remote, metrics, seconds=seconds, pause_s=0.1, context=context or TaskContext()
    )
    return {item.metric.id: item for item in found}


def test_a_real_server_is_read_many_times_over_one_stream(remotes, ssh_host, web):
    told: list[Progress] = []
    metrics = (
        CPU,
        MEMORY,
        url(f"{web}/200"),
        url(f"{web}/500", "broken"),
        url(f"{web}/hang-up", "silent"),
        Metric("other", "Kept elsewhere", query="SELECT 1"),
    )
    found = sampled(remotes.open(ssh_host), *metrics, context=TaskContext(told.append))

    assert set(found) == {"cpu", "memory", "response", "broken", "silent"}
    for name in ("cpu", "memory", "response"):
        series = found[name].series
        assert len(series.at_s) == len(series.value) > 1
        assert (np.diff(series.at_s) > 0).all()
        assert np.isfinite(series.value).all()
    assert ((found["cpu"].series.value >= 0) & (found["cpu"].series.value <= 100)).all()
    assert ((found["memory"].series.value > 0) & (found["memory"].series.value < 100)).all()
    assert found["response"].failed == 0
    assert (found["response"].series.value > 0).all()
    for name in ("broken", "silent"):
        assert len(found[name].series.at_s) == 0
        assert found[name].failed > 1
    assert told
    assert told[-1].total == 2


def test_a_stop_ends_the_stream(remotes, ssh_host):
    context = TaskContext()
    context.cancel()
    with pytest.raises(TaskCancelled):
        sampled(remotes.open(ssh_host), MEMORY, seconds=30, context=context)


def test_a_stream_that_is_cut_gives_no_samples(own_server, secrets):
    host = own_server.host()
    pool = RemotePool(secrets, lambda _key: host, QUICK)

    def cut(_progress: Progress) -> None:
        pool.close()

    try:
        with pytest.raises(AppError):
            sampled(pool.open(host), MEMORY, seconds=20, context=TaskContext(cut))
    finally:
        pool.close()


@dataclass
class Said:
    """A stream over what a host is made to say, and how the command ended."""

    data: bytes

    def read(self, size: int) -> bytes:
        piece, self.data = self.data[:size], self.data[size:]
        return piece

    def finish(self) -> None:
        """End quietly."""


@dataclass
class ScriptedHost:
    """Says given lines, each ``N`` in them replaced by the nonce it was sent."""

    lines: str
    host: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(name="demo-01"))

    @contextmanager
    def stream(self, _script: str, nonce: str, *_args: str) -> Iterator[Said]:
        yield Said(self.lines.replace("N", nonce).encode("utf-8", "surrogateescape"))


def test_only_lines_with_the_nonce_are_readings():
    host = ScriptedHost(
        "Welcome to demo-01\n"
        "abc memory 1.0 1 100\n"
        "N memory 10.0 50 100\n"
        "memory 11.0 1 100\n"
        "xN memory 12.0 1 100\n"
        "\udcff\udcfe memory 13.0 1 100\n"
        "N memory 14.0 25 100\n"
        "N end\n"
    )
    found = sampled(host, MEMORY)
    assert found["memory"].series.at_s.tolist() == [10.0, 14.0]
    assert found["memory"].series.value.tolist() == [50.0, 75.0]


@pytest.mark.parametrize(
    "lines",
    ["", "N memory 10.0 50 100\n", "someone end\n", "N memory 10.0 50 100\nN en"],
    ids=["nothing", "no end", "another's end", "cut in the end"],
)
def test_without_the_end_mark_it_ended_early(lines):
    with pytest.raises(CommandFailed, match="ended early"):
        sampled(ScriptedHost(lines), MEMORY)


@pytest.mark.parametrize(
    "line",
    [
        "N",
        "N memory",
        "N memory now",
        "N memory 10.0 50",
        "N memory 10.0 fifty 100",
        "N memory 10.0 nan 100",
        "N memory inf 50 100",
        "N memory 1e999 50 100",
        "N cpu 10.0 1",
        "N url0 now 200 0.1",
        "N url0 10.0 200 fast",
        "N url0 10.0 200 nan",
        "N url0",
    ],
)
def test_a_reading_that_cannot_be_read_is_counted_and_never_a_sample(line):
    host = ScriptedHost(
        f"N cpu 9.0 1 10\n{line}\nN memory 14.0 25 100\nN cpu 15.0 4 20\n"
        "N url0 15.0 200 0.25\nN end\n"
    )
    found = sampled(host, CPU, MEMORY, url("http://x/"))
    assert found["memory"].series.value.tolist() == [75.0]
    assert found["cpu"].series.value.tolist() == [30.0]
    assert found["response"].series.value.tolist() == [250.0]
    assert sum(item.failed for item in found.values()) == (0 if line == "N" else 1)
