"""The real JMeter and a server to run against."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.jmeter import JMeter, JMeterMissing, installed_jmeter


@pytest.fixture(scope="session")
def jmeter() -> JMeter:
    """JMeter 5.5, where it can be had."""
    try:
        return installed_jmeter()
    except JMeterMissing as missing:
        pytest.skip(str(missing))


class _Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served = 0

    def log_message(self, *_args) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        type(self).served += 1
        status = 500 if "fail" in self.path and self.served % 3 == 0 else 200
        body = b'<html><img src="/picture.png"></html>'
        self.send_response(status)
        kind = "image/png" if self.path.endswith(".png") else "text/html"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def pages() -> Iterator[int]:
    """The port of a server that fails now and then."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()
