"""Plan: the risk before controls, the controls, and what remains (NIST SP 800-30)."""

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.risk import (
    Grade,
    RiskAssessment,
    RiskDraft,
    RiskMethod,
    RiskScore,
    Treatment,
)
from app.i18n import _, later
from app.services.risks import (
    TREATMENTS,
    EngineAnswer,
    engine_answers,
    known_answers,
    risk_gaps,
)
from app.services.search.precedents import likeness_of
from app.wording import moment
from ui.cells import Badge, Cell, Column, Mark, Risk, Words, cell
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.pages.changes.controls import ControlList
from ui.pages.changes.gate import needed_text
from ui.pages.changes.matrix_picker import MatrixPicker
from ui.pages.changes.precedents import PastLines
from ui.pages.changes.questionnaire import Questionnaire
from ui.pages.changes.saving import Section
from ui.pages.changes.words import GRADES, choices
from ui.widgets.badges import StateBadge
from ui.widgets.beside import Beside
from ui.widgets.buttons import Button, Tall
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, column, panel, row
from ui.widgets.risk_badge import RiskBadge
from ui.widgets.search import FilterChips
from ui.widgets.table import Rows, Table


class RiskSection(Section):
    """Two judgements on one matrix: inherent, then residual; controls between them."""

    note: ClassVar[str] = later("Assessed the risk")

    def __init__(self) -> None:
        super().__init__()
        self._locked = False
        self._method = RiskMethod()
        self.title = SectionTitle(_("Risk"), "NIST SP 800-30, table I-2")
        self.which = FilterChips([_("Inherent"), _("Residual")])
        self.matrix = MatrixPicker()
        self.likelihood = [ChoiceField(_("Likelihood"), _grades()) for _i in range(2)]
        self.impact = [ChoiceField(_("Impact"), _grades()) for _i in range(2)]
        self.badges = [RiskBadge(), RiskBadge()]
        self.engines = Table(RowsModel(_ENGINE_COLUMNS), rows=Rows.STEP,
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
        self.incomplete = StateBadge()
        self.drop = Button(_("Drop the draft"), icon="trash", tall=Tall.COMPACT)
        self.past = PastLines()
        self.told = Label(tone="ink2", size=11, wrap=True)
        self.incomplete.set_badge(Badge(Mark.NEEDED, _("Incomplete")))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        left = column(self.which, self.matrix, None, gap=12)
        form = Form(2)
        form.add("reason", self.reason, wide=True)
        form.add("treatment", self.treatment)
        form.add("override", self.override)
        form.add("override_reason", self.override_reason, wide=True)
        self.column.addWidget(self.title)
        self.column.addWidget(Beside(panel(left), self._scores()))
        told = row(self.incomplete, self.half, self.drop, gap=12)
        told.setStretch(1, 1)
        add_layout(self.column, told)
        for widget in (
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
        self.drop.clicked.connect(self._on_drop)

    def _scores(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        names = (_("Inherent: before controls"), _("Residual: what remains, a judgement"))
        for place, name in enumerate(names):
            top = place * 3
            line = panel(row(Label(name, weight=500), None, self.badges[place]))
            grid.addWidget(line, top, 0, 1, 2)
            grid.addWidget(self.likelihood[place], top + 1, 0)
            grid.addWidget(self.impact[place], top + 1, 1)
        grid.setRowMinimumHeight(2, 12)
        grid.setRowStretch(6, 1)
        for side in range(2):
            grid.setColumnStretch(side, 1)
        return holder

    def fill(self, view: ChangeView) -> None:
        """Show a change: the draft where one was begun, else what was judged."""
        change = view.change
        self._method = view.settings.risk
        whole = RiskDraft.of(change.risk) if change.risk else RiskDraft()
        self._show_draft(change.risk_draft or whole)
        self.told.setText(_told(view))
        self._show_scores()
        if self.editing is not None:
            self.past.ask(self.editing.context, likeness_of(change))

    def _show_draft(self, draft: RiskDraft) -> None:
        for place, (likelihood, impact) in enumerate((draft.inherent, draft.residual)):
            self.likelihood[place].set_value(_value(likelihood))
            self.impact[place].set_value(_value(impact))
        self.controls.set_value(draft.controls)
        self.reason.set_value(draft.reason)
        self.treatment.set_value(draft.treatment.value if draft.treatment else "")
        self.override.set_value(_value(draft.override))
        self.override_reason.set_value(draft.override_reason)
        self.questions.set_value(draft.answers, self._method)

    def values(self) -> dict[str, object]:
        """Return the assessment; while it is not whole, what was said so far as a draft."""
        current = self._current()
        if current is not None:
            return {"risk": current, "risk_draft": None}
        typed, kept = self._typed(), self.view.change.risk_draft
        if not typed.is_begun:
            return {"risk_draft": None}
        if kept is not None and replace(kept, by="", at=None) == typed:
            return {"risk_draft": kept}
        by, at = self.stamp()
        return {"risk_draft": replace(typed, by=by, at=at)}

    def _typed(self) -> RiskDraft:
        inherent, residual = (
            (_grade(likelihood.value), _grade(impact.value))
            for likelihood, impact in zip(self.likelihood, self.impact, strict=True)
        )
        return RiskDraft(
            inherent,
            residual,
            self.controls.value,
            self.reason.value,
            self.questions.value,
            _grade(self.override.value),
            self.override_reason.value,
            Treatment(self.treatment.value) if self.treatment.value else None,
        )

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
        typed = self._typed()
        if typed.scores is None:
            return None
        return RiskAssessment(
            *typed.scores,
            typed.controls,
            typed.reason,
            *self.stamp(),
            self._method,
            typed.answers,
            typed.override,
            typed.override_reason,
            typed.treatment,
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
        half = judged is None and self._typed().is_begun
        text = _half_words(self.view) if half else ". ".join(risk_gaps(judged)) if judged else ""
        self.incomplete.setVisible(half)
        self.drop.setVisible(half and not self._locked)
        self.half.setText(text)
        self.half.setVisible(bool(text))

    @Slot()
    def _on_drop(self) -> None:
        risk = self.view.change.risk
        self._show_draft(RiskDraft.of(risk) if risk else RiskDraft())
        self._show_scores()
        self.touch()
        self.flush()

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


def _value(grade: Grade | None) -> str:
    return "" if grade is None else str(grade.value)


def _grade(value: str) -> Grade | None:
    return Grade(int(value)) if value else None


def _half_words(view: ChangeView) -> str:
    """Say what a judgement that was begun lacks, and what counts meanwhile."""
    risk = view.change.risk
    if risk is None:
        return _("Kept as a draft, and no result yet: judge both what it is before controls and"
                 " what remains.")  # fmt: skip
    text = (
        _("Kept as a draft. Until it is whole, the judgement of {name} counts: {level}.")
        if risk.assessor
        else _("Kept as a draft. Until it is whole, what was judged before counts: {level}.")
    )
    return text.format(name=risk.assessor, level=_(risk.level.label).lower())


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
    Column[EngineAnswer](
        _("Engine"),
        lambda item: f"{item.title}, {item.how}",
        cell=lambda item: cell(item.title, below=(Words(item.how, "ink2"),)),
    ),
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
