"""Evaluate: how it ended, what users noticed and said, whether the gain lasts, who looked at it."""

from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout

from app.domain.change import Change
from app.domain.people import same_person
from app.domain.review import CloseCode
from app.i18n import _, later
from app.services.change.agreed import REVIEWABLE
from app.services.change.closing import propose_code
from app.wording import day, moment
from ui.cells import Badge, Mark
from ui.operations import changes
from ui.operations.changes import ChangeView, edit_of
from ui.pages.changes.editing import Editing
from ui.pages.changes.feedback import FeedbackPart
from ui.pages.changes.incidents import IncidentsSection, OutagesSection
from ui.pages.changes.learned import FollowUpsSection, LessonsSection
from ui.pages.changes.outcome import OutcomeSection
from ui.pages.changes.questions import QuestionsSection
from ui.pages.changes.repeats import RepeatsPart
from ui.pages.changes.saving import Section, record_lock
from ui.pages.changes.tab import Part, Tab
from ui.pages.changes.words import CLOSE_CODES, choices, word
from ui.widgets.badges import StateBadge
from ui.widgets.beside import Beside
from ui.widgets.buttons import Button, WithReason, link
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.flow import Flow
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row


class ReviewTab(Tab):
    """Ending, lessons, actions, incidents, review; what lies below the window comes later."""

    questions: QuestionsSection
    outcome: OutcomeSection
    lessons: LessonsSection
    follow_ups: FollowUpsSection
    incidents: IncidentsSection
    outages: OutagesSection
    feedback: FeedbackPart
    repeats: RepeatsPart

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self.end()
        self.reviewed = self.add_part(Reviewed(editing))
        self.ending = self.add_section(EndingSection())
        self.build_later(
            self._build_questions, self._build_outcome, self._build_lessons,
            self._build_follow_ups, self._build_incidents, self._build_outages,
            self._build_feedback, self._build_repeats,
        )  # fmt: skip

    def _build_questions(self) -> None:
        self.questions = self.add_section(QuestionsSection())

    def _build_outcome(self) -> None:
        self.outcome = self.add_section(OutcomeSection())

    def _build_lessons(self) -> None:
        self.lessons = self.add_section(LessonsSection())

    def _build_follow_ups(self) -> None:
        self.follow_ups = self.add_section(FollowUpsSection())

    def _build_incidents(self) -> None:
        self.incidents = self.add_section(IncidentsSection())

    def _build_outages(self) -> None:
        self.outages = self.add_section(OutagesSection())

    def _build_feedback(self) -> None:
        self.feedback = self.add_part(FeedbackPart(self.editing))

    def _build_repeats(self) -> None:
        self.repeats = self.add_part(RepeatsPart(self.editing))


class Reviewed(Part):
    """Who has reviewed the change; never who implemented it."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self.button = Button(_("Reviewed by me"), icon="eye")
        self._state, self._when = StateBadge(), Label(tone="ink2", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(_("Review")))
        said = Flow((self._state, self._when), gap=12)
        layout.addWidget(Beside(said, WithReason(self.button), gap=12, whole=True))
        self.button.clicked.connect(self._on_clicked)

    def show_view(self, view: ChangeView) -> None:
        """Show who reviewed it and whether the acting person may."""
        change = view.change
        done = bool(change.reviewed_by)
        badge = Badge(Mark.GOOD, _("Reviewed")) if done else _open_badge(view)
        self._state.set_badge(badge)
        by = _("by {name}, {moment}")
        when = moment(change.reviewed_at, view.zone)
        told = by.format(name=change.reviewed_by, moment=when) if done else _due_words(view)
        self._when.setText(told)
        locked = bool(record_lock(change))
        self.button.setVisible(not locked)
        self.button.block("" if locked else _why_not(view))

    @Slot()
    def _on_clicked(self) -> None:
        view = self._editing.view
        by, at = self._editing.stamp()
        edit = edit_of(view.change, {"reviewed_by": by, "reviewed_at": at}, _("Reviewed"))
        if edit is not None:
            task = changes.save(self._editing.context, view.change.id, edit)
            self._editing.do(task, _("Reviewed"))


def _open_badge(view: ChangeView) -> Badge:
    due = view.change.review_due_at
    if due is not None and due <= view.now:
        return Badge(Mark.WATCH, _("Review is late"))
    return Badge(Mark.MISSING, _("Not reviewed"))


def _due_words(view: ChangeView) -> str:
    due = view.change.review_due_at
    return "" if due is None else _("due {day}").format(day=day(due, view.zone, year=True))


def _why_not(view: ChangeView) -> str:
    change = view.change
    if change.state not in REVIEWABLE:
        return _("once it is watched or in review")
    if same_person(view.actor, change.implementer):
        return _("who implements cannot review")
    return _("you reviewed it") if view.actor == change.reviewed_by else ""


class EndingSection(Section):
    """The close code and the notes."""

    note: ClassVar[str] = later("Edited the close code and notes")

    def __init__(self) -> None:
        super().__init__()
        self.code = ChoiceField(_("How it ended"), choices(CLOSE_CODES, none=_("not said")))
        self.notes = TextField(_("Close notes"), _("For somebody who reads only this."), lines=3)
        self.proposal, self.take = Label(tone="ink2", wrap=True), link(_("Take it"))
        self._proposed: CloseCode | None = None
        form = Form(2)
        form.add("code", self.code)
        form.add("notes", self.notes, wide=True)
        self.column.addWidget(form)
        told = row(self.proposal, self.take, gap=12)
        told.setStretch(0, 1)
        add_layout(self.column, told)
        self.watch(self.code, self.notes)
        self.take.clicked.connect(self._on_take)

    def lock(self, change: Change) -> str:
        """Written after the work."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        code = view.change.close_code
        self.code.set_value(code.value if code else "")
        self.notes.set_value(view.change.close_notes)
        self._propose(view)

    def values(self) -> dict[str, object]:
        """Return code and notes."""
        code = self.code.value
        return {
            "close_code": CloseCode(code) if code else None,
            "close_notes": self.notes.value,
        }

    def _propose(self, view: ChangeView) -> None:
        run = max(view.runs, key=lambda item: item.id, default=None)
        proposal = propose_code(view.change, view.comparisons, run)
        shown = view.change.state in REVIEWABLE
        self._proposed = proposal.code if shown else None
        told = _("The record supports “{code}”: {why}.")
        self.proposal.setText(
            told.format(code=word(CLOSE_CODES, proposal.code), why="; ".join(proposal.reasons))
        )
        self.proposal.setVisible(shown)
        self.take.setVisible(shown and view.change.close_code is not proposal.code)

    @Slot()
    def _on_take(self) -> None:
        if self._proposed is not None:
            self.code.set_value(self._proposed.value)
            self.touch()
            self.flush()
