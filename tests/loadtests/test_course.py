"""The course of a run while it goes on, and how long its plan says it will take."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.chart_course import course_plots
from app.services.loadtests.course import MOST_STEPS, CourseMeter
from app.services.loadtests.files.batch import batch_of
from app.services.loadtests.planned import planned_s

GROUP = """<ThreadGroup testclass="ThreadGroup" testname="users" enabled="{on}">
<boolProp name="ThreadGroup.scheduler">{scheduled}</boolProp>
<stringProp name="ThreadGroup.duration">{duration}</stringProp>
<stringProp name="ThreadGroup.delay">{delay}</stringProp></ThreadGroup>"""


def group(duration="300", *, scheduled="true", delay="", on="true") -> str:
    return GROUP.format(duration=duration, scheduled=scheduled, delay=delay, on=on)


def plan(folder, *groups: str):
    path = folder / "plan.jmx"
    path.write_text(f"<jmeterTestPlan><hashTree>{''.join(groups)}</hashTree></jmeterTestPlan>")
    return path


rows = st.lists(
    st.tuples(
        st.integers(0, 400_000_000), st.integers(0, 30_000_000), st.integers(0, 2), st.booleans(),
        st.booleans(),
    ),
    min_size=1, max_size=200,
)  # fmt: skip


@given(rows, st.integers(1, 7))
def test_whole_steps_hold_every_sample_that_ended_in_them(found, pieces):
    meter = CourseMeter()
    for piece in range(pieces):
        meter.add(batch_of([(at + 10**9, *rest) for at, *rest in found[piece::pieces]]))
    course = meter.course()
    assert len(course.at_s) <= MOST_STEPS
    samples = [(at, took, ok) for at, took, _label, ok, parent in found if not parent]
    counted = course.rate * course.step_s
    if not samples:
        assert not counted.size
        return
    if pieces == 1:
        begin = min(at for at, _took, _ok in samples)
        steps = [int((at + took - begin) / 1e6 / course.step_s) for at, took, _ok in samples]
        expected = np.bincount(steps, minlength=len(counted))[: len(counted)]
        np.testing.assert_allclose(counted, expected)
    assert counted.sum() <= len(samples)
    known = np.isfinite(course.p95_ms)
    assert (np.isfinite(course.mean_ms) == known).all()
    assert ((course.failed[known] >= 0) & (course.failed[known] <= 1)).all()


def test_a_percentile_of_a_step_is_within_a_class_of_the_true_one():
    took = np.random.default_rng(7).lognormal(11.5, 0.5, 20_000).astype(int)
    meter = CourseMeter()
    meter.add(batch_of([(0, int(each), 0, True, False) for each in took]))
    meter.add(batch_of([(3_000_000, 1000, 0, False, False)]))
    course = meter.course()
    true = np.percentile(took[took < 1_000_000], 95) / 1000
    assert course.p95_ms[0] == pytest.approx(true, rel=0.05)
    assert course.now(course.rate) is not None


def test_a_long_run_keeps_few_steps():
    meter = CourseMeter()
    for hour in range(3):
        meter.add(batch_of([((hour * 3600 + s) * 10**6, 500, 0, True, False) for s in range(3600)]))
    course = meter.course()
    assert course.step_s == 256.0
    assert MOST_STEPS / 2 - 1 <= len(course.at_s) <= MOST_STEPS
    np.testing.assert_allclose(course.rate, 1.0)


def test_pictures_show_what_came_and_the_time_that_is_planned():
    none = np.empty(0)
    for plot in course_plots(none, none, (none, none), none, 300.0):
        assert plot.x.high == 300.0
    at = np.array([0.5, 1.5, 2.5])
    rate, times, failed = course_plots(at, at, (at, 2 * at), np.array([0.0, np.nan, 0.5]), 3.0)
    assert (rate.y.unit, rate.y.title) == ("1/s", "/s")
    assert [trace.name for trace in times.traces] == ["mean", "95th percentile"]
    assert failed.traces[0].y[2] == 50.0


@pytest.mark.parametrize(
    ("groups", "told", "expected"),
    [
        ([group()], {}, 300.0),
        ([group(), group("60", delay="600")], {}, 660.0),
        ([group("${__P(duration,120)}")], {}, 120.0),
        ([group("${__P(duration,120)}")], {"duration": "45"}, 45.0),
        ([group(), group(on="false", scheduled="false")], {}, 300.0),
        ([group(), group(scheduled="false")], {}, None),
        ([group("${users}")], {}, None),
        (["<other.UltimateThreadGroup/>"], {}, None),
        ([], {}, None),
        (
            [
                group(),
                group("30").replace("<Thread", "<SetupThread").replace("</Thread", "</SetupThread"),
            ],
            {},
            330.0,
        ),
        (['<boolProp name="TestPlan.serialize_threadgroups">true</boolProp>', group()], {}, None),
    ],
)
def test_a_plan_says_its_end_where_every_group_has_one(tmp_path, groups, told, expected):
    assert planned_s(plan(tmp_path, *groups), told) == expected


def test_a_plan_that_is_none_has_no_end(tmp_path):
    path = tmp_path / "plan.jmx"
    assert planned_s(path, {}) is None
    path.write_text("<no plan")
    assert planned_s(path, {}) is None
    path.write_text('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert planned_s(path, {}) is None
