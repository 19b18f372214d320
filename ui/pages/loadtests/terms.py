"""How load tests are compared: targets, margins, what of a run is left out; fixed in time."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.loadtest import LoadTerms
from app.i18n import _
from ui.operations.loadtests import LoadTestsView
from ui.widgets.buttons import Button, Kind, WithReason
from ui.widgets.fields import FlagField, LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import MARGIN, column, row

_WIDTH = 720


class TermsPanel(QWidget):
    """A form with every term; it says why it cannot be altered."""

    agreed = Signal(object)  # LoadTerms

    def __init__(self) -> None:
        super().__init__()
        self._terms = LoadTerms()
        self._fixed = ""
        self.target = LineField(
            _("95th percentile within, ms"), _("Capacity is the highest rate that keeps to it.")
        )
        self.errors = LineField(_("… and at most failed, %"), _("At a rate that still counts."))
        self.margin = LineField(_("Slower or more faulty matters from, %"))
        self.floor = LineField(_("… and from, ms"), _("Less than this is nothing."))
        self.rate = LineField(_("Rate and Apdex matter from, %"))
        self.apdex = LineField(_("Apdex: content up to, ms"))
        self.warm_up = LineField(
            _("Left out of each run, %"), _("More is left out while the load still climbs.")
        )
        self.strict = FlagField(_("Strict rule"), _("The whole range must exceed the margin"))
        form = Form(columns=2)
        form.setMaximumWidth(_WIDTH)
        self._fields = {
            name: getattr(self, name)
            for name in ("target", "errors", "margin", "floor", "rate", "apdex", "warm_up")
        }
        for name, field in self._fields.items():
            form.add(name, field)
            field.edited.connect(self._settle)
        form.add("strict", self.strict)
        self.strict.edited.connect(self._settle)
        self._note = Label(
            _(
                "Agree on the terms before the change: they are part of the plan, and nobody can "
                "choose them after having seen the other side."
            ),
            tone="ink2", wrap=True,
        )  # fmt: skip
        self.agree = Button(_("Agree on these terms"), Kind.PRIMARY, icon="check")
        self.agree.clicked.connect(self._on_agree)
        button = WithReason(self.agree, align=Qt.AlignmentFlag.AlignLeft)
        self.setLayout(
            column(
                panel_title(_("How runs are compared")), self._note, 8, form, 8,
                row(button, None), None, margins=(MARGIN, 20, MARGIN, 20),
            )
        )  # fmt: skip

    def show_view(self, view: LoadTestsView) -> None:
        """Show the terms that hold for a change."""
        self._terms, self._fixed = view.terms, view.fixed
        told = view.terms
        shown = {
            "target": "" if told.p95_target_ms is None else _plain(told.p95_target_ms),
            "errors": _plain(100 * told.most_errors),
            "margin": _plain(100 * told.margin),
            "floor": _plain(told.floor_ms),
            "rate": _plain(100 * told.rate_margin),
            "apdex": _plain(told.apdex_ms),
            "warm_up": _plain(100 * told.warm_up),
        }
        for name, field in self._fields.items():
            field.set_value(shown[name])
            field.set_error("")
            field.line.setReadOnly(bool(view.fixed))
        self.strict.set_value(told.strict)
        self.strict.box.setEnabled(not view.fixed)
        self._settle()

    def _read(self) -> LoadTerms | None:
        """Return the terms as typed; None while a figure is none, which is said at its field."""
        found: dict[str, float | None] = {}
        good = True
        for name, field in self._fields.items():
            try:
                found[name] = _figure(field.value)
            except ValueError:
                field.set_error(_("This is no number."))
                good = False
            else:
                field.set_error("")
        usual = LoadTerms()
        if not good:
            return None
        return replace(
            self._terms,
            p95_target_ms=found["target"],
            most_errors=_share(found["errors"], usual.most_errors),
            margin=_share(found["margin"], usual.margin),
            floor_ms=usual.floor_ms if found["floor"] is None else found["floor"],
            rate_margin=_share(found["rate"], usual.rate_margin),
            apdex_ms=usual.apdex_ms if found["apdex"] is None else found["apdex"],
            warm_up=_share(found["warm_up"], usual.warm_up),
            strict=self.strict.value,
        )

    @Slot()
    def _settle(self) -> None:
        if self._fixed:
            self.agree.block(self._fixed)
            return
        typed = self._read()
        if typed is None:
            self.agree.block(_("A field holds no number."))
        else:
            self.agree.block(_("These terms hold.") if typed == self._terms else "")

    @Slot()
    def _on_agree(self) -> None:
        if (typed := self._read()) is not None:
            self.agree.block(_("The terms are being kept."))
            self.agreed.emit(typed)


def _plain(value: float) -> str:
    return f"{round(value, 6):g}"


def _figure(text: str) -> float | None:
    cleaned = text.replace("\u202f", "").replace(" ", "").replace(",", ".")
    return float(cleaned) if cleaned else None


def _share(percents: float | None, usual: float) -> float:
    return usual if percents is None else round(percents / 100, 8)
