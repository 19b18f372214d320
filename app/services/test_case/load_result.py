"""A load test case takes its result from the load tests that were kept and compared."""

import json

from app.domain.change import Change
from app.domain.event import Actor
from app.domain.evidence import Attachment
from app.domain.loadtest import LoadVerdict, RunFacts
from app.domain.review import Attempt, TestKind, TestResult
from app.domain.vocabulary import OverallVerdict
from app.errors import InvalidInput
from app.i18n import _
from app.services.test_case.functional import Testing
from app.services.test_case.testing import add_attempt, side_of

_RESULTS = {
    OverallVerdict.IMPROVED: TestResult.PASSED,
    OverallVerdict.NO_MATERIAL_CHANGE: TestResult.PASSED,
    OverallVerdict.REGRESSED: TestResult.FAILED,
    OverallVerdict.MIXED: TestResult.FAILED,
    OverallVerdict.INCONCLUSIVE: TestResult.BLOCKED,
}
"""What cannot be told yet blocks the test: neither passed nor failed would be true."""


def take_load_result(change_id: str, test: str, *, with_: Testing) -> Change:
    """Record the verdict on the load tests of a change as the result of a load test case.

    What was compared is kept as evidence, with the hash of every run.

    Raises:
        InvalidInput: It is no load test, or the load tests of both sides are not kept yet.
        IllegalMove: The change is closed, or testers are listed and the acting person is none.
        NotFound: There is no such test.
    """
    desk = with_.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        verdict = uow.load_verdicts.find(change_id)
    case = next((item for item in change.tests if item.id == test), None)
    if case is not None and case.kind is not TestKind.LOAD:
        raise InvalidInput(_("“{title}” is no load test.").format(title=case.title))
    if verdict is None:
        raise InvalidInput(
            _("There are no load tests of both sides yet."),
            hint=_("Keep a run from before and one from after on the page Load tests."),
        )
    data, now = _evidence(verdict), desk.clock.now()
    kept = Attachment(
        with_.files.put(data),
        f"load-tests-{now:%Y%m%dT%H%M%SZ}.json",
        "application/json",
        len(data),
        _("comparison of load tests"),
        now,
        desk.actor,
        _("What was compared, with the hash of every run"),
    )
    overall = verdict.found.overall

    def attempt(change: Change) -> Attempt:
        result = _RESULTS[overall.verdict]
        return Attempt(now, desk.actor, result, side_of(change), overall.sentence, files=(kept,))

    return add_attempt(change_id, test, attempt, desk=desk, actor=Actor.HUMAN)


def _evidence(verdict: LoadVerdict) -> bytes:
    found = verdict.found
    told = {
        "verdict": found.overall.verdict.value,
        "sentence": found.overall.sentence,
        "rule": found.overall.rule,
        "judged_at": verdict.judged_at.isoformat(),
        "before": [_run(run) for run in found.before],
        "after": [_run(run) for run in found.after],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _run(run: RunFacts) -> dict[str, object]:
    return {"name": run.name, "sha256": run.sha256, "samples": run.summary.total.samples}
