"""The backup of a change: what shall be captured, how well it must be proven, what there is."""

from dataclasses import replace
from typing import Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.domain.backup import BackupSet, BackupSource, SourceKind
from app.domain.ids import HostId
from app.errors import InvalidInput
from app.i18n import _, later, ngettext
from app.wording import bytes_size, clock, day
from ui.cells import Cell, Column, Squares, Words
from ui.models.backups import SOURCES, ladder, level_badge, names_of, rungs
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.pages.changes.deeds import HostDeeds
from ui.pages.changes.editing import Editing
from ui.pages.changes.gate import BackupGate, needed_level
from ui.pages.changes.impact import host_options
from ui.pages.changes.records import Line, RecordForm, RecordList, Records
from ui.pages.changes.saving import Section, refuse
from ui.pages.changes.tab import Tab
from ui.pages.changes.words import choices, word
from ui.widgets.buttons import link
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, LineField, TextField
from ui.widgets.labels import Label
from ui.widgets.layout import column
from ui.widgets.levels import LevelLadder
from ui.widgets.table import Rows, Table


class BackupTab(Tab):
    """Gate, plan, sets."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self.gate = BackupGate(editing, linked=False)
        self.deeds = HostDeeds(editing)
        self.sources = SourcesSection()
        self.sets = Sets(editing)
        self.body.addWidget(self.gate)
        self.body.addWidget(self.deeds)
        self.add_section(self.sources)
        self.body.addWidget(self.sets)
        self.end()

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        super().show_view(view)
        self.gate.show_view(view)
        self.deeds.show_view(view)
        self.sets.show_view(view)


class SourceForm(RecordForm):
    """One thing to capture."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = ChoiceField(_("What"), choices(SOURCES))
        self.host = ChoiceField(_("Host"))
        self.paths = TextField(_("Paths, one on each line"), lines=3)
        self.exclude = TextField(_("Leave out, one on each line"), lines=3)
        self.database = LineField(_("Database"))
        for name in ("kind", "host", "paths", "exclude"):
            self.add(name, getattr(self, name))
        self.add("database", self.database, wide=True)
        self.kind.edited.connect(self._follow_kind)

    def prepare(self, view: ChangeView) -> None:
        """Offer the hosts."""
        self.host.set_options([("", _("choose a host")), *host_options(view)])

    def fill(self, record: BackupSource) -> None:
        """Show a source."""
        self.kind.set_value(record.kind.value)
        self.host.set_value(str(record.host))
        self.paths.set_value("\n".join(record.paths))
        self.exclude.set_value("\n".join(record.exclude))
        self.database.set_value(record.database)
        self._follow_kind()

    def read(self, record: BackupSource) -> BackupSource:
        """Return the source as typed."""
        kind = SourceKind(self.kind.value)
        if not self.host.value:
            raise refuse(self.host, InvalidInput(_("Choose the host.")))
        paths, exclude = _lines(self.paths.value), _lines(self.exclude.value)
        bad = [path for path in paths if not path.startswith("/")]
        if kind is SourceKind.FILES and (not paths or bad):
            text = _("Paths begin with “/”, one on each line.")
            raise refuse(self.paths, InvalidInput(text))
        if kind in (SourceKind.SQLITE, SourceKind.POSTGRESQL) and not self.database.value:
            raise refuse(self.database, InvalidInput(_("Name the database.")))
        files = kind is SourceKind.FILES
        return replace(
            record,
            kind=kind,
            host=HostId(self.host.value),
            paths=paths if files else (),
            exclude=exclude if files else (),
            database="" if files or kind is SourceKind.FACTS else self.database.value,
        )

    @Slot()
    def _follow_kind(self) -> None:
        kind = self.kind.value
        self.paths.setVisible(kind == SourceKind.FILES.value)
        self.exclude.setVisible(kind == SourceKind.FILES.value)
        self.database.setVisible(kind in (SourceKind.SQLITE.value, SourceKind.POSTGRESQL.value))
        sqlite = kind == SourceKind.SQLITE.value
        self.database.line.setPlaceholderText("/srv/shop/orders.sqlite3" if sqlite else "orders")


def _titled(source: BackupSource) -> str:
    return source.title if source.kind is not SourceKind.FACTS else _("Packages, services, mounts")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class SourcesSection(Section):
    """What the plan captures."""

    note: ClassVar[str] = later("Edited the backup plan")

    def __init__(self) -> None:
        super().__init__()
        self._first_host = ""
        self.sources = RecordList(self._records(), SourceForm)
        self.column.addWidget(self.sources)
        self.watch_list(self.sources)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        hosts = view.change.hosts
        self._first_host = str(hosts[0]) if hosts else ""
        self.sources.set_value(view.change.backup_plan)

    def values(self) -> dict[str, object]:
        """Return the plan."""
        return {"backup_plan": self.sources.value}

    def _records(self) -> Records:
        return Records(
            _("What shall be captured"),
            _("source"),
            _("Nothing yet. Without a proven backup of what the work touches nothing starts."),
            (
                Column[Line](_("What"), lambda line: _titled(line.item)),
                Column[Line](
                    _("Kind"), lambda line: word(SOURCES, line.item.kind), width=170, tone="ink2"
                ),
                Column[Line](_("Host"), self._host, width=110, tone="ink2"),
            ),
            lambda: BackupSource(SourceKind.FILES, HostId(self._first_host)),
        )

    def _host(self, line: Line) -> str:
        return self._view.host_name(line.item.host) if self._view else ""


class Sets(QWidget):
    """The sets of this change, newest first, and how each is proven."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._view: ChangeView | None = None
        more = link(_("Backups"))
        more.clicked.connect(self._on_more)
        self.title = SectionTitle(_("Sets of this change"), end=more)
        self._empty = Label(
            _("No set yet. Sets are restored, and proven again, on the page Backups."), tone="ink2",
            wrap=True,
        )  # fmt: skip
        self.table = Table(RowsModel(self._columns()), rows=Rows.TWO_LINES, header=False)
        self.table.setAccessibleName(_("Backup sets"))
        self.ladder = LevelLadder()
        self.detail = Label(tone="ink2", size=11, wrap=True)
        self.setLayout(column(self.title, self._empty, self.table, self.ladder, self.detail))
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_opened)

    def show_view(self, view: ChangeView) -> None:
        """List the sets of a change."""
        self._view = view
        n = len(view.backups)
        self.title.set_note(ngettext("{n} set", "{n} sets", n).format(n=n) if n else "")
        self._empty.setVisible(not view.backups)
        self.table.setVisible(bool(view.backups))
        self.table.set_rows(view.backups)
        self.table.fit_height()
        self.table.select_first()
        self._on_picked(self.table.current)

    def _columns(self) -> tuple[Column[BackupSet], ...]:
        return (Column[BackupSet](_("Set"), self._text, cell=self._cell),)

    def _text(self, item: BackupSet) -> str:
        return f"{item.host_name}, {level_badge(item).word}"

    def _cell(self, item: BackupSet) -> Cell:
        view = self._view
        zone = view.zone if view else "UTC"
        needed = needed_level(view.change) if view else None
        sizes = _("{plain}, {stored} stored").format(
            plain=bytes_size(item.plain_bytes), stored=bytes_size(item.stored_bytes)
        )
        titles = ", ".join(names_of(thing.title) for thing in item.objects)
        top: tuple[Any, ...] = (Words(item.host_name, weight=500), Words(titles, "ink2"))
        when = f"{day(item.sealed_at, zone)} {clock(item.sealed_at, zone)}"
        return Cell(
            top,
            (Squares(rungs(item)), level_badge(item, needed)),
            end=Words(when, "ink2"),
            below_end=Words(sizes, "ink2"),
        )

    @Slot(object)
    def _on_picked(self, item: BackupSet | None) -> None:
        self.ladder.setVisible(item is not None)
        self.detail.setVisible(item is not None)
        if item is None or self._view is None:
            return
        self.ladder.set_steps(ladder(item, self._view.zone))
        latest = [one for one in item.verifications if one.detail]
        said = latest[-1].detail if latest else ""
        self.detail.setText(
            _("Manifest {hash}. {said}").format(hash=item.manifest_sha256[:12], said=said)
        )

    @Slot(object)
    def _on_opened(self, item: BackupSet) -> None:
        self._editing.context.navigation.go("backups", item.id)

    @Slot()
    def _on_more(self) -> None:
        current = self.table.current
        self._editing.context.navigation.go("backups", current.id if current else "")
