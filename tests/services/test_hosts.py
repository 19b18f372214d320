"""Hosts: harmless fields, keys confirmed by people, a test that says where it ended."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.demo.sshd import PrivateSshd
from app.domain.change import Change, ChangeState
from app.domain.host import Host, HostKey, KeyState, Login
from app.domain.ids import ChangeId, HostId
from app.errors import IllegalMove, InvalidInput, NotFound
from app.secrets import SessionSecrets
from app.services.change.changes import Desk
from app.services.host.hosts import (
    ConnectionReport,
    add_host,
    archive_host,
    confirm_key,
    edit_host,
    hold_sudo_secret,
    keep_secret,
    new_host,
    re_enrol,
    shown_key,
    try_connection,
)
from app.ssh.pool import RemotePool
from tests.fakes import MemoryStore
from tests.ssh_fixtures import QUICK

WEB = Host(HostId("web-01"), "web-01", "192.0.2.7", login=Login.AGENT)
KEY = HostKey("ssh-ed25519", "SHA256:one", "ssh-ed25519 AAAA")
OTHER = HostKey("ssh-ed25519", "SHA256:two", "ssh-ed25519 BBBB")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def desk(store: MemoryStore) -> Desk:
    return Desk(store.unit_of_work, SystemClock(), "Thabo")


def kept(store: MemoryStore, host: Host) -> Host:
    return store.kinds["hosts"][host.id]


INJECTIONS = (
    *("-oProxyCommand=x", "a b", "a;b", "$(id)", "`id`", "a\nb", "a|b", "a&b", "a'b", 'a"b'),
    *("", ".", "..", "a..b", "-a", "a-", "a" * 254, "a\0b", "ä", "a/b", "a\\b", "${IFS}", "a>b"),
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_address_is_a_name_or_an_ip_address_and_nothing_else(desk: Desk, text: str) -> None:
    with pytest.raises(InvalidInput):
        add_host(replace(WEB, address=text), desk=desk)


@pytest.mark.parametrize("text", [*INJECTIONS[:10], "-l", "a b", "x\n"])
def test_user_and_service_are_plain_words(desk: Desk, text: str) -> None:
    for wrong in (replace(WEB, user=text), replace(WEB, services=(text,))):
        with pytest.raises(InvalidInput):
            add_host(wrong, desk=desk)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop/",
        "file:///etc/passwd",
        "shop.example",
        "http://",
        "http://-x/",
        "http://user:secret@shop/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://metadata.google.internal/",
        "http://shop/a b",
        "http://shop/\n",
        "http://shop:99999/",
        "http://[::1/",
    ],
)
def test_url_that_should_not_be_requested_is_refused(desk: Desk, url: str) -> None:
    with pytest.raises(InvalidInput) as error:
        add_host(replace(WEB, urls=(url,)), desk=desk)
    assert error.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "a\nb"},
        {"name": "x" * 121},
        {"port": 0},
        {"port": 65536},
        {"login": Login.KEY_FILE},
        {"key_file": "a\nb"},
        {"zone": "Mars/Base"},
        {"zone": "../etc/passwd"},
        {"jump": WEB.id},
        {"jump": HostId("nobody")},
    ],
)
def test_wrong_field_is_named(desk: Desk, store: MemoryStore, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        add_host(replace(WEB, **wrong), desk=desk)
    assert not store.log


def test_good_fields_pass(desk: Desk, store: MemoryStore) -> None:
    host = replace(
        WEB,
        address="2001:db8::7",
        services=("nginx", "getty@tty1.service", "/opt/my shop/ctl"),
        urls=("http://127.0.0.1:8080/orders?customer=7", "https://shop.example"),
        zone="Africa/Johannesburg",
    )
    assert add_host(host, desk=desk) == kept(store, host)
    assert store.kinds_logged() == ["host.added"]


def test_new_host_is_never_confirmed_whatever_its_record_says(desk: Desk) -> None:
    host = add_host(replace(WEB, key=KEY, key_state=KeyState.CONFIRMED, archived=True), desk=desk)
    assert (host.key, host.key_state, host.archived) == (None, KeyState.UNKNOWN, False)
    assert new_host(" db ", " db-01 ").name == "db"


def test_name_is_taken_once(desk: Desk) -> None:
    add_host(WEB, desk=desk)
    twin = replace(WEB, id=HostId("other"))
    with pytest.raises(InvalidInput, match="already"):
        add_host(twin, desk=desk)
    add_host(replace(twin, name="web-02"), desk=desk)
    with pytest.raises(InvalidInput, match="already"):
        edit_host(twin, desk=desk)


def test_jump_hosts_may_not_lead_in_a_circle(desk: Desk) -> None:
    first = add_host(WEB, desk=desk)
    second = add_host(replace(WEB, id=HostId("b"), name="b", jump=first.id), desk=desk)
    with pytest.raises(InvalidInput, match="circle"):
        edit_host(replace(first, jump=second.id), desk=desk)


def test_edit_keeps_the_key_unless_the_address_changes(desk: Desk, store: MemoryStore) -> None:
    add_host(WEB, desk=desk)
    known = confirm_key(WEB.id, KEY, desk=desk)
    edited = edit_host(replace(WEB, note="rack 4"), desk=desk)
    assert (edited.key, edited.key_confirmed_by) == (KEY, "Thabo")
    assert edited.key_confirmed_at == known.key_confirmed_at
    moved = edit_host(replace(edited, address="192.0.2.8"), desk=desk)
    assert (moved.key, moved.key_state, moved.key_confirmed_at) == (None, KeyState.UNKNOWN, None)
    assert "must be confirmed again" in store.log[-1].text


def test_another_key_takes_a_reason_and_is_logged_with_both(desk: Desk, store: MemoryStore) -> None:
    add_host(WEB, desk=desk)
    confirm_key(WEB.id, KEY, desk=desk)
    confirm_key(WEB.id, KEY, desk=desk)
    with pytest.raises(IllegalMove):
        confirm_key(WEB.id, OTHER, desk=desk)
    with pytest.raises(IllegalMove):
        re_enrol(WEB.id, OTHER, "  ", desk=desk)
    assert kept(store, WEB).key == KEY
    host = re_enrol(WEB.id, OTHER, "Sipho installed it again on Friday", desk=desk)
    assert (host.key, host.key_state) == (OTHER, KeyState.CONFIRMED)
    assert dict(store.log[-1].data) == {"key": "SHA256:two", "before": "SHA256:one"}
    assert "Sipho" in store.log[-1].text


def test_host_in_use_is_not_archived(desk: Desk, store: MemoryStore) -> None:
    add_host(WEB, desk=desk)
    change = Change(ChangeId("c"), "CHG-000001", "Upgrade", hosts=(WEB.id,))
    store.kinds["changes"] = {change.id: change}
    with pytest.raises(IllegalMove, match="CHG-000001"):
        archive_host(WEB.id, desk=desk)
    store.kinds["changes"] = {change.id: replace(change, state=ChangeState.CLOSED)}
    through = add_host(replace(WEB, id=HostId("b"), name="inner", jump=WEB.id), desk=desk)
    with pytest.raises(IllegalMove, match="inner"):
        archive_host(WEB.id, desk=desk)
    archive_host(through.id, desk=desk)
    assert archive_host(WEB.id, desk=desk).archived
    with pytest.raises(NotFound):
        archive_host("nobody", desk=desk)


def test_secrets_go_to_the_keyring_and_never_to_the_log(
    desk: Desk, store: MemoryStore, secrets: SessionSecrets
) -> None:
    host = replace(WEB, login=Login.PASSWORD)
    keep_secret(host, "canary one", secrets=secrets, desk=desk)
    hold_sudo_secret(host, "canary two", secrets=secrets, desk=desk)
    assert secrets.get(host.login_secret) == "canary one"
    assert secrets.get(host.sudo_secret) == "canary two"
    assert "canary" not in repr(store)


STEPS = ["Name", "Connection", "Host key", "Login", "Shell", "Clock"]


def connection_test(host: Host, secrets: SessionSecrets, store: MemoryStore) -> ConnectionReport:
    """Run the connection test for a host as it stands."""
    store.kinds["hosts"] = {host.id: host}
    pool = RemotePool(secrets, lambda _key: host, replace(QUICK, retries_s=()))
    desk = Desk(store.unit_of_work, SystemClock(), "Thabo")
    report = try_connection(host.id, remotes=pool, desk=desk)
    pool.close()
    assert [step.title for step in report.steps] == STEPS
    return report


def ended_at(report: ConnectionReport) -> str:
    """Return the failed step; everything before it is fine, nothing after it was reached."""
    states = [step.ok for step in report.steps]
    place = states.index(False)
    assert states == [True] * place + [False] + [None] * (len(states) - place - 1)
    assert report.steps[place].text
    return report.steps[place].title


def test_good_connection_passes_every_step(
    ssh_host: Host, secrets: SessionSecrets, store: MemoryStore
) -> None:
    report = connection_test(ssh_host, secrets, store)
    assert report.ok
    assert report.shown == ssh_host.key
    assert "Linux" in report.steps[4].text
    assert not store.log


@pytest.mark.parametrize(
    ("edit", "step"),
    [
        ({"address": "no-such-host.invalid"}, "Name"),
        ({"port": 1}, "Connection"),
        ({"key": None}, "Host key"),
        ({"key": OTHER}, "Host key"),
        ({"key_file": "/nonexistent"}, "Login"),
        ({"user": "nobody-here"}, "Login"),
        ({"login": Login.PASSWORD}, "Login"),
    ],
)
def test_connection_test_says_where_it_ended(
    ssh_host: Host, secrets: SessionSecrets, store: MemoryStore, edit: dict[str, object], step: str
) -> None:
    report = connection_test(replace(ssh_host, **edit), secrets, store)
    assert ended_at(report) == step
    assert not report.ok


def test_unconfirmed_key_comes_with_the_report_so_that_it_can_be_compared(
    ssh_host: Host, secrets: SessionSecrets, store: MemoryStore
) -> None:
    report = connection_test(replace(ssh_host, key=None), secrets, store)
    assert report.shown == ssh_host.key


def test_account_without_a_shell_is_named(
    tmp_path: Path, secrets: SessionSecrets, store: MemoryStore
) -> None:
    said = {"ForceCommand": "echo This account is currently not available.; exit 1"}
    with PrivateSshd(tmp_path / "sshd", said) as server:
        report = connection_test(server.host(), secrets, store)
    assert ended_at(report) == "Shell"
    assert "not available" in report.steps[4].text


def test_noise_of_a_profile_does_not_disturb_the_test(
    tmp_path: Path, secrets: SessionSecrets, store: MemoryStore
) -> None:
    with PrivateSshd(tmp_path / "sshd") as server:
        (server.home / ".bashrc").write_text("echo 12345 welcome\n")
        assert connection_test(server.host(), secrets, store).ok


def test_changed_key_is_remembered_and_logged_once(
    tmp_path: Path, secrets: SessionSecrets, store: MemoryStore, desk: Desk
) -> None:
    with PrivateSshd(tmp_path / "sshd") as server:
        host = server.host()
        server.change_host_key()
        store.kinds["hosts"] = {host.id: host}
        pool = RemotePool(secrets, lambda _key: host, QUICK)
        for _ in range(2):
            assert shown_key(host.id, remotes=pool, desk=desk) == server.key
        pool.close()
    assert kept(store, host).key_state is KeyState.CHANGED
    assert store.kinds_logged() == ["host.key_changed"]
    assert "Failed" not in server.log.read_text("utf-8", "replace")
