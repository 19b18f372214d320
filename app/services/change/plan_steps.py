"""A step in words for whoever approves a plan: what it does, who does it, and what may go wrong."""

from collections.abc import Callable, Iterator, Mapping

from app.domain.review import TestCase, TestKind
from app.domain.runbook import OnFail, Phase, Runbook, Step, StepKind
from app.i18n import _, later
from app.services.fanout.limits import limits_in_words
from app.wording import duration

HostName = Callable[[str], str]
_ON_FAIL = {
    OnFail.GO_ON: later("a failure does not stop the run"),
    OnFail.BACK_OUT: later("a failure asks to back out"),
}
TEST_KINDS = {
    TestKind.QA: later("QA"),
    TestKind.FUNCTIONAL: later("functional"),
    TestKind.LOAD: later("load"),
    TestKind.SECURITY: later("security"),
}


def steps_in_words(
    runbook: Runbook, phase: Phase, host_name: HostName
) -> Iterator[tuple[str, str]]:
    """Yield (position, words) of the steps of a phase; one line says that there are none."""
    steps = runbook.phase(phase)
    titles = {step.id: step.title for step in runbook.steps}
    if not steps:
        yield _("Steps"), _("none")
    for position, step in enumerate(steps, start=1):
        yield str(position), _step(step, titles, host_name)


def _step(step: Step, titles: Mapping[str, str], host_name: HostName) -> str:
    marks = [*_where_and_when(step, titles, host_name), *_who(step), *_effects(step, titles)]
    text = f"{step.title} ({', '.join(mark for mark in marks if mark)})"
    does = "; ".join(part for part in (step.command.strip(), step.instructions.strip()) if part)
    return f"{text}: {does}" if does else text


def _where_and_when(step: Step, titles: Mapping[str, str], host_name: HostName) -> Iterator[str]:
    yield host_name(str(step.host)) if step.host else ""
    yield ", ".join(host_name(str(host)) for host in step.gate_of)
    yield duration(step.estimate_s)
    if step.is_ahead:
        lead = duration(step.lead_s)
        yield _("begins by itself {lead} before the window").format(lead=lead)
    if step.by_restic:
        yield _("by restic into {place}").format(place=step.restic)
    if step.max_age_s is not None:
        yield _("at most {age} old at the start").format(age=duration(step.max_age_s))
    if step.after:
        names = (f"“{titles.get(key, key)}”" for key in step.after)
        yield _("after {steps}").format(steps=", ".join(names))
    if step.fleet is not None:
        place = step.fleet
        yield _("batch {n}, {at_once} hosts at once, {limits}").format(
            n=place.batch + 1, at_once=place.at_once, limits=limits_in_words(place.tolerance)
        )


def _who(step: Step) -> Iterator[str]:
    if step.owner:
        yield _("done by {name}").format(name=step.owner)
    if step.kind is StepKind.GATE:
        yield _("answered “{answer}” by {name}").format(
            answer=step.answer, name=step.approver or _("whoever runs it")
        )
        if step.by_another:
            yield _("never by the implementer")
    if step.recipients:
        yield _("tells {names}").format(names=step.recipients)
    if step.proof:
        yield _("with a file or a photo")


def _effects(step: Step, titles: Mapping[str, str]) -> Iterator[str]:
    if step.stops_service:
        yield _("users lose the service")
    if step.starts_service:
        yield _("users have the service back")
    if step.point_of_no_return:
        yield _("no way back from here")
    if step.backout_of:
        name = titles.get(step.backout_of, step.backout_of)
        yield _("undoes “{step}”").format(step=name)
    if not step.mandatory:
        yield _("may be left out")
    if step.on_fail in _ON_FAIL:
        yield _(_ON_FAIL[step.on_fail])


def test_in_words(case: TestCase) -> str:
    """Return one test case as it is agreed: kind, whether it must pass, what should be seen."""
    marks = [_(TEST_KINDS[case.kind]), "" if case.mandatory else _("may be left out")]
    text = f"{case.title} ({', '.join(mark for mark in marks if mark)})"
    return f"{text}: {case.expected.strip()}" if case.expected.strip() else text
