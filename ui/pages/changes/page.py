"""The changes page: the list at the left, one change or a new one at the right."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.change import Change
from app.i18n import _
from ui.changed import Topic
from ui.operations.beginning import Beginning
from ui.operations.changes import ChangeView
from ui.operations.templates import FromTemplate
from ui.pages.changes.approval_desk import ApprovalDesk
from ui.pages.changes.boarding import Boarding
from ui.pages.changes.detail import ChangeDetail
from ui.pages.changes.habits import follow_habits, write_habits
from ui.pages.changes.keys import ChangeKeys
from ui.pages.changes.list_deeds import ListDeeds
from ui.pages.changes.listing import ChangeList
from ui.pages.changes.new import NewChange
from ui.pages.changes.panels import Panels
from ui.pages.changes.sides import Sides
from ui.widgets.buttons import Button
from ui.widgets.empty import EmptyState
from ui.widgets.habit import Habit
from ui.widgets.layout import split
from ui.widgets.page import Page

if TYPE_CHECKING:
    from ui.context import UiContext

NEW = "new"
LIST = "list"


class ChangesPage(Page):
    """Refs: a change's id or number, with ``/tab`` for a tab of it; ``list/filter``; ``new``, with
    ``/id`` to begin from a template.
    """

    id, title, icon, group = "changes", _("Changes"), "changes", 0
    topics = (
        Topic.CHANGES | Topic.RUNS | Topic.BACKUPS | Topic.HEALTH | Topic.METRICS | Topic.HOSTS
        | Topic.SETTINGS
    )  # fmt: skip

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.hide_header()
        self.list = ChangeList(context, self)
        self.detail = ChangeDetail(context, self)
        self.new_form: NewChange | None = None
        self._nothing = EmptyState(
            _("No changes yet"),
            _("A change is recorded from the need to the printed report. It begins with a title."),
            Button(_("New change"), icon="plus"),
            takes=_("takes a minute"),
        )
        self._none_open = EmptyState(
            _("No change is open"), _("Pick one in the list, or show all changes.")
        )
        self._first_look = True
        self.right = QStackedWidget()
        for widget in (self._nothing, self._none_open, self.detail):
            self.right.addWidget(widget)
        self.body.addWidget(split(self.list, self.right, sizes=(420, 820), name="changes"), 1)
        self.list.setMinimumWidth(max(412, self.list.head.minimumSizeHint().width()))
        self.right.setMinimumWidth(588)
        self.panels = Panels(context, self.list, self)
        self.deeds = ListDeeds(context, self.list)
        self.deeds.failed.connect(self.show_error)
        self.boarding = Boarding(self)
        self.sides = Sides(self.list, self.right, self.detail.head.back)
        self.approvals = ApprovalDesk(self)
        self.keys = ChangeKeys(self)
        Habit("list", self, partial(write_habits, self.list), partial(follow_habits, self.list))
        self._connect()

    def _connect(self) -> None:
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(self._on_opened)
        self.list.search.numbered.connect(self.open)
        for new in (self.list.head.new, self.list.views.first):
            new.clicked.connect(self.new_record)
        if self._nothing.button:
            self._nothing.button.clicked.connect(self.new_record)
        self.detail.head.folded.connect(self.sides.unfold)
        self.detail.shown.connect(self._on_shown)
        self.list.listed.connect(self._on_listed)
        self.deeds.file_wanted.connect(self.approvals.ask_file)
        self.detail.editing.request_wanted.connect(self.approvals.ask_request)
        self.detail.editing.answer_wanted.connect(self.approvals.ask_file)

    @property
    def new(self) -> NewChange:
        """The form of a new change, made when it is first wanted."""
        if self.new_form is None:
            self.new_form = NewChange(self.context)
            self.new_form.wanted.connect(self._on_new)
            self.new_form.closed.connect(self.leave)
            self.new_form.opened.connect(self._show_change)
            self.right.addWidget(self.new_form)
        return self.new_form

    @property
    def ready(self) -> bool:
        """Whether list and change are shown."""
        shown = self.list.ready and self.detail.ready and self.panels.ready
        shown = shown and self.boarding.ready
        return shown and not self.approvals.busy

    def reload(self) -> None:
        """Read list and change again."""
        self.list.reload()
        self.detail.reload()

    def open(self, ref: str) -> None:
        """Show what a ref names."""
        record, _slash, rest = ref.partition("/")
        if record == NEW:
            self.new_record(rest)
        elif record == LIST:
            self.sides.unfold()
            self._first_look = False
            self.list.choose(rest)
        else:
            self._show_change(record, rest)
            self.list.select(record)

    def focus_search(self) -> None:
        """Go to the search field."""
        self.sides.unfold()
        self.list.head.search.setFocus()
        self.list.head.search.selectAll()

    @Slot()
    def new_record(self, template: str = "") -> bool:
        """Ask for the title of a new change."""
        self.detail.flush()
        self.sides.make_room()
        self.right.setCurrentWidget(self.new)
        self.new.start(template)
        return True

    def escape(self) -> bool:
        """Close a question, a new change, or the full width; take marks away."""
        if self.right.currentWidget() is self.new_form:
            self.leave()
        elif self.approvals.is_reading:
            self.approvals.reader.escape()
        elif self.detail.asking.is_open:
            self.detail.asking.close_question()
        elif self.detail.reuse.is_open:
            self.detail.reuse.hide()
        elif self.list.isHidden():
            self.sides.unfold()
        elif not self.panels.close():
            return self.list.marks.clear()
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """Save what was typed before the page goes."""
        self.detail.flush()
        super().hideEvent(event)

    def _show_change(self, ref: str, tab: str = "") -> None:
        self.sides.make_room()
        self.right.setCurrentWidget(self.detail)
        self.detail.open(ref, tab)

    @Slot(str)
    def _on_picked(self, change_id: str) -> None:
        if self.sides.both:
            self._follow(change_id)

    def _follow(self, change_id: str) -> None:
        if change_id != self.detail.ref or self.right.currentWidget() is not self.detail:
            self._show_change(change_id)
            self.context.navigation.note(self.id, change_id)

    @Slot(str)
    def _on_opened(self, change_id: str) -> None:
        self._follow(change_id)
        self.sides.fold()
        self.detail.tabs.setFocus()

    @Slot(object)
    def _on_shown(self, view: ChangeView) -> None:
        self.list.follow(view.change)

    @Slot(bool)
    def _on_listed(self, some: bool) -> None:
        """With changes in the list, the newest is shown instead of an invitation."""
        if self.detail.ref or self.right.currentWidget() not in (self._nothing, self._none_open):
            return
        self.right.setCurrentWidget(self._none_open if some else self._nothing)
        first = next(iter(self.list.rows), None)
        if first is not None:
            self.list.select(first.id)
            if self.sides.both:  # a table or a board is looked at itself
                self._show_change(first.id)
        elif some and self._first_look:  # nothing of one's own is open: do not begin with a blank
            self.list.search.show_everything()
        self._first_look = not some

    @Slot(object)
    def _on_new(self, begun: Beginning | FromTemplate) -> None:
        task = begun.start(self.context)
        task.succeeded.connect(self._on_recorded)
        task.failed.connect(self._on_refused)

    @Slot(object)
    def _on_recorded(self, change: Change) -> None:
        self.context.changed.announce(Topic.CHANGES, self, change.id)
        self.context.navigation.note(self.id, change.id)
        self.list.select(change.id)
        self.list.reload()
        self._show_change(change.id, "plan")

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        self.new.begin.block("")
        self.show_error(error)

    @Slot()
    def leave(self) -> None:
        """Go from a new change or a request back to the change that was shown."""
        some = self._none_open if self.list.search.everything else self._nothing
        self.right.setCurrentWidget(self.detail if self.detail.ref else some)
        if self.list.isHidden():
            self.sides.unfold()
        self.list.table.setFocus()
