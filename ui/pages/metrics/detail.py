"""One metric: the sentence, the chart, the same move on earlier days, and where it comes from."""

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.analysis.placebo_strip import placebo_strip
from app.domain.verdict import Comparison
from app.i18n import _
from app.wording import clock, count, number, percent
from ui.charts.before_after import BeforeAfterChart
from ui.charts.placebo import PlaceboStrip
from ui.operations.metrics import MetricView
from ui.pages.metrics.chart_menu import open_chart_menu
from ui.pages.metrics.rows import verdict_badge
from ui.widgets.badges import StateBadge
from ui.widgets.facts import FactStrip
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import add_layout, row

_SHORT_S = 1800.0
"""Of a shorter window the seconds tell something."""


class MetricDetail(QWidget):
    """Shows one metric of a change."""

    failed = Signal(object)  # AppError

    def __init__(self) -> None:
        super().__init__()
        self._title, self._host = panel_title(), Label("", tone="ink2")
        self._badge = StateBadge()
        self._sentence = Label("", weight=500, wrap=True)
        self._reason = Label("", tone="ink2", wrap=True)
        self._chart, self._strip = BeforeAfterChart(), PlaceboStrip()
        self._chart.menu_wanted.connect(self._on_menu)
        self._strip_title = Label("", weight=600)
        self._facts = FactStrip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(8)
        add_layout(layout, row(self._title, self._host, None, self._badge))
        layout.addWidget(self._sentence)
        layout.addWidget(self._reason)
        layout.addWidget(self._chart, 1)
        layout.addWidget(self._strip_title)
        layout.addWidget(self._strip)
        layout.addWidget(self._facts)
        layout.addStretch(0)  # without a chart the words stay at the top

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        open_chart_menu(self._chart, place, self.failed.emit)

    def show_metric(self, view: MetricView, zone: str) -> None:
        """Show another metric."""
        found = view.found
        self._title.setText(view.metric.name)
        self._host.setText(view.host)
        self._badge.set_badge(verdict_badge(view))
        self._sentence.setText(found.sentence if found else self._waiting(view))
        beside = _beside(found) if found else ""
        self._reason.setText(beside)
        self._reason.setVisible(bool(beside))
        self._chart.setVisible(view.chart is not None)
        if view.chart is not None:
            self._chart.set_model(view.chart)
        self._show_strip(found)
        self._facts.set_facts(_facts(view, zone))

    def _show_strip(self, found: Comparison | None) -> None:
        earlier = (
            [day.effect for day in found.days if day.used and day.effect is not None]
            if found
            else []
        )
        shown = bool(
            found and earlier and found.relative_change is not None and found.interval95 is not None
        )
        self._strip.setVisible(shown)
        self._strip_title.setVisible(shown)
        if found and shown and found.relative_change is not None and found.interval95 is not None:
            self._strip_title.setText(_("The same move on {n} earlier days").format(n=len(earlier)))
            self._strip.set_model(
                placebo_strip(found.relative_change, found.interval95, earlier, found.margin)
            )

    @staticmethod
    def _waiting(view: MetricView) -> str:
        if view.before and not view.after:
            return _("Measured before the change; measured again after it.")
        if view.after and not view.before:
            return _("Nothing was measured before the change, so nothing can be compared.")
        return _("Not measured yet.")


def _beside(found: Comparison) -> str:
    """Return why the verdict is what it is, unless the sentence says it already."""
    return "" if found.reason in found.sentence else found.reason


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
        facts.append((_("Independent"), number(found.n_effective)))
    newest = view.after or view.before
    if newest is not None:
        facts.append((_("Evidence"), newest.sha256[:8]))
    return facts
