"""Load tests before against after: the overall verdict, every request, the picked one in detail."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.domain.loadtest import LoadComparison
from app.i18n import _
from ui.cells import Badge
from ui.models.rows import RowsModel
from ui.models.verdicts import OVERALL_MARKS
from ui.pages.loadtests.detail import LabelDetail
from ui.pages.loadtests.rows import LABEL_COLUMNS, LabelRow
from ui.theme import LARGE
from ui.widgets.badges import StateBadge
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, Line, column, panel, row, scrolling, split
from ui.widgets.table import Rows, Table

_LEAST_LIST, _LEAST_DETAIL = 524, 536


class ComparedPanel(QWidget):
    """Shows a comparison of load tests."""

    def __init__(self) -> None:
        super().__init__()
        self._found: LoadComparison | None = None
        self._zone = "UTC"
        self._overall = StateBadge(size=LARGE)
        self._sentence = Label("", weight=600, wrap=True)
        self._rule = Label("", tone="ink2", wrap=True)
        words = column(self._sentence, self._rule, gap=4)
        band = row(self._overall, words, gap=24, margins=(MARGIN, 12, MARGIN, 12))
        band.setStretch(1, 1)
        self.table = Table(
            RowsModel(LABEL_COLUMNS), rows=Rows.VERDICT, name="loadlabels", margin=MARGIN
        )
        self.table.picked.connect(self._on_picked)
        self._notes = Label("", size=11, tone="ink2", wrap=True)
        left = column(self.table, column(self._notes, margins=(MARGIN, 12, MARGIN, 16)), gap=0)
        left.setStretch(0, 1)
        list_ = panel(left)
        list_.setMinimumWidth(_LEAST_LIST)
        self.detail = LabelDetail()
        detail = scrolling(self.detail)
        detail.setMinimumWidth(_LEAST_DETAIL)
        both = split(list_, detail, sizes=(620, 620), name="loadtests")
        layout = column(panel(band, "raised"), Line(), both, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_found(self, found: LoadComparison, zone: str) -> None:
        """Show another comparison."""
        self._found, self._zone = found, zone
        overall = found.overall
        self._overall.set_badge(Badge(OVERALL_MARKS[overall.verdict], overall.verdict.words))
        word = f"{overall.verdict.words.upper()}. "
        self._sentence.setText(overall.sentence.removeprefix(word))
        self._rule.setText(_single_words() if found.single_run else overall.rule)
        self._notes.setText("\n".join((_legend(), *found.notes)))
        self.table.set_rows([LabelRow(label) for label in found.rows])
        self.table.select_first()
        self._on_picked(self.table.current)

    @Slot(object)
    def _on_picked(self, label: LabelRow | None) -> None:
        if label is not None and self._found is not None:
            self.detail.show_label(label, self._found, self._zone)


def _single_words() -> str:
    return _(
        "A single run per side was judged by its own course; how much runs differ is not known. "
        "Three runs on each side, five are better, settle that."
    )


def _legend() -> str:
    return _("Figures of whole runs; the verdict rests on their steady part.")
