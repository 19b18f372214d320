"""The fields of one runbook step; what its kind does not use is hidden."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Slot

from app.domain.ids import HostId
from app.domain.runbook import ON_HOST, PERSONAL, OnFail, Phase, Runbook, Step, StepKind
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.backup.backup_schedule import check_ahead
from app.services.backup.restic.driving import check_place
from app.services.run.estimates import Past
from app.services.run.runbooks import refuse_circles
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import host_options
from ui.pages.changes.records import RecordForm
from ui.pages.changes.saving import number_of, refuse
from ui.pages.changes.step_guard import CommandGuard
from ui.pages.changes.step_notes import StepNotes
from ui.pages.changes.step_words import after_text, read_after, read_span, span_text
from ui.pages.changes.words import FAILURES, STEPS, choices
from ui.theme import font
from ui.widgets.fields import ChoiceField, Field, FlagField, LineField, TextField

LIMIT_FACTOR = 10.0
"""A step counts as stuck after this many times its estimate, at least after a minute."""
_FLAGS = (
    "mandatory", "stops_service", "starts_service", "point_of_no_return", "idempotent", "proof",
    "by_another", "reads_only",
)  # fmt: skip
_HAS_WORDS = (StepKind.MANUAL, StepKind.GATE, StepKind.NOTIFY)
_USED_BY: dict[str, tuple[StepKind, ...]] = {
    "command": (StepKind.COMMAND,),
    "idempotent": (StepKind.COMMAND,),
    "reads_only": (StepKind.COMMAND,),
    "answer": (StepKind.GATE,),
    "approver": (StepKind.GATE,),
    "by_another": (StepKind.GATE,),
    "instructions": _HAS_WORDS,
    "recipients": (StepKind.NOTIFY,),
    "proof": (StepKind.MANUAL,),
    "host": tuple(ON_HOST),
    "ahead": (StepKind.BACKUP,),
    "oldest": (StepKind.BACKUP,),
    "restic": (StepKind.BACKUP,),
}
"""Fields that only some kinds use."""


class StepForm(RecordForm):
    """One step; ``steps`` gives all of its direction as they stand now, ``past`` what is known."""

    def __init__(
        self,
        phase: Phase,
        steps: Callable[[], Sequence[Step]],
        past: Callable[[], Sequence[Past]],
    ) -> None:
        super().__init__()
        self._phase, self._steps = phase, steps
        self._make_fields()
        self.notes = StepNotes(past)
        self.notes.taken.connect(self._on_taken)
        self.guard = CommandGuard()
        self.guard.confirmed.connect(self.edited)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.notes)
            layout.addWidget(self.guard)
        self.kind.edited.connect(self._follow_kind)
        self.restic.edited.connect(self._follow_kind)
        for field in (self.command, self.minutes, self.title, self.kind, self.host):
            field.edited.connect(self._tell)

    def _make_fields(self) -> None:
        self.title = LineField(_("Step"), placeholder=_("Stop the order service"))
        self.kind = ChoiceField(_("Kind"), choices(STEPS))
        self.host = ChoiceField(_("Host"))
        self.owner = LineField(_("Owner"))
        self.minutes = LineField(
            _("Estimate (P50), minutes"), _("Half of all runs keep to it. Also “90 s”.")
        )
        self.p90 = LineField(_("P90, minutes"), _("Nine of ten runs keep to it."))
        self.after = LineField(
            _("After"),
            _("Numbers of the steps it waits for. Empty: the one above. “–”: nothing."),
            placeholder=_("the one above"),
        )
        self.limit = LineField(
            _("Stuck after, minutes"), _("Empty: ten times the estimate, at least a minute.")
        )
        self.on_fail = ChoiceField(_("If it fails"), choices(FAILURES))
        self.backout_of = ChoiceField(_("Undoes the step"))
        self.ahead = LineField(
            _("Begins before the window, minutes"),
            _("By itself, while this program is open. Empty: when its turn comes."),
        )
        self.oldest = LineField(
            _("At most old at the start, minutes"), _("Empty: as it is set for all changes.")
        )
        self.restic = LineField(
            _("By restic, into the repository"),
            _("It takes the files of the host. Empty: a set of our own."),
            placeholder=_("empty"),
        )
        self.command = TextField(
            _("Command"),
            _("Sent to sh on the host. {{host}}, {{address}} and own values are filled in."),
            lines=4,
        )
        self.instructions = TextField(_("What the person does"), lines=3)
        self.recipients = LineField(_("Who is told"), placeholder=_("service desk, sales"))
        self.answer = LineField(_("What must be typed to go on"), placeholder=_("GO db-01"))
        self.approver = LineField(_("Who must answer"), _("Empty: whoever runs it."))
        self.by_another = FlagField(_("Four eyes"), _("Not by the implementer"))
        self.proof = FlagField(_("Proof"), _("Needs a file or a photo"))
        self.mandatory = FlagField(_("Duty"), _("Must be done"))
        self.stops_service = FlagField(_("Service"), _("Users lose the service here"))
        self.starts_service = FlagField(_("Service back"), _("Users have it back afterwards"))
        self.point_of_no_return = FlagField(_("Way back"), _("Point of no return"))
        self.idempotent = FlagField(_("Repeating"), _("Sending it twice does no harm"))
        self.reads_only = FlagField(_("Reading"), _("Alters nothing on the host"))
        self.command.text.setFont(font(mono=True))
        for name in ("title", "kind", "host", "owner", "minutes", "p90", "after", "limit",
                     "ahead", "oldest", "restic"):  # fmt: skip
            self.add(name, getattr(self, name))
        for name in ("command", "instructions"):
            self.add(name, getattr(self, name), wide=True)
        for name in ("recipients", "answer", "approver", "backout_of", "on_fail", "mandatory",
                     "stops_service", "starts_service", "point_of_no_return", "idempotent",
                     "reads_only", "by_another", "proof"):  # fmt: skip
            self.add(name, getattr(self, name))

    def prepare(self, view: ChangeView) -> None:
        """Offer the hosts, and what a step back can undo."""
        self.host.set_options([("", _("no host")), *host_options(view)])
        forward = view.change.runbook.phase(Phase.FORWARD)
        self.backout_of.set_options(
            [("", _("none in particular")), *((step.id, step.title) for step in forward)]
        )
        self.notes.follow(view)

    def fill(self, record: Step) -> None:
        """Show a step."""
        self.title.set_value(record.title)
        self.kind.set_value(record.kind.value)
        self.host.set_value(str(record.host or ""))
        self.owner.set_value(record.owner)
        self.minutes.set_value(span_text(record.estimate_s))
        self.p90.set_value(span_text(record.p90_s))
        self.after.set_value(after_text(record, self._steps(), empty=""))
        usual = max(60.0, record.estimate_s * LIMIT_FACTOR)
        self.limit.set_value("" if record.limit_s == usual else span_text(record.limit_s))
        self.ahead.set_value(span_text(record.lead_s))
        self.oldest.set_value(span_text(record.max_age_s))
        self.restic.set_value(record.restic)
        self.on_fail.set_value(record.on_fail.value)
        self.backout_of.set_value(record.backout_of)
        self.command.set_value(record.command)
        for name in ("instructions", "answer", "approver", "recipients"):
            getattr(self, name).set_value(getattr(record, name))
        for name in _FLAGS:
            getattr(self, name).set_value(getattr(record, name))
        self._follow_kind()
        self.guard.begin(self._words(record))
        self._tell()

    def read(self, record: Step) -> Step:
        """Return the step as typed; its id and direction stay."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Name the step.")))
        kind = StepKind(self.kind.value)
        if kind is StepKind.GATE and not self.answer.value:
            raise refuse(self.answer, InvalidInput(_("Say what must be typed at the gate.")))
        told: dict[str, Any] = {name: getattr(self, name).value for name in _FLAGS}
        told |= {name: self._used(name, kind) for name in ("answer", "approver", "recipients")}
        told |= self._times()
        backup = kind is StepKind.BACKUP
        told["lead_s"] = read_span(self.ahead) if backup else None
        told["max_age_s"] = read_span(self.oldest) if backup else None
        told["restic"] = self._repository(kind)
        step = replace(
            record,
            **told,
            title=self.title.value,
            kind=kind,
            host=HostId(self.host.value) if self.host.value else None,
            owner=self.owner.value,
            on_fail=OnFail(self.on_fail.value),
            backout_of=self.backout_of.value,
            command=self._used("command", kind),
            instructions=self.instructions.value,
        )
        refusal = self.guard.refusal(self._words(step), self.notes.dangers(step))
        if refusal is not None:
            raise refuse(self.command, refusal)
        try:
            check_ahead(step)
        except IllegalMove as error:
            raise refuse(self.oldest, InvalidInput(error.text, hint=error.hint)) from error
        return self._waiting(step)

    def _words(self, step: Step) -> tuple[str, str]:
        return step.command, self.notes.host_name(step)

    def _used(self, name: str, kind: StepKind) -> str:
        field: LineField | TextField = getattr(self, name)
        return field.value if kind in _USED_BY[name] else ""

    def _repository(self, kind: StepKind) -> str:
        """Return where restic keeps a backup; it runs on a host, and the place is one."""
        place = self._used("restic", kind)
        if place and not self.host.value:
            raise refuse(self.restic, InvalidInput(_("Choose the host that restic runs on.")))
        try:
            check_place(place or "/")
        except InvalidInput as error:
            raise refuse(self.restic, error) from error
        return place

    def _times(self) -> dict[str, float | None]:
        estimate_s = read_span(self.minutes) or 60.0
        p90_s, limit_s = read_span(self.p90), read_span(self.limit)
        if p90_s is not None and p90_s < estimate_s:
            raise refuse(self.p90, InvalidInput(_("P90 is at least the estimate.")))
        usual = max(60.0, estimate_s * LIMIT_FACTOR)
        return {
            "estimate_s": estimate_s,
            "p90_s": p90_s,
            "limit_s": usual if limit_s is None else limit_s,
        }

    def _waiting(self, step: Step) -> Step:
        """Return the step with what it waits for; a circle is refused at the field."""
        steps = self._steps()
        try:
            step = replace(step, after=read_after(self.after.value, step, steps))
            others = [step if item.id == step.id else item for item in steps]
            known = any(item.id == step.id for item in steps)
            refuse_circles(Runbook(tuple(others if known else [*others, step])))
        except InvalidInput as error:
            raise refuse(self.after, error) from error
        return step

    @Slot()
    def _follow_kind(self) -> None:
        kind = StepKind(self.kind.value or StepKind.COMMAND.value)
        for name, kinds in _USED_BY.items():
            field: Field = getattr(self, name)
            field.setVisible(kind in kinds)
        by_restic = kind is StepKind.BACKUP and bool(self.restic.value)
        self.ahead.setVisible(kind is StepKind.BACKUP and not by_restic)
        self.backout_of.setVisible(self._phase is Phase.BACKOUT)
        self.point_of_no_return.setVisible(self._phase is Phase.FORWARD)
        self.on_fail.setVisible(kind not in PERSONAL)
        self.form.close_ranks()

    @Slot()
    def _tell(self) -> None:
        """Say what is known of a step like this one, and what its command would do."""
        kind = StepKind(self.kind.value or StepKind.COMMAND.value)
        command = self.command.value if kind is StepKind.COMMAND else ""
        host = HostId(self.host.value) if self.host.value else None
        step = Step("", self.title.value, kind, host, command)
        self.guard.follow(self._words(step), self.notes.dangers(step))
        try:
            minutes = number_of(self.minutes, self.minutes.value.removesuffix("s").strip())
        except InvalidInput:
            return
        seconds = (minutes or 0.0) * (1.0 if self.minutes.value.endswith("s") else 60.0)
        self.notes.tell(replace(step, estimate_s=seconds))

    @Slot(float, float)
    def _on_taken(self, p50_s: float, p90_s: float) -> None:
        self.minutes.set_value(span_text(p50_s))
        self.p90.set_value(span_text(p90_s))
        self.edited.emit()
        self._tell()
