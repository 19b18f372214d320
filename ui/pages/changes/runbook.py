"""Plan: the runbook, forward and back, as one table of steps with their place in time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent

from app.domain.ids import HostId, new_id
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.errors import InvalidInput
from app.i18n import _, later, ngettext
from app.services.run.estimates import Past
from app.services.run.reach import undeclared
from app.services.run.runbooks import Plan, plan_steps, refuse_circles
from app.wording import NONE, clock, duration
from ui.cells import Cell, Column, Mini, Words
from ui.operations import runs
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.final_commands import FinalCommands
from ui.pages.changes.records import Line, RecordList, Records
from ui.pages.changes.saving import Section
from ui.pages.changes.spread_step import SpreadStep
from ui.pages.changes.step_form import StepForm
from ui.pages.changes.step_plan import PlanBarDelegate, PlanLegend, StepTable
from ui.pages.changes.step_signs import RunbookSigns, is_unfed
from ui.pages.changes.step_words import minutes_text, waits_text
from ui.pages.changes.values import ValueFields
from ui.pages.changes.words import STEP_ICONS, STEPS, word
from ui.paint import scaled
from ui.tasks import Latest
from ui.widgets.column_fit import Wrapping
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.table import Rows

_WIDE, _MIDDLE, _NARROW = 1000, 840, 560
"""From these widths on there is room for owners and slack, for hosts and starts, for the rest."""
_HOST, _OWNER, _AFTER, _P90, _START, _SLACK, _BARS = 2, 3, 4, 6, 7, 8, 9


class StepList(RecordList):
    """The steps of one direction with their times."""

    def __init__(self, phase: Phase, past: Callable[[], Sequence[Past]]) -> None:
        self.phase = phase
        self._plan: Plan | None = None
        self._view: ChangeView | None = None
        super().__init__(
            self._kind_of(phase),
            lambda: StepForm(phase, lambda: self.value, past),
            rows=Rows.COMPACT,
        )
        self._bars = PlanBarDelegate(self.table, _some_day())
        self.table.setItemDelegateForColumn(_BARS, self._bars)
        self.table.columns_fit.wrapping = Wrapping(Rows.COMPACT, Rows.STEP, _BARS)
        self.problem = Label(tone="bad", wrap=True)
        self.problem.hide()
        self._layout.insertWidget(1, self.problem)
        self.edited.connect(self._lay_out)
        if isinstance(self.table, StepTable):
            self.table.moved.connect(self._on_moved)

    def show_view(self, view: ChangeView) -> None:
        """Show the steps of a change."""
        self._view = view
        self.set_value(view.change.runbook.phase(self.phase))
        self._lay_out()

    def set_locked(self, locked: bool) -> None:
        """Allow reading only, or editing again."""
        super().set_locked(locked)
        if isinstance(self.table, StepTable):
            self.table.movable = not locked

    def _lay_out(self) -> None:
        view, steps = self._view, self.value
        if view is None:
            return
        window = view.change.window
        begin = window.span.start if window else _some_day()
        self._plan = plan = plan_steps(steps, begin)
        deadline = view.deadline if self.phase is Phase.FORWARD and window else None
        if steps:
            self._bars.show_plan(plan, deadline, view.zone)
        self._say_when()
        self.table.viewport().update()
        self.table.horizontalHeader().viewport().update()

    def _say_when(self) -> None:
        if self._plan is not None and self._view is not None:
            roomy = self.width() >= scaled(_WIDE)
            closed = _closed(self.value, self._plan) if roomy else ""
            self.title.set_note(_note(self.value, self._plan, self._view, self.phase) + closed)

    def _move(self, step: int, _checked: bool = False) -> None:
        if self._place is not None:
            self._on_moved(self._place, self._place + step)

    @Slot(int, int)
    def _on_moved(self, place: int, other: int) -> None:
        """Put a step elsewhere, unless steps would then wait for each other."""
        if self._locked or not (0 <= place < len(self._items) and 0 <= other < len(self._items)):
            return
        items = list(self._items)
        items.insert(other, items.pop(place))
        try:
            refuse_circles(Runbook(tuple(items)))
        except InvalidInput as error:
            self.problem.setText(f"{error.text} {error.hint}")
            self.problem.show()
            return
        self.problem.hide()
        opened = None if self._place is None else self._items[self._place].id
        self._items = items
        if opened is not None:
            self._place = next(at for at, item in enumerate(items) if item.id == opened)
        self._show()
        self.table.select(other, quiet=True)
        self.edited.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many columns as there is room for."""
        super().resizeEvent(event)
        width = self.width()
        for column, least in (
            (_OWNER, _WIDE), (_SLACK, _WIDE), (_HOST, _MIDDLE), (_START, _MIDDLE),
            (_AFTER, _NARROW), (_P90, _NARROW),
        ):  # fmt: skip
            self.table.setColumnHidden(column, width < scaled(least))
        self.table.fit_columns()
        self._say_when()

    def _kind_of(self, phase: Phase) -> Records:
        forward = phase is Phase.FORWARD
        return Records(
            _("Runbook, forward") if forward else _("Runbook, back"),
            _("step") if forward else _("step back"),
            _("No step yet. Each step has an owner, a host and an estimate.")
            if forward
            else _("No step back yet. Without a way back nothing is approved."),
            self._columns(),
            lambda: Step(new_id(), "", StepKind.COMMAND, phase=phase),
            ordered=True,
            table=StepTable,
        )

    def _columns(self) -> tuple[Column[Line], ...]:
        return (
            Column[Line]("#", lambda line: str(line.id + 1), width=42, right=True, tone="ink2"),
            Column[Line](_("Step"), self._spoken, cell=self._step_cell),
            Column[Line](_("Host"), self._host, width=96, tone="ink2"),
            Column[Line](
                _("Owner"), lambda line: line.item.owner or NONE, width=110, tone="ink2"
            ),
            Column[Line](
                _("After"), lambda line: waits_text(line.item, self.value), width=58, tone="ink2"
            ),
            Column[Line](
                _("P50 min"), lambda line: minutes_text(line.item.estimate_s), width=62, right=True
            ),
            Column[Line](
                _("P90 min"), lambda line: _p90(line.item), width=62, right=True, tone="ink2"
            ),
            Column[Line](_("Start"), self._start, width=78, right=True, tone="ink2"),
            Column[Line](
                _("Slack"), self._slack, cell=self._slack_cell, width=70, right=True
            ),
            Column[Line](_("Planned"), lambda _line: ""),
        )  # fmt: skip

    def _planned_critical(self, step: Step) -> bool:
        return (
            self._plan is not None
            and step.id in self._plan.steps
            and (self._plan.steps[step.id].is_critical)
        )

    def _spoken(self, line: Line) -> str:
        step: Step = line.item
        critical = _(", critical") if self._planned_critical(step) else ""
        return f"{step.title}, {word(STEPS, step.kind)}{critical}"

    def _step_cell(self, line: Line) -> Cell:
        step: Step = line.item
        weight = 500 if self._planned_critical(step) else 400
        words: list[Mini | Words] = [Mini(STEP_ICONS[step.kind]), Words(step.title, weight=weight)]
        if self._view is not None and is_unfed(step, self._view.change):
            words.append(Words(_("nothing to back up yet"), "watch"))
        if self._view is not None and undeclared(step, self._view.change, self._view.all_hosts):
            words.append(Words(_("undeclared host"), "watch"))
        return Cell(tuple(words), wraps=True)

    def _host(self, line: Line) -> str:
        return (self._view.host_name(line.item.host) if self._view else "") or NONE

    def _start(self, line: Line) -> str:
        found = self._plan.steps.get(line.item.id) if self._plan else None
        if found is None or self._view is None or self._plan is None:
            return ""
        return clock(found.start, self._view.zone, seconds=self._plan.total_s < 300)

    def _slack(self, line: Line) -> str:
        found = self._plan.steps.get(line.item.id) if self._plan else None
        if found is None:
            return ""
        return _("critical") if found.is_critical else duration(found.slack_s)

    def _slack_cell(self, line: Line) -> Cell:
        critical = self._planned_critical(line.item)
        words = Words(self._slack(line), "ink" if critical else "ink2", 500 if critical else 400)
        return Cell((words,), right=True)


class RunbookSection(Section):
    """Both directions, the values of their commands, and the commands as they will be sent."""

    note: ClassVar[str] = later("Edited the runbook")

    def __init__(self) -> None:
        super().__init__()
        self._known: Sequence[Past] = ()
        self.forward, self.back = (StepList(phase, lambda: self._known) for phase in Phase)
        self.values_form, self.final = ValueFields(), FinalCommands()
        self.column.setSpacing(24)
        self.signs = RunbookSigns()
        self.signs.backup_wanted.connect(self._on_backup_wanted)
        self.signs.declared.connect(self._on_declared)
        self._declared: tuple[HostId, ...] = ()
        self.column.addWidget(self.signs)
        self.column.addWidget(self.forward)
        self.hint = Label(
            _("The red line is the latest start of a roll-back: the end of the window less the"
              " time the way back takes. Alt with an arrow moves a step, or drag it."),
            tone="ink2", size=11, wrap=True,
        )  # fmt: skip
        under = row(self.hint, PlanLegend(), gap=24)
        under.setStretch(0, 1)
        add_layout(self.column, under)
        self.many = SpreadStep()
        self.many.spread.connect(self._on_spread)
        for part in (self.many, self.back, self.values_form, self.final):
            self.column.addWidget(part)
        self.watch_list(self.forward, self.back)
        for steps in (self.forward, self.back):
            steps.edited.connect(self._show_signs)
        self.forward.edited.connect(self._show_many)
        self.values_form.edited.connect(self.touch)
        self._past: Latest | None = None

    def joined(self, editing: Editing) -> None:
        """Read what past steps took, once the part is shown."""
        self._past = Latest(editing.context.tasks, self)
        self._past.loaded.connect(self._on_past)
        services = editing.context.services
        self._past.start(lambda: runs.past(services))

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.forward.show_view(view)
        self.back.show_view(view)
        self.values_form.show_view(view)
        self.final.show_view(view)
        self._declared = ()
        self._show_signs()
        self._show_many()

    @Slot()
    def _show_signs(self) -> None:
        self.signs.show_steps((*self.forward.value, *self.back.value), self.view)

    @Slot(object)
    def _on_declared(self, hosts: tuple[HostId, ...]) -> None:
        """Name in the change what its steps touch."""
        self._declared = hosts
        self.touch()
        self.flush()

    @Slot()
    def _show_many(self) -> None:
        change = self.view.change
        hosts = [host for host in self.view.all_hosts if host.id in change.hosts]
        self.many.show_steps(self.forward.value, hosts)

    @Slot(object)
    def _on_spread(self, steps: tuple[Step, ...]) -> None:
        self.forward.set_value(steps)
        self.forward.edited.emit()

    @Slot()
    def _on_backup_wanted(self) -> None:
        if self.editing is not None:
            self.flush()
            self.editing.tab_wanted.emit("backup")

    def values(self) -> dict[str, object]:
        """Return the runbook as it stands; raises InvalidInput for a value no shell may get."""
        steps = (*self.forward.value, *self.back.value)
        found: dict[str, object] = {"runbook": Runbook(steps, self.values_form.read())}
        if self._declared:
            found["hosts"] = tuple(dict.fromkeys((*self.view.change.hosts, *self._declared)))
        return found

    def on_lock(self, *, locked: bool) -> None:
        """Lock the values too."""
        self.values_form.set_locked(locked)
        self.many.set_locked(locked)
        self.signs.set_locked(locked)

    @Slot(object)
    def _on_past(self, found: Sequence[Past]) -> None:
        self._known = found


def _note(steps: Sequence[Step], plan: Plan, view: ChangeView, phase: Phase) -> str:
    """Say how long it takes and when it ends, by the medians and in nine of ten runs."""
    n = len(steps)
    if not n:
        return ""
    many = ngettext("{n} step", "{n} steps", n).format(n=n)
    short = plan.total_s < 300
    if view.change.window is None or phase is Phase.BACKOUT:
        text = _("{many}, {time} (P50)").format(many=many, time=duration(plan.total_s))
        slow = _(", {time} in 9 of 10 runs (P90)").format(time=duration(plan.p90_s))
    else:
        end = clock(plan.end, view.zone, seconds=short)
        text = _("{many}, ends {end} (P50)").format(many=many, end=end)
        slow = _(", {end} in 9 of 10 runs (P90)").format(
            end=clock(plan.slow_end, view.zone, seconds=short)
        )
    known = any(step.p90_s is not None for step in steps)
    return text + slow if known else text


def _closed(steps: Sequence[Step], plan: Plan) -> str:
    stops = [plan.steps[step.id].start for step in steps if step.stops_service]
    ends = [plan.steps[step.id].end for step in steps if step.starts_service]
    if not stops or not ends or max(ends) <= min(stops):
        return ""
    length = (max(ends) - min(stops)).total_seconds()
    return _(". Users are without the service for {time}").format(time=duration(length))


def _p90(step: Step) -> str:
    return NONE if step.p90_s is None else minutes_text(step.p90_s)


def _some_day() -> datetime:
    """A midnight to count from while there is no window."""
    return datetime(2001, 1, 1, tzinfo=UTC)
