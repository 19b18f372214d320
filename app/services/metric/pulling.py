"""Read the metrics of a change from the system that keeps them, and freeze what came.

The query is part of the plan. Both windows, what lies between them, and two weeks before them are
asked for on one grid; the end never reaches into the present, where samples are still coming in.
"""

import math
from dataclasses import dataclass, replace

from app.analysis.clean import HOUR_S, USUAL_BINS, USUAL_STEP_S
from app.analysis.windows import DAILY_BACK, Layout
from app.domain.change import Change
from app.domain.metric import Metric, SampleSet, WindowName
from app.domain.verdict import Parameters
from app.errors import InvalidInput
from app.i18n import _
from app.services.connections import Connecting, open_connection
from app.services.metric.imports import split_by_window
from app.services.metric.metrics import Measuring, freeze, is_live, measure
from app.services.metric.sampling import Sampled
from app.services.metric.verdicts import layout_of
from app.services.ports.metrics import Answered, Wanted
from app.tasks import TaskContext

SOURCE = "prometheus"
_DAY_S = 86_400.0
_LATE_S = 60.0
"""Samples younger than this may not have come in yet."""


@dataclass(frozen=True, slots=True)
class Pulling:
    """The collaborators of reading from other systems."""

    measuring: Measuring
    connecting: Connecting


def is_pulled(metric: Metric) -> bool:
    """Whether a metric is read from a connection."""
    return metric.source == SOURCE and bool(metric.connection)


def read_all(
    change_id: str, window: WindowName, *, with_: Pulling, context: TaskContext
) -> tuple[SampleSet, ...]:
    """Sample the hosts of a change, and read what other systems keep; raises as both do.

    What other systems keep is read last: their past does not run away.
    """
    with with_.measuring.desk.new_uow() as uow:
        plan = uow.changes.get(change_id).metrics
    pulled = any(map(is_pulled, plan))
    kept: tuple[SampleSet, ...] = ()
    if not pulled or any(map(is_live, plan)):
        kept = measure(change_id, window, with_=with_.measuring, context=context)
    if pulled:
        kept += pull(change_id, window, with_=with_, context=context)
    return kept


def pull(
    change_id: str, window: WindowName, *, with_: Pulling, context: TaskContext
) -> tuple[SampleSet, ...]:
    """Read every metric of a change that comes from a connection.

    Before the work the window before ends now; after it both windows lie around the work.

    Raises:
        InvalidInput: No metric comes from a connection, or a query is refused.
        RemoteError: A system cannot be reached; what others gave is kept.
        SecretUnavailable: A token is missing.
    """
    desk = with_.measuring.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
    wanted = [metric for metric in change.metrics if is_pulled(metric)]
    if not wanted:
        raise InvalidInput(
            _("No metric of {number} is read from a connection.").format(number=change.number)
        )
    now_s = desk.clock.now().timestamp()
    layout = _layout(change, window, now_s)
    kept: list[SampleSet] = []
    for metric in wanted:
        asked = _asked(metric, layout, now_s)
        with open_connection(metric.connection, with_=with_.connecting) as source:
            answered = source.read(asked, context)
        kept += _kept(change, metric, answered, layout, with_)
    return tuple(kept)


def _layout(change: Change, window: WindowName, now_s: float) -> Layout:
    """Return where the windows lie: around the work, or for a baseline up to now."""
    found = layout_of(change) if window is WindowName.AFTER else None
    if found is not None:
        return found
    zone = change.window.zone if change.window else "UTC"
    parameters = Parameters(change.baseline_s, change.settle_s, zone)
    end_s = math.floor(now_s - _LATE_S)
    return Layout.around(end_s, end_s, parameters)


def _asked(metric: Metric, layout: Layout, now_s: float) -> Wanted:
    """Return the span and the step; of short windows there is no history on so fine a grid."""
    length_s = layout.parameters.window_s
    step_s = USUAL_STEP_S if length_s >= HOUR_S else max(1.0, math.floor(length_s / USUAL_BINS))
    start_s = layout.before.start_s
    if length_s >= HOUR_S:
        start_s -= DAILY_BACK * _DAY_S
    end_s = min(layout.after.end_s, now_s - _LATE_S)
    return Wanted(metric.query, start_s, end_s, step_s)


def _kept(
    change: Change, metric: Metric, answered: Answered, layout: Layout, with_: Pulling
) -> tuple[SampleSet, ...]:
    parts = split_by_window(answered.series, layout)
    zone = layout.parameters.zone
    labels = ", ".join(f'{name}="{value}"' for name, value in answered.labels)
    told = replace(metric, query=f"{metric.query} {{{labels}}}" if labels else metric.query)
    note = ""
    if answered.warnings:
        note = _("Prometheus warns: {warnings}").format(warnings="; ".join(answered.warnings))
    found: list[SampleSet] = []
    for window, part in parts.items():
        if part.at_s.size:
            sampled = [Sampled(told, part, labels=tuple(answered.labels))]
            found += freeze(change, window, sampled, zone, with_=with_.measuring, note=note)
    return tuple(found)
