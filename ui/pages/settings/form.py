"""The groups of the settings and their fields."""

from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Signal

from app.i18n import _
from app.settings import PageSize, RiskFrom, declarations
from app.settings import Theme as Look
from app.wording import agreed_percent
from ui.pages.settings.about import About
from ui.pages.settings.connections import Connections
from ui.pages.settings.groups import Folders, Group, Stack, pair
from ui.pages.settings.lock import LockPart
from ui.pages.settings.people import People
from ui.pages.settings.risk import RiskMethodField
from ui.slices import Slices
from ui.widgets.buttons import Button
from ui.widgets.fields import ChoiceField, Field, LineField

FieldType = TypeVar("FieldType", bound=Field)
_LOOKS = ((Look.SYSTEM, _("As the system")), (Look.LIGHT, _("Light")), (Look.DARK, _("Dark")))
_SCALES = (0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
_OWNERS = (
    (RiskFrom.NEVER, _("at no risk")),
    (RiskFrom.HIGH, _("from high risk on")),
    (RiskFrom.MODERATE, _("from moderate risk on")),
    (RiskFrom.ALWAYS, _("at every risk")),
)
_APPROVALS = ("approvals_low", "approvals_moderate", "approvals_high")
WHOLE = (*_APPROVALS, "keep_last")
"""The settings that are whole numbers."""


class SettingsForm(Stack):
    """All groups; what lies below the window is built a piece at a time, `ready` when all is."""

    edited = Signal()
    left = Signal()
    """The keyboard left a field."""
    built = Signal()

    def __init__(self, people: People, connections: Connections, lock: LockPart) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        """Those that are saved, by the name of the setting."""
        self.acting = LineField(
            _("Acting as"), _("Until the program ends; for a decision by somebody else here.")
        )
        self.act = Button(_("Act as this person"))
        self.scale = ChoiceField(
            _("Size of the type"), [(f"{scale:g}", agreed_percent(scale)) for scale in _SCALES]
        )
        self.people, self.connections, self.lock = people, connections, lock
        self.folders, self.about = Folders(), About()
        self._later = Slices(self)
        self._later.done.connect(self.built)
        self._build_you()
        self._build_look()
        self._build_time()
        self._later.add(
            self._build_people, self._build_connections, self._build_approval, self._build_safety,
            self._build_lock, self._build_retention, self._build_risk, self._build_places,
        )  # fmt: skip

    @property
    def ready(self) -> bool:
        """Whether all groups are there."""
        return not self._later.busy

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the keyboard leaves a field."""
        if event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        return super().eventFilter(watched, event)

    def _line(self, name: str, hint: str = "") -> LineField:
        declared = declarations()[name]
        unit = f" ({declared.unit})" if declared.unit else ""
        return self._keep(name, LineField(_(declared.text) + unit, hint))

    def _choice(self, name: str, options: list[tuple[str, str]]) -> ChoiceField:
        return self._keep(name, ChoiceField(_(declarations()[name].text), options))

    def _keep(self, name: str, field: FieldType) -> FieldType:
        """Fill a field and save it from now on under its name."""
        self.fields[name] = field
        field.edited.connect(self.edited)
        field.editor.installEventFilter(self)
        return field

    def _build_you(self) -> None:
        you = Group(_("You"), _("Your name stands in the log and under every decision."))
        names = pair(self._line("user"), self._line("organisation"))
        you.add(names, pair(self.acting, self.act))
        self.add(you)

    def _build_look(self) -> None:
        look = Group(_("Appearance"), _("Takes effect at once."))
        looks = [(each.value, text) for each, text in _LOOKS]
        look.add(pair(self._choice("theme", looks), self.scale))
        self.add(look)

    def _build_time(self) -> None:
        time = Group(_("Time and paper"), _("Every time is shown with its zone."))
        sizes = [(size.value, size.value) for size in PageSize]
        time.add(pair(self._choice("zone", []), self._choice("page_size", sizes)))
        hint = _("168 is around the clock; key figures count by it.")
        time.add(self._line("service_hours", hint))
        self.add(time)

    def _build_people(self) -> None:
        self.add(self.people)

    def _build_connections(self) -> None:
        self.add(self.connections)

    def _build_approval(self) -> None:
        agree = Group(
            _("Approval"), _("How many people agree to a plan, by the risk that remains.")
        )
        agree.add(*(self._line(name) for name in _APPROVALS))
        owners = [(value.value, _(text)) for value, text in _OWNERS]
        agree.add(self._choice("owner_approves", owners), self._line("move_tolerance_h"))
        self.add(agree)

    def _build_safety(self) -> None:
        safety = Group(_("Safety"), _("What is demanded before work starts and after it."))
        safety.add(pair(self._line("backup_age_h"), self._line("monitor_days")))
        safety.add(pair(self._line("monitor_days_major"), self._line("monitor_days_emergency")))
        self.add(safety)

    def _build_lock(self) -> None:
        hint = _(
            "Without a passphrase nothing is hidden; passwords for sudo are forgotten even so."
        )
        self.lock.add(self._line("lock_after_min", hint))
        self.add(self.lock)

    def _build_retention(self) -> None:
        keep = Group(
            _("Retention"),
            _("What stays of the backups. An open change, the only proven copy: these always do."),
        )
        keep.add(pair(self._line("keep_last"), self._line("bin_hours")))
        keep.add(pair(self._line("keep_days_closed"), self._line("keep_days_loose")))
        self.add(keep)

    def _build_risk(self) -> None:
        risk = Group(_("Risk"), _("Holds for new judgements; each keeps the rules it was made by."))
        risk.add(self._keep("risk", RiskMethodField(_(declarations()["risk"].text))))
        self.add(risk)

    def _build_places(self) -> None:
        where = Group(_("Where things are kept"), _("Secrets are kept in the system's keyring."))
        where.add(self.folders, self._line("vault_path"))
        self.add(where)
        self.add(self.about)
