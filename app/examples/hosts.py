"""The made-up hosts of the examples: what they are called, run and hold."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.host import Host
from app.domain.ids import HostId
from app.examples.stage import ZONE, Stage
from app.scripted.machine import Machine
from app.scripted.remote import ScriptedHosts
from app.services.host import hosts

PORTAL, NOTES = "https://portal.example.org/login", "http://notes.example.org/list"
PRODUCTION, TRAINING = "production", "training"
_NOTE = "Made up for the examples; there is no such server"
_MOUNTS = {"/": (9 << 20, 31 << 20), "/srv": (60 << 20, 140 << 20)}
_PACKAGES = {
    "base-files": "12.4+deb12u11", "bash": "5.2.15-2+b8", "coreutils": "9.1-1",
    "curl": "7.88.1-10+deb12u12", "openssh-server": "1:9.2p1-2+deb12u6",
    "tar": "1.34+dfsg-1.2+deb12u1", "tzdata": "2025b-0+deb12u1",
}  # fmt: skip


def make_up_hosts(stage: Stage) -> None:
    """Add the hosts to the inventory and confirm their keys; nothing is contacted."""
    remotes = scripted(stage)
    started = stage.clock.now() - timedelta(days=71)
    desk = stage.services.desk
    for host, machine in (
        (_host("db-01", "10.20.0.11", "group:shop", services=("postgresql", "webshop")), _db()),
        (_host("web-01", "10.20.0.21", "group:portal", urls=(PORTAL,)), _web("web-01")),
        (_host("web-02", "10.20.0.22", "group:portal", urls=(PORTAL,)), _web("web-02")),
        (_host("files-01", "10.20.0.31", "group:files", services=("smbd",)), _files("files-01")),
        (_host("files-02", "10.20.0.32", "group:files", services=("smbd",)), _files("files-02")),
        (_host("train-01", "10.20.9.11", TRAINING, ("notes",), (NOTES,)), _training()),
    ):
        _dress(machine, started)
        remotes.add(machine)
        kept = hosts.add_host(host, desk=desk)
        stage.hosts[host.name] = hosts.confirm_key(kept.id, machine.key, desk=desk)


def _host(
    name: str,
    address: str,
    tag: str,
    services: tuple[str, ...] = ("nginx",),
    urls: tuple[str, ...] = (),
) -> Host:
    host = Host(HostId(name), name, address, zone=ZONE, note=_NOTE)
    tags = (tag,) if tag == TRAINING else (tag, PRODUCTION)
    return replace(host, tags=tags, services=services, urls=urls)


def _blank(name: str) -> Machine:
    rng = random.Random(name)  # noqa: S311 - no secret
    boot = UUID(int=rng.getrandbits(128), version=4)
    return Machine(name, f"{rng.getrandbits(128):032x}", str(boot), 0.0, packages=dict(_PACKAGES))


def _dress(machine: Machine, started: datetime) -> None:
    """Give a host its disks and the time since when it runs; its files are as old."""
    machine.booted_at_s = started.timestamp()
    machine.mounts = dict(_MOUNTS)
    machine.files = {
        path: replace(node, at_s=int(started.timestamp())) for path, node in machine.files.items()
    }


def _write(machine: Machine, files: Iterable[tuple[str, str]]) -> None:
    for path, text in files:
        machine.put(path, text, 0.0)


def _db() -> Machine:
    machine = _blank("db-01")
    machine.busy, machine.ports = 0.34, (22, 5432, 8080)
    machine.services = {"postgresql": "active", "webshop": "active"}
    machine.packages |= {"postgresql-13": "13.21-0+deb12u1", "postgresql-common": "248"}
    machine.queries = {"shop: SELECT count(*) FROM orders": "48211"}
    _write(
        machine,
        (
            ("/etc/postgresql/13/main/postgresql.conf", "port = 5432\nshared_buffers = 4GB\n"),
            ("/etc/postgresql/13/main/pg_hba.conf", "local all all peer\n"),
            *((f"/var/backups/shop/{3000 + part}.dat", _rows("order", part)) for part in range(12)),
        ),
    )
    return machine


def _web(name: str) -> Machine:
    machine = _blank(name)
    machine.busy, machine.ports = 0.22, (22, 80, 443)
    machine.services = {"nginx": "active"}
    machine.packages |= {"nginx": "1.22.1-9+deb12u2", "openssl": "3.0.16-1~deb12u1"}
    machine.packages |= {"libssl3": "3.0.16-1~deb12u1"}
    machine.pages = {PORTAL: 0.19}
    _write(
        machine,
        (
            ("/etc/nginx/nginx.conf", "worker_processes auto;\nssl_protocols TLSv1.2 TLSv1.3;\n"),
            ("/etc/ssl/openssl.cnf", "[system_default_sect]\nMinProtocol = TLSv1.2\n"),
            *((f"/srv/portal/page-{n:02}.html", _rows(f"page {n}", n)) for n in range(8)),
        ),
    )
    return machine


def _files(name: str) -> Machine:
    machine = _blank(name)
    machine.busy, machine.ports = 0.15, (22, 445)
    machine.services = {"smbd": "active"}
    machine.packages |= {"samba": "2:4.17.12+dfsg-0+deb12u1"}
    _write(
        machine,
        (
            (
                "/etc/samba/smb.conf",
                f"[global]\nnetbios name = {name}\n[projects]\n",
            ),
            *((f"/srv/projects/plan-{n:02}.txt", _rows(f"plan {n}", n)) for n in range(10)),
        ),
    )
    return machine


def _training() -> Machine:
    machine = _blank("train-01")
    machine.busy, machine.ports = 0.18, (22, 8080)
    machine.pages = {NOTES: 0.34}
    machine.services = {"notes": "active"}
    machine.packages |= {"notes-server": "4.2.1"}
    _write(
        machine,
        (
            ("/etc/notes/notes.ini", "release = 4.2.1\ncache = 64\n"),
            *((f"/var/lib/notes/note-{n:02}.txt", _rows(f"note {n}", n)) for n in range(6)),
        ),
    )
    return machine


def _rows(what: str, seed: int) -> str:
    """Return some lines of text that look like what a host would hold."""
    rng = random.Random(f"{what} {seed}")  # noqa: S311 - no secret
    return "".join(f"{what};{n:05};{rng.randrange(10**8):08}\n" for n in range(300))


def scripted(stage: Stage) -> ScriptedHosts:
    """Return the made-up hosts of the open folder; raises TypeError when its hosts are real."""
    remotes = stage.services.remotes
    if not isinstance(remotes, ScriptedHosts):
        raise TypeError("Examples are played on made-up hosts only.")
    return remotes
