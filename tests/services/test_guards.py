"""Every move passes with what it needs, and every guard refuses for its own reason and no other."""

from dataclasses import replace

import pytest

from app.domain.change import ChangeState, ChangeType
from app.domain.conflict import Acknowledgement, Reason
from app.domain.review import CloseCode, Incident
from app.services.change.process import TRANSITIONS, moves_of, next_move, transition, way_instead
from tests.fakes import NOON
from tests.services.process_breaks import BREAKS, IN_THE_WAY, SOFT
from tests.services.process_cases import blank, good

S = ChangeState
PAIRS = [(move.source, move.target) for move in TRANSITIONS]
GUARDS = [(*pair, guard) for pair, broken in BREAKS.items() for guard in broken]


def test_the_table_holds_the_moves_and_guards_that_were_agreed():
    assert len(PAIRS) == len(set(PAIRS))
    assert {
        (move.source, move.target): [guard.id for guard in move.guards] for move in TRANSITIONS
    } == {pair: list(guards) for pair, guards in BREAKS.items()}


def test_what_can_be_passed_by_name_is_exactly_what_was_agreed():
    soft = {
        (move.source, move.target): {guard.id for guard in move.guards if not guard.hard}
        for move in TRANSITIONS
    }
    assert {pair: guards for pair, guards in soft.items() if guards} == SOFT


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=str)
def test_the_move_passes_with_what_it_needs(source, target):
    change, facts = good(source, target)
    move = transition(source, target)
    assert move is not None
    assert move.fits(change)
    assert [(answer.guard, answer.missing) for answer in move.answers(change, facts)] == [
        (guard.id, "") for guard in move.guards
    ]


@pytest.mark.parametrize(("source", "target", "guard"), GUARDS, ids=str)
def test_the_guard_refuses_for_its_own_reason(source, target, guard):
    spoil, words = BREAKS[source, target][guard]
    move = transition(source, target)
    assert move is not None
    answers = move.answers(*spoil(*good(source, target)))
    answer = next(item for item in answers if item.guard == guard)
    assert words in answer.missing
    assert not answer.met


def test_where_nobody_is_named_nobody_is_called_reachable():
    change, facts = good(S.SCHEDULED, S.IMPLEMENT)
    move = transition(S.SCHEDULED, S.IMPLEMENT)
    assert move is not None
    answers = {one.guard: one for one in move.answers(replace(change, contacts=()), facts)}
    assert not answers["contacts"].met
    assert answers["contacts"].missing == (
        "Nobody is named, so nobody can be reached while the work runs"
    )


MAIN = {
    ChangeType.NORMAL: [S.ASSESS, S.AUTHORIZE, S.SCHEDULED, S.IMPLEMENT, S.TEST, S.MONITOR],
    ChangeType.EMERGENCY: [S.AUTHORIZE, S.SCHEDULED, S.IMPLEMENT, S.TEST, S.MONITOR],
    ChangeType.STANDARD: [S.SCHEDULED, S.IMPLEMENT, S.TEST, S.MONITOR],
}


@pytest.mark.parametrize("kind", list(MAIN), ids=str)
def test_each_type_has_its_own_path(kind):
    change, _facts = good(S.DRAFT, S.SCHEDULED)
    change, path = replace(change, type=kind), []
    while (move := next_move(change)) is not None:
        path.append(move.target)
        assert move.fits(change)
        change = replace(change, state=move.target)
    assert path == [*MAIN[kind], S.REVIEW, S.CLOSED]


def test_what_was_done_already_goes_from_the_draft_to_the_review():
    change, _facts = good(S.DRAFT, S.REVIEW)
    move = next_move(change)
    assert move is not None
    assert move.target is S.REVIEW
    assert {move.target for move in moves_of(change)} == {S.REVIEW, S.CANCELED}


def test_a_normal_change_is_offered_neither_the_standard_nor_the_urgent_path():
    assert {move.target for move in moves_of(blank())} == {S.ASSESS, S.CANCELED}
    targets = {move.target for move in moves_of(blank(S.AUTHORIZE))}
    assert targets == {S.SCHEDULED, S.REJECTED, S.DRAFT, S.CANCELED}


def test_monitoring_never_leads_back_to_implementing_and_says_what_to_do():
    assert transition(S.MONITOR, S.IMPLEMENT) is None
    assert "child change" in way_instead(S.IMPLEMENT)


@pytest.mark.parametrize("state", [S.IMPLEMENT, S.TEST, S.MONITOR, S.BACKOUT, S.REVIEW, S.CLOSED])
def test_nothing_is_canceled_once_the_work_has_begun(state):
    assert transition(state, S.CANCELED) is None
    assert "backed out" in way_instead(S.CANCELED)


def test_a_clean_standard_change_needs_no_review_and_one_with_an_incident_does():
    change, facts = good(S.REVIEW, S.CLOSED)
    closing = transition(S.REVIEW, S.CLOSED)
    assert closing is not None

    def review_of(changed):
        answers = closing.answers(changed, facts)
        return next(answer.missing for answer in answers if answer.guard == "reviewed")

    clean = replace(change, type=ChangeType.STANDARD, reviewed_by="", tests=())
    assert review_of(clean) == ""
    assert review_of(replace(clean, type=ChangeType.NORMAL)) == "Nobody has reviewed it"
    hurt = replace(clean, incidents=(Incident("INC-7", "Slow", caused=True),))
    assert review_of(hurt) == "Nobody has reviewed it"
    assert review_of(replace(clean, close_code=CloseCode.WITH_ISSUES)) == "Nobody has reviewed it"
    assert review_of(replace(clean, type=ChangeType.EMERGENCY)) == "Nobody has reviewed it"


def test_a_standard_change_stays_in_the_windows_whoever_accepts_the_conflict():
    change, facts = good(S.DRAFT, S.SCHEDULED)
    outside = IN_THE_WAY[Reason.OUTSIDE]
    accepted = Acknowledgement(
        outside.key, "Nomsa", "It must be", NOON, change.window.span, outside.overlap
    )
    change = replace(change, acknowledged=(accepted,))
    move = transition(S.DRAFT, S.SCHEDULED)
    answers = {a.guard: a for a in move.answers(change, replace(facts, conflicts=(outside,)))}
    assert answers["conflict"].met, "accepted by name"
    assert not answers["inside"].met
    assert answers["inside"].hard


def standing_template(state):
    """A standard change whose template stands, in a state, and facts with which it may start."""
    change, facts = good(S.SCHEDULED, S.IMPLEMENT)
    standard_one, with_origin = good(S.DRAFT, S.SCHEDULED)
    changed = replace(
        change, type=ChangeType.STANDARD, template=standard_one.template, state=state, approvals=()
    )
    return changed, replace(facts, origin=with_origin.origin)


def met(source, target, guard, change, facts):
    return {a.guard: a for a in transition(source, target).answers(change, facts)}[guard].met


def test_a_template_stands_for_people_on_the_short_path_and_inside_the_windows_alone():
    change, facts = standing_template(S.SCHEDULED)
    outside = replace(facts, conflicts=(IN_THE_WAY[Reason.OUTSIDE],))
    assert met(S.SCHEDULED, S.IMPLEMENT, "approved", change, facts)
    assert not met(S.SCHEDULED, S.IMPLEMENT, "approved", change, outside)
    change, facts = standing_template(S.AUTHORIZE)
    assert not met(S.AUTHORIZE, S.SCHEDULED, "approved", change, facts)
    assert not met(S.AUTHORIZE, S.SCHEDULED, "second_approval", change, facts)


def test_a_standard_change_that_was_recorded_afterwards_is_decided_about_by_people():
    change, facts = standing_template(S.REVIEW)
    closing = (S.REVIEW, S.CLOSED, "decided")
    assert met(*closing, change, facts), "on the short path its template was approved before"
    assert not met(*closing, replace(change, retrospective=True), facts)
