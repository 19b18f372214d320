"""One label: every figure with its verdict, and how the picked one reads."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.loadtest import Figure, LoadComparison, RunFacts
from app.i18n import _, ngettext
from app.wording import clock_span, count
from ui.models.rows import RowsModel
from ui.pages.loadtests.rows import FIGURE_COLUMNS, FigureRow, LabelRow, figure_rows
from ui.widgets.badges import StateBadge
from ui.widgets.facts import KeyValues
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import MARGIN, add_layout, row
from ui.widgets.table import Rows, Table

_FIRST = Figure.MEAN
"""The figure that is explained first."""


class LabelDetail(QWidget):
    """Shows one label of a comparison."""

    def __init__(self) -> None:
        super().__init__()
        self._title, self._badge = panel_title(), StateBadge()
        self.table = Table(
            RowsModel(FIGURE_COLUMNS), rows=Rows.STEP, name="loadfigures", margin=MARGIN
        )
        self.table.picked.connect(self._on_picked)
        self._sentence = Label("", weight=500, wrap=True)
        self._facts = KeyValues()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 16)
        layout.setSpacing(8)
        add_layout(layout, row(self._title, None, self._badge, margins=(MARGIN, 0, MARGIN, 0)))
        layout.addWidget(self.table)
        for widget in (self._sentence, self._facts):
            add_layout(layout, row(widget, margins=(MARGIN, 8, MARGIN, 0)))
        layout.addStretch(1)

    def show_label(self, label: LabelRow, found: LoadComparison, zone: str) -> None:
        """Show another label."""
        self._title.setText(label.label.label)
        self._badge.set_badge(label.badge)
        self.table.set_rows(figure_rows(label.label))
        self.table.fit_height()
        self.table.setVisible(bool(self.table.rows_model.rows))
        self.table.select(_FIRST.value)
        self._on_picked(self.table.current)  # the cursor may be where it was, over other figures
        if self.table.current is None:
            self._sentence.setText(_("It occurs on one side only, so nothing can be compared."))
        sides = ((_("Before"), found.before), (_("After"), found.after))
        words = _run_words if found.single_run else _runs_words
        self._facts.set_facts([(name, words(runs, zone)) for name, runs in sides])

    @Slot(object)
    def _on_picked(self, picked: FigureRow | None) -> None:
        self._sentence.setText("" if picked is None else picked.found.sentence)


def _run_words(runs: tuple[RunFacts, ...], zone: str) -> str:
    """Return which run of a side was judged, its steady part, and where its evidence lies."""
    last = runs[-1]
    text = ngettext(
        "{name}, {n} samples judged, {steady}, evidence {hash}",
        "{name} (last of {runs} runs), {n} samples judged, {steady}, evidence {hash}",
        len(runs),
    )
    return _of_run(text.replace("{runs}", str(len(runs))), last, zone)


def _runs_words(runs: tuple[RunFacts, ...], zone: str) -> str:
    """Return every run of a side that was compared run by run, with what each gave to it."""
    text = _("{name}, {n} samples judged, {steady}, evidence {hash}")
    return "\n".join(_of_run(text, run, zone) for run in runs)


def _of_run(text: str, run: RunFacts, zone: str) -> str:
    return text.format(
        name=run.name,
        n=count(run.steady_samples),
        steady=clock_span(run.steady_start, run.steady_end, zone, seconds=True),
        hash=run.sha256[:8],
    )
