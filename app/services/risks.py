"""Assess a risk: what the record already answers, what is still missing, what controls rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.backup import BackupSet, Level
from app.domain.change import Change
from app.domain.review import TestResult
from app.domain.risk import (
    Control,
    Engine,
    Grade,
    RiskAnswer,
    RiskAssessment,
    RiskDraft,
    RiskMethod,
    Treatment,
    suggested,
)
from app.domain.risk_questions import QUESTIONS, WORST, Axis
from app.domain.run import Run, StepState
from app.domain.runbook import Phase
from app.i18n import _, later
from app.services.change.transitions import Facts
from app.wording import count_of, number

ENGINES = {
    Engine.NIST: later("NIST SP 800-30, table I-2"),
    Engine.PRODUCT: later("5 × 5 product"),
    Engine.QUESTIONNAIRE: later("Questionnaire"),
}
TREATMENTS = {
    Treatment.ACCEPT: later("Accept"),
    Treatment.MITIGATE: later("Mitigate"),
    Treatment.TRANSFER: later("Transfer"),
    Treatment.AVOID: later("Avoid"),
}
BACKUP_LINK = "backup"
_OFTEN = 3
"""So many successes count as often."""


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """What one engine says of the inherent risk, and how it came to it."""

    engine: Engine
    title: str
    level: Grade | None
    how: str
    enabled: bool
    wins: bool


@dataclass(frozen=True, slots=True)
class ControlState:
    """A control with the part of the plan it rests on, and how that stands, in words."""

    text: str
    rests_on: str = ""
    state: str = ""


def engine_answers(risk: RiskAssessment) -> tuple[EngineAnswer, ...]:
    """Return what every engine says, enabled or not; the gravest enabled one wins."""
    found = []
    for engine in Engine:
        level = risk.graded_by(engine, risk.inherent)
        enabled = engine in risk.method.engines
        found.append(
            EngineAnswer(
                engine,
                _(ENGINES[engine]),
                level,
                _how(engine, risk),
                enabled,
                enabled and level is risk.computed,
            )
        )
    return tuple(found)


def _how(engine: Engine, risk: RiskAssessment) -> str:
    score = risk.inherent
    if engine is Engine.NIST:
        return _("likelihood {a}, impact {b}").format(
            a=_(score.likelihood.label).lower(), b=_(score.impact.label).lower()
        )
    if engine is Engine.PRODUCT:
        return _("{a} × {b} = {product}, bands {set}").format(
            a=int(score.likelihood),
            b=int(score.impact),
            product=score.likelihood * score.impact,
            set=risk.method.bands.value,
        )
    if risk.points is None:
        return _("{share} answered").format(share=count_of(len(risk.answers), len(QUESTIONS)))
    return _("{points} of {most} points").format(
        points=number(risk.points), most=number(_reachable(risk))
    )


def _reachable(risk: RiskAssessment) -> float:
    return WORST * sum(item.weight for item in risk.answers)


def risk_is_complete(change: Change, _facts: Facts) -> str:
    """Both judgements are there, and whatever departs from the rules has its reason."""
    if change.risk is None:
        begun = draft_words(change.risk_draft)
        lacks = _("The risk is not assessed")
        return f"{lacks}: {begun}" if begun else lacks
    return "; ".join(risk_gaps(change.risk))


def draft_words(draft: RiskDraft | None) -> str:
    """Say how far a judgement has come that was begun; "" where none was."""
    if draft is None:
        return ""
    said = [_("{share} grades").format(share=count_of(draft.given, 4))]
    if draft.answers:
        share = count_of(len(draft.answers), len(QUESTIONS))
        said.append(_("{share} questions").format(share=share))
    by = _("begun by {name}").format(name=draft.by) if draft.by else _("begun")
    return f"{by}, {', '.join(said)}"


def risk_gaps(risk: RiskAssessment) -> tuple[str, ...]:
    """Return what an assessment lacks, nothing when it is whole."""
    gaps = []
    if Engine.QUESTIONNAIRE in risk.method.engines and risk.points is None:
        gaps.append(_("The questionnaire counts here, and not every question is answered"))
    if risk.override is not None and not risk.override_reason.strip():
        gaps.append(_("The level was set by hand without a reason"))
    if not risk.within_appetite and not risk.reason.strip():
        gaps.append(_("What remains is above the appetite; say why it is borne"))
    if not risk.within_appetite and risk.treatment is None:
        gaps.append(_("What remains is above the appetite, and no treatment is chosen"))
    if departs(risk) and not risk.reason.strip():
        gaps.append(_("It is judged otherwise than the questionnaire suggests; say why"))
    return tuple(gaps)


def by_hand_words(risk: RiskAssessment) -> str:
    """Say what a level set by hand replaces, and why; "" where the engines decide."""
    if risk.override is None:
        return ""
    return _("The engines said {computed}; set to {level} by hand: {why}").format(
        computed=_(risk.computed.label).lower(),
        level=_(risk.override.label).lower(),
        why=risk.override_reason.strip().rstrip(".") or _("no reason was given"),
    )


def departs(risk: RiskAssessment) -> bool:
    """Whether a judgement is milder than what the questionnaire suggests."""
    pairs = (
        (suggested(risk.answers, Axis.LIKELIHOOD, risk.method), risk.inherent.likelihood),
        (suggested(risk.answers, Axis.IMPACT, risk.method), risk.inherent.impact),
    )
    return any(hint is not None and judged < hint for hint, judged in pairs)


def known_answers(
    change: Change, backups: Sequence[BackupSet], method: RiskMethod, done_before: int | None = None
) -> tuple[RiskAnswer, ...]:
    """Return the answers that the record of a change gives by itself.

    ``done_before`` is how many changes like this one succeeded; None when nobody counted.
    """
    values: dict[str, int] = {}
    if change.impact.users is not None:
        values["users"] = _step(change.impact.users, (0, 10, 100, 1000))
    if change.outage is False:
        values["outage"] = 0
    elif change.planned_downtime_min is not None:
        values["outage"] = _step(change.planned_downtime_min, (0, 15, 60, 240))
    if change.hosts:
        values["hosts"] = _step(len(change.hosts), (1, 3, 10, 50))
    if any(step.point_of_no_return for step in change.runbook.phase(Phase.FORWARD)):
        values["irreversible"] = WORST
    if any(item.level is Level.RESTORED for item in backups):
        values["rollback"] = 0
    if done_before is not None:
        values["done_before"] = 0 if done_before >= _OFTEN else 1 if done_before else WORST
    return tuple(
        RiskAnswer(item.id, values[item.id], method.weight(item.id))
        for item in QUESTIONS
        if item.id in values
    )


def _step(value: float, upper: tuple[float, ...]) -> int:
    """Return how many of the upper ends a value exceeds."""
    return sum(value > end for end in upper)


def control_links(change: Change) -> tuple[tuple[str, str], ...]:
    """Return what a control of this change can rest on: link and words."""
    steps = [
        (f"step:{step.id}", _("Step: {title}").format(title=step.title))
        for step in change.runbook.steps
    ]
    tests = [
        (f"test:{case.id}", _("Test: {title}").format(title=case.title)) for case in change.tests
    ]
    backup = [(BACKUP_LINK, _("The backup and its proof"))] if change.backup_plan else []
    return (*backup, *steps, *tests)


def control_states(
    controls: Sequence[Control], change: Change, backups: Sequence[BackupSet], run: Run | None
) -> tuple[ControlState, ...]:
    """Return each control with what it rests on and how that stands now."""
    known = dict(control_links(change))
    return tuple(_state(control, known, change, backups, run) for control in controls)


def _state(
    control: Control,
    known: dict[str, str],
    change: Change,
    backups: Sequence[BackupSet],
    run: Run | None,
) -> ControlState:
    if not control.link:
        return ControlState(control.text)
    if control.link not in known:
        return ControlState(control.text, _("nothing now"), _("no longer planned"))
    kind, _colon, key = control.link.partition(":")
    state = ""
    if kind == BACKUP_LINK:
        levels = [item.level for item in backups if item.usable and item.level is not None]
        state = max(levels).label if levels else _("not taken yet")
    elif kind == "step":
        state = _step_state(run, key)
    elif kind == "test":
        results = [case.result for case in change.tests if case.id == key]
        state = _(_RESULTS[results[0]]) if results else ""
    return ControlState(control.text, known[control.link], state)


_RESULTS = {
    TestResult.OPEN: later("no result yet"),
    TestResult.PASSED: later("passed"),
    TestResult.FAILED: later("failed"),
    TestResult.BLOCKED: later("blocked"),
}


def _step_state(run: Run | None, step: str) -> str:
    found = next((item for item in run.steps if item.step.id == step), None) if run else None
    if found is None or found.started_at is None:
        return _("not run yet")
    return _("done") if found.state is StepState.DONE else found.state.value.replace("_", " ")
