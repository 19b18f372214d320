"""Secrets live in a keyring that encrypts, or in memory; nothing else is ever asked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.host import Host, Login, is_for_session
from app.domain.ids import HostId
from app.errors import SecretUnavailable
from app.secrets import KeyringSecrets, SessionSecrets, WithSession, open_secrets

ROOT = Path(__file__).parents[2]
CANARY = "correct horse päss"

USE = f"""
import sys
from app.errors import SecretUnavailable
from app.secrets import open_secrets
secrets = open_secrets()
try:
    secrets.set("host/db-01/password", {CANARY!r})
    print(secrets.lasting, secrets.get("host/db-01/password") == {CANARY!r}, secrets.get("other"))
    secrets.delete("host/db-01/password")
    secrets.delete("host/db-01/password")
    print(secrets.get("host/db-01/password"))
except SecretUnavailable as error:
    print("unavailable:", error.hint)
"""


def with_daemon(start: str, home: Path) -> str:
    """Use the secrets inside a D-Bus session of its own with a real keyring daemon."""
    for tool in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", f'{start}; exec "$0" -c "$1"', sys.executable, USE],
        cwd=ROOT,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.stdout.decode()


def test_keyring_keeps_gives_and_forgets(clean_account: Path) -> None:
    unlock = "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
    assert with_daemon(unlock, clean_account) == "True True None\nNone\n"
    kept = clean_account.rglob("*.keyring")
    assert all(CANARY.encode() not in path.read_bytes() for path in kept)


def test_locked_keyring_is_named(clean_account: Path) -> None:
    locked = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1"
    assert with_daemon(locked, clean_account).startswith("unavailable: Unlock it")


def test_without_a_keyring_secrets_last_for_the_session_only() -> None:
    secrets = open_secrets()
    assert isinstance(secrets, SessionSecrets)
    assert not secrets.lasting
    secrets.set("name", CANARY)
    assert secrets.get("name") == CANARY
    secrets.delete("name")
    secrets.delete("name")
    assert secrets.get("name") is None


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "plain.PlainText"])
def test_no_variable_and_no_file_puts_another_keyring_in_place(
    backend: str, clean_account: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class PlainText(KeyringBackend):\n"
        "    priority = 99\n"
        "    def get_password(self, service, name): raise AssertionError\n"
        "    set_password = delete_password = get_password\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    config = clean_account / ".config" / "python_keyring" / "keyringrc.cfg"
    config.parent.mkdir(parents=True)
    config.write_text(f"[backend]\ndefault-keyring={backend}\nkeyring-path={tmp_path}\n")
    secrets = open_secrets()
    assert isinstance(secrets, SessionSecrets)
    secrets.set("name", CANARY)
    assert secrets.get("name") == CANARY


def test_every_failure_of_the_keyring_is_the_same_named_error() -> None:
    from keyring.backend import KeyringBackend
    from keyring.errors import KeyringLocked

    class Broken(KeyringBackend):
        priority = 0.1
        trouble: Exception = KeyringLocked("it is locked.")

        def get_password(self, service: str, username: str) -> str | None:
            raise self.trouble

        def set_password(self, service: str, username: str, password: str) -> None:
            raise self.trouble

        def delete_password(self, service: str, username: str) -> None:
            raise self.trouble

    secrets = KeyringSecrets(Broken())
    for Broken.trouble in (KeyringLocked("it is locked."), ConnectionResetError("bus is gone")):
        for act in (
            lambda: secrets.get("n"),
            lambda: secrets.set("n", CANARY),
            lambda: secrets.delete("n"),
        ):
            with pytest.raises(SecretUnavailable) as error:
                act()
            assert CANARY not in error.value.sentence()


def test_password_for_sudo_never_reaches_the_keyring_and_what_lies_there_is_not_used() -> None:
    keyring = SessionSecrets()
    host = Host(HostId("h1"), "db", "127.0.0.1", login=Login.PASSWORD)
    keyring.set(host.sudo_secret, "of an earlier version")
    secrets = WithSession(keyring, is_for_session)
    assert secrets.get(host.sudo_secret) is None
    secrets.set(host.sudo_secret, CANARY)
    secrets.set(host.login_secret, "login")
    assert secrets.get(host.sudo_secret) == CANARY
    assert keyring.get(host.sudo_secret) == "of an earlier version"
    assert keyring.get(host.login_secret) == secrets.get(host.login_secret) == "login"
    secrets.delete(host.sudo_secret)
    assert secrets.get(host.sudo_secret) is keyring.get(host.sudo_secret) is None
    assert WithSession(keyring, is_for_session).get(host.sudo_secret) is None
