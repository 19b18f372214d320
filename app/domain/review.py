"""What is recorded about how it went: tests, incidents, overrides, the close code."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CloseCode(StrEnum):
    """How a change ended."""

    SUCCESSFUL = "successful"
    WITH_ISSUES = "successful_with_issues"
    UNSUCCESSFUL = "unsuccessful"
    BACKED_OUT = "backed_out"
    CANCELED = "canceled"


class TestKind(StrEnum):
    """What a test case looks at."""

    QA = "qa"
    FUNCTIONAL = "functional"
    LOAD = "load"


class TestResult(StrEnum):
    """How a test case ended."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test: what is done, what should be seen, what was seen."""

    id: str
    title: str
    kind: TestKind = TestKind.FUNCTIONAL
    expected: str = ""
    mandatory: bool = True
    result: TestResult = TestResult.OPEN
    observed: str = ""
    tester: str = ""
    tested_at: datetime | None = None
    waived_by: str = ""
    waived_reason: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether the case has a result, and a failed one has an owner who accepts it."""
        if self.result is TestResult.FAILED:
            return bool(self.waived_by)
        return self.result is TestResult.PASSED or bool(self.waived_by)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident linked to the change; ``caused`` says that the change brought it about."""

    reference: str
    title: str
    priority: int = 3
    caused: bool = False
    detected_at: datetime | None = None
    restored_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A guard passed by a named person instead of by fact; printed on page 1 of the report."""

    guard: str
    title: str
    by: str
    reason: str
    at: datetime
