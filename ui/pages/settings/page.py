"""Settings: who acts, how it looks, what is demanded, where things are kept."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from app.domain.risk import RiskMethod
from app.errors import InvalidInput
from app.i18n import _
from app.settings import Settings
from app.settings import Theme as Look
from app.wording import clock
from ui.changed import Topic
from ui.operations import settings as operations
from ui.operations.settings import SettingsView
from ui.pages.settings.connections import Connections
from ui.pages.settings.form import WHOLE, SettingsForm
from ui.pages.settings.lock import LockPart
from ui.pages.settings.people import People
from ui.pages.settings.risk import RiskMethodField
from ui.tasks import Latest
from ui.theme import Mode
from ui.widgets.fields import ChoiceField, Field, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import scrolling
from ui.widgets.page import Page

if TYPE_CHECKING:
    from ui.context import UiContext

PAUSE_MS = 1200
_NUMBERS = (
    "backup_age_h",
    "monitor_days",
    "monitor_days_major",
    "monitor_days_emergency",
    "move_tolerance_h",
    "service_hours",
    "lock_after_min",
    "keep_last",
    "keep_days_closed",
    "keep_days_loose",
    "bin_hours",
    "approvals_low",
    "approvals_moderate",
    "approvals_high",
)


class SettingsPage(Page):
    """One form that saves itself."""

    id, title, icon, group = "settings", _("Settings"), "settings", 3
    topics = Topic.SETTINGS

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._view: SettingsView | None = None
        self._dirty = self._saving = False
        self.saved = Label(tone="ink2")
        self.header.add(self.saved)
        self.people, self.connections = People(context), Connections(context)
        self.lock = LockPart(context)
        self.form = SettingsForm(self.people, self.connections, self.lock)
        self.fields, self.about = self.form.fields, self.form.about
        self.acting, self.act, self.scale = self.form.acting, self.form.act, self.form.scale
        self.body.addWidget(scrolling(self.form), 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._views = Latest(context.tasks, self)
        self._connect()

    def _connect(self) -> None:
        self.form.edited.connect(self._touch)
        self.form.left.connect(self._on_left)
        self.form.built.connect(self._on_built)
        self.fields["theme"].edited.connect(self._on_look)
        self.scale.edited.connect(self._on_scale)
        self.act.clicked.connect(self._on_act)
        self.acting.line.returnPressed.connect(self._on_act)
        self.about.check.clicked.connect(self._on_verify)
        self._timer.timeout.connect(self.flush)
        self._views.loaded.connect(self._show)
        self.people.failed.connect(self.show_error)
        self.connections.failed.connect(self.show_error)
        self.lock.failed.connect(self.show_error)
        self._views.failed.connect(self.show_error)

    @property
    def ready(self) -> bool:
        """Whether everything is shown and saved."""
        shown = self.form.ready and not self._views.busy
        parts = (self.people, self.connections, self.lock)
        return shown and not self._saving and all(part.ready for part in parts)

    def reload(self) -> None:
        """Read the settings again."""
        self._views.start(partial(operations.load_view, self.context.services))
        self.people.reload()
        self.connections.reload()
        self.lock.reload()

    def hideEvent(self, event: QHideEvent) -> None:
        """Save what was typed before the page goes."""
        self.flush()
        super().hideEvent(event)

    @Slot(object)
    def _show(self, view: SettingsView) -> None:
        self._view = view
        if self.form.ready:
            self._show_values(view)

    @Slot()
    def _on_built(self) -> None:
        if self._view is not None:
            self._show_values(self._view)

    def _show_values(self, view: SettingsView) -> None:
        zone = self.fields["zone"]
        if isinstance(zone, ChoiceField) and not zone.combo.count():
            zone.set_options([(name, name) for name in view.zones])
        self.header.set_sentence(_("You act as {name}.").format(name=view.actor))
        if not self._dirty:
            for name, field in self.fields.items():
                _fill(field, getattr(view.settings, name))
            theme = self.context.theme
            _fill(self.fields["theme"], Look(theme.mode.value))
            self.scale.set_value(f"{theme.scale:g}")
        self.acting.suggest(view.people)
        self.acting.set_value(view.actor)
        self.form.folders.show_view(view)
        self.about.show_view(view)

    @Slot()
    def _touch(self) -> None:
        self._dirty = True
        self._timer.start(PAUSE_MS)

    @Slot()
    def _on_left(self) -> None:
        """Save soon: the keyboard is still on its way to where it goes."""
        if self._dirty:
            self._timer.start(0)

    @Slot()
    def flush(self) -> None:
        """Save now, if there is anything to save."""
        self._timer.stop()
        if not self._dirty or self._view is None or self._saving:
            return
        settings = self._typed(self._view.settings)
        if settings is None:
            return
        self._dirty = False
        if settings == self._view.settings:
            return
        self._saving = True
        self.saved.setText(_("Saving"))
        task = operations.save(self.context, settings)
        task.succeeded.connect(self._on_saved)
        task.failed.connect(self._on_refused)

    def _typed(self, before: Settings) -> Settings | None:
        """Return the settings as typed; what cannot be used is said at its field."""
        result, fine = before, True
        for name, field in self.fields.items():
            try:
                typed = replace(result, **{name: _value(name, field, getattr(before, name))})
                typed.check()
            except InvalidInput as error:
                field.set_error(" ".join(part for part in (error.text, error.hint) if part))
                fine = False
            else:
                field.set_error("")
                result = typed
        return result if fine else None

    @Slot(object)
    def _on_saved(self, settings: Settings) -> None:
        self._saving = False
        if self._view is not None and settings.user != self._view.settings.user and settings.user:
            self.context.act_as(settings.user)
        now = self.context.services.clock.now()
        self.saved.setText(_("Saved {time}").format(time=clock(now, settings.zone)))
        self.context.changed.announce(Topic.SETTINGS, self)
        self.reload()

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        self._saving, self._dirty = False, True
        self.saved.setText(_("Not saved"))
        self.show_error(error)

    @Slot()
    def _on_look(self) -> None:
        look = self.fields["theme"]
        if isinstance(look, ChoiceField):
            self.context.theme.set_mode(Mode(look.value))

    @Slot()
    def _on_scale(self) -> None:
        self.context.theme.set_scale(float(self.scale.value))

    @Slot()
    def _on_act(self) -> None:
        if not self.acting.value:
            self.acting.set_error(_("Type a name."))
            return
        self.acting.set_error("")
        self.context.act_as(self.acting.value)
        self.context.changed.announce(Topic.SETTINGS, self)
        self.reload()

    @Slot()
    def _on_verify(self) -> None:
        self.about.check.block(_("being checked"))
        task = operations.verify_log(self.context, _("Checking the change log"))
        task.succeeded.connect(self.about.show_report)
        task.failed.connect(self.show_error)
        task.ended.connect(self.about.checked)


def _fill(field: Field, value: object) -> None:
    if isinstance(field, LineField):
        text = f"{value:g}" if isinstance(value, float) else str(value)
        if field.value != text:
            field.set_value(text)
    elif isinstance(field, ChoiceField):
        field.set_value(str(value))
    elif isinstance(field, RiskMethodField) and isinstance(value, RiskMethod):
        field.set_value(value)


def _value(name: str, field: Field, before: Any) -> Any:
    """Return what was typed, in the type the setting has."""
    if isinstance(field, ChoiceField):
        return type(before)(field.value)
    if isinstance(field, RiskMethodField):
        return field.value
    text = field.value if isinstance(field, LineField) else ""
    if name not in _NUMBERS:
        return text
    try:
        return int(text) if name in WHOLE else float(text.replace(",", "."))
    except ValueError as error:
        raise InvalidInput(_("“{text}” is not a number.").format(text=text)) from error
