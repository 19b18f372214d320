"""Everything recorded about a change, each with its kind, its time and its hash."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication

from app.domain.filter import BEFORE_WORK
from app.i18n import _, later, ngettext
from app.services.need_words import said
from app.services.search.precedents import likeness_of
from app.wording import clock, count, day
from ui.cells import Cell, Column, Mini, Words
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.pages.changes.attaching import AttachBar, AttachmentView
from ui.pages.changes.editing import Editing
from ui.pages.changes.precedents import PrecedentsPanel
from ui.pages.changes.tab import Tab
from ui.pages.changes.words import WINDOWS, word
from ui.widgets.buttons import Button, Tall
from ui.widgets.empty import EmptyState
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import mono
from ui.widgets.layout import add_layout, row
from ui.widgets.search import FilterChips
from ui.widgets.table import Rows, Table
from ui.widgets.transcript_pane import TranscriptPane

NEED, FILE, SET, HEALTH, OUTPUT, SAMPLES, REPORT = (
    "need", "file", "backup", "health", "transcript", "samples", "report",
)  # fmt: skip
_KINDS = {
    NEED: (later("Need"), "file-text"),
    FILE: (later("File"), "paperclip"),
    SET: (later("Backup set"), "archive"),
    HEALTH: (later("Health check"), "activity"),
    OUTPUT: (later("Transcript"), "terminal"),
    SAMPLES: (later("Samples"), "chart"),
    REPORT: (later("Report"), "printer"),
}
_FILTERS = (later("All"), *(_KINDS[kind][0] for kind in _KINDS))
_SHORT = 8
_OUTPUT_HEIGHT = 360


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence; ``hash`` is what it is kept under, "" for a plain record."""

    id: str
    kind: str
    title: str
    at: datetime | None
    hash: str = ""
    told: str = ""
    """What it says, in a sentence."""

    @property
    def short(self) -> str:
        """The end of its id, which is what differs; of a hash, the beginning."""
        return self.id[:_SHORT] if self.id == self.hash else self.id[-_SHORT:]


def evidence_of(view: ChangeView) -> list[Item]:
    """Return all evidence of a change, newest first; what has no time comes last."""
    items = [*_records(view), *_measured(view), *_transcripts(view)]
    dated = sorted((item for item in items if item.at), key=lambda i: str(i.at), reverse=True)
    return [*dated, *(item for item in items if item.at is None)]


def _records(view: ChangeView) -> Iterator[Item]:
    for place, record in enumerate(view.change.need.evidence, start=1):
        told = said(record, view.now, view.zone)
        name = f"{view.change.number}-N{place}"
        yield Item(name, NEED, record.title, None, record.file, told)
    for item in view.change.attachments:
        yield Item(item.sha256, FILE, item.name, item.captured_at, item.sha256, item.about)
    for kept in view.backups:
        title = _("{host}: {what}").format(
            host=kept.host_name, what=", ".join(thing.title for thing in kept.objects)
        )
        yield Item(kept.id, SET, title, kept.sealed_at, kept.manifest_sha256)
    for report in view.reports:
        title = _("{title}, revision {n}").format(title=report.title, n=report.revision)
        yield Item(report.id, REPORT, title, report.made_at, report.pdf_sha256)


def _measured(view: ChangeView) -> Iterator[Item]:
    names = {metric.id: metric.name for metric in view.change.metrics}
    for item in view.samples:
        title = _("{metric}, {window}: {n} samples").format(
            metric=names.get(item.metric, item.metric),
            window=word(WINDOWS, item.window).lower(),
            n=count(item.n),
        )
        yield Item(item.id, SAMPLES, title, item.end, item.sha256)
    for check in view.health:
        title = _("{host}, {phase}: {n} readings").format(
            host=check.host_name, phase=check.phase.value, n=len(check.results)
        )
        yield Item(check.id, HEALTH, title, check.ended_at)


def _transcripts(view: ChangeView) -> Iterator[Item]:
    for run in view.runs:
        for step in run.steps:
            if step.transcript:
                title = _("{step}, output").format(step=step.step.title)
                name = f"{run.id[-4:]}-{step.step.id[-3:]}"
                yield Item(name, OUTPUT, title, step.ended_at, step.transcript)


class EvidenceTab(Tab):
    """The list, filtered by kind; a picked hash can be copied."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self._view: ChangeView | None = None
        self._items: list[Item] = []
        self.title = SectionTitle(_("Evidence"))
        self.chips = FilterChips([_(name) for name in _FILTERS], wraps=True)
        self.table = Table(RowsModel(self._columns()), rows=Rows.STEP)
        self.table.setAccessibleName(_("Evidence"))
        self.hash, self.copy = mono("", size=11), Button(_("Copy"), icon="copy", tall=Tall.COMPACT)
        self._empty = EmptyState(
            _("Nothing recorded yet"),
            _("Records of the need, files, backups, checks, transcripts and samples gather here."),
        )
        self.adding, self.shown = AttachBar(editing), AttachmentView(editing)
        self.output: TranscriptPane | None = None
        """What a step has put out; built when one is first looked at."""
        self.before = PrecedentsPanel()
        self.body.addWidget(self.title)
        self.body.addWidget(self.adding)
        self.body.addWidget(self.chips)
        self.body.addWidget(self.table)
        add_layout(self.body, row(self.hash, None, self.copy))
        self.body.addWidget(self.shown)
        self.body.addWidget(self._empty, 1)
        self.body.addWidget(self.before)
        self.end()
        self.chips.chosen.connect(self._filter)
        self.table.picked.connect(self._on_picked)
        self.copy.clicked.connect(self._on_copy)
        self.before.opened.connect(self._on_opened)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self._view = view
        self._items = evidence_of(view)
        n = len(self._items)
        self.title.set_note(ngettext("{n} piece", "{n} pieces", n).format(n=n))
        self.adding.show_view(view)
        for widget in (self.chips, self.table):
            widget.setVisible(bool(n))
        self._empty.setVisible(not n)
        self._filter()
        if view.change.state in BEFORE_WORK:
            self.before.ask(self.editing.context, likeness_of(view.change))
        else:
            self.before.forget()

    def _columns(self) -> tuple[Column[Item], ...]:
        return (
            Column[Item](_("Id"), lambda item: item.short, width=96, mono=True, tone="ink2"),
            Column[Item](_("Kind"), _kind_word, cell=_kind_cell, width=130),
            Column[Item](_("What"), lambda item: item.title, cell=_what_cell),
            Column[Item](_("Time"), self._time, lambda item: str(item.at), width=150,
                         tone="ink2"),
            Column[Item](_("SHA-256"), lambda item: item.hash[:_SHORT], width=88, right=True,
                         mono=True, tone="ink2"),
        )  # fmt: skip

    def _time(self, item: Item) -> str:
        if item.at is None:
            return "–"
        zone = self._view.zone if self._view else "UTC"
        return f"{day(item.at, zone)} {clock(item.at, zone)}"

    @Slot()
    def _filter(self) -> None:
        chosen = self.chips.current
        kinds = list(_KINDS)
        shown = [item for item in self._items if not chosen or item.kind == kinds[chosen - 1]]
        self.table.set_rows(shown)
        self.table.fit_height()
        self._on_picked(self.table.current)

    @Slot(object)
    def _on_picked(self, item: Item | None) -> None:
        text = item.hash if item else ""
        self.hash.setText(text)
        self.hash.setVisible(bool(text))
        self.copy.setVisible(bool(text))
        if self._view is not None:
            self.shown.show_item(self._view, text)
            self._show_output(text if item and item.kind == OUTPUT else "", self._view.zone)

    def _show_output(self, sha256: str, zone: str) -> None:
        """Show a transcript below the list, or none."""
        if self.output is None and sha256:
            self.output = TranscriptPane(self.editing.context.tasks)
            self.output.setFixedHeight(_OUTPUT_HEIGHT)
            self.output.failed.connect(self.editing.failed)
            self.body.insertWidget(self.body.indexOf(self.shown), self.output)
        if self.output is None:
            return
        self.output.setVisible(bool(sha256))
        if sha256:
            services = self.editing.context.services
            self.output.show_transcript(sha256, lambda: services.files, zone=zone)
        else:
            self.output.leave()

    @Slot(str)
    def _on_opened(self, change_id: str) -> None:
        self.editing.context.navigation.go("changes", change_id)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.hash.text())
        self.editing.said.emit(_("Hash copied"))


def _kind_word(item: Item) -> str:
    return _(_KINDS[item.kind][0])


def _what_cell(item: Item) -> Cell:
    return Cell((item.title,), (Words(item.told, "ink2"),) if item.told else ())


def _kind_cell(item: Item) -> Cell:
    return Cell((Mini(_KINDS[item.kind][1]), Words(_kind_word(item), "ink2")))
