"""What somebody handed over, read only: what it says, whether it is whole, what is in it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from app.analysis.survey import summarise
from app.domain.event import Event
from app.i18n import _, ngettext
from app.services.dossier_reading import Dossier
from app.services.review.feedback_words import feedback_sentences
from app.services.safe_text import display
from app.wording import count, moment
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.models.changes import state_badge, type_word, window_text
from ui.models.rows import RowsModel
from ui.operations import dossiers
from ui.pages.reports.members import MEMBERS, Item, items_of
from ui.theme import BOLD, TITLE
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button
from ui.widgets.facts import Fact, FactStrip, SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, Line, column, panel, row, split
from ui.widgets.pdf_preview import PdfPreview
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext


def _entry(event: Event) -> Cell:
    meta = f"{event.seq}, {moment(event.at)}, {event.by}"
    return Cell((Words(display(event.text)),), (Words(display(meta), "ink2"),))


ENTRIES = (
    Column[Event](_("Log entry"), lambda e: display(f"{e.text}, {e.by}"), cell=_entry),
)  # fmt: skip


class DossierPanel(QWidget):
    """Shows one dossier; nothing of it enters the store, and nothing can be edited."""

    closed = Signal()
    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self.dossier: Dossier | None = None
        self.mark = StateBadge(Badge(Mark.LOCKED, _("Read only: a dossier, not a record of yours")))
        self.title = Label(size=TITLE, weight=BOLD, wrap=True)
        self.verdict = Label(wrap=True)
        self.facts = FactStrip()
        self.example = StateBadge(Badge(Mark.WATCH, _("Example data: everything in it is made up")))
        self.answers = Label(tone="ink2", wrap=True)
        self.preview = PdfPreview(context.tasks, printing=False)
        self.right = QStackedWidget()
        self.save = Button(_("Save the member"), icon="download")
        self.close_it = Button(_("Close the dossier"))
        self.members = Table(RowsModel(MEMBERS), rows=Rows.STEP, margin=MARGIN)
        self.entries = Table(
            RowsModel(ENTRIES), rows=Rows.STEP, margin=MARGIN, row_id=lambda event: event.seq
        )
        self._lay_out()
        self.save.clicked.connect(self._on_save)
        self.close_it.clicked.connect(self.closed)
        self.members.picked.connect(self._on_picked)
        self.preview.failed.connect(self.failed)

    def _lay_out(self) -> None:
        head = column(
            row(self.mark, self.example, None, self.save, self.close_it),
            self.title, self.verdict, self.facts, self.answers,
            gap=8, margins=(MARGIN, 14, MARGIN, 14),
        )  # fmt: skip
        left = column(self._titled(_("What is in it")), self.members, gap=0)
        log = panel(column(self._titled(_("Its log")), self.entries, gap=0))
        shown = panel(column(self._titled(_("The report in it")), self.preview, gap=0))
        for widget in (log, shown):
            self.right.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(panel(head, "raised"))
        layout.addWidget(Line())
        layout.addWidget(split(panel(left), self.right, sizes=(660, 580), name="dossier"), 1)

    def _titled(self, text: str) -> QWidget:
        return panel(column(SectionTitle(text), margins=(MARGIN, 12, MARGIN, 8)))

    def show_dossier(self, dossier: Dossier) -> None:
        """Show what was read."""
        self.dossier = dossier
        manifest, change = dossier.manifest, dossier.change
        title = display(manifest.title) if manifest else dossier.path.name
        number = display(manifest.number) if manifest else ""
        self.title.setText(f"{number}  {title}".strip())
        self.verdict.setText(_verdict(dossier))
        self.verdict.set_tone("ink" if dossier.intact else "bad")
        facts: list[Fact] = []
        if change is not None:
            facts = [
                (_("State"), StateBadge(state_badge(change.state))),
                (_("Type"), type_word(change.type)),
                (_("Window"), window_text(change)),
                (_("Coordinator"), display(change.coordinator) or "–"),
            ]
        if manifest is not None:
            facts.append((_("As of"), moment(manifest.as_of)))
            facts.append((_("Log head"), Label(manifest.log_head[:12] or "–", mono=True)))
        self.facts.set_facts(facts)
        self.example.setVisible(change is not None and change.is_example)
        lines = feedback_sentences(summarise(dossier.surveys))
        self.answers.setText(_("What users said: {text}").format(text=" ".join(lines)))
        self.answers.setVisible(bool(lines))
        items = items_of(dossier)
        self.members.set_rows(items)
        self.entries.set_rows(tuple(reversed(dossier.events)))
        report = next((item for item in items if item.is_report), None)
        if not dossier.intact or report is None or not self.members.select(report.id):
            self._on_picked(None)

    @Slot(object)
    def _on_picked(self, item: Item | None) -> None:
        whole = item is not None and item.is_whole
        self.save.block("" if whole else _("choose a member that is whole"))
        report = item is not None and item.is_report
        self.right.setCurrentIndex(1 if report else 0)
        if report and item is not None and self.dossier is not None:
            dossier, name = self.dossier, item.id
            self.preview.set_file(lambda _told: dossiers.pages_of_member(dossier, name))

    @Slot()
    def _on_save(self) -> None:
        item = self.members.current
        if item is not None:
            name = item.id.rpartition("/")[2]
            path, _kind = QFileDialog.getSaveFileName(self, _("Save the member"), name)
            if path:
                self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        """Write the member the cursor is on into a file."""
        if self.dossier is not None and self.members.current is not None:
            task = dossiers.save_member(self._context, self.dossier, self.members.current.id, path)
            task.succeeded.connect(self._on_saved)
            task.failed.connect(self.failed)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self._context.messages.show_done(_("Saved as {path}").format(path=path))


def _verdict(dossier: Dossier) -> str:
    members = len(dossier.manifest.members) if dossier.manifest else 0
    if dossier.signed:
        signed = _(
            "The manifest is signed by {name}, key {key}. Compare the key with theirs."
        ).format(name=dossier.signed.by, key=dossier.signed.fingerprint)
    else:
        signed = _("It bears no signature that fits: nobody vouches for the manifest.")
    if dossier.intact:
        whole = ngettext(
            "{n} member is as the manifest says.", "All {n} members are as the manifest says.",
            members,
        )  # fmt: skip
        return f"{whole.format(n=count(members))} {signed}"
    wrong = len(dossier.findings)
    text = ngettext("{n} thing is wrong with it.", "{n} things are wrong with it.", wrong)
    return f"{text.format(n=count(wrong))} {signed}"
