"""The reports page: what was printed about a change, what is missing, and the paper itself."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from app.domain.change import Change
from app.domain.report import Report
from app.i18n import _
from app.wording import moment
from ui.changed import Topic
from ui.format import literal
from ui.models.rows import RowsModel
from ui.operations import reports
from ui.operations.reports import MadeReport, ReportsView
from ui.pages.reports.gaps import GapList
from ui.pages.reports.handing import HandingOver
from ui.pages.reports.printing import Printing
from ui.pages.reports.rows import COLUMNS, revision_words
from ui.tasks import Latest
from ui.widgets.buttons import Button, Kind, icon_button
from ui.widgets.empty import EmptyState
from ui.widgets.fields import Combo
from ui.widgets.layout import MARGIN, Line, column, panel, split
from ui.widgets.page import Page
from ui.widgets.pdf_preview import PdfPreview
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext

_CHOICE_LENGTH = 34


class ReportsPage(Page):
    """Post-implementation reports; refs: a change's id or number, or a report's id."""

    id, title, icon, group = "reports", _("Reports"), "file-text", 2
    topics = Topic.EVERYTHING

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._ref = ""
        self._view: ReportsView | None = None
        self._shown = ""  # hash of the PDF in the preview
        self.choice = Combo()
        self.choice.setAccessibleName(_("Change"))
        self.choice.setMinimumContentsLength(_CHOICE_LENGTH)
        self.choice.activated.connect(self._on_chosen)
        self.save = Button(_("Save as PDF"), icon="download")
        self.save.clicked.connect(self._on_save)
        self.make = Button(_("Make the report"), Kind.PRIMARY, icon="printer")
        self.make.clicked.connect(self._on_make)
        self.more = icon_button("more", _("Dossiers"))
        self.header.add(self.choice, self.more, self.save, self.make)
        self._build()
        self._rows = Latest(context.tasks, self)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.show_error)
        self._files = Latest(context.tasks, self)
        self._files.loaded.connect(self._on_file)
        self._files.failed.connect(self._on_no_file)

    def _build(self) -> None:
        self.table = Table(RowsModel(COLUMNS), rows=Rows.TWO_LINES, header=False, margin=MARGIN)
        self.table.picked.connect(self._on_picked)
        self.gaps = GapList()
        left = column(self.table, Line(), self.gaps, gap=0)
        left.setStretch(0, 2)
        left.setStretch(2, 3)
        self.preview = PdfPreview(self.context.tasks)
        self.preview.failed.connect(self.show_error)
        self._printing = Printing(self)
        self.paper = QStackedWidget()
        self.paper.addWidget(
            EmptyState(
                _("No report yet"),
                _("The report brings need, plan, run, backup, proof and verdict on paper, each"
                  " with its evidence. It can be made at any time; every one is kept."),
            )
        )  # fmt: skip
        self.paper.addWidget(self.preview)
        go = Button(_("Open the changes"))
        go.clicked.connect(self._open_changes)
        self.stack = QStackedWidget()
        self._nothing = EmptyState(
            _("Nothing to report on yet"),
            _("A report is made of a change: begin one, and its report fills with the work."),
            go,
        )
        self._reports = split(panel(left), self.paper, sizes=(420, 820), name="reports")
        self.stack.addWidget(self._nothing)
        self.stack.addWidget(self._reports)
        self.body.addWidget(self.stack, 1)
        self.handing = HandingOver(self)

    @property
    def ready(self) -> bool:
        """Whether list and paper are shown."""
        return not (self._rows.busy or self._files.busy or self.preview.busy)

    @property
    def change(self) -> Change | None:
        """The change that is reported on."""
        return self._view.change if self._view else None

    def escape(self) -> bool:
        """Close a dossier."""
        return self.handing.close()

    def reload(self) -> None:
        """Read the reports again."""
        services, ref = self.context.services, self._ref
        self._rows.start(lambda: reports.load_view(services, ref))

    def open(self, ref: str) -> None:
        """Show a change by id or number, or one of its reports by id."""
        self._ref = ref
        self.reload()

    @Slot(object)
    def _show(self, view: ReportsView | None) -> None:
        self._view = view
        self.handing.show_under(self._reports if view else self._nothing)
        for widget in (self.choice, self.save, self.make):
            widget.setVisible(view is not None)
        if view is None:
            self.header.set_sentence(_("What a change did, on paper, with its evidence."))
            return
        self.choice.clear()
        for key, text in view.others:
            self.choice.addItem(literal(text), key)
        self.choice.setCurrentIndex(self.choice.findData(view.change.id))
        self.header.set_sentence(_state(view))
        self.gaps.set_gaps(view.gaps)
        self.table.setVisible(bool(view.made))
        self.table.set_rows(view.made)
        if view.wanted:
            self.table.select(view.wanted)
        self.table.select_first()
        self._show_report(self._report)

    @property
    def _report(self) -> Report | None:
        current: MadeReport | None = self.table.current
        return current.report if current else None

    def _show_report(self, report: Report | None) -> None:
        self.save.block("" if report else _("Make it first"))
        self.paper.setCurrentIndex(1 if report else 0)
        if report is None:
            self._shown = ""
        elif report.pdf_sha256 != self._shown:
            self._shown = report.pdf_sha256
            services = self.context.services
            self._files.start(lambda: reports.find_file(services, report))

    @Slot(object)
    def _on_file(self, path: Path) -> None:
        self.preview.set_file(path)

    @Slot(object)
    def _on_no_file(self, error: Exception) -> None:
        self._shown = ""
        self.show_error(error)

    @Slot(object)
    def _on_picked(self, made: MadeReport | None) -> None:
        if made is not None:
            self._show_report(made.report)

    @Slot(int)
    def _on_chosen(self, position: int) -> None:
        self.open(str(self.choice.itemData(position)))
        self.context.navigation.note(self.id, self._ref)

    @Slot()
    def _on_make(self) -> None:
        if view := self._view:
            self.make.block(_("Being made"))
            title = _("Report of {number}").format(number=view.change.number)
            task = reports.make(self.context, view.change, title)
            task.succeeded.connect(self._on_made)
            task.failed.connect(self.show_error)
            task.ended.connect(partial(self.make.block, ""))

    @Slot(object)
    def _on_made(self, report: Report) -> None:
        self.context.changed.announce(Topic.REPORTS | Topic.CHANGES, self, report.change)
        self.open(report.id)

    @Slot()
    def _on_save(self) -> None:
        if report := self._report:
            name = f"{report.number}-report-r{report.revision}.pdf"
            path, _kind = QFileDialog.getSaveFileName(self, _("Save as PDF"), name, "PDF (*.pdf)")
            if path:
                self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        """Write the report the cursor is on to a file."""
        if report := self._report:
            task = reports.save_copy(self.context, report, path)
            task.succeeded.connect(self._on_saved)
            task.failed.connect(self.show_error)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self.context.messages.show_done(_("Saved as {path}").format(path=path))

    @Slot()
    def _open_changes(self) -> None:
        self.context.navigation.go("changes")


def _state(view: ReportsView) -> str:
    if not view.made:
        return _("{number}: nothing was printed yet.").format(number=view.change.number)
    newest, zone = view.made[0].report, view.made[0].zone
    return _("{number}: {revision} was made {at} by {who}.").format(
        number=view.change.number,
        revision=revision_words(newest).lower(),
        at=moment(newest.made_at, zone),
        who=newest.by,
    )
