"""One set: how well it is proven, what is inside, the way back, and how long it stays."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.backup import BackupSet, CaptureState, Level
from app.domain.restore import RestoreWish
from app.i18n import _
from app.services.backup.restores import RestorePlan
from app.services.backup.retention import why_words
from app.wording import bytes_size, duration, moment
from ui.models.backups import ladder, level_badge, proofs
from ui.models.rows import RowsModel
from ui.operations.backups import SetView
from ui.operations.restores import Compared
from ui.pages.backups.asking import Asking
from ui.pages.backups.parts import HostPart
from ui.pages.backups.putting import WayBack, plan_note, plan_table
from ui.pages.backups.rows import object_columns
from ui.pages.backups.settle import SettleCard
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, WithReason
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.flow import Flow
from ui.widgets.fold import Fold
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import add_layout, clear, column, keep_back, panel, row, scrolling
from ui.widgets.levels import LevelLadder
from ui.widgets.set_copies import SetCopies
from ui.widgets.table import Rows, Table

_ALL = RestoreWish()


class SetDetail(QWidget):
    """Shows a set; its signals say what was wanted."""

    proof_wanted = Signal(object)  # Level
    unpack_wanted = Signal(str)  # folder
    restore_wanted = Signal(str, object)  # the host's name as typed, RestoreWish
    compare_wanted = Signal(object)  # RestoreWish
    inside_wanted = Signal()
    accepted = Signal(str)  # reason
    hold_wanted = Signal(str)  # reason; "" releases
    bin_wanted = Signal(str)  # reason
    take_out_wanted = Signal()
    host_picked = Signal()
    settling = Signal(object)  # a `SettleCard` whose signals somebody must hear
    copying = Signal(object, object)  # a `SetCopies` that somebody must hear, and its set

    def __init__(self) -> None:
        super().__init__()
        self._inner = QVBoxLayout()
        self._inner.setContentsMargins(24, 16, 24, 24)
        self._inner.setSpacing(16)
        self.asking = Asking()
        keep_back(self, self.asking)
        self._view: SetView | None = None
        self._plan: Fold | None = None
        self._plan_steps: RestorePlan | None = None
        self.part: HostPart | None = None
        """The host that is looked into, compared and put back."""
        self.setLayout(column(scrolling(panel(self._inner)), gap=0))

    def show_set(self, view: SetView) -> None:
        """Show another set."""
        if view == self._view and self.asking.box is not None:
            return  # what somebody is typing stays while nothing about the set has changed
        item, self._view = view.set, view
        clear(self._inner)
        self.asking = Asking()
        head = row(panel_title(item.host_name), None)
        head.addWidget(StateBadge(level_badge(item)))
        add_layout(self._inner, head)
        self._inner.addWidget(LevelLadder(ladder(item, view.zone)))
        self.part = HostPart(item, self.part.host if self.part else None)
        self._inner.addWidget(self.part)
        self.part.edited.connect(self._on_host)
        self._inner.addWidget(self._buttons(item))
        self._inner.addWidget(self.asking)
        for restore in view.restores:
            box = SettleCard(restore, view.zone)
            self._inner.addWidget(box)
            self.settling.emit(box)
        if item.state is CaptureState.PARTIAL and not item.is_accepted:
            self._ask_acceptance()
        self._inner.addWidget(KeyValues(_facts(view), label_width=110))
        self._show_objects(item)
        self._plan = Fold(_("Roll-back plan"), self._plan_content)
        self._inner.addWidget(self._plan)
        self._inner.addWidget(SectionTitle(_("How long it stays")))
        self._inner.addWidget(Label(_staying(view), wrap=True))
        self._inner.addWidget(self._keeping_buttons(item))
        if item.is_present:
            self._inner.addWidget(SectionTitle(_("In another place")))
            copies = SetCopies()
            copies.offer(item, view.hosts)
            copies.show_copies(item, view.zone)
            self._inner.addWidget(copies)
            self.copying.emit(copies, item)
        self._inner.addStretch(1)

    @property
    def way_back(self) -> WayBack | None:
        """What asks whether something shall be put back, while it does."""
        return self.asking.box if isinstance(self.asking.box, WayBack) else None

    def show_plan(self, plan: RestorePlan) -> None:
        """Show the plan that was sealed with the set."""
        self._plan_steps = plan
        if self._plan is not None:
            self._plan.set_note(plan_note(plan))

    def show_difference(self, compared: Compared) -> None:
        """Show what a restore would change, if it is still asked for."""
        if self.way_back is not None and compared.wish == self.way_back.wish:
            self.way_back.show_difference(compared)

    def ask_restore(self, wish: RestoreWish = _ALL) -> None:
        """Ask, with its consequence, whether the set or some of it shall be put back."""
        if self._view is None:
            return
        way = WayBack(self._view.set, wish, self._view.zone, self.part.host if self.part else None)
        way.compare_wanted.connect(self._on_compare)
        way.restore_wanted.connect(self._on_restore)
        way.left.connect(self.asking.leave)
        self.asking.put(way)
        way.button.setFocus()

    def _plan_content(self) -> QWidget:
        plan = self._plan_steps
        return plan_table(plan) if plan is not None else Label(_("The plan is not readable."))

    def _show_objects(self, item: BackupSet) -> None:
        self._inner.addWidget(SectionTitle(_("What is inside")))
        table = Table(
            RowsModel(object_columns(several=len(item.hosts) > 1)),
            rows=Rows.STEP,
            row_id=lambda row_: row_.name,
            name="objects",
        )
        table.columns_fit.yields = (2,)  # how many members: size and state say more
        table.set_rows(item.objects)
        table.fit_height()
        self._inner.addWidget(table)
        for warning in [text for one in item.objects for text in one.warnings]:
            self._inner.addWidget(Label(warning, tone="watch", wrap=True))

    def _buttons(self, item: BackupSet) -> Flow:
        inside = Button(_("Look inside"), icon="folder-open")
        inside.clicked.connect(self.inside_wanted)
        check, drill = Button(_("Prove again to L3")), Button(_("Restore drill, L4"))
        check.clicked.connect(self._on_check)
        drill.clicked.connect(self._on_drill)
        unpack = Button(_("Unpack here"), icon="download")
        unpack.clicked.connect(self._ask_unpack)
        restore = Button(_("Restore on the host"), icon="undo")
        restore.clicked.connect(self._on_ask_restore)
        if item.missing:
            for button in (inside, check, drill, unpack, restore):
                button.block(_("The set is gone"))
        return Flow((inside, unpack, restore, check, drill))

    def _keeping_buttons(self, item: BackupSet) -> Flow:
        if item.binned_at is not None:
            out = Button(_("Take out of the bin"), icon="undo")
            out.clicked.connect(self.take_out_wanted)
            return Flow((out,))
        hold = Button(_("Release the hold") if item.held_by else _("Hold"), icon="shield")
        hold.clicked.connect(self._ask_hold)
        away = Button(_("Put in the bin"), icon="trash")
        away.clicked.connect(self._ask_bin)
        decision = self._view.decision if self._view else None
        if decision is not None and decision.firm:
            away.block(_("It is needed"))
        return Flow((hold, WithReason(away, align=Qt.AlignmentFlag.AlignLeft)))

    @Slot()
    def _on_host(self) -> None:
        self.asking.leave()
        self.host_picked.emit()

    @Slot()
    def _on_check(self) -> None:
        self.proof_wanted.emit(Level.MATCHES_SOURCE)

    @Slot()
    def _on_drill(self) -> None:
        self.proof_wanted.emit(Level.RESTORED)

    @Slot()
    def _on_ask_restore(self) -> None:
        self.ask_restore()

    @Slot()
    def _on_compare(self) -> None:
        if self.way_back is not None:
            self.compare_wanted.emit(self.way_back.wish)

    @Slot(str)
    def _on_restore(self, typed: str) -> None:
        if self.way_back is not None:
            self.restore_wanted.emit(typed, self.way_back.wish)

    @Slot()
    def _ask_unpack(self) -> None:
        number = self._view.set.id[:8] if self._view else ""
        box = self.asking.line(_("Into a new folder"), _("It must not exist yet."), _("Unpack"))
        box.field.set_value(str(Path.home() / f"restore-{number}"))
        box.answered.connect(self.unpack_wanted)

    @Slot()
    def _ask_hold(self) -> None:
        if self._view and self._view.set.held_by:
            self.hold_wanted.emit("")
            return
        hint = _("It stays whatever the rules say.")
        box = self.asking.line(_("Why it must stay"), hint, _("Hold"))
        box.answered.connect(self.hold_wanted)

    @Slot()
    def _ask_bin(self) -> None:
        hint = _("It can be taken out again until it is removed for good.")
        box = self.asking.line(_("Why it may go"), hint, _("Put in the bin"))
        box.answered.connect(self.bin_wanted)

    def _ask_acceptance(self) -> None:
        label = _("Why this incomplete set is enough")
        box = self.asking.line(label, _("Logged with your name."), _("Accept"))
        box.answered.connect(self.accepted)


def _staying(view: SetView) -> str:
    item = view.set
    if item.binned_at is not None:
        return _("In the bin since {at}, by {who}: {why}. Removed for good after {end}.").format(
            at=moment(item.binned_at, view.zone),
            who=item.binned_by,
            why=item.binned_reason.rstrip("."),
            end=moment(view.purge_at, view.zone),
        )
    if view.decision is None:
        return _("It is not in the vault.")
    if view.decision.goes:
        return _("No rule keeps it: it goes to the bin with the next retention.")
    held = f" {item.held_by}: {item.held_reason}." if item.held_by else ""
    return _("It stays: {why}.").format(why=why_words(view.decision, view.zone)) + held


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
        (_("Set"), item.id),
        (_("Manifest"), item.manifest_sha256[:16]),
    ]  # fmt: skip
    if item.accepted_by:
        why = f"{item.accepted_by}: {item.accepted_reason}"
        if item.acceptance_lost:
            lost = _("{why} (the record of it is missing from the vault: it counts no more)")
            why = lost.format(why=why)
        facts.append((_("Accepted"), why))
    return [*facts, *proofs(item)]
