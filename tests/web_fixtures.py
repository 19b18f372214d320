"""Local web servers that behave well or badly, for every test that needs a real one."""

import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD, TOKEN, COOKIE = "correct horse battery", "csrf-7f3a9b", "sid-51c0ffee"
LOGIN_PAGE = f'<form><input type="hidden" value="{TOKEN}" name="csrf"></form>'


class Shop(BaseHTTPRequestHandler):
    """A page with a login, and everything that goes wrong with pages."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args) -> None:
        """Say nothing."""

    def answer(self, status=200, body=b"", **headers) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path, _mark, query = self.path.partition("?")
        page = getattr(self, f"page_{path.strip('/') or 'home'}", None)
        if page is None:
            self.answer(404, b"no such page")
        else:
            page(query)

    def page_home(self, _query) -> None:
        self.answer(body=b"Welcome to the shop", Content_Type="text/plain; charset=utf-8")

    def page_login(self, _query) -> None:
        self.answer(body=LOGIN_PAGE.encode(), Set_Cookie="visit=begun-1234; Path=/")

    def page_account(self, _query) -> None:
        signed_in = COOKIE in self.headers.get("Cookie", "")
        text = f"Signed in as Anna, {COOKIE}" if signed_in else "Who are you?"
        self.answer(200 if signed_in else 403, text.encode())

    def page_to(self, query) -> None:
        self.answer(302, Location=query)

    def page_round(self, query) -> None:
        self.answer(302, Location=f"/round?{int(query or 0) + 1}")

    def page_hang(self, _query) -> None:
        self.server.stopped.wait(20)

    def page_bomb(self, _query) -> None:
        packed = zlib.compress(b"x" * (64 << 20), 9)
        self.answer(body=packed, Content_Encoding="deflate")

    def page_torn(self, _query) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def page_hostile(self, _query) -> None:
        text = "<b>bold</b> \x1b[31mred \u202egnp.exe =cmd|' /C calc'!A0 " + "y" * 900
        self.answer(500, text.encode(), Content_Type="text/html; charset=utf-8")

    def page_strange(self, _query) -> None:
        self.answer(body="Grüße".encode("latin-1"), Content_Type="text/plain; charset=nope")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        form = parse_qs(self.rfile.read(size).decode())
        seen = (form.get("csrf"), form.get("password"), "visit=" in self.headers.get("Cookie", ""))
        if seen != ([TOKEN], [PASSWORD], True):
            self.answer(403, f"refused {form.get('password')}".encode())
            return
        self.answer(303, Location="/account", Set_Cookie=f"session={COOKIE}; Path=/; HttpOnly")

    def page_drip(self, _query) -> None:
        """Send a header a byte at a time, for ever."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.stopped.wait(0.05):
            try:
                self.wfile.write(b"x")
            except OSError:
                return

    def page_huge(self, _query) -> None:
        """Send without end."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        piece = b"10000\r\n" + b"z" * 65536 + b"\r\n"
        while not self.server.stopped.is_set():
            try:
                self.wfile.write(piece)
            except OSError:
                return


class Web:
    """A running server and its address."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        self.server.daemon_threads = True
        self.server.stopped = threading.Event()
        self.server.handle_error = lambda *_args: None
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.port = self.server.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        self.server.stopped.set()
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    """The shop over plain HTTP."""
    served = Web()
    yield served
    served.stop()


@pytest.fixture
def secure_web(tmp_path: Path) -> Iterator[Callable[..., tuple[Web, Path]]]:
    """Return a maker of HTTPS shops, and the file with the certificate to trust."""
    made = []

    def make(*, name: str = "127.0.0.1", days: int = 1) -> tuple[Web, Path]:
        pair = certificate(tmp_path, name, days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        made.append(Web(context))
        return made[-1], pair

    yield make
    for served in made:
        served.stop()


def certificate(folder: Path, name: str, days: int) -> Path:
    """Write a certificate that signs itself, and its key, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(days=2)
    try:
        alternative = x509.IPAddress(ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=2 + days))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}-{days}-{time.monotonic_ns()}.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, form, plain)
    )
    return file
