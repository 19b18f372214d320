"""A server with made-up accounts, real passwords and the real sudo.

It runs in a mount namespace of its own, where made-up accounts lie over the machine's.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd

PASSWORD = "gültig & 'long' $HOME"
COVER = """
for f in passwd shadow sudoers; do mount --bind "$0/$f" /etc/$f || exit 9; done
mount --bind "$0/sbin" /usr/local/sbin || exit 9
exec "$@"
"""


@contextmanager
def accounts_server(
    folder: Path, shells: Mapping[str, str], sudoers: str, expired: frozenset[str] = frozenset()
) -> Iterator[PrivateSshd]:
    """Give a server with these accounts; ``folder/sbin`` lies over its ``/usr/local/sbin``."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not Path("/etc/sudoers").exists():
        pytest.skip("only root may lay accounts over the machine's, and sudo must be installed")
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"],
        input=PASSWORD.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    homes = Path(tempfile.mkdtemp(prefix="homes-"))
    homes.chmod(0o755)
    passwd, shadow = Path("/etc/passwd").read_text(), Path("/etc/shadow").read_text()
    for number, (user, shell) in enumerate(shells.items(), start=47000):
        passwd += f"{user}:x:{number}:{number}::{homes / user}:{shell}\n"
        (homes / user).mkdir(mode=0o700)
        os.chown(homes / user, number, number)
        until = "10000" if user in expired else ""
        shadow += f"{user}:{hashed.strip()}:20000:0:99999:7::{until}:\n"
    (folder / "sbin").mkdir(mode=0o755)
    (folder / "passwd").write_text(passwd)
    (folder / "shadow").write_text(shadow)
    (folder / "sudoers").write_text(sudoers)
    for name, mode in (("passwd", 0o644), ("shadow", 0o600), ("sudoers", 0o440)):
        (folder / name).chmod(mode)
    probe = ["unshare", "-m", "sh", "-c", COVER, str(folder), "sudo", "-n", "true"]
    try:
        if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
            pytest.skip("this machine lets nobody lay accounts over its own")
        options = {"PasswordAuthentication": "yes", "LogLevel": "VERBOSE", "SetEnv": "LANG=C.UTF-8"}
        prefix = ("unshare", "-m", "sh", "-c", COVER, str(folder))
        with PrivateSshd(folder / "sshd", options, prefix=prefix) as server:
            yield server
    finally:
        shutil.rmtree(homes)
