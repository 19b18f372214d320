"""The two forms about a backup of another system: what it is, and how it was restored."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.external_backup import BackupSystem, Checked, Covered, ExternalBackup
from app.i18n import _
from app.services.backup.external_backups import DrillReport
from app.services.backup.external_words import CHECKS, SYSTEMS
from ui.operations.changes import ChangeView
from ui.operations.zones import zone_names
from ui.pages.changes.words import choices
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import ChoiceField, Field, LineField, PickField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row
from ui.widgets.moment_field import MomentField

_PASSED, _FAILED = "passed", "failed"


class FileField(LineField):
    """The path of a file that is kept as evidence, typed or chosen."""

    def __init__(self, label: str, hint: str) -> None:
        super().__init__(label, hint)
        self.choose = Button(_("Choose…"), icon="paperclip")
        self.choose.clicked.connect(self._on_choose)

    @Slot()
    def _on_choose(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _("Keep as evidence"))
        if name:
            self.set_value(name)
            self.edited.emit()


class _Asked(QWidget):
    """A card with fields and two buttons."""

    wanted = Signal()

    def __init__(self, form: Form, title: str, verb: str, file: FileField) -> None:
        super().__init__()
        self.form, self.file = form, file
        self.go, self.leave = Button(verb, Kind.PRIMARY), Button(_("Not now"))
        self.go.clicked.connect(self.wanted)
        self.leave.clicked.connect(self.hide)
        self.setLayout(
            column(
                card(
                    column(
                        Label(title, weight=600),
                        form,
                        row(file, file.choose),
                        row(None, self.leave, self.go),
                        gap=12,
                        margins=(16, 12, 16, 16),
                    )
                )
            )
        )
        self.hide()


def _number(text: str) -> float | None:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if 0 <= found < 1e9 else None


class ReferenceForm(_Asked):
    """What another system took, who checked it, and how."""

    def __init__(self) -> None:
        self.system = ChoiceField(_("System"), choices(SYSTEMS))
        self.product = LineField(_("Its name"), _("Where it is not listed."))
        self.identifier = LineField(
            _("Restore point, archive or snapshot"), _("As the other system names it.")
        )
        self.taken = MomentField(_("Taken"), zone_names())
        self.gigabytes = LineField(_("Size, GB"), _("Empty where nobody knows."))
        self.scope = LineField(_("What it holds"), placeholder=_("whole machine, both disks"))
        self.covers = PickField(_("Stands for, in the plan"))
        self.checked = ChoiceField(_("Checked"), choices(CHECKS))
        self.by = LineField(_("Checked by"))
        self.how = LineField(_("How"), placeholder="borg check --verify-data, exit 0")
        form = Form(columns=2)
        parts: tuple[tuple[str, Field], ...] = (
            ("system", self.system), ("product", self.product), ("identifier", self.identifier),
            ("taken", self.taken), ("gigabytes", self.gigabytes), ("scope", self.scope),
            ("checked", self.checked), ("by", self.by),
        )  # fmt: skip
        for name, field in parts:
            form.add(name, field)
        form.add("how", self.how, wide=True)
        form.add("covers", self.covers, wide=True)
        file = FileField(
            _("What the other system said, as a file"),
            _("Kept with its SHA-256. Without it at most L0 is claimed."),
        )
        super().__init__(form, _("A backup that another system took"), _("Record"), file)
        self._covered: dict[str, Covered] = {}

    def prepare(self, view: ChangeView) -> None:
        """Offer what the plan names, and the moment it is now."""
        found = [Covered(s.host, s.kind, s.title) for s in view.change.backup_plan]
        self._covered = {f"{one.host}/{one.kind.value}/{one.title}": one for one in found}
        self.covers.set_options(
            [
                (key, f"{view.host_name(one.host)}: {one.title}")
                for key, one in self._covered.items()
            ]
        )
        self.taken.set_value(view.now, view.zone)

    def read(self) -> ExternalBackup | None:
        """Return the reference as typed; None when a field says what it lacks."""
        size = _number(self.gigabytes.value) if self.gigabytes.value.strip() else 0.0
        covers = tuple(self._covered[key] for key in self.covers.value)
        errors = {
            "identifier": "" if self.identifier.value.strip() else _("Name it."),
            "taken": "" if self.taken.value else self.taken.problem or _("Say when."),
            "gigabytes": "" if size is not None else _("A number, such as 120."),
            "covers": "" if covers else _("Pick what it stands for."),
        }
        checked = Checked(self.checked.value)
        if checked is not Checked.NOT:
            errors["by"] = "" if self.by.value.strip() else _("Say who.")
            errors["how"] = "" if self.how.value.strip() else _("Say how.")
        missing = checked is Checked.VERIFIED and not self.file.value.strip()
        self.file.set_error(_("Choose the file that shows it.") if missing else "")
        self.form.set_errors(errors)
        taken = self.taken.value
        if any(errors.values()) or missing or taken is None:
            return None
        typed = self.gigabytes.value.strip()
        return ExternalBackup(
            id="",
            system=BackupSystem(self.system.value),
            identifier=self.identifier.value.strip(),
            taken_at=taken,
            covers=covers,
            scope=self.scope.value.strip(),
            product=self.product.value.strip(),
            size_bytes=round((size or 0.0) * 1e9) if typed else None,
            checked=checked,
            checked_by=self.by.value.strip(),
            check=self.how.value.strip(),
        )


class DrillForm(_Asked):
    """A restore of the other system's backup, as people have made it."""

    def __init__(self) -> None:
        self.at = MomentField(_("Restored"), zone_names())
        self.minutes = LineField(_("Took, minutes"))
        self.where = LineField(_("Where"), placeholder=_("scratch machine restore-01"))
        self.by = LineField(_("By"))
        self.compared = LineField(
            _("Compared by"), placeholder=_("row counts of 42 tables, all equal")
        )
        self.result = ChoiceField(
            _("Result"), [(_PASSED, _("It came back whole")), (_FAILED, _("It did not"))]
        )
        form = Form(columns=2)
        for name, field in (
            ("at", self.at), ("minutes", self.minutes), ("where", self.where), ("by", self.by),
            ("compared", self.compared), ("result", self.result),
        ):  # fmt: skip
            form.add(name, field)
        file = FileField(_("Evidence of the restore"), _("Kept with its SHA-256."))
        super().__init__(form, _("A restore of this backup"), _("Record the restore"), file)

    def prepare(self, view: ChangeView) -> None:
        """Offer the moment it is now."""
        self.at.set_value(view.now, view.zone)

    def read(self) -> DrillReport | None:
        """Return the restore as typed; None when a field says what it lacks."""
        minutes, at = _number(self.minutes.value), self.at.value
        errors = {
            "at": "" if at else self.at.problem or _("Say when."),
            "minutes": "" if minutes else _("A number above zero."),
            **{
                name: "" if field.value.strip() else _("It is needed.")
                for name, field in (
                    ("where", self.where), ("by", self.by), ("compared", self.compared),
                )
            },
        }  # fmt: skip
        missing = not self.file.value.strip()
        self.file.set_error(_("A restore counts with its evidence.") if missing else "")
        self.form.set_errors(errors)
        if any(errors.values()) or missing or at is None or minutes is None:
            return None
        return DrillReport(
            at, minutes * 60, self.where.value.strip(), self.compared.value.strip(),
            self.by.value.strip(), self.result.value == _PASSED,
        )  # fmt: skip
