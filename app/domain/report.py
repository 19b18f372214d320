"""The post-implementation report as a record: which revision, which file, which log head."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import ChangeId, ReportId


@dataclass(frozen=True, slots=True)
class Report:
    """One printed report; the PDF lies in the evidence files under ``pdf_sha256``."""

    id: ReportId
    change: ChangeId
    number: str
    revision: int
    made_at: datetime
    by: str
    title: str
    pdf_sha256: str
    log_head: str
    pages: int = 0
