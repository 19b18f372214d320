"""Everything a report is made from, with the questions that several parts ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.backup import BackupSet
from app.domain.change import Change
from app.domain.event import Event
from app.domain.external_backup import ExternalBackup
from app.domain.feedback import Survey
from app.domain.health import HealthReport, Phase, newest_report
from app.domain.host import Host
from app.domain.loadtest import LoadRun, LoadVerdict
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.domain.report import Report
from app.domain.run import Run, StepRun, newest_live
from app.domain.verdict import Comparison
from app.domain.vocabulary import Level
from app.domain.window import TimeRange
from app.services.run.rollback import rollback_deadline
from app.services.transcripts.excerpts import Excerpt
from app.settings import Settings

SHORT_S = 600.0
"""Shorter measuring windows are named wherever a figure rests on them."""


@dataclass(frozen=True)
class Source:
    """The records of one change, read in one transaction, and what the report is told besides.

    ``series`` and ``transcripts`` hold frozen evidence by its SHA-256.
    """

    change: Change
    now: datetime
    hosts: tuple[Host, ...] = ()
    runs: tuple[Run, ...] = ()
    backups: tuple[BackupSet, ...] = ()
    health: tuple[HealthReport, ...] = ()
    samples: tuple[SampleSet, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    events: tuple[Event, ...] = ()
    earlier: tuple[Report, ...] = ()
    surveys: tuple[Survey, ...] = ()
    load_runs: tuple[LoadRun, ...] = ()
    """Load tests, oldest first."""
    load_verdict: LoadVerdict | None = None
    series: Mapping[str, Series] = field(default_factory=dict)
    transcripts: Mapping[str, bytes] = field(default_factory=dict)
    excerpts: Mapping[str, Excerpt] = field(default_factory=dict)
    """The ends of transcripts that are too large to be held, by their SHA-256."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Attached texts by their SHA-256."""
    log_head: str = ""
    author: str = ""
    settings: Settings = Settings()

    @property
    def zone(self) -> str:
        """The zone all times are written in: the window's, else the first host's, else ours."""
        if self.change.window is not None:
            return self.change.window.zone
        return self.hosts[0].zone if self.hosts else self.settings.zone

    @property
    def run(self) -> Run | None:
        """The newest run that counts: no rehearsal, no dry run."""
        return newest_live(self.runs)

    @property
    def started(self) -> tuple[StepRun, ...]:
        """The steps of the newest run that were begun, in order of time."""
        steps = self.run.steps if self.run else ()
        begun = [item for item in steps if item.started_at is not None]
        return tuple(sorted(begun, key=lambda item: item.started_at or self.now))

    @property
    def work(self) -> TimeRange | None:
        """From the first step to the end of the last one; None before both."""
        start = self.change.work_start or (self.run.started_at if self.run else None)
        end = self.change.work_end or (self.run.ended_at if self.run else None)
        return TimeRange(start, end) if start and end and start <= end else None

    @property
    def deadline(self) -> datetime | None:
        """The latest safe start of a roll-back."""
        return rollback_deadline(self.change, self.counted_backups)

    @property
    def counted_backups(self) -> tuple[BackupSet, ...]:
        """The newest usable set of each host from before the work, in the order of the plan.

        A set of several hosts is there once.
        """
        limit = self.change.work_start or self.now
        planned = [source.host for source in self.change.backup_plan]
        hosts = dict.fromkeys([*planned, *(host for s in self.backups for host in s.hosts)])
        found: list[BackupSet] = []
        for host in hosts:
            sets = [
                s for s in self.backups if host in s.hosts and s.usable and s.sealed_at <= limit
            ]
            newest = max(sets, key=lambda item: item.sealed_at, default=None)
            if newest is not None and newest not in found:
                found.append(newest)
        return tuple(found)

    @property
    def counted_claims(self) -> tuple[ExternalBackup, ...]:
        """What other systems took before the work of what no counted set of ours holds."""
        limit, sets = self.change.work_start or self.now, self.counted_backups
        missing = [
            source
            for source in self.change.backup_plan
            if not any(item.holds(source) for item in sets)
        ]
        return tuple(
            item
            for item in self.change.external_backups
            if item.stands and item.taken_at <= limit and any(map(item.stands_for, missing))
        )

    @property
    def backup_level(self) -> Level | None:
        """How well the weakest part of the plan is backed up, proven or claimed; None if not."""
        sets, claims = self.counted_backups, self.counted_claims
        levels = [*(item.level for item in sets), *(item.level for item in claims)]
        known = [level for level in levels if level is not None]
        there = {host for item in sets for host in item.hosts}
        there |= {one.host for item in claims for one in item.covers}
        whole = {source.host for source in self.change.backup_plan} <= there
        return min(known) if known and len(known) == len(levels) and whole else None

    def host_name(self, host: str | None) -> str:
        """Return a host's name; unknown ones keep their id, none is an empty word."""
        return next((item.name for item in self.hosts if item.id == host), host or "")

    def metric(self, metric_id: str) -> Metric | None:
        """Return a metric of the change."""
        return next((item for item in self.change.metrics if item.id == metric_id), None)

    def comparison(self, metric_id: str) -> Comparison | None:
        """Return the verdict on a metric."""
        return next((item for item in self.comparisons if item.metric_id == metric_id), None)

    def sample(self, metric_id: str, window: WindowName) -> SampleSet | None:
        """Return the newest frozen samples of a metric in a window."""
        fitting = [s for s in self.samples if s.metric == metric_id and s.window is window]
        return max(fitting, key=lambda item: item.id, default=None)

    def values(self, sample: SampleSet | None) -> Series | None:
        """Return the samples themselves."""
        return self.series.get(sample.sha256) if sample else None

    def checks(self, host: str) -> tuple[HealthReport | None, HealthReport | None]:
        """Return the newest health reports of a host, before and after."""
        before, after = (
            newest_report(self.health, host, phase) for phase in (Phase.BEFORE, Phase.AFTER)
        )
        return before, after

    @property
    def main_metric(self) -> Metric | None:
        """The metric the change is for: the first key one, else one with a target, else any."""
        metrics = self.change.metrics
        for fits in (lambda m: m.key, lambda m: m.target is not None, lambda _m: True):
            found = next((metric for metric in metrics if fits(metric)), None)
            if found is not None:
                return found
        return None

    @property
    def is_brisk(self) -> bool:
        """Whether seconds matter: the work took less than ten minutes."""
        work = self.work
        return work is not None and work.duration < timedelta(seconds=SHORT_S)
