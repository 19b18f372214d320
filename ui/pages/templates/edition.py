"""The next edition of a template: from the plan of which change, and what it does differently."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.template import Template
from app.i18n import _
from ui.operations import templates
from ui.operations.templates import EditionSource, NewTemplate
from ui.tasks import Latest
from ui.widgets.buttons import Button, Kind
from ui.widgets.differences import Differences
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row

if TYPE_CHECKING:
    from ui.context import UiContext


class EditionForm(QWidget):
    """Hidden until a new edition is wanted; nothing is made before its button is pressed."""

    wanted = Signal(str, object)  # id of the change, NewTemplate
    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._template: Template | None = None
        self._sources: dict[str, EditionSource] = {}
        self.source = ChoiceField(_("From the plan of"))
        self.note = LineField(_("What this edition does differently"))
        self.said = Label(tone="ink2", wrap=True)
        self.differences = Differences("")
        self.make, self.leave = Button(_("Make the edition"), Kind.PRIMARY), Button(_("Not now"))
        inner = column(
            self.source, self.said, self.differences, self.note,
            row(None, self.leave, self.make), gap=10, margins=(14, 12, 14, 12),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(inner))
        self.hide()
        self._reads = Latest(context.tasks, self)
        self._reads.loaded.connect(self._show)
        self._reads.failed.connect(self.failed)
        self.source.edited.connect(self._follow)
        self.make.clicked.connect(self._on_make)
        self.leave.clicked.connect(self.hide)

    @property
    def ready(self) -> bool:
        """Whether the changes on offer are read."""
        return not self._reads.busy

    def ask(self, template: Template) -> None:
        """Offer the changes that a next edition of a template can be made from."""
        self._template = template
        self.note.set_value("")
        self.note.set_error("")
        self.make.block(_("the changes are being read"))
        self.show()
        self._reads.start(partial(templates.edition_sources, self._context.services, template))

    @Slot(object)
    def _show(self, sources: tuple[EditionSource, ...]) -> None:
        self._sources = {source.id: source for source in sources}
        self.source.set_options([(source.id, source.words) for source in sources])
        self.source.setVisible(bool(sources))
        self.make.block("" if sources else _("no change has a plan with steps"))
        self._follow()
        self.source.setFocus()

    @Slot()
    def _follow(self) -> None:
        source, template = self._sources.get(self.source.value), self._template
        if source is None or template is None:
            text = _("Open a change from it, plan it as it should be from now on, and come back.")
            self.said.setText(text)
            self.differences.show_differences(())
            return
        self.differences.fold.set_title(_("Changed since edition {n}").format(n=template.edition))
        self.differences.show_differences(source.altered)
        same = _("Nothing differs from edition {n}.").format(n=template.edition)
        usual = _("The locks stay as they are. Somebody else approves it before it counts.")
        self.said.setText(usual if source.altered else same)

    @Slot()
    def _on_make(self) -> None:
        if self._template is None or self.source.value not in self._sources:
            return
        if not self.note.value:
            self.note.set_error(_("Say it in one sentence for whoever approves it."))
            return
        made = NewTemplate(
            self._template.name, self._template.locked, self._template.family, self.note.value
        )
        self.wanted.emit(self.source.value, made)
        self.hide()
