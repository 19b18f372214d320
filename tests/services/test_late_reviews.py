"""A review that is late is said to its reviewer."""

from dataclasses import replace
from datetime import timedelta

from app.domain.change import ChangeState
from app.services.change import changes
from app.services.search.rows import ReminderKind
from tests.fakes import NOON

S = ChangeState


def test_a_review_that_nobody_has_done_in_time_is_reminded_of_until_it_is(opened, made, clock):
    change = made(S.REVIEW, work_end=None, reviewer="Ayesha", review_days=5.0)
    assert change.review_due_at == NOON + timedelta(days=5)
    clock.pass_by(days=4)
    assert opened.first.home(clock.at).due == ()
    clock.pass_by(days=2)
    (due,) = opened.first.home(clock.at).due
    assert (due.kind, due.owner, due.late) == (ReminderKind.REVIEW, "Ayesha", True)
    assert due.due_at == NOON + timedelta(days=5)
    desk = opened.acting("Ayesha").desk
    changes.edit_change(change.id, lambda c: replace(c, reviewed_by="Ayesha"), desk=desk)
    assert opened.first.home(clock.at).due == ()
