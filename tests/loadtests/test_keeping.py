"""Load tests kept with a change: the file as evidence, the verdict recorded, everything logged."""

import hashlib
import zipfile

import pytest

from app.domain.change import ChangeState
from app.domain.loadtest import LoadTerms
from app.domain.metric import WindowName
from app.domain.verdict import OverallVerdict
from app.errors import IllegalMove, InvalidInput
from app.services.change import changes
from app.services.change.changes import Desk
from app.services.dossiers import export_dossier
from app.services.loadtests.keeping import LoadTesting, NewRun, keep_run
from app.settings import Settings
from app.store.store import open_store
from tests.fakes import SetClock
from tests.loadtests.test_comparing import write


@pytest.fixture
def testing(new_data):
    clock = SetClock()
    store = open_store(new_data, clock=clock, actor="Nomsa")
    desk = Desk(store.unit_of_work, clock, "Nomsa", Settings())
    yield LoadTesting(desk, store.files)
    store.close()


@pytest.fixture
def change(testing):
    return changes.open_change("Upgrade the shop", desk=testing.desk)


def records(testing, change):
    with testing.desk.new_uow() as uow:
        return (
            sorted(uow.load_runs.list(change=change.id), key=lambda run: run.id),
            uow.load_verdicts.find(change.id),
            [event for event in uow.log.of(change.id) if event.kind.startswith("loadtest")],
        )


def test_a_run_is_kept_as_evidence_and_both_sides_are_judged(testing, change, tmp_path):
    before = write(tmp_path / "before.jtl")
    after = write(tmp_path / "after.jtl", level=80.0, bad=0.06, seed=1)
    kept = keep_run(NewRun(change.id, WindowName.BEFORE, before), with_=testing)
    assert kept.sha256 == hashlib.sha256(before.read_bytes()).hexdigest()
    assert testing.files.get(kept.sha256) == before.read_bytes()
    assert kept.size_bytes == before.stat().st_size
    assert records(testing, change)[1] is None

    terms = LoadTerms(apdex_ms=1.0)
    keep_run(NewRun(change.id, WindowName.AFTER, after, terms), with_=testing)
    runs, verdict, events = records(testing, change)
    assert [run.name for run in runs] == ["before.jtl", "after.jtl"]
    assert runs[1].terms == runs[0].terms != terms, "the terms of the first run hold"
    assert verdict.found.overall.verdict is OverallVerdict.REGRESSED
    assert verdict.found.before[0].sha256 == kept.sha256
    assert verdict.found.before[0].points
    assert verdict.found.before[0].name == "before.jtl"
    assert [event.kind for event in events] == [
        "loadtest.kept", "loadtest.kept", "loadtest.judged"
    ]  # fmt: skip
    assert events[0].refs == (kept.id, kept.sha256)

    keep_run(NewRun(change.id, WindowName.AFTER, before), with_=testing)
    assert records(testing, change)[1].found.overall.verdict is not OverallVerdict.REGRESSED


def test_the_dossier_holds_runs_results_and_the_verdict(testing, change, tmp_path):
    before, after = write(tmp_path / "before.jtl", seconds=10), write(tmp_path / "a.jtl", seed=1)
    for side, path in ((WindowName.BEFORE, before), (WindowName.AFTER, after)):
        keep_run(NewRun(change.id, side, path), with_=testing)
    target = export_dossier(
        change.id, tmp_path / "d.zip", new_uow=testing.desk.new_uow, files=testing.files,
        series=None,
    )  # fmt: skip
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        kept = next(name for name in names if name.endswith("-before.jtl"))
        assert archive.read(kept) == before.read_bytes()
    assert sum(name.startswith("load-tests/") for name in names) == 4
    assert sum(name.startswith("load-verdicts/") for name in names) == 1


def test_a_file_that_is_none_leaves_nothing_behind(testing, change, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no results")
    with pytest.raises(InvalidInput):
        keep_run(NewRun(change.id, WindowName.BEFORE, path), with_=testing)
    assert records(testing, change) == ([], None, [])


def test_a_closed_change_takes_no_more_runs(testing, change, tmp_path):
    path = write(tmp_path / "before.jtl", seconds=5)
    with testing.desk.new_uow() as uow:
        changes.moved(uow.changes.get(change.id), ChangeState.CANCELED, uow, desk=testing.desk)
        uow.commit()
    with pytest.raises(IllegalMove, match="closed"):
        keep_run(NewRun(change.id, WindowName.BEFORE, path), with_=testing)
