"""The form of a maintenance window or freeze, with its sentence and its next times beside it."""

from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.domain.calendar import AppliesTo, LengthRule, Occurrence, ScheduleWindow, WindowKind
from app.domain.ids import HostId
from app.errors import AppError, InvalidInput
from app.i18n import _
from app.services.schedule.window_words import length_words, occurrence_words, window_sentence
from app.services.schedule.windows import new_window
from app.wording import duration
from ui import typed
from ui.operations import calendar as operations
from ui.operations.calendar import WindowsView
from ui.pages.calendar.repeat import RepeatField
from ui.paint import scaled
from ui.tasks import Latest
from ui.theme import LARGE, SMALL
from ui.widgets.buttons import Button, Kind
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, LineField, PickField, TextField
from ui.widgets.form import Form
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import MARGIN, Line, clear, column, panel, row, scrolling
from ui.widgets.moment_field import MomentField

if TYPE_CHECKING:
    from ui.context import UiContext

_PAUSE_MS = 250
_BESIDE = 700
"""From this width on the words stand beside the form."""
_ANY = 16_777_215
"""Qt's own greatest width."""


class WindowEditor(QWidget):
    """Edits one window; the preview follows what is typed, nothing is kept before Save."""

    submitted = Signal(object)  # ScheduleWindow
    retire_wanted = Signal(str, bool)
    left = Signal()

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._window: ScheduleWindow | None = None
        self._view: WindowsView | None = None
        self.heading = panel_title(_("New window"))
        self.kind = ChoiceField(_("Kind"), [
            (WindowKind.MAINTENANCE.value, _("Maintenance window")),
            (WindowKind.FREEZE.value, _("Freeze")),
        ])  # fmt: skip
        self.name = LineField(_("Name"), placeholder=_("Patch night"))
        self.start = MomentField(_("First start"), ())
        self.length = LineField(_("Length"), placeholder=_("4 h"))
        self.rule = ChoiceField(_("Length is meant"), [
            (LengthRule.WALL.value, _("by the wall clock")),
            (LengthRule.REAL.value, _("as real time")),
        ], _("They differ on nights on which the clocks change."))  # fmt: skip
        self.repeat = RepeatField()
        self.scope = ChoiceField(_("Holds for"), [
            ("all", _("everything")),
            ("some", _("hosts, tags or services")),
        ])  # fmt: skip
        self.hosts = PickField(_("Hosts"))
        self.tags = LineField(_("Tags"), _("Of hosts, with commas."))
        self.services = LineField(_("Services"), _("With commas."))
        self.condition = TextField(_("Condition"), _("In your words; it is shown, not checked."),
                                   lines=2)  # fmt: skip
        self.save, self.cancel = Button(_("Save"), Kind.PRIMARY), Button(_("Cancel"))
        self.retire = Button(_("Retire"))
        self.sentence = Label(size=LARGE, weight=600, wrap=True)
        self.problem = Label(tone="bad", wrap=True)
        self.times = column(gap=4)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._previews = Latest(context.tasks, self)
        self._lay_out()
        self._connect()

    @property
    def ready(self) -> bool:
        """Whether the preview is up to date."""
        return not self._previews.busy and not self._timer.isActive()

    def show_window(self, window: ScheduleWindow | None, view: WindowsView) -> None:
        """Edit a window, or begin a new one with the next full hour of next week."""
        self._view = view
        begin = (view.now + timedelta(days=7)).replace(minute=0, second=0, microsecond=0)
        fresh = new_window(WindowKind.MAINTENANCE, begin.replace(tzinfo=None), view.zone)
        shown = window or replace(fresh, start=fresh.start.replace(hour=22))
        self._window = shown
        self.heading.setText(_("Edit the window") if window else _("New window"))
        self.retire.setVisible(window is not None)
        self.retire.setText(_("Bring back") if shown.retired else _("Retire"))
        self.kind.set_value(shown.kind.value)
        self.name.set_value(shown.name)
        if self.start.zone_box.count() < len(view.zones):
            self.start.zone_box.clear()
            self.start.zone_box.addItems(list(view.zones))
        self.start.set_value(shown.start.replace(tzinfo=UTC), "UTC")
        self.start.zone_box.setCurrentText(shown.zone)
        self.length.set_value(duration(shown.duration_s))
        self.rule.set_value(shown.length.value)
        self.repeat.set_rule(shown.rule, shown.start)
        to = shown.applies_to
        self.scope.set_value("all" if to.everything else "some")
        self.hosts.set_options([(host.id, host.name) for host in view.hosts])
        self.hosts.set_value(to.hosts)
        self.tags.set_value(", ".join(to.tags))
        self.services.set_value(", ".join(to.services))
        self.condition.set_value(shown.condition)
        self._follow()
        self._preview()
        self.name.setFocus()

    def value(self) -> ScheduleWindow:
        """Return the window as typed; raises InvalidInput, said at its field."""
        if self._window is None:
            raise LookupError("no window is shown")
        wall = self.start.edit.wall
        if wall is None:
            raise InvalidInput(_("The start is no date and time."))
        length = typed.length(self.length.value)
        if length is None or length <= timedelta(0):
            text = _("Type a length, such as 4 h, 1:30 or 2 d.")
            self.length.set_error(text)
            raise InvalidInput(text)
        self.length.set_error("")
        some = self.scope.value == "some"
        return replace(
            self._window,
            kind=WindowKind(self.kind.value),
            name=self.name.value,
            zone=self.start.zone,
            start=wall,
            duration_s=length.total_seconds(),
            length=LengthRule(self.rule.value),
            rule=self.repeat.rule_for(wall),
            applies_to=AppliesTo(
                everything=not some,
                hosts=tuple(HostId(host) for host in self.hosts.value) if some else (),
                tags=_listed(self.tags.value) if some else (),
                services=_listed(self.services.value) if some else (),
            ),
            condition=self.condition.value,
        )

    def show_problem(self, text: str) -> None:
        """Say why it was not kept."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _lay_out(self) -> None:
        form = Form(2)
        form.add("kind", self.kind)
        form.add("name", self.name)
        form.add("start", self.start, wide=True)
        form.add("length", self.length)
        form.add("rule", self.rule)
        where = Form(1)
        parts = {"scope": self.scope, "hosts": self.hosts, "tags": self.tags,
                 "services": self.services, "condition": self.condition}  # fmt: skip
        for name, field in parts.items():
            where.add(name, field)
        self.form, self.where = form, where
        left = panel(column(self.heading, form, self.repeat, where, None,
                            gap=16, margins=(MARGIN, 16, MARGIN, 24)))  # fmt: skip
        right = panel(column(SectionTitle(_("In words")), self.sentence, 8,
                             SectionTitle(_("Next times")), panel(self.times), None,
                             gap=8, margins=(MARGIN, 16, MARGIN, 16)))  # fmt: skip
        self._beside = right
        both = QWidget()
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight, both)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setSpacing(0)
        self._sides.addWidget(scrolling(left), 1)
        self._sides.addWidget(right)
        deeds = row(self.save, self.cancel, None, self.retire)
        foot = panel(column(self.problem, deeds, margins=(MARGIN, 10, MARGIN, 10)))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(both, 1)
        outer.addWidget(Line())
        outer.addWidget(foot)
        self.problem.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the words below the form where both do not fit beside each other."""
        super().resizeEvent(event)
        wide = self.width() >= scaled(_BESIDE)
        direction = QBoxLayout.Direction
        self._sides.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self._beside.setMaximumWidth(scaled(330) if wide else _ANY)
        self._beside.setMinimumWidth(scaled(330) if wide else 0)

    def _connect(self) -> None:
        for source in (self.form, self.where, self.repeat):
            source.edited.connect(self._on_edited)
        self._timer.timeout.connect(self._preview)
        self._previews.loaded.connect(self._show_times)
        self._previews.failed.connect(self._show_failure)
        self.save.clicked.connect(self._on_save)
        self.cancel.clicked.connect(self.left)
        self.retire.clicked.connect(self._on_retire)

    def _follow(self) -> None:
        some = self.scope.value == "some"
        for field in (self.hosts, self.tags, self.services):
            field.setVisible(some)

    @Slot()
    def _on_edited(self) -> None:
        self._follow()
        self.show_problem("")
        self._timer.start()

    @Slot()
    def _preview(self) -> None:
        try:
            window = self.value()
            self.sentence.setText(window_sentence(window))
        except AppError as error:
            self._show_failure(error)
            return
        self._previews.start(partial(operations.preview, self._context.services, window))

    @Slot(object)
    def _show_times(self, times: tuple[Occurrence, ...]) -> None:
        clear(self.times)
        if times:
            self.sentence.setText(window_sentence(times[0].window))
            self.times.addWidget(Label(length_words(times[0].window), size=SMALL, tone="ink2"))
        for item in times:
            self.times.addWidget(Label(occurrence_words(item), wrap=True))
        if not times:
            self.times.addWidget(Label(_("It does not take place any more."), tone="ink2"))

    @Slot(object)
    def _show_failure(self, error: BaseException) -> None:
        self._previews.drop()
        clear(self.times)
        text = error.sentence() if isinstance(error, AppError) else str(error)
        self.times.addWidget(Label(text, tone="ink2", wrap=True))

    @Slot()
    def _on_save(self) -> None:
        try:
            self.submitted.emit(self.value())
        except AppError as error:
            self.show_problem(error.sentence())

    @Slot()
    def _on_retire(self) -> None:
        if self._window is not None:
            self.retire_wanted.emit(self._window.id, not self._window.retired)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
