"""The form of a host: where it is, who logs in and how, what its checks look at."""

import re
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.host import Host, Login
from app.domain.ids import HostId
from app.i18n import _
from app.services.host.hosts import new_host
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import ChoiceField, FlagField, LineField, PickField, TextField
from ui.widgets.form import Form
from ui.widgets.labels import panel_title
from ui.widgets.layout import Line, column, panel, row, scrolling

_LOGINS = (
    (Login.AGENT.value, _("SSH agent")),
    (Login.KEY_FILE.value, _("Key file")),
    (Login.PASSWORD.value, _("Password from the keyring")),
)

_PORT, _LAST_PORT = re.compile(r"[0-9]{1,5}"), 65535


class HostForm(QWidget):
    """Edits one host; ``submitted`` carries the host, whether it is new, and a typed secret."""

    submitted = Signal(object, bool, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._host = new_host("", "")
        self._new = True
        self._title = panel_title(_("Add a host"))
        self._name = LineField(_("Name"), _("As your team calls it."))
        self._address = LineField(_("Address"), _("Host name or IP address."))
        self._port = LineField(_("Port"))
        self._user = LineField(_("User"))
        self._login = ChoiceField(_("Login by"), _LOGINS)
        self._key_file = LineField(_("Key file"), placeholder="~/.ssh/id_ed25519")
        self._secret = LineField(
            _("Password or passphrase"),
            _("Goes to the keyring of this computer only. Leave empty to keep what is there."),
            secret=True,
        )
        self._jump = ChoiceField(_("Jump host"), hint=_("When it is reached through another."))
        self._zone = LineField(_("Time zone"), placeholder="Europe/Berlin")
        self._sudo = FlagField(_("Rights"), _("Run commands with sudo"))
        self._services = LineField(
            _("Services to check"), _("Unit names, or control scripts by full path, with commas.")
        )
        self._urls = TextField(
            _("Addresses to check"), _("One a line; asked on the host."), lines=2
        )
        self._tags = LineField(
            _("Tags"), _("With commas. Hosts with the same tag group:NAME belong together.")
        )
        self._depends = PickField(
            _("Depends on"), hint=_("A change on one of them concerns this host too.")
        )
        self._fields = Form(2)
        self._lay_out()

    def _lay_out(self) -> None:
        add = self._fields.add
        for name, field in (
            ("name", self._name),
            ("address", self._address),
            ("user", self._user),
            ("port", self._port),
            ("login", self._login),
            ("key_file", self._key_file),
        ):
            add(name, field)
        add("secret", self._secret, wide=True)
        add("jump", self._jump)
        add("zone", self._zone)
        add("tags", self._tags, wide=True)
        add("depends", self._depends, wide=True)
        add("services", self._services, wide=True)
        add("urls", self._urls, wide=True)
        add("sudo", self._sudo, wide=True)
        save, cancel = Button(_("Save"), Kind.PRIMARY), Button(_("Cancel"))
        save.clicked.connect(self._submit)
        cancel.clicked.connect(self.left)
        self._login.edited.connect(self._show_login)
        inner = panel(
            column(
                self._title,
                self._fields,
                None,
                gap=16,
                margins=(24, 16, 24, 16),
            )
        )
        end = panel(row(None, cancel, save, margins=(24, 12, 24, 12)))
        self.setLayout(column(scrolling(inner), Line(), end, gap=0))

    def edit(self, host: Host | None, others: Sequence[Host]) -> None:
        """Show a host, or an empty form for a new one."""
        self._new = host is None
        self._host = host or new_host("", "")
        shown = self._host
        self._title.setText(_("Change {name}").format(name=shown.name) if host else _("Add a host"))
        self._name.set_value(shown.name)
        self._address.set_value(shown.address)
        self._port.set_value(str(shown.port))
        self._user.set_value(shown.user)
        self._login.set_value(shown.login.value)
        self._key_file.set_value(shown.key_file)
        self._secret.set_value("")
        options = [(other.id, other.name) for other in others if other.id != shown.id]
        self._jump.set_options((("", _("None, directly")), *options))
        self._jump.set_value(shown.jump or "")
        self._zone.set_value(shown.zone)
        self._tags.set_value(", ".join(shown.tags))
        self._depends.set_options(options)
        self._depends.set_value(shown.depends_on)
        self._depends.setVisible(bool(options))
        self._sudo.set_value(shown.sudo)
        self._services.set_value(", ".join(shown.services))
        self._urls.set_value("\n".join(shown.urls))
        self._fields.set_errors({})
        self._show_login()
        self._name.setFocus()

    @Slot()
    def _show_login(self) -> None:
        login = self._login.value
        self._key_file.setVisible(login == Login.KEY_FILE.value)
        self._secret.setVisible(login != Login.AGENT.value)

    @Slot()
    def _submit(self) -> None:
        if not _PORT.fullmatch(self._port.value) or not 1 <= int(self._port.value) <= _LAST_PORT:
            self._fields.set_errors({"port": _("A port is a number from 1 to 65535.")})
            return
        self._fields.set_errors({})
        host = replace(
            self._host,
            name=self._name.value,
            address=self._address.value,
            port=int(self._port.value),
            user=self._user.value,
            login=Login(self._login.value),
            key_file=self._key_file.value,
            jump=HostId(self._jump.value) if self._jump.value else None,
            zone=self._zone.value or "UTC",
            sudo=self._sudo.value,
            tags=tuple(dict.fromkeys(_parts(self._tags.value, ","))),
            depends_on=tuple(HostId(host) for host in self._depends.value),
            services=_parts(self._services.value, ","),
            urls=_parts(self._urls.value, "\n"),
        )
        self.submitted.emit(host, self._new, self._secret.line.text())


def _parts(text: str, mark: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(mark) if part.strip())
