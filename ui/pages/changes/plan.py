"""The plan of a change in seven parts, each saving itself."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import _, later
from app.services.approval.quorum import standing_approvals
from app.wording import count_of
from ui.operations import briefings
from ui.operations.briefings import SavedBriefing
from ui.operations.changes import ChangeView
from ui.pages.changes.code import CodeSection
from ui.pages.changes.editing import Editing
from ui.pages.changes.impact import ImpactSection, ScopeSection
from ui.pages.changes.messages import MessagesSection
from ui.pages.changes.need import NeedSection
from ui.pages.changes.options import OptionsSection
from ui.pages.changes.parts import put_in_place
from ui.pages.changes.people import ContactsSection, PeopleSection
from ui.pages.changes.plan_summary import PlanSummary
from ui.pages.changes.plans import PlansSection
from ui.pages.changes.risk import RiskSection
from ui.pages.changes.runbook import RunbookSection
from ui.pages.changes.saving import Section, plan_lock
from ui.pages.changes.tab import BOTTOM, Tab, keep_right_edge
from ui.theme import SMALL
from ui.widgets.buttons import icon_button
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, add_layout, row, scrolling
from ui.widgets.search import FilterChips

PARTS: tuple[tuple[str, tuple[Callable[[], Section], ...]], ...] = (
    (later("Need"), (NeedSection,)),
    (later("Impact"), (ImpactSection, ScopeSection)),
    (later("Options"), (OptionsSection,)),
    (later("Risk"), (RiskSection,)),
    (later("Runbook"), (RunbookSection,)),
    (later("Plans"), (PlansSection, CodeSection)),
    (later("People"), (PeopleSection, ContactsSection)),
    (later("Messages"), (MessagesSection,)),
)


OPTIONS, RISK, RUNBOOK = 2, 3, 4
"""Places of the parts that the summary above the runbook leads to, and of the runbook."""


class PlanTab(Tab):
    """One part at a time; the parts are built when they are first shown."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing, scrolls=False)
        self.body.setSpacing(12)
        self.body.setContentsMargins(0, 16, 0, 0)
        self.chips = FilterChips([_(name) for name, _makers in PARTS], wraps=True)
        self.chips.setAccessibleName(_("Parts of the plan"))
        self.bound = Label(size=SMALL, tone="ink2")
        self.stack = QStackedWidget()
        self._built: dict[int, tuple[Section, ...]] = {}
        self._view: ChangeView | None = None
        self.summary: PlanSummary | None = None
        for _part in PARTS:
            self.stack.addWidget(QWidget())
        words = _("Save the one-page briefing for the IT team as PDF")
        self.briefing = icon_button("printer", words, compact=True)
        add_layout(self.body, row(self.chips, self.briefing, margins=(0, 0, MARGIN, 0)))
        self.body.addWidget(self.bound)
        self.body.addWidget(self.stack, 1)
        self.chips.chosen.connect(self._on_chosen)
        self.briefing.clicked.connect(self._on_briefing)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self._view = view
        change = view.change
        standing = standing_approvals(change)
        text = ""
        if standing and not plan_lock(change):
            text = _("Revision {n}, plan {plan}, {share}. An edit voids the approvals.").format(
                n=change.revision,
                plan=change.plan_hash[:8],
                share=_("approved {share}").format(share=count_of(len(standing), len(standing))),
            )
        self.bound.setText(text)
        self.bound.setVisible(bool(text))
        self._show_part(self.chips.current)

    def part(self, position: int) -> tuple[Section, ...]:
        """Return the sections of a part, built on first use."""
        if position not in self._built:
            sections = tuple(self.own(make()) for make in PARTS[position][1])
            inner = QWidget()
            layout = QVBoxLayout(inner)
            layout.setContentsMargins(0, 4, MARGIN, BOTTOM)
            layout.setSpacing(24)
            if position == RUNBOOK:
                layout.addWidget(self._build_summary())
            for place, section in enumerate(sections):
                section.tells_lock = not place
                layout.addWidget(section)
            layout.addStretch(1)
            area = scrolling(inner)
            keep_right_edge(area, layout)
            put_in_place(self.stack, position, area)
            self._built[position] = sections
        return self._built[position]

    def _build_summary(self) -> PlanSummary:
        self.summary = PlanSummary()
        self.summary.options_wanted.connect(partial(self.chips.choose, OPTIONS))
        self.summary.risk_wanted.connect(partial(self.chips.choose, RISK))
        return self.summary

    def _show_part(self, position: int) -> None:
        """Show a part; what is not there yet is built in one turn and filled in another."""
        if position in self._built:
            self._fill(position)
        else:
            self.build_later(partial(self.part, position), partial(self._fill, position))

    def _fill(self, position: int) -> None:
        if position != self.chips.current:  # somebody was faster
            return
        sections = self.part(position)
        self.stack.setCurrentIndex(position)
        if self._view is not None:
            for section in sections:
                section.show_view(self._view)
            if position == RUNBOOK and self.summary is not None:
                self.summary.show_view(self._view)

    @Slot(int)
    def _on_chosen(self, position: int) -> None:
        self.flush()
        self._show_part(position)

    @Slot()
    def _on_briefing(self) -> None:
        if self._view is None:
            return
        self.flush()
        name = f"{self._view.change.number}-briefing.pdf"
        path, _kind = QFileDialog.getSaveFileName(self, _("Save as PDF"), name, "PDF (*.pdf)")
        if path:
            self.save_briefing(Path(path))

    def save_briefing(self, path: Path) -> None:
        """Make the briefing of the change as it stands, and write it to a file."""
        if self._view is not None:
            context = self.editing.context
            task = briefings.save_briefing(context, self._view.change.number, path)
            task.succeeded.connect(self._on_saved)
            task.failed.connect(self.editing.failed)

    @Slot(object)
    def _on_saved(self, made: SavedBriefing) -> None:
        text = _("Saved as {path}").format(path=made.path)
        if made.open_points:
            points = ", ".join(made.open_points)
            text += ". " + _("Not settled yet: {points}").format(points=points)
        self.editing.context.messages.show_done(text)
