"""Beside the fields of a step: what its like took so far, and what its command will really be."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.runbook import Step, StepKind
from app.errors import InvalidInput
from app.i18n import _
from app.services.run.commands import dangers, filled, places
from app.services.run.estimates import Learned, Past, calibrate, learn
from app.wording import duration
from ui.cells import Badge, Mark
from ui.operations.changes import ChangeView
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row


class StepNotes(QWidget):
    """Three lines that come and go: learned durations, the danger of a command, its final text."""

    taken = Signal(float, float)  # P50 and P90 in seconds

    def __init__(self, past: Callable[[], Sequence[Past]]) -> None:
        super().__init__()
        self._view: ChangeView | None = None
        self._past = past
        self._learned: Learned | None = None
        self.learned = Label(tone="ink2", wrap=True)
        self.take = link(_("Take these"))
        self.take.clicked.connect(self._on_take)
        self._sign = StateBadge(Badge(Mark.WATCH, _("Destructive"), "bad"))
        self.danger = Label(tone="bad", wrap=True)
        self.final = Label(size=SMALL, mono=True, wrap=True).make_selectable()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        add_layout(layout, row(self.learned, self.take, None, gap=12))
        add_layout(layout, row(self._sign, self.danger, gap=12))
        layout.addWidget(self.final)
        for widget in (self.learned, self.take, self._sign, self.danger, self.final):
            widget.hide()

    def follow(self, view: ChangeView) -> None:
        """Follow the change around the step."""
        self._view = view

    def tell(self, step: Step) -> None:
        """Say what is known of a step as it stands in the form."""
        past, family = self._past(), self._view.family if self._view else ""
        own = learn(step, past, family)
        self._learned = own or calibrate(step.estimate_s, past)
        self.learned.setText(_learned_words(step, own, self._learned))
        self.learned.setVisible(self._learned is not None)
        self.take.setVisible(self._learned is not None)
        found = self.dangers(step)
        self._sign.setVisible(bool(found))
        self.danger.setVisible(bool(found))
        text = _("It {what}. In a run it waits until its words are typed.")
        self.danger.setText(text.format(what=_(" and ").join(found)))
        shown, error = self._filled(step)
        self.final.setText(error or _("Sent as: {command}").format(command=shown))
        self.final.set_tone("bad" if error else "ink2")
        self.final.setVisible(bool(error) or (bool(places(step.command)) and bool(shown)))

    def dangers(self, step: Step) -> tuple[str, ...]:
        """Say what the command of a step destroys once its values are filled in."""
        return dangers(self._filled(step)[0]) if step.kind is StepKind.COMMAND else ()

    def host_name(self, step: Step) -> str:
        """Return the name of the host a step goes to, "" for none."""
        return self._view.host_name(step.host) if self._view else ""

    def _filled(self, step: Step) -> tuple[str, str]:
        """Return the command as it will be sent, and what is missing for that."""
        view = self._view
        if view is None or not step.command:
            return step.command, ""
        values = dict(view.change.runbook.values) | {"change": view.change.number}
        host = next((item for item in view.all_hosts if item.id == step.host), None)
        if host is not None:
            values |= {"host": host.name, "address": host.address}
        try:
            return filled(step.command, values), ""
        except InvalidInput as error:
            return step.command, f"{error.text} {error.hint}"

    @Slot()
    def _on_take(self) -> None:
        if self._learned is not None:
            self.taken.emit(self._learned.p50_s, self._learned.p90_s)


def _learned_words(step: Step, own: Learned | None, any_: Learned | None) -> str:
    if any_ is None:
        return ""
    if own is not None:
        text = _("This step took {p50} (P90 {p90}) in {n} live runs.")
        return text.format(p50=duration(own.p50_s), p90=duration(own.p90_s), n=own.n)
    text = _("Steps estimated at about {estimate} took {p50} (P90 {p90}), n {n}.")
    return text.format(
        estimate=duration(step.estimate_s),
        p50=duration(any_.p50_s),
        p90=duration(any_.p90_s),
        n=any_.n,
    )
