"""The part of the report about what came after: service, users, review, and whether it lasts."""

from dataclasses import dataclass

from app.services.report_content.common import Claim, Mark


@dataclass(frozen=True, slots=True)
class OutageRow:
    """One span without, or with less of, a service."""

    kind: str
    service: str
    began: str
    took: str
    noticed: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question of the review with its answer."""

    question: str
    mark: Mark
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """One day on which the change was, or was to be, measured again."""

    days: str
    due: str
    mark: Mark
    found: str
    evidence: tuple[str, ...] = ()
    """What was sampled then."""


@dataclass(frozen=True, slots=True)
class EvaluationPart:
    """Service, users, review, lasting gain; where one is empty, a sentence says so."""

    intro: str
    outages: tuple[OutageRow, ...]
    downtime: str
    no_outages: str
    feedback: Claim
    ratings: tuple[tuple[str, int], ...]
    """Each rating in words, and how often it was given."""
    quotes: tuple[tuple[str, str], ...]
    """What was said, and by whom."""
    quotes_left: str
    questions: tuple[QuestionRow, ...]
    no_questions: str
    repeats: tuple[RepeatRow, ...]
    no_repeats: str
    reviewed: Claim
