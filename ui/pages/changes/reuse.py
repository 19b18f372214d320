"""Use a change again: copy the parts one chooses, or make a template of its plan."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change
from app.domain.template import TEMPLATE_FIELDS, Template
from app.i18n import _, later
from app.services.change.changes import MAX_TITLE
from app.services.template.standing import field_words
from app.services.template.templates import COPIED, USUAL_LOCKS
from app.wording import count_of
from ui.changed import Topic
from ui.operations import templates
from ui.operations.templates import NewTemplate
from ui.pages.changes.edition import EditionChoice
from ui.tasks import Task
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import Check, LineField
from ui.widgets.fold import Fold
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, card, clear, column, keep_back, panel, row

if TYPE_CHECKING:
    from ui.context import UiContext

COPY, TEMPLATE = "copy", "template"
_ACROSS = 3
_PARTS = {
    "need": later("Need and description"),
    "impact": later("Impact and scope"),
    "options": later("Options and risk"),
    "runbook": later("Hosts, runbook and backup plan"),
    "plans": later("Plans"),
    "measures": later("Measures and tests"),
    "people": later("Contacts"),
}


class Reuse(QWidget):
    """One form at a time, in place; the page takes it away on Escape."""

    failed = Signal(object)  # an exception

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._change: Change | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.name = LineField("")
        self.boxes: dict[str, Check] = {}
        self.edition: EditionChoice | None = None
        self.confirm, self.cancel = Button(""), Button("")
        keep_back(self, self.name, self.confirm, self.cancel)
        self.hide()

    def ask(self, what: str, change: Change) -> None:
        """Ask for a ``copy`` of a change, or a ``template``."""
        self._change = change
        (self._ask_copy if what == COPY else self._ask_template)(change)

    def _ask_copy(self, change: Change) -> None:
        text = _("Results, approvals and everything that happened stay behind.")
        self._build(_("Copy {number}").format(number=change.number), text, _("Title of the copy"))
        self.name.set_value(change.title)
        self._tick({key: _(words) for key, words in _PARTS.items()}, tuple(COPIED))
        self._end(_("Make the copy"), self._on_copy)

    def _ask_template(self, change: Change) -> None:
        heading = _("Make a template of {number}").format(number=change.number)
        text = _("Somebody else approves it before standard changes may rest on it.")
        self._build(heading, text, _("Name of the template"))
        self.name.set_value(change.title)
        self.edition = EditionChoice(self._context, change.id)
        self.edition.chosen.connect(self._on_edition)
        self.edition.failed.connect(self.failed)
        self._parts.insertWidget(2, self.edition)
        self._tick_locks()
        self._end(_("Make the template"), self._on_template)

    @property
    def is_open(self) -> bool:
        """Whether something is asked."""
        return not self.isHidden()

    def _build(self, heading: str, text: str, label: str) -> None:
        clear(self._layout)
        self.name = LineField(label)
        self.name.line.setMaxLength(MAX_TITLE)
        self._parts = column(
            Label(heading, weight=BOLD, wrap=True), Label(text, tone="ink2", wrap=True), self.name,
            gap=8, margins=(16, 12, 16, 12),
        )  # fmt: skip

    def _tick(self, words: dict[str, str], ticked: Sequence[str]) -> None:
        self.boxes = {key: Check(text) for key, text in words.items()}
        for key, box in self.boxes.items():
            box.setChecked(key in ticked)
        form = Form(_ACROSS)
        for box in self.boxes.values():
            form.place(box)
        self._parts.addWidget(form)

    def _tick_locks(self) -> None:
        """Fold the many parts away: the usual ones are locked."""
        parts, self._parts = self._parts, column(gap=8)
        self._tick({name: field_words(name) for name in TEMPLATE_FIELDS}, USUAL_LOCKS)
        content = panel(self._parts)
        self._locks = Fold(_("Locked for standard changes"), lambda: content)
        keep_back(self._locks, content)
        for box in self.boxes.values():
            box.toggled.connect(self._count_locks)
        parts.addWidget(self._locks)
        self._parts = parts
        self._count_locks()

    @Slot()
    def _count_locks(self) -> None:
        self._locks.set_note(count_of(len(self._chosen()), len(self.boxes)))

    def _end(self, verb: str, slot: Callable[[], object]) -> None:
        self.confirm, self.cancel = Button(verb, Kind.PRIMARY), Button(_("Not now"))
        self.confirm.clicked.connect(slot)
        self.name.line.returnPressed.connect(slot)
        self.cancel.clicked.connect(self.hide)
        add_layout(self._parts, row(None, self.cancel, self.confirm))
        self._layout.addWidget(card(self._parts))
        self.show()
        self.name.setFocus()

    def _chosen(self) -> tuple[str, ...]:
        return tuple(key for key, box in self.boxes.items() if box.isChecked())

    @Slot()
    def _on_copy(self) -> None:
        if not self.name.value:
            self.name.set_error(_("A change needs a title."))
            return
        self._do(templates.copy(self._context, self._id, self.name.value, self._chosen()))

    @Slot()
    def _on_template(self) -> None:
        if not self.name.value:
            self.name.set_error(_("Name the template."))
            return
        if self.edition is None or self.edition.complain():
            return
        earlier = self.edition.template
        family = earlier.family if earlier else ""
        note = self.edition.note.value if earlier else ""
        wanted = NewTemplate(self.name.value, self._chosen(), family, note)
        self._do(templates.make(self._context, self._id, wanted))

    @Slot(object)
    def _on_edition(self, earlier: Template | None) -> None:
        """Take the name and the locks of the edition before, which may still be altered."""
        if self._change is None:
            return
        self.name.set_value(earlier.name if earlier else self._change.title)
        for key, box in self.boxes.items():
            box.setChecked(key in (earlier.locked if earlier else USUAL_LOCKS))
        text = _("Make edition {n}").format(n=earlier.edition + 1) if earlier else ""
        self.confirm.setText(text or _("Make the template"))

    @property
    def _id(self) -> str:
        return self._change.id if self._change else ""

    def _do(self, task: Task) -> None:
        self.hide()
        task.succeeded.connect(self._on_made)
        task.failed.connect(self.failed)

    @Slot(object)
    def _on_made(self, made: Change | Template) -> None:
        """Go to what was made."""
        self._context.changed.announce(Topic.CHANGES)
        if isinstance(made, Template):
            self._context.navigation.go("templates", made.family)
        else:
            self._context.navigation.go("changes", made.id)
