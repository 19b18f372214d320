"""Backups of other systems: references of a change, what each counts for, and its evidence."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout

from app.domain.change import ChangeState
from app.domain.external_backup import ExternalBackup
from app.i18n import _, ngettext
from app.services.backup.external_words import CHECKS, system_name, worth
from app.services.backup.restic.driving import way_back
from app.services.backup.restic.way_back import lines_of
from app.wording import bytes_size, clock, day, duration, moment
from ui.cells import Cell, Column, Words
from ui.models.backups import claim_badge
from ui.models.rows import RowsModel
from ui.operations import external_backups
from ui.operations.changes import ChangeView
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing
from ui.pages.changes.external_form import DrillForm, ReferenceForm
from ui.pages.changes.restic import ResticPart
from ui.pages.changes.tab import Part
from ui.widgets.buttons import Button, Tall
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import column, row
from ui.widgets.table import Rows, Table

_OVER = (ChangeState.CLOSED, ChangeState.CANCELED)


class ExternalPart(Part):
    """The references of a change; its forms are built when they are first wanted."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._view: ChangeView | None = None
        self.reference: ReferenceForm | None = None
        self.drill: DrillForm | None = None
        self.add = Button(_("Record one"), icon="plus", tall=Tall.COMPACT)
        self.add.clicked.connect(self._on_add)
        self.restic = ResticPart(editing)
        self._title = SectionTitle(_("Backups of other systems"), end=self.add)
        self._empty = Label(
            _(
                "None. What Veeam, Borg or a snapshot keeps can be recorded here with its evidence;"
                " it counts as claimed, never as proven."
                " Where a host has restic, it can be run from here."
            ),
            tone="ink2",
            wrap=True,
        )
        columns = (Column[ExternalBackup](_("Reference"), self._text, cell=self._cell),)
        self.table = Table(
            RowsModel(columns), rows=Rows.TWO_LINES, header=False, row_id=lambda item: item.id
        )
        self.table.setAccessibleName(_("Backups of other systems"))
        self.table.picked.connect(self._on_picked)
        self.worth = Label(tone="ink2", wrap=True)
        self.facts = KeyValues(label_width=84)
        self.restored = Button(_("Record a restore"), icon="undo", tall=Tall.COMPACT)
        self.restored.clicked.connect(self._on_restored)
        self.withdraw = Button(_("Withdraw"), icon="x", tall=Tall.COMPACT)
        self.withdraw.clicked.connect(self._on_withdraw)
        self._forms = QVBoxLayout()
        self._forms.setContentsMargins(0, 0, 0, 0)
        self._deeds = row(self.restic.drill, self.restored, self.withdraw, None)
        parts = (self._title, self._empty, self.table, self.worth, self.facts)
        self.setLayout(column(*parts, self._deeds, self._forms, self.restic))

    def show_view(self, view: ChangeView) -> None:
        """List the references of a change."""
        self._view = view
        found = view.change.external_backups
        n = len(found)
        self._title.set_note(
            ngettext("{n} reference", "{n} references", n).format(n=n) if n else ""
        )
        self._empty.setVisible(not found)
        self.table.setVisible(bool(found))
        self.table.set_rows(tuple(reversed(found)))
        self.table.fit_height()
        self.table.select_first()
        over = view.change.state in _OVER
        nothing = "" if view.change.backup_plan else _("the plan names nothing it could stand for")
        self.add.block(_("the change is over") if over else nothing)
        self.restic.show_view(view, _("the change is over") if over else nothing)
        self._on_picked(self.table.current)

    def _text(self, item: ExternalBackup) -> str:
        return f"{system_name(item)}, {item.name}, {claim_badge(item).word}"

    def _cell(self, item: ExternalBackup) -> Cell:
        zone = self._view.zone if self._view else "UTC"
        risk = self._view.change.risk if self._view else None
        badge = claim_badge(item, risk.required_backup if risk else None)
        size = bytes_size(item.size_bytes) if item.size_bytes is not None else _("size not known")
        return Cell(
            (Words(system_name(item), weight=500), Words(item.name, "ink2")),
            (badge,),
            end=Words(f"{day(item.taken_at, zone)} {clock(item.taken_at, zone)}", "ink2"),
            below_end=Words(size, "ink2"),
        )

    @Slot(object)
    def _on_picked(self, item: ExternalBackup | None) -> None:
        for part in (self.worth, self.facts, self.restored, self.withdraw):
            part.setVisible(item is not None)
        self.restic.pick(item)
        if item is None or self._view is None:
            return
        self.worth.setText(worth(item))
        self.facts.set_facts(_facts(item, self._view))
        over = self._view.change.state in _OVER or not item.stands
        reason = _("it no longer counts") if over else ""
        self.withdraw.block(reason)
        unchecked = "" if item.level is not None or item.drills else _("nobody has checked it")
        self.restored.block(reason or unchecked)

    @Slot()
    def _on_add(self) -> None:
        if self._view is None:
            return
        if self.reference is None:
            self.reference = ReferenceForm()
            self.reference.wanted.connect(self._on_record)
            self._forms.addWidget(self.reference)
        self.reference.prepare(self._view)
        self.reference.show()
        self.reference.identifier.setFocus()

    @Slot()
    def _on_record(self) -> None:
        form, view = self.reference, self._view
        if form is None or view is None or (item := form.read()) is None:
            return
        task = external_backups.record(
            self._editing.context, view.change.id, item, form.file.value.strip()
        )
        task.succeeded.connect(form.hide)
        self._editing.do(task, _("Recorded"))

    @Slot()
    def _on_restored(self) -> None:
        if self._view is None:
            return
        if self.drill is None:
            self.drill = DrillForm()
            self.drill.wanted.connect(self._on_drilled)
            self._forms.addWidget(self.drill)
        self.drill.prepare(self._view)
        self.drill.show()

    @Slot()
    def _on_drilled(self) -> None:
        form, view, item = self.drill, self._view, self.table.current
        if form is None or view is None or item is None or (report := form.read()) is None:
            return
        task = external_backups.record_drill(
            self._editing.context, view.change.id, item, report, form.file.value.strip()
        )
        task.succeeded.connect(form.hide)
        self._editing.do(task, _("Recorded"))

    @Slot()
    def _on_withdraw(self) -> None:
        view, item = self._view, self.table.current
        if view is None or item is None:
            return

        def answer(reason: str) -> None:
            task = external_backups.withdraw(self._editing.context, view.change.id, item, reason)
            self._editing.do(task, _("Withdrawn"))

        heading = _("Withdraw the reference to {id}").format(id=item.identifier)
        text = _("It stays on record and counts for nothing from now on.")
        self._editing.ask(Question(heading, text, _("Withdraw"), answer, _("Why")))


def _facts(item: ExternalBackup, view: ChangeView) -> list[tuple[str, str]]:
    covered = "; ".join(f"{view.host_name(one.host)}: {one.title}" for one in item.covers)
    checked = _(CHECKS[item.checked])
    if item.checked_by:
        checked = (
            f"{checked}. {item.check} ({item.checked_by}, {moment(item.checked_at, view.zone)})"
        )
    facts = [(_("Stands for"), covered), (_("Checked"), checked)]
    if item.driven:
        facts.insert(1, (_("Kept in"), item.repository))
    if item.scope:
        facts.insert(1, (_("Holds"), item.scope))
    if item.proof is not None:
        facts.append((_("Evidence"), f"{item.proof.name}, SHA-256 {item.proof.sha256[:12]}"))
    facts += [
        (
            _("Restored") if drill.passed else _("Not restored"),
            f"{moment(drill.at, view.zone)}, {duration(drill.duration_s)}, {drill.where}; "
            f"{drill.compared} ({drill.by}); {drill.proof.name}, SHA-256 {drill.proof.sha256[:12]}",
        )
        for drill in item.drills
    ]
    steps = way_back(view.change, item, view.host_name(item.covers[0].host))
    facts += [(_("Way back"), "\n".join(lines_of(steps)))] if steps else []
    facts.append((_("Recorded"), f"{item.recorded_by}, {moment(item.recorded_at, view.zone)}"))
    return facts
