"""What is recorded about how it went: tests, incidents, overrides, the close code."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.evidence import Attachment
from app.domain.functional import FunctionalProbe

REVIEW_DAYS = 7.0
"""Published practice is three to seven days after the work."""


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
    SECURITY = "security"


class TestResult(StrEnum):
    """How a test case ended; *open* means that it was not run."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"


class Side(StrEnum):
    """On which side of the work something was tried."""

    BEFORE = "before"
    AFTER = "after"


class Severity(StrEnum):
    """How much a failed test that is waived weighs."""

    MINOR = "minor"
    MAJOR = "major"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a test case; it is never altered, a re-test is another one."""

    at: datetime
    by: str
    result: TestResult
    side: Side = Side.AFTER
    observed: str = ""
    by_probe: bool = False
    """Whether the program tried it itself."""
    took_s: float | None = None
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test: what is done, what should be seen, what was seen.

    ``result``, ``observed``, ``tester`` and ``tested_at`` repeat the last attempt after the work.
    ``waived_by`` accepts in writing that it did not pass; ``waived_owner`` sees to it that it will.
    """

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
    waived_owner: str = ""
    waived_severity: Severity | None = None
    steps: str = ""
    probe: FunctionalProbe | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def is_waived(self) -> bool:
        """Whether somebody accepts that it did not pass; a passed one needs no waiver."""
        return bool(self.waived_by) and self.result is not TestResult.PASSED

    @property
    def is_settled(self) -> bool:
        """Whether the case passed, or a person accepts by name that it did not."""
        return self.result is TestResult.PASSED or self.is_waived

    @property
    def severity(self) -> Severity:
        """How much it weighs that it did not pass: as waived, else by whether it is mandatory."""
        if self.is_waived and self.waived_severity is not None:
            return self.waived_severity
        return Severity.MAJOR if self.mandatory else Severity.MINOR

    def last(self, side: Side) -> Attempt | None:
        """Return the newest attempt on a side of the work."""
        return next((item for item in reversed(self.attempts) if item.side is side), None)

    def tried(self, attempt: Attempt) -> "TestCase":
        """Return the case with one more attempt; one before the work is no result."""
        more = replace(self, attempts=(*self.attempts, attempt))
        if attempt.side is Side.BEFORE:
            return more
        return replace(
            more,
            result=attempt.result,
            observed=attempt.observed,
            tester=attempt.by,
            tested_at=attempt.at,
        )


class Relation(StrEnum):
    """How an incident belongs to a change."""

    CAUSED = "caused"
    FIXED = "fixed"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident linked to the change.

    ``caused`` says that the change brought it about, ``fixes`` that the change is its remedy.
    """

    reference: str
    title: str
    priority: int = 3
    caused: bool = False
    detected_at: datetime | None = None
    restored_at: datetime | None = None
    fixes: bool = False

    @property
    def relation(self) -> Relation:
        """How it belongs to the change; having caused it weighs most."""
        if self.caused:
            return Relation.CAUSED
        return Relation.FIXED if self.fixes else Relation.RELATED


class Topic(StrEnum):
    """The questions of an implementation review (ITIL, MOF, ISO 20000 practice)."""

    OBJECTIVES = "objectives"
    USERS = "users"
    FUNCTION = "function"
    AVAILABILITY = "availability"
    PERFORMANCE = "performance"
    SECURITY = "security"
    PLAN = "plan"
    SCHEDULE = "schedule"
    RESOURCES = "resources"
    WAY_BACK = "way_back"
    COMMUNICATION = "communication"


class Finding(StrEnum):
    """What a review says to a question."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    """The reviewer's answer to one question."""

    topic: Topic
    finding: Finding
    note: str = ""
    by: str = ""
    at: datetime | None = None


CHECKS_SEEN = "checks_seen"
"""The guard that wants every warning and every check that could not be read to be seen."""
ACKNOWLEDGED = (CHECKS_SEEN,)
"""Guards that a person meets by saying so, with a reason."""


@dataclass(frozen=True, slots=True)
class Override:
    """A guard passed by a named person instead of by fact; printed on page 1 of the report.

    It holds for one move, in one revision, for the very finding that the person saw, and from
    *Authorize* on for the very plan; anything else needs another one. ``used_at`` is when a move
    went through because of it.
    """

    guard: str
    title: str
    by: str
    reason: str
    at: datetime
    move: str = ""
    finding: str = ""
    plan_hash: str = ""
    revision: int = 1
    used_at: datetime | None = None

    @property
    def is_acknowledgement(self) -> bool:
        """Whether the process asks for this very word, so that it is no departure from it."""
        return self.guard in ACKNOWLEDGED
