"""The door to HTTP against real servers, the bad ones above all."""

import socket
import threading
import time
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors import network
from app.connectors.http import open_session, same_owner
from app.connectors.network import is_forbidden
from app.errors import (
    AddressRefused,
    CertificateRefused,
    ConnectionLost,
    InvalidInput,
    TimedOut,
    Unreachable,
)
from app.services.ports.http import MIB, HttpRequest, HttpRules
from app.tasks import TaskCancelled, TaskContext
from tests.web_fixtures import COOKIE, PASSWORD, TOKEN


def get(url, context=None, **rules):
    with open_session(HttpRules(**rules)) as session:
        return session.send(HttpRequest("GET", url), context or TaskContext())


def test_a_page_comes_with_status_headers_body_and_time(web):
    answer = get(web.url)
    assert (answer.status, answer.text) == (200, "Welcome to the shop")
    assert answer.header("content-type") == "text/plain; charset=utf-8"
    assert 0 < answer.took_s < 5
    assert not answer.truncated


def test_a_status_of_failure_is_an_answer_and_no_error(web):
    assert get(f"{web.url}/nowhere").status == 404


def test_cookies_live_as_long_as_the_session_and_no_longer(web):
    login = HttpRequest(
        "POST", f"{web.url}/login", fields=(("csrf", TOKEN), ("password", PASSWORD))
    )
    with open_session(HttpRules()) as session:
        session.send(HttpRequest("GET", f"{web.url}/login"), TaskContext())
        answer = session.send(login, TaskContext())
        assert answer.text.startswith("Signed in as Anna")
        assert answer.redirects == (f"{web.url}/login",)
        assert COOKIE in session.cookies()
    assert get(f"{web.url}/account").status == 403


def test_redirects_are_followed_to_five_and_no_further(web):
    with pytest.raises(AddressRefused, match="more than 5 redirects"):
        get(f"{web.url}/round")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://localhost:{port}/", "belongs to somebody else"),
        ("file:///etc/passwd", "no web address"),
        ("gopher://127.0.0.1:{port}/", "no web address"),
    ],
)
def test_redirects_never_leave_the_owner_or_the_web(web, target, why):
    url = f"{web.url}/to?{target.format(port=web.port)}"
    with pytest.raises((AddressRefused, InvalidInput), match=why):
        get(url)


def test_a_listed_host_may_be_redirected_to(web):
    answer = get(f"{web.url}/to?http://localhost:{web.port}/", listed_hosts=("localhost",))
    assert answer.text == "Welcome to the shop"


def test_https_never_becomes_plain_http(secure_web, web):
    served, trusted = secure_web()
    with pytest.raises(AddressRefused, match="from HTTPS to plain HTTP"):
        get(f"{served.url}/to?{web.url}/", ca_file=str(trusted))


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_web):
    served, _trusted = secure_web()
    with pytest.raises(CertificateRefused, match="self-signed certificate") as told:
        get(served.url)
    assert told.value.host == "127.0.0.1"
    assert told.value.step == "secure connection"


def test_a_certificate_of_a_trusted_issuer_is_accepted(secure_web):
    served, trusted = secure_web()
    assert get(served.url, ca_file=str(trusted)).status == 200


@pytest.mark.parametrize(
    ("certificate", "why"), [({"name": "other.example"}, "mismatch"), ({"days": -1}, "expired")]
)
def test_a_certificate_for_another_name_or_another_time_is_refused(secure_web, certificate, why):
    served, trusted = secure_web(**certificate)
    with pytest.raises(CertificateRefused, match=why):
        get(served.url, ca_file=str(trusted))


def test_a_port_that_speaks_something_else_is_named(web):
    with pytest.raises(ConnectionLost, match="No secure connection"):
        get(web.url.replace("http://", "https://"))


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_a_server_that_hangs_or_drips_is_left_when_the_time_is_up(web, path):
    begun = time.monotonic()
    with pytest.raises(TimedOut, match=r"within 0\.5 s"):
        get(f"{web.url}{path}", total_s=0.5)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("path", ["/hang", "/drip", "/huge"])
def test_a_stop_is_noticed_while_waiting(web, path):
    context = TaskContext()
    threading.Timer(0.2, context.cancel).start()
    begun = time.monotonic()
    with pytest.raises(TaskCancelled):
        get(f"{web.url}{path}", context, most_bytes=1 << 40)
    assert time.monotonic() - begun < 3


def test_an_endless_body_is_cut_at_the_cap(web):
    answer = get(f"{web.url}/huge")
    assert (len(answer.body), answer.truncated) == (MIB, True)


def test_a_packed_body_is_unpacked_to_the_cap_and_no_further(web):
    answer = get(f"{web.url}/bomb", most_bytes=5000)
    assert (answer.body, answer.truncated) == (b"x" * 5000, True)


def test_a_torn_answer_is_an_error_and_not_half_a_page(web):
    with pytest.raises(ConnectionLost, match="The connection broke"):
        get(f"{web.url}/torn")


def test_a_wrong_charset_does_not_matter(web):
    assert get(f"{web.url}/strange").text == "Gr\ufffd\ufffde"


def test_a_closed_port_and_an_unknown_name_are_told_apart():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match="cannot be reached"):
        get(f"http://127.0.0.1:{port}/")
    with pytest.raises(Unreachable, match="not known"):
        get("http://nowhere.invalid/")


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "javascript:alert(1)", "example.org", "http://", "http://u:p@h/", "\0"],
)
def test_what_is_no_web_address_is_refused_before_anything_is_sent(url):
    with pytest.raises(InvalidInput):
        get(url)


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]"])
def test_addresses_of_the_cloud_are_refused(host):
    with pytest.raises(AddressRefused, match="local to this computer or its cloud"):
        get(f"http://{host}/latest/meta-data/")


def test_a_name_that_leads_to_the_cloud_is_refused_unless_it_is_listed(monkeypatch, web):
    real, looked_up = socket.getaddrinfo, []

    def lookup(host, port, *more, **named):
        looked_up.append(host)
        return real("127.0.0.1" if host == "innocent.example" else host, port, *more, **named)

    monkeypatch.setattr(network.socket, "getaddrinfo", lookup)
    monkeypatch.setattr(network, "is_forbidden", lambda address: address.is_loopback)
    url = f"http://innocent.example:{web.port}/"
    with pytest.raises(AddressRefused):
        get(url)
    assert get(url, listed_hosts=("Innocent.example",)).status == 200
    names = [host for host in looked_up if host != "127.0.0.1"]
    assert names == ["innocent.example"] * 2, "the checked address is the dialled one"


@given(st.ip_addresses())
def test_link_local_addresses_never_pass_and_ordinary_ones_do(address):
    if address.is_link_local:
        assert is_forbidden(address)
    meant = getattr(address, "ipv4_mapped", None) or address
    if meant.is_global and not meant.is_multicast:
        assert not is_forbidden(address)


def test_the_metadata_services_outside_of_link_local_are_known():
    for text in ("100.100.100.200", "fd00:ec2::254", "0.0.0.0", "::"):
        assert is_forbidden(ip_address(text))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("shop.example.org", "www.example.org", True),
        ("example.org", "EXAMPLE.org.", True),
        ("shop.co.uk", "evil.co.uk", False),
        ("a.shop.co.uk", "b.shop.co.uk", True),
        ("one.github.io", "two.github.io", False),
        ("10.0.0.1", "10.0.0.2", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("localhost", "localhost", True),
        ("localhost", "intranet", False),
        ("example.org", "example.com", False),
        ("notexample.org", "example.org", False),
    ],
)
def test_owners_are_told_by_their_names(one, other, same):
    assert same_owner(one, other) is same
    assert same_owner(other, one) is same


def test_nothing_is_taken_from_the_environment(monkeypatch, web):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert get(web.url).status == 200
