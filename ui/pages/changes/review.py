"""Document and evaluate: how it ended, what was learned, what is still to do, who looked at it."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change, ChangeState
from app.domain.lesson import FollowUp, Lesson
from app.domain.review import CloseCode
from app.errors import InvalidInput
from app.i18n import _, later
from app.wording import moment
from ui.cells import Badge, Cell, Column, Mark
from ui.operations import changes
from ui.operations.changes import ChangeView, edit_of
from ui.pages.changes.editing import Editing
from ui.pages.changes.incidents import IncidentsSection
from ui.pages.changes.outcome import OutcomeSection
from ui.pages.changes.records import Line, RecordForm, RecordList, Records, line_column
from ui.pages.changes.saving import Section, record_lock, refuse
from ui.pages.changes.tab import Tab
from ui.pages.changes.words import CLOSE_CODES, choices
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, WithReason
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, FlagField, Form, LineField, TextField
from ui.widgets.labels import Label
from ui.widgets.layout import row

_REVIEWABLE = (ChangeState.MONITOR, ChangeState.REVIEW)


class ReviewTab(Tab):
    """Ending, lessons, actions, incidents, review."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self.reviewed = Reviewed(editing)
        self.ending, self.lessons = EndingSection(), LessonsSection()
        self.follow_ups, self.incidents = FollowUpsSection(), IncidentsSection()
        self.outcome = OutcomeSection()
        self.body.addWidget(self.reviewed)
        for section in (self.ending, self.outcome, self.lessons, self.follow_ups, self.incidents):
            self.add_section(section)
        self.end()

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        super().show_view(view)
        self.reviewed.show_view(view)


class Reviewed(QWidget):
    """Who has reviewed the change; never who implemented it."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self.button = Button(_("Reviewed by me"), icon="eye")
        self._state, self._when = StateBadge(), Label(tone="ink2")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(_("Review")))
        layout.addLayout(row(self._state, self._when, None, WithReason(self.button), gap=12))
        self.button.clicked.connect(self._on_clicked)

    def show_view(self, view: ChangeView) -> None:
        """Show who reviewed it and whether the acting person may."""
        change = view.change
        done = bool(change.reviewed_by)
        badge = Badge(Mark.GOOD, _("Reviewed")) if done else Badge(Mark.MISSING, _("Not reviewed"))
        self._state.set_badge(badge)
        by = _("by {name}, {moment}")
        when = moment(change.reviewed_at, view.zone)
        self._when.setText(by.format(name=change.reviewed_by, moment=when) if done else "")
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


def _why_not(view: ChangeView) -> str:
    change = view.change
    if change.state not in _REVIEWABLE:
        return _("once it is watched or in review")
    if view.actor == change.implementer:
        return _("who implements cannot review")
    return _("you reviewed it") if view.actor == change.reviewed_by else ""


class EndingSection(Section):
    """The close code and the notes."""

    note: ClassVar[str] = later("Edited the close code and notes")

    def __init__(self) -> None:
        super().__init__()
        self.code = ChoiceField(_("How it ended"), choices(CLOSE_CODES, none=_("not said")))
        self.notes = TextField(_("Close notes"), _("For somebody who reads only this."), lines=3)
        form = Form(2)
        form.add("code", self.code)
        form.add("notes", self.notes, wide=True)
        self.column.addWidget(form)
        self.watch(self.code, self.notes)

    def lock(self, change: Change) -> str:
        """Written after the work."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        code = view.change.close_code
        self.code.set_value(code.value if code else "")
        self.notes.set_value(view.change.close_notes)

    def values(self) -> dict[str, object]:
        """Return code and notes."""
        code = self.code.value
        return {
            "close_code": CloseCode(code) if code else None,
            "close_notes": self.notes.value,
        }


class LessonForm(RecordForm):
    """Event, cause, effect, recommendation."""

    def __init__(self) -> None:
        super().__init__()
        self.happened = LineField(_("What happened"))
        self.cause = LineField(_("Why"))
        self.effect = LineField(_("What followed"))
        self.recommendation = LineField(_("What we do from now on"))
        for name in ("happened", "cause", "effect", "recommendation"):
            self.add(name, getattr(self, name))

    def fill(self, record: Lesson) -> None:
        """Show a lesson."""
        self.happened.set_value(record.event)
        for name in ("cause", "effect", "recommendation"):
            getattr(self, name).set_value(getattr(record, name))

    def read(self, record: Lesson) -> Lesson:
        """Return the lesson as typed."""
        if not self.happened.value:
            raise refuse(self.happened, InvalidInput(_("Say what happened.")))
        return Lesson(
            self.happened.value, self.cause.value, self.effect.value, self.recommendation.value
        )


class LessonsSection(Section):
    """Lessons, or that there are none."""

    note: ClassVar[str] = later("Edited the lessons")

    def __init__(self) -> None:
        super().__init__()
        records = Records(
            _("Lessons"),
            _("lesson"),
            _("No lesson yet. Write one, or say that there are none."),
            (
                line_column(_("What happened"), lambda lesson: lesson.event),
                line_column(_("Why"), lambda lesson: lesson.cause, width=150, tone="ink2"),
                line_column(_("What followed"), lambda lesson: lesson.effect, width=150,
                            tone="ink2"),
                line_column(_("From now on"), lambda lesson: lesson.recommendation, width=190),
            ),
            partial(Lesson, ""),
        )  # fmt: skip
        self.lessons = RecordList(records, LessonForm)
        self.none = FlagField(_("If there are none"), _("Nothing was learned that others need"))
        self.column.addWidget(self.lessons)
        self.column.addWidget(self.none)
        self.watch(self.none)
        self.watch_list(self.lessons)
        self.lessons.edited.connect(self._follow)

    def lock(self, change: Change) -> str:
        """Written after the work."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.lessons.set_value(view.change.lessons)
        self.none.set_value(view.change.no_lessons)
        self._follow()

    def values(self) -> dict[str, object]:
        """Return the lessons; “none” holds only without any."""
        lessons = self.lessons.value
        return {"lessons": lessons, "no_lessons": self.none.value and not lessons}

    @Slot()
    def _follow(self) -> None:
        self.none.setVisible(not self.lessons.value)


class FollowUpForm(RecordForm):
    """Who does what until when."""

    def __init__(self) -> None:
        super().__init__()
        self.title = LineField(_("What"))
        self.owner = LineField(_("Owner"))
        self.due = LineField(_("Until"), _("Year-month-day"), placeholder="2026-12-01")
        self.done = FlagField(_("State"), _("Done"))
        for name in ("title", "owner", "due", "done"):
            self.add(name, getattr(self, name))

    def fill(self, record: FollowUp) -> None:
        """Show an action."""
        self.title.set_value(record.title)
        self.owner.set_value(record.owner)
        self.due.set_value(record.due.isoformat() if record.due else "")
        self.done.set_value(record.done)

    def read(self, record: FollowUp) -> FollowUp:
        """Return the action as typed."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Say what is to be done.")))
        due = None
        if self.due.value:
            try:
                due = date.fromisoformat(self.due.value)
            except ValueError:
                text = _("Write the date as year-month-day, such as 2026-12-01.")
                raise refuse(self.due, InvalidInput(text)) from None
        return replace(
            record, title=self.title.value, owner=self.owner.value, due=due, done=self.done.value
        )


class FollowUpsSection(Section):
    """What outlives the change."""

    note: ClassVar[str] = later("Edited the follow-up actions")

    def __init__(self) -> None:
        super().__init__()
        records = Records(
            _("Follow-up actions"),
            _("action"),
            _("Nothing to follow up."),
            (
                line_column(_("What"), lambda action: action.title),
                line_column(_("Owner"), lambda action: action.owner, width=150, tone="ink2"),
                line_column(
                    _("Until"), lambda a: a.due.isoformat() if a.due else "–", width=110,
                    tone="ink2",
                ),
                Column[Line](
                    _("State"), lambda line: _action_badge(line.item).word,
                    cell=lambda line: Cell((_action_badge(line.item),)), width=100,
                ),
            ),
            partial(FollowUp, ""),
        )  # fmt: skip
        self.follow_ups = RecordList(records, FollowUpForm)
        self.column.addWidget(self.follow_ups)
        self.watch_list(self.follow_ups)

    def lock(self, change: Change) -> str:
        """Written after the work."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.follow_ups.set_value(view.change.actions)

    def values(self) -> dict[str, object]:
        """Return the actions."""
        return {"actions": self.follow_ups.value}


def _action_badge(action: FollowUp) -> Badge:
    return Badge(Mark.DONE, _("Done")) if action.done else Badge(Mark.LATER, _("Open"))
