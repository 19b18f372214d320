"""The fields of one measure: what is read, where, when it is worse, what is agreed."""

from dataclasses import replace

from PySide6.QtCore import Slot

from app.domain.ids import HostId
from app.domain.metric import READ_BY_US, Metric, MetricKind, Target, WorseWhen
from app.domain.objective import USUAL_DAYS, Objective
from app.errors import InvalidInput
from app.i18n import _
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import host_options, plain
from ui.pages.changes.records import RecordForm
from ui.pages.changes.saving import number_of, refuse
from ui.pages.changes.words import METRIC_KINDS, WORSE, choices
from ui.widgets.fields import ChoiceField, FlagField, LineField

_ALL = 100.0
ASKED = "connection:"
"""Begins the choice of a connection; its id follows."""
HOST_SOURCE, FILE_SOURCE, PULLED = READ_BY_US, "import", "prometheus"
CPU, MEMORY, URL, FILE = "cpu", "memory", "url", "file"
_USUAL = {
    CPU: (MetricKind.GAUGE, "%", 1.0),
    MEMORY: (MetricKind.GAUGE, "%", 1.0),
    URL: (MetricKind.LATENCY, "ms", 0.0),
}
"""Kind, unit and floor that belong to what the program reads itself."""


_WHAT = [
    (URL, _("Response time of an address")),
    (CPU, _("Processor load")),
    (MEMORY, _("Memory in use")),
    (FILE, _("Samples from a file")),
]


class MetricForm(RecordForm):
    """One measure."""

    def __init__(self) -> None:
        super().__init__()
        self._measures: list[tuple[str, str]] = []
        self.name = LineField(_("Measure"), placeholder=_("Checkout response time"))
        self.read_what = ChoiceField(_("What is read"), _WHAT)
        self.host = ChoiceField(_("Read on the host"))
        self.query = LineField(_("Address"), placeholder="http://127.0.0.1:8080/")
        self.unit = LineField(_("Unit"))
        self.kind = ChoiceField(_("Kind"), choices(METRIC_KINDS))
        self.worse = ChoiceField(_("It is worse"), choices(WORSE))
        self.key = FlagField(_("Weight"), _("Key measure: decides the verdict"))
        self.strict = FlagField(_("Strict rule"), _("The whole range must exceed the margin"))
        self.side = ChoiceField(
            _("Target"),
            [("", _("none")), ("most", _("at most")), ("least", _("at least"))],
        )
        self.target = LineField(_("Value"))
        self.margin = LineField(_("Change that matters, %"))
        self.floor = LineField(_("… but at least"), _("In the unit of the measure."))
        self.control = ChoiceField(
            _("Control"), hint=_("A measure the change leaves alone; its own moves are subtracted.")
        )
        self.load = ChoiceField(
            _("Traffic"), hint=_("A measure of the traffic it depends on; that is judged first.")
        )
        self.apdex = LineField(
            _("Apdex: content up to"), hint=_("In the unit of the measure; empty for none.")
        )
        self.share = LineField(
            _("Objective, % good"), hint=_("Such as 99.9. What misses the target is bad.")
        )
        self.days = LineField(_("Objective holds over days"), placeholder=plain(USUAL_DAYS))
        for name in ("name", "read_what", "host", "query", "side", "target", "margin", "floor",
                     "unit", "kind", "worse", "key", "strict", "control", "load", "apdex",
                     "share", "days"):  # fmt: skip
            self.add(name, getattr(self, name))
        self.read_what.edited.connect(self._on_what)
        self.side.edited.connect(self._follow)

    def prepare(self, view: ChangeView) -> None:
        """Offer the hosts and the other measures."""
        self.host.set_options([("", _("choose a host")), *host_options(view)])
        named = _("Query to {name}")
        self.read_what.set_options(
            [*_WHAT, *((f"{ASKED}{ident}", named.format(name=n)) for ident, n in view.connections)]
        )
        self._measures = [(item.id, item.name) for item in view.change.metrics]

    def fill(self, record: Metric) -> None:
        """Show a measure."""
        what = record.query.partition(" ")[0] if record.source == HOST_SOURCE else FILE
        if record.connection:
            what = f"{ASKED}{record.connection}"
        self.name.set_value(record.name)
        own = what in (CPU, MEMORY, URL) or what.startswith(ASKED)
        self.read_what.set_value(what if own else FILE)
        self.host.set_value(str(record.host or ""))
        typed = what not in (CPU, MEMORY)
        self.query.set_value(record.query.removeprefix("url ") if typed else "")
        self.unit.set_value(record.unit)
        self.kind.set_value(record.kind.value)
        self.worse.set_value(record.worse_when.value)
        self.key.set_value(record.key)
        self.strict.set_value(record.strict)
        target = record.target
        self.side.set_value("" if target is None else "most" if target.at_most else "least")
        self.target.set_value(plain(target.value) if target else "")
        self.margin.set_value(plain(record.margin * 100))
        self.floor.set_value(plain(record.floor))
        others = [item for item in self._measures if item[0] != record.id]
        self.control.set_options([("", _("none")), *others])
        self.control.set_value(record.control)
        self.load.set_options([("", _("none")), *others])
        self.load.set_value(record.load)
        self.apdex.set_value("" if record.apdex_t is None else plain(record.apdex_t))
        goal = record.objective
        self.share.set_value(plain(round(goal.share * 100, 6)) if goal else "")
        self.days.set_value(plain(goal.days) if goal else "")
        self._follow()

    def read(self, record: Metric) -> Metric:
        """Return the measure as typed."""
        if not self.name.value:
            raise refuse(self.name, InvalidInput(_("Name the measure.")))
        what = self.read_what.value
        asked = what.startswith(ASKED)
        if what != FILE and not asked and not self.host.value:
            raise refuse(self.host, InvalidInput(_("Choose the host that reads it.")))
        if asked and not self.query.value:
            raise refuse(self.query, InvalidInput(_("Type the query, such as sum(rate(…[5m])).")))
        if what == URL and not self.query.value.startswith(("http://", "https://")):
            raise refuse(self.query, InvalidInput(_("An address begins with http:// or https://.")))
        queries = {CPU: CPU, MEMORY: MEMORY, URL: f"url {self.query.value}", FILE: self.query.value}
        margin = number_of(self.margin, self.margin.value)
        return replace(
            record,
            name=self.name.value,
            unit=self.unit.value,
            kind=MetricKind(self.kind.value),
            worse_when=WorseWhen(self.worse.value),
            margin=0.05 if margin is None else margin / 100,
            floor=number_of(self.floor, self.floor.value) or 0.0,
            key=self.key.value,
            strict=self.strict.value,
            target=self._target(),
            query=queries.get(what, self.query.value),
            source=PULLED if asked else FILE_SOURCE if what == FILE else HOST_SOURCE,
            host=HostId(self.host.value) if self.host.value and not asked else None,
            connection=what.removeprefix(ASKED) if asked else "",
            control=self.control.value,
            load=self.load.value,
            apdex_t=number_of(self.apdex, self.apdex.value) or None,
            objective=self._objective(),
        )

    def _objective(self) -> Objective | None:
        share = number_of(self.share, self.share.value)
        if share is None:
            return None
        if not 0 < share < _ALL:
            text = _("An objective lies above 0 and below 100 %.")
            raise refuse(self.share, InvalidInput(text))
        if not self.side.value and self.kind.value != MetricKind.RATIO:
            text = _("Agree on a target first: what misses it is bad.")
            raise refuse(self.share, InvalidInput(text))
        return Objective(round(share / 100, 8), number_of(self.days, self.days.value) or USUAL_DAYS)

    def _target(self) -> Target | None:
        if not self.side.value:
            return None
        value = number_of(self.target, self.target.value, least=-1e18)
        if value is None:
            raise refuse(self.target, InvalidInput(_("Type the target.")))
        return Target(value, at_most=self.side.value == "most")

    @Slot()
    def _on_what(self) -> None:
        """What the program reads itself has its own unit and kind."""
        if usual := _USUAL.get(self.read_what.value):
            kind, unit, floor = usual
            self.kind.set_value(kind.value)
            self.unit.set_value(unit)
            self.floor.set_value(plain(floor))
        self._follow()

    @Slot()
    def _follow(self) -> None:
        what = self.read_what.value
        asked = what.startswith(ASKED)
        self.query.setVisible(asked or what in (URL, FILE))
        self.host.setVisible(not asked)
        hints = {URL: "http://127.0.0.1:8080/", FILE: _("name of the column")}
        self.query.line.setPlaceholderText(hints.get(what, "sum(rate(http_requests_total[5m]))"))
        self.target.setVisible(bool(self.side.value))
        for field in (self.unit, self.kind):
            field.setVisible(asked or what == FILE)
