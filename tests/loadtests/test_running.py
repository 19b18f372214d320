"""The real JMeter runs a plan, here and over SSH, and is followed while it runs."""

from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest

from app.errors import CommandFailed, InvalidInput
from app.processes import ToolMissing
from app.services.loadtests.live import Live
from app.services.loadtests.running import PlanRun, properties_of, run_here, run_on
from app.services.loadtests.summing import summarise
from app.tasks import TaskCancelled, TaskContext
from tests.loadtests.conftest import PLAN
from tests.loadtests.jtl import as_csv, controller, run


@pytest.fixture
def remote(remotes, ssh_host):
    return remotes.open(ssh_host)


def plan_of(jmeter, pages, **told) -> PlanRun:
    properties = {"port": pages, **told}
    return PlanRun(
        PLAN,
        tuple((name, str(value)) for name, value in properties.items()),
        tuple(jmeter.command),
    )


def test_a_plan_runs_here_and_is_followed_live(jmeter, pages, tmp_path):
    seen = []
    context = TaskContext(seen.append)
    out = run_here(plan_of(jmeter, pages, loops=40), tmp_path, context=context)
    assert 0 < seen[-1].done <= summarise(out).total.samples
    assert summarise(out).rejected_rows == 0
    assert "failed, p95" in seen[-1].text
    last = seen[-1].detail
    assert last.total.samples == seen[-1].done
    assert last.planned_s is None, "this plan ends with its loops"
    assert np.nansum(last.course.rate) * last.course.step_s <= last.total.samples


def test_a_stop_ends_jmeter(jmeter, pages, tmp_path):
    context = TaskContext()
    context.cancel()
    with pytest.raises(TaskCancelled):
        run_here(plan_of(jmeter, pages, loops=100_000), tmp_path, context=context)


def test_a_plan_that_cannot_run_says_why(jmeter, tmp_path):
    broken = tmp_path / "broken.jmx"
    broken.write_text("<no plan")
    folder = tmp_path / "out"
    folder.mkdir()
    wanted = PlanRun(broken, program=tuple(jmeter.command))
    with pytest.raises(CommandFailed, match="ended without results"):
        run_here(wanted, folder, context=TaskContext())
    with pytest.raises(ToolMissing, match="JMeter is not installed"):
        run_here(PlanRun(broken, program=("no-such-jmeter",)), folder, context=TaskContext())


def test_a_plan_runs_on_a_load_generator_and_leaves_nothing_there(jmeter, pages, remote, tmp_path):
    mark = f"<!-- {uuid4()} -->"
    marked = tmp_path / "marked.jmx"
    marked.write_text(PLAN.read_text("utf-8") + mark, "utf-8")
    seen, there = [], []

    def lies_there():
        found = remote.run('grep -ls -e "$1" "${TMPDIR:-/tmp}"/loadtest.*/*', mark).stdout
        return bool(found)

    def look(progress):
        seen.append(progress)
        there.append(lies_there())

    wanted = replace(plan_of(jmeter, pages), plan=marked)
    out = run_on(wanted, remote, tmp_path, context=TaskContext(look))
    summary = summarise(out)
    assert summary.labels
    assert summary.rejected_rows == 0
    assert seen[-1].done > 0
    assert there[0], "while it runs"
    assert not lies_there()


def test_a_load_generator_without_jmeter_says_so(remote, tmp_path):
    wanted = PlanRun(PLAN, program=("no-such-jmeter",))
    with pytest.raises(CommandFailed, match="not found") as caught:
        run_on(wanted, remote, tmp_path, context=TaskContext())
    assert caught.value.host == remote.host.name


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pieces_of_any_size_are_followed(size):
    data = as_csv([*run(50, bad=5), controller(1_795_000_000_000, 900, "all", 50)])
    live = Live.begun()
    assert live.words == ""
    for at in range(0, len(data), size):
        live.feed(data[at : at + size])
    assert (live.total.samples, live.total.errors) == (50, 10)


def test_properties_are_names_with_values():
    assert properties_of("threads=20 duration=300") == (("threads", "20"), ("duration", "300"))
    for wrong in ("threads", "-x=1;rm", "=5"):
        with pytest.raises(InvalidInput, match="no property"):
            properties_of(wrong)
