"""A realistic change from need to review, as records: an orders database gets its new release.

Everything is invented and deterministic; verdicts come from the real judge.
"""

from datetime import timedelta
from functools import cache

from app.analysis.clean import samples_of
from app.domain.change import Change
from app.domain.health import Phase
from app.domain.ids import ChangeId
from app.services.metric.comparison import compare_metric
from app.services.report_content.source import Source
from app.settings import Settings
from tests.reports.people import CHANGE, HOSTS, KHUMALO, MIDNIGHT, ZONE, sha
from tests.reports.proofs import backup, events, health_report
from tests.reports.record import change
from tests.reports.runbook import OUTPUT, run, transcript
from tests.reports.samples_of_night import history, layout, sample_sets


@cache
def full() -> Source:
    """Return everything about a change of the usual size."""
    record = change()
    sets, series = sample_sets()
    wide = {item.id: history(item.id) for item in record.metrics}
    comparisons = tuple(
        compare_metric(
            item, samples_of(wide[item.id], item.kind), layout(wide[item.id]), change=CHANGE
        )
        for item in record.metrics
    )
    the_run = run(record.plan_hash)
    return Source(
        change=record,
        now=MIDNIGHT + timedelta(days=9, hours=10, minutes=20),
        hosts=HOSTS,
        runs=(the_run,),
        backups=(backup(),),
        health=tuple(health_report(host, p) for host in HOSTS for p in (Phase.BEFORE, Phase.AFTER)),
        samples=sets,
        comparisons=comparisons,
        events=events(),
        series=series,
        transcripts={
            item.transcript: transcript(OUTPUT[item.step.id])
            for item in the_run.steps
            if item.transcript
        },
        log_head=sha("head"),
        author=KHUMALO,
        settings=Settings(organisation="Example Operations", zone=ZONE),
    )


@cache
def empty() -> Source:
    """Return a change of which there is nothing but a title."""
    return Source(
        Change(ChangeId("c-1"), "CHG-000001", "Do something"), now=MIDNIGHT, log_head=sha("x")
    )
