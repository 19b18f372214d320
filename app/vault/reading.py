"""Reading what a sealed set holds: always to the end, always checked, stoppable at any byte."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.backup import BackupSource
from app.tasks import TaskContext
from app.vault.core import Core
from app.vault.format import Manifest, ObjectRecord, sealed_of
from app.vault.notes import SealedSet
from app.vault.seal import Sink
from app.vault.unseal import read_object


class FeedTo:
    """A sink that hands plain bytes to a function."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.feed = write


@dataclass(frozen=True)
class SetReader:
    """One sealed set being read; says how far it is and notices a stop."""

    core: Core
    sealed: SealedSet
    context: TaskContext
    whole: set[str] = field(default_factory=set)
    """Names of stored files that were read to their end, every byte as the manifest says."""

    @property
    def manifest(self) -> Manifest:
        """What was sealed."""
        return self.sealed.manifest

    def password_of(self, source: BackupSource) -> str:
        """Return the password of a database's account; raises SecretUnavailable."""
        return self.core.password_of(source.secret)

    def stored(self, record: ObjectRecord, *sinks: Sink) -> None:
        """Read a stored object to its end into sinks; raises VaultDamaged, SecretUnavailable."""
        total, title = record.stored.stored_bytes, record.stored.title
        read_object(
            self.sealed.object_path(record),
            self.core.keys.opening,
            *sinks,
            expected=sealed_of(record.stored),
            on_bytes=lambda count: self.context.progress(count, total, title),
        )
        self.whole.add(record.stored.name)

    def index(self, record: ObjectRecord, *sinks: Sink) -> None:
        """Read the index of an object to its end into sinks; raises VaultDamaged."""
        if record.index is None:
            return
        total, title = record.index.stored_bytes, record.stored.title
        read_object(
            self.sealed.index_path(record),
            self.core.keys.opening,
            *sinks,
            expected=record.index,
            on_bytes=lambda count: self.context.progress(count, total, title),
        )
        self.whole.add(f"index of {record.stored.name}")

    def to_file(self, record: ObjectRecord, place: Path) -> None:
        """Write the plain bytes of an object into a new file for the owner only."""
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:
            self.stored(record, FeedTo(file.write))
