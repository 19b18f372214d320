"""How times and dependencies of steps are typed and written."""

from collections.abc import Sequence

from app.domain.runbook import Step, waits_for
from app.errors import InvalidInput
from app.i18n import _
from app.wording import DASH, THIN
from ui.pages.changes.saving import number_of
from ui.widgets.fields import LineField

_NOTHING = (DASH, "-", "0", "—")


def span_text(seconds: float | None) -> str:
    """Write a length as it is typed: minutes, or seconds with an s where minutes are not whole."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60, 2)
    if seconds < 600 and abs(minutes * 60 - seconds) > 1e-9:
        return f"{round(seconds, 1):g} s"
    return f"{minutes:g}"


def read_span(field: LineField) -> float | None:
    """Return what was typed as minutes, or as seconds with an s behind, in seconds.

    Raises:
        InvalidInput: It is no length; said at the field.
    """
    text = field.value
    if text.endswith("s"):
        return number_of(field, text.removesuffix("s").strip())
    minutes = number_of(field, text)
    return None if minutes is None else minutes * 60


def minutes_text(seconds: float) -> str:
    """Write a duration for a narrow column: whole minutes without unit, else seconds with theirs.

    The header says minutes.
    """
    if seconds >= 60 or seconds == 0:
        return f"{round(seconds / 60, 1):g}"
    return f"{round(seconds, 1):g}{THIN}s"


def after_text(step: Step, steps: Sequence[Step], *, empty: str) -> str:
    """Write what a step waits for as numbers; ``empty`` stands for the one above it."""
    if step.after is None:
        return empty
    places = {item.id: str(number) for number, item in enumerate(steps, start=1)}
    return ", ".join(places[key] for key in step.after if key in places) or DASH


def waits_text(step: Step, steps: Sequence[Step]) -> str:
    """Write the numbers of the steps one really waits for, a dash for none."""
    places = {item.id: str(number) for number, item in enumerate(steps, start=1)}
    return ", ".join(places[key] for key in waits_for(steps).get(step.id, ())) or DASH


def read_after(text: str, step: Step, steps: Sequence[Step]) -> tuple[str, ...] | None:
    """Return the ids of the steps that were typed as numbers; None for an empty text.

    Raises:
        InvalidInput: A number is not one of another step.
    """
    text = text.strip()
    if not text:
        return None
    if text in _NOTHING:
        return ()
    found = []
    for part in text.replace(";", ",").replace(" ", ",").split(","):
        if not part:
            continue
        place = int(part) - 1 if part.isdecimal() else -1
        if not 0 <= place < len(steps) or steps[place].id == step.id:
            raise InvalidInput(
                _("“{text}” is not the number of another step.").format(text=part),
                hint=_("Use 1 to {n}.").format(n=len(steps)),
            )
        found.append(steps[place].id)
    return tuple(dict.fromkeys(found))
