"""The library of templates: what has proven itself, and what changes may be opened from."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.template import Recurrence, Template
from app.i18n import _, ngettext
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations import templates
from ui.operations.templates import LibraryView, NewTemplate
from ui.pages.templates.detail import TemplateDetail
from ui.pages.templates.edition import EditionForm
from ui.pages.templates.rows import COLUMNS, LibraryRow, library_rows
from ui.tasks import Latest, Task
from ui.widgets.empty import EmptyState
from ui.widgets.layout import MARGIN, column, panel, split
from ui.widgets.page import Page
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext


class TemplatesPage(Page):
    """Refs: the family of a template."""

    id, title, icon, group = "templates", _("Templates"), "layers", 2
    topics = Topic.CHANGES | Topic.HOSTS

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._view: LibraryView | None = None
        self._wanted = ""
        self.table = Table(
            RowsModel(COLUMNS), rows=Rows.TWO_LINES, header=False, name="templates", margin=MARGIN
        )
        self.table.setAccessibleName(_("Templates"))
        self.edition = EditionForm(context)
        self.detail = TemplateDetail(self.edition)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                _("No template yet"),
                _("A template is made from a change, in the menu beside its title."),
            )
        )
        listing = panel(column(self.table, gap=0))
        self.stack.addWidget(split(listing, self.detail, sizes=(480, 760), name="templates"))
        self.body.addWidget(self.stack, 1)
        self._library = Latest(context.tasks, self)
        self._connect()

    def _connect(self) -> None:
        self._library.loaded.connect(self._show)
        self._library.failed.connect(self.show_error)
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_begin)
        self.detail.begin_wanted.connect(self._on_begin)
        self.detail.take_wanted.connect(self._on_take)
        self.detail.approve_wanted.connect(self._on_approve)
        self.detail.retire_wanted.connect(self._on_retire)
        self.detail.recurrence_wanted.connect(self._on_recurrence)
        self.detail.missed_wanted.connect(self._on_missed)
        self.detail.edition_wanted.connect(self._on_edition)
        self.edition.wanted.connect(self._on_edition_made)
        self.edition.failed.connect(self.show_error)

    @property
    def ready(self) -> bool:
        """Whether the library has been read."""
        return not self._library.busy and self.edition.ready

    def reload(self) -> None:
        """Read the library again."""
        self._library.start(partial(templates.load_library, self.context.services))

    def open(self, ref: str) -> None:
        """Show a template by its family."""
        self._wanted = ref
        self.reload()

    @Slot(object)
    def _show(self, view: LibraryView) -> None:
        self._view = view
        rows = library_rows(view)
        self.stack.setCurrentIndex(1 if rows else 0)
        self.header.set_texts(_("Templates"), _state(view))
        self.table.set_rows(rows)
        if self._wanted and self.table.select(self._wanted):
            self._wanted = ""
        self.table.select_first()
        self._on_picked(self.table.current)

    @Slot(object)
    def _on_picked(self, row: LibraryRow | None) -> None:
        if row is not None and self._view is not None:
            self.detail.show_row(row, self._view.actor, self._view.zone)

    @property
    def _template(self) -> Template | None:
        row = self.table.current
        return row.template if isinstance(row, LibraryRow) else None

    @Slot()
    def _on_begin(self) -> None:
        if template := self._template:
            self.context.navigation.go("changes", f"new/{template.id}")

    @Slot()
    def _on_take(self) -> None:
        if template := self._template:
            self._do(templates.take_starter(self.context, template.starter))

    @Slot()
    def _on_approve(self) -> None:
        if template := self._template:
            self._do(templates.approve(self.context, template.id))

    @Slot(str)
    def _on_retire(self, reason: str) -> None:
        if template := self._template:
            self._do(templates.retire(self.context, template.id, reason))

    @Slot(object)
    def _on_recurrence(self, wanted: Recurrence | None) -> None:
        if template := self._template:
            self._do(templates.set_recurrence(self.context, template.id, wanted))

    @Slot(object)
    def _on_missed(self, wall: datetime) -> None:
        if template := self._template:
            self._do(templates.make_missed(self.context, template.id, wall))

    @Slot()
    def _on_edition(self) -> None:
        if template := self._template:
            self.edition.ask(template)

    @Slot(str, object)
    def _on_edition_made(self, change_id: str, made: NewTemplate) -> None:
        self._do(templates.make(self.context, change_id, made))

    def _do(self, task: Task) -> None:
        task.succeeded.connect(self._on_done)
        task.failed.connect(self.show_error)

    @Slot(object)
    def _on_done(self, result: object) -> None:
        if isinstance(result, Template):
            self._wanted = result.family
        self.context.changed.announce(Topic.CHANGES, self)
        self.reload()


def _state(view: LibraryView) -> str:
    n, bundled = len(view.rows), len(view.bundled)
    if not n:
        text = ngettext(
            "None of your own yet; {n} comes with the program.",
            "None of your own yet; {n} come with the program.",
            bundled,
        )
        return text.format(n=bundled)
    many = ngettext("{n} template", "{n} templates", n).format(n=n)
    good = sum(row.is_good for row in view.rows)
    return _("{many}, {good} in good standing.").format(many=many, good=good)
