"""Plan: the ways to meet the need, compared; one is chosen."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import Slot

from app.domain.need import Option
from app.errors import InvalidInput
from app.i18n import _, later, ngettext
from ui.cells import Cell, Column, Mini, Words
from ui.operations.changes import ChangeView
from ui.pages.changes.records import Line, RecordForm, RecordList, Records, line_column
from ui.pages.changes.saving import Section, refuse
from ui.widgets.fields import FlagField, LineField


class OptionForm(RecordForm):
    """One way to meet the need."""

    def __init__(self, on_chosen: Callable[[], None]) -> None:
        super().__init__()
        self.title = LineField(_("Option"))
        self.chosen = FlagField(_("Choice"), _("This one is chosen"))
        self.benefit = LineField(_("Benefit"))
        self.cost = LineField(_("Cost and work"))
        self.risk = LineField(_("Risk left"))
        self.reason = LineField(_("Why, or why not"))
        for name in ("title", "chosen", "benefit", "cost", "risk", "reason"):
            self.add(name, getattr(self, name))
        self.chosen.edited.connect(on_chosen)

    def fill(self, record: Option) -> None:
        """Show an option."""
        for name in ("title", "chosen", "benefit", "cost", "risk", "reason"):
            getattr(self, name).set_value(getattr(record, name))

    def read(self, record: Option) -> Option:
        """Return the option as typed."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Name the option.")))
        return Option(
            self.title.value,
            self.benefit.value,
            self.cost.value,
            self.risk.value,
            self.chosen.value,
            self.reason.value,
        )


class OptionsSection(Section):
    """The table of options."""

    note: ClassVar[str] = later("Edited the options")

    def __init__(self) -> None:
        super().__init__()
        self.options = RecordList(_records(), partial(OptionForm, self._on_chosen))
        self.column.addWidget(self.options)
        self.watch_list(self.options)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        options = view.change.options
        self.options.set_value(options)
        chosen = view.change.chosen_option
        n = len(options)
        words = ngettext("{n} compared", "{n} compared", n).format(n=n) if n else ""
        note = _("{words}, “{title}” is chosen").format(words=words, title=chosen.title) if chosen \
            else _("{words}, none chosen yet").format(words=words) if n else ""  # fmt: skip
        self.options.title.set_note(note)

    def values(self) -> dict[str, object]:
        """Return the options."""
        return {"options": self.options.value}

    @Slot()
    def _on_chosen(self) -> None:
        """Choosing one takes the choice from the others."""
        place = self.options.place
        form = self.options.form
        if isinstance(form, OptionForm) and form.chosen.value:
            self.options.alter_others(place, lambda option: replace(option, chosen=False))


def _choice(line: Line) -> Cell:
    option: Any = line.item
    icon = Mini("circle-check", "accent") if option.chosen else Mini("circle", "ink3")
    return Cell((icon, Words(option.title, weight=600 if option.chosen else 400)))


def _records() -> Records:
    return Records(
        _("Options"),
        _("option"),
        _("No option yet. Compare at least two ways, and doing nothing is one of them."),
        (
            Column[Line](_("Option"), lambda line: line.item.title, cell=_choice),
            line_column(_("Cost and work"), lambda option: option.cost, width=130, tone="ink2"),
            line_column(_("Risk left"), lambda option: option.risk, width=90, tone="ink2"),
            line_column(_("Why, why not"), lambda option: option.reason, width=240, tone="ink2"),
        ),
        lambda: Option(""),
    )
