"""What the review reads and does, each as one call on a worker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.feedback import Channel, Response
from app.domain.ids import ChangeId
from app.i18n import _
from app.services.attachments import read_file
from app.services.metric import benefits
from app.services.review import feedback
from app.services.review.feedback import FormKind, Round
from app.services.review.feedback_read import Preview, read_csv, read_pasted
from app.services.saving import save_whole
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.metric.benefit_files import DayOutlook
    from app.services.metric.imports import FileImport
    from app.tasks import TaskContext
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers that were read and are not kept yet, with the file or text they came from."""

    preview: Preview
    round: Round


def read_answers(context: "UiContext", path: Path) -> Task:
    """Read a file of answers, without keeping anything."""

    def work(_task: object) -> Draft:
        data = read_file(path)
        return Draft(read_csv(data), Round(Channel.FORM, None, path.name, data))

    return context.tasks.start(work)


def read_text(context: "UiContext", text: str) -> Task:
    """Read pasted answers, without keeping anything."""

    def work(_task: object) -> Draft:
        data = text.encode("utf-8", "replace")
        return Draft(read_pasted(text), Round(Channel.MAIL, None, _("pasted"), data))

    return context.tasks.start(work)


def keep_answers(context: "UiContext", change_id: str, draft: Draft) -> Task:
    """Keep the answers that count; returns the change, for the page to follow."""
    services = context.services

    def work(_task: object) -> Change:
        feedback.keep_answers(
            change_id, draft.preview, draft.round, desk=services.desk, files=services.files
        )
        return _change(context, change_id)

    return context.tasks.start(work, lane=WRITES)


def set_invited(context: "UiContext", change_id: str, survey: str, invited: int | None) -> Task:
    """Say how many were asked."""
    services = context.services

    def work(_task: object) -> Change:
        feedback.set_invited(survey, invited, desk=services.desk)
        return _change(context, change_id)

    return context.tasks.start(work, lane=WRITES)


def keep_answer(
    context: "UiContext", change_id: str, survey: str, place: int, answer: Response
) -> Task:
    """Add an answer to a round, or correct the one at a place (-1 for none)."""
    desk = context.services.desk

    def work(_task: object) -> Change:
        if place < 0:
            feedback.add_answer(survey, answer, desk=desk)
        else:
            feedback.correct_answer(survey, place, answer, desk=desk)
        return _change(context, change_id)

    return context.tasks.start(work, lane=WRITES)


def write_form(context: "UiContext", change: Change, kind: FormKind, path: Path) -> Task:
    """Write the questions to a file that can be sent out."""

    def work(_task: object) -> Path:
        return save_whole(feedback.form_of(change, kind), path)

    return context.tasks.start(work)


def measure_again(context: "UiContext", change: Change, days: int, title: str) -> Task:
    """Measure a change again and say whether its gain lasted."""
    services = context.services

    def work(task: "TaskContext") -> Change:
        benefits.remeasure(change.id, days, with_=services.measuring, context=task)
        return _change(context, change.id)

    return context.tasks.start(work, title=title)


def look_for_day(context: "UiContext", wanted: "FileImport", days: int) -> Task:
    """Read a file of samples and say what it holds for a day; nothing is kept."""
    services = context.services

    def work(task: "TaskContext") -> "DayOutlook":
        from app.services.metric.benefit_files import look_for_day  # noqa: PLC0415 - numpy

        return look_for_day(wanted, days, with_=services.measuring, context=task)

    return context.tasks.start(work)


def bring_file(context: "UiContext", wanted: "FileImport", days: int) -> Task:
    """Keep a file of samples as the measurement of a day; returns the change."""
    services = context.services

    def work(task: "TaskContext") -> Change:
        from app.services.metric.benefit_files import bring_file  # noqa: PLC0415 - numpy

        bring_file(wanted, days, with_=services.measuring, context=task)
        return _change(context, wanted.change)

    return context.tasks.start(work, title=wanted.path.name)


def agree_days(context: "UiContext", change_id: str, days: Sequence[int]) -> Task:
    """Say on which days after the work a change is measured again."""
    services = context.services
    return context.tasks.start(
        lambda _task: benefits.agree_days(change_id, days, desk=services.desk), lane=WRITES
    )


def leave_out(context: "UiContext", change_id: str, days: int, reason: str) -> Task:
    """Say why a change is not measured again on a day."""
    services = context.services

    def work(_task: object) -> Change:
        benefits.skip(change_id, days, reason, desk=services.desk)
        return _change(context, change_id)

    return context.tasks.start(work, lane=WRITES)


def _change(context: "UiContext", change_id: str) -> Change:
    with context.services.new_uow() as uow:
        return uow.changes.get(ChangeId(change_id))


def no_answers() -> Draft:
    """Return a round that nobody answered, before it is said how many were invited."""
    return Draft(Preview(()), Round(Channel.FORM))


def with_round(draft: Draft, channel: Channel, invited: int | None) -> Draft:
    """Return a draft of answers with how they were asked for."""
    return Draft(draft.preview, replace(draft.round, channel=channel, invited=invited))
