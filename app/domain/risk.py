"""Risk of a change: engines that grade it, before and after controls.

The default engine is the lookup of NIST SP 800-30 Rev. 1, table I-2. A product of 1 to 5 with
published bands and a weighted questionnaire can be switched on beside it; the gravest answer wins.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.risk_questions import QUESTIONS, WORST, Axis, question
from app.domain.vocabulary import Grade as Grade
from app.domain.vocabulary import Level

_V, _L, _M, _H, _X = Grade.VERY_LOW, Grade.LOW, Grade.MODERATE, Grade.HIGH, Grade.VERY_HIGH
TABLE_I2: tuple[tuple[Grade, ...], ...] = (
    (_V, _V, _V, _L, _L),
    (_V, _L, _L, _L, _M),
    (_V, _L, _M, _M, _H),
    (_V, _L, _M, _H, _X),
    (_V, _L, _M, _H, _X),
)
"""Level of risk: rows are likelihood, columns impact, both from very low to very high."""

REQUIRED_LEVEL: dict[Grade, Level] = {
    Grade.VERY_LOW: Level.INTACT,
    Grade.LOW: Level.INTACT,
    Grade.MODERATE: Level.READABLE,
    Grade.HIGH: Level.MATCHES_SOURCE,
    Grade.VERY_HIGH: Level.RESTORED,
}
"""How well a backup must be proven before implementing, by inherent risk."""


class Engine(StrEnum):
    """What turns judgements into a level of risk."""

    NIST = "nist"
    PRODUCT = "product"
    QUESTIONNAIRE = "questionnaire"


class BandSet(StrEnum):
    """Which published bands grade the product of likelihood and impact."""

    A = "A"
    B = "B"


BANDS: dict[BandSet, tuple[tuple[int, Grade], ...]] = {
    BandSet.A: ((4, _V), (9, _L), (14, _M), (19, _H), (25, _X)),
    BandSet.B: ((8, _L), (15, _M), (20, _H), (25, _X)),
}
"""Highest product of each band. A: 1-4, 5-9, 10-14, 15-19, 20-25; B: 1-8, 9-15, 16-20, 21-25,
where the last one is reached by 25 alone."""


def risk_level(likelihood: Grade, impact: Grade) -> Grade:
    """Look up the level of risk (NIST SP 800-30 Rev. 1, table I-2)."""
    return TABLE_I2[likelihood - 1][impact - 1]


def product_level(likelihood: Grade, impact: Grade, bands: BandSet = BandSet.A) -> Grade:
    """Grade the product of likelihood and impact, both 1 to 5, by a set of bands."""
    product = likelihood * impact
    return next(grade for most, grade in BANDS[bands] if product <= most)


def grade_above(points: float, thresholds: tuple[float, ...]) -> Grade:
    """Return the grade of points: a threshold counts only when it is strictly exceeded."""
    return Grade(1 + sum(points > least for least in thresholds))


@dataclass(frozen=True, slots=True)
class RiskScore:
    """Likelihood and impact as judged by a person, and the level the table gives."""

    likelihood: Grade
    impact: Grade

    @property
    def level(self) -> Grade:
        """The level of risk by table I-2."""
        return risk_level(self.likelihood, self.impact)


@dataclass(frozen=True, slots=True)
class RiskMethod:
    """How risk is graded here; kept with each assessment, so that it can be worked out again.

    ``thresholds`` are the points of the questionnaire that low, moderate, high and very high risk
    exceed; ``weights`` are those that differ from the questions' own.
    """

    engines: tuple[Engine, ...] = (Engine.NIST,)
    bands: BandSet = BandSet.A
    thresholds: tuple[float, float, float, float] = (8.0, 24.0, 44.0, 64.0)
    weights: tuple[tuple[str, float], ...] = ()
    appetite: Grade = Grade.MODERATE

    def weight(self, key: str) -> float:
        """Return the weight of a question."""
        found = question(key)
        return dict(self.weights).get(key, found.weight if found else 0.0)

    @property
    def most(self) -> float:
        """The points of the gravest answers to all questions."""
        return WORST * sum(self.weight(item.id) for item in QUESTIONS)


@dataclass(frozen=True, slots=True)
class RiskAnswer:
    """What was answered to a question, 0 to 4, and the weight that held then."""

    question: str
    value: int
    weight: float

    @property
    def points(self) -> float:
        """What it counts."""
        return self.value * self.weight


def suggested(answers: tuple[RiskAnswer, ...], axis: Axis, method: RiskMethod) -> Grade | None:
    """Grade one axis by the answers that speak for it; None before all of them are given.

    The share of the points that this axis could reach is held against the same share of the
    thresholds of the whole questionnaire.
    """
    asked = [item.id for item in QUESTIONS if item.axis is axis]
    given = {item.question: item for item in answers if item.question in asked}
    reachable = WORST * sum(item.weight for item in given.values())
    if len(given) < len(asked) or not reachable or not method.most:
        return None
    points = sum(item.points for item in given.values())
    scale = reachable / method.most
    return grade_above(points, tuple(least * scale for least in method.thresholds))


class Treatment(StrEnum):
    """What is done about the risk that remains."""

    ACCEPT = "accept"
    MITIGATE = "mitigate"
    TRANSFER = "transfer"
    AVOID = "avoid"


@dataclass(frozen=True, slots=True)
class Control:
    """What makes the risk smaller; ``link`` names the part of the plan that does it.

    A link is ``backup``, ``step:<id>``, ``test:<id>`` or empty.
    """

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PastOutcome:
    """How changes like this one had ended when the risk was judged."""

    name: str
    """Of what: a template, a host, a service."""
    worked: int
    closed: int


@dataclass(frozen=True, slots=True)
class RiskAssessment:
    """Risk before controls (inherent), the controls, and what remains (residual).

    The residual score is a judgement of its own: controls are not subtracted by arithmetic.
    ``override`` replaces what the engines say of the inherent risk, with a reason.
    """

    inherent: RiskScore
    residual: RiskScore
    controls: tuple[Control, ...] = ()
    reason: str = ""
    assessor: str = ""
    at: datetime | None = None
    method: RiskMethod = RiskMethod()
    answers: tuple[RiskAnswer, ...] = ()
    override: Grade | None = None
    override_reason: str = ""
    treatment: Treatment | None = None
    history: tuple[PastOutcome, ...] = ()
    """What was shown beside the judgement; an input for the person, not for the engines."""

    @property
    def points(self) -> float | None:
        """The points of the questionnaire; None before every question is answered."""
        given = {item.question: item.points for item in self.answers}
        if any(item.id not in given for item in QUESTIONS):
            return None
        return sum(given.values())

    def graded_by(self, engine: Engine, score: RiskScore) -> Grade | None:
        """Return what one engine says, enabled or not; None where it cannot say anything."""
        match engine:
            case Engine.NIST:
                return score.level
            case Engine.PRODUCT:
                return product_level(score.likelihood, score.impact, self.method.bands)
            case Engine.QUESTIONNAIRE:
                points = self.points
                return None if points is None else grade_above(points, self.method.thresholds)

    @property
    def computed(self) -> Grade:
        """The inherent level: the gravest answer of the enabled engines."""
        return self._gravest(self.inherent, self.method.engines)

    @property
    def level(self) -> Grade:
        """The inherent level that holds: as computed, unless it was overridden."""
        return self.override or self.computed

    @property
    def strictest(self) -> Grade:
        """The inherent level the backup is asked by: an override can raise it, never lower."""
        return max(self.computed, self.level)

    @property
    def residual_level(self) -> Grade:
        """What remains, by the engines that look at the matrix.

        The questionnaire asks about the change and not about its controls, so it has no part here.
        """
        on_matrix = tuple(item for item in self.method.engines if item is not Engine.QUESTIONNAIRE)
        return self._gravest(self.residual, on_matrix)

    @property
    def required_backup(self) -> Level:
        """The proof a backup needs before implementing."""
        return REQUIRED_LEVEL[self.strictest]

    @property
    def within_appetite(self) -> bool:
        """Whether what remains is no graver than what the organisation is ready to bear."""
        return self.residual_level <= self.method.appetite

    def _gravest(self, score: RiskScore, engines: tuple[Engine, ...]) -> Grade:
        said = [self.graded_by(engine, score) for engine in engines]
        return max((grade for grade in said if grade is not None), default=score.level)


@dataclass(frozen=True, slots=True)
class RiskDraft:
    """A judgement that was begun: whatever was said so far, kept, and never a result.

    ``inherent`` and ``residual`` are likelihood and impact, each None while nobody has said it.
    """

    inherent: tuple[Grade | None, Grade | None] = (None, None)
    residual: tuple[Grade | None, Grade | None] = (None, None)
    controls: tuple[Control, ...] = ()
    reason: str = ""
    answers: tuple[RiskAnswer, ...] = ()
    override: Grade | None = None
    override_reason: str = ""
    treatment: Treatment | None = None
    by: str = ""
    at: datetime | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything was said at all; a name under nothing is no draft."""
        return replace(self, by="", at=None) != RiskDraft()

    @property
    def scores(self) -> tuple[RiskScore, RiskScore] | None:
        """Both judgements; None while one of them is not whole."""
        (a, b), (c, d) = self.inherent, self.residual
        if a is None or b is None or c is None or d is None:
            return None
        return RiskScore(a, b), RiskScore(c, d)

    @property
    def given(self) -> int:
        """How many of the four grades were said."""
        return sum(grade is not None for grade in (*self.inherent, *self.residual))

    @classmethod
    def of(cls, risk: RiskAssessment) -> "RiskDraft":
        """Return what a whole judgement says, to go on from."""
        return cls(
            (risk.inherent.likelihood, risk.inherent.impact),
            (risk.residual.likelihood, risk.residual.impact),
            risk.controls,
            risk.reason,
            risk.answers,
            risk.override,
            risk.override_reason,
            risk.treatment,
        )
