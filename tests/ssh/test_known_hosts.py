"""The file of confirmed keys: what OpenSSH reads, whole at every moment."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.host import Host
from app.secrets import SessionSecrets
from app.ssh.known_hosts import KnownHosts
from app.ssh.pool import RemotePool
from tests.ssh_fixtures import QUICK


def test_openssh_trusts_what_a_connection_wrote_down(
    ssh_server: PrivateSshd, secrets: SessionSecrets, tmp_path: Path
) -> None:
    file = tmp_path / "known_hosts"
    host = ssh_server.host()
    pool = RemotePool(secrets, lambda _key: host, QUICK, file)
    pool.open(host).run("true")
    pool.close()
    assert file.stat().st_mode & 0o777 == 0o600
    ssh = ["ssh", "-F", "none", "-p", str(host.port), "-i", host.key_file, "-l", host.user]
    options = ["-o", f"UserKnownHostsFile={file}", "-o", "StrictHostKeyChecking=yes"]
    options += ["-o", "BatchMode=yes", "-o", "GlobalKnownHostsFile=none"]
    done = subprocess.run(
        [*ssh, *options, host.address, "echo in"], capture_output=True, check=False
    )
    assert done.stdout == b"in\n"


def test_other_lines_stay_even_strange_ones(ssh_host: Host, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    others = b"@cert-authority * ssh-ed25519 AAAA\n\xff\xfe bad line\nweb-01 ssh-rsa AAAA\n"
    file.write_bytes(others)
    known = KnownHosts(file)
    known.note(ssh_host)
    known.note(replace(ssh_host, key=replace(ssh_host.key, line="ssh-ed25519 BBBB")))
    lines = file.read_bytes().splitlines()
    assert lines[:3] == others.splitlines()
    assert lines[3:] == [f"[127.0.0.1]:{ssh_host.port} ssh-ed25519 BBBB".encode()]


def test_unconfirmed_host_is_not_written_and_a_known_one_not_again(
    ssh_host: Host, tmp_path: Path
) -> None:
    file = tmp_path / "known_hosts"
    known = KnownHosts(file)
    known.note(replace(ssh_host, key=None))
    assert not file.exists()
    known.note(replace(ssh_host, port=22))
    before = file.stat()
    known.note(replace(ssh_host, port=22))
    assert file.stat().st_ino == before.st_ino
    assert file.read_text().startswith("127.0.0.1 ssh-ed25519 ")


def test_crash_while_saving_leaves_the_old_file(
    ssh_host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("web-01 ssh-rsa AAAA\n")

    def crash(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        KnownHosts(file).note(ssh_host)
    assert file.read_text() == "web-01 ssh-rsa AAAA\n"
    assert list(tmp_path.iterdir()) == [file]


def test_folder_that_cannot_be_written_keeps_nobody_from_a_server(
    ssh_host: Host, tmp_path: Path
) -> None:
    KnownHosts(tmp_path / "missing" / "known_hosts").note(ssh_host)
