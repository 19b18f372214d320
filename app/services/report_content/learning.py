"""What was learned, and what remains to be done."""

from app.i18n import _, ngettext
from app.services.report_content.proofs import LearningPart
from app.services.report_content.source import Source
from app.services.report_content.summary import action_rows


def learning(source: Source) -> LearningPart:
    """Put the part together."""
    change = source.change
    actions = action_rows(source)
    return LearningPart(
        intro=_intro(len(change.lessons), sum(not item.done for item in actions)),
        lessons=tuple(
            (item.event, item.cause, item.effect, item.recommendation) for item in change.lessons
        ),
        no_lessons=_("It was confirmed that there are no lessons.")
        if change.no_lessons
        else _("No lesson was written down."),
        actions=actions,
        notes=change.close_notes.strip() or _("No close notes were written."),
    )


def _intro(lessons: int, still_open: int) -> str:
    told = ngettext("{n} lesson", "{n} lessons", lessons).format(n=lessons)
    todo = ngettext("{n} action is open.", "{n} actions are open.", still_open)
    return f"{told}; {todo.format(n=still_open)}"
