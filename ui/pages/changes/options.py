"""Plan: the ways to meet the need, compared; one is chosen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import Slot

from app.domain.need import Impact, Option
from app.domain.risk import Grade
from app.errors import InvalidInput
from app.i18n import _, later, ngettext
from app.services.need_words import option_figures
from ui.cells import Cell, Column, Mini, Risk, Words
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import plain
from ui.pages.changes.records import Line, RecordForm, RecordList, Records
from ui.pages.changes.saving import Section, number_of, refuse
from ui.typed import length, length_text
from ui.widgets.buttons import Button, Tall
from ui.widgets.fields import ChoiceField, FlagField, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.table import Rows

_TEXTS = ("title", "chosen", "benefit", "risk", "cost", "time", "reason", "does_nothing")
_ORDER = (
    "title", "chosen", "benefit", "risk", "amount", "takes", "cost", "time", "reason",
    "does_nothing",
)  # fmt: skip


def _grades() -> list[tuple[str, str]]:
    """Return the grades of the standard; what is kept is the word, which the report prints."""
    return [("", _("not judged")), *((grade.label, _(grade.label)) for grade in Grade)]


class OptionForm(RecordForm):
    """One way to meet the need."""

    def __init__(self, on_chosen: Callable[[], None]) -> None:
        super().__init__()
        self.title = LineField(_("Option"))
        self.chosen = FlagField(_("Choice"), _("This one is chosen"))
        self.benefit = LineField(_("Benefit"))
        self.risk = ChoiceField(_("Risk left"), _grades())
        self.amount = LineField(_("Cost"), placeholder="1200")
        self.takes = LineField(_("Time"), placeholder=_("14 h, 3 d or 6 w"))
        self.cost = LineField(_("What the cost is made of"), placeholder=_("14 h of work, a disk"))
        self.time = LineField(_("What takes the time"), placeholder=_("90 min closed"))
        self.does_nothing = FlagField(_("Doing nothing"), _("Everything stays as it is"))
        self.reason = LineField(_("Why, or why not"))
        for name in _ORDER:
            self.add(name, getattr(self, name))
        self.chosen.edited.connect(on_chosen)

    def prepare(self, view: ChangeView) -> None:
        """Name the currency, which is said once for the whole change."""
        self.amount.set_label(_("Cost, {currency}").format(currency=view.change.impact.currency))

    def fill(self, record: Option) -> None:
        """Show an option."""
        known = {value.casefold(): value for value, _text in _grades()}
        risk = known.get(record.risk.strip().casefold(), record.risk)
        other = [] if risk in known.values() else [(risk, risk)]
        self.risk.set_options([*_grades(), *other])  # words typed earlier stay a choice
        for name in _TEXTS:
            getattr(self, name).set_value(risk if name == "risk" else getattr(record, name))
        self.amount.set_value(plain(record.amount))
        self.takes.set_value(_takes_text(record.takes_s))

    def read(self, record: Option) -> Option:
        """Return the option as typed."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Name the option.")))
        texts = {name: getattr(self, name).value for name in _TEXTS}
        return Option(
            **texts,
            amount=number_of(self.amount, self.amount.value),
            takes_s=self._takes_s(record),
        )

    def _takes_s(self, record: Option) -> float | None:
        typed = self.takes.value
        if typed == _takes_text(record.takes_s):  # what was not touched keeps its seconds
            return record.takes_s
        span = length(typed) if typed else None
        if typed and span is None:
            raise refuse(
                self.takes,
                InvalidInput(
                    _("“{text}” is no length of time.").format(text=typed),
                    hint=_("Use figures with a unit, such as 14 h, 3 d or 6 w."),
                ),
            )
        return span.total_seconds() if span is not None else None


def _takes_text(seconds: float | None) -> str:
    return "" if seconds is None else length_text(timedelta(seconds=seconds))


class OptionsSection(Section):
    """The table of options."""

    note: ClassVar[str] = later("Edited the options")

    def __init__(self) -> None:
        super().__init__()
        self._locked = False
        self._currency = Impact().currency
        self.options = RecordList(
            self._records(), partial(OptionForm, self._on_chosen), rows=Rows.TWO_LINES
        )
        self.nothing = Button(_("Add doing nothing"), icon="plus", tall=Tall.COMPACT)
        self.missing = Label(tone="ink2", wrap=True)
        self.column.addWidget(self.options)
        add_layout(self.column, row(self.missing, self.nothing))
        self.watch_list(self.options)
        self.options.edited.connect(self._follow)
        self.nothing.clicked.connect(self._on_nothing)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        options = view.change.options
        self._currency = view.change.impact.currency
        self.options.set_value(options)
        self._follow()
        chosen = view.change.chosen_option
        n = len(options)
        words = ngettext("{n} compared", "{n} compared", n).format(n=n) if n else ""
        note = _("{words}, “{title}” is chosen").format(words=words, title=chosen.title) if chosen \
            else _("{words}, none chosen yet").format(words=words) if n else ""  # fmt: skip
        self.options.title.set_note(note)

    def values(self) -> dict[str, object]:
        """Return the options."""
        return {"options": self.options.value}

    def on_lock(self, *, locked: bool) -> None:
        """Nothing is added to what is locked."""
        self._locked = locked

    def _records(self) -> Records:
        return Records(
            _("Options"),
            _("option"),
            _("No option yet. Compare at least two ways, and doing nothing is one of them."),
            (
                Column[Line](_("Option, and why or why not"), lambda line: line.item.title,
                             cell=option_cell),
                *figure_columns(lambda: self._currency, width=140),
                Column[Line](_("Risk left"), lambda line: line.item.risk, cell=risk_cell,
                             width=130),
            ),
            lambda: Option(""),
        )  # fmt: skip

    @Slot()
    def _follow(self) -> None:
        """Say what a comparison still lacks."""
        options = self.options.value
        lacks = []
        if not any(option.does_nothing for option in options):
            lacks.append(_("Doing nothing is not among them."))
        chosen = next((option for option in options if option.chosen), None)
        if chosen is not None and not chosen.reason:
            lacks.append(_("Why “{title}” is chosen is not said.").format(title=chosen.title))
        text = " ".join(lacks) if options else ""
        self.missing.setText(text)
        self.missing.setVisible(bool(text))
        counted = any(option.does_nothing for option in options)
        self.nothing.setVisible(not counted and not self._locked)

    @Slot()
    def _on_nothing(self) -> None:
        """Add the option every other one is held against."""
        option = Option(_("Do nothing"), does_nothing=True)
        self.options.set_value((*self.options.value, option))
        self.options.open_at(len(self.options.value) - 1)
        self._follow()
        self.touch()

    @Slot()
    def _on_chosen(self) -> None:
        """Choosing one takes the choice from the others."""
        place = self.options.place
        form = self.options.form
        if isinstance(form, OptionForm) and form.chosen.value:
            self.options.alter_others(place, lambda option: replace(option, chosen=False))


def option_cell(line: Line) -> Cell:
    """An option over the reason for or against it."""
    option: Any = line.item
    icon = Mini("circle-check", "accent") if option.chosen else Mini("circle", "ink3")
    top = (icon, Words(option.title, weight=600 if option.chosen else 400))
    why = option.reason or (_("Everything stays as it is") if option.does_nothing else "")
    return Cell(top, (Words(why or _("no reason given"), "ink2" if why else "ink3"),), (24,))


def risk_cell(line: Line) -> Cell:
    """A grade of the standard is drawn as one; any other words stay words."""
    typed = str(line.item.risk)
    grade = next((item for item in Grade if item.label.lower() == typed.strip().lower()), None)
    return Cell((Risk(grade) if grade else Words(typed, "ink2"),))


def figure_cell(figure: str, note: str) -> Cell:
    """A figure at the right over what it is made of; words alone where there is no figure."""
    below = (Words(note, "ink2"),) if figure and note else ()
    top = Words(figure) if figure else Words(note or "–", "ink2")
    return Cell((top,), below, right=True)


def figure_columns(currency: Callable[[], str], *, width: int) -> tuple[Column[Line], ...]:
    """The columns of what an option takes and costs; they sort by the figures."""

    def time(line: Line) -> Cell:
        return figure_cell(option_figures(line.item, currency())[1], line.item.time)

    def cost(line: Line) -> Cell:
        return figure_cell(option_figures(line.item, currency())[0], line.item.cost)

    return (
        Column[Line](
            _("Time"), lambda line: option_figures(line.item, currency())[1] or line.item.time,
            key=lambda line: line.item.takes_s, cell=time, width=width, right=True,
        ),
        Column[Line](
            _("Cost"), lambda line: option_figures(line.item, currency())[0] or line.item.cost,
            key=lambda line: line.item.amount, cell=cost, width=width, right=True,
        ),
    )  # fmt: skip
