"""Overrides: by name and reason, for one finding of one move, and never longer than that."""

from dataclasses import replace

import pytest

from app.domain.approval import Decision
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.health import CheckResult, Health, Reading
from app.domain.people import Role
from app.errors import GuardRefused, IllegalMove
from app.services.approval.approvals import decide
from app.services.change.changes import move_change
from app.services.change.overrides import override_guard
from tests.examples import DB
from tests.services.office import Office

S = ChangeState


@pytest.fixture
def office() -> Office:
    return Office()


def scheduled(office: Office) -> Change:
    change = office.asked()
    decide(change.id, Decision.APPROVED, desk=office.desk("Pieter"))
    office.equip(change)
    return move_change(change.id, S.SCHEDULED, desk=office.desk())


def start(office: Office, change: Change) -> Change:
    return move_change(change.id, S.IMPLEMENT, desk=office.desk("Sipho"))


def test_an_override_lets_the_move_pass_and_is_stamped_with_it(office):
    change = scheduled(office)
    office.store.kinds["samples"] = {}
    with pytest.raises(GuardRefused, match="Too few samples before"):
        start(office, change)
    override_guard(change.id, "baseline", desk=office.desk(), reason="Measured last week")
    begun = start(office, change)
    (used,) = begun.overrides
    assert (used.by, used.reason, used.used_at) == (
        "Nomsa",
        "Measured last week",
        office.clock.now(),
    )
    assert used.finding == "Too few samples before: Order response time"
    assert begun.counted_overrides == (used,)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_nothing_is_passed_without_a_reason(office, reason):
    change = scheduled(office)
    office.store.kinds["samples"] = {}
    with pytest.raises(IllegalMove, match="needs a reason"):
        override_guard(change.id, "baseline", desk=office.desk(), reason=reason)
    assert office.now(change).overrides == ()


def test_it_lapses_when_something_else_is_found(office):
    change = scheduled(office)
    office.clock.pass_by(hours=-3)
    override_guard(change.id, "window_open", desk=office.desk(), reason="Everybody is here")
    office.clock.pass_by(hours=5, minutes=59, seconds=50)
    with pytest.raises(GuardRefused):
        start(office, change)
    office.clock.pass_by(minutes=30)
    with pytest.raises(GuardRefused, match="Window open: The window is over"):
        start(office, change)


def test_it_lapses_with_a_new_revision(office):
    change = office.draft(hosts=(), business_service="")
    override_guard(change.id, "hosts", desk=office.desk(), reason="Only papers")
    move_change(change.id, S.ASSESS, desk=office.desk())
    office.put(change, state=S.REJECTED, approvals=())
    back = move_change(change.id, S.DRAFT, desk=office.desk(), reason="Once more")
    assert back.revision == 2
    with pytest.raises(GuardRefused, match="Affected hosts"):
        move_change(change.id, S.ASSESS, desk=office.desk())
    override_guard(change.id, "hosts", desk=office.desk(), reason="Still only papers")
    assert move_change(change.id, S.ASSESS, desk=office.desk()).state is S.ASSESS


def test_it_lapses_with_another_plan_and_is_not_counted_unless_it_was_used(office):
    change = scheduled(office)
    office.store.kinds["samples"] = {}
    override_guard(change.id, "baseline", desk=office.desk(), reason="Measured last week")
    edited = office.edit(change, backout_plan="Another way")
    assert edited.counted_overrides == ()
    decide(change.id, Decision.APPROVED, desk=office.desk("Pieter"))
    with pytest.raises(GuardRefused, match="Too few samples before"):
        start(office, change)


def test_a_warning_is_acknowledged_by_name_and_that_is_no_departure(office):
    change = scheduled(office)
    fine = office.store.kinds["health"]["h1"]
    full = CheckResult("fs.space", "Space", Reading(Health.WARNING, "91 %"), item="/var")
    office.store.kinds["health"]["h1"] = replace(fine, results=(*fine.results, full))
    with pytest.raises(GuardRefused, match="db-01: warning: Space /var"):
        start(office, change)
    override_guard(change.id, "checks_seen", desk=office.desk(), reason="Emptied tomorrow")
    unread = CheckResult("log.kernel", "Kernel log", Reading(Health.UNKNOWN, "not permitted"))
    office.store.kinds["health"]["h1"] = replace(fine, results=(full, unread))
    with pytest.raises(GuardRefused, match="could not be read: Kernel log"):
        start(office, change)
    override_guard(change.id, "checks_seen", desk=office.desk(), reason="It needs root")
    begun = start(office, change)
    assert [item.reason for item in begun.standing_overrides] == [
        "Emptied tomorrow",
        "It needs root",
    ]
    assert begun.counted_overrides == ()


def test_a_host_of_which_nothing_was_read_is_not_acknowledged_as_a_warning(office):
    change = scheduled(office)
    fine = office.store.kinds["health"]["h1"]
    unread = CheckResult("log.kernel", "Kernel log", Reading(Health.UNKNOWN, "not permitted"))
    office.store.kinds["health"]["h1"] = replace(fine, results=(unread,))
    override_guard(change.id, "checks_seen", desk=office.desk(), reason="It needs root")
    with pytest.raises(GuardRefused, match="Nothing critical: The health check of db-01 could not"):
        start(office, change)
    override_guard(change.id, "checks_green", desk=office.desk(), reason="Looked at it myself")
    (counted,) = start(office, change).counted_overrides
    assert counted.guard == "checks_green"


def test_once_a_role_is_listed_others_are_told_who_may(office):
    change = scheduled(office)
    office.person("Lerato", Role.IMPLEMENTER)
    with pytest.raises(GuardRefused, match="Sipho or Lerato may do this") as refused:
        move_change(change.id, S.IMPLEMENT, desk=office.desk("Nomsa"))
    assert "you act as Nomsa" in refused.value.missing[0]
    with pytest.raises(IllegalMove, match="cannot be overridden"):
        override_guard(change.id, "who", desk=office.desk(), reason="I am the boss")
    assert move_change(change.id, S.IMPLEMENT, desk=office.desk(" lerato")).state is S.IMPLEMENT


def test_whom_the_change_names_may_without_being_listed_and_who_retired_may_not(office):
    change = scheduled(office)
    office.person("Lerato", Role.IMPLEMENTER)
    office.person("Thabo", Role.IMPLEMENTER, retired=True)
    with pytest.raises(GuardRefused, match="Sipho or Lerato may"):
        move_change(change.id, S.IMPLEMENT, desk=office.desk("Thabo"))
    assert start(office, change).state is S.IMPLEMENT


def test_the_plan_is_moved_by_coordinators_once_they_are_listed(office):
    change = office.draft()
    office.person("Lerato", Role.COORDINATOR)
    with pytest.raises(GuardRefused, match=r"Nomsa or Lerato may do this \(Coordinator\)"):
        move_change(change.id, S.ASSESS, desk=office.desk("Sipho"))
    move_change(change.id, S.ASSESS, desk=office.desk("Lerato"))
    with pytest.raises(GuardRefused, match="may do this"):
        move_change(change.id, S.CANCELED, desk=office.desk("Sipho"), reason="Not now")


def test_it_holds_for_one_move_only(office):
    change = office.urgent()
    office.store.kinds["health"] = {}
    override_guard(change.id, "checked", desk=office.desk(), reason="No time", target=S.IMPLEMENT)
    (given,) = office.now(change).overrides
    assert given.move == "authorize>implement"
    begun = move_change(change.id, S.IMPLEMENT, desk=office.desk("Sipho"), reason="Data leaks")
    assert begun.state is S.IMPLEMENT


def test_what_is_met_fixed_or_unknown_is_not_overridden(office):
    change = scheduled(office)
    with pytest.raises(IllegalMove, match="is met"):
        override_guard(change.id, "baseline", desk=office.desk(), reason="why not")
    for guard in ("approved", "checked", "way_back", "contacts", "no such guard"):
        with pytest.raises(IllegalMove, match="cannot be overridden"):
            override_guard(change.id, guard, desk=office.desk(), reason="I am the boss")
    with pytest.raises(IllegalMove, match="cannot be overridden"):
        override_guard(change.id, "baseline", desk=office.desk(), reason="x", target=S.CLOSED)


def test_the_backup_is_left_out_by_an_approver_alone(office):
    change = scheduled(office)
    office.store.kinds["backups"] = {}
    for name in ("Nomsa", "Sipho"):
        with pytest.raises(IllegalMove, match="go without a backup"):
            override_guard(change.id, "backup", desk=office.desk(name), reason="No time")
    override_guard(change.id, "backup", desk=office.desk("Pieter"), reason="Vendor's snapshot")
    assert start(office, change).counted_overrides[0].by == "Pieter"


def test_an_approver_of_the_list_may_leave_the_backup_out_in_an_emergency(office):
    office.person("Lerato", Role.APPROVER)
    change = office.urgent()
    office.store.kinds["backups"] = {}
    override_guard(
        change.id, "backup", desk=office.desk("Lerato"), reason="It leaks", target=S.IMPLEMENT
    )
    office.put(change, implementer="Lerato")
    with pytest.raises(IllegalMove, match="does not implement"):
        override_guard(
            change.id, "backup", desk=office.desk("Lerato"), reason="x", target=S.IMPLEMENT
        )


def test_whoever_goes_without_a_backup_does_not_begin_the_work(office):
    for name in ("Pieter", "Lerato"):
        office.person(name, Role.APPROVER)
    change = office.put(scheduled(office), implementer="Thabo")
    office.store.kinds["backups"] = {}
    override_guard(change.id, "backup", desk=office.desk("Lerato"), reason="No time")
    with pytest.raises(GuardRefused, match="so somebody else starts"):
        move_change(change.id, S.IMPLEMENT, desk=office.desk("Lerato"))
    assert start(office, change).state is S.IMPLEMENT


def test_an_override_kept_by_an_older_version_still_counts(office):
    change = scheduled(office)
    override = replace(_given(office, change), move="", used_at=None)
    assert office.put(change, overrides=(override,)).counted_overrides == (override,)


def _given(office: Office, change: Change):
    office.store.kinds["samples"] = {}
    return override_guard(
        change.id, "baseline", desk=office.desk(), reason="Measured last week"
    ).overrides[0]


def test_a_backup_from_before_the_plan_named_more_does_not_open_the_gate(office):
    change = scheduled(office)
    more = BackupSource(SourceKind.SQLITE, DB.id, database="/srv/orders.sqlite")
    wider = office.edit(change, backup_plan=(*change.backup_plan, more))
    decide(wider.id, Decision.APPROVED, desk=office.desk("Pieter"))
    with pytest.raises(GuardRefused, match=r"db-01: no backup holds /srv/orders\.sqlite"):
        start(office, wider)
    office.equip(wider)
    assert start(office, wider).state is S.IMPLEMENT
