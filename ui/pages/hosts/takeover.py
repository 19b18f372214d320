"""Import hosts from OpenSSH: choose a file, see what it holds, tick what is wanted."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.host_import import Candidate, FoundHosts, ImportPlan, Remark, Standing
from app.i18n import _, ngettext
from ui.operations import hosts
from ui.theme import BOLD, SMALL
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.fields import LineField, PickField
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import column, panel, row, scrolling

if TYPE_CHECKING:
    from ui.context import UiContext

_USUAL = "~/.ssh/config"
_MOST = 100
"""Lines of a list that are shown; beyond that nobody reads them."""
_STANDINGS = {
    Standing.KEPT: _("kept already"),
    Standing.DIFFERENT: _("stays as it is"),
    Standing.UNUSABLE: _("cannot be used"),
}


class HostTakeover(QWidget):
    """Shows what an import would do, and does what of it is wanted."""

    taken = Signal(object)  # tuple of hosts
    failed = Signal(object)  # exception
    left = Signal()

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._found: FoundHosts | None = None
        self._file = LineField(
            _("File with its settings"),
            _("Only read: no file is changed, no program started, no server contacted."),
            placeholder=_USUAL,
        )
        choose, read = Button(_("Choose…")), Button(_("Read"))
        choose.clicked.connect(self._on_choose)
        read.clicked.connect(self._on_read)
        self._hosts = PickField("")
        self._hosts.edited.connect(self._count)
        every, none = (Button(word, tall=Tall.COMPACT) for word in (_("All"), _("None")))
        every.clicked.connect(self._tick_all)
        none.clicked.connect(self._tick_none)
        self._empty = Label("", tone="ink2", wrap=True)
        self._others, self._remarks = KeyValues(label_width=150), KeyValues(label_width=150)
        self._new_part = panel(
            column(row(Label(_("New hosts"), weight=BOLD), None, every, none), self._hosts, gap=4)
        )
        self._others_part = panel(
            column(SectionTitle(_("Not new")), self._others, margins=(0, 12, 0, 0))
        )
        self._remarks_part = panel(
            column(SectionTitle(_("Left out, by line")), self._remarks, margins=(0, 12, 0, 0))
        )
        self._take, cancel = Button("", Kind.PRIMARY), Button(_("Cancel"))
        self._take.clicked.connect(self._on_take)
        cancel.clicked.connect(self.left)
        found = panel(
            column(
                panel_title(_("Import hosts from OpenSSH")),
                self._file,
                row(None, choose, read),
                self._empty,
                self._new_part,
                self._others_part,
                self._remarks_part,
                None,
                gap=12,
                margins=(24, 16, 24, 16),
            )
        )
        why = Label(size=SMALL, tone="ink2", wrap=True)
        self._take.blocked.connect(why.setText)
        feet = row(why, cancel, self._take, margins=(24, 12, 24, 16))
        feet.setStretch(0, 1)
        outer = column(scrolling(found), panel(feet, "surface"), gap=0)
        outer.setStretch(0, 1)
        self.setLayout(outer)

    def begin(self) -> None:
        """Show the usual file, nothing read yet."""
        self._file.set_value(_USUAL)
        self.show_plan(None, None)
        self._file.setFocus()

    def show_plan(self, found: FoundHosts | None, plan: ImportPlan | None) -> None:
        """Show what was read; None for nothing yet."""
        self._found = found
        candidates = plan.candidates if plan else ()
        new = [item for item in candidates if item.standing is Standing.NEW]
        others = [item for item in candidates if item.standing is not Standing.NEW]
        self._hosts.set_options([(item.found.name, _words(item)) for item in new])
        self._hosts.set_value([item.found.name for item in new])
        self._others.set_facts(_cut([(item.found.name, _why(item)) for item in others]))
        remarks = plan.remarks if plan else ()
        self._remarks.set_facts(_cut([_line(remark) for remark in remarks]))
        self._new_part.setVisible(bool(new))
        self._others_part.setVisible(bool(others))
        self._remarks_part.setVisible(bool(remarks))
        self._empty.setText(_("There is no host in it that is not kept yet.") if plan else "")
        self._empty.setVisible(plan is not None and not new)
        self._count()

    @Slot()
    def _count(self) -> None:
        n = len(self._hosts.value)
        text = ngettext("Import {n} host", "Import {n} hosts", n).format(n=n)
        self._take.setText(text if n else _("Import"))
        self._take.block("" if n else _("Read a file and tick a host first"))

    @Slot()
    def _tick_all(self) -> None:
        if self._found:
            self._hosts.set_value([host.name for host in self._found.hosts])
            self._count()

    @Slot()
    def _tick_none(self) -> None:
        self._hosts.set_value([])
        self._count()

    @Slot()
    def _on_choose(self) -> None:
        start = str(Path(_USUAL).expanduser().parent)
        path, _kind = QFileDialog.getOpenFileName(self, _("Settings of OpenSSH"), start)
        if path:
            self._file.set_value(path)
            self._on_read()

    @Slot()
    def _on_read(self) -> None:
        task = hosts.read_openssh(self._context, Path(self._file.value or _USUAL))
        task.succeeded.connect(self._on_found)
        task.failed.connect(self.failed)

    @Slot(object)
    def _on_found(self, answer: tuple[FoundHosts, ImportPlan]) -> None:
        self.show_plan(*answer)

    @Slot()
    def _on_take(self) -> None:
        if self._found is not None:
            task = hosts.take_over(self._context, self._found, self._hosts.value)
            task.succeeded.connect(self.taken)
            task.failed.connect(self.failed)


def _words(item: Candidate) -> str:
    found = item.found
    where = f"{found.user}@{found.address}:{found.port}"
    return f"{found.name}   {where}" + (f", {item.why}" if item.why else "")


def _why(item: Candidate) -> str:
    standing = _STANDINGS[item.standing]
    return f"{standing}: {item.why}" if item.why else standing


def _line(remark: Remark) -> tuple[str, str]:
    return f"{Path(remark.file).name}, {remark.line}", remark.text


def _cut(facts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    more = len(facts) - _MOST
    return [*facts[:_MOST], ("", _("and {n} more").format(n=more))] if more > 0 else facts
