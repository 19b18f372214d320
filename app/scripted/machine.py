"""What a made-up host holds, what its commands say, and what is different after them."""

import base64
import hashlib
import struct
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from app.domain.host import HostKey
from app.errors import StoreError
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Node:
    """A file or a folder; ``at_s`` is when it was last written (Unix seconds)."""

    text: str = ""
    folder: bool = False
    mode: int = 0o644
    at_s: int = 0

    @property
    def data(self) -> bytes:
        """The content as bytes; what came in by a restore may be any bytes."""
        return self.text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Altered:
    """What a command leaves behind; a service, file or address with None is gone."""

    services: dict[str, str | None] = field(default_factory=dict)
    packages: dict[str, str | None] = field(default_factory=dict)
    pages: dict[str, float | None] = field(default_factory=dict)
    files: dict[str, str | None] = field(default_factory=dict)
    queries: dict[str, str | None] = field(default_factory=dict)
    commands: dict[str, "Scripted"] = field(default_factory=dict)
    errors: tuple[str, ...] | None = None
    busy: float | None = None
    restart_needed: bool | None = None
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class Scripted:
    """A command: what it says line by line, how long it takes, and what it leaves behind."""

    lines: tuple[str, ...] = ()
    seconds: float = 1.0
    exit_code: int = 0
    complaint: str = ""
    alters: Altered = Altered()


@dataclass(slots=True)
class Machine:
    """One made-up host.

    ``mounts`` are KiB used and free, ``pages`` the usual time an address takes in seconds (below
    zero: it does not answer), ``queries`` the rows of "database: query".
    """

    id: str
    machine_id: str
    boot_id: str
    booted_at_s: float
    busy: float = 0.2
    memory_kib: int = 16 << 20
    available_kib: int = 9 << 20
    mounts: dict[str, tuple[int, int]] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = (22,)
    pages: dict[str, float] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    restart_needed: bool = False
    files: dict[str, Node] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    commands: dict[str, Scripted] = field(default_factory=dict)

    @property
    def key(self) -> HostKey:
        """A host key in the usual form; nobody has its other half."""
        public = hashlib.sha256(f"made-up host {self.id}".encode()).digest()
        name = b"ssh-ed25519"
        blob = struct.pack(">I", len(name)) + name + struct.pack(">I", len(public)) + public
        sha256 = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
        line = f"ssh-ed25519 {base64.b64encode(blob).decode()}"
        return HostKey("ssh-ed25519", f"SHA256:{sha256}", line)

    def take(self, alters: Altered, now_s: float) -> None:
        """Let a command have its effect."""
        _merge(self.services, alters.services)
        _merge(self.packages, alters.packages)
        _merge(self.pages, alters.pages)
        _merge(self.queries, alters.queries)
        self.commands.update(alters.commands)
        for path, text in alters.files.items():
            if text is None:
                self.files.pop(path, None)
            else:
                self.put(path, text, now_s)
        self.errors = self.errors if alters.errors is None else alters.errors
        self.busy = self.busy if alters.busy is None else alters.busy
        if alters.restart_needed is not None:
            self.restart_needed = alters.restart_needed
        if alters.restarted:
            self.booted_at_s = now_s
            digest = hashlib.sha256(f"{self.id} {now_s}".encode()).hexdigest()
            self.boot_id = "-".join(
                (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
            )

    def put(self, path: str, text: str, now_s: float) -> None:
        """Write a file, with the folders above it."""
        at_s = int(now_s)
        for folder in folders_above(path):
            self.files.setdefault(folder, Node(folder=True, mode=0o755, at_s=at_s))
        known = self.files.get(path, Node())
        self.files[path] = replace(known, text=text, at_s=at_s)


def folders_above(path: str) -> list[str]:
    """Return the folders that a path lies in, outermost first, without the root."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:count]) for count in range(1, len(parts))]


_Value = TypeVar("_Value")


def _merge(kept: dict[str, _Value], news: dict[str, _Value | None]) -> None:
    for key, value in news.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value


def load_machines(file: Path) -> dict[str, Machine]:
    """Return the hosts of a file by id, nothing where there is no file; raises StoreError."""
    if not file.exists():
        return {}
    try:
        found = msgspec.json.decode(file.read_bytes(), type=list[Machine])
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise StoreError(
            _("The made-up hosts of the examples cannot be read: {why}.").format(why=error),
            hint=_("Make the examples anew."),
        ) from error
    return {machine.id: machine for machine in found}


def save_machines(file: Path, machines: dict[str, Machine]) -> None:
    """Keep hosts as they stand now, whole or not at all."""
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(msgspec.json.encode(list(machines.values())))
    part.replace(file)
