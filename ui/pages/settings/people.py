"""People: who may decide about what, and whose key signs."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.domain.people import Person, Role
from app.i18n import _
from app.services.people_words import role_word
from app.wording import moment
from ui.cells import Badge, Cell, Column, Mark
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations import people
from ui.operations.people import ListedPerson
from ui.pages.settings.groups import Group
from ui.tasks import Latest, Task
from ui.theme import BOLD, SMALL
from ui.widgets.buttons import Button, Kind, Tall, link
from ui.widgets.fields import FlagField, LineField, PickField
from ui.widgets.form import Form
from ui.widgets.labels import Label, mono
from ui.widgets.layout import card, column, row
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext


class People(Group):
    """The list, the form of one person, and the acting person's own key."""

    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__(
            _("People"),
            _(
                "Once somebody is listed with a role, only listed people do what belongs to it:"
                " decide, plan, start the work, close. Whom a change names may too."
            ),
        )
        self._context = context
        self._person: Person | None = None
        self.add_one = Button(_("Add a person"), icon="plus", tall=Tall.COMPACT)
        self.table = Table(RowsModel(_columns()), rows=Rows.COMPACT)
        self.table.setAccessibleName(_("People"))
        self.nobody = Label(_("Nobody is listed: anybody who does not implement may decide."),
                            tone="ink2", wrap=True)  # fmt: skip
        self.own, self.copy = mono("", size=SMALL), link(_("Copy"))
        self.show_own = Button(_("Show my fingerprint"), icon="key", tall=Tall.COMPACT)
        self._card = self._build_form()
        self.add(row(self.add_one, None), self.nobody, self.table, self._card)
        self.add(row(self.show_own, self.own, self.copy, None, gap=12))
        self._card.hide()
        self.copy.hide()
        self._rows = Latest(context.tasks, self)
        self._own = Latest(context.tasks, self)
        self._connect()

    def _build_form(self) -> QWidget:
        self.name, self.post = LineField(_("Name")), LineField(_("Post"), _("As reports print it."))
        self.roles = PickField(_("Roles"), [(role.value, role_word(role)) for role in Role])
        self.services = LineField(_("Services"), _("Of an owner, with commas; empty: all of them."))
        self.mail = LineField(_("Mail"))
        self.left = FlagField(_("No longer here"), _("Has left, decides no more"))
        self.key, self.why = Label(tone="ink2", wrap=True), LineField(_("Why the key is forgotten"))
        self.forget = Button(_("Forget the key"), Kind.DANGER, icon="key", tall=Tall.COMPACT)
        self.keep, self.close_form = Button(_("Keep"), Kind.PRIMARY), Button(_("Not now"))
        form = Form(2)
        for name in ("name", "post", "roles", "services", "mail", "left"):
            form.add(name, getattr(self, name))
        self.heading = Label(weight=BOLD)
        self._keys = QWidget()
        self._keys.setLayout(column(self.key, self.why, row(self.forget, None), gap=8))
        buttons = row(None, self.close_form, self.keep)
        parts = column(self.heading, form, self._keys, buttons, gap=12, margins=(16, 12, 16, 16))
        return card(parts)

    def _connect(self) -> None:
        self.add_one.clicked.connect(self._on_add)
        self.table.picked.connect(self._on_picked)
        self.keep.clicked.connect(self._on_keep)
        self.close_form.clicked.connect(self._on_close)
        self.forget.clicked.connect(self._on_forget)
        self.show_own.clicked.connect(self._on_own)
        self.copy.clicked.connect(self._on_copy)
        self._rows.loaded.connect(self._show)
        self._own.loaded.connect(self._show_own)
        for latest in (self._rows, self._own):
            latest.failed.connect(self.failed)

    @property
    def ready(self) -> bool:
        """Whether everything asked for is shown."""
        return not self._rows.busy and not self._own.busy

    def reload(self) -> None:
        """Read the list again."""
        self._rows.start(partial(people.load_people, self._context.services))

    @Slot(object)
    def _show(self, rows: tuple[ListedPerson, ...]) -> None:
        self.table.set_rows(rows)
        self.table.fit_height()
        self.table.setVisible(bool(rows))
        decides = any(one.person.may_decide for one in rows)
        self.nobody.setVisible(not decides)

    @Slot()
    def _on_add(self) -> None:
        self._open(Person("", ""), "")

    @Slot(object)
    def _on_picked(self, picked: ListedPerson | None) -> None:
        if picked is not None:
            self._open(picked.person, picked.fingerprint)

    def _open(self, person: Person, fingerprint: str) -> None:
        self._person = person
        self.heading.setText(person.name or _("New person"))
        self.name.set_value(person.name)
        self.name.set_error("")
        self.post.set_value(person.title)
        self.roles.set_value([role.value for role in person.roles])
        self.services.set_value(", ".join(person.services))
        self.mail.set_value(person.mail)
        self.left.set_value(person.retired)
        self.why.set_value("")
        self._keys.setVisible(bool(fingerprint))
        zone = self._context.services.settings.zone
        text = _("Key {key}, confirmed by {name}, {at}. Another one is refused.")
        self.key.setText(
            text.format(
                key=fingerprint, name=person.key_confirmed_by,
                at=moment(person.key_confirmed_at, zone),
            )
        )  # fmt: skip
        self._card.show()
        self.name.setFocus()

    @Slot()
    def _on_close(self) -> None:
        self._person = None
        self._card.hide()
        self.table.clearSelection()
        self.add_one.setFocus()

    @Slot()
    def _on_keep(self) -> None:
        if self._person is None:
            return
        if not self.name.value:
            self.name.set_error(_("A person has a name."))
            self.name.setFocus()
            return
        services = (part.strip() for part in self.services.value.split(","))
        typed = replace(
            self._person,
            name=self.name.value,
            title=self.post.value,
            roles=tuple(Role(value) for value in self.roles.value),
            services=tuple(part for part in services if part),
            mail=self.mail.value,
            retired=self.left.value,
        )
        self._follow(people.save(self._context, typed))

    @Slot()
    def _on_forget(self) -> None:
        if not self.why.value:
            self.why.set_error(_("Say why in one sentence."))
            self.why.setFocus()
        elif self._person is not None:
            self._follow(people.forget_key(self._context, self._person.id, self.why.value))

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self._on_kept)
        task.failed.connect(self.failed)

    @Slot(object)
    def _on_kept(self, _person: Person) -> None:
        self._on_close()
        self._context.changed.announce(Topic.SETTINGS, self)
        self.reload()

    @Slot()
    def _on_own(self) -> None:
        self._own.start(partial(people.load_own_key, self._context.services))

    @Slot(object)
    def _show_own(self, key: str) -> None:
        self.own.setText(key or _("This system has no keyring that could keep a key."))
        self.copy.setVisible(bool(key))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.own.text())


def _columns() -> tuple[Column[ListedPerson], ...]:
    return (
        Column[ListedPerson](_("Name"), lambda one: one.person.name),
        Column[ListedPerson](_("Roles"), _roles, width=230, tone="ink2"),
        Column[ListedPerson](_("Key"), _key, cell=_key_cell, width=150),
    )


def _roles(one: ListedPerson) -> str:
    if one.person.retired:
        return _("has left")
    return ", ".join(role_word(role) for role in one.person.roles) or _("no role")


def _key(one: ListedPerson) -> str:
    return _("…{end}").format(end=one.fingerprint[-8:]) if one.fingerprint else _("none yet")


def _key_cell(one: ListedPerson) -> Cell:
    return Cell((Badge(Mark.GOOD if one.fingerprint else Mark.MISSING, _key(one)),))
