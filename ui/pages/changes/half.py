"""Half a risk judgement: it cannot be kept yet, and waits for its change while others are open."""

from dataclasses import dataclass

from app.domain.risk import Control, RiskAnswer, RiskMethod
from ui.pages.changes.controls import ControlList
from ui.pages.changes.questionnaire import Questionnaire
from ui.widgets.fields import ChoiceField, LineField


@dataclass(frozen=True, slots=True)
class Half:
    """What was typed of one judgement."""

    texts: tuple[str, ...]
    controls: tuple[Control, ...]
    answers: tuple[RiskAnswer, ...]


class Halves:
    """Takes what was typed out of the fields, and puts it back, change by change."""

    def __init__(
        self,
        fields: tuple[ChoiceField | LineField, ...],
        controls: ControlList,
        questions: Questionnaire,
    ) -> None:
        self._fields, self._controls, self._questions = fields, controls, questions
        self._kept: dict[str, Half] = {}

    def put_away(self, change_id: str) -> None:
        """Remember what stands in the fields for a change."""
        texts = tuple(field.value for field in self._fields)
        self._kept[change_id] = Half(texts, self._controls.value, self._questions.value)

    def take_up(self, change_id: str, method: RiskMethod) -> bool:
        """Put back what was typed for a change; return whether there was any."""
        half = self._kept.pop(change_id, None)
        if half is None:
            return False
        for field, text in zip(self._fields, half.texts, strict=True):
            field.set_value(text)
        self._controls.set_value(half.controls)
        self._questions.set_value(half.answers, method)
        return True
