"""One set: how well it is proven, what is inside, and what can be done with it."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.backup import BackupSet, CaptureState, Level
from app.i18n import _
from app.wording import bytes_size, duration, moment
from ui.models.backups import ladder, level_badge
from ui.models.rows import RowsModel
from ui.operations.backups import SetView
from ui.pages.backups.rows import OBJECT_COLUMNS
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.fields import LineField
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import add_layout, card, clear, column, panel, row, scrolling
from ui.widgets.levels import LevelLadder
from ui.widgets.table import Rows, Table


class SetDetail(QWidget):
    """Shows a set; its signals say what was wanted."""

    proof_wanted = Signal(object)  # Level
    unpack_wanted = Signal(str)  # folder
    restore_wanted = Signal(str)  # the host's name as typed
    accepted = Signal(str)  # reason

    def __init__(self) -> None:
        super().__init__()
        self._inner = QVBoxLayout()
        self._inner.setContentsMargins(24, 16, 24, 24)
        self._inner.setSpacing(16)
        self._ask = QVBoxLayout()
        self._item: BackupSet | None = None
        self._field: LineField | None = None
        self._typed: TypedConfirmation | None = None
        self.setLayout(column(scrolling(panel(self._inner)), gap=0))

    def show_set(self, view: SetView) -> None:
        """Show another set."""
        item = self._item = view.set
        clear(self._inner)
        self._ask = QVBoxLayout()
        head = row(panel_title(_("{host}").format(host=item.host_name)), None)
        head.addWidget(StateBadge(level_badge(item)))
        add_layout(self._inner, head)
        self._inner.addWidget(LevelLadder(ladder(item, view.zone)))
        add_layout(self._inner, self._buttons(item))
        add_layout(self._inner, self._ask)
        if item.state is CaptureState.PARTIAL and not item.accepted_by:
            self._ask_acceptance()
        self._inner.addWidget(KeyValues(_facts(view), label_width=110))
        self._inner.addWidget(SectionTitle(_("What is inside")))
        table = Table(
            RowsModel(OBJECT_COLUMNS),
            rows=Rows.COMPACT,
            row_id=lambda row_: row_.name,
            name="objects",
        )
        table.set_rows(item.objects)
        table.fit_height()
        self._inner.addWidget(table)
        for warning in [text for one in item.objects for text in one.warnings]:
            self._inner.addWidget(Label(warning, tone="watch", wrap=True))
        self._inner.addStretch(1)

    def _buttons(self, item: BackupSet) -> QVBoxLayout:
        check, drill = Button(_("Prove again to L3")), Button(_("Restore drill, L4"))
        check.clicked.connect(self._on_check)
        drill.clicked.connect(self._on_drill)
        unpack = Button(_("Unpack here"), icon="download")
        unpack.clicked.connect(self._ask_unpack)
        restore = Button(_("Restore on the host"), icon="undo")
        restore.clicked.connect(self._ask_restore)
        if item.missing:
            for button in (check, drill, unpack, restore):
                button.block(_("The set is gone"))
        return column(row(check, drill, unpack, restore, None))

    @Slot()
    def _on_check(self) -> None:
        self.proof_wanted.emit(Level.MATCHES_SOURCE)

    @Slot()
    def _on_drill(self) -> None:
        self.proof_wanted.emit(Level.RESTORED)

    @Slot()
    def _ask_unpack(self) -> None:
        clear(self._ask)
        self._field = LineField(_("Into a new folder"), _("It must not exist yet."))
        self._field.set_value(
            str(Path.home() / f"restore-{self._item.id[:8] if self._item else ''}")
        )
        go = Button(_("Unpack"))
        go.clicked.connect(self._on_unpack)
        self._ask.addWidget(card(column(self._field, row(None, go), margins=(14, 12, 14, 12))))

    @Slot()
    def _on_unpack(self) -> None:
        if self._field:
            self.unpack_wanted.emit(self._field.value)

    @Slot()
    def _ask_restore(self) -> None:
        if self._item is None:
            return
        clear(self._ask)
        titles = ", ".join(one.title for one in self._item.objects if one.kind.value != "facts")
        consequence = Consequence(
            _("Restore on {host}").format(host=self._item.host_name),
            _("Replaced: {what}").format(what=titles),
            lost=_("What was written there since {at} is no longer in use").format(
                at=moment(self._item.sealed_at)
            ),
            kept=_("Kept: the present state, under another name beside it."),
            safety=_("A safety set is taken first"),
        )
        self._typed = TypedConfirmation(consequence, self._item.host_name, _("Restore"))
        self._typed.confirmed.connect(self._on_restore)
        self._ask.addWidget(self._typed)

    @Slot()
    def _on_restore(self) -> None:
        if self._typed:
            self.restore_wanted.emit(self._typed.field.text())

    def _ask_acceptance(self) -> None:
        self._field = LineField(_("Why this incomplete set is enough"), _("Logged with your name."))
        go = Button(_("Accept"))
        go.clicked.connect(self._on_accept)
        self._ask.addWidget(card(column(self._field, row(None, go), margins=(14, 12, 14, 12))))

    @Slot()
    def _on_accept(self) -> None:
        if self._field:
            self.accepted.emit(self._field.value)


def _facts(view: SetView) -> list[tuple[str, str]]:
    item = view.set
    facts = [
        (_("Change"), view.number or "–"),
        (_("Sealed"), moment(item.sealed_at, view.zone, seconds=True)),
        (_("Took"), duration(item.duration_s)),
        (_("Size"), _("{plain}, {stored} stored").format(
            plain=bytes_size(item.plain_bytes), stored=bytes_size(item.stored_bytes))),
        (_("By"), item.by or "–"),
        (_("Restore"), duration(item.restore_s) + _(", measured") if item.restore_s is not None
         else _("never tried")),
        (_("Manifest"), item.manifest_sha256[:16]),
    ]  # fmt: skip
    if item.accepted_by:
        why = f"{item.accepted_by}: {item.accepted_reason}"
        facts.append((_("Accepted"), why))
    last = max(item.verifications, key=lambda one: one.at, default=None)
    if last and last.detail:
        facts.append((_("Last proof"), last.detail))
    return facts
