"""The page of lessons: searchable, filterable, with the actions that came out of them."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.lesson import ActionState
from app.i18n import _, ngettext
from app.services.search.rows import ActionRow, LessonRow
from app.services.search.spelling import folded
from app.wording import count, day_words
from ui.cells import Cell, Column, Words
from ui.changed import Topic
from ui.models.learning import action_badge
from ui.models.rows import RowsModel
from ui.operations import lessons
from ui.operations.lessons import Found, LessonsView
from ui.pages.lessons.deeds import ActionDeeds
from ui.pages.lessons.detail import LessonDetail
from ui.tasks import Latest
from ui.widgets.buttons import Button
from ui.widgets.empty import EmptyState
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, column, row, split
from ui.widgets.page import Page
from ui.widgets.search import FilterChips, SearchField
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext

LESSONS, OPEN, OVERDUE, ALL = range(4)
_NAMES = {"lessons": LESSONS, "open": OPEN, "overdue": OVERDUE, "all": ALL}


class LessonsPage(Page):
    """Refs: ``overdue``, ``open``, ``all``, ``lessons``, with ``/id`` for one record of it."""

    id, title, icon, group = "lessons", _("Lessons"), "book", 2
    topics = Topic.CHANGES

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._view: LessonsView | None = None
        self._wanted = ""
        self.chips = FilterChips([_("Lessons"), _("Open actions"), _("Overdue"), _("All actions")])
        self.search = SearchField(_("Event, cause, tag, owner, change"))
        self.table = Table(
            RowsModel(self._columns()),
            rows=Rows.TWO_LINES,
            header=False,
            name="lessons",
            margin=MARGIN,
        )
        self.table.setAccessibleName(_("Lessons and actions"))
        self.found = Label(tone="ink2")
        self.detail = LessonDetail()
        self.stack = QStackedWidget()
        self.stack.addWidget(self._empty())
        self.stack.addWidget(split(self._listing(), self.detail, sizes=(700, 540), name="lessons"))
        self.body.addWidget(self.stack, 1)
        self._lessons = Latest(context.tasks, self)
        self._connect()

    def _empty(self) -> QWidget:
        self._first = Button(_("Open the changes"), icon="changes")
        return EmptyState(
            _("No lesson yet"),
            _("Lessons are written on the tab Review of a change. Here they are found again."),
            self._first,
        )

    def _listing(self) -> QWidget:
        side = QWidget()
        upper = column(
            self.search, row(self.chips, None), self.found, gap=10, margins=(MARGIN, 16, MARGIN, 8)
        )
        side.setLayout(column(upper, self.table, gap=0))
        return side

    def _connect(self) -> None:
        self._lessons.loaded.connect(self._show)
        self._lessons.failed.connect(self.show_error)
        self.chips.chosen.connect(self._filter)
        self.search.wanted.connect(self._filter)
        self.table.picked.connect(self._on_picked)
        self._first.clicked.connect(partial(self.context.navigation.go, "changes"))
        self.detail.change_wanted.connect(partial(self.context.navigation.go, "changes"))
        self._deeds = ActionDeeds(self.detail, self)
        self.table.opened.connect(self._on_opened)

    @property
    def ready(self) -> bool:
        """Whether everything is shown."""
        return not self._lessons.busy

    def reload(self) -> None:
        """Read everything again."""
        self._lessons.start(partial(lessons.load_view, self.context.services))

    def open(self, ref: str) -> None:
        """Show one of the filters, and a record of it."""
        name, _slash, record = ref.partition("/")
        self._wanted = record
        if name in _NAMES:
            self.chips.choose(_NAMES[name])
        self._filter()

    def places(self) -> tuple[str, ...]:
        """Every filter that has something in it."""
        return ("open", "overdue") if self._view and self._view.actions else ()

    def focus_search(self) -> None:
        """Go to the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def _columns(self) -> tuple[Column[Found], ...]:
        return (Column[Found](_("What"), _text, cell=self._cell),)

    def _cell(self, found: Found) -> Cell:
        match found.row:
            case LessonRow(lesson=item) as shown:
                tags = ", ".join(item.tags)
                below = item.recommendation or item.cause or _("no recommendation yet")
                return Cell(
                    (Words(item.event, weight=500),), (Words(below, "ink2"),),
                    end=Words(shown.number, "ink2"), below_end=Words(tags, "ink2"),
                )  # fmt: skip
            case ActionRow(action=item) as shown:
                due = day_words(item.due) if item.due else _("no date")
                who = _("{owner}, until {due}").format(owner=item.owner or _("nobody"), due=due)
                today = self._view.today if self._view else None
                badge = action_badge(item, today) if today else Words("")
                return Cell(
                    (Words(item.title, weight=500),), (Words(who, "ink2"),),
                    end=badge, below_end=Words(shown.number, "ink2"),
                )  # fmt: skip

    @Slot(object)
    def _show(self, view: LessonsView) -> None:
        self._view = view
        open_ones, late = self._actions(OPEN), self._actions(OVERDUE)
        self.chips.set_counts([len(view.lessons), len(open_ones), len(late), len(view.actions)])
        self.header.set_sentence(sentence(len(view.lessons), len(open_ones), len(late)))
        self.stack.setCurrentIndex(int(bool(view.lessons or view.actions)))
        self._filter()

    def _actions(self, chosen: int) -> list[Found]:
        view = self._view
        if view is None:
            return []
        wanted = {
            OPEN: (ActionState.OPEN, ActionState.OVERDUE),
            OVERDUE: (ActionState.OVERDUE,),
            ALL: tuple(ActionState),
        }[chosen]
        return [
            found
            for found in view.actions
            if isinstance(found.row, ActionRow) and found.row.action.state(view.today) in wanted
        ]

    @Slot()
    def _filter(self) -> None:
        view = self._view
        if view is None:
            return
        chosen = self.chips.current
        rows = list(view.lessons) if chosen == LESSONS else self._actions(chosen)
        words = folded(self.search.text()).split()
        shown = [item for item in rows if all(word in item.words for word in words)]
        self.table.set_rows(shown)
        told = _("{shown} of {all}").format(shown=count(len(shown)), all=count(len(rows)))
        self.found.setText(told if words else "")
        self.found.setVisible(bool(words))
        if self._wanted:
            self.table.select(self._wanted)
            self._wanted = ""
        self.table.select_first()
        self._on_picked(self.table.current)

    @Slot(object)
    def _on_picked(self, found: Found | None) -> None:
        if self._view is not None:
            self.detail.show_found(found, self._view.today)

    @Slot(object)
    def _on_opened(self, found: Found) -> None:
        self.context.navigation.go("changes", f"{found.row.change}/review")


def _text(found: Found) -> str:
    row_ = found.row
    return row_.lesson.event if isinstance(row_, LessonRow) else row_.action.title


def sentence(learned: int, still_open: int, late: int) -> str:
    """Return how much was learned, and what of it is still to be done."""
    if not (learned or still_open):
        return _("Nothing is written down yet.")
    told = ngettext("{n} lesson", "{n} lessons", learned).format(n=count(learned))
    todo = ngettext("{n} action is open", "{n} actions are open", still_open)
    text = f"{told}; {todo.format(n=count(still_open))}"
    if late:
        text += ngettext(", {n} of them overdue", ", {n} of them overdue", late).format(n=late)
    return f"{text}. {_('A lesson counts as learned when its action is done.')}"
