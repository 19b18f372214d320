"""What a notification step says, as a mail that is sent by whoever opens it."""

from datetime import datetime

from app.domain.change import Change
from app.domain.run import Run, StepRun
from app.errors import InvalidInput
from app.i18n import _
from app.services.message.communications import Mail, Recipient, read_recipients


def mail_of(change: Change, run: Run, item: StepRun, now: datetime) -> Mail:
    """Return the draft of a notification step; names without an address go into the text."""
    step = item.step
    to: tuple[Recipient, ...] = ()
    text = step.instructions or step.title
    try:
        to = read_recipients(step.recipients)
    except InvalidInput:
        text = _("To: {names}\n\n{text}").format(names=step.recipients, text=text)
    subject = f"{change.number} {change.title}: {step.title}"
    return Mail(f"{run.id}-{step.id}", subject, text, to, now, item.by or run.by)
