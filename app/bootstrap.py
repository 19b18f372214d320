"""The one place where adapters are built and handed to services."""

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.clock import SystemClock
from app.domain.host import is_for_session
from app.errors import AddressRefused, SecretUnavailable
from app.exports.readers import READERS
from app.i18n import _
from app.logs import start_logging, stop_logging
from app.once import Once
from app.redaction import Redactor
from app.secrets import SecretKeeper, SessionSecrets, WithSession, open_secrets
from app.services.facade import AppServices
from app.services.late import Late
from app.services.ports.world import Clock
from app.services.run.live import LiveOutput
from app.signing import LOG_KEY, Signer, signer_from
from app.store.presence import PresenceFile
from app.store.store import Store, open_store
from app.vault.door import Door

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from app.domain.connection import Connection
    from app.domain.host import Host
    from app.domain.host_import import FoundHosts
    from app.domain.run import Run
    from app.domain.vault_key import RecoverySheet
    from app.probes.catalogue import ProbeCatalogue
    from app.services.approval.agendas import Agenda
    from app.services.exports import ExportWish, TableWriter
    from app.services.kpi.portfolio import PortfolioData
    from app.services.message.briefings import Briefing
    from app.services.message.communications import Mail
    from app.services.ports.http import HttpRules, HttpSession
    from app.services.ports.metrics import MetricSource
    from app.services.ports.world import Remotes
    from app.services.report_content.data import Attachment, Rendered, ReportData
    from app.services.schedule.calendars import CalendarFile
    from app.services.transcripts.masked import MaskedTranscripts
    from app.ssh.limits import Limits

KEY_FILE = "vault-key.txt"


@dataclass(frozen=True)
class Surroundings:
    """What may be replaced: by tests, by the demo, by the command line."""

    clock: Clock = field(default_factory=SystemClock)
    actor: str = ""
    secrets: SecretKeeper | None = None
    limits: "Limits | None" = None
    key_file: Path | None = None
    """Holds the vault's key where there is no keyring; only its owner may read it."""
    read_only: bool = False
    catch_up_later: bool = False
    """Whether the caller calls `AppServices.catch_up` itself, behind the first picture."""
    pause: Callable[[float], object] | None = None
    """Lets time pass on made-up hosts where the clock is set; None means that it passes."""
    quiet: bool = False
    """Whether the program's own log stays with the folder that is open already."""


def open_services(data: Path, around: Surroundings | None = None) -> AppServices:
    """Open the store of a data folder and build everything that works on it.

    Cut-off runs are marked before anybody looks; so is all that `AppServices.catch_up` finds,
    unless that is left for later.

    Raises:
        Busy: Another program has this folder open.
        StoreError: The store cannot be used.
    """
    around = around or Surroundings()
    redactor = Redactor()
    stop_log = _start_log(data, around, redactor)
    actor = around.actor or getpass.getuser()
    secrets = Once(lambda: WithSession(around.secrets or _secrets(store), is_for_session, redactor))
    store = open_store(
        data,
        clock=around.clock,
        actor=actor,
        read_only=around.read_only,
        open_signer=Once(lambda: _signer(secrets())),
    )
    pool = Once(lambda: _pool(store, secrets(), around))
    vault = _vault_door(store, secrets, around)

    settings = store.load_settings()
    services = AppServices(
        data=data,
        clock=around.clock,
        actor=around.actor or settings.user or actor,
        example=settings.example,
        unit_of_work=store.unit_of_work_of,
        first=store.first,
        presence=PresenceFile(store.data),
        write_calendar=_write_calendar,
        write_mail=_write_mail,
        open_table=_open_table,
        readers=READERS,
        render_portfolio=_render_portfolio,
        open_http=partial(_open_http, store),
        open_source=partial(_open_source, store),
        live=LiveOutput(),
        render=_render,
        render_briefing=_render_briefing,
        render_agenda=_render_agenda,
        render_recovery=_render_recovery,
        vault=vault,
        late=_late(store, pool, secrets, redactor),
        load_settings=store.load_settings,
        save_settings=store.save_settings,
        verify_log=store.verify,
        copy_if_due=store.copy_if_due,
        index_transcripts=store.index_transcripts,
        forget_held=partial(_forget_held, secrets, vault),
        close=partial(_close, pool, store, stop_log),
        warnings=store.warnings,
        opened_at=around.clock.now(),
        caught_up=around.read_only,
    )
    return services if around.read_only else _recovered(services, store, around)


def _close(pool: "Once[Remotes]", store: Store, stop_log: Callable[[], object]) -> None:
    if pool.made is not None:
        pool.made.close()
    store.close()
    stop_log()


def _forget_held(secrets: "Once[WithSession]", vault: "Door") -> None:
    if secrets.made is not None:
        secrets.made.forget()
    vault.forget()


def _start_log(data: Path, around: Surroundings, redactor: Redactor) -> Callable[[], object]:
    """Begin the program's own log, unless another folder has it; return what ends it."""
    if around.quiet:
        return lambda: None
    start_logging(data, redactor)
    return stop_logging


def recover_store(data: Path, around: Surroundings | None = None) -> str:
    """Put a damaged database aside and take the last good copy; return in words what is lost.

    Raises:
        Busy: Another program has this folder open.
        StoreError: A file cannot be moved.
    """
    from app.store.recovery import recover  # noqa: PLC0415 - hardly ever needed

    around = around or Surroundings()
    found = recover(
        data,
        clock=around.clock,
        actor=around.actor or getpass.getuser(),
        open_signer=lambda: _signer(around.secrets or open_secrets()),
    )
    kept = _("The damaged files lie in {folder}.").format(folder=found.aside)
    if found.copy is None:
        return _("There was no good copy: the change log begins anew. {kept}").format(kept=kept)
    return _("The change log goes on from its copy {name}. {kept}").format(
        name=found.copy.name, kept=kept
    )


def _render(data: "ReportData", attachments: Sequence["Attachment"]) -> "Rendered":
    """Lay a report out; the library for that is loaded with the first one."""
    from app.reports.build import render_report  # noqa: PLC0415 - loads slowly

    return render_report(data, attachments)


def _render_agenda(agenda: "Agenda") -> "Rendered":
    """Lay an agenda out; the library for that is loaded with the first one."""
    from app.reports.agenda import render_agenda  # noqa: PLC0415 - loads slowly

    return render_agenda(agenda)


def _render_recovery(page: "RecoverySheet") -> "Rendered":
    """Lay the page with a recovery key out; the library for that is loaded with the first one."""
    from app.reports.recovery import render_recovery  # noqa: PLC0415 - loads slowly

    return render_recovery(page)


def _render_briefing(briefing: "Briefing") -> "Rendered":
    """Lay a briefing out; the library for that is loaded with the first one."""
    from app.reports.briefing import render_briefing  # noqa: PLC0415 - loads slowly

    return render_briefing(briefing)


def _open_http(store: Store, rules: "HttpRules") -> "AbstractContextManager[HttpSession]":
    """Begin an HTTP session; the library for that is loaded with the first one."""
    if store.load_settings().example:
        raise AddressRefused(_("Example data asks no address: nothing leaves this computer."))
    from app.connectors.http import open_session  # noqa: PLC0415 - loads slowly

    return open_session(rules)


def _open_source(
    store: Store, connection: "Connection", token: str
) -> "AbstractContextManager[MetricSource]":
    """Open a connection to another system; its connector is loaded with the first one."""
    from app.connectors.prometheus import open_prometheus  # noqa: PLC0415 - loads numpy

    return open_prometheus(connection, token, open_http=partial(_open_http, store))


def _render_portfolio(data: "PortfolioData") -> "Rendered":
    """Lay a portfolio report out; the library for that is loaded with the first one."""
    from app.reports.portfolio import render_portfolio  # noqa: PLC0415 - loads slowly

    return render_portfolio(data)


def _open_table(
    path: Path, wish: "ExportWish", headings: Sequence[str]
) -> "AbstractContextManager[TableWriter]":
    """Begin a list as a file; the library for workbooks is loaded with the first one."""
    from app.exports.lists import open_table  # noqa: PLC0415 - loads slowly

    return open_table(path, wish, headings)


def _write_calendar(wanted: "CalendarFile") -> bytes:
    """Lay a calendar file out; the library for that is loaded with the first one."""
    from app.exports.ics import write_calendar  # noqa: PLC0415 - hardly ever needed

    return write_calendar(wanted)


def _masked(store: Store, redactor: Redactor) -> "MaskedTranscripts":
    """Keep transcripts without what is known to be a secret; loaded with the first one."""
    from app.services.transcripts.masked import MaskedTranscripts  # noqa: PLC0415 - not at start

    return MaskedTranscripts(store.transcripts, redactor)


def _late(
    store: Store, pool: "Once[Remotes]", secrets: Callable[[], SecretKeeper], redactor: Redactor
) -> Late:
    return Late(
        files=lambda: store.files,
        transcripts=lambda: _masked(store, redactor),
        series=lambda: store.series,
        queries=lambda: store.queries,
        finder=lambda: store.finder,
        calendar=lambda: store.calendar,
        precedents=lambda: store.precedents,
        kpis=lambda: store.kpis,
        remotes=pool,
        secrets=secrets,
        probes=Once(_probes),
        read_openssh=_read_openssh,
    )


def _secrets(store: Store) -> SecretKeeper:
    """Return the keyring of this system; example data touches nobody's."""
    return SessionSecrets() if store.load_settings().example else open_secrets()


def _pool(store: Store, secrets: SecretKeeper, around: Surroundings) -> "Remotes":
    """Return the connections to hosts; example data has hosts that are made up, and no other."""
    if store.load_settings().example:
        from app.scripted.remote import FILE_NAME, ScriptedHosts  # noqa: PLC0415 - examples only

        return ScriptedHosts(store.data / FILE_NAME, around.clock, around.pause)
    from app.ssh.pool import RemotePool  # noqa: PLC0415 - with the first connection

    def find_host(key: str) -> "Host":
        with store.unit_of_work() as uow:
            return uow.hosts.get(key)

    known_hosts = None if around.read_only else store.data / "known_hosts"
    return RemotePool(secrets, find_host, around.limits, known_hosts)


def _probes() -> "ProbeCatalogue":
    from app.probes.catalogue import ProbeCatalogue  # noqa: PLC0415 - with the first check

    return ProbeCatalogue()


def _read_openssh(path: Path) -> "FoundHosts":
    """Read the settings of OpenSSH's client; what reads them is loaded then."""
    from app.ssh.openssh.config import read_openssh  # noqa: PLC0415 - hardly ever needed

    return read_openssh(path)


def _write_mail(mail: "Mail") -> bytes:
    """Lay a mail out; the library for that is loaded with the first one."""
    from app.exports.eml import write_mail  # noqa: PLC0415 - hardly ever needed

    return write_mail(mail)


def _signer(secrets: SecretKeeper) -> Signer | None:
    """Sign the log's anchors where a key can be kept; without one they are unsigned, and say so."""
    if not secrets.lasting:
        return None
    try:
        return signer_from(secrets, LOG_KEY)
    except SecretUnavailable:
        return None


def _recovered(services: AppServices, store: Store, around: Surroundings) -> AppServices:
    """Explain what the last end of the program left behind."""
    cut_off: tuple[Run, ...] = ()
    if store.first.any_live_run():
        from app.services.run import execution  # noqa: PLC0415 - most starts find no run to look after

        execution.recover(desk=services.desk)
        cut_off = execution.in_doubt(desk=services.desk)
    services = replace(services, recovered=cut_off)
    if around.catch_up_later:
        return services
    warnings = (*services.warnings, *services.catch_up())
    return replace(services, warnings=warnings, caught_up=True)


def _vault_door(store: Store, secrets: Callable[[], SecretKeeper], around: Surroundings) -> Door:
    def root() -> Path:
        chosen = store.load_settings().vault_path
        return Path(chosen) if chosen else store.data / "vault"

    key_file = around.key_file or store.data / KEY_FILE
    return Door(root, around.clock, secrets, key_file, wants_file=around.key_file is not None)
