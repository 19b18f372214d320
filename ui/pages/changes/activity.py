"""Document: everything that happened to a change, filtered, searched, pinned, remarked on."""

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget

from app.domain.event import Actor
from app.i18n import _, ngettext
from app.services.activity import Activity, Entry, FieldChange
from app.services.search.spelling import folded
from app.wording import clock, count, day
from ui.cells import Cell, Column, Mini, Piece, Words
from ui.format import literal
from ui.models.events import GROUPS, belongs, event_icon
from ui.models.rows import RowsModel
from ui.operations import activity
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.entry import EntryCard, InsertForm
from ui.pages.changes.tab import Tab
from ui.tasks import Latest
from ui.widgets.buttons import Button, Tall
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import Combo
from ui.widgets.layout import add_layout, row
from ui.widgets.search import FilterChips, SearchField
from ui.widgets.table import Table

PINNED, FIELDS = len(GROUPS), len(GROUPS) + 1
_ANYBODY, _PEOPLE, _PROGRAM = "", "human", "system"


class ActivityTab(Tab):
    """Newest first; what was written down later stands where it happened."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing, scrolls=False)
        self.body.setSpacing(10)
        self._view: ChangeView | None = None
        self._activity = Activity((), (), ())
        self.write = Button(_("Write an entry"), icon="plus", tall=Tall.COMPACT)
        self.title = SectionTitle(_("Activity"), end=self.write)
        names = [*(_(name) for name, _starts in GROUPS), _("Pinned"), _("Fields")]
        self.chips = FilterChips(names, wraps=True)
        self.search = SearchField(_("Text"), keys="")
        self.search.setMaximumWidth(180)
        self.who = Combo()
        self.who.setAccessibleName(_("Who wrote it"))
        self.table = Table(RowsModel(self._columns()))
        self.table.setAccessibleName(_("Log entries"))
        self.fields = Table(RowsModel(self._field_columns()))
        self.fields.setAccessibleName(_("Fields that were altered"))
        self.lists = QStackedWidget()
        self.card, self.form = EntryCard(editing), InsertForm(editing)
        self.form.hide()
        for table in (self.table, self.fields):
            table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.lists.addWidget(table)
        self.body.addWidget(self.title)
        self.body.addWidget(self.form)
        self.body.addWidget(self.chips)
        add_layout(self.body, row(self.who, self.search, None))
        self.body.addWidget(self.lists, 1)
        self.body.addWidget(self.card)
        margins = self.body.contentsMargins()
        margins.setBottom(12)
        self.body.setContentsMargins(margins)
        self._loads = Latest(editing.context.tasks, self)
        self._connect()

    def _connect(self) -> None:
        self._loads.loaded.connect(self._show)
        self._loads.failed.connect(self.editing.failed)
        self.chips.chosen.connect(self._filter)
        self.search.wanted.connect(self._filter)
        self.who.activated.connect(self._filter)
        self.table.picked.connect(self._on_picked)
        self.fields.picked.connect(self._on_picked)
        self.write.clicked.connect(self.form.start)
        self.card.written.connect(self._reload)
        self.form.written.connect(self._reload)

    def show_view(self, view: ChangeView) -> None:
        """Show the entries of a change; they are read in the background."""
        other = self._view is None or self._view.change.id != view.change.id
        self._view = view
        if other:
            self._show(Activity((), (), ()))
            self.form.hide()
        self._reload()

    @Slot()
    def _reload(self) -> None:
        if self._view is not None:
            services = self.editing.context.services
            self._loads.start(partial(activity.load, services, self._view.change.id))

    @Slot(object)
    def _show(self, found: Activity) -> None:
        self._activity = found
        chosen = self.who.currentData()
        self.who.clear()
        for value, text in (
            (_ANYBODY, _("Anybody")), (_PEOPLE, _("People")), (_PROGRAM, _("Program")),
            *((f"name:{name}", name) for name in found.people),
        ):  # fmt: skip
            self.who.addItem(literal(text), value)
        self.who.setCurrentIndex(max(0, self.who.findData(chosen)))
        self._filter()

    def _columns(self) -> tuple[Column[Entry], ...]:
        return (
            Column[Entry](_("Time"), self._time, width=166, tone="ink2"),
            Column[Entry](_("What happened"), lambda entry: entry.event.text, cell=_what_cell),
            Column[Entry](_("Who"), lambda entry: entry.event.by, cell=_who_cell, width=136),
            Column[Entry](
                _("Hash"), lambda entry: entry.event.hash[:8], width=84, right=True, mono=True,
                tone="ink2",
            ),
        )  # fmt: skip

    def _field_columns(self) -> tuple[Column[FieldChange], ...]:
        return (
            Column[FieldChange](_("Field"), lambda item: item.field, width=150),
            Column[FieldChange](_("Before → after"), lambda item: f"{item.before} → {item.after}"),
            Column[FieldChange](_("Who"), lambda item: item.by, width=126, tone="ink2"),
            Column[FieldChange](_("Time"), self._field_time, width=166, tone="ink2"),
        )

    def _time(self, entry: Entry) -> str:
        return f"{day(entry.at, self._zone)} {clock(entry.at, self._zone, seconds=True)}"

    def _field_time(self, item: FieldChange) -> str:
        return f"{day(item.at, self._zone)} {clock(item.at, self._zone, seconds=True)}"

    @property
    def _zone(self) -> str:
        return self._view.zone if self._view else "UTC"

    @Slot()
    def _filter(self) -> None:
        fields = self.chips.current == FIELDS
        self.lists.setCurrentWidget(self.fields if fields else self.table)
        if fields:
            self._show_fields()
        else:
            self._show_entries()

    def _show_entries(self) -> None:
        words, who = folded(self.search.text()).split(), str(self.who.currentData() or "")
        chosen, everything = self.chips.current, self._activity.entries
        shown = [
            entry
            for entry in everything
            if (entry.pinned if chosen == PINNED else belongs(entry.event, chosen))
            and _is_by(entry, who)
            and all(word in entry.words for word in words)
        ]
        self.table.set_rows(shown)
        self._note(len(shown), len(everything))
        self._on_picked(self.table.current)

    def _show_fields(self) -> None:
        words, who = folded(self.search.text()).split(), str(self.who.currentData() or "")
        name = who.removeprefix("name:") if who.startswith("name:") else ""
        shown = [
            item
            for item in self._activity.fields
            if (not name or item.by == name) and all(word in item.words for word in words)
        ]
        self.fields.set_rows(shown)
        self._note(len(shown), len(self._activity.fields))
        self._on_picked(self.fields.current)

    def _note(self, shown: int, n: int) -> None:
        note = ngettext("{n} entry", "{n} entries", n).format(n=count(n))
        if shown != n:
            note = _("{shown} of {all}").format(shown=count(shown), all=note)
        self.title.set_note(note)

    @Slot(object)
    def _on_picked(self, item: Entry | FieldChange | None) -> None:
        self.card.show_item(item, self._zone)


def _is_by(entry: Entry, who: str) -> bool:
    match who:
        case "":
            return True
        case "human" | "system":
            return entry.event.actor.value == who
        case _:
            return entry.event.by == who.removeprefix("name:")


def _what_cell(entry: Entry) -> Cell:
    marks: list[Piece] = [Mini(event_icon(entry.event)), entry.event.text]
    end: list[str] = []
    if entry.inserted:
        end.append(_("inserted later"))
    if entry.remarks:
        n = len(entry.remarks)
        end.append(ngettext("{n} remark", "{n} remarks", n).format(n=n))
    if entry.pinned:
        marks.insert(0, Mini("star", "accent"))
    return Cell(tuple(marks), end=Words(", ".join(end), "ink2", size=11) if end else None)


def _who_cell(entry: Entry) -> Cell:
    human = entry.event.actor is Actor.HUMAN
    return Cell((Words(entry.event.by, "ink" if human else "ink2"),))
