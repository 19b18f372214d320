"""One host: its key, the connection test, what runs or lies there, its last health check."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.host import Host, HostKey, KeyState, Login
from app.i18n import _
from app.services.host.health import summary_of
from app.services.host.hosts import ConnectionReport
from app.services.host.sudo_files import SudoFile
from app.services.jobs.kept import KeptJob
from app.wording import moment
from ui.cells import Badge, Mark
from ui.operations.hosts import HostView
from ui.pages.hosts.kept import KeptJobs
from ui.pages.hosts.legacy import LegacyPart
from ui.pages.hosts.sudo import SudoPart
from ui.pages.hosts.sudo_rules import SudoRulesPart
from ui.paint import scaled
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.fields import LineField
from ui.widgets.labels import Label, mono, panel_title
from ui.widgets.layout import add_layout, card, clear, column, panel, row, scrolling

KEY_BADGES = {
    KeyState.UNKNOWN: Badge(Mark.NEEDED, _("Not confirmed")),
    KeyState.CONFIRMED: Badge(Mark.GOOD, _("Confirmed")),
    KeyState.CHANGED: Badge(Mark.BAD, _("Another key is shown")),
}
_LOGINS = {
    Login.AGENT: _("SSH agent"),
    Login.KEY_FILE: _("key file"),
    Login.PASSWORD: _("password from the keyring"),
}
_WIDTH = 372
"""What it keeps in large type, in pixels of the design: the list gives way before it."""


class HostDetail(QWidget):
    """Shows a host; its signals say what was wanted."""

    key_asked = Signal()
    key_confirmed = Signal(object)  # HostKey
    key_replaced = Signal(object, str)  # HostKey, reason
    tried = Signal()
    edited = Signal()
    archived = Signal()
    legacy_allowed = Signal(str, int)  # reason, days
    legacy_ended = Signal()
    sudo_rules_wanted = Signal()
    sudo_file_kept = Signal(object)  # SudoFile
    sudo_given = Signal(str)  # the password, empty to forget it
    kept_wanted = Signal()
    kept_opened = Signal(str)  # the run
    kept_removed = Signal(object)  # KeptJob
    kept_dropped = Signal(object)  # KeptJob
    kept_finished = Signal(object)  # KeptJob

    def __init__(self) -> None:
        super().__init__()
        self._inner = QVBoxLayout()
        self._inner.setContentsMargins(24, 16, 24, 24)
        self._inner.setSpacing(8)
        self._key_box = QVBoxLayout()
        self._test_box = QVBoxLayout()
        self._kept: KeptJobs | None = None
        self._rules: SudoRulesPart | None = None
        self._shown: HostKey | None = None
        self._reason: LineField | None = None
        self.setLayout(column(scrolling(panel(self._inner)), gap=0))

    def minimumSizeHint(self) -> QSize:
        """Wide enough for its buttons, which stand at the right."""
        return QSize(scaled(_WIDTH), super().minimumSizeHint().height())

    def show_host(self, view: HostView) -> None:
        """Show another host."""
        host = view.host
        clear(self._inner)
        self._key_box, self._test_box = QVBoxLayout(), QVBoxLayout()
        edit, archive = Button(_("Edit"), icon="pencil"), Button(_("Archive"))
        edit.clicked.connect(self.edited)
        archive.clicked.connect(self.archived)
        attempt = Button(_("Test the connection"), icon="play")
        attempt.clicked.connect(self.tried)
        if host.key is None:
            attempt.block(_("Confirm the key first"))
        add_layout(self._inner, row(panel_title(host.name), None, archive, edit))
        self._inner.addWidget(KeyValues(_facts(host), label_width=110))
        ask = Button(_("Ask the host for its key"), icon="key")
        ask.clicked.connect(self.key_asked)
        self._add_title(_("Host key"), ask)
        self._show_key(host)
        add_layout(self._inner, self._key_box)
        self._add_title(_("Connection"), attempt)
        add_layout(self._inner, self._test_box)
        untested = (
            _("Not tested in this session.")
            if host.key is not None
            else _("Confirm the host key first: nobody logs in to a server that is not known.")
        )
        self._test_box.addWidget(Label(untested, tone="ink2", wrap=True))
        self._add_kept(host)
        legacy = LegacyPart(host, holds=view.legacy_holds)
        legacy.allowed.connect(self.legacy_allowed)
        legacy.ended.connect(self.legacy_ended)
        self._add_title(_("Cryptography"))
        self._inner.addWidget(legacy)
        self._add_sudo(view)
        self._add_title(_("Last health check"))
        health = view.health
        text = (
            f"{moment(health.started_at, host.zone)}: {summary_of(health)}"
            if health
            else _("Never checked.")
        )
        self._inner.addWidget(Label(text, tone="ink" if health else "ink2", wrap=True))
        self._inner.addStretch(1)

    def _add_kept(self, host: Host) -> None:
        look = Button(_("Look there"), icon="search")
        look.clicked.connect(self.kept_wanted)
        if host.key is None:
            look.block(_("Confirm the key first"))
        self._add_title(_("Left running on the host"), look)
        self._kept = KeptJobs()
        self._kept.opened.connect(self.kept_opened)
        self._kept.removed.connect(self.kept_removed)
        self._kept.dropped.connect(self.kept_dropped)
        self._kept.finished.connect(self.kept_finished)
        self._inner.addWidget(self._kept)

    def _add_sudo(self, view: HostView) -> None:
        if view.may_ask:
            sudo = SudoPart(held=view.sudo_held, always=view.host.sudo)
            sudo.given.connect(self.sudo_given)
            self._add_title(_("Password for sudo"))
            self._inner.addWidget(sudo)
        show = Button(_("Show what changes need"), icon="list")
        show.clicked.connect(self.sudo_rules_wanted)
        self._add_title(_("Rules for sudo"), show)
        self._rules = SudoRulesPart(root=view.host.sudo)
        self._rules.kept.connect(self.sudo_file_kept)
        self._inner.addWidget(self._rules)

    def show_sudo_files(self, files: Sequence[SudoFile]) -> None:
        """Show the rules the open changes need here."""
        if self._rules is not None:
            self._rules.show_files(files)

    def show_kept(self, jobs: Sequence[KeptJob]) -> None:
        """Show what lies on the host."""
        if self._kept is not None:
            self._kept.show_jobs(jobs)

    def _add_title(self, text: str, end: Button | None = None) -> None:
        self._inner.addSpacing(12)
        self._inner.addWidget(SectionTitle(text, end=end))

    def show_shown_key(self, host: Host, key: HostKey) -> None:
        """Show the key a host has just shown, beside what to do with it."""
        clear(self._key_box)
        self._shown = key
        same = host.key is not None and host.key.line == key.line
        confirm = Button(_("It is the same: confirm"), Kind.PRIMARY, icon="check")
        confirm.clicked.connect(self._on_confirm)
        words = _("Compare it with what the server's administrator reads out:")
        parts: list[QWidget] = [
            Label(words, wrap=True),
            mono(key.sha256, wrap=True),
            Label(key.algorithm, tone="ink2"),
            Label(
                _("On the server: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"),
                tone="ink2",
                wrap=True,
            ),
        ]
        if same:
            parts.append(StateBadge(Badge(Mark.GOOD, _("This is the confirmed key"))))
        elif host.key is not None:
            parts += self._change_parts(host)
        inner = column(*parts, margins=(14, 12, 14, 12), gap=6)
        if host.key is None:
            add_layout(inner, row(None, confirm))
        self._key_box.addWidget(card(inner))

    def show_report(self, report: ConnectionReport) -> None:
        """Show what a connection test found."""
        clear(self._test_box)
        marks = {True: Mark.GOOD, False: Mark.BAD, None: Mark.MISSING}
        for step in report.steps:
            badge = StateBadge(Badge(marks[step.ok], step.title))
            badge.setMinimumWidth(110)
            text = step.text or ("" if step.ok else _("not reached"))
            shown = Label(text, wrap=True, tone="ink2" if step.ok else "ink").make_selectable()
            line = row(badge, shown, gap=16)
            line.setStretch(1, 1)
            add_layout(self._test_box, line)

    def _show_key(self, host: Host) -> None:
        self._key_box.setSpacing(6)
        add_layout(self._key_box, row(StateBadge(KEY_BADGES[host.key_state]), None))
        if host.key is not None:
            self._key_box.addWidget(mono(host.key.sha256, SMALL, wrap=True))
            who = _("Confirmed by {who}, {at}").format(
                who=host.key_confirmed_by or "–",
                at=moment(host.key_confirmed_at, host.zone) if host.key_confirmed_at else "–",
            )
            self._key_box.addWidget(Label(who, tone="ink2", wrap=True))

    def _change_parts(self, host: Host) -> list[QWidget]:
        self._reason = LineField(_("Why the key changed"), _("Ask the administrator first."))
        replace = Button(_("Enrol the new key"), Kind.DANGER)
        replace.clicked.connect(self._on_replace)
        return [
            StateBadge(Badge(Mark.BAD, _("This is not the confirmed key"))),
            Label(_("Confirmed was:")),
            mono(host.key.sha256 if host.key else "", wrap=True),
            self._reason,
            panel(row(None, replace)),
        ]

    @Slot()
    def _on_confirm(self) -> None:
        if self._shown:
            self.key_confirmed.emit(self._shown)

    @Slot()
    def _on_replace(self) -> None:
        if self._shown and self._reason:
            if self._reason.value:
                self.key_replaced.emit(self._shown, self._reason.value)
            else:
                self._reason.set_error(_("Another key needs a reason."))


def _facts(host: Host) -> list[tuple[str, str]]:
    facts = [
        (_("Address"), f"{host.address}:{host.port}"),
        (_("Login"), _("{user} by {login}").format(user=host.user, login=_LOGINS[host.login])),
        (_("Tags"), ", ".join(host.tags)),
        (_("Time zone"), host.zone),
        (_("Services"), ", ".join(host.services)),
        (_("Pages checked"), "\n".join(host.urls)),
    ]
    return [(name, value) for name, value in facts if value]
