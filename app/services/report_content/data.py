"""The report as data: all words chosen, all figures written, all evidence numbered.

The sections in `app.reports` lay this out and decide nothing. Everything is frozen and plain, so
that the same record gives the same pages, and the data can be attached to the PDF.
"""

from dataclasses import dataclass
from datetime import datetime

from app.services.report_content.closer_parts import CloserPart
from app.services.report_content.evaluation_parts import EvaluationPart
from app.services.report_content.load_parts import LoadPart
from app.services.report_content.parts import (
    CommunicationPart,
    Measures,
    NeedPart,
    PlanPart,
    Summary,
)
from app.services.report_content.proofs import (
    HealthPart,
    HistoryPart,
    LearningPart,
    MethodPart,
    SafetyPart,
    Transcript,
)
from app.settings import PageSize


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on every page: whose report, of what, when, which log head."""

    organisation: str
    document: str
    number: str
    title: str
    status: str
    revision: int
    generated: str
    generated_at: datetime
    log_head: str
    author: str
    label: str
    """Stands above and below every page, such as that everything in it is made up; mostly ""."""
    language: str = "en"
    paper: PageSize = PageSize.A4


@dataclass(frozen=True, slots=True)
class ReportData:
    """A whole report."""

    cover: Cover
    summary: Summary
    measures: Measures
    closer: CloserPart | None
    load_tests: LoadPart | None
    need: NeedPart
    communication: CommunicationPart
    plan: PlanPart
    safety: SafetyPart
    health: HealthPart
    history: HistoryPart
    evaluation: EvaluationPart
    learning: LearningPart
    transcripts: tuple[Transcript, ...]
    method: MethodPart


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes inside the PDF."""

    name: str
    data: bytes
    description: str
    mime: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished PDF."""

    pdf: bytes
    pages: int
