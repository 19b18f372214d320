"""The backup of a change: what shall be captured, how well it must be proven, what there is."""

from typing import Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.domain.backup import BackupSet, BackupSource, SourceKind
from app.domain.ids import HostId
from app.i18n import _, later, ngettext
from app.services.backup.backup_gate import gate_source
from app.wording import bytes_size, clock, day
from ui.cells import Badge, Cell, Column, Squares, Words
from ui.models.backups import SOURCES, claim_badge, ladder, level_badge, names_of, rungs
from ui.models.rows import RowsModel
from ui.operations import backups
from ui.operations.changes import ChangeView
from ui.pages.changes.copy_set import CopyPart
from ui.pages.changes.deeds import HostDeeds
from ui.pages.changes.editing import Editing
from ui.pages.changes.external import ExternalPart
from ui.pages.changes.gate import BackupGate, demand_for, needed_level
from ui.pages.changes.outlook import OutlookPart
from ui.pages.changes.records import Line, RecordList, Records
from ui.pages.changes.saving import Section
from ui.pages.changes.source_form import SourceForm
from ui.pages.changes.tab import Tab
from ui.pages.changes.words import word
from ui.tasks import Task
from ui.widgets.buttons import link
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import FlagField
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
        self.outlook = self.add_part(OutlookPart(editing))
        self.body.addWidget(self.sets)
        self.external = self.add_part(ExternalPart(editing))
        self.end()

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        super().show_view(view)
        self.gate.show_view(view)
        self.deeds.show_view(view)
        self.sets.show_view(view)


def _titled(source: BackupSource) -> str:
    if source.kind is SourceKind.FACTS:
        return _("Packages, services, mounts")
    return _("{what}, as root").format(what=source.title) if source.as_root else source.title


class SourcesSection(Section):
    """What the plan captures."""

    note: ClassVar[str] = later("Edited the backup plan")

    def __init__(self) -> None:
        super().__init__()
        self._first_host = ""
        self.sources = RecordList(self._records(), lambda: SourceForm(self._keep_password))
        self.column.addWidget(self.sources)
        self.apart = FlagField(
            _("Several hosts"),
            _("Each host gets a set of its own"),
            _(
                "Otherwise all hosts are sealed in one set, or none is: they can be brought back to"
                " one moment. Choose it where one host is altered after the other."
            ),
        )
        self.column.addWidget(self.apart)
        self.watch(self.apart)
        self.watch_list(self.sources)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        hosts = view.change.hosts
        self._first_host = str(hosts[0]) if hosts else ""
        self.sources.set_value(view.change.backup_plan)
        self.apart.set_value(view.change.backup_apart)
        self.apart.setVisible(len({source.host for source in view.change.backup_plan}) > 1)

    def values(self) -> dict[str, object]:
        """Return the plan."""
        return {"backup_plan": self.sources.value, "backup_apart": self.apart.value}

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
                Column[Line](_("Proof"), self._level, cell=self._badge, width=190),
            ),
            lambda: BackupSource(SourceKind.FILES, HostId(self._first_host)),
        )

    def _keep_password(self, source: BackupSource, password: str) -> Task:
        if self.editing is None:
            raise LookupError("the section is in no tab yet")
        return backups.keep_password(self.editing.context, source, password)

    def _badge(self, line: Line) -> Cell:
        """Show what the gate counts for a source: a set, else what is only claimed."""
        view, source = self._view, line.item
        if view is None or source not in view.change.backup_plan:
            return Cell(())
        needed = needed_level(view.change)
        claims = view.change.external_backups
        counts = gate_source(source, view.backups, demand_for(view), claims)
        if counts.claim is not None:
            return Cell((claim_badge(counts.claim, needed),))
        held = [item for item in view.backups if item.holds(source)]
        newest = max(held, key=lambda item: item.sealed_at, default=None)
        return Cell((level_badge(counts.best or newest, needed),))

    def _level(self, line: Line) -> str:
        return " ".join(part.word for part in self._badge(line).top if isinstance(part, Badge))

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
        self.copies = CopyPart(editing)
        parts = (self.title, self._empty, self.table, self.ladder, self.detail, self.copies)
        self.setLayout(column(*parts))
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
        self.copies.show_set(item, self._view)
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
