"""How risk is graded: which engines count, the bands, the thresholds and weights, the appetite."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.risk import BandSet, Grade, RiskMethod
from app.domain.risk_questions import QUESTIONS
from app.errors import InvalidInput
from app.i18n import _
from app.services.risks import ENGINES
from app.wording import number
from ui.widgets.fields import ChoiceField, Field, FlagField, LineField
from ui.widgets.fold import Fold
from ui.widgets.form import Form

_GRADED = tuple(grade for grade in Grade if grade is not Grade.VERY_LOW)


class RiskMethodField(Field):
    """A whole way of grading as one field of the settings."""

    def __init__(self, label: str) -> None:
        holder = QWidget()
        super().__init__(label, holder)
        self._layout = QVBoxLayout(holder)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(14)
        self._value = RiskMethod()
        self._weights: dict[str, LineField] = {}
        self.engines = {
            engine: FlagField(_(name), _("Counts; the gravest that counts wins"))
            for engine, name in ENGINES.items()
        }
        self.bands = ChoiceField(
            _("Bands of the product"),
            [("A", _("A: 1–4, 5–9, 10–14, 15–19, 20–25")), ("B", _("B: 1–8, 9–15, 16–20, 21–25"))],
        )
        self.appetite = ChoiceField(
            _("Appetite: what may remain"), [(str(int(g)), _(g.label)) for g in Grade]
        )
        self.thresholds = {
            grade: LineField(_("{level}: more than, points").format(level=_(grade.label)))
            for grade in _GRADED
        }
        self.fold = Fold(_("Weights of the questions"), self._build_weights)
        form = Form(2)
        for engine, flag in self.engines.items():
            form.add(engine.value, flag)
        form.add("bands", self.bands)
        form.add("appetite", self.appetite, wide=True)
        for grade, line in self.thresholds.items():
            form.add(grade.name, line)
        form.edited.connect(self.edited)
        self._layout.addWidget(form)
        self._layout.addWidget(self.fold)
        self._tell()

    @property
    def value(self) -> RiskMethod:
        """The way of grading as typed; raises InvalidInput for what is no number."""
        before = self._value
        weights = before.weights
        if self._weights:
            typed = {key: _number(line) for key, line in self._weights.items()}
            weights = tuple(
                (item.id, typed[item.id]) for item in QUESTIONS if typed[item.id] != item.weight
            )
        low, moderate, high, gravest = (_number(line) for line in self.thresholds.values())
        return RiskMethod(
            tuple(engine for engine, flag in self.engines.items() if flag.value),
            BandSet(self.bands.value),
            (low, moderate, high, gravest),
            weights,
            Grade(int(self.appetite.value)),
        )

    def set_value(self, method: RiskMethod) -> None:
        """Show a way of grading; does not count as an edit."""
        self._value = method
        for engine, flag in self.engines.items():
            flag.set_value(engine in method.engines)
        self.bands.set_value(method.bands.value)
        self.appetite.set_value(str(int(method.appetite)))
        for line, points in zip(self.thresholds.values(), method.thresholds, strict=True):
            _show(line, points)
        for key, line in self._weights.items():
            _show(line, method.weight(key))
        self._tell()

    def _build_weights(self) -> QWidget:
        form = Form(2)
        for item in QUESTIONS:
            line = LineField(_(item.text))
            _show(line, self._value.weight(item.id))
            self._weights[item.id] = line
            form.add(item.id, line)
        form.edited.connect(self.edited)
        return form

    def _tell(self) -> None:
        most = number(self._value.most)
        self.fold.set_note(_("the gravest answers make {points} points").format(points=most))


def _show(line: LineField, value: float) -> None:
    text = f"{value:g}"
    if line.value != text:
        line.set_value(text)


def _number(line: LineField) -> float:
    try:
        value = float(line.value.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        line.set_error(_("A number from 0 on."))
        raise InvalidInput(_("“{text}” is not a number.").format(text=line.value))
    line.set_error("")
    return value
