"""Plan: the risk before controls, the controls, and what remains (NIST SP 800-30)."""

from typing import ClassVar

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.risk import Grade, RiskAssessment, RiskScore
from app.i18n import _, later
from app.wording import moment
from ui.operations.changes import ChangeView
from ui.pages.changes.gate import needed_text
from ui.pages.changes.saving import Section
from ui.pages.changes.words import GRADES, choices
from ui.paint import by_keyboard, focus_ring
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, LineField, TextField
from ui.widgets.labels import Label
from ui.widgets.layout import column, row
from ui.widgets.risk_badge import RiskBadge
from ui.widgets.risk_matrix import RiskMatrix
from ui.widgets.search import FilterChips

_MOVES = {
    Qt.Key.Key_Up: (1, 0),
    Qt.Key.Key_Down: (-1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class MatrixPicker(RiskMatrix):
    """The matrix, with a cell picked by click or by the arrow keys."""

    picked = Signal(object)  # RiskScore

    def __init__(self) -> None:
        super().__init__()
        self._locked = False
        self._active: RiskScore | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_active(self, score: RiskScore | None, *, locked: bool) -> None:
        """Say which score the arrow keys move."""
        self._active, self._locked = score, locked
        self.setCursor(Qt.CursorShape.ArrowCursor if locked else Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the cell under the pointer."""
        score = self.score_at(event.position())
        if score is not None and not self._locked:
            self.picked.emit(score)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the score by one cell."""
        step = _MOVES.get(Qt.Key(event.key()))
        if step is None or self._locked:
            super().keyPressEvent(event)
            return
        now = self._active or RiskScore(Grade.MODERATE, Grade.MODERATE)
        moved = [
            Grade(max(1, min(5, grade + by)))
            for grade, by in zip((now.likelihood, now.impact), step, strict=True)
        ]
        self.picked.emit(RiskScore(*moved))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the matrix, and the ring when the keyboard is here."""
        super().paintEvent(event)
        if by_keyboard(self):
            focus_ring(QPainter(self), self.rect().toRectF())


class RiskSection(Section):
    """Two judgements on one matrix: inherent, then residual; controls between them."""

    note: ClassVar[str] = later("Assessed the risk")

    def __init__(self) -> None:
        super().__init__()
        self._locked = False
        self.which = FilterChips([_("Inherent"), _("Residual")])
        self.matrix = MatrixPicker()
        self.likelihood = [ChoiceField(_("Likelihood"), _grades()) for _i in range(2)]
        self.impact = [ChoiceField(_("Impact"), _grades()) for _i in range(2)]
        self.badges = [RiskBadge(), RiskBadge()]
        self.controls = TextField(
            _("Controls, one on each line"), _("What makes it less likely, or less bad."), lines=4
        )
        self.reason = LineField(_("Why it is judged so"))
        self.told = Label(tone="ink2", size=11, wrap=True)
        self.column.addWidget(SectionTitle(_("Risk"), "NIST SP 800-30, table I-2"))
        left = column(self.which, self.matrix, None, gap=12)
        sides = row(left, self._scores(), gap=32)
        sides.setStretch(1, 1)
        self.column.addLayout(sides)
        self.column.addWidget(self.controls)
        self.column.addWidget(self.reason)
        self.column.addWidget(self.told)
        self.watch(*self.likelihood, *self.impact, self.controls, self.reason)
        for field in (*self.likelihood, *self.impact):
            field.edited.connect(self._on_edited)
        self.which.chosen.connect(self._show_scores)
        self.matrix.picked.connect(self._on_picked)

    def _scores(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        names = (_("Inherent: before controls"), _("Residual: what remains, a judgement"))
        for place, name in enumerate(names):
            top = place * 3
            grid.addWidget(Label(name, weight=500), top, 0)
            grid.addWidget(self.badges[place], top, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(self.likelihood[place], top + 1, 0)
            grid.addWidget(self.impact[place], top + 1, 1)
        grid.setRowMinimumHeight(2, 12)
        grid.setRowStretch(6, 1)
        for side in range(2):
            grid.setColumnStretch(side, 1)
        return holder

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        risk = view.change.risk
        for place, score in enumerate((risk.inherent, risk.residual) if risk else (None, None)):
            self.likelihood[place].set_value(str(score.likelihood.value) if score else "")
            self.impact[place].set_value(str(score.impact.value) if score else "")
        self.controls.set_value("\n".join(risk.controls) if risk else "")
        self.reason.set_value(risk.reason if risk else "")
        told = _("Backup needed: {level}.").format(level=needed_text(view.change))
        if risk and risk.at:
            judged = _("Judged by {name}, {moment}.")
            told = f"{judged.format(name=risk.assessor, moment=moment(risk.at, view.zone))} {told}"
        self.told.setText(told)
        self._show_scores()

    def values(self) -> dict[str, object]:
        """Return the assessment; nothing while a judgement is missing."""
        inherent, residual = self._score(0), self._score(1)
        before = self.view.change.risk
        if inherent is None or residual is None:
            return {"risk": before}
        controls = tuple(line.strip() for line in self.controls.value.splitlines() if line.strip())
        judged = (inherent, residual, controls, self.reason.value)
        if before and judged == (before.inherent, before.residual, before.controls, before.reason):
            return {"risk": before}
        return {"risk": RiskAssessment(*judged, *self.stamp())}

    def on_lock(self, *, locked: bool) -> None:
        """The matrix follows the lock."""
        self._locked = locked

    def _score(self, place: int) -> RiskScore | None:
        likelihood, impact = self.likelihood[place].value, self.impact[place].value
        if not likelihood or not impact:
            return None
        return RiskScore(Grade(int(likelihood)), Grade(int(impact)))

    @Slot()
    def _show_scores(self) -> None:
        scores = [self._score(0), self._score(1)]
        self.matrix.set_scores(*scores)
        self.matrix.set_active(scores[self.which.current], locked=self._locked)
        for badge, score in zip(self.badges, scores, strict=True):
            badge.set_risk(score.level if score else None)

    @Slot()
    def _on_edited(self) -> None:
        self._show_scores()

    @Slot(object)
    def _on_picked(self, score: RiskScore) -> None:
        place = self.which.current
        self.likelihood[place].set_value(str(score.likelihood.value))
        self.impact[place].set_value(str(score.impact.value))
        self._show_scores()
        if place == 0 and self._score(1) is None:
            self.which.choose(1)
        self.touch()


def _grades() -> list[tuple[str, str]]:
    return choices(GRADES, none=_("not judged"))
