"""Backups that other systems keep for open changes: claimed, not measured here."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.services.backup.external_list import ClaimedBackup, OtherSystems
from app.services.backup.external_words import CHECKS, system_name, worth
from app.wording import bytes_size, duration, moment
from ui.cells import Cell, Column, Words
from ui.models.backups import claim_badge
from ui.models.rows import RowsModel
from ui.operations import external_backups
from ui.tasks import Latest
from ui.widgets.buttons import Button, WithReason, icon_button
from ui.widgets.facts import KeyValues
from ui.widgets.fields import ChoiceField
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import MARGIN, add_layout, column, row
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext


LEFT = Qt.AlignmentFlag.AlignLeft


class OthersPanel(QWidget):
    """Lists the references, says what the gate makes of each, and leads to where one is recorded.

    A reference stands for something a plan names; so it is recorded, restored and withdrawn in its
    change, by the one form that knows the plan.
    """

    left = Signal()
    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._zone = "UTC"
        self._rows = Latest(context.tasks, self)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.failed)
        back = icon_button("arrow-left", _("Back to the set"))
        back.clicked.connect(self.left)
        self._note = Label(
            _(
                "Claimed, not measured here: nothing of these was read by this program. The gate"
                " believes a reference up to its level, and says so in the report."
            ),
            tone="ink2",
            wrap=True,
        )
        self._empty = Label(tone="ink2", wrap=True)
        columns = (Column[ClaimedBackup](_("Reference"), _spoken, cell=self._cell),)
        self.table = Table(
            RowsModel(columns), rows=Rows.TWO_LINES, header=False, name="others", margin=MARGIN,
            row_id=lambda one: one.item.id,
        )  # fmt: skip
        self.table.setAccessibleName(_("Backups of other systems"))
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_open)
        self.facts = KeyValues(label_width=110)
        self.open = Button(_("Open its change"), icon="folder-open")
        self.open.clicked.connect(self._on_open)
        self.change = ChoiceField(
            _("Record one for"), hint=_("Opens the backup of the change, where its plan stands.")
        )
        self.record = Button(_("Record one…"), icon="plus")
        self.record.clicked.connect(self._on_record)
        head = row(back, panel_title(_("Backups of other systems")), None)
        above = column(head, self._note, self._empty, gap=12, margins=(24, 16, 24, 12))
        below = column(
            self.facts, row(self.open, None), self.change, WithReason(self.record, align=LEFT),
            gap=12, margins=(24, 12, 24, 16),
        )  # fmt: skip
        self._blank = QWidget()
        layout = column(gap=0)
        add_layout(layout, above)
        layout.addWidget(self.table, 1)
        add_layout(layout, below)
        layout.addWidget(self._blank, 1)
        self.setLayout(layout)
        self._on_picked(None)

    @property
    def busy(self) -> bool:
        """Whether the references are being read."""
        return self._rows.busy

    def reload(self) -> None:
        """Read the references again."""
        services = self._context.services
        self._zone = services.settings.zone
        self._rows.start(lambda: external_backups.load_all(services))

    @Slot(object)
    def _show(self, found: OtherSystems) -> None:
        self._empty.setText(
            ""
            if found.claims
            else _("None for an open change yet. Those of closed changes stay with them.")
        )
        self._empty.setVisible(not found.claims)
        self.table.setVisible(bool(found.claims))
        self._blank.setVisible(not found.claims)
        self.table.set_rows(found.claims)
        self.table.select_first()
        self._on_picked(self.table.current)
        self.change.set_options([(str(key), name) for key, name in found.changes])
        self.change.setVisible(bool(found.changes))
        self.record.block("" if found.changes else _("no open change has a backup plan"))

    def _cell(self, one: ClaimedBackup) -> Cell:
        item = one.item
        size = bytes_size(item.size_bytes) if item.size_bytes is not None else _("size not known")
        return Cell(
            (Words(system_name(item), weight=600), Words(one.number, "ink2")),
            (claim_badge(item, one.needed), Words(item.identifier, "ink2")),
            end=Words(moment(item.taken_at, self._zone), "ink2"),
            below_end=Words(size, "ink2"),
        )

    @Slot(object)
    def _on_picked(self, one: ClaimedBackup | None) -> None:
        self.facts.setVisible(one is not None)
        self.open.setVisible(one is not None)
        if one is not None:
            self.facts.set_facts(_facts(one, self._zone))

    @Slot()
    def _on_open(self) -> None:
        if self.table.current is not None:
            self._go(str(self.table.current.change))

    @Slot()
    def _on_record(self) -> None:
        self._go(self.change.value)

    def _go(self, change_id: str) -> None:
        self._context.navigation.go("changes", f"{change_id}/backup")


def _spoken(one: ClaimedBackup) -> str:
    return f"{system_name(one.item)}, {one.number}, {claim_badge(one.item, one.needed).word}"


def _facts(one: ClaimedBackup, zone: str) -> list[tuple[str, str]]:
    item = one.item
    checked = _(CHECKS[item.checked])
    if item.checked_by:
        checked = _("{how}, by {who}: {what}").format(
            how=checked, who=item.checked_by, what=item.check
        )
    facts = [(_("Change"), f"{one.number} {one.title}"), (_("Worth"), worth(item))]
    facts += [(_("At the gate"), f"{part.source.title}: {part.sentence}")
              for part in one.consequences]  # fmt: skip
    facts.append((_("Checked"), checked))
    if item.proof is not None:
        proof = _("{file}, SHA-256 {hash}").format(
            file=item.proof.name, hash=item.proof.sha256[:12]
        )
        facts.append((_("Evidence"), proof))
    if item.drill is not None:
        told = _("{time} in {where}, told by {who}, {at}").format(
            time=duration(item.drill.duration_s), where=item.drill.where, who=item.drill.by,
            at=moment(item.drill.at, zone),
        )  # fmt: skip
        facts.append((_("Restored"), told))
    return facts
