"""The fields of one runbook step; what its kind does not use is hidden."""

from dataclasses import replace

from PySide6.QtCore import Slot

from app.domain.ids import HostId
from app.domain.runbook import Step, StepKind
from app.errors import InvalidInput
from app.i18n import _
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import host_options, plain
from ui.pages.changes.records import RecordForm
from ui.pages.changes.saving import number_of, refuse
from ui.pages.changes.words import STEPS, choices
from ui.theme import font
from ui.widgets.fields import ChoiceField, FlagField, LineField, TextField

LIMIT_FACTOR = 10.0
"""A step counts as stuck after this many times its estimate, at least after a minute."""
_ON_HOST = (StepKind.COMMAND, StepKind.CHECK, StepKind.BACKUP, StepKind.RESTORE)
_FLAGS = (
    "mandatory", "stops_service", "starts_service", "point_of_no_return", "idempotent",
)  # fmt: skip


class StepForm(RecordForm):
    """One step; fields that its kind does not use are hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.title = LineField(_("Step"), placeholder=_("Stop the order service"))
        self.kind = ChoiceField(_("Kind"), choices(STEPS))
        self.host = ChoiceField(_("Host"))
        self.owner = LineField(_("Owner"))
        self.minutes = LineField(_("Estimate, minutes"))
        self.limit = LineField(
            _("Stuck after, minutes"), _("Empty: ten times the estimate, at least a minute.")
        )
        self.command = TextField(
            _("Command"), _("Sent to sh on the host exactly as it stands here."), lines=4
        )
        self.instructions = TextField(_("What the person does"), lines=3)
        self.answer = LineField(_("What must be typed to go on"), placeholder=_("GO db-01"))
        self.mandatory = FlagField(_("Duty"), _("Must be done"))
        self.stops_service = FlagField(_("Service"), _("Users lose the service here"))
        self.starts_service = FlagField(" ", _("Users have the service back after it"))
        self.point_of_no_return = FlagField(_("Way back"), _("Point of no return"))
        self.idempotent = FlagField(_("Repeating"), _("Sending it twice does no harm"))
        self.command.text.setFont(font(mono=True))
        for name in ("title", "kind", "host", "owner", "minutes", "limit"):
            self.add(name, getattr(self, name))
        for name in ("command", "instructions", "answer"):
            self.add(name, getattr(self, name), wide=True)
        for name in ("stops_service", "starts_service", "mandatory", "point_of_no_return",
                     "idempotent"):  # fmt: skip
            self.add(name, getattr(self, name))
        self.kind.edited.connect(self._follow_kind)

    def prepare(self, view: ChangeView) -> None:
        """Offer the hosts."""
        self.host.set_options([("", _("no host")), *host_options(view)])

    def fill(self, record: Step) -> None:
        """Show a step."""
        self.title.set_value(record.title)
        self.kind.set_value(record.kind.value)
        self.host.set_value(str(record.host or ""))
        self.owner.set_value(record.owner)
        self.minutes.set_value(plain(record.estimate_s / 60))
        usual = max(60.0, record.estimate_s * LIMIT_FACTOR)
        self.limit.set_value("" if record.limit_s == usual else plain(record.limit_s / 60))
        self.command.set_value(record.command)
        self.instructions.set_value(record.instructions)
        self.answer.set_value(record.answer)
        for name in _FLAGS:
            getattr(self, name).set_value(getattr(record, name))
        self._follow_kind()

    def read(self, record: Step) -> Step:
        """Return the step as typed; its id and direction stay."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Name the step.")))
        kind = StepKind(self.kind.value)
        estimate_s = 60.0 * (number_of(self.minutes, self.minutes.value) or 1.0)
        limit_min = number_of(self.limit, self.limit.value)
        limit_s = max(60.0, estimate_s * LIMIT_FACTOR) if limit_min is None else limit_min * 60
        if kind is StepKind.GATE and not self.answer.value:
            raise refuse(self.answer, InvalidInput(_("Say what must be typed at the gate.")))
        return replace(
            record,
            title=self.title.value,
            kind=kind,
            host=HostId(self.host.value) if self.host.value else None,
            owner=self.owner.value,
            estimate_s=estimate_s,
            limit_s=limit_s,
            command=self.command.value if kind is StepKind.COMMAND else "",
            instructions=self.instructions.value,
            answer=self.answer.value if kind is StepKind.GATE else "",
            **{name: getattr(self, name).value for name in _FLAGS},
        )

    @Slot()
    def _follow_kind(self) -> None:
        kind = StepKind(self.kind.value or StepKind.COMMAND.value)
        self.command.setVisible(kind is StepKind.COMMAND)
        self.idempotent.setVisible(kind is StepKind.COMMAND)
        self.answer.setVisible(kind is StepKind.GATE)
        self.host.setVisible(kind in _ON_HOST)
        self.instructions.setVisible(kind in (StepKind.MANUAL, StepKind.GATE))
