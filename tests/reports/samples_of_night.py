"""What was measured in the night of the sample change, and on five nights before.

Everything is invented and deterministic.
"""

from datetime import datetime, timedelta

import numpy as np

from app.analysis.windows import Layout
from app.domain.ids import SampleSetId
from app.domain.metric import (
    Metric,
    MetricKind,
    SampleSet,
    Series,
    Target,
    WindowName,
    WorseWhen,
)
from app.domain.verdict import Parameters
from tests.reports.people import CHANGE, KHUMALO, MIDNIGHT, WINDOW_S, WORK, ZONE, night, sha


def metrics() -> tuple[Metric, ...]:
    def metric(ident: str, name: str, unit: str, **more: object) -> Metric:
        return Metric(id=ident, name=name, unit=unit, source="csv", **more)  # type: ignore[arg-type]

    lower, either = WorseWhen.LOWER, WorseWhen.EITHER
    return (
        metric(
            "p95",
            "Order response time, p95",
            "ms",
            kind=MetricKind.LATENCY,
            margin=0.10,
            key=True,
            target=Target(300.0),
        ),
        metric("memory", "Memory in use, db-01", "GiB", margin=0.05, target=Target(22.5)),
        metric("failed", "Failed orders", "%", margin=0.10, key=True, target=Target(0.5)),
        metric("orders", "Orders per minute", "", margin=0.05, worse_when=lower, key=True),
        metric("p99", "Order response time, p99", "ms", kind=MetricKind.LATENCY, margin=0.10),
        metric("median", "Order response time, median", "ms", kind=MetricKind.LATENCY, margin=0.1),
        metric("cpu1", "Processor load, db-01", "%", margin=0.05),
        metric("cpu2", "Processor load, app-01", "%", margin=0.05),
        metric("wait", "Disk wait, db-01", "ms", margin=0.10, floor=0.5),
        metric("conns", "Open connections, db-01", "", margin=0.05, worse_when=either),
    )


LEVELS = {  # before, after, share of noise, day-to-day noise, rhythm
    "p95": (412, 268, 0.05, 0.02, 0.0),
    "memory": (21.4, 23.3, 0.004, 0.004, 0.0),
    "failed": (0.42, 0.41, 0.06, 0.012, 0.0),
    "orders": (41, 41.3, 0.03, 0.01, 0.5),
    "p99": (905, 824, 0.16, 0.09, 0.0),
    "median": (148, 104, 0.03, 0.02, 0.1),
    "cpu1": (61, 48, 0.06, 0.02, 0.2),
    "cpu2": (34, 34.1, 0.05, 0.012, 0.2),
    "wait": (4.1, 4.0, 0.1, 0.02, 0.0),
    "conns": (84, 86, 0.03, 0.006, 0.1),
}


EARLIER = (7, 14, 21, 28, 35)
"""Nights from Saturday to Sunday before this one, in days."""


def history(metric: str) -> Series:
    """Return six nights of a metric, one sample a minute, with its rhythm and its step."""
    before, after, noise, daily, rhythm = LEVELS[metric]
    rng = np.random.default_rng(int(sha(metric)[:8], 16))
    parts = []
    for back in (*reversed(EARLIER), 0):
        at_s = (MIDNIGHT - timedelta(days=back, hours=6)).timestamp() + 60.0 * np.arange(14 * 60)
        shake = np.convolve(rng.normal(0, noise, at_s.size + 9), 0.7 ** np.arange(10), "valid")
        hours = (at_s - at_s[0]) / 3600
        night_s = WORK.end.timestamp() - back * 86400 - 2800
        wave = rhythm * np.cos((hours - 8.5) / 6 * np.pi) * -0.3
        drift = rng.normal(0, daily) + rng.normal(0, daily) * (at_s > night_s)
        level = np.where((at_s >= night_s) & (back == 0), after, before)
        parts.append((at_s, level * np.exp(drift * (back > 0) + shake * 0.7 + wave)))
    at_s, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    stopped = (at_s >= night(1, 38).timestamp()) & (at_s < night(2, 25).timestamp())
    return Series(at_s[~stopped], value[~stopped])


def layout(series: Series) -> Layout:
    parameters = Parameters(window_s=WINDOW_S, settle_s=600.0, zone=ZONE)
    return Layout.around(WORK.start.timestamp(), WORK.end.timestamp(), parameters)


def cut(series: Series, start: datetime, end: datetime) -> Series:
    inside = (series.at_s >= start.timestamp()) & (series.at_s < end.timestamp())
    return Series(series.at_s[inside], series.value[inside])


def sample_sets() -> tuple[tuple[SampleSet, ...], dict[str, Series]]:
    sets: list[SampleSet] = []
    series: dict[str, Series] = {}
    length = timedelta(seconds=WINDOW_S)
    windows = [
        (WindowName.BEFORE, WORK.start - length, WORK.start),
        (
            WindowName.AFTER,
            WORK.end + timedelta(minutes=10),
            WORK.end + timedelta(minutes=10) + length,
        ),
        *(
            (
                WindowName.REFERENCE,
                WORK.start - length - timedelta(days=d),
                WORK.end + timedelta(minutes=10) + length - timedelta(days=d),
            )
            for d in EARLIER
        ),
    ]
    for metric in metrics():
        whole = history(metric.id)
        for number, (window, start, end) in enumerate(windows):
            if window is WindowName.REFERENCE and metric.id not in ("p95", "memory"):
                continue
            part = cut(whole, start, end)
            key = sha(f"{metric.id}-{number}")
            series[key] = part
            sets.append(
                SampleSet(
                    SampleSetId(f"s-{metric.id}-{number}"),
                    CHANGE,
                    metric.id,
                    window,
                    start,
                    end,
                    len(part.at_s),
                    key,
                    source="csv",
                    zone=ZONE,
                    collected_at=night(6, 25),
                    by=KHUMALO,
                    failed=2 if metric.id == "p99" else 0,
                )
            )
    return tuple(sets), series
