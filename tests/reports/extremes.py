"""The same change at its edges: measured for seconds only, and with far too much of everything."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from functools import cache

import numpy as np

from app.domain.change import Change, ChangeState
from app.domain.event import Actor, Event
from app.domain.health import Phase
from app.domain.host import Host
from app.domain.ids import HostId, SampleSetId
from app.domain.metric import SampleSet, Series, WindowName
from app.domain.need import Option
from app.domain.review import CloseCode, Override
from app.domain.run import Run
from app.services.metric.comparison import compare_windows
from app.services.report_content.source import Source
from tests.reports import sample
from tests.reports.people import (
    CHANGE,
    DB1,
    HOSTS,
    KHUMALO,
    MIDNIGHT,
    PATEL,
    ZONE,
    night,
    sha,
)
from tests.reports.proofs import health_report

SECOND = timedelta(seconds=1)


BEGIN, END = night(1, 4), night(1, 4, 4)


@cache
def thin() -> Source:
    """Return a change of seconds on one host: two windows of 12 s, nine samples a second."""
    whole = sample.full()
    change = _brief_change(whole.change)
    sets, series = _brief_samples()
    before, after = (series[item.sha256] for item in sets)
    return replace(
        whole,
        change=change,
        now=night(1, 7),
        hosts=whole.hosts[:1],
        runs=(_brief_run(whole.runs[0]),),
        health=tuple(item for item in whole.health if item.host == DB1),
        samples=sets,
        comparisons=(compare_windows(change, change.metrics[0], before, after),),
        events=whole.events[:8],
        series=series,
    )


def _brief_change(change: Change) -> Change:
    return replace(
        change,
        state=ChangeState.CLOSED,
        close_code=CloseCode.SUCCESSFUL,
        hosts=(DB1,),
        metrics=change.metrics[:1],
        tests=change.tests[:1],
        overrides=(),
        lessons=(),
        no_lessons=True,
        actions=(),
        baseline_s=12.0,
        settle_s=2.0,
        planned_downtime_min=0.25,
        work_start=BEGIN,
        work_end=END,
        reviewed_by=PATEL,
        reviewed_at=night(1, 6),
        closed_at=night(1, 6),
    )


def _brief_run(run: Run) -> Run:
    steps, at = [], BEGIN
    for item in run.steps[3:6]:
        step = replace(item.step, estimate_s=3.0, starts_service=item.step.id == "f6")
        steps.append(
            replace(item, step=step, planned_start=at, started_at=at, ended_at=at + SECOND)
        )
        at += SECOND
    return replace(run, steps=tuple(steps), started_at=BEGIN, ended_at=END)


def _brief_samples() -> tuple[tuple[SampleSet, ...], dict[str, Series]]:
    rng = np.random.default_rng(7)
    series, sets = {}, []
    for window, start, level in (
        (WindowName.BEFORE, BEGIN - 40 * SECOND, 19.0),
        (WindowName.AFTER, END + 2 * SECOND, 1.6),
    ):
        key = sha(f"thin-{window}")
        at_s = start.timestamp() + np.arange(108) / 9
        series[key] = Series(at_s, level * np.exp(rng.normal(0, 0.1, 108)))
        ident, end = SampleSetId(f"t-{window}"), start + 12 * SECOND
        sets.append(
            SampleSet(ident, CHANGE, "p95", window, start, end, 108, key, "host", zone=ZONE)
        )
    return tuple(sets), series


LONG = (
    "a text that goes on and on because nobody stopped its author, with PostgreSQL 16.6-1 in it, "
)


@cache
def overlong() -> Source:
    """Return a change in which every list and every text is far too long."""
    whole = sample.full()
    change = whole.change
    hosts = tuple(
        Host(HostId(f"h-{n}"), f"database-{n:03}.internal.example.net", "h", zone=ZONE)
        for n in range(12)
    )
    hosts = (replace(hosts[0], id=DB1), *hosts[1:])
    run = whole.runs[0]
    steps = tuple(
        replace(item, step=replace(item.step, title=f"{n}. {item.step.title}, {LONG}"[:150]))
        for n, item in enumerate(run.steps * 5, start=1)
    )
    report = health_report(HOSTS[0], Phase.BEFORE)
    checks = tuple(replace(item, item=f"/srv/{n}") for n in range(25) for item in report.results)
    long_change = replace(
        change,
        title=f"{change.title} and {LONG}"[:160],
        description=LONG * 60,
        hosts=tuple(host.id for host in hosts),
        options=tuple(
            Option(LONG, LONG * 3, LONG * 3, LONG, n == 3, LONG, LONG, amount=1e15, takes_s=1e9)
            for n in range(8)
        ),
        overrides=tuple(
            Override("conflict", LONG, KHUMALO, LONG * 5, night(0, n)) for n in range(9)
        ),
        tests=tuple(replace(case, title=LONG, observed=LONG * 5) for case in change.tests * 5),
        lessons=tuple(replace(item, event=LONG * 3, cause=LONG * 4) for item in change.lessons * 8),
        actions=tuple(replace(item, title=LONG * 2, owner=LONG) for item in change.actions * 4),
        close_notes=LONG * 40,
    )
    return replace(
        whole,
        change=long_change,
        hosts=hosts,
        runs=(replace(run, steps=steps),),
        health=tuple(
            replace(report, host=host.id, host_name=host.name, phase=phase, results=checks)
            for host in hosts[:1]
            for phase in (Phase.BEFORE, Phase.AFTER)
        ),
        events=tuple(
            Event(
                n,
                MIDNIGHT + n * timedelta(minutes=7),
                KHUMALO,
                Actor.HUMAN,
                "change.edited",
                f"{n} {LONG}",
                CHANGE,
                (),
                (),
                "",
                sha(str(n)),
            )
            for n in range(420)
        ),
    )


_KEPT = {"evidence", "id", "sha256", "language", "file", "zone", "model", "ticks"}


def with_texts(data: object, text: str) -> object:
    """Return report data with one item in every list, and every text replaced; codes stay."""
    if isinstance(data, Enum) or not (is_dataclass(data) or isinstance(data, tuple | str)):
        return data
    if isinstance(data, str):
        return text
    if isinstance(data, tuple):
        few = data[:1] if data and is_dataclass(data[0]) else data
        return tuple(with_texts(item, text) for item in few)
    changed = {
        item.name: with_texts(getattr(data, item.name), text)
        for item in fields(data)
        if item.name not in _KEPT
    }
    return replace(data, **changed)  # type: ignore[type-var]
