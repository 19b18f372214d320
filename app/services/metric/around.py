"""What is known of the hours of two windows beside the samples, and how they were measured."""

from dataclasses import dataclass, replace

from app.analysis.monitoring import OtherStep
from app.analysis.study import Study
from app.domain.metric import READ_BY_US, Metric
from app.domain.verdict import Caveat, Gate
from app.i18n import _
from app.wording import duration


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the hours of the windows, beside the samples."""

    notes: tuple[str, ...] = ()
    """Said with the verdict, such as another change in the same hours."""
    caveats: tuple[Caveat, ...] = ()
    gates: tuple[Gate, ...] = ()
    """What forbids a verdict whatever the samples say."""


def with_step(metric: Metric, found: Study, step: OtherStep | None, around: Around) -> Around:
    """Say that samples come at another step since the change; it may forbid a verdict.

    What the program reads itself are single readings at its own pace, of which nothing follows.
    """
    if step is None or metric.source == READ_BY_US:
        return around
    note = _("Samples come every {after} since the change, every {before} before it.").format(
        after=duration(step.after_s), before=duration(step.before_s)
    )
    if step.alters(metric.kind, found.before.level, found.after.level):
        return replace(around, notes=(*around.notes, note), gates=(*around.gates, Gate.OTHER_STEP))
    grid = _("Both are put on steps of {grid}.").format(grid=duration(found.step_s))
    return replace(around, notes=(*around.notes, f"{note} {grid}"))
