"""How lessons and follow-up actions are shown."""

from datetime import date

from app.domain.lesson import ActionState, FollowUp
from app.i18n import _
from app.services.review.review_words import ACTIONS
from app.wording import day_words
from ui.cells import Badge, Mark

_MARKS = {
    ActionState.OVERDUE: Mark.WATCH,
    ActionState.OPEN: Mark.LATER,
    ActionState.DONE: Mark.DONE,
    ActionState.DROPPED: Mark.STOPPED,
}


def action_badge(action: FollowUp, today: date) -> Badge:
    """Return how an action stands on a day, with the day it was done."""
    state = action.state(today)
    word = _(ACTIONS[state])
    if action.done_on is not None:
        word = _("Done {day}").format(day=day_words(action.done_on))
    return Badge(_MARKS[state], word)
