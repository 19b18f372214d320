"""restic, run from here: what it shall take and into which repository, and its restore."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.domain.backup import SourceKind
from app.domain.change import ChangeState
from app.domain.external_backup import Covered, ExternalBackup
from app.domain.restic import WHOLE, ResticRepository
from app.i18n import _
from app.services.backup.restic.driving import Wanted
from ui.operations import restic
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row

_OVER = (ChangeState.CLOSED, ChangeState.CANCELED)


class ResticPart(QWidget):
    """The button that opens the form, the form, and the button that restores a snapshot."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._view: ChangeView | None = None
        self._item: ExternalBackup | None = None
        self.form: ResticForm | None = None
        self.take = Button(_("Take with restic…"), icon="package", tall=Tall.COMPACT)
        self.take.clicked.connect(self._on_take)
        self.drill = Button(_("Restore and compare"), icon="undo", tall=Tall.COMPACT)
        self.drill.clicked.connect(self._on_drill)
        self._layout = column(row(self.take, None), gap=8)
        self.setLayout(self._layout)

    def show_view(self, view: ChangeView, blocked: str) -> None:
        """Show a change; ``blocked`` says why nothing can be taken."""
        self._view = view
        files = any(one.kind is SourceKind.FILES for one in view.change.backup_plan)
        self.take.block(blocked or ("" if files else _("the plan names no files")))

    def pick(self, item: ExternalBackup | None) -> None:
        """Offer to restore what restic took from here."""
        self._item = item
        self.drill.setVisible(item is not None and item.driven)
        over = self._view is not None and self._view.change.state in _OVER
        stands = item is not None and item.stands
        self.drill.block("" if stands and not over else _("it no longer counts"))

    @Slot()
    def _on_take(self) -> None:
        if self._view is None:
            return
        if self.form is None:
            self.form = ResticForm()
            self.form.go.clicked.connect(self._on_go)
            self._layout.addWidget(self.form)
        self.form.prepare(self._view)
        self.form.show()
        self.form.place.setFocus()

    @Slot()
    def _on_go(self) -> None:
        form, view = self.form, self._view
        if form is None or view is None or (wanted := form.read()) is None:
            return
        task = restic.take(self._editing.context, view.change.id, wanted, form.password.line.text())
        form.password.set_value("")
        task.succeeded.connect(form.hide)
        self._editing.do(task, _("Taken"))

    @Slot()
    def _on_drill(self) -> None:
        if self._view is not None and self._item is not None:
            task = restic.drill(self._editing.context, self._view.change.id, self._item)
            self._editing.do(task, _("Restored"))


class ResticForm(QWidget):
    """Which files of which host go into which repository, and how much is read again."""

    def __init__(self) -> None:
        super().__init__()
        self.host = ChoiceField(_("On"))
        self.place = LineField(
            _("Repository"),
            _("As this host sees it. Its owner has made it with “restic init”."),
            placeholder="/srv/restic",
        )
        self.percent = LineField(
            _("Read again, %"), _("Less than 100 leaves it at L0. Large data take long.")
        )
        self.percent.set_value(str(WHOLE))
        self.password = LineField(
            _("Its password"), _("Kept in the keyring. Empty: the kept one."), secret=True
        )
        self.form = Form(columns=2)
        self.form.add("host", self.host)
        self.form.add("place", self.place)
        self.form.add("percent", self.percent)
        self.form.add("password", self.password)
        self.go, self.leave = Button(_("Take and check"), Kind.PRIMARY), Button(_("Not now"))
        self.leave.clicked.connect(self.hide)
        self.about = Label(tone="ink2", wrap=True)
        head = Label(_("A snapshot by restic"), weight=600)
        below = row(None, self.leave, self.go)
        parts = column(head, self.form, self.about, below, gap=12, margins=(16, 12, 16, 16))
        self.setLayout(column(card(parts)))
        self._covers: dict[str, tuple[Covered, ...]] = {}
        self.host.edited.connect(self._on_host)

    def prepare(self, view: ChangeView) -> None:
        """Offer the hosts of which the plan names files."""
        self._covers = {}
        for one in view.change.backup_plan:
            if one.kind is SourceKind.FILES:
                known = self._covers.get(one.host, ())
                self._covers[one.host] = (*known, Covered(one.host, one.kind, one.title))
        self.host.set_options([(key, view.host_name(covers[0].host)) for key, covers in
                               self._covers.items()])  # fmt: skip
        self._on_host()

    @Slot()
    def _on_host(self) -> None:
        covers = self._covers.get(self.host.value, ())
        text = _("It takes {what}. Nothing in the repository is removed or unlocked from here.")
        self.about.setText(text.format(what=", ".join(one.title for one in covers)))

    def read(self) -> Wanted | None:
        """Return what is wanted; None when a field says what it lacks."""
        typed = self.percent.value
        percent = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0
        errors = {
            "place": "" if self.place.value else _("Name it."),
            "percent": "" if 1 <= percent <= WHOLE else _("A whole number from 1 to 100."),
        }
        self.form.set_errors(errors)
        covers = self._covers.get(self.host.value, ())
        if any(errors.values()) or not covers:
            return None
        return Wanted(ResticRepository(covers[0].host, self.place.value), covers, percent)
