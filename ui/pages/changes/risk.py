"""Plan: the risk before controls, the controls, and what remains (NIST SP 800-30)."""

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.risk import Grade, RiskAssessment, RiskMethod, RiskScore, Treatment
from app.i18n import _, later
from app.services.precedents import likeness_of
from app.services.risks import (
    TREATMENTS,
    EngineAnswer,
    engine_answers,
    known_answers,
    risk_gaps,
)
from app.wording import moment
from ui.cells import Badge, Cell, Column, Mark, Risk, Words
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.pages.changes.controls import ControlList
from ui.pages.changes.gate import needed_text
from ui.pages.changes.half import Halves
from ui.pages.changes.matrix_picker import MatrixPicker
from ui.pages.changes.precedents import PastLines
from ui.pages.changes.questionnaire import Questionnaire
from ui.pages.changes.saving import Section
from ui.pages.changes.words import GRADES, choices
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, Form, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, column, row
from ui.widgets.risk_badge import RiskBadge
from ui.widgets.search import FilterChips
from ui.widgets.table import Rows, Table


class RiskSection(Section):
    """Two judgements on one matrix: inherent, then residual; controls between them."""

    note: ClassVar[str] = later("Assessed the risk")

    def __init__(self) -> None:
        super().__init__()
        self._locked = self._is_half = False
        self._method = RiskMethod()
        self.title = SectionTitle(_("Risk"), "NIST SP 800-30, table I-2")
        self.which = FilterChips([_("Inherent"), _("Residual")])
        self.matrix = MatrixPicker()
        self.likelihood = [ChoiceField(_("Likelihood"), _grades()) for _i in range(2)]
        self.impact = [ChoiceField(_("Impact"), _grades()) for _i in range(2)]
        self.badges = [RiskBadge(), RiskBadge()]
        self.engines = Table(RowsModel(_ENGINE_COLUMNS), rows=Rows.COMPACT,
                             row_id=lambda item: item.engine)  # fmt: skip
        self.engines.setAccessibleName(_("What each engine says"))
        self.controls = ControlList()
        self.reason = LineField(_("Why it is judged so"))
        self.treatment = ChoiceField(
            _("What is done about the rest"), choices(TREATMENTS, none=_("not said"))
        )
        self.override = ChoiceField(
            _("Inherent level by hand"), choices(GRADES, none=_("as the engines say"))
        )
        self.override_reason = LineField(_("Why by hand"), _("Printed in the report."))
        self.questions = Questionnaire()
        self.half = Label(tone="watch", wrap=True)
        self.past = PastLines()
        self.told = Label(tone="ink2", size=11, wrap=True)
        self._halves = Halves(
            (
                *self.likelihood, *self.impact, self.reason, self.treatment, self.override,
                self.override_reason,
            ),
            self.controls, self.questions,
        )  # fmt: skip
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        left = column(self.which, self.matrix, None, gap=12)
        sides = row(left, self._scores(), gap=32)
        sides.setStretch(1, 1)
        form = Form(2)
        form.add("reason", self.reason, wide=True)
        form.add("treatment", self.treatment)
        form.add("override", self.override)
        form.add("override_reason", self.override_reason, wide=True)
        self.column.addWidget(self.title)
        add_layout(self.column, sides)
        for widget in (
            self.half,
            self.engines,
            self.past,
            self.controls,
            form,
            self.questions,
            self.told,
        ):
            self.column.addWidget(widget)

    def _connect(self) -> None:
        self.watch(*self.likelihood, *self.impact, self.reason, self.treatment, self.override,
                   self.override_reason)  # fmt: skip
        self.watch_list(self.controls)
        for field in (*self.likelihood, *self.impact, self.override):
            field.edited.connect(self._show_scores)
        self.which.chosen.connect(self._show_scores)
        self.matrix.picked.connect(self._on_picked)
        self.questions.edited.connect(self._on_answered)
        self.questions.taken.connect(self._on_taken)
        self.questions.prefill_wanted.connect(self._on_prefill)

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

    @property
    def dirty(self) -> bool:
        """Also while only one of the two judgements is there: it waits on the screen."""
        return super().dirty or self._is_half

    def show_view(self, view: ChangeView) -> None:
        """Show a change; half a judgement waits for the change it was begun for."""
        if self._base is not None and self._base.id != view.change.id:
            if self._is_half:
                self._halves.put_away(str(self._base.id))
            self._is_half = False
        super().show_view(view)
        if not self._locked and self._halves.take_up(str(view.change.id), self._method):
            self._show_scores()

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        risk = view.change.risk
        self._method = view.settings.risk
        for place, score in enumerate((risk.inherent, risk.residual) if risk else (None, None)):
            self.likelihood[place].set_value(str(score.likelihood.value) if score else "")
            self.impact[place].set_value(str(score.impact.value) if score else "")
        self.controls.set_value(risk.controls if risk else ())
        self.reason.set_value(risk.reason if risk else "")
        self.treatment.set_value(risk.treatment.value if risk and risk.treatment else "")
        self.override.set_value(str(risk.override.value) if risk and risk.override else "")
        self.override_reason.set_value(risk.override_reason if risk else "")
        self.questions.set_value(risk.answers if risk else (), self._method)
        self.told.setText(_told(view))
        self._show_scores()
        if self.editing is not None:
            self.past.ask(self.editing.context, likeness_of(view.change))

    def values(self) -> dict[str, object]:
        """Return the assessment; nothing while a judgement is missing."""
        return {"risk": self._current() or self.view.change.risk}

    def forget(self) -> None:
        """Drop half a judgement too."""
        self._is_half = False
        super().forget()

    def _current(self) -> RiskAssessment | None:
        """Return what the fields say: the kept assessment, by its own rules, while it is that."""
        kept, judged = self.view.change.risk, self._judged()
        if kept is None or judged is None:
            return judged
        signed = replace(
            judged,
            assessor=kept.assessor,
            at=kept.at,
            method=kept.method,
            history=kept.history,
        )
        return kept if signed == kept else judged

    def _judged(self) -> RiskAssessment | None:
        inherent, residual = self._score(0), self._score(1)
        if inherent is None or residual is None:
            return None
        by_hand = self.override.value
        return RiskAssessment(
            inherent,
            residual,
            self.controls.value,
            self.reason.value,
            *self.stamp(),
            self._method,
            self.questions.value,
            Grade(int(by_hand)) if by_hand else None,
            self.override_reason.value,
            Treatment(self.treatment.value) if self.treatment.value else None,
            self.past.outcomes,
        )

    def on_lock(self, *, locked: bool) -> None:
        """The matrix follows the lock."""
        self._locked = locked
        self.questions.set_locked(locked=locked)

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
        judged = self._current()
        levels = (judged.level, judged.residual_level) if judged else (None, None)
        for badge, level, score in zip(self.badges, levels, scores, strict=True):
            badge.set_risk(level or (score.level if score else None))
        self.engines.setVisible(judged is not None)
        self.override_reason.setVisible(bool(self.override.value))
        if judged is not None:
            self.engines.set_rows(engine_answers(judged))
            self.engines.fit_height()
        self._say_half(judged)

    def _say_half(self, judged: RiskAssessment | None) -> None:
        begun = any(field.value for field in (*self.likelihood, *self.impact))
        begun = begun or bool(self.questions.value or self.controls.value)
        self._is_half = judged is None and begun
        if self._is_half:
            text = _("Not kept yet: judge both what it is before controls and what remains.")
        else:
            text = ". ".join(risk_gaps(judged)) if judged else ""
        self.half.setText(text)
        self.half.setVisible(bool(text))

    @Slot(object)
    def _on_picked(self, score: RiskScore) -> None:
        self._put(self.which.current, score)
        self.touch()

    def _put(self, place: int, score: RiskScore) -> None:
        self.likelihood[place].set_value(str(score.likelihood.value))
        self.impact[place].set_value(str(score.impact.value))
        self._show_scores()
        if place == 0 and self._score(1) is None:
            self.which.choose(1)

    @Slot()
    def _on_answered(self) -> None:
        self._show_scores()
        self.touch()

    @Slot(object, object)
    def _on_taken(self, likelihood: Grade, impact: Grade) -> None:
        self._put(0, RiskScore(likelihood, impact))
        self.touch()

    @Slot()
    def _on_prefill(self) -> None:
        self.questions.add_answers(
            known_answers(self.view.change, self.view.backups, self._method, self.past.done_before)
        )


def _told(view: ChangeView) -> str:
    risk = view.change.risk
    parts = []
    if risk and risk.at:
        judged = _("Judged by {name}, {moment}.")
        parts.append(judged.format(name=risk.assessor, moment=moment(risk.at, view.zone)))
    if risk and risk.method != view.settings.risk:
        parts.append(_("The rules of grading are others now; the next edit takes them over."))
    parts.append(_("Backup needed: {level}.").format(level=needed_text(view.change)))
    return " ".join(parts)


def _grades() -> list[tuple[str, str]]:
    return choices(GRADES, none=_("not judged"))


def _counts(answer: EngineAnswer) -> Cell:
    if not answer.enabled:
        return Cell((Words(_("shown only"), "ink3"),))
    if answer.level is None:
        return Cell((Badge(Mark.MISSING, _("says nothing yet")),))
    return Cell((Words(_("decides") if answer.wins else _("counts"), weight=600 if answer.wins
                       else 400),))  # fmt: skip


_ENGINE_COLUMNS = (
    Column[EngineAnswer](_("Engine"), lambda item: item.title),
    Column[EngineAnswer](_("How"), lambda item: item.how, width=230, tone="ink2"),
    Column[EngineAnswer](
        _("Level"),
        lambda item: _(item.level.label) if item.level else "–",
        cell=lambda item: Cell((Risk(item.level),)) if item.level else Cell((Words("–", "ink3"),)),
        width=130,
    ),
    Column[EngineAnswer](
        _("Counts"), lambda item: "yes" if item.enabled else "no", cell=_counts, width=130
    ),
)
