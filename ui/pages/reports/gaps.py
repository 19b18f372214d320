"""What the next report of a change would lack, one line each."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _, ngettext
from app.services.report_content.gaps import Gap
from ui.cells import Badge, Mark
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, clear, column, panel, row, scrolling


class GapList(QWidget):
    """Says what is missing before a report is printed, or that nothing is."""

    def __init__(self) -> None:
        super().__init__()
        self._title = SectionTitle(_("What the report lacks"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        inner = column(self._title, self._lines, None, gap=12, margins=(24, 16, 24, 16))
        self.setLayout(column(scrolling(panel(inner)), gap=0))

    def set_gaps(self, gaps: Sequence[Gap]) -> None:
        """Show other gaps; none is said too."""
        clear(self._lines)
        self._title.set_note(
            ngettext("{n} gap", "{n} gaps", len(gaps)).format(n=len(gaps)) if gaps else ""
        )
        if not gaps:
            badge = Badge(Mark.GOOD, _("Nothing is missing"))
            add_layout(self._lines, row(StateBadge(badge), None))
            return
        advice = _("A report can be made all the same; each gap is printed in it.")
        self._lines.addWidget(Label(advice, tone="ink2", wrap=True))
        for gap in gaps:
            mark = StateBadge(Badge(Mark.MISSING, ""))
            mark.setFixedWidth(20)
            words = column(
                Label(gap.text, wrap=True).make_selectable(),
                Label(gap.remedy, size=SMALL, tone="ink2", wrap=True),
                gap=0,
            )
            line = row(mark, words, gap=4)
            line.setStretch(1, 1)
            add_layout(self._lines, line)
