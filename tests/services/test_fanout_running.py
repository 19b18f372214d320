"""A fan-out over real threads: side by side, stopped, gone on with, and honest about every end."""

import threading
import time
from dataclasses import replace

import pytest

from app.domain.fanout import FanOut, HostPart, Part, Share, Tolerance, plan_fan_out, read_batches
from app.domain.host import Host, Stage
from app.domain.ids import HostId
from app.errors import ConnectionLost, LoginRefused, StoreError, TimedOut, Unreachable
from app.probes.catalogue import ProbeCatalogue
from app.secrets import SessionSecrets
from app.services.change.changes import Desk
from app.services.fanout.checks import Checks
from app.services.fanout.running import Ended, carry_on
from app.services.host.health import Checking, CheckRequest
from app.ssh.pool import RemotePool
from app.tasks import TaskCancelled, TaskContext
from tests.fakes import MemoryStore, SetClock
from tests.ssh_fixtures import QUICK

DONE = Ended(Part.DONE, "fine")


def ids(n: int) -> tuple[HostId, ...]:
    return tuple(HostId(f"h{i}") for i in range(n))


def test_as_many_as_allowed_go_at_once_and_no_batch_overtakes_another() -> None:
    lock, going, most, order = threading.Lock(), [0], [0], list[HostId]()

    def work(host: HostId, _context: TaskContext) -> Ended:
        with lock:
            going[0] += 1
            most[0] = max(most[0], going[0])
            order.append(host)
        time.sleep(0.02)
        with lock:
            going[0] -= 1
        return DONE

    plan = plan_fan_out(ids(11), read_batches("1, 5, rest"))
    seen: list[tuple[HostId, Part]] = []
    over = carry_on(
        plan, work, TaskContext(), watch=lambda _n, p: seen.append((p.host, p.state)), at_once=3
    )
    assert over.succeeded
    assert most[0] == 3
    assert order[0] == "h0"
    assert set(order[1:6]) == set(ids(6)[1:])
    assert seen[:2] == [("h0", Part.GOING), ("h0", Part.DONE)]
    assert len(seen) == 22


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unreachable("No answer.", step=Stage.REACH), Part.UNREACHABLE),
        (LoginRefused("Wrong key.", step=Stage.LOGIN), Part.UNREACHABLE),
        (TimedOut("No key exchange.", step=Stage.KEY_EXCHANGE), Part.UNREACHABLE),
        (ConnectionLost("It broke.", step=Stage.COMMAND), Part.UNKNOWN),
        (TimedOut("No end.", step=Stage.COMMAND), Part.UNKNOWN),
        (StoreError("No room."), Part.FAILED),
        (TaskCancelled(), Part.STOPPED),
    ],
)
def test_every_end_has_its_own_name(error: Exception, state: Part) -> None:
    def work(_host: HostId, _context: TaskContext) -> Ended:
        raise error

    over = carry_on(plan_fan_out(ids(1)), work, TaskContext())
    assert over.parts[0].state is state
    assert over.parts[0].text


def test_a_third_that_fails_pauses_and_a_person_goes_on_or_retries() -> None:
    failing, begun = {"h1"}, list[str]()

    def work(host: HostId, _context: TaskContext) -> Ended:
        begun.append(host)
        return Ended(Part.FAILED, "exit 1") if host in failing else DONE

    tolerance = Tolerance(Share(30, percent=True), Share(30, percent=True))
    plan = plan_fan_out(ids(9), read_batches("3"), tolerance)
    paused = carry_on(plan, work, TaskContext())
    assert paused.is_paused
    assert (paused.count(Part.DONE), paused.count(Part.FAILED), paused.count(Part.WAITING)) == (
        2, 1, 6,
    )  # fmt: skip
    assert carry_on(paused, work, TaskContext()) == paused, "without a decision nothing begins"
    failing.clear()
    over = carry_on(paused.retried(), work, TaskContext())
    assert over.succeeded
    assert begun.count("h1") == 2
    assert all(begun.count(host) == 1 for host in ids(9) if host != "h1")
    assert carry_on(paused.gone_on(), work, TaskContext()).count(Part.DONE) == 8


def test_stop_begins_nothing_more_and_the_rest_can_be_gone_on_with() -> None:
    context, begun = TaskContext(), list[str]()

    def work(host: HostId, inner: TaskContext) -> Ended:
        begun.append(host)
        if host == "h1":
            context.cancel()
            inner.wait(5)
        return DONE

    held = carry_on(plan_fan_out(ids(6)), work, context, at_once=1)
    assert [part.state for part in held.parts] == [
        Part.DONE, Part.STOPPED, *[Part.WAITING] * 4,
    ]  # fmt: skip
    over = carry_on(held, lambda _h, _c: DONE, TaskContext(), at_once=1)
    assert over.count(Part.DONE) == 5
    assert over.part(HostId("h1")).state is Part.STOPPED


def test_our_own_bug_is_raised_and_leaves_the_host_unknown() -> None:
    seen: list[HostPart] = []

    def work(_host: HostId, _context: TaskContext) -> Ended:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        carry_on(plan_fan_out(ids(1)), work, TaskContext(), watch=lambda _n, p: seen.append(p))
    assert seen[-1].state is Part.UNKNOWN


def test_hosts_that_cannot_be_checked_keep_no_other_from_it(ssh_host: Host) -> None:
    store = MemoryStore()
    desk = Desk(store.unit_of_work, SetClock(), "Thabo")
    hosts = [
        replace(ssh_host, id=HostId("a"), name="a"),
        replace(ssh_host, id=HostId("b"), name="b", port=1),
        replace(ssh_host, id=HostId("c"), name="c", key=None),
        replace(ssh_host, id=HostId("d"), name="d"),
    ]
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_host, replace(QUICK, retries_s=()))
    checks = Checks(hosts, CheckRequest(), Checking(desk, pool, ProbeCatalogue(0.05)))
    over: FanOut = checks.carry_on(checks.plan(), TaskContext())
    pool.close()
    assert {part.host: part.state for part in over.parts} == {
        "a": Part.DONE, "b": Part.UNREACHABLE, "c": Part.UNREACHABLE, "d": Part.DONE,
    }  # fmt: skip
    assert set(checks.reports) == {"a", "d"}
    assert set(checks.errors) == {"b", "c"}
    assert store.kinds_logged() == ["health.checked"] * 2
