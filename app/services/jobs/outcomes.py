"""What the end of a job means for its step, in words."""

import signal

from app.domain.job import JobEnd
from app.domain.run import StepState
from app.i18n import _, ngettext
from app.services.jobs.following import Finish, Followed
from app.wording import bytes_size

_SIGNALLED = 128
Outcome = tuple[StepState, str]


def outcome_of(followed: Followed, limit_s: float, who: str) -> Outcome:
    """Return the state of the step and one sentence; done only with a whole end and code 0.

    What said more than the host had room for is not done: its evidence has a hole.
    """
    end = followed.end
    match followed.finish:
        case Finish.ENDED if end is not None:
            return _ended(end, limit_s)
        case Finish.DIFFERENT:
            return StepState.UNKNOWN, _("What was kept here is not what the host wrote.")
        case Finish.CANCELLED:
            text = _("Stopped by {who}; the host confirms that nothing of it runs any more")
            if end is None or not end.sees_all:
                text = _(
                    "Stopped by {who}; the host sees nothing of it run any more. What left its"
                    " session and closed its output cannot be seen there: look yourself"
                )
            return StepState.STOPPED, text.format(who=who)
        case Finish.NOT_CANCELLED:
            return StepState.UNKNOWN, _not_cancelled(followed)
        case Finish.LOST:
            return StepState.UNKNOWN, _lost(followed)
        case Finish.NONE:
            return StepState.UNKNOWN, _("The host knows nothing of it, or has forgotten it.")
        case Finish.LEFT:
            return StepState.UNKNOWN, _("The program was closed; the host goes on with it")
        case Finish.LEFT_EARLY:
            return StepState.UNKNOWN, _("The program was closed before the host said that it began")
    why = followed.error.sentence() if followed.error else ""
    return StepState.UNKNOWN, _("The host may go on with it. {why}").format(why=why).strip()


def _ended(end: JobEnd, limit_s: float) -> Outcome:
    took = _("exit {code} after {seconds:.1f} s").format(code=end.exit_code, seconds=end.duration_s)
    if killed := _signal(end):
        return StepState.UNKNOWN, _("killed by {signal}").format(signal=killed)
    if end.timed_out:
        took = _("ended by the host after its limit of {limit:g} s").format(limit=limit_s)
    parts = [took]
    if dropped := end.stdout.dropped + end.stderr.dropped:
        parts.append(_("{size} of output were dropped").format(size=bytes_size(dropped)))
    if end.is_torn:
        parts.append(_("the host had no room for all that it said"))
    if n := end.left_behind:
        words = ngettext(
            "{n} process it started still runs", "{n} processes it started still run", n
        )
        parts.append(words.format(n=n))
    good = end.exit_code == 0 and not end.is_torn
    return StepState.DONE if good else StepState.FAILED, "; ".join(parts)


def _signal(end: JobEnd) -> str:
    """Return the name of the signal that ended a command, as shells tell it: 128 and its number."""
    if end.timed_out or end.exit_code <= _SIGNALLED:
        return ""
    try:
        return signal.Signals(end.exit_code - _SIGNALLED).name.removeprefix("SIG")
    except ValueError:
        return ""


def _not_cancelled(followed: Followed) -> str:
    if followed.alive:
        words = ngettext(
            "Not stopped: {n} process is alive", "Not stopped: {n} processes are alive",
            followed.alive,
        )  # fmt: skip
        return words.format(n=followed.alive)
    why = followed.error.sentence() if followed.error else ""
    return _("Nobody confirms that it was stopped. {why}").format(why=why).strip()


def _lost(followed: Followed) -> str:
    text = _("The host has lost it: it began and left no end, as after a restart or a kill.")
    if n := followed.alive:
        words = ngettext("{n} process of it is alive.", "{n} processes of it are alive.", n)
        text = f"{text} {words.format(n=n)}"
    return text
