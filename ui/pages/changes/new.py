"""The beginning of a change: a title, what was like it before, and what to think of next."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.host import Host
from app.domain.ids import HostId
from app.domain.need import NeedCategory
from app.errors import InvalidInput
from app.i18n import _
from app.services.change.changes import MAX_TITLE
from app.services.search.precedents import Likeness, likeness_of
from ui.models.changes import stage_names
from ui.operations.beginning import Beginning, load_hosts
from ui.operations.templates import FromTemplate
from ui.pages.changes.from_template import TemplateStart
from ui.pages.changes.precedents import PrecedentsPanel
from ui.pages.changes.words import NEEDS, choices
from ui.tasks import Latest
from ui.theme import BOLD
from ui.widgets.buttons import Button, primary
from ui.widgets.fields import ChoiceField, LineField, PickField
from ui.widgets.fold import Fold
from ui.widgets.form import Form
from ui.widgets.labels import Label, title
from ui.widgets.layout import MARGIN, column, keep_back, panel, row, scrolling
from ui.widgets.stage_rail import StageRail

if TYPE_CHECKING:
    from ui.context import UiContext


class NewChange(QWidget):
    """Asks for the title; everything else can wait until the record is there."""

    wanted = Signal(object)  # Beginning or FromTemplate
    closed = Signal()
    opened = Signal(str)
    """The id of an earlier change that was clicked."""

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self.field = LineField(
            _("Title"),
            _("What shall be different afterwards, in one line. It can be altered later."),
            placeholder=_("Upgrade the orders database to PostgreSQL 16"),
        )
        self.field.line.setMaxLength(MAX_TITLE)
        self.begin, self.cancel = primary(_("Begin the draft")), Button(_("Not now"))
        self.category = ChoiceField(_("Need"), choices(NEEDS, none=_("not chosen")))
        self.service = LineField(_("Business service"))
        self.hosts = PickField(_("Affected hosts"))
        keep_back(self, self.category, self.service, self.hosts)
        self.more = Fold(_("What is known already"), self._build_more)
        self.more.set_note(_("need, service, hosts"))
        self.templates = TemplateStart(context)
        self.before = PrecedentsPanel()
        self.then = self._build_then()
        self._hosts = Latest(context.tasks, self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        lead = _("It starts as a draft. Nothing touches a server before it is approved.")
        parts = column(
            title(_("New change")), Label(lead, tone="ink2", wrap=True), 8,
            self.templates, self.field, self.more,
            row(self.begin, self.cancel, None), 16, self.before, 12, self.then, None,
            gap=8,
        )  # fmt: skip
        inner = panel(parts)
        inner.setMaximumWidth(770)
        holder = panel(row(inner, margins=(MARGIN, 16, MARGIN, 16)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(holder))

    def _build_then(self) -> QWidget:
        rail = StageRail(stage_names(), 0)
        rail.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        steps = (
            _("Say which need it answers, and show it with a record."),
            _("Say who is affected, and what is touched and what is not."),
            _("Compare options, judge the risk, write the steps forward and back."),
            _("Agree on a window. The plan is approved exactly as it stands."),
        )
        return panel(
            column(
                rail, 8, Label(_("What comes then"), weight=BOLD),
                *(Label(text, tone="ink2", wrap=True) for text in steps),
                gap=8,
            )
        )  # fmt: skip

    def _build_more(self) -> QWidget:
        form = Form(2)
        form.add("category", self.category)
        form.add("service", self.service)
        form.add("hosts", self.hosts, wide=True)
        form.edited.connect(self._look_back)
        return form

    def _connect(self) -> None:
        self.begin.clicked.connect(self.submit)
        self.cancel.clicked.connect(self.closed)
        self.field.line.returnPressed.connect(self.submit)
        self.field.edited.connect(self._look_back)
        self.templates.chosen.connect(self._on_template)
        self.before.opened.connect(self.opened)
        self._hosts.loaded.connect(self._on_hosts)
        self._hosts.failed.connect(self._context.messages.show_error)

    def start(self, template_id: str = "") -> None:
        """Empty the form and put the keyboard into it; a template may be chosen already."""
        self.field.set_value("")
        self.field.set_error("")
        self.category.set_value("")
        self.service.set_value("")
        self.hosts.set_value(())
        self.more.set_open(False)
        self.before.forget()
        self.begin.block("")
        self.field.setFocus()
        self.templates.start(template_id)
        self._hosts.start(partial(load_hosts, self._context.services))

    @property
    def value(self) -> Beginning:
        """What is known."""
        chosen = self.category.value
        return Beginning(
            self.field.value,
            NeedCategory(chosen) if chosen else None,
            self.service.value,
            tuple(HostId(value) for value in self.hosts.value),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    @Slot()
    def submit(self) -> None:
        """Record the change, or say what is missing."""
        if not self.field.value:
            self.field.set_error(_("A change needs a title."))
            self.field.setFocus()
        elif self.begin.isEnabled():
            self._emit()

    def _emit(self) -> None:
        template = self.templates.template
        if template is None:
            self.begin.block(_("being recorded"))
            self.wanted.emit(self.value)
            return
        try:
            wanted = self.templates.read(self.field.value)
        except InvalidInput:
            return
        self.begin.block(_("being recorded"))
        self.wanted.emit(FromTemplate(template, wanted))

    @Slot(str)
    def _on_template(self, proposed: str) -> None:
        """Propose the template's title; what a template says itself is not asked for."""
        self.field.set_value(proposed)
        self.field.set_error("")
        self.more.setVisible(not proposed)
        self.then.setVisible(not proposed)
        self._look_back()

    @Slot()
    def _look_back(self) -> None:
        begun, template = self.value, self.templates.template
        if template is None:
            services = (begun.service,) if begun.service else ()
            like = Likeness(begun.title, begun.hosts, services, begun.category)
        else:
            pattern = likeness_of(template.pattern)
            like = replace(pattern, title=begun.title, template=template.id, but="")
        self.before.ask(self._context, like)

    @Slot(object)
    def _on_hosts(self, hosts: tuple[Host, ...]) -> None:
        self.hosts.set_options([(str(host.id), host.name) for host in hosts])
