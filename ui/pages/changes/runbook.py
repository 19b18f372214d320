"""Plan: the runbook, forward and back, with when each step is planned."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from app.domain.ids import new_id
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.i18n import _, later, ngettext
from app.wording import THIN, clock, duration
from ui.cells import Cell, Column, Mini, Words
from ui.operations.changes import ChangeView
from ui.pages.changes.records import Line, RecordList, Records
from ui.pages.changes.saving import Section
from ui.pages.changes.step_form import StepForm
from ui.pages.changes.step_plan import PlanBarDelegate, PlannedStep, plan_steps
from ui.pages.changes.words import STEP_ICONS, STEPS, word
from ui.widgets.labels import Label
from ui.widgets.table import Rows


class StepList(RecordList):
    """The steps of one direction with their times."""

    def __init__(self, phase: Phase) -> None:
        self.phase = phase
        self._planned: dict[str, PlannedStep] = {}
        self._view: ChangeView | None = None
        super().__init__(self._kind_of(phase), StepForm, rows=Rows.COMPACT)
        self._bars = PlanBarDelegate(self.table, _some_day())
        self.table.setItemDelegateForColumn(len(self.table.rows_model.columns) - 1, self._bars)
        self.edited.connect(self._plan)

    def show_view(self, view: ChangeView) -> None:
        """Show the steps of a change."""
        self._view = view
        self.set_value(view.change.runbook.phase(self.phase))
        self._plan()

    def _plan(self) -> None:
        view = self._view
        if view is None:
            return
        window = view.change.window
        begin = window.span.start if window else _some_day()
        steps: Sequence[Step] = self.value
        self._planned = plan_steps(steps, begin)
        deadline = view.deadline if self.phase is Phase.FORWARD and window else None
        self._bars.show_plan(self._planned, deadline, view.zone)
        self.title.set_note(self._note(steps, view))
        self.table.viewport().update()
        self.table.horizontalHeader().viewport().update()

    def _note(self, steps: Sequence[Step], view: ChangeView) -> str:
        if not steps:
            return ""
        total = duration(sum(step.estimate_s for step in steps))
        n = len(steps)
        text = ngettext("{n} step, {time}", "{n} steps, {time}", n).format(n=n, time=total)
        if view.change.window is None or self.phase is Phase.BACKOUT:
            return text
        end = self._planned[steps[-1].id].end
        return _("{text}, ends {end} as planned").format(text=text, end=clock(end, view.zone))

    def _start(self, step: Step) -> str:
        found = self._planned.get(step.id)
        if found is None or self._view is None:
            return ""
        short = sum(item.estimate_s for item in self.value) < 300
        return clock(found.start, self._view.zone, seconds=short)

    def _kind_of(self, phase: Phase) -> Records:
        forward = phase is Phase.FORWARD
        return Records(
            _("Runbook, forward") if forward else _("Runbook, back"),
            _("step") if forward else _("step back"),
            _("No step yet. Each step has an owner, a host and an estimate.")
            if forward
            else _("No step back yet. Without a way back nothing is approved."),
            (
                Column[Line]("#", lambda line: str(line.id + 1), width=42, right=True, tone="ink2"),
                Column[Line](_("Step"), _spoken, cell=_step_cell),
                Column[Line](_("Host"), self._host, width=84, tone="ink2"),
                Column[Line](
                    _("Estimate"), lambda line: _minutes(line.item.estimate_s), width=72, right=True
                ),
                Column[Line](
                    _("Start"), lambda line: self._start(line.item), width=64, right=True,
                    tone="ink2",
                ),
                Column[Line](_("Planned"), lambda _line: "", width=200),
            ),
            lambda: Step(new_id(), "", StepKind.COMMAND, phase=phase),
            ordered=True,
        )  # fmt: skip

    def _host(self, line: Line) -> str:
        return self._view.host_name(line.item.host) if self._view else ""


class RunbookSection(Section):
    """Both directions."""

    note: ClassVar[str] = later("Edited the runbook")

    def __init__(self) -> None:
        super().__init__()
        self.forward, self.back = StepList(Phase.FORWARD), StepList(Phase.BACKOUT)
        self.column.setSpacing(24)
        self.column.addWidget(self.forward)
        self.column.addWidget(self.back)
        self.hint = Label(
            _("The red line is the latest start of a roll-back: the end of the window less the"
              " time the way back takes."),
            tone="ink2", size=11, wrap=True,
        )  # fmt: skip
        self.column.addWidget(self.hint)
        self.watch_list(self.forward, self.back)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.forward.show_view(view)
        self.back.show_view(view)
        self.hint.setVisible(view.change.window is not None)

    def values(self) -> dict[str, object]:
        """Return the runbook as it stands."""
        return {"runbook": Runbook((*self.forward.value, *self.back.value))}


def _some_day() -> datetime:
    """A midnight to count from while there is no window."""
    return datetime(2001, 1, 1, tzinfo=UTC)


def _minutes(seconds: float) -> str:
    value, unit = (seconds / 60, "min") if seconds >= 60 else (seconds, "s")
    return f"{round(value, 1):g}{THIN}{unit}"


def _spoken(line: Line) -> str:
    step: Step = line.item
    return f"{step.title}, {word(STEPS, step.kind)}"


def _step_cell(line: Line) -> Cell:
    step: Step = line.item
    pieces: list[Mini | Words] = [Mini(STEP_ICONS[step.kind]), Words(step.title)]
    if step.point_of_no_return:
        pieces.append(Words(_("no way back"), "bad", size=11))
    return Cell(tuple(pieces))
