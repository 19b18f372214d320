"""One metric: the sentence, the ways to look at it, and where it comes from."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from app.services.metric.method_words import promises_line
from app.wording import clock, count, number, percent
from ui.operations.metrics import MetricView
from ui.pages.metrics.rows import verdict_badge
from ui.pages.metrics.views import MetricViews
from ui.widgets.badges import StateBadge
from ui.widgets.facts import FactStrip
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import add_layout, row

_SHORT_S = 1800.0
"""Of a shorter window the seconds tell something."""
_LEAST_TITLE = 80


class MetricDetail(QWidget):
    """Shows one metric of a change."""

    failed = Signal(object)  # AppError

    def __init__(self) -> None:
        super().__init__()
        self._title, self._host = panel_title().make_eliding(), Label("", tone="ink2")
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._title.setMinimumWidth(_LEAST_TITLE)  # it gives way, host and verdict do not
        self._badge = StateBadge()
        self._sentence = Label("", weight=500, wrap=True)
        self._promises = Label("", tone="ink2", wrap=True)
        self.views = MetricViews()
        self.views.failed.connect(self.failed)
        self._facts = FactStrip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(8)
        add_layout(layout, row(self._title, self._host, None, self._badge))
        layout.addWidget(self._sentence)
        layout.addWidget(self._promises)
        layout.addWidget(self.views, 1)
        layout.addWidget(self._facts)
        layout.addStretch(0)  # without anything to look at the words stay at the top

    def show_metric(self, view: MetricView, zone: str) -> None:
        """Show another metric."""
        found = view.found
        self._title.setText(view.metric.name)
        self._host.setText(view.host)
        self._badge.set_badge(verdict_badge(view))
        self._sentence.setText(found.sentence if found else self._waiting(view))
        promises = promises_line(found) if found else ""
        self._promises.setText(promises)
        self._promises.setVisible(bool(promises))
        self.views.setVisible(view.chart is not None)
        if view.chart is not None:
            self.views.show_metric(view)
        self._facts.set_facts(_facts(view, zone))

    @staticmethod
    def _waiting(view: MetricView) -> str:
        if view.before and not view.after:
            return _("Measured before the change; measured again after it.")
        if view.after and not view.before:
            return _("Nothing was measured before the change, so nothing can be compared.")
        return _("Not measured yet.")


def _facts(view: MetricView, zone: str) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    for name, item in ((_("Before"), view.before), (_("After"), view.after)):
        if item is not None:
            short = (item.end - item.start).total_seconds() < _SHORT_S
            start, end = (clock(at, zone, seconds=short) for at in (item.start, item.end))
            label = _("{window}, n {n}").format(window=name, n=count(item.n))
            facts.append((label, f"{start}–{end}"))
    found = view.found
    if found and found.smallest_visible_change is not None:
        facts.append((_("Smallest visible"), percent(found.smallest_visible_change)))
    if found and found.n_effective is not None:
        worth = number(found.n_effective) if found.n_effective >= 1 else _("less than 1")
        facts.append((_("Independent"), worth))
    newest = view.after or view.before
    if newest is not None:
        facts.append((_("Evidence"), newest.sha256[:8]))
    return facts
