"""Builds a filter from conditions, shows how much it holds, and keeps it under a name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import ChangeState, ChangeType
from app.domain.filter import ChangeFilter, ChangeSort, SavedFilter, Span
from app.domain.host import Host
from app.domain.need import NeedCategory
from app.domain.risk import Grade
from app.i18n import _, later, ngettext
from app.wording import count
from ui.models.changes import state_badge, type_word
from ui.operations import bulk, listing
from ui.pages.changes.words import GRADES, NEEDS
from ui.tasks import Latest
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import ChoiceField, FlagField, LineField, PickField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import Line, add_layout, column, row, scrolling

if TYPE_CHECKING:
    from ui.context import UiContext

_SPANS = {
    Span.TODAY: later("starts today"),
    Span.THIS_WEEK: later("touches this week"),
    Span.NEXT_30_DAYS: later("touches the next 30 days"),
    Span.PAST: later("should have started before today"),
}
_ANY = ""


class FilterBuilder(QWidget):
    """Stands in the place of the list while a filter is built."""

    wanted = Signal(object)  # ChangeFilter: show it
    kept = Signal(object)  # SavedFilter
    put_away = Signal(object)  # SavedFilter
    closed = Signal()
    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._sort = ChangeSort()
        self._saved: SavedFilter | None = None
        self._count = Latest(context.tasks, self)
        self._hosts = Latest(context.tasks, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(200)
        self._make_fields()
        self.show_it = Button(_("Show"), Kind.PRIMARY)
        self.cancel = Button(_("Not now"))
        self.name = LineField(_("Name"), _("Under which everybody at this desk finds it."))
        self.keep = Button(_("Keep under this name"), icon="plus")
        self.save = Button(_("Save"), icon="save")
        self.delete = Button(_("Delete"), Kind.DANGER, icon="trash")
        self._lay_out()
        self._connect()

    def _make_fields(self) -> None:
        self.states = PickField(_("State"), [(s.value, state_badge(s).word) for s in ChangeState])
        self.types = PickField(_("Type"), [(t.value, type_word(t)) for t in ChangeType])
        self.risks = PickField(_("Inherent risk"), [(str(int(g)), _(GRADES[g])) for g in Grade])
        self.needs = PickField(_("Need"), [(n.value, _(NEEDS[n])) for n in NeedCategory])
        self.coordinator = LineField(_("Coordinator"))
        self.person = LineField(_("Person in any role"))
        self.host = ChoiceField(_("Host"), [(_ANY, _("any"))])
        self.service = LineField(_("Service"))
        self.tag = LineField(_("Tag"))
        spans = [(_ANY, _("any")), *((span.value, _(text)) for span, text in _SPANS.items())]
        self.span = ChoiceField(_("Window"), spans)
        self.first = LineField(_("Starts from"), placeholder="2026-11-01")
        self.last = LineField(_("Starts until"), placeholder="2026-11-30")
        self.mine = FlagField(_("Mine"), _("I am the coordinator"))
        self.unassigned = FlagField(_("Unassigned"), _("Nobody implements it"))
        self.hold = FlagField(_("On hold"), _("Only what is on hold"))
        self.review = FlagField(_("Review"), _("Only what should be reviewed by now"))
        self.conflicting = FlagField(_("Conflicts"), _("Only what nobody has accepted"))

    def _lay_out(self) -> None:
        self.form = Form(columns=2)
        for name, field in self._fields().items():
            self.form.add(name, field, wide=isinstance(field, FlagField))
        inner = QWidget()
        inner.setLayout(column(self.form, None, margins=(16, 12, 16, 12)))
        foot = column(
            self.name,
            row(self.delete, None, self.keep, self.save),
            row(None, self.cancel, self.show_it),
            gap=8, margins=(16, 10, 16, 12),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        heading = Label(_("Build a filter"), weight=BOLD)
        add_layout(layout, row(heading, None, margins=(16, 12, 16, 0)))
        layout.addWidget(scrolling(inner), 1)
        layout.addWidget(Line())
        add_layout(layout, foot)

    def _connect(self) -> None:
        self.form.edited.connect(self._pause.start)
        self._pause.timeout.connect(self._ask_count)
        self._count.loaded.connect(self._on_count)
        self._hosts.loaded.connect(self._on_hosts)
        self.show_it.clicked.connect(self._on_show)
        self.cancel.clicked.connect(self.closed)
        self.keep.clicked.connect(self._on_keep)
        self.save.clicked.connect(self._on_save)
        self.delete.clicked.connect(self._on_delete)
        for latest in (self._count, self._hosts):
            latest.failed.connect(self.failed)

    @property
    def ready(self) -> bool:
        """Whether hosts and count are shown."""
        return not (self._count.busy or self._hosts.busy or self._pause.isActive())

    def start(self, wanted: ChangeFilter, sort: ChangeSort, saved: SavedFilter | None) -> None:
        """Begin with a filter; one that is kept can be changed and deleted."""
        self._sort, self._saved = sort, saved
        for button in (self.save, self.delete):
            button.setVisible(saved is not None)
        self.keep.setText(_("Keep as another") if saved else _("Keep under this name"))
        self.name.set_value(saved.name if saved else "")
        self.name.set_error("")
        self._show(wanted)
        services = self._context.services
        self._hosts.start(lambda: listing.load_hosts(services))
        self._ask_count()
        self.states.setFocus()

    def value(self) -> ChangeFilter | None:
        """Return the filter as it is now; None when a day is none, said at its field."""
        days = [self._day(field) for field in (self.first, self.last)]
        if "wrong" in days:
            return None
        first, last = (day if isinstance(day, date) else None for day in days)
        return ChangeFilter(
            states=tuple(ChangeState(value) for value in self.states.value),
            types=tuple(ChangeType(value) for value in self.types.value),
            risks=tuple(Grade(int(value)) for value in self.risks.value),
            categories=tuple(NeedCategory(value) for value in self.needs.value),
            coordinator=self.coordinator.value,
            mine=self.mine.value,
            person=self.person.value,
            unassigned=self.unassigned.value,
            host=self.host.value,
            service=self.service.value,
            tag=self.tag.value,
            on_hold=True if self.hold.value else None,
            conflicting=self.conflicting.value,
            review_overdue=self.review.value,
            span=Span(self.span.value) if self.span.value else None,
            first_day=first,
            last_day=last,
        )

    def _fields(self) -> dict[str, PickField | LineField | ChoiceField | FlagField]:
        return {
            "states": self.states, "risks": self.risks, "needs": self.needs, "types": self.types,
            "coordinator": self.coordinator, "person": self.person, "host": self.host,
            "service": self.service, "tag": self.tag, "window": self.span,
            "first": self.first, "last": self.last, "mine": self.mine, "hold": self.hold,
            "unassigned": self.unassigned, "conflicting": self.conflicting,
            "review": self.review,
        }  # fmt: skip

    def _show(self, wanted: ChangeFilter) -> None:
        self.states.set_value([state.value for state in wanted.states])
        self.types.set_value([each.value for each in wanted.types])
        self.risks.set_value([str(int(grade)) for grade in wanted.risks])
        self.needs.set_value([each.value for each in wanted.categories])
        for field, value in (
            (self.coordinator, wanted.coordinator), (self.person, wanted.person),
            (self.service, wanted.service), (self.tag, wanted.tag),
            (self.first, wanted.first_day.isoformat() if wanted.first_day else ""),
            (self.last, wanted.last_day.isoformat() if wanted.last_day else ""),
        ):  # fmt: skip
            field.set_value(value)
            field.set_error("")
        if wanted.host:
            self.host.set_options([(_ANY, _("any")), (wanted.host, wanted.host)])
        self.host.set_value(wanted.host)
        self.span.set_value(wanted.span.value if wanted.span else _ANY)
        self.mine.set_value(wanted.mine)
        self.unassigned.set_value(wanted.unassigned)
        self.hold.set_value(bool(wanted.on_hold))
        self.conflicting.set_value(wanted.conflicting)
        self.review.set_value(wanted.review_overdue)

    def _day(self, field: LineField) -> date | str:
        field.set_error("")
        if not field.value:
            return ""
        try:
            return date.fromisoformat(field.value)
        except ValueError:
            field.set_error(_("Write a day as 2026-11-14."))
            return "wrong"

    @Slot()
    def _ask_count(self) -> None:
        wanted, services = self.value(), self._context.services
        if wanted is not None:
            self._count.start(lambda: services.finder.count(wanted, services.asker))

    @Slot(object)
    def _on_count(self, number: int) -> None:
        text = ngettext("Show {n} change", "Show {n} changes", number)
        self.show_it.setText(text.format(n=count(number)))

    @Slot(object)
    def _on_hosts(self, hosts: Sequence[Host]) -> None:
        chosen = self.host.value
        self.host.set_options([(_ANY, _("any")), *((host.id, host.name) for host in hosts)])
        self.host.set_value(chosen)

    @Slot()
    def _on_show(self) -> None:
        if (wanted := self.value()) is not None:
            self.wanted.emit(wanted)

    @Slot()
    def _on_keep(self) -> None:
        if (wanted := self.value()) is not None:
            task = bulk.keep(self._context, self.name.value, wanted, self._sort)
            task.succeeded.connect(self.kept)
            task.failed.connect(self._on_refused)

    @Slot()
    def _on_save(self) -> None:
        if self._saved is not None and (wanted := self.value()) is not None:
            saved = replace(self._saved, name=self.name.value, wanted=wanted, sort=self._sort)
            task = bulk.change(self._context, saved)
            task.succeeded.connect(self.kept)
            task.failed.connect(self._on_refused)

    @Slot()
    def _on_delete(self) -> None:
        if self._saved is not None:
            task = bulk.put_away(self._context, self._saved.id)
            task.succeeded.connect(self.put_away)
            task.failed.connect(self.failed)

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        """A name that cannot be is said at its field."""
        text, hint = getattr(error, "text", str(error)), getattr(error, "hint", "")
        self.name.set_error(f"{text} {hint}".strip())
        self.name.setFocus()
