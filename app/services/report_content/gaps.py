"""What a report still lacks, so that it can be mended, or accepted, before it is printed."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.backup import Level
from app.domain.change import ChangeState
from app.domain.metric import WindowName
from app.domain.review import Topic
from app.i18n import _, ngettext
from app.services.report_content.source import Source
from app.services.review.incident_rule import suspects


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing, and what would mend it."""

    text: str
    remedy: str


def gaps(source: Source) -> tuple[Gap, ...]:
    """Return everything that is missing, in the order of the report."""
    return (*_measured(source), *_safety(source), *_work(source), *_closing(source))


def _measured(source: Source) -> Iterator[Gap]:
    change = source.change
    if not change.metrics:
        yield Gap(_("No measure was agreed"), _("Add one with a target under Plan."))
    for window, text in (
        (WindowName.BEFORE, _("No figures from before the change: {names}")),
        (WindowName.AFTER, _("No figures from after the change: {names}")),
    ):
        names = [m.name for m in change.metrics if source.sample(m.id, window) is None]
        if names:
            yield Gap(text.format(names=", ".join(names)), _("Measure, or import samples."))
    judged = {item.metric_id for item in source.comparisons}
    loose = [metric.name for metric in change.metrics if metric.id not in judged]
    if loose and source.run is not None:
        yield Gap(_("No verdict: {names}").format(names=", ".join(loose)), _("Judge the measures."))


def _safety(source: Source) -> Iterator[Gap]:
    change, sets = source.change, source.counted_backups
    if not sets:
        yield Gap(_("No usable backup from before the work"), _("Take one before the next change."))
    elif any(item.level is not Level.RESTORED for item in sets):
        yield Gap(_("No restore was tried"), _("Restore the backup into a side directory."))
    if change.risk is None:
        yield Gap(_("The risk was not assessed"), _("Assess it under Plan."))
    if not change.tests:
        yield Gap(_("No test was recorded"), _("Add test cases and their results."))
    for side, words in (
        (0, _("Health not checked before the change: {names}")),
        (1, _("Health not checked after the change: {names}")),
    ):
        names = [host.name for host in source.hosts if source.checks(host.id)[side] is None]
        if names:
            yield Gap(words.format(names=", ".join(names)), _("Check their health."))


def _work(source: Source) -> Iterator[Gap]:
    change = source.change
    if source.run is None:
        yield Gap(_("The runbook has not been run"), _("Run it, or cancel the change."))
    elif source.work is None:
        yield Gap(_("The end of the work is not on record"), _("Finish or back out the run."))
    if not change.approvals:
        yield Gap(_("Nobody has approved the plan"), _("Ask for approval."))


def _closing(source: Source) -> Iterator[Gap]:
    change = source.change
    if change.work_end is not None and not source.surveys:
        yield Gap(_("No user feedback"), _("Ask the users and note how many answered."))
    if change.state in (ChangeState.REVIEW, ChangeState.CLOSED):
        if change.close_code is None:
            yield Gap(_("No close code"), _("Choose one under Review."))
        loose = len(Topic) - len(change.answers)
        if change.answers and loose:
            text = ngettext("{n} question of the review is open",
                            "{n} questions of the review are open", loose)  # fmt: skip
            yield Gap(text.format(n=loose), _("Answer them under Review."))
        if not change.reviewed_by:
            yield Gap(_("Nobody has reviewed the change"), _("Have somebody else review it."))
        if not change.lessons and not change.no_lessons:
            yield Gap(_("No lesson"), _("Write one, or confirm that there is none."))
    if asked := suspects(change):
        names = ", ".join(item.reference for item in asked)
        yield Gap(
            _("Incidents of this time that nobody called caused: {names}").format(names=names),
            _("Say under Review how each belongs to the change."),
        )
    unowned = [item.title for item in change.actions if not item.owner or item.due is None]
    if unowned:
        yield Gap(
            _("Actions without an owner or a date: {names}").format(names=", ".join(unowned)),
            _("Name both."),
        )
