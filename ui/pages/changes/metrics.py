"""The measures of a change: what is agreed, what was measured, what was found."""

from datetime import timedelta
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.analysis.words_figures import short_move
from app.domain.ids import HostId, new_id
from app.domain.metric import Metric, MetricKind, SampleSet
from app.domain.review import REVIEW_DAYS
from app.domain.verdict import Comparison, Parameters, usual_settle_s
from app.errors import InvalidInput
from app.i18n import _, later
from app.services.metric.metric_packs import missing_from, pack_for
from app.wording import clock, count, day, duration, number
from ui import typed
from ui.cells import Cell, Column, Words
from ui.models.rows import RowsModel
from ui.models.verdicts import interval_of, verdict_badge
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.impact import plain
from ui.pages.changes.metric_form import HOST_SOURCE, MetricForm
from ui.pages.changes.overview import target_text
from ui.pages.changes.records import Line, RecordList, Records, line_column
from ui.pages.changes.saving import Section, refuse
from ui.pages.changes.tab import Tab
from ui.pages.changes.words import WINDOWS, WORSE, word
from ui.widgets.buttons import Button, Tall, WithReason, link
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, column, row
from ui.widgets.table import Rows, Table

_DAY_S = 86_400.0
_USUAL_WINDOW_S = Parameters().window_s


class MetricsTab(Tab):
    """Measures, verdicts, samples."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self.add_section(MeasuresSection())
        self.verdicts = Verdicts(editing)
        self.samples = Samples()
        self.body.addWidget(self.verdicts)
        self.body.addWidget(self.samples)
        self.end()

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        super().show_view(view)
        self.verdicts.show_view(view)
        self.samples.show_view(view)


class MeasuresSection(Section):
    """The measures, and how long both windows are."""

    note: ClassVar[str] = later("Edited the measures")

    def __init__(self) -> None:
        super().__init__()
        self._first_host = ""
        self.measures = RecordList(self._records(), MetricForm)
        self.suggest = Button(_("Suggest measures for this need"), tall=Tall.COMPACT)
        self.suggest.clicked.connect(self._on_suggest)
        self.length = LineField(
            _("Length of each window"),
            _("Measured before and again after the work."),
            placeholder=_("3 h"),
        )
        self.settle = LineField(
            _("Pause after the work"),
            _("Left out, until things have settled."),
            placeholder=_("10 min"),
        )
        self.watched = LineField(
            _("Watched for"),
            _("After the work, before the change can be reviewed."),
            placeholder=_("3 d"),
        )
        self.reviewed = LineField(
            _("Reviewed within"),
            _("Of being watched long enough; then Home reminds."),
            placeholder=_("7 d"),
        )
        windows = Form(4)
        for name in ("length", "settle", "watched", "reviewed"):
            windows.add(name, getattr(self, name))
        self.column.addWidget(self.measures)
        add_layout(self.column, row(WithReason(self.suggest), None))
        self.column.addWidget(windows)
        self.watch(self.length, self.settle, self.watched, self.reviewed)
        self.watch_list(self.measures)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        change = view.change
        self._first_host = str(change.hosts[0]) if change.hosts else ""
        self.measures.set_value(change.metrics)
        self._follow(change.metrics)
        self.length.set_value(duration(change.baseline_s))
        self.settle.set_value(duration(change.settle_s))
        self.watched.set_value(duration(change.monitor_days * _DAY_S))
        self.reviewed.set_value(duration(change.review_days * _DAY_S))

    def values(self) -> dict[str, object]:
        """Return measures and windows as typed."""
        change, minute = self.view.change, timedelta(minutes=1)
        window = _typed(self.length, change.baseline_s, bare=minute)
        settle = _typed(self.settle, change.settle_s, bare=minute)
        usual_s = usual_settle_s(window or _USUAL_WINDOW_S)
        if settle == change.settle_s == usual_settle_s(change.baseline_s):
            settle = usual_s  # nobody chose it, so it follows the length
        days = timedelta(days=1)
        watched = _typed(self.watched, change.monitor_days * _DAY_S, bare=days)
        review = _typed(self.reviewed, change.review_days * _DAY_S, bare=days)
        return {
            "metrics": self.measures.value,
            "baseline_s": window or _USUAL_WINDOW_S,
            "settle_s": usual_s if settle is None else settle,
            "monitor_days": (
                self.view.settings.monitor_days if watched is None else watched / _DAY_S
            ),
            "review_days": REVIEW_DAYS if review is None else review / _DAY_S,
        }

    def on_lock(self, *, locked: bool) -> None:
        """A plan that is agreed takes no suggestions."""
        self.suggest.setVisible(not locked)

    def _follow(self, metrics: tuple[Metric, ...]) -> None:
        """Offer what the need calls for and the plan does not have."""
        view = self._view
        category = view.change.need.category if view else None
        if category is None:
            reason = _("Say on the tab Evidence why the system is changed.")
        else:
            reason = "" if missing_from(metrics, pack_for(category)) else _("All are in the list.")
        self.suggest.block(reason)

    @Slot()
    def _on_suggest(self) -> None:
        view = self._view
        category = view.change.need.category if view else None
        if category is not None:
            have = tuple(self.measures.value)
            host = HostId(self._first_host) if self._first_host else None
            self.measures.set_value((*have, *missing_from(have, pack_for(category, host))))
            self.measures.edited.emit()
            self._follow(tuple(self.measures.value))

    def _records(self) -> Records:
        return Records(
            _("Measures"),
            _("measure"),
            _("No measure yet. Choose what shall become better, and what must not become worse."),
            (
                Column[Line](_("Measure"), lambda line: line.item.name, cell=_name_cell),
                Column[Line](_("Host"), self._host, width=96, tone="ink2"),
                line_column(
                    _("It is worse"), lambda m: word(WORSE, m.worse_when), width=96, tone="ink2"
                ),
                line_column(
                    _("Matters from"), lambda m: f"{plain(m.margin * 100)}\u202f%", width=92,
                    right=True,
                ),
                line_column(_("Target"), target_text, width=96, right=True),
            ),
            self._new,
            ordered=True,
        )  # fmt: skip

    def _new(self) -> Metric:
        return Metric(
            new_id(), "", "ms", MetricKind.LATENCY, query="url ", source=HOST_SOURCE,
            host=self._first_host or None,  # type: ignore[arg-type]  # HostId is a plain string
        )  # fmt: skip

    def _host(self, line: Line) -> str:
        return self._view.host_name(line.item.host) if self._view else ""


def _typed(field: LineField, known_s: float, *, bare: timedelta) -> float | None:
    """Return a length of time in s, None where nothing is typed.

    What was there and was not touched stays exactly as it is: its text may be rounded.
    """
    if not field.value:
        return None
    if field.value == duration(known_s):
        return known_s
    length = typed.length(field.value, bare)
    if length is None:
        reason = _("Type a length of time, such as 3 h, 90 min or 7 d.")
        raise refuse(field, InvalidInput(reason))
    return length.total_seconds()


def _name_cell(line: Line) -> Cell:
    metric: Metric = line.item
    key = (Words(_("key"), "ink2", size=11),) if metric.key else ()
    return Cell((Words(metric.name, weight=500), *key))


class Verdicts(QWidget):
    """What the comparison of before and after found."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._view: ChangeView | None = None
        more = link(_("Charts"))
        more.clicked.connect(self._on_more)
        self._empty = Label(
            _("No verdict yet. It is found once every measure has samples on both sides."),
            tone="ink2", wrap=True,
        )  # fmt: skip
        self.table = Table(
            RowsModel(self._columns()), rows=Rows.VERDICT, row_id=lambda found: found.metric_id
        )
        self.table.setAccessibleName(_("Verdicts"))
        self.sentence = Label(tone="ink2", wrap=True)
        title = SectionTitle(_("Verdicts"), end=more)
        self.setLayout(column(title, self._empty, self.table, self.sentence))
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_more)

    def show_view(self, view: ChangeView) -> None:
        """Show the comparisons of a change."""
        self._view = view
        found = sorted(view.comparisons, key=lambda item: item.verdict.rank)
        self._empty.setVisible(not found)
        self.table.setVisible(bool(found))
        self.sentence.setVisible(bool(found))
        self.table.set_rows(found)
        self.table.fit_height()
        self.table.select_first()
        self._on_picked(self.table.current)

    def _columns(self) -> tuple[Column[Comparison], ...]:
        return (
            Column[Comparison](
                _("Measure"),
                lambda found: f"{found.metric}, {found.verdict.words}",
                cell=lambda found: Cell((found.metric,), (verdict_badge(found.verdict),)),
            ),
            Column[Comparison](
                _("Before, after"),
                lambda found: f"{number(found.before)}, {number(found.after, found.unit)}",
                cell=_values_cell,
                width=130,
                right=True,
            ),
            Column[Comparison](
                _("Likely range"),
                lambda found: interval_of(found).sentence,
                cell=lambda found: Cell((interval_of(found),)),
                width=152,
                marks=("−40 %", "0", "+40 %"),
            ),
            Column[Comparison](
                _("Change"),
                lambda found: short_move(found),
                cell=lambda found: Cell((Words(short_move(found), weight=600),), right=True),
                width=80,
                right=True,
            ),
        )

    @Slot(object)
    def _on_picked(self, found: Comparison | None) -> None:
        self.sentence.setText(found.sentence if found else "")

    @Slot()
    def _on_more(self) -> None:
        if self._view is not None:
            self._editing.context.navigation.go("metrics", self._view.change.id)


def _values_cell(found: Comparison) -> Cell:
    values = (
        Words(f"{number(found.before)} →", "ink2"),
        Words(number(found.after, found.unit), weight=600),
    )
    if found.target is None or found.target_met is None:
        return Cell(values, right=True)
    met = Words(_("target met"), "good") if found.target_met else Words(_("target missed"), "bad")
    return Cell(values, (met,), right=True)


class Samples(QWidget):
    """The frozen sample sets."""

    def __init__(self) -> None:
        super().__init__()
        self._view: ChangeView | None = None
        self.title = SectionTitle(_("Frozen samples"))
        self._empty = Label(
            _("Nothing measured yet. The baseline is measured on the page Metrics."),
            tone="ink2", wrap=True,
        )  # fmt: skip
        self.table = Table(RowsModel(self._columns()))
        self.table.setAccessibleName(_("Sample sets"))
        self.setLayout(column(self.title, self._empty, self.table))

    def show_view(self, view: ChangeView) -> None:
        """List the sample sets of a change."""
        self._view = view
        self._empty.setVisible(not view.samples)
        self.table.setVisible(bool(view.samples))
        self.table.set_rows(view.samples)
        self.table.fit_height()

    def _columns(self) -> tuple[Column[SampleSet], ...]:
        return (
            Column[SampleSet](_("Measure"), self._name),
            Column[SampleSet](
                _("Window"), lambda item: word(WINDOWS, item.window), width=84, tone="ink2"
            ),
            Column[SampleSet](_("From"), self._span, width=250, tone="ink2"),
            Column[SampleSet](_("Samples"), lambda item: count(item.n), width=76, right=True),
            Column[SampleSet](
                _("SHA-256"), lambda item: item.sha256[:8], width=84, right=True, mono=True,
                tone="ink2",
            ),
        )  # fmt: skip

    def _name(self, item: SampleSet) -> str:
        metrics = self._view.change.metrics if self._view else ()
        return next((m.name for m in metrics if m.id == item.metric), item.metric)

    def _span(self, item: SampleSet) -> str:
        zone = self._view.zone if self._view else "UTC"
        start = f"{day(item.start, zone)} {clock(item.start, zone, seconds=True)}"
        long = duration((item.end - item.start).total_seconds())
        return _("{start}, for {long}").format(start=start, long=long)
