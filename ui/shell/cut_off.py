"""What is said at the start about a run in which the end of a step is not known."""

from collections.abc import Callable

from app.domain.run import Run, StepState
from app.i18n import _
from ui.messages import Message, MessageAction, Tone


def cut_off_message(run: Run, show: Callable[[], object]) -> Message:
    """Return what happened to a run, in which step, and the way to it."""
    unknown = [item for item in run.steps if item.state is StepState.UNKNOWN]
    return Message(
        _("A run waits: how a step of it ended is not known"),
        Tone.WARNING,
        step=", ".join(item.step.title for item in unknown),
        cause="; ".join(item.outcome for item in unknown),
        present=_("Nothing was sent since. The run waits for your decision."),
        next=_("Look on the host what the step did, then say how it ended."),
        actions=(MessageAction(_("Open the run"), show),),
    )
