"""Everything the window and the commands work with, built once by `app.bootstrap`.

A verb's module is imported when its tools are first asked for: the first picture waits for none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from app.services.late import LateParts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from app.domain.event import ChainReport
    from app.domain.filter import Asker
    from app.domain.run import Run
    from app.domain.vault_key import KeyState, RecoverySheet
    from app.services.approval.agendas import RenderAgenda
    from app.services.backup.backups import Safekeeping
    from app.services.backup.restic.driving import Driving
    from app.services.change.changes import Desk
    from app.services.connections import Connecting
    from app.services.exports import OpenTable
    from app.services.host.health import Checking
    from app.services.kpi.portfolio import PortfolioData
    from app.services.loadtests.keeping import LoadTesting
    from app.services.message.briefings import RenderBriefing
    from app.services.message.communications import Mailing, WriteMail
    from app.services.metric.metrics import Measuring
    from app.services.metric.pulling import Pulling
    from app.services.ports.http import OpenHttp
    from app.services.ports.metrics import OpenSource
    from app.services.ports.series import FileReaders
    from app.services.ports.store import NewUnitOfWork, UnitOfWork
    from app.services.ports.vault import Vault
    from app.services.ports.world import Clock
    from app.services.presence import Presence
    from app.services.report_content.data import Rendered
    from app.services.review.reports import Render, Reporting
    from app.services.run.crew import Executors
    from app.services.run.live import LiveOutput
    from app.services.schedule.calendars import Exporting, WriteCalendar
    from app.services.search.rows import FirstReads
    from app.services.test_case.functional import Testing
    from app.settings import Settings


class VaultDoor(Protocol):
    """Opens the vault when it is wanted; making one is a decision of its own.

    Recovery keys are returned once and kept nowhere.
    """

    def exists(self) -> bool:
        """Whether there is a vault."""
        ...

    def open(self) -> Vault:
        """Open it, once; raises NotFound, SecretUnavailable, VaultDamaged."""
        ...

    def make(self) -> str:
        """Make one; return its recovery key; raises NoKeyring without a place for its key."""
        ...

    def rotate(self) -> str:
        """Give it new keys for what is sealed from now on; return the new recovery key."""
        ...

    def unlock(self, key: str) -> None:
        """Open it with a key from paper, and keep that key; raises WrongKey, SecretUnavailable."""
        ...

    def check_recovery(self, key: str, by: str) -> KeyState:
        """Try a key from paper and note that; raises WrongKey, IllegalMove, SecretUnavailable."""
        ...

    def look(self) -> KeyState:
        """Say whether it can be used here, and if not, why not; never raises."""
        ...


@dataclass(frozen=True)
class AppServices(LateParts):
    """The collaborators of all verbs; frozen, so that it may travel between threads."""

    data: Path
    clock: Clock
    actor: str
    unit_of_work: Callable[[str], UnitOfWork]
    """Returns an unused unit of work in which the named person acts."""
    first: FirstReads
    presence: Presence
    write_calendar: WriteCalendar
    write_mail: WriteMail
    open_table: OpenTable
    readers: FileReaders
    render_portfolio: Callable[[PortfolioData], Rendered]
    open_http: OpenHttp
    open_source: OpenSource
    live: LiveOutput
    render: Render
    render_briefing: RenderBriefing
    render_agenda: RenderAgenda
    render_recovery: Callable[[RecoverySheet], Rendered]
    vault: VaultDoor
    load_settings: Callable[[], Settings]
    save_settings: Callable[[Settings], None]
    verify_log: Callable[[], ChainReport]
    copy_if_due: Callable[[], tuple[str, ...]]
    """Takes the copy of the day; returns what to warn of."""
    index_transcripts: Callable[[], int]
    """Makes transcripts findable that are not yet; cheap when there are none."""
    forget_held: Callable[[], None]
    """Forgets what is held in memory: passwords for sudo, and the key of an open vault.

    Who uses the vault just now goes on; the next one asks the keyring again.
    """
    close: Callable[[], None]
    opened_at: datetime
    """Since when the program has been open (UTC)."""
    warnings: tuple[str, ...] = ()
    recovered: tuple[Run, ...] = ()
    """Runs that were cut off when the program last ended, and wait for a decision."""
    example: bool = False
    """Whether everything here is made up, and on made-up hosts."""
    caught_up: bool = False
    """Whether `catch_up` was done at the start, or must not be."""

    def acting(self, name: str) -> AppServices:
        """Return the same services with another person acting."""
        return replace(self, actor=name)

    def catch_up(self) -> tuple[str, ...]:
        """Make up, once, for the time the program was closed; return what to warn of."""
        if self.caught_up:
            return ()
        from app.services.catching_up import catch_up  # noqa: PLC0415 - made on first use

        return catch_up(self)

    @property
    def new_uow(self) -> NewUnitOfWork:
        """Units of work of the person who acts."""
        return partial(self.unit_of_work, self.actor)

    @property
    def settings(self) -> Settings:
        """The settings as they stand now."""
        return self.load_settings()

    @property
    def asker(self) -> Asker:
        """Who looks at lists now, and in which zone."""
        from app.domain.filter import Asker  # noqa: PLC0415 - made on first use

        return Asker(self.clock.now(), self.actor, self.settings.zone)

    @property
    def desk(self) -> Desk:
        """For the verbs of the change process."""
        from app.services.change.changes import Desk  # noqa: PLC0415 - made on first use

        return Desk(self.new_uow, self.clock, self.actor, self.settings)

    @property
    def checking(self) -> Checking:
        """For health checks."""
        from app.services.host.health import Checking  # noqa: PLC0415 - made on first use

        return Checking(self.desk, self.remotes, self.probes)

    @property
    def testing(self) -> Testing:
        """For the tests of a change."""
        from app.services.test_case.functional import Testing  # noqa: PLC0415 - made on first use

        return Testing(self.desk, self.remotes, self.secrets, self.open_http, self.files)

    @property
    def measuring(self) -> Measuring:
        """For samples and verdicts."""
        from app.services.metric.metrics import Measuring  # noqa: PLC0415 - loads numpy

        return Measuring(self.desk, self.remotes, self.series, self.readers)

    @property
    def connecting(self) -> Connecting:
        """For connections to other systems."""
        from app.services.connections import Connecting  # noqa: PLC0415 - made on first use

        return Connecting(self.desk, self.secrets, self.open_source)

    @property
    def pulling(self) -> Pulling:
        """For samples that another system keeps."""
        from app.services.metric.pulling import Pulling  # noqa: PLC0415 - loads numpy

        return Pulling(self.measuring, self.connecting)

    @property
    def load_testing(self) -> LoadTesting:
        """For load tests."""
        from app.services.loadtests.keeping import LoadTesting  # noqa: PLC0415 - loads numpy

        return LoadTesting(self.desk, self.files, self.remotes)

    @property
    def keeping(self) -> Safekeeping:
        """For backups; raises NotFound, SecretUnavailable when the vault cannot be opened."""
        from app.services.backup.backups import Safekeeping  # noqa: PLC0415 - made on first use

        return Safekeeping(self.desk, self.vault.open(), self.remotes)

    @property
    def driving(self) -> Driving:
        """For restic on a host."""
        from app.services.backup.restic.driving import Driving  # noqa: PLC0415 - made on first use

        return Driving(self.desk, self.files, self.remotes, self.secrets)

    @property
    def reporting(self) -> Reporting:
        """For reports."""
        from app.services.review.reports import Reporting  # noqa: PLC0415 - made on first use

        return Reporting(self.desk, self.files, self.series, self.render)

    @property
    def exporting(self) -> Exporting:
        """For calendar files."""
        from app.services.schedule.calendars import Exporting  # noqa: PLC0415 - made on first use

        return Exporting(self.desk, self.calendar, self.write_calendar)

    @property
    def mailing(self) -> Mailing:
        """For messages to those concerned."""
        from app.services.message.communications import Mailing  # noqa: PLC0415 - made on first use
        from app.services.schedule.calendars import export_changes  # noqa: PLC0415 - made on first use

        def calendar(change_id: str) -> bytes:
            return export_changes((change_id,), exporting=self.exporting)

        return Mailing(self.desk, self.files, self.write_mail, calendar)

    @property
    def executors(self) -> Executors:
        """What carries each kind of step out."""
        from app.services.run.steps import StepTools, make_executors  # noqa: PLC0415 - made on first use

        return make_executors(
            StepTools(
                self.measuring,
                self.pulling,
                self.checking,
                lambda: self.keeping,
                lambda: self.driving,
                self.transcripts,
                self.live,
            )
        )
