"""What a backup would be: how much there is, what would be left out, and whether it fits."""

from dataclasses import dataclass

from app.domain.backup import BackupSource


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one rule leaves out: members, their bytes, and the largest of them by name."""

    rule: str
    members: int = 0
    plain_bytes: int = 0
    largest: tuple[str, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether the rule leaves nothing out; perhaps it was mistyped."""
        return self.members == 0


@dataclass(frozen=True, slots=True)
class SourceOutlook:
    """One source before its backup; None where the host did not say."""

    source: BackupSource
    members: int | None = None
    plain_bytes: int | None = None
    left_out: tuple[LeftOut, ...] = ()
    problem: str = ""
    """Why it could not be looked at, or why it would fail."""


@dataclass(frozen=True, slots=True)
class HostOutlook:
    """All sources of one host before their set is taken."""

    host_name: str
    sources: tuple[SourceOutlook, ...]
    free_here_bytes: int
    free_there_bytes: int | None = None
    """Where copies on the host's own disk would lie; None when it did not say."""
    spool_bytes: int = 0
    """What the host's own disk must take for a while."""
    expected_s: float | None = None
    """How long it will take, as fast as the last one of this host; None without one."""
    expected_stored_bytes: int | None = None
    """What it will take here, as compressible as the last one; None without one."""
    problem: str = ""
    """Why the host could not be asked at all."""

    @property
    def plain_bytes(self) -> int:
        """Bytes of all sources that are known."""
        return sum(source.plain_bytes or 0 for source in self.sources)

    @property
    def needed_here_bytes(self) -> int:
        """What must be free here: as if nothing could be compressed."""
        return self.plain_bytes

    @property
    def fits_here(self) -> bool:
        """Whether there is room in the vault."""
        return self.needed_here_bytes <= self.free_here_bytes

    @property
    def fits_there(self) -> bool:
        """Whether there is room on the host; unknown room is not called enough."""
        if not self.spool_bytes:
            return True
        return self.free_there_bytes is not None and self.spool_bytes <= self.free_there_bytes

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way."""
        clear = not self.problem and not any(source.problem for source in self.sources)
        return clear and self.fits_here and self.fits_there
