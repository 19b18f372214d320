"""Record the tests of a change, tried by program or by hand; every attempt is kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.domain.change import Change, ChangeState
from app.domain.event import Actor, NewEvent
from app.domain.evidence import Attachment
from app.domain.people import Person, Role
from app.domain.review import Attempt, Severity, Side, TestCase, TestResult
from app.errors import IllegalMove, InvalidInput, NotFound
from app.i18n import _, later
from app.services.attachments import clean_name, mime_of, read_file
from app.services.change.changes import Desk
from app.services.guards.who import lacks_role, require_role
from app.services.test_case.functional import Testing, Tried, try_probe
from app.services.test_case.functional_judge import excerpt
from app.tasks import TaskContext

BEFORE_WORK = (
    ChangeState.DRAFT,
    ChangeState.ASSESS,
    ChangeState.AUTHORIZE,
    ChangeState.SCHEDULED,
    ChangeState.REJECTED,
)
TESTERS = (Role.TESTER,)
"""Who tries tests and records what was seen, once somebody is listed for it."""
RESULT_WORDS = {
    TestResult.OPEN: later("not run"),
    TestResult.PASSED: later("passed"),
    TestResult.FAILED: later("failed"),
    TestResult.BLOCKED: later("blocked"),
}


def lacks_waiver(change: Change, people: Iterable[Person], actor: str) -> str:
    """Say who may waive a test when the acting person may not: a tester or the coordinator."""
    return lacks_role(TESTERS, change, people, actor, (change.coordinator,))


def side_of(change: Change) -> Side:
    """Return on which side of the work a change stands."""
    return Side.BEFORE if change.state in BEFORE_WORK else Side.AFTER


def run_tests(
    change_id: str, wanted: Sequence[str] = (), *, with_: Testing, context: TaskContext
) -> Change:
    """Try the tests that the program can try, all or some by id; each is recorded as it ends.

    Raises:
        IllegalMove: Testers are listed, and the acting person is none.
        InvalidInput: None of them has a probe.
        TaskCancelled: A stop was asked for; what had ended by then is recorded.
    """
    with with_.desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        require_role(TESTERS, change, uow, with_.desk.actor)
    cases = [
        (case, case.probe)
        for case in change.tests
        if case.probe is not None and (not wanted or case.id in wanted)
    ]
    if not cases:
        raise InvalidInput(
            _("No test of {number} can be tried by the program.").format(number=change.number),
            hint=_("Give a test a probe, or record its result by hand."),
        )
    for place, (case, probe) in enumerate(cases):
        context.progress(place, len(cases), _("Testing: {title}").format(title=case.title))
        tried = try_probe(probe, with_=with_, context=context)
        change = _record_tried(change_id, case, tried, with_=with_)
    return change


def _record_tried(change_id: str, case: TestCase, tried: Tried, *, with_: Testing) -> Change:
    desk = with_.desk
    now = desk.clock.now()
    kept = Attachment(
        with_.files.put(tried.trace),
        f"probe-{now:%Y%m%dT%H%M%SZ}.json",
        "application/json",
        len(tried.trace),
        _("tried by the program"),
        now,
        desk.actor,
        _("Requests, answers and expectations"),
    )

    def attempt(change: Change) -> Attempt:
        return Attempt(
            now, desk.actor, tried.result, side_of(change), tried.observed, True, tried.took_s,
            (kept,),
        )  # fmt: skip

    return add_attempt(change_id, case.id, attempt, desk=desk, actor=Actor.SYSTEM)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person found: the result, in words, and files that show it."""

    result: TestResult
    observed: str = ""
    files: tuple[Attachment, ...] = field(default=())


def record_result(change_id: str, test: str, seen: Seen, *, desk: Desk) -> Change:
    """Record what the acting person found; an earlier attempt stays.

    Raises:
        IllegalMove: Testers are listed, and the acting person is none.
        InvalidInput: A failed or blocked test without a word about what was seen.
        NotFound: There is no such test.
    """
    wordless = not seen.observed.strip() and seen.result is not TestResult.PASSED
    if seen.result is TestResult.OPEN or wordless:
        raise InvalidInput(_("Say what was seen."), hint=_("One sentence is enough."))
    now = desk.clock.now()

    def attempt(change: Change) -> Attempt:
        return Attempt(
            now, desk.actor, seen.result, side_of(change), seen.observed.strip(), files=seen.files
        )

    return add_attempt(change_id, test, attempt, desk=desk, actor=Actor.HUMAN)


def add_attempt(
    change_id: str, test: str, make: Callable[[Change], Attempt], *, desk: Desk, actor: Actor
) -> Change:
    """Add an attempt to a test of an open change; raises as `record_result`."""

    def alter(change: Change, case: TestCase) -> tuple[TestCase, NewEvent]:
        attempt = make(change)
        side = _("before the work") if attempt.side is Side.BEFORE else _("after the work")
        text = _("Test “{title}” {result}, {side}: {observed}").format(
            title=case.title,
            result=_(RESULT_WORDS[attempt.result]),
            side=side,
            observed=excerpt(attempt.observed) or "–",
        )
        refs = tuple(item.sha256 for item in attempt.files)
        return case.tried(attempt), NewEvent("test.tried", text, change.id, refs, actor=actor)

    return _alter_case(change_id, test, alter, desk=desk)


def _alter_case(
    change_id: str,
    test: str,
    alter: Callable[[Change, TestCase], tuple[TestCase, NewEvent]],
    *,
    desk: Desk,
    or_coordinator: bool = False,
) -> Change:
    """Alter one case of an open change, with its log entry; raises NotFound, IllegalMove."""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if not change.state.is_open:
            raise IllegalMove(_("{number} is closed.").format(number=change.number))
        also = (change.coordinator,) if or_coordinator else ()
        require_role(TESTERS, change, uow, desk.actor, also)
        case = next((item for item in change.tests if item.id == test), None)
        if case is None:
            raise NotFound(_("The test was deleted meanwhile."))
        altered, event = alter(change, case)
        tests = tuple(altered if item.id == test else item for item in change.tests)
        saved = uow.changes.save(replace(change, tests=tests, updated_at=desk.clock.now()))
        uow.log.append(event)
        uow.commit()
    return saved


@dataclass(frozen=True, slots=True)
class Waiver:
    """Why a test that did not pass is accepted, who sees to it, and how much it weighs."""

    reason: str
    owner: str
    severity: Severity


def waive(change_id: str, test: str, waiver: Waiver | None, *, desk: Desk) -> Change:
    """Accept in the actor's name that a test did not pass; None takes that back.

    Raises:
        InvalidInput: The reason or the owner is missing.
        IllegalMove: The test passed, the work has not begun, or testers are listed and the acting
            person neither tests nor coordinates.
    """
    if waiver is not None and not (waiver.reason.strip() and waiver.owner.strip()):
        raise InvalidInput(
            _("A waiver needs a reason and an owner."), hint=_("Say why, and who sees to it.")
        )

    def alter(change: Change, case: TestCase) -> tuple[TestCase, NewEvent]:
        if waiver is None:
            text = _("Took back the waiver of “{title}”").format(title=case.title)
            plain = replace(
                case, waived_by="", waived_reason="", waived_owner="", waived_severity=None
            )
            return plain, NewEvent("test.waiver_ended", text, change.id)
        if case.result is TestResult.PASSED or side_of(change) is Side.BEFORE:
            raise IllegalMove(_("There is nothing to waive: the test has not failed."))
        text = _("Waived “{title}” as {severity}: {reason}").format(
            title=case.title, severity=waiver.severity.value, reason=waiver.reason.strip()
        )
        waived = replace(
            case,
            waived_by=desk.actor,
            waived_reason=waiver.reason.strip(),
            waived_owner=waiver.owner.strip(),
            waived_severity=waiver.severity,
        )
        return waived, NewEvent("test.waived", text, change.id)

    return _alter_case(change_id, test, alter, desk=desk, or_coordinator=True)


def keep_file(path: Path, *, with_: Testing) -> Attachment:
    """Keep a file as evidence of a test.

    Raises:
        InvalidInput: It is no ordinary file, is empty, or too big.
    """
    data = read_file(path)
    name = clean_name(path.name)
    return Attachment(
        with_.files.put(data),
        name,
        mime_of(name, data),
        len(data),
        str(path),
        with_.desk.clock.now(),
        with_.desk.actor,
    )
