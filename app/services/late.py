"""Collaborators that are made when they are first asked for; each of them loads slowly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.secrets import SecretKeeper
    from app.services.host.health import HealthProbes
    from app.services.host.host_imports import ReadSettings
    from app.services.kpi.kpis import KpiReads
    from app.services.ports.series import SeriesStore
    from app.services.ports.store import Files
    from app.services.ports.world import Remotes
    from app.services.schedule.calendar_rows import CalendarReads
    from app.services.search.finding import Finder
    from app.services.search.precedents import PrecedentReads
    from app.services.search.rows import Queries
    from app.services.transcripts.masked import MaskedTranscripts


@dataclass(frozen=True, slots=True)
class Late:
    """How each of them is made; a second call returns the same one."""

    files: Callable[[], Files]
    transcripts: Callable[[], MaskedTranscripts]
    series: Callable[[], SeriesStore]
    queries: Callable[[], Queries]
    finder: Callable[[], Finder]
    calendar: Callable[[], CalendarReads]
    precedents: Callable[[], PrecedentReads]
    kpis: Callable[[], KpiReads]
    remotes: Callable[[], Remotes]
    secrets: Callable[[], SecretKeeper]
    probes: Callable[[], HealthProbes]
    read_openssh: ReadSettings


@dataclass(frozen=True)
class LateParts:
    """The late collaborators by their names."""

    late: Late

    @property
    def files(self) -> Files:
        """Evidence files."""
        return self.late.files()

    @property
    def transcripts(self) -> MaskedTranscripts:
        """What steps have said."""
        return self.late.transcripts()

    @property
    def series(self) -> SeriesStore:
        """Frozen samples."""
        return self.late.series()

    @property
    def queries(self) -> Queries:
        """Reads for screens."""
        return self.late.queries()

    @property
    def finder(self) -> Finder:
        """Lists of changes of any length."""
        return self.late.finder()

    @property
    def calendar(self) -> CalendarReads:
        """What the calendar reads."""
        return self.late.calendar()

    @property
    def kpis(self) -> KpiReads:
        """What key figures are counted from."""
        return self.late.kpis()

    @property
    def remotes(self) -> Remotes:
        """The connections to hosts."""
        return self.late.remotes()

    @property
    def secrets(self) -> SecretKeeper:
        """The keyring, or the memory of this session."""
        return self.late.secrets()

    @property
    def probes(self) -> HealthProbes:
        """The catalogue of health checks."""
        return self.late.probes()

    @property
    def read_openssh(self) -> ReadSettings:
        """Reads hosts from the settings of OpenSSH's client."""
        return self.late.read_openssh
