"""What went well and what did not, each with its evidence, the weightiest first."""

from collections.abc import Iterator

from app.domain.backup import Level
from app.domain.health import Difference, differences
from app.domain.metric import WindowName
from app.domain.run import StepState
from app.domain.verdict import Comparison, Verdict
from app.i18n import _, ngettext
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.facts import downtime_s, planned_downtime_s, tally
from app.services.report_content.many_hosts import on_many_hosts
from app.services.report_content.source import Source
from app.services.report_content.words import (
    change_words,
    likely_words,
    move_verb,
    sentence,
    target_words,
)
from app.services.review.rag import Dimension, Light, Rag
from app.wording import agreed_percent, count_of, duration, percent


def well(source: Source, rag: Rag, book: EvidenceBook) -> Iterator[Claim]:
    """Yield what went well; evidence is cited only for what is asked for."""
    yield from _measures(source, book, (Verdict.IMPROVED,))
    yield from _restored(source, book)
    yield from _good_time(source, rag, book)
    yield from _good_tests(source, rag)
    yield from on_many_hosts(source, book, good=True)
    yield from _calm_health(source, book)
    yield from _measures(source, book, (Verdict.NO_MATERIAL_CHANGE,), with_target=True)


def badly(source: Source, rag: Rag, book: EvidenceBook) -> Iterator[Claim]:
    """Yield what went wrong, or cannot be told."""
    yield from _backed_out(source, book)
    yield from _incidents(source)
    yield from _measures(source, book, (Verdict.REGRESSED,))
    yield from _missed(source, book)
    yield from _late(source, rag, book)
    yield from _bad_tests(source)
    yield from on_many_hosts(source, book, good=False)
    yield from _steps(source, book)
    yield from _worse_health(source, book)
    yield from _measures(source, book, (Verdict.NOT_ENOUGH_DATA,))
    yield from _thin(source, book)


def cite(item: Comparison, source: Source, book: EvidenceBook) -> tuple[str, ...]:
    """Cite the samples a comparison rests on."""
    return book.samples(
        source.sample(item.metric_id, WindowName.BEFORE),
        source.sample(item.metric_id, WindowName.AFTER),
    )


def measure_claim(item: Comparison, source: Source, book: EvidenceBook) -> Claim:
    """Say what became of one metric."""
    lead = f"{item.metric} {move_verb(item)}."
    if item.verdict is Verdict.NOT_ENOUGH_DATA:
        lead = _("{name}: cannot tell yet.").format(name=item.metric)
    elif item.verdict is Verdict.NO_MATERIAL_CHANGE:
        lead = _("{name} stayed the same within {margin}.").format(
            name=item.metric, margin=agreed_percent(item.margin)
        )
    parts = [change_words(item)]
    if likely := likely_words(item):
        parts.append(likely)
    text = ", ".join(parts)
    if item.target_met is not None:
        words = _("target {target} met") if item.target_met else _("target {target} missed")
        text += f"; {words.format(target=target_words(item.target, item.unit))}"
    if item.verdict is Verdict.NOT_ENOUGH_DATA and item.smallest_visible_change:
        text += _("; only a change above {size} would show").format(
            size=percent(abs(item.smallest_visible_change))
        )
    return Claim(sentence(text), lead, cite(item, source, book))


def _measures(
    source: Source, book: EvidenceBook, verdicts: tuple[Verdict, ...], *, with_target: bool = False
) -> Iterator[Claim]:
    found = [
        item
        for item in source.comparisons
        if item.verdict in verdicts and (item.target_met or not with_target)
    ]
    found.sort(key=lambda item: (not item.key, item.target is None))
    for item in found:
        yield measure_claim(item, source, book)


def _restored(source: Source, book: EvidenceBook) -> Iterator[Claim]:
    sets = source.counted_backups
    if not sets or any(item.level is not Level.RESTORED for item in sets):
        return
    slowest = max(sets, key=lambda item: item.restore_s or 0.0)
    proof = slowest.latest(Level.RESTORED)
    text = _("{hosts} restored from the backup in {time} before the work began.").format(
        hosts=", ".join(item.host_name for item in sets), time=duration(slowest.restore_s)
    )
    ids = book.proof(slowest, proof) if proof is not None else ()
    yield Claim(text, _("The way back was proven."), ids)


def _good_time(source: Source, rag: Rag, book: EvidenceBook) -> Iterator[Claim]:
    schedule, downtime = rag.of(Dimension.SCHEDULE), rag.of(Dimension.DOWNTIME)
    actual, planned = downtime_s(source), planned_downtime_s(source)
    if downtime.light is Light.GOOD and actual and planned:
        text = _("{actual} of the {planned} that were agreed.").format(
            actual=duration(actual), planned=duration(planned)
        )
        yield Claim(text, _("Downtime stayed within the plan."), book.run(source.run))
    if schedule.light is Light.GOOD:
        yield Claim(sentence(schedule.found), _("The window was kept."), book.run(source.run))


def _good_tests(source: Source, rag: Rag) -> Iterator[Claim]:
    if rag.of(Dimension.TESTS).light is not Light.GOOD:
        return
    counted = tally(source.change.tests)
    text = _("{passed}.").format(passed=count_of(counted.passed, counted.total))
    yield Claim(text, _("All tests passed."))


def _calm_health(source: Source, book: EvidenceBook) -> Iterator[Claim]:
    pairs = [source.checks(host.id) for host in source.hosts]
    whole = [(before, after) for before, after in pairs if before and after]
    if not pairs or len(whole) != len(pairs):
        return
    kinds = [item.difference for before, after in whole for item in differences(before, after)]
    if Difference.WORSE in kinds:
        return
    text = _("{n} checks on both sides of the change, none of them worse.").format(n=len(kinds))
    ids = book.health(*(report for pair in whole for report in pair))
    yield Claim(text, _("The hosts are as healthy as before."), ids)


def _backed_out(source: Source, book: EvidenceBook) -> Iterator[Claim]:
    run = source.run
    if not source.change.backed_out or run is None:
        return
    text = sentence(run.backout_reason or _("no reason was written down"))
    yield Claim(text, _("The change was backed out."), book.run(run))


def _incidents(source: Source) -> Iterator[Claim]:
    for item in sorted(source.change.incidents, key=lambda each: each.priority):
        if item.caused:
            lead = _("Caused P{priority} incident {reference}.").format(
                priority=item.priority, reference=item.reference
            )
            yield Claim(sentence(item.title), lead)


def _missed(source: Source, book: EvidenceBook) -> Iterator[Claim]:
    told = (Verdict.REGRESSED, Verdict.NOT_ENOUGH_DATA)
    for item in source.comparisons:
        if item.target_met is False and item.verdict not in told:
            yield measure_claim(item, source, book)


def _late(source: Source, rag: Rag, book: EvidenceBook) -> Iterator[Claim]:
    downtime, schedule = rag.of(Dimension.DOWNTIME), rag.of(Dimension.SCHEDULE)
    if downtime.light in (Light.WATCH, Light.BAD):
        text = _("{actual}, planned were {planned}.").format(
            actual=duration(downtime_s(source)), planned=duration(planned_downtime_s(source))
        )
        yield Claim(text, _("Downtime ran over."), book.run(source.run))
    if schedule.light in (Light.WATCH, Light.BAD):
        lead = _("The window was not kept.")
        yield Claim(sentence(schedule.found), lead, book.run(source.run))


def _bad_tests(source: Source) -> Iterator[Claim]:
    counted = tally(source.change.tests)
    n = counted.major + counted.minor
    if not n:
        return
    lead = ngettext("{n} test did not pass.", "{n} tests did not pass.", n).format(n=n)
    names = [case.title for case in source.change.tests if case.result.value == "failed"]
    yield Claim(sentence(", ".join(names)), lead)


def _steps(source: Source, book: EvidenceBook) -> Iterator[Claim]:
    words = {
        StepState.FAILED: _("Step “{title}” failed."),
        StepState.STOPPED: _("Step “{title}” was stopped."),
        StepState.SKIPPED: _("Step “{title}” was skipped."),
        StepState.UNKNOWN: _("How step “{title}” ended is not known."),
    }
    run = source.run
    if run is None:
        return
    for item in run.steps:
        if item.state in words:
            lead = words[item.state].format(title=item.step.title)
            yield Claim(sentence(item.outcome), lead, book.transcript(run, item) or book.run(run))


def _worse_health(source: Source, book: EvidenceBook) -> Iterator[Claim]:
    for host in source.hosts:
        before, after = source.checks(host.id)
        if before is None or after is None:
            continue
        worse = [d for d in differences(before, after) if d.difference is Difference.WORSE]
        if worse:
            names = ", ".join(
                f"{item.title}: {item.item}" if item.item else item.title for item in worse[:3]
            )
            lead = _("Health of {host} is worse.").format(host=host.name)
            yield Claim(sentence(names), lead, book.health(before, after))


def _thin(source: Source, book: EvidenceBook) -> Iterator[Claim]:
    limited = [item for item in source.comparisons if item.caveats]
    if not limited:
        return
    reasons = dict.fromkeys(caveat.words for item in limited for caveat in item.caveats)
    text = _("Limited evidence: {why}.").format(why=", ".join(reasons))
    first = limited[0]
    yield Claim(text, _("The baseline was thin."), cite(first, source, book))
