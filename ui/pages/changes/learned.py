"""Document: what was learned, and what is still to be done about it."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Slot

from app.domain.change import Change
from app.domain.lesson import FollowUp, Lesson, tags_of
from app.errors import InvalidInput
from app.i18n import _, later
from app.wording import day_words
from ui.cells import Badge, Cell, Column
from ui.models.learning import action_badge
from ui.operations.changes import ChangeView
from ui.pages.changes.records import Line, RecordForm, RecordList, Records, line_column
from ui.pages.changes.saving import Section, record_lock, refuse
from ui.widgets.fields import FlagField, LineField


class LessonForm(RecordForm):
    """Event, cause, effect, recommendation."""

    def __init__(self) -> None:
        super().__init__()
        self.happened = LineField(_("What happened"))
        self.cause = LineField(_("Why"))
        self.effect = LineField(_("What followed"))
        self.recommendation = LineField(_("What we do from now on"))
        self.tags = LineField(_("Tags"), _("To find it again"), placeholder="postgresql, index")
        for name in ("happened", "cause", "effect", "recommendation"):
            self.add(name, getattr(self, name))
        self.add("tags", self.tags, wide=True)

    def fill(self, record: Lesson) -> None:
        """Show a lesson."""
        self.happened.set_value(record.event)
        for name in ("cause", "effect", "recommendation"):
            getattr(self, name).set_value(getattr(record, name))
        self.tags.set_value(", ".join(record.tags))

    def read(self, record: Lesson) -> Lesson:
        """Return the lesson as typed."""
        if not self.happened.value:
            raise refuse(self.happened, InvalidInput(_("Say what happened.")))
        by, at = self.stamp() if self.stamp else ("", None)
        return Lesson(
            self.happened.value,
            self.cause.value,
            self.effect.value,
            self.recommendation.value,
            tags_of(self.tags.value),
            record.by or by,
            record.at or at,
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
        self.child = LineField(_("Change that does it"), placeholder="CHG-000123")
        for name in ("title", "owner", "due", "child", "done"):
            self.add(name, getattr(self, name))

    def fill(self, record: FollowUp) -> None:
        """Show an action."""
        self.title.set_value(record.title)
        self.owner.set_value(record.owner)
        self.due.set_value(record.due.isoformat() if record.due else "")
        self.done.set_value(record.done)
        self.child.set_value(record.child)

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
        today = self.stamp()[1].date() if self.stamp else None
        return replace(
            record,
            title=self.title.value,
            owner=self.owner.value,
            due=due,
            done=self.done.value,
            done_on=(record.done_on or today) if self.done.value else None,
            child=self.child.value.upper(),
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
                    _("Until"), lambda a: day_words(a.due) if a.due else "–", width=140,
                    tone="ink2",
                ),
                Column[Line](
                    _("State"), lambda line: self._badge(line).word,
                    cell=lambda line: Cell((self._badge(line),)), width=150,
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

    def _badge(self, line: Line) -> Badge:
        action: FollowUp = line.item
        return action_badge(action, self._view.now.date() if self._view else date.min)
