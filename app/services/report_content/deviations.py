"""What went otherwise than planned, and who answers for it."""

from collections.abc import Iterator

from app.domain.review import TestResult
from app.domain.run import DeviationKind, StepRun, StepState
from app.i18n import _
from app.services.report_content.common import Claim, Noted
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.passed import conflict_words
from app.services.report_content.source import SHORT_S, Source
from app.services.report_content.words import sentence
from app.wording import duration

OVER_SHARE, _BRISK_SHARE = 0.2, 0.5
_LEAST_S, _LEAST_BRISK_S = 180.0, 5.0
"""Smaller overruns are in the table of the steps, but no deviation."""
Deviation = tuple[Claim, str]


def deviations(source: Source, book: EvidenceBook) -> tuple[tuple[Noted, ...], tuple[str, ...]]:
    """Return the deviations, numbered D-1, D-2 and so on, and beside each who it was."""
    found = [
        *_steps(source, book),
        *_outside(source, book),
        *_noticed(source, book),
        *_overrides(source),
        *_tests(source),
    ]
    noted = tuple(Noted(f"D-{n}", claim) for n, (claim, _by) in enumerate(found, start=1))
    return noted, tuple(by for _claim, by in found)


def _steps(source: Source, book: EvidenceBook) -> Iterator[Deviation]:
    run = source.run
    if run is None:
        return
    words = {
        StepState.FAILED: _("Failed step."),
        StepState.STOPPED: _("Stopped step."),
        StepState.SKIPPED: _("Skipped step."),
        StepState.UNKNOWN: _("Unknown outcome."),
    }
    brisk = source.is_brisk or run.ended_at is None
    for item in run.steps:
        ids = book.transcript(run, item)
        if item.state in words:
            text = f"“{item.step.title}”: {sentence(item.outcome or _('nothing was written down'))}"
            yield Claim(text, words[item.state], ids), item.by or run.by
        elif _overran(item, brisk=brisk):
            text = _("“{title}” took {actual}; planned were {planned}.")
            if item.step.p90_s is not None:
                text = _("“{title}” took {actual}; planned were {planned}, P90 {p90}.")
            text = text.format(
                title=item.step.title,
                actual=duration(item.actual_s),
                planned=duration(item.step.estimate_s),
                p90=duration(item.step.slow_s),
            )
            yield Claim(text, _("Overrun."), ids), item.by or run.by
    if run.backout_at is not None:
        text = sentence(run.backout_reason or _("no reason was written down"))
        yield Claim(text, _("Backed out."), book.run(run)), run.by


def _overran(item: StepRun, *, brisk: bool) -> bool:
    """Whether a step took longer than its P90, or clearly longer than planned where none is set."""
    if item.actual_s is None or item.planned_start is None:
        return False
    if item.step.p90_s is not None:
        return item.actual_s > item.step.slow_s
    is_brisk = brisk and item.actual_s < SHORT_S
    least_s = _LEAST_BRISK_S if is_brisk else _LEAST_S
    share = _BRISK_SHARE if is_brisk else OVER_SHARE
    over_s = item.actual_s - item.step.estimate_s
    return over_s >= max(least_s, share * item.step.estimate_s)


def _outside(source: Source, book: EvidenceBook) -> Iterator[Deviation]:
    run, window = source.run, source.change.window
    if run is None:
        return
    declared = set(source.change.hosts)
    for item in source.started:
        at = item.started_at
        if window is not None and at is not None and at not in window.span:
            text = _("“{title}” began outside the window.").format(title=item.step.title)
            yield Claim(text, _("Out of window."), book.run(run)), item.by or run.by
        if item.step.host is not None and item.step.host not in declared:
            text = _("“{title}” touched {host}, which the change does not name.").format(
                title=item.step.title, host=source.host_name(item.step.host)
            )
            yield Claim(text, _("Undeclared host."), book.run(run)), item.by or run.by


def _noticed(source: Source, book: EvidenceBook) -> Iterator[Deviation]:
    """Gates opened when a roll-back could no longer end in the window, and work beside the plan."""
    run = source.run
    words = {
        DeviationKind.PAST_DEADLINE: _("Past the deadline."),
        DeviationKind.UNPLANNED: _("Unplanned step."),
    }
    for item in run.deviations if run is not None else ():
        if item.kind in words:
            yield Claim(sentence(item.text), words[item.kind], book.run(run)), item.by


def _overrides(source: Source) -> Iterator[Deviation]:
    for number, item in enumerate(source.change.overrides, start=1):
        if item not in source.change.counted_overrides:
            continue
        text = _("{title} (O-{n}, page 1).").format(title=_(item.title), n=number)
        yield Claim(text, _("Override.")), item.by
    for number, given in enumerate(source.change.accepted_conflicts, start=1):
        if given.departs:
            text = _("{what} (C-{n}, page 1).").format(
                what=conflict_words(source, given).rstrip("."), n=number
            )
            yield Claim(text, _("Accepted conflict.")), given.by


def _tests(source: Source) -> Iterator[Deviation]:
    for case in source.change.tests:
        if case.is_waived:
            text = f"“{case.title}”: {sentence(case.waived_reason or _('no reason given'))}"
            yield Claim(text, _("Waived test.")), case.waived_by
        elif case.result in (TestResult.FAILED, TestResult.BLOCKED):
            text = f"“{case.title}”: {sentence(case.observed or _('nothing was written down'))}"
            failed = case.result is TestResult.FAILED
            yield Claim(text, _("Failed test.") if failed else _("Blocked test.")), case.tester
