"""The way back of a set: its sealed plan, what would differ, and the typed confirmation."""

from collections.abc import Iterator

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.backup import BackupSet, SourceKind, StoredObject
from app.domain.ids import HostId
from app.domain.restore import (
    DifferenceKind,
    DifferenceLine,
    HostDifference,
    PlanStep,
    RestoreWish,
    parts_of,
)
from app.i18n import _, ngettext
from app.services.backup.restores import RestorePlan
from app.wording import bytes_size, count, duration, moment
from ui.cells import Badge, Cell, Column, Mark, Words, cell
from ui.models.rows import RowsModel
from ui.operations.restores import Compared
from ui.paint import scaled
from ui.widgets.badges import StateBadge
from ui.widgets.beside import Beside
from ui.widgets.buttons import Button
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.fields import PickField
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, clear, row, tab_after
from ui.widgets.table import Rows, Table

_KINDS = {
    DifferenceKind.NEW: Badge(Mark.WATCH, _("On the host only")),
    DifferenceKind.CHANGED: Badge(Mark.MIXED, _("Changed")),
    DifferenceKind.GONE: Badge(Mark.MISSING, _("In the set only")),
}
_SHOWN = 12
_BY_HAND = (SourceKind.REDIS, SourceKind.MONGODB)
_ALL = RestoreWish()


def _where(line: DifferenceLine) -> Cell:
    """Say the name first, then in which folder: the name is what tells files apart."""
    folder, _slash, name = line.path.rstrip("/").rpartition("/")
    return Cell((name or line.path, Words(folder, "ink2")))


PLAN_COLUMNS = (
    Column[tuple[int, PlanStep]](
        _("Step"),
        lambda item: f"{item[0]}. {item[1].title}",
        cell=lambda item: Cell(
            (f"{item[0]}. {item[1].title}",),
            (Words(item[1].target, "ink2"),),
        ),
    ),
    Column[tuple[int, PlanStep]](
        _("Size"),
        lambda item: bytes_size(item[1].bytes) if item[1].bytes else "",
        width=72,
        right=True,
    ),
    Column[tuple[int, PlanStep]](
        _("About"),
        lambda item: duration(item[1].expected_s) if item[1].expected_s is not None else "",
        width=72,
        right=True,
    ),
)
DIFFERENCE_COLUMNS = (
    Column[DifferenceLine](_("What"), lambda line: line.path, cell=_where),
    Column[DifferenceLine](
        _("How"), lambda line: _KINDS[line.kind].word, cell=lambda line: cell(_KINDS[line.kind]),
        width=148,
    ),
    Column[DifferenceLine](_("Why"), lambda line: line.what, width=128, tone="ink2"),
)  # fmt: skip


class WayBack(QWidget):
    """Shows plan and difference, and asks before anything is put back: all, or what is ticked."""

    compare_wanted = Signal()
    restore_wanted = Signal(str)  # the host's name as typed
    left = Signal()

    def __init__(
        self,
        item: BackupSet,
        wish: RestoreWish = _ALL,
        zone: str = "UTC",
        host: HostId | None = None,
    ) -> None:
        super().__init__()
        self._item, self._zone = item, zone
        self._host = host or item.host
        self._name = item.hosts.get(self._host, item.host_name)
        self._parts = parts_of(item, self._host)
        self._paths = wish.paths
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        options = [(one.name, one.title) for one in self._parts]
        self.choice = PickField(_("What is put back"), options)
        self.choice.set_value(wish.objects or [name for name, _title in options])
        self.choice.edited.connect(self._on_choice)
        self.choice.setVisible(len(options) > 1 and not wish.paths)
        self._layout.addWidget(self.choice)
        self._compared = QVBoxLayout()
        self._compared.setSpacing(8)
        self.button = Button(_("Compare with the host"), icon="scale")
        self.button.clicked.connect(self.compare_wanted)
        self._hint = Label(tone="ink2", wrap=True)
        self._hint.setMinimumWidth(scaled(160))
        self._layout.addWidget(Beside(self.button, self._hint, gap=8))
        add_layout(self._layout, self._compared)
        self._asking = QVBoxLayout()
        self._asking.setSpacing(8)
        add_layout(self._layout, self._asking)
        self._on_choice()

    @property
    def wish(self) -> RestoreWish:
        """What shall be put back; nothing named means all of it."""
        ticked = self.choice.value
        if self._paths or len(ticked) == len(self._parts):
            return RestoreWish(paths=self._paths)
        return RestoreWish(ticked)

    @Slot()
    def _on_choice(self) -> None:
        """Ask anew: what was found and typed was about another choice."""
        clear(self._compared)
        clear(self._asking)
        wanted = bool(self._paths or self.choice.value)
        missing = _("Tick first what shall be put back.")
        self.button.block("" if wanted else missing)
        self._hint.setText(_("Says what would change; changes nothing.") if wanted else missing)
        if not wanted:
            return
        for text, tone in self._notes():
            self._asking.addWidget(Label(text, tone=tone, wrap=True))
        cancel = Button(_("Cancel"))
        cancel.clicked.connect(self.left)
        self.typed = TypedConfirmation(
            self._consequence(self._name),
            f"{self._name} {self._item.short_id}",
            _("Restore on {host}").format(host=self._name),
            others=(cancel,),
        )
        self.typed.confirmed.connect(self._on_confirmed)
        self._asking.addWidget(self.typed)
        tab_after(self.button, self.typed)

    def _chosen(self) -> list[StoredObject]:
        return [one for one in self._parts if one.name in self.choice.value]

    def _notes(self) -> Iterator[tuple[str, str]]:
        """Say what a person has to do besides."""
        if self._paths:
            return
        served = [one.title for one in self._chosen() if one.kind.is_server]
        if served:
            text = _("Stop what uses {what} first: it loses its sessions, or waits, for a moment.")
            yield text.format(what=", ".join(served)), "ink2"
        by_hand = [one.title for one in self._item.of_host(self._host) if one.kind in _BY_HAND]
        if by_hand and not self.wish.objects:
            text = _("Not put back by this, but by hand as the roll-back plan says: {what}")
            yield text.format(what=", ".join(by_hand)), "watch"

    def _consequence(self, name: str) -> Consequence:
        item = self._item
        titles = ", ".join(self._paths or [one.title for one in self._chosen()])
        return Consequence(
            _("Restore on {host}").format(host=name),
            _("Replaced from the set {set} of {at}: {what}").format(
                set=item.short_id, at=moment(item.sealed_at, self._zone), what=titles
            ),
            lost=_("What was written there since {at} is no longer in use").format(
                at=moment(item.sealed_at, self._zone)
            ),
            kept=_("Kept until you confirm: the present state, under another name beside it."),
            safety=_("A safety set is taken and proven first"),
        )

    def show_difference(self, compared: Compared) -> None:
        """Show what was found."""
        found = compared.difference
        clear(self._compared)
        mark = Badge(Mark.GOOD, _("Nothing differs")) if found.is_none else None
        words = StateBadge(mark) if mark else Label(_sentence(found), wrap=True)
        at = Label(moment(found.at, self._zone, seconds=True), tone="ink2")
        if mark:
            add_layout(self._compared, row(words, None, at))
        else:
            self._compared.addWidget(words)
        if found.lines:
            table = Table(
                RowsModel(DIFFERENCE_COLUMNS),
                rows=Rows.COMPACT,
                row_id=lambda line: (line.kind, line.path),
                name="difference",
            )
            table.set_rows(found.lines[:_SHOWN])
            table.fit_height()
            self._compared.addWidget(table)
        for text in found.unknown:
            self._compared.addWidget(
                Label(_("Not compared: {what}").format(what=text), tone="watch", wrap=True)
            )
        self._compared.addWidget(Label(_foot(found), tone="ink2", wrap=True))

    @Slot()
    def _on_confirmed(self) -> None:
        self.restore_wanted.emit(self._name)  # typed, with the set: the box made sure


def _sentence(found: HostDifference) -> str:
    return _("{new} only on the host, {changed} changed, {gone} only in the set.").format(
        new=count(found.count(DifferenceKind.NEW)),
        changed=count(found.count(DifferenceKind.CHANGED)),
        gone=count(found.count(DifferenceKind.GONE)),
    )


def _foot(found: HostDifference) -> str:
    more = sum(found.counts.values()) - min(len(found.lines), _SHOWN)
    parts = [_("and {n} more").format(n=count(more))] if more > 0 else []
    parts.append(_("{n} equal").format(n=count(found.same)))
    return "; ".join([*parts, found.basis])


def plan_table(plan: RestorePlan) -> QWidget:
    """Return the steps of a plan as a table that is as high as it is."""
    steps = tuple(enumerate(plan.steps, start=1))
    table = Table(RowsModel(PLAN_COLUMNS), rows=Rows.STEP, row_id=lambda item: item[0], name="plan")
    table.set_rows(steps)
    table.fit_height()
    return table


def plan_note(plan: RestorePlan) -> str:
    """Say how long a plan takes, and how that is known."""
    steps = ngettext("{n} step", "{n} steps", len(plan.steps)).format(n=len(plan.steps))
    how = _("measured in a drill here") if plan.time.measured else _("by the time of its capture")
    return _("{steps}, about {time} {how}").format(
        steps=steps, time=duration(plan.time.seconds), how=how
    )
