"""The risk in the report: what every engine said, what was done, what remained, what came of it."""

from app.domain.risk import RiskAssessment
from app.domain.risk_questions import QUESTIONS, question
from app.i18n import _
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.proofs import EngineRow, RiskPart
from app.services.report_content.source import Source
from app.services.report_content.words import sentence
from app.services.review.rag import Light, Rag
from app.services.risks import TREATMENTS, by_hand_words, control_states, engine_answers
from app.services.search.precedents import past_words
from app.wording import count_of, number


def risk_part(source: Source, rag: Rag, book: EvidenceBook) -> RiskPart | None:
    """Put the part together; None when the risk was not assessed."""
    risk = source.change.risk
    if risk is None:
        return None
    ids = (book.record("risk", _("Risk assessment"), risk, risk.at),)
    by = _("Assessed by {name}.").format(name=risk.assessor) if risk.assessor else ""
    note = " ".join(
        part for part in (by, sentence(risk.reason), sentence(by_hand_words(risk))) if part
    )
    return RiskPart(
        title=_("Risk: {inherent} before controls, {residual} with them").format(
            inherent=_(risk.level.label).lower(), residual=_(risk.residual_level.label).lower()
        ),
        inherent=(int(risk.inherent.likelihood), int(risk.inherent.impact)),
        residual=(int(risk.residual.likelihood), int(risk.residual.impact)),
        note=Claim(note, _("NIST SP 800-30 table I-2."), ids),
        controls=_controls(source, risk),
        happened=_happened(source, rag),
        engines=_engines(risk),
        remains=_remains(risk),
        answers=_answers(risk),
        history=tuple(map(past_words, risk.history)),
        outcome=source.change.risk_outcome.strip(),
    )


def _controls(source: Source, risk: RiskAssessment) -> tuple[tuple[str, str], ...]:
    states = control_states(risk.controls, source.change, source.counted_backups, source.run)
    return tuple(
        (item.text, ": ".join(part for part in (item.rests_on, item.state) if part))
        for item in states
    )


def _engines(risk: RiskAssessment) -> tuple[EngineRow, ...]:
    rows = []
    for item in engine_answers(risk):
        counts = _("shown only")
        if item.enabled:
            counts = _("decides") if item.wins else _("counts")
        level = _(item.level.label) if item.level else _("no answer")
        rows.append(EngineRow(item.title, item.how, level, counts, item.wins))
    return tuple(rows)


def _remains(risk: RiskAssessment) -> Claim:
    appetite = _(risk.method.appetite.label).lower()
    text = (
        _("{level}, within the appetite ({appetite}).")
        if risk.within_appetite
        else _("{level}, above the appetite ({appetite}).")
    ).format(level=_(risk.residual_level.label), appetite=appetite)
    if risk.treatment is not None:
        text += " " + _("Treatment: {what}.").format(what=_(TREATMENTS[risk.treatment]).lower())
    return Claim(text, _("What remains:"))


def _answers(risk: RiskAssessment) -> tuple[tuple[str, str, str], ...]:
    if not risk.answers:
        return ()
    rows = []
    for answer in risk.answers:
        asked = question(answer.question)
        text = _(asked.text) if asked else answer.question
        word = _(asked.word(answer.value)) if asked else str(answer.value)
        points = f"{answer.value} × {number(answer.weight)} = {number(answer.points)}"
        rows.append((text, word, points))
    share = count_of(len(risk.answers), len(QUESTIONS))
    total = number(sum(item.points for item in risk.answers))
    return (*rows, (_("{share} answered").format(share=share), "", total))


def _happened(source: Source, rag: Rag) -> tuple[Claim, ...]:
    if source.run is None:
        return (Claim(_("The change has not been carried out yet.")),)
    return tuple(
        Claim(sentence(item.found), f"{item.dimension.words}: {item.light.words.lower()}.")
        for item in rag.dimensions
        if item.light in (Light.WATCH, Light.BAD)
    )
