"""The beginning of a change from a template: which one, on which host, with which values."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.ids import HostId
from app.domain.runbook import ON_HOST
from app.domain.template import Template
from app.errors import InvalidInput
from app.i18n import _
from app.services.run.commands import check_value, wanted_values
from app.services.template.templates import TemplateRow, Wanted
from ui.cells import Badge, Mark
from ui.operations import templates
from ui.operations.templates import LibraryView
from ui.pages.changes.saving import refuse
from ui.tasks import Latest
from ui.widgets.badges import StateBadge
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, clear, row, tab_after

if TYPE_CHECKING:
    from ui.context import UiContext


class TemplateStart(QWidget):
    """A choice of templates first; with one chosen, what it still needs to know."""

    chosen = Signal(str)  # the title it proposes, "" for a blank change

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._view: LibraryView | None = None
        self.field = ChoiceField(
            _("Start from"), [("", _("A blank change"))], _("Up and down choose, Tab goes on.")
        )
        self.badge, self.words = StateBadge(), Label(tone="ink2", wrap=True)
        self.host = ChoiceField(_("Host"))
        self.values: dict[str, LineField] = {}
        self._holder = QVBoxLayout()
        self._holder.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        add_layout(layout, row(self.badge, self.words, gap=12))
        layout.addWidget(self.host)
        add_layout(layout, self._holder)
        self._library = Latest(context.tasks, self)
        self._library.loaded.connect(self._on_loaded)
        self._library.failed.connect(context.messages.show_error)
        self.field.edited.connect(self._follow)

    def start(self, template_id: str = "") -> None:
        """Read the library anew; a template may be chosen already."""
        self._wanted = template_id
        self.field.set_value("")
        self._follow_quietly()
        self._library.start(partial(templates.load_library, self._context.services))

    @property
    def ready(self) -> bool:
        """Whether the library has been read."""
        return not self._library.busy

    @property
    def template(self) -> Template | None:
        """The chosen template, None for a blank change."""
        return self._rows().get(self.field.value, (None, None))[0]

    def read(self, title: str) -> Wanted:
        """Return what the change shall be; raises InvalidInput, said at the field."""
        values = []
        for name, field in self.values.items():
            field.set_error("")
            if not field.value:
                raise refuse(field, InvalidInput(_("The commands need a value here.")))
            try:
                values.append((name, check_value(name, field.value)))
            except InvalidInput as error:
                raise refuse(field, error) from error
        self.host.set_error("")
        if self.host.isVisibleTo(self) and not self.host.value:
            raise refuse(self.host, InvalidInput(_("Say on which host the steps run.")))
        host = HostId(self.host.value) if self.host.value else None
        return Wanted(title, host, tuple(values))

    def _rows(self) -> dict[str, tuple[Template, TemplateRow | None]]:
        if self._view is None:
            return {}
        used = {str(item.template.id): (item.template, item) for item in self._view.rows}
        bundled = {str(item.id): (item, None) for item in self._view.bundled}
        live = {key: pair for key, pair in used.items() if not pair[0].retired_by}
        return {**live, **bundled}

    @Slot(object)
    def _on_loaded(self, view: LibraryView) -> None:
        self._view = view
        options = [("", _("A blank change"))]
        options += [(key, _name(*pair)) for key, pair in self._rows().items()]
        self.field.set_options(options)
        self.host.set_options(
            [("", _("choose a host")), *((str(host.id), host.name) for host in view.hosts)]
        )
        self.setVisible(len(options) > 1)
        if self._wanted:
            self.field.set_value(self._wanted)
            self._wanted = ""
            self._follow()

    @Slot()
    def _follow(self) -> None:
        self._follow_quietly()
        template = self.template
        self.chosen.emit(template.pattern.title or template.name if template else "")

    def _follow_quietly(self) -> None:
        template, known = self._rows().get(self.field.value, (None, None))
        for widget in (self.badge, self.words):
            widget.setVisible(template is not None)
        clear(self._holder)
        self.values = {}
        asks = template is not None and _asks_host(template)
        self.host.setVisible(asks)
        if template is None:
            return
        good = known is not None and known.is_good
        word = _("Standard change") if good else _("Normal change")
        self.badge.set_badge(Badge(Mark.GOOD if good else Mark.DRAFT, word))
        self.words.setText(_standing(template, known))
        self._build_values(template)

    def _build_values(self, template: Template) -> None:
        names: Sequence[str] = wanted_values(template.pattern.runbook)
        if not names:
            return
        form = Form(2)
        given = dict(template.pattern.runbook.values)
        for name in names:
            field = self.values[name] = LineField(name)
            field.set_value(given.get(name, ""))
            form.add(name, field)
        self._holder.addWidget(form)
        tab_after(self.host.combo, form)


def _asks_host(template: Template) -> bool:
    return any(
        step.host is None and step.kind in ON_HOST for step in template.pattern.runbook.steps
    )


def _name(template: Template, known: TemplateRow | None) -> str:
    if known is None:
        return _("{name} (bundled)").format(name=template.name)
    return f"{template.name}, {known.record.sentence}"


def _standing(template: Template, known: TemplateRow | None) -> str:
    if known is None:
        return _("Comes with the program. {note}").format(note=template.note)
    if known.is_good:
        return _("Approved by {name}. {record}.").format(
            name=template.approved_by, record=known.record.sentence
        )
    return f"{known.poor}."
