"""Settings: who acts, how it looks, what is demanded, where things are kept."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QCompleter, QWidget

from app.domain.risk import RiskMethod
from app.errors import InvalidInput
from app.i18n import _
from app.settings import PageSize, RiskFrom, Settings, declarations
from app.settings import Theme as Look
from app.wording import clock, percent
from ui.changed import Topic
from ui.operations import settings as operations
from ui.operations.settings import SettingsView
from ui.pages.settings.about import About
from ui.pages.settings.groups import Folders, Group, pair, stacked
from ui.pages.settings.people import People
from ui.pages.settings.risk import RiskMethodField
from ui.tasks import Latest
from ui.theme import Mode
from ui.widgets.buttons import Button
from ui.widgets.fields import ChoiceField, Field, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import scrolling
from ui.widgets.page import Page

if TYPE_CHECKING:
    from ui.context import UiContext

PAUSE_MS = 1200
_LOOKS = ((Look.SYSTEM, _("As the system")), (Look.LIGHT, _("Light")), (Look.DARK, _("Dark")))
_SCALES = ("0.9", "1.0", "1.1", "1.25", "1.5")
_NUMBERS = (
    "backup_age_h",
    "monitor_days",
    "monitor_days_major",
    "monitor_days_emergency",
    "move_tolerance_h",
    "service_hours",
    "keep_last",
    "keep_days_closed",
    "keep_days_loose",
    "bin_hours",
    "approvals_low",
    "approvals_moderate",
    "approvals_high",
)
_OWNERS = (
    (RiskFrom.NEVER, _("at no risk")),
    (RiskFrom.HIGH, _("from high risk on")),
    (RiskFrom.MODERATE, _("from moderate risk on")),
    (RiskFrom.ALWAYS, _("at every risk")),
)
_APPROVALS = ("approvals_low", "approvals_moderate", "approvals_high")
_WHOLE = (*_APPROVALS, "keep_last")


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
        self.fields: dict[str, Field] = {}
        self.acting = LineField(
            _("Acting as"), _("Until the program ends; for a decision by somebody else here.")
        )
        self.act = Button(_("Act as this person"))
        self.scale = ChoiceField(
            _("Size of the type"), [(text, percent(float(text), 3)) for text in _SCALES]
        )
        self.folders, self.about, self.people = Folders(), About(), People(context)
        self.body.addWidget(scrolling(stacked(*self._groups(), self.about)), 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._views = Latest(context.tasks, self)
        self._connect()

    def _groups(self) -> tuple[Group, ...]:
        words = declarations()

        def line(name: str, hint: str = "") -> LineField:
            declared = words[name]
            unit = f" ({declared.unit})" if declared.unit else ""
            field = LineField(_(declared.text) + unit, hint)
            self.fields[name] = field
            return field

        def choice(name: str, options: list[tuple[str, str]]) -> ChoiceField:
            field = ChoiceField(_(words[name].text), options)
            self.fields[name] = field
            return field

        you = Group(_("You"), _("Your name stands in the log and under every decision."))
        you.add(pair(line("user"), line("organisation")), pair(self.acting, self.act))
        looks = [(look.value, text) for look, text in _LOOKS]
        look = Group(_("Appearance"), _("Takes effect at once."))
        look.add(pair(choice("theme", looks), self.scale))
        time = Group(_("Time and paper"), _("Every time is shown with its zone."))
        zone = choice("zone", [])
        time.add(pair(zone, choice("page_size", [(size.value, size.value) for size in PageSize])))
        time.add(line("service_hours", _("168 is around the clock; key figures count by it.")))
        safety = Group(_("Safety"), _("What is demanded before work starts and after it."))
        safety.add(pair(line("backup_age_h"), line("monitor_days")))
        safety.add(pair(line("monitor_days_major"), line("monitor_days_emergency")))
        keep = Group(
            _("Retention"),
            _("What stays of the backups. An open change, the only proven copy: these always do."),
        )
        keep.add(pair(line("keep_last"), line("bin_hours")))
        keep.add(pair(line("keep_days_closed"), line("keep_days_loose")))
        agree = Group(
            _("Approval"), _("How many people agree to a plan, by the risk that remains.")
        )
        agree.add(*(line(name) for name in _APPROVALS))
        owners = [(value.value, _(text)) for value, text in _OWNERS]
        agree.add(choice("owner_approves", owners), line("move_tolerance_h"))
        risk = Group(_("Risk"), _("Holds for new judgements; each keeps the rules it was made by."))
        self.fields["risk"] = RiskMethodField(_(words["risk"].text))
        risk.add(self.fields["risk"])
        where = Group(_("Where things are kept"), _("Secrets are kept in the system's keyring."))
        where.add(self.folders, line("vault_path"))
        return you, look, time, self.people, agree, safety, keep, risk, where

    def _connect(self) -> None:
        for field in self.fields.values():
            field.edited.connect(self._touch)
            field.editor.installEventFilter(self)
        self.fields["theme"].edited.connect(self._on_look)
        self.scale.edited.connect(self._on_scale)
        self.act.clicked.connect(self._on_act)
        self.acting.line.returnPressed.connect(self._on_act)
        self.about.check.clicked.connect(self._on_verify)
        self._timer.timeout.connect(self.flush)
        self._views.loaded.connect(self._show)
        self.people.failed.connect(self.show_error)
        self._views.failed.connect(self.show_error)

    @property
    def ready(self) -> bool:
        """Whether everything is shown and saved."""
        return not self._views.busy and not self._saving and self.people.ready

    def reload(self) -> None:
        """Read the settings again."""
        self._views.start(partial(operations.load_view, self.context.services))
        self.people.reload()

    def hideEvent(self, event: QHideEvent) -> None:
        """Save what was typed before the page goes."""
        self.flush()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Save when the keyboard leaves a field."""
        if event.type() == QEvent.Type.FocusOut and self._dirty:
            QTimer.singleShot(0, self.flush)
        return super().eventFilter(watched, event)

    @Slot(object)
    def _show(self, view: SettingsView) -> None:
        self._view = view
        zone = self.fields["zone"]
        if isinstance(zone, ChoiceField) and not zone.combo.count():
            zone.set_options([(name, name) for name in view.zones])
        self.header.set_sentence(_("You act as {name}.").format(name=view.actor))
        if not self._dirty:
            for name, field in self.fields.items():
                _fill(field, getattr(view.settings, name))
            theme = self.context.theme
            _fill(self.fields["theme"], Look(theme.mode.value))
            self.scale.set_value(f"{theme.scale:g}" if theme.scale != 1 else "1.0")
        self.acting.line.setCompleter(QCompleter(list(view.people), self.acting.line))
        self.acting.set_value(view.actor)
        self.folders.show_view(view)
        self.about.show_view(view)

    @Slot()
    def _touch(self) -> None:
        self._dirty = True
        self._timer.start()

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
        return int(text) if name in _WHOLE else float(text.replace(",", "."))
    except ValueError as error:
        raise InvalidInput(_("“{text}” is not a number.").format(text=text)) from error
