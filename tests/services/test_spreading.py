"""A step repeated on many hosts keeps the order of the runbook, batch after batch."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fanout import read_batches
from app.domain.host import Host
from app.domain.ids import HostId
from app.domain.runbook import Step, StepKind, waits_for
from app.errors import InvalidInput
from app.services.fanout.spreading import Spreading, spread


def hosts(n: int) -> list[Host]:
    return [Host(HostId(f"h{i}"), f"web-{i:02}", "127.0.0.1") for i in range(n)]


def command(key: str, **fields: object) -> Step:
    return Step(key, f"Step {key}", StepKind.COMMAND, command="true", **fields)  # type: ignore[arg-type]


BOOK = (command("a"), command("b"), command("c"), command("d", after=("a", "b")))


def test_each_host_has_a_step_and_batches_wait_for_each_other() -> None:
    made = spread(BOOK, "b", hosts(5), Spreading(read_batches("1, 2, rest")))
    titles = [step.title for step in made]
    assert titles == [
        "Step a", *(f"Step b: web-{n:02}" for n in range(5)), "Step c", "Step d",
    ]  # fmt: skip
    waits = waits_for(made)
    ids = [step.id for step in made]
    first, second, third = ids[1:2], ids[2:4], ids[4:6]
    assert first == ["b"]
    assert waits["b"] == ("a",)
    assert all(waits[key] == ("b",) for key in second)
    assert all(waits[key] == tuple(second) for key in third)
    assert waits["c"] == tuple(third)
    assert waits["d"] == ("a", *third)
    assert [step.host for step in made[1:6]] == ["h0", "h1", "h2", "h3", "h4"]


@given(st.integers(1, 30), st.sampled_from(["", "1, rest", "10%", "1, 10%, 50%, rest", "7"]))
def test_no_step_is_lost_and_no_host_comes_before_its_batch(n: int, text: str) -> None:
    made = spread(BOOK, "b", hosts(n), Spreading(read_batches(text)))
    assert len(made) == len(BOOK) - 1 + n
    assert len({step.id for step in made}) == len(made)
    waits, batches = waits_for(made), read_batches(text).split([h.id for h in hosts(n)])
    by_host = {step.host: step.id for step in made if step.host}
    for earlier, later in pairwise(batches):
        for host in later:
            assert set(waits[by_host[host]]) == {by_host[one] for one in earlier}


def test_what_cannot_be_repeated_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Only a command"):
        spread((Step("g", "Go", StepKind.GATE),), "g", hosts(2), Spreading())
    with pytest.raises(InvalidInput, match="no hosts"):
        spread(BOOK, "a", [], Spreading())
