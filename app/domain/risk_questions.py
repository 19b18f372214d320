"""The questionnaire that suggests likelihood and impact: what is asked, and what answers count.

Each answer counts 0 (calm) to 4 (grave) times the weight of its question. Ids are kept with every
assessment, so they never change; words may.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.i18n import later


class Axis(StrEnum):
    """Which side of the matrix a question speaks for."""

    LIKELIHOOD = "likelihood"
    IMPACT = "impact"


WORST = 4
"""What the gravest answer counts."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer and what it counts, 0 to 4."""

    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``weight`` is what its answer is multiplied with unless somebody alters it."""

    id: str
    text: str
    axis: Axis
    weight: float
    choices: tuple[Choice, ...]

    def word(self, value: int) -> str:
        """Return the words of an answer, not yet translated; its figure when there are none."""
        return next((item.text for item in self.choices if item.value == value), str(value))


def _choices(*texts: str, values: tuple[int, ...] = (0, 1, 2, 3, 4)) -> tuple[Choice, ...]:
    return tuple(Choice(value, text) for value, text in zip(values, texts, strict=True))


_YES_NO = (0, 4)

QUESTIONS: tuple[Question, ...] = (
    Question(
        "users", later("Users affected"), Axis.IMPACT, 2,
        _choices(later("None"), later("Up to 10"), later("Up to 100"), later("Up to 1 000"),
                 later("More than 1 000")),
    ),
    Question(
        "outage", later("Outage for users"), Axis.IMPACT, 2,
        _choices(later("None"), later("Up to 15 min"), later("Up to 1 h"), later("Up to 4 h"),
                 later("More than 4 h")),
    ),
    Question(
        "criticality", later("How critical the service is"), Axis.IMPACT, 3,
        _choices(later("Convenience"), later("Supports one team"), later("Supports the business"),
                 later("The business waits for it"), later("Safety, law or revenue hang on it")),
    ),
    Question(
        "hosts", later("Hosts touched"), Axis.IMPACT, 1,
        _choices(later("One"), later("2 or 3"), later("4 to 10"), later("11 to 50"),
                 later("More than 50")),
    ),
    Question(
        "irreversible", later("Migration that cannot be undone"), Axis.IMPACT, 2,
        _choices(later("No"), later("Only through a restore"), later("Yes"), values=(0, 2, 4)),
    ),
    Question(
        "window", later("Inside the maintenance window"), Axis.LIKELIHOOD, 1,
        _choices(later("Yes"), later("No"), values=_YES_NO),
    ),
    Question(
        "done_before", later("Done before with success"), Axis.LIKELIHOOD, 2,
        _choices(later("Often"), later("Once or twice"), later("Something similar"),
                 later("Never"), values=(0, 1, 2, 4)),
    ),
    Question(
        "rollback", later("Way back is proven"), Axis.LIKELIHOOD, 3,
        _choices(later("Restored and measured"), later("Rehearsed in part"),
                 later("Written, not tried"), later("There is none"), values=(0, 1, 3, 4)),
    ),
    Question(
        "test_equals_production", later("Test system equals production"), Axis.LIKELIHOOD, 1,
        _choices(later("Yes"), later("Nearly"), later("Hardly"), later("No test system"),
                 values=(0, 1, 3, 4)),
    ),
    Question(
        "vendor", later("A vendor must help"), Axis.LIKELIHOOD, 1,
        _choices(later("No"), later("On call"), later("Takes part"), values=(0, 2, 4)),
    ),
    Question(
        "experience", later("Experience of the team"), Axis.LIKELIHOOD, 2,
        _choices(later("Does this every month"), later("Knows it well"), later("Has seen it"),
                 later("First time"), values=(0, 1, 2, 4)),
    ),
)  # fmt: skip


def question(key: str) -> Question | None:
    """Return a question by id, None for one that is no longer asked."""
    return next((item for item in QUESTIONS if item.id == key), None)
