"""Which close code the record supports, and what speaks against the one that was chosen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.domain.change import Change
from app.domain.metric import Metric
from app.domain.outage import Outage, OutageKind
from app.domain.review import CloseCode, TestResult
from app.domain.run import Run, RunState
from app.domain.verdict import Comparison, Verdict
from app.i18n import _

_SERIOUS = 2
"""Incidents of this priority or worse make a change unsuccessful in this rule (P1, P2)."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The close code that the record supports, and the facts it rests on."""

    code: CloseCode
    reasons: tuple[str, ...]


def propose_code(change: Change, comparisons: tuple[Comparison, ...], run: Run | None) -> Proposal:
    """Return the close code by rule: backed out, else unsuccessful, else with issues, else clean.

    Unsuccessful: a key measure got worse or missed its target, or the change caused a P1 or two P2.
    With issues: anything else that did not go as agreed, also a key measure or a mandatory test
    that nobody knows the outcome of: what was not looked at supports no success.
    """
    if change.backed_out or (run is not None and run.state is RunState.BACKED_OUT):
        return Proposal(CloseCode.BACKED_OUT, (_("the change was backed out"),))
    grave = tuple(_grave(change, comparisons))
    if grave:
        return Proposal(CloseCode.UNSUCCESSFUL, grave)
    issues = tuple(_issues(change, comparisons))
    if issues:
        return Proposal(CloseCode.WITH_ISSUES, issues)
    return Proposal(CloseCode.SUCCESSFUL, (_("nothing on record speaks against it"),))


def _grave(change: Change, comparisons: tuple[Comparison, ...]) -> Iterator[str]:
    yield from _measures(item for item in comparisons if item.key)
    caused = [item.priority for item in change.incidents if item.caused]
    if 1 in caused or caused.count(_SERIOUS) >= _SERIOUS:
        told = ", ".join(f"P{priority}" for priority in sorted(caused))
        yield _("it caused incidents: {told}").format(told=told)


def _measures(comparisons: Iterable[Comparison]) -> Iterator[str]:
    for item in comparisons:
        if item.verdict is Verdict.REGRESSED:
            yield _("{metric} got worse").format(metric=item.metric)
        elif item.target_met is False:
            yield _("{metric} missed its target").format(metric=item.metric)


def _unknown(planned: Iterable[Metric], comparisons: tuple[Comparison, ...]) -> Iterator[str]:
    """Say which measures that decide have no outcome; where none is a key one, all decide."""
    judged = {item.metric_id for item in comparisons}
    loose = [item for item in planned if item.id not in judged]
    keys = any(item.key for item in loose) or any(item.key for item in comparisons)
    for metric in loose:
        if metric.key or not keys:
            yield _("{metric} was not measured").format(metric=metric.name)
    for item in comparisons:
        if item.target_met or (keys and not item.key):
            continue
        if item.verdict is Verdict.NOT_MEASURED:
            yield _("{metric} was not measured").format(metric=item.metric)
        elif item.verdict is Verdict.NOT_ENOUGH_DATA:
            yield _("{metric} could not be judged").format(metric=item.metric)


def _issues(change: Change, comparisons: tuple[Comparison, ...]) -> Iterator[str]:
    yield from _measures(comparisons)
    yield from _unknown(change.metrics, comparisons)
    for incident in change.incidents:
        if incident.caused:
            yield _("it caused {name} (P{n})").format(name=incident.reference, n=incident.priority)
    yield from _tests(change)
    if any(_took_service(outage) for outage in change.outages):
        yield _("users were without the service unplanned")
    if change.window and change.work_end and change.work_end > change.window.span.end:
        yield _("the work ended after the window")


def _took_service(outage: Outage) -> bool:
    """Whether users were without the service unplanned, also when it is not over yet."""
    ended_at_once = outage.end is not None and outage.end <= outage.begin
    return outage.kind is OutageKind.UNPLANNED and not ended_at_once


def _tests(change: Change) -> Iterator[str]:
    for case in change.tests:
        if case.is_waived:
            yield _("test waived: {title}").format(title=case.title)
        elif case.result in (TestResult.FAILED, TestResult.BLOCKED):
            yield _("test not passed: {title}").format(title=case.title)
        elif case.mandatory and case.result is TestResult.OPEN:
            yield _("test not tried: {title}").format(title=case.title)


_RANKS = (
    CloseCode.SUCCESSFUL, CloseCode.WITH_ISSUES, CloseCode.UNSUCCESSFUL, CloseCode.BACKED_OUT,
)  # fmt: skip


def misfit(change: Change, comparisons: tuple[Comparison, ...], run: Run | None) -> str:
    """Say what speaks against the chosen code; "" when it is as good as the record or worse.

    A code that judges harder than the record is a person's right; a kinder one needs an override.
    """
    if change.close_code is None or change.close_code not in _RANKS:
        return ""
    proposal = propose_code(change, comparisons, run)
    chosen, supported = _RANKS.index(change.close_code), _RANKS.index(proposal.code)
    backed_out = CloseCode.BACKED_OUT in (change.close_code, proposal.code)
    if change.close_code is proposal.code or (chosen > supported and not backed_out):
        return ""
    told = _("The record supports “{code}”: {why}")
    code = proposal.code.value.replace("_", " ")
    return told.format(code=code, why="; ".join(proposal.reasons[:3]))
