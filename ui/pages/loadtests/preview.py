"""A file before it is kept: what it is, what it holds, what could not be read, which side it is."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.load_summary import LoadTestSummary
from app.domain.metric import WindowName
from app.i18n import _
from app.wording import count, duration, moment, percent
from ui.models.rows import RowsModel
from ui.operations.loadtests import Preview
from ui.pages.loadtests.rows import SUMMARY_COLUMNS, summary_rows
from ui.widgets.buttons import Button, Kind
from ui.widgets.facts import FactStrip
from ui.widgets.fields import ChoiceField
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import MARGIN, column, row
from ui.widgets.table import Rows, Table

_MOST_REMARKS, _SIDE_LENGTH = 6, 18


class PreviewPanel(QWidget):
    """Shows a file that was read, and asks which side of the change it belongs to."""

    kept = Signal(object, str)  # Preview, side
    dropped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._preview: Preview | None = None
        self._title, self._format = panel_title(), Label("", tone="ink2")
        self._facts = FactStrip()
        self.table = Table(
            RowsModel(SUMMARY_COLUMNS), rows=Rows.NORMAL, name="loadpreview", margin=MARGIN
        )
        self._remarks = Label("", tone="ink2", wrap=True)
        self.side = ChoiceField(
            _("This run was made"),
            (
                (WindowName.BEFORE.value, _("before the change")),
                (WindowName.AFTER.value, _("after the change")),
            ),
        )
        self.side.combo.setMinimumContentsLength(_SIDE_LENGTH)
        self.keep = Button(_("Keep as evidence"), Kind.PRIMARY, icon="archive")
        self.keep.clicked.connect(self._on_keep)
        self.drop = Button(_("Choose another file"))
        self.drop.clicked.connect(self.dropped)
        head = column(
            row(self._title, self._format, None),
            self._facts,
            gap=12,
            margins=(MARGIN, 16, MARGIN, 16),
        )
        foot = row(self.side, None, self.drop, self.keep, gap=8, margins=(MARGIN, 12, MARGIN, 20))
        notes = column(self._remarks, margins=(MARGIN, 12, MARGIN, 0))
        layout = column(head, self.table, notes, foot, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_preview(self, preview: Preview, zone: str, side: WindowName) -> None:
        """Show another file; ``side`` is the one that is still without a run."""
        self._preview = preview
        summary = preview.summary
        self._title.setText(preview.path.name)
        self._format.setText(summary.format.words)
        self._facts.set_facts(_facts(summary, zone))
        self.table.set_rows(summary_rows(summary.total, summary.labels))
        self._remarks.setText("\n".join(_remarks(summary)))
        self.side.set_value(side.value)
        self.keep.block("")

    @Slot()
    def free(self) -> None:
        """Let the file be kept again, after keeping it came to nothing."""
        self.keep.block("")

    @Slot()
    def _on_keep(self) -> None:
        if self._preview is not None:
            self.keep.block(_("The file is being copied and read."))
            self.kept.emit(self._preview, self.side.value)


def _facts(summary: LoadTestSummary, zone: str) -> list[tuple[str, str]]:
    total = summary.total
    facts = [
        (_("Samples"), count(total.samples)),
        (_("Failed"), f"{count(total.errors)} ({percent(total.error_share)})"),
    ]
    if summary.start is not None and summary.duration_s is not None:
        facts.append((_("Began"), moment(summary.start, zone, seconds=True)))
        facts.append((_("Lasted"), duration(summary.duration_s)))
    facts.append((_("Rejected rows"), count(summary.rejected_rows)))
    return facts


def _remarks(summary: LoadTestSummary) -> list[str]:
    rejected = [
        _("Line {line} was rejected: {reason}.").format(line=each.line, reason=each.reason)
        for each in summary.rejected
    ]
    shown = [summary.percentiles.words, *summary.notes, *rejected]
    more = max(0, len(shown) - _MOST_REMARKS, summary.rejected_rows - len(rejected))
    words = shown[:_MOST_REMARKS]
    if more:
        words.append(_("… and {n} more.").format(n=count(more)))
    return words
