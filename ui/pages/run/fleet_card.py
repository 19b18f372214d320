"""The question of a command on many hosts that has passed a limit: retry, go on, or back out."""

from functools import partial

from PySide6.QtCore import Slot

from app.domain.run import Run, StepRun, StepState, fleets
from app.i18n import _, ngettext
from app.services.fanout.deciding import standing
from app.services.fanout.limits import limits_in_words
from ui.cells import Badge, Mark
from ui.format import visible
from ui.operations import runs
from ui.pages.run.cards import Card
from ui.theme import BOLD
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.fan_out import CAUSES
from ui.widgets.fields import LineField
from ui.widgets.labels import Label
from ui.widgets.layout import Item, row

_SHOWN = 5
"""Hosts in trouble that are named; the table of steps has them all."""


class FleetCard(Card):
    """Which limit was passed, which hosts are in trouble, and what can be decided about them."""

    def __init__(self, run: Run, item: StepRun, *, backs_out: bool) -> None:
        super().__init__()
        place = item.step.fleet
        if place is None:
            raise ValueError("this step is not repeated on many hosts")
        fan_out = fleets(run.steps)[place.fleet]
        trouble = [
            i for i in run.trouble if i.step.fleet is not None and i.step.fleet.fleet == place.fleet
        ]
        why = ", ".join(CAUSES[cause] for cause in fan_out.causes)
        words = _("Paused: {why}").format(why=why) if why else _("Paused: an outcome is unknown")
        self.note = LineField(_("Why to go on"), _("Needed to go on with the rest."))
        self._fill(
            row(StateBadge(Badge(Mark.HELD, words)), None),
            Label(standing(fan_out), weight=BOLD, wrap=True),
            Label(
                _("Limits: {limits}").format(limits=limits_in_words(fan_out.tolerance)),
                tone="ink2",
                wrap=True,
            ),
            *_lines(trouble),
            self.note,
            row(*self._buttons(item, trouble, backs_out=backs_out)),
        )

    def _buttons(
        self, item: StepRun, trouble: list[StepRun], *, backs_out: bool
    ) -> "tuple[Item, ...]":
        rest = self._deed(Button(_("Go on with the rest")))
        again = self._deed(Button(_("Retry failed"), icon="refresh"))
        rest.clicked.connect(self._on_rest)
        again.clicked.connect(self._on_again)
        if all(one.state is StepState.UNKNOWN for one in trouble):
            again.block(_("Twice may do harm"))
        buttons: list[Item] = [None, rest, again]
        if item.state is StepState.UNKNOWN and item.job:
            look = self._deed(Button(_("Look on the host"), Kind.PRIMARY, icon="search"))
            look.clicked.connect(self.looked)
            buttons.insert(0, look)
        if backs_out:
            buttons.append(self._back_button(_("Back out")))
        return tuple(buttons)

    @Slot()
    def _on_rest(self) -> None:
        if self.note is not None and self.note.value:
            self.decided.emit(partial(runs.go_on_with_the_rest, reason=self.note.value))
        elif self.note is not None:
            self.note.set_error(_("Say why to go on although hosts failed."))
            self.note.setFocus()

    @Slot()
    def _on_again(self) -> None:
        self.decided.emit(runs.repeat_failed)


def _lines(trouble: list[StepRun]) -> list[Item]:
    """Name the hosts in trouble, with what came of each."""
    lines: list[Item] = [
        Label(f"{one.step.title}: {visible(one.outcome)}", wrap=True).make_selectable()
        for one in trouble[:_SHOWN]
    ]
    if (more := len(trouble) - _SHOWN) > 0:
        text = ngettext("{n} more host in the list", "{n} more hosts in the list", more)
        lines.append(Label(text.format(n=more), tone="ink2"))
    return lines
