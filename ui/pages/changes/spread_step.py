"""Repeat a command on every host of the change: in which batches, and how many may fail.

The limits of a command that is repeated already are altered here too.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.fanout import (
    AT_ONCE,
    MOST_AT_ONCE,
    Batches,
    FleetPlace,
    NotAPlan,
    Share,
    Tolerance,
    read_batches,
    read_share,
)
from app.domain.host import Host
from app.domain.runbook import Step, StepKind
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.fanout.spreading import Spreading, relimit, spread
from ui.widgets.buttons import Button
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import Check, ChoiceField, LineField
from ui.widgets.form import Form
from ui.widgets.layout import column, row

_USUAL = "1, 10%, 50%, rest"
_FEWEST = 2
_Read = TypeVar("_Read")


class SpreadStep(QWidget):
    """Offers it where there is a command and more than one host; gives the new steps back.

    Of a command that is repeated already it shows the limits, to be altered together.
    """

    spread = Signal(object)  # tuple of steps

    def __init__(self) -> None:
        super().__init__()
        self._steps: Sequence[Step] = ()
        self._hosts: Sequence[Host] = ()
        self._locked = False
        self._shown: FleetPlace | None = None
        """Whose limits stand in the fields; what is typed there outlasts news of other steps."""
        self._step = ChoiceField(_("Command"))
        self._step.edited.connect(self._on_step)
        self._batches = LineField(
            _("Batches"),
            _("Numbers or percents of the hosts, one batch after the other."),
        )
        self._batches.set_value(_USUAL)
        self._at_once = LineField(
            _("At once"),
            _("Hosts of a batch that are worked on at the same time, 1 to {n}.").format(
                n=MOST_AT_ONCE
            ),
        )
        self._at_once.set_value(str(AT_ONCE))
        hint, none = _("A number or percents; empty for no limit."), _("no limit")
        self._fail_batch = LineField(_("May fail of a batch"), hint, placeholder=none)
        self._fail_total = LineField(_("May fail in all"), hint, placeholder=none)
        self._away_batch = LineField(_("May be out of reach of a batch"), hint, placeholder=none)
        self._away_total = LineField(_("May be out of reach in all"), hint, placeholder=none)
        self._gate = Check(_("Check the health of each batch: none may be worse than before"))
        self._go = Button("", icon="layers")
        self._go.clicked.connect(self._on_go)
        self._fields = fields = Form(2)
        fields.add("step", self._step)
        fields.add("batches", self._batches)
        fields.add("at_once", self._at_once)
        for name, field in zip(
            ("fail_batch", "fail_total", "away_batch", "away_total"), self._limits, strict=True
        ):
            fields.add(name, field)
        title = SectionTitle(_("Repeat on every host"))
        self.setLayout(column(title, fields, row(self._gate, None, self._go), gap=8))
        self._show_limits(FleetPlace("", 0))

    @property
    def _limits(self) -> tuple[LineField, LineField, LineField, LineField]:
        return self._fail_batch, self._fail_total, self._away_batch, self._away_total

    def set_locked(self, locked: bool) -> None:
        """Offer it only while the runbook may be edited."""
        self._locked = locked
        self._show()

    def show_steps(self, steps: Sequence[Step], hosts: Sequence[Host]) -> None:
        """Show what can be repeated."""
        self._steps, self._hosts = steps, hosts
        chosen, options = self._step.value, dict(self._options())
        self._step.set_options(list(options.items()))
        if chosen in options:
            self._step.set_value(chosen)
        self._on_step()
        self._show()

    def _options(self) -> Iterator[tuple[str, str]]:
        """Give each command, and once each that is repeated already, by the id of its fleet."""
        for step in self._commands:
            title = step.title or _("untitled")
            if step.fleet is None:
                yield step.id, title
            elif step.id == step.fleet.fleet or not any(
                one.id == step.fleet.fleet for one in self._commands
            ):
                name, _colon, _host = title.rpartition(": ")
                yield step.fleet.fleet, _("{name}, repeated").format(name=name or title)

    @property
    def _repeated(self) -> list[FleetPlace]:
        """The places of the chosen command among its hosts; none before it is repeated."""
        places = [step.fleet for step in self._steps if step.fleet is not None]
        return [place for place in places if place.fleet == self._step.value]

    @Slot()
    def _on_step(self) -> None:
        """Show what can be said of the chosen command."""
        places = self._repeated
        if places and places[0] != self._shown:
            self._show_limits(places[0])
        self._shown = places[0] if places else None
        for part in (self._batches, self._gate):
            part.setVisible(not places)
        self._fields.close_ranks()
        n = len(places) or len(self._hosts)
        text = ngettext("Repeat on {n} host", "Repeat on {n} hosts", n)
        if places:
            text = ngettext("Alter the limits of {n} host", "Alter the limits of {n} hosts", n)
        self._go.setText(text.format(n=n))

    def _show_limits(self, place: FleetPlace) -> None:
        limits = place.tolerance
        shares = (
            limits.fail_batch, limits.fail_total,
            limits.unreachable_batch, limits.unreachable_total,
        )  # fmt: skip
        for field, share in zip(self._limits, shares, strict=True):
            field.set_value("" if share is None else str(share))
        self._at_once.set_value(str(place.at_once))

    @property
    def _commands(self) -> list[Step]:
        return [step for step in self._steps if step.kind is StepKind.COMMAND]

    def _show(self) -> None:
        enough = bool(self._commands) and len(self._hosts) >= _FEWEST
        self.setVisible(enough and not self._locked)

    @Slot()
    def _on_go(self) -> None:
        for field in (self._batches, self._at_once, *self._limits):
            field.set_error("")
        repeated = self._repeated
        batches = self._read(self._batches, read_batches) if not repeated else Batches()
        limits = [self._read(field, _share) for field in self._limits]
        if batches is None or any(limit is None for limit in limits):
            return
        shares = [share for limit in limits if limit is not None for share in limit]
        at_once = self._read(self._at_once, _count)
        if at_once is None:
            return
        limit = Tolerance(*shares)
        how = Spreading(batches, limit, self._gate.isChecked(), at_once)
        try:
            if repeated:
                made = relimit(self._steps, repeated[0].fleet, limit, at_once)
            else:
                made = spread(self._steps, self._step.value, self._hosts, how)
        except InvalidInput as error:
            self._at_once.set_error(error.text)
        else:
            self.spread.emit(made)

    def _read(self, field: LineField, read: Callable[[str], _Read]) -> _Read | None:
        """Read a field; None when its text is no list of batches, or no limit, which it says."""
        try:
            return read(field.value)
        except NotAPlan as error:
            field.set_error(
                _("“{entry}” is neither a number nor a percentage.").format(entry=error.entry)
            )
            return None


def _count(text: str) -> int:
    """Read a number of hosts; a percentage is none."""
    share = read_share(text)
    if share.percent:
        raise NotAPlan(text.strip())
    return share.n


def _share(text: str) -> tuple[Share | None]:
    """Read a limit; an empty text is none."""
    return (read_share(text) if text.strip() else None,)
