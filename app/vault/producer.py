"""One command on a server whose output becomes one stored object, and what a server can do."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.backup import BackupSource, CaptureState, SourceKind
from app.errors import InvalidInput
from app.services.backup.source_paths import check_path as check_path
from app.vault.formats import Format, MarkedFormat
from app.vault.mounts import Mount
from app.vault.seal import Sink

_DATABASE_NAME = re.compile(r"[A-Za-z0-9_.@:][A-Za-z0-9_.@:-]{0,127}")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the probe found out about a server."""

    uid: int
    clock: int | None
    machine_id: str
    boot_id: str
    tools: frozenset[str]
    tar_options: frozenset[str]
    versions: dict[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()

    @property
    def is_gnu_tar(self) -> bool:
        """Whether tar's exit codes mean what GNU tar's mean."""
        return "GNU tar" in self.versions.get("tar", "")


@dataclass(frozen=True, slots=True)
class Producer:
    """One command on the server whose output becomes one stored object."""

    source: BackupSource
    kind: SourceKind
    stem: str
    suffix: str
    title: str
    names: tuple[str, ...]
    """The exit codes its control line must name."""
    script: str
    arguments: tuple[str, ...]
    """What follows the nonce."""
    floor_bytes: int
    idle_s: float
    is_gnu_tar: bool = False
    stdin: bytes | None = field(default=None, repr=False)
    """What it reads first: the login of a database, so that no process list ever shows it."""
    packed: bool = False
    """Whether the server compresses, so that the data is one Zstandard frame."""
    left_out: tuple[str, ...] = ()
    """What belongs to its paths and is passed by, in words: without it the set is incomplete."""
    new_format: Callable[[str, Sink | None], Format] = field(
        default=lambda nonce, index: MarkedFormat()
    )

    @property
    def has_index(self) -> bool:
        """Whether members are listed beside the object."""
        return self.suffix == "tar"

    @property
    def command(self) -> str:
        """The script with its arguments, as the manifest's hash covers it."""
        return "\0".join((self.script, *self.arguments))


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a producer ended, and why."""

    state: CaptureState
    warnings: tuple[str, ...] = ()


def check_database(name: str) -> str:
    """Return the name of a database of a server; raises InvalidInput."""
    if not _DATABASE_NAME.fullmatch(name):
        raise InvalidInput(f"“{name}” is not the name of a database.")
    return name


def gently(able: Abilities) -> list[str]:
    """Return what makes a command leave the server's other work first."""
    command = ["nice", "-n", "10"] if "nice" in able.tools else []
    return [*command, "ionice", "-c", "2", "-n", "7"] if "ionice_works" in able.tools else command


def file_stem(name: str) -> str:
    """Return the part of an object's name that says what it was taken of."""
    last = name.rstrip("/").rpartition("/")[2]
    stem = last.removesuffix(".sqlite").removesuffix(".sqlite3").removesuffix(".db")
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:48] or "database"
