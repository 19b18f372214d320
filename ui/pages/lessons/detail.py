"""One lesson or one action in full, and what can be done with it."""

from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.services.search.rows import ActionRow, LessonRow
from app.wording import day_words
from ui.models.learning import action_badge
from ui.operations.lessons import Found
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, Tall, link
from ui.widgets.facts import KeyValues
from ui.widgets.fields import LineField
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import column, row, scrolling

_LABEL_WIDTH = 120


class LessonDetail(QWidget):
    """Shows what is picked; every verb is about the action that is shown."""

    done_wanted = Signal(object)  # ActionRow
    reopen_wanted = Signal(object)  # ActionRow
    drop_wanted = Signal(object, str)  # ActionRow, why
    open_wanted = Signal(object)  # ActionRow
    change_wanted = Signal(str)  # id or number of a change

    def __init__(self) -> None:
        super().__init__()
        self._row: LessonRow | ActionRow | None = None
        self.title, self.state = panel_title(), StateBadge()
        self.title.setWordWrap(True)
        self.facts = KeyValues(label_width=_LABEL_WIDTH)
        self.change, self.child = link(""), link("")
        self.done = Button(_("Done today"), Kind.PRIMARY, icon="check")
        self.again = Button(_("Open again"), icon="rotate-ccw")
        self.open = Button(_("Open a change for it"), icon="plus")
        self.why = LineField(_("It will not be done, because"))
        self.drop = Button(_("Drop it"), Kind.SECONDARY, icon="ban", tall=Tall.COMPACT)
        self._verbs, self._dropping = QWidget(), QWidget()
        self._verbs.setLayout(row(self.done, self.again, self.open, None))
        self._dropping.setLayout(column(self.why, row(self.drop, None), gap=8))
        self._nothing = Label(_("Pick a line to read it whole."), tone="ink2", wrap=True)
        inner = QWidget()
        inner.setLayout(
            column(
                self._nothing, self.title, self.state, self.facts, row(self.change, None),
                row(self.child, None), self._verbs, self._dropping, None,
                gap=12, margins=(24, 20, 24, 24),
            )
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(inner))
        self._connect()
        self.show_found(None, date.min)

    def _connect(self) -> None:
        self.done.clicked.connect(self._on_done)
        self.again.clicked.connect(self._on_again)
        self.open.clicked.connect(self._on_open)
        self.drop.clicked.connect(self._on_drop)
        self.change.clicked.connect(self._on_change)
        self.child.clicked.connect(self._on_child)

    def show_found(self, found: Found | None, today: date) -> None:
        """Show a lesson or an action, or that nothing is picked."""
        other = self._row is None or found is None or found.row.id != self._row.id
        self._row = found.row if found else None
        if other:
            self.why.set_value("")
        self._nothing.setVisible(found is None)
        for widget in (self.title, self.facts, self.change):
            widget.setVisible(found is not None)
        match self._row:
            case ActionRow() as shown:
                self._show_action(shown, today)
            case LessonRow() as shown:
                self._show_lesson(shown)
            case None:
                self._follow(is_action=False)

    def _show_lesson(self, shown: LessonRow) -> None:
        item = shown.lesson
        self.title.setText(item.event)
        facts = [
            (_("Why"), item.cause),
            (_("What followed"), item.effect),
            (_("From now on"), item.recommendation),
            (_("Tags"), ", ".join(item.tags)),
            (_("Service"), shown.service),
            (_("Written by"), item.by),
        ]
        self.facts.set_facts([(label, text) for label, text in facts if text])
        self.change.setText(f"{shown.number}, {shown.title}")
        self._follow(is_action=False)

    def _show_action(self, shown: ActionRow, today: date) -> None:
        item = shown.action
        self.title.setText(item.title)
        self.state.set_badge(action_badge(item, today))
        facts = [
            (_("Owner"), item.owner or _("nobody yet")),
            (_("Until"), day_words(item.due) if item.due else _("no date")),
            (_("Dropped"), item.dropped),
            (_("Service"), shown.service),
        ]
        self.facts.set_facts([(label, text) for label, text in facts if text])
        self.change.setText(f"{shown.number}, {shown.title}")
        self.child.setText(_("Done by {number}").format(number=item.child))
        self._follow(is_action=True)

    def _follow(self, *, is_action: bool) -> None:
        action = self._row.action if isinstance(self._row, ActionRow) else None
        is_open = action is not None and action.is_open
        self.state.setVisible(is_action)
        self._verbs.setVisible(is_action)
        self._dropping.setVisible(is_open)
        self.done.setVisible(is_open)
        self.again.setVisible(is_action and not is_open)
        self.open.setVisible(is_open and action is not None and not action.child)
        self.child.setVisible(action is not None and bool(action.child))

    @Slot()
    def _on_done(self) -> None:
        self.done_wanted.emit(self._row)

    @Slot()
    def _on_again(self) -> None:
        self.reopen_wanted.emit(self._row)

    @Slot()
    def _on_open(self) -> None:
        self.open_wanted.emit(self._row)

    @Slot()
    def _on_drop(self) -> None:
        self.drop_wanted.emit(self._row, self.why.value)

    @Slot()
    def _on_change(self) -> None:
        if self._row is not None:
            self.change_wanted.emit(f"{self._row.change}/review")

    @Slot()
    def _on_child(self) -> None:
        if isinstance(self._row, ActionRow):
            self.change_wanted.emit(self._row.action.child)
