from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.backup import BackupSet, CaptureState, Level, Outcome, Verification
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.filter import Asker, ChangeFilter
from app.domain.ids import HostId, RunId, SetId, new_id
from app.domain.review import CloseCode, Override
from app.domain.risk import Grade, RiskAssessment, RiskScore
from app.domain.run import Run, RunState
from app.domain.verdict import Comparison, Verdict
from app.domain.window import TimeRange, Window
from app.services.search.finding import Query
from tests.fakes import NOON

EVERYTHING = ChangeFilter()


def hour(first, last):
    return Window(TimeRange(NOON + timedelta(hours=first), NOON + timedelta(hours=last)), "UTC")


def found_by(store, wanted):
    return store.finder.page(Query(wanted, Asker(NOON))).rows


def titles(rows):
    return [row.title for row in rows]


@pytest.fixture
def keep(store):
    """Add records of one repository, logged."""

    def add(repository, *items):
        with store.unit_of_work() as uow:
            for item in items:
                getattr(uow, repository).add(item)
            uow.log.append(NewEvent("test.added", "Added"))
            uow.commit()

    return add


def test_a_row_says_what_a_list_shows(store, add_change):
    moderate, low = RiskScore(Grade.HIGH, Grade.HIGH), RiskScore(Grade.LOW, Grade.LOW)
    change = add_change(risk=RiskAssessment(moderate, low), window=hour(1, 2), updated_at=NOON)
    (row,) = found_by(store, EVERYTHING)
    assert (row.id, row.number, row.title) == (change.id, "CHG-000001", "Upgrade PostgreSQL")
    assert (row.risk, row.residual) == (moderate.level, low.level)
    assert (row.starts_at, row.ends_at) == (NOON + timedelta(hours=1), NOON + timedelta(hours=2))
    assert (row.zone, row.on_hold, row.updated_at) == ("UTC", False, NOON)


def test_changes_come_in_pages_newest_first_however_many_digits(store, add_change, keep):
    for n in range(5):
        add_change(f"Change {n}")
    with store.unit_of_work() as uow:
        late = replace(uow.changes.by_number("CHG-000005"), id="late", number="CHG-1000000")
    keep("changes", replace(late, title="Late"))
    query = Query(EVERYTHING, Asker(NOON))
    first = store.finder.page(query, limit=2)
    assert titles(first.rows) == ["Late", "Change 4"]
    second = store.finder.page(query, limit=2, after=first.last)
    assert titles(second.rows) == ["Change 3", "Change 2"]
    third = store.finder.page(query, limit=5, after=second.last)
    assert titles(third.rows) == ["Change 1", "Change 0"]


def test_states_narrow_a_list_and_are_counted(store, add_change):
    add_change("A", state=ChangeState.DRAFT)
    add_change("B", state=ChangeState.MONITOR)
    add_change("C", state=ChangeState.MONITOR)
    wanted = ChangeFilter(states=(ChangeState.MONITOR, ChangeState.REVIEW))
    assert titles(found_by(store, wanted)) == ["C", "B"]
    counts = store.queries.change_counts()
    assert counts[ChangeState.MONITOR] == 2
    assert counts[ChangeState.CLOSED] == 0
    assert set(counts) == set(ChangeState)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("post", ["Upgrade PostgreSQL"]),
        ("POSTGRESQL up", ["Upgrade PostgreSQL"]),
        ("Größe", ["Straße und Größe"]),
        ("grosse", ["Straße und Größe"]),
        ("strasse", ["Straße und Größe"]),
        ("grö", ["Straße und Größe"]),
        ("gro", ["Straße und Größe"]),
        ("CHG-000002", ["Straße und Größe"]),
        ("chg-0", ["Straße und Größe", "Upgrade PostgreSQL"]),
        ("2", ["Straße und Größe"]),
        ("payroll", ["Upgrade PostgreSQL"]),
        ("nothing", []),
        ("  ", ["Straße und Größe", "Upgrade PostgreSQL"]),
        ("***", []),
        ('"', []),
        ("post OR größe", []),
        ("NOT post", []),
        ("post NEAR/2 up", []),
        ("title:post", []),
        ("'; DROP TABLE change; --", []),
    ],
)
def test_words_are_found_by_their_beginning_and_nothing_is_an_operator(
    store, add_change, typed, found
):
    add_change("Upgrade PostgreSQL", description="The payroll runs on it.")
    add_change("Straße und Größe")
    assert titles(found_by(store, ChangeFilter(text=typed))) == found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=40) | st.text('"*():^{}+-NEAR OR AND', max_size=40))
def test_nothing_that_can_be_typed_breaks_the_search(store, typed):
    found_by(store, ChangeFilter(text=typed))


def test_what_is_found_follows_every_save(store, add_change):
    change = add_change("Old name")
    with store.unit_of_work() as uow:
        uow.changes.save(replace(change, title="New name"))
        uow.log.append(NewEvent("change.edited", "Edited", change.id))
        uow.commit()
    with store.unit_of_work() as uow:
        uow.changes.save(replace(uow.changes.get(change.id), title="Third name"))
    assert titles(found_by(store, ChangeFilter("new"))) == ["New name"]
    assert found_by(store, ChangeFilter("old")) == ()
    assert found_by(store, ChangeFilter("third")) == ()


def test_runs_and_verdicts_bear_the_name_of_their_change(store, add_change, keep):
    change = add_change()
    keep("runs", *(Run(RunId(new_id()), change.id, "h", started_at=NOON) for _ in range(3)))
    keep(
        "comparisons",
        *(
            Comparison(f"c{n}", change.id, "m", f"Metric {n}", Verdict.IMPROVED, sentence="Good.")
            for n in range(3)
        ),
    )
    runs = store.queries.runs(limit=2)
    assert [(run.number, run.title, run.started_at) for run in runs] == [
        ("CHG-000001", "Upgrade PostgreSQL", NOON)
    ] * 2
    verdicts = store.first.home(NOON).verdicts
    assert [row.metric for row in verdicts] == ["Metric 2", "Metric 1", "Metric 0"]
    assert (verdicts[0].number, verdicts[0].verdict) == ("CHG-000001", Verdict.IMPROVED)
    assert (verdicts[0].sentence, verdicts[0].judged_at) == ("Good.", None)


def test_home_names_what_waits_for_a_person(store, add_change, keep):
    add_change("Draft")
    add_change("Held", on_hold=True)
    add_change("Done", state=ChangeState.CLOSED)
    add_change("Later", state=ChangeState.SCHEDULED, window=hour(1, 2))
    add_change("Now", state=ChangeState.SCHEDULED, window=hour(0, 2))
    add_change("Watched", state=ChangeState.MONITOR, monitor_since=NOON, monitor_days=7.0)
    moving = add_change("Moving", state=ChangeState.IMPLEMENT)
    stuck = add_change("Stuck", state=ChangeState.IMPLEMENT)
    keep(
        "runs",
        Run(RunId("r1"), moving.id, "h", RunState.RUNNING),
        Run(RunId("r2"), stuck.id, "h", RunState.WAITING),
        Run(RunId("r3"), stuck.id, "h", RunState.DONE),
    )
    home = store.first.home(NOON)
    assert titles(home.waiting) == ["Draft", "Now", "Stuck"]
    assert [live.change.title for live in home.running] == ["Stuck", "Moving"]
    assert titles(home.upcoming) == ["Now", "Later"]
    assert "Watched" in titles(store.first.home(NOON + timedelta(days=8)).waiting)
    assert home.open_count == 7


def test_home_counts_what_was_closed_and_how(store, add_change, keep):
    closed, override = ChangeState.CLOSED, Override("g", "Guard", "Sipho", "Because", NOON)
    clean = add_change("Clean", state=closed, close_code=CloseCode.SUCCESSFUL)
    add_change("Overridden", state=closed, close_code=CloseCode.SUCCESSFUL, overrides=(override,))
    add_change("Back", state=closed, close_code=CloseCode.BACKED_OUT, backed_out=True)
    add_change("Still open", backed_out=True)
    passed = tuple(Verification(level, Outcome.PASSED, NOON) for level in Level)
    proven = BackupSet(
        id=SetId("s"),
        change=clean.id,
        host=HostId("db-01"),
        host_name="db-01",
        state=CaptureState.CAPTURED,
        started_at=NOON,
        sealed_at=NOON,
        duration_s=1.0,
        objects=(),
        manifest_sha256="",
        path="",
        verifications=passed,
    )
    keep("backups", proven, replace(proven, id=SetId("t")))
    home = store.first.home(NOON)
    assert (home.open_count, home.closed_count) == (1, 3)
    assert (home.clean_count, home.backed_out_count, home.restored_count) == (1, 1, 1)


def test_an_empty_store_has_an_empty_home(store):
    home = store.first.home(NOON)
    assert home.running == home.waiting == home.upcoming == home.verdicts == ()
    assert home.open_count == home.closed_count == 0
    assert store.first.log_head() == ""
