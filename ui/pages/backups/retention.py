"""What retention would do now: what goes, why the rest stays, and what lies in the bin."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.backup import BackupSet
from app.domain.retention import Decision
from app.i18n import _, ngettext
from app.services.backup.retention import RetentionPreview, why_words
from app.wording import bytes_size, duration, moment
from ui.cells import Badge, Cell, Column, Group, Mark, Words
from ui.models.backups import names_of
from ui.models.rows import RowsModel
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, WithReason, icon_button
from ui.widgets.cells import PAD
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import add_layout, clear, column, row
from ui.widgets.table import Rows, Table

Shown = Decision | BackupSet
_BESIDE = (PAD, 0, PAD, 0)
"""What stands beside the rows keeps the space that they keep before their words."""


def _columns(zone: str, seen: RetentionPreview) -> tuple[Column[Shown], ...]:
    def item_of(shown: Shown) -> BackupSet:
        return shown.set if isinstance(shown, Decision) else shown

    def why(shown: Shown) -> str:
        if isinstance(shown, BackupSet):
            at = moment(seen.purge_at(shown), zone)
            return _("Removed for good after {at}").format(at=at)
        if shown.goes:
            return _("Nothing keeps it")
        text, _more, rest = why_words(shown, zone).partition("; ")
        more = rest.count("; ") + 1 if rest else 0
        others = ngettext(", and {n} more reason", ", and {n} more reasons", more).format(n=more)
        return text[:1].upper() + text[1:] + (others if more else "")

    def number(shown: Shown) -> str:
        change = item_of(shown).change
        return seen.numbers.get(change, "") if change else ""

    def what(shown: Shown) -> str:
        item = item_of(shown)
        titles = [names_of(one.title) for one in item.objects if one.kind.value != "facts"]
        return ", ".join(titles)

    return (
        Column[Shown](
            _("Set"),
            lambda shown: f"{item_of(shown).host_name}, {why(shown)}",
            cell=lambda shown: Cell(
                (
                    Words(item_of(shown).host_name, weight=600),
                    Words(number(shown), "ink2"),
                    Words(what(shown), "ink2"),
                ),
                (Words(why(shown), "ink2"),),
                end=Words(moment(item_of(shown).sealed_at, zone), "ink2"),
                below_end=Words(bytes_size(item_of(shown).stored_bytes), "ink2"),
            ),
        ),
    )


class RetentionPanel(QWidget):
    """Shows a preview; its signals say what was wanted."""

    left = Signal()
    apply_wanted = Signal()
    take_out_wanted = Signal(str)  # id of a set

    def __init__(self) -> None:
        super().__init__()
        self._words = QVBoxLayout()
        self._words.setSpacing(12)
        self._words.setContentsMargins(*_BESIDE)
        self._inner = QVBoxLayout()
        self._inner.setSpacing(12)
        self._table: Table | None = None
        self.apply = Button(_("Put in the bin"), Kind.DANGER, icon="trash")
        self.apply.clicked.connect(self.apply_wanted)
        self.take_out = Button(_("Take out of the bin"), icon="undo")
        self.take_out.clicked.connect(self._on_take_out)
        back = icon_button("arrow-left", _("Back to the set"))
        back.clicked.connect(self.left)
        layout = column(
            row(back, panel_title(_("Retention")), None, margins=_BESIDE),
            gap=12,
            margins=(24 - PAD, 16, 24 - PAD, 16),
        )
        add_layout(layout, self._words)
        add_layout(layout, self._inner, 1)
        add_layout(layout, row(None, self.take_out, WithReason(self.apply), margins=_BESIDE))
        self.setLayout(layout)

    def show_preview(self, seen: RetentionPreview, zone: str) -> None:
        """Show what would go first, then the bin, then what stays and why."""
        clear(self._words)
        clear(self._inner)
        if seen.doubt:
            self._words.addWidget(StateBadge(Badge(Mark.BAD, _("The clock is in doubt"))))
            self._words.addWidget(Label(seen.doubt, tone="bad", wrap=True))
        self._words.addWidget(Label(_rules(seen), tone="ink2", wrap=True))
        reason = seen.doubt or ("" if seen.going else _("Every backup is needed"))
        self.apply.block(reason)
        table = self._table = Table(
            RowsModel(_columns(zone, seen)),
            rows=Rows.TWO_LINES,
            header=False,
            row_id=_id_of,
            name="retention",
        )
        table.set_rows(_grouped(seen))
        table.picked.connect(self._on_picked)
        self._inner.addWidget(table, 1)
        self._on_picked(None)

    @Slot(object)
    def _on_picked(self, shown: Shown | None) -> None:
        self.take_out.setVisible(isinstance(shown, BackupSet))

    @Slot()
    def _on_take_out(self) -> None:
        if self._table and isinstance(self._table.current, BackupSet):
            self.take_out_wanted.emit(self._table.current.id)


def _id_of(shown: Shown) -> str:
    return shown.set.id if isinstance(shown, Decision) else shown.id


def _grouped(seen: RetentionPreview) -> list[Shown | Group]:
    staying = [item for item in seen.decisions if not item.goes]
    going = ngettext("{n} set", "{n} sets", len(seen.going)).format(n=len(seen.going))
    rows: list[Shown | Group] = []
    if seen.going:
        freed = bytes_size(seen.freed_bytes)
        rows += [Group(_("Would go"), f"{going}, {freed}"), *seen.going]
    if seen.binned:
        rows += [Group(_("In the bin"), str(len(seen.binned))), *seen.binned]
    if staying:
        rows += [Group(_("Stays"), str(len(staying))), *staying]
    return rows


def _rules(seen: RetentionPreview) -> str:
    rules = seen.rules
    day = 86400.0
    return _(
        "The newest {n} of each host and thing stay; those of a change {closed} beyond its close or"
        " last report; others {loose}. An open change, a hold, an open restore and the newest"
        " proven copy of anything are never touched. The bin keeps a set {bin} before its end."
    ).format(
        n=rules.keep_last,
        closed=duration(rules.days_after_close * day),
        loose=duration(rules.days_without_change * day),
        bin=duration(rules.bin_hours * 3600),
    )
