"""What became of one test: every attempt with its evidence, a new result, a waiver."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.domain.review import Attempt, Severity, Side, TestCase, TestKind, TestResult
from app.i18n import _, ngettext
from app.services.test_case.testing import Seen, Waiver, side_of
from app.wording import clock, day
from ui.cells import Cell, Column, Words
from ui.models.rows import RowsModel
from ui.operations import evidence
from ui.operations import tests as deeds
from ui.operations.changes import ChangeView
from ui.operations.tests import TraceLine
from ui.pages.changes.editing import Editing
from ui.pages.changes.saving import record_lock
from ui.pages.changes.words import SEVERITIES, attempt_badge, choices
from ui.tasks import Latest, Task
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind, Tall, WithReason
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row
from ui.widgets.table import Table
from ui.widgets.transcript import Said, Transcript, TranscriptLine

_LINES, _LINE_PX = 14, 16


class CaseResults(QWidget):
    """Attempts of the picked test, newest first, and what can be recorded about it."""

    run_wanted = Signal(str)  # id of the test

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._case: TestCase | None = None
        self._zone = "UTC"
        self._files: list[Path] = []
        self.heading = Label(weight=BOLD)
        self.run = Button(_("Run now"), icon="play", tall=Tall.COMPACT)
        self.attempts = Table(RowsModel(self._columns()), row_id=lambda item: item.at)
        self.attempts.setAccessibleName(_("Attempts"))
        self.trace = Transcript()
        self.save = Button(_("Save evidence"), icon="download", tall=Tall.COMPACT)
        self.observed = LineField(_("What was seen"))
        self.verdicts = {
            TestResult.PASSED: Button(_("Passed"), icon="circle-check", tall=Tall.COMPACT),
            TestResult.FAILED: Button(_("Failed"), icon="circle-x", tall=Tall.COMPACT),
            TestResult.BLOCKED: Button(_("Blocked"), icon="ban", tall=Tall.COMPACT),
        }
        self.from_load = Button(_("Take from the load tests"), icon="timer", tall=Tall.COMPACT)
        self.attach = Button(_("Attach files"), icon="paperclip", tall=Tall.COMPACT)
        self._attached = Label(tone="ink2")
        self.secret = SecretPart(editing)
        self.waiver = WaiverPart(editing)
        self._by_hand = self._build_by_hand()
        self._layout = self._build()
        self._traces = Latest(editing.context.tasks, self)
        self._connect()

    def _build_by_hand(self) -> QWidget:
        part = QWidget()
        buttons = row(
            *self.verdicts.values(), WithReason(self.from_load), 8, self.attach, self._attached,
            None,
        )  # fmt: skip
        part.setLayout(column(self.observed, buttons, gap=8))
        return part

    def _build(self) -> QVBoxLayout:
        head = row(self.heading, None, self.save, WithReason(self.run))
        inner = column(
            head, self.attempts, self.trace, self._by_hand, self.secret, self.waiver,
            gap=12, margins=(16, 12, 16, 16),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(inner))
        return layout

    def _connect(self) -> None:
        self.run.clicked.connect(self._on_run)
        self.attempts.picked.connect(self._on_picked)
        self.save.clicked.connect(self._on_save)
        self.attach.clicked.connect(self._on_attach)
        self.from_load.clicked.connect(self._on_from_load)
        self._traces.loaded.connect(self._show_trace)
        self._traces.failed.connect(self._editing.failed)
        for result, button in self.verdicts.items():
            button.clicked.connect(partial(self.record, result))

    def show_case(self, case: TestCase | None, view: ChangeView, busy: str) -> None:
        """Show a test of a change; ``busy`` says what keeps it from being run."""
        other = case is None or self._case is None or self._case.id != case.id
        self._case, self._zone = case, view.zone
        if case is None:
            self.hide()
            return
        if other:
            self.observed.set_value("")
            self.set_files([])
        locked = bool(record_lock(view.change))
        before = side_of(view.change) is Side.BEFORE
        self.heading.setText(_("Results: {title}").format(title=case.title))
        self.run.setVisible(case.probe is not None and not locked)
        self.run.setText(_("Run now, before the work") if before else _("Run now"))
        self.run.block(busy or view.not_tester)
        for button in self.verdicts.values():
            button.block(view.not_tester)
        self.from_load.setVisible(case.kind is TestKind.LOAD)
        no_load = "" if view.load_words else _("no load tests of both sides yet")
        self.from_load.block(view.not_tester or no_load)
        self._by_hand.setVisible(not locked)
        self.secret.show_case(case, locked=locked)
        self.waiver.show_case(case, view, locked=locked or before)
        newest = tuple(reversed(case.attempts))
        self.attempts.setVisible(bool(newest))
        self.attempts.set_rows(newest)
        self.attempts.fit_height()
        if newest and (other or self.attempts.current is None):
            self.attempts.select(newest[0].at, quiet=True)
        self._on_picked(self.attempts.current if newest else None)
        self.show()  # only now: what is hidden inside would keep its room in the lists around
        self.updateGeometry()

    def set_files(self, files: list[Path]) -> None:
        """Take these files as evidence of the next result."""
        self._files = files
        self._attached.setText(", ".join(path.name for path in files))

    def record(self, result: TestResult, _checked: bool = False) -> None:
        """Record what was seen as the result of the acting person."""
        if self._case is None:
            return
        self.observed.set_error("")
        seen = Seen(result, self.observed.value)
        change = self._editing.view.change.id
        task = deeds.record(self._editing.context, change, self._case.id, seen, self._files)
        task.succeeded.connect(self._on_recorded)
        self._editing.do(task, _("Recorded"))

    @Slot()
    def _on_from_load(self) -> None:
        if self._case is not None:
            change = self._editing.view.change.id
            task = deeds.take_load_result(self._editing.context, change, self._case.id)
            self._editing.do(task, _("Recorded"))

    @Slot(object)
    def _on_recorded(self, _change: object) -> None:
        self.observed.set_value("")
        self.set_files([])

    def _columns(self) -> tuple[Column[Attempt], ...]:
        return (
            Column[Attempt](_("When"), self._when, width=124, tone="ink2"),
            Column[Attempt](
                _("Result"), lambda item: attempt_badge(item.result).word,
                cell=lambda item: Cell((attempt_badge(item.result),)), width=88,
            ),
            Column[Attempt](
                _("Side"), lambda item: _("before") if item.side is Side.BEFORE else _("after"),
                width=60, tone="ink2",
            ),
            Column[Attempt](_("What was seen"), lambda item: item.observed or "–"),
            Column[Attempt](_("Who"), _who, cell=_who_cell, width=104),
            Column[Attempt](
                _("Files"), _files_text, width=64, right=True, tone="ink2",
            ),
        )  # fmt: skip

    def _when(self, item: Attempt) -> str:
        return f"{day(item.at, self._zone)} {clock(item.at, self._zone)}"

    @Slot()
    def _on_run(self) -> None:
        if self._case is not None:
            self.run_wanted.emit(self._case.id)

    @Slot(object)
    def _on_picked(self, attempt: Attempt | None) -> None:
        self.save.setVisible(bool(attempt and attempt.files))
        shown = attempt is not None and attempt.by_probe and bool(attempt.files)
        self.trace.setVisible(shown)
        if attempt is not None and shown:
            services = self._editing.context.services
            self._traces.start(partial(deeds.load_trace, services, attempt))

    @Slot(object)
    def _show_trace(self, lines: tuple[TraceLine, ...]) -> None:
        said = {None: Said.OUTPUT, True: Said.NOTE, False: Said.ERROR}
        marks = {None: "", True: "✓", False: "✗"}
        self.trace.set_lines(
            TranscriptLine(line.text, marks[line.met], said[line.met]) for line in lines
        )
        self.trace.setFixedHeight(_LINE_PX * min(_LINES, len(lines) + 1) + 8)

    @Slot()
    def _on_attach(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(self, _("Evidence of this test"))
        self.set_files([Path(name) for name in names])

    @Slot()
    def _on_save(self) -> None:
        attempt: Attempt | None = self.attempts.current
        if attempt is None:
            return
        for kept in attempt.files:
            name, _kind = QFileDialog.getSaveFileName(self, _("Save evidence"), kept.name)
            if name:
                task = evidence.save_copy(self._editing.context, kept, Path(name))
                task.failed.connect(self._editing.failed)


def _who(item: Attempt) -> str:
    return _("the program") if item.by_probe else item.by


def _who_cell(item: Attempt) -> Cell:
    return Cell((Words(_who(item), "ink2" if item.by_probe else "ink"),))


def _files_text(item: Attempt) -> str:
    if not item.files:
        return "–"
    n = len(item.files)
    return ngettext("{n} file", "{n} files", n).format(n=n)


class SecretPart(QWidget):
    """Keeps the secrets that a probe names in the keyring; they are never shown again."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self.name = ChoiceField(_("Secret the requests name"))
        self.value = LineField(_("Its value, kept in the keyring only"), secret=True)
        self.keep = Button(_("Keep secret"), icon="key", tall=Tall.COMPACT)
        form = Form(2)
        form.add("name", self.name)
        form.add("value", self.value)
        self.setLayout(column(form, row(self.keep, None), gap=8))
        self.keep.clicked.connect(self._on_keep)

    def show_case(self, case: TestCase, *, locked: bool) -> None:
        """Offer the secrets of a test."""
        names = case.probe.secrets if case.probe else ()
        self.setVisible(bool(names) and not locked)
        self.name.set_options([(name, name) for name in names])

    @Slot()
    def _on_keep(self) -> None:
        task = deeds.keep(self._editing.context, self.name.value, self.value.value)
        self.value.set_value("")
        task.failed.connect(self._editing.failed)
        task.succeeded.connect(self._on_kept)

    @Slot(object)
    def _on_kept(self, _nothing: object) -> None:
        self._editing.said.emit(_("Secret kept in the keyring"))


class WaiverPart(QWidget):
    """Accepts by name that a test did not pass."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._case: TestCase | None = None
        self.state = Label(wrap=True)
        self.back = Button(_("Take the waiver back"), Kind.SECONDARY, tall=Tall.COMPACT)
        self.reason = LineField(_("Accepted although it did not pass, because"))
        self.owner = LineField(_("Who sees to it"))
        self.severity = ChoiceField(_("How much it weighs"), choices(SEVERITIES))
        self.waive = Button(_("Waive in my name"), tall=Tall.COMPACT)
        form = Form(2)
        form.add("reason", self.reason, wide=True)
        form.add("owner", self.owner)
        form.add("severity", self.severity)
        self._asks = QWidget()
        left = Qt.AlignmentFlag.AlignLeft
        self._asks.setLayout(column(form, row(WithReason(self.waive, align=left), None), gap=8))
        self._given = QWidget()
        self._given.setLayout(row(self.state, WithReason(self.back)))
        self.setLayout(column(self._given, self._asks, gap=0))
        self.waive.clicked.connect(self._on_waive)
        self.back.clicked.connect(self._on_back)

    def show_case(self, case: TestCase, view: ChangeView, *, locked: bool) -> None:
        """Show the waiver of a test, or ask for one where it can be given."""
        other = self._case is None or self._case.id != case.id
        self._case = case
        if other:
            self.reason.set_value("")
            self.owner.set_value(view.change.implementer)
            self.severity.set_value(case.severity.value)  # a lighter word is somebody's choice
        self._given.setVisible(case.is_waived)
        self.back.setVisible(not locked)
        for button in (self.back, self.waive):
            button.block(view.not_waiver)
        for field in (self.reason, self.owner, self.severity):
            field.setEnabled(not view.not_waiver)
        self._asks.setVisible(not case.is_settled and not locked)
        self.setVisible(case.is_waived or (not case.is_settled and not locked))
        text = _("Waived as {severity} by {name}: {why} {owner} sees to it.")
        self.state.setText(
            text.format(
                severity=case.severity.value,
                name=case.waived_by,
                why=case.waived_reason,
                owner=case.waived_owner or case.waived_by,
            )
        )

    @Slot()
    def _on_waive(self) -> None:
        waiver = Waiver(self.reason.value, self.owner.value, Severity(self.severity.value))
        self._do(waiver, _("Waived"))

    @Slot()
    def _on_back(self) -> None:
        self._do(None, _("Waiver taken back"))

    def _do(self, waiver: Waiver | None, text: str) -> None:
        if self._case is not None:
            change = self._editing.view.change.id
            task: Task = deeds.accept(self._editing.context, change, self._case.id, waiver)
            self._editing.do(task, text)
