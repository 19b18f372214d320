"""The examples: each reaches its end through the guards, and nothing of it can pass for real."""

import json
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from app.analysis.chart_model import LineKind
from app.bootstrap import Surroundings, open_services
from app.domain.change import ChangeState
from app.domain.review import CloseCode
from app.domain.run import RunState
from app.domain.verdict import Verdict
from app.errors import AddressRefused, AppError, InvalidInput, Unreachable
from app.examples import fileserver, patch, postgresql
from app.examples.make import is_example, make_examples
from app.examples.series import Shape, Span, table
from app.services.change import changes
from app.services.dossier_reading import check_dossier
from app.services.dossiers import export_dossier
from app.services.host import hosts
from app.services.message import briefings
from app.services.ports.http import HttpRules
from app.services.review import reports
from app.tasks import TaskCancelled, TaskContext


@pytest.fixture
def opened(examples):
    with closing(open_services(examples, Surroundings(actor="Nomsa Khumalo"))) as services:
        yield services


def of(services, title):
    with services.new_uow() as uow:
        return next(item for item in uow.changes.list() if item.title == title)


def path_of(services, change):
    """Return the states a change went through, as its log tells them."""
    with services.new_uow() as uow:
        moves = [
            dict(event.data) for event in uow.log.of(change.id) if event.kind == "change.moved"
        ]
    return [move["to"] for move in moves]


WHOLE_WAY = ["assess", "authorize", "scheduled", "implement", "test", "monitor", "review", "closed"]
BACK = ["assess", "authorize", "scheduled", "implement", "backout", "review", "closed"]


@pytest.mark.parametrize(
    ("title", "states", "code", "ended"),
    [
        (postgresql.TITLE, WHOLE_WAY, CloseCode.SUCCESSFUL, RunState.DONE),
        (patch.TITLE, WHOLE_WAY, CloseCode.WITH_ISSUES, RunState.DONE),
        (fileserver.TITLE, BACK, CloseCode.BACKED_OUT, RunState.BACKED_OUT),
    ],
)
def test_each_example_went_every_step_of_its_way(opened, title, states, code, ended):
    change = of(opened, title)
    assert path_of(opened, change) == states
    assert (change.state, change.close_code) == (ChangeState.CLOSED, code)
    with opened.new_uow() as uow:
        (run,) = (item for item in uow.runs.list(change=change.id) if item.is_live)
        assert run.state is ended
        assert run.plan_hash == change.plan_hash
        assert {item.approver for item in change.approvals} == {"Pieter van Wyk", "Lindiwe Nkosi"}
        assert change.implementer not in {item.approver for item in change.approvals}
    assert opened.verify_log().intact


def test_no_entry_of_the_log_lies_before_the_one_above_it(opened):
    with opened.new_uow() as uow:
        events = [event for change in uow.changes.list() for event in uow.log.of(change.id)]
    assert len(events) > 100
    assert not [event for event in events if "clock_anomaly" in dict(event.data)]


def test_the_upgrade_made_orders_faster_by_the_judge_and_nothing_else_moved(opened):
    change = of(opened, postgresql.TITLE)
    with opened.new_uow() as uow:
        found = {item.metric_id: item for item in uow.comparisons.list(change=change.id)}
    orders = found.pop("orders")
    assert orders.verdict is Verdict.IMPROVED
    assert orders.target_met
    assert sum(day.used for day in orders.days) >= 4
    assert {item.verdict for item in found.values()} == {Verdict.NO_MATERIAL_CHANGE}


def test_the_patch_names_what_was_passed_and_by_whom(opened):
    change = of(opened, patch.TITLE)
    (override,) = change.counted_overrides
    assert (override.guard, override.by) == ("backup", "Pieter van Wyk")
    assert override.used_at is not None
    assert "h old" in override.finding or "old" in override.finding
    assert any(given.conflict.startswith("freeze") for given in change.acknowledged)
    (waived,) = (case for case in change.tests if case.is_waived)
    assert waived.waived_owner == "Thabo Mokoena"


def test_the_move_was_turned_round_at_its_gate_before_the_deadline(opened):
    from app.services.run.rollback import rollback_deadline

    change = of(opened, fileserver.TITLE)
    with opened.new_uow() as uow:
        (run,) = uow.runs.list(change=change.id)
        deadline = rollback_deadline(change, tuple(uow.backups.list(change=change.id)))
        after = [item for item in uow.health.list(change=change.id) if item.phase.value == "after"]
    assert run.backout_at < deadline
    assert {report.host for report in after} == set(change.hosts)
    restored = next(item for item in run.steps if item.step.id == "b2")
    assert restored.outcome.startswith("Restored")
    machine = opened.remotes.machine(_host(opened, "files-01"))
    assert "read only = yes" not in machine.files["/etc/samba/smb.conf"].text


def _host(services, name):
    with services.new_uow() as uow:
        return next(host for host in uow.hosts.list() if host.name == name)


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_every_page_of_every_report_says_twice_that_it_is_made_up(opened, tmp_path):
    with opened.new_uow() as uow:
        kept = uow.reports.list()
    assert len(kept) == 3
    for report in kept:
        pdf = opened.files.get(report.pdf_sha256)
        assert all(page.count("EXAMPLE DATA") == 2 for page in pages(pdf))
        path = tmp_path / "report.pdf"
        path.write_bytes(pdf)
        with pikepdf.open(path) as document:
            assert str(document.docinfo["/Title"]).startswith("Example data: EXA-")


def test_briefings_and_dossiers_say_so_as_well(opened, tmp_path):
    change = of(opened, patch.TITLE)
    briefs = briefings.Briefs(opened.desk, opened.files, opened.render_briefing)
    made = briefings.make_briefing(change.number, briefs=briefs)
    assert all("EXAMPLE DATA" in page for page in pages(opened.files.get(made.sha256)))
    target = export_dossier(
        change.id, tmp_path / "d.zip", new_uow=opened.new_uow, files=opened.files,
        series=opened.series,
    )  # fmt: skip
    assert check_dossier(target) == ()
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist()[0] == "EXAMPLE-DATA.txt"
        assert b"made up" in archive.read("EXAMPLE-DATA.txt")


def test_numbers_cannot_be_taken_for_real_ones(opened):
    with opened.new_uow() as uow:
        assert all(item.number.startswith("EXA-") for item in uow.changes.list())
        number = uow.changes.list()[0].number
        assert uow.changes.by_number(str(int(number[4:]))).number == number
    assert changes.open_change("Another one", desk=opened.desk).number.startswith("EXA-")


def test_example_data_cannot_become_real_nor_the_other_way_round(opened, tmp_path):
    with pytest.raises(InvalidInput, match="stays example data"):
        opened.save_settings(replace(opened.settings, example=False))
    with closing(open_services(tmp_path / "real", Surroundings(quiet=True))) as own:
        changes.open_change("Mine", desk=own.desk)
        with pytest.raises(InvalidInput, match="real data stays real"):
            own.save_settings(replace(own.settings, example=True))
        assert own.settings.label == ""


def test_no_host_but_the_made_up_ones_is_reached_and_no_address_asked(opened):
    with pytest.raises(AddressRefused):
        opened.open_http(HttpRules())
    mine = hosts.add_host(hosts.new_host("mine-01", "127.0.0.1"), desk=opened.desk)
    with pytest.raises(Unreachable, match="mine-01"):
        opened.remotes.open(mine).run("true")
    assert not opened.secrets.lasting


def test_nothing_else_is_written_beside_the_examples(tmp_path):
    own = tmp_path / "own"
    with closing(open_services(own, Surroundings(quiet=True))) as services:
        changes.open_change("Mine", desk=services.desk)
    before = contents(own)
    made = make_examples(own / "examples", TaskContext())
    assert contents(own) == before
    assert {path.name for path in own.iterdir()} >= {"changedesk.db", "examples"}
    with closing(open_services(own, Surroundings(quiet=True))) as services:
        assert [item.title for item in _all(services)] == ["Mine"]
        assert services.first.home(services.clock.now()).closed_count == 0
    assert is_example(made.folder)
    assert not is_example(own)


def _all(services):
    with services.new_uow() as uow:
        return uow.changes.list()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and "examples" not in path.relative_to(folder).parts
        and path.suffix not in (".db-shm", ".db-wal")  # only that somebody has looked
    }


def test_what_is_no_example_is_never_replaced(tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(AppError, match="no example"):
        make_examples(tmp_path, TaskContext())
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_a_stop_leaves_what_was_there_and_no_half_of_the_new(examples):
    before = contents(examples.parent / "examples")
    context = TaskContext(lambda progress: context.cancel())
    with pytest.raises(TaskCancelled):
        make_examples(examples, context)
    assert contents(examples.parent / "examples") == before
    assert [path.name for path in examples.parent.iterdir()] == ["examples"]


def test_the_samples_name_their_parameters_and_come_again(made_up):
    files = sorted((made_up.folder / "samples").glob("*.csv"))
    assert len(files) == 11
    for file in files:
        head = file.read_text().splitlines()[:2]
        assert head[0].startswith("# Made up for the examples, seed")
        assert "level" in head[1]
    start = datetime(2026, 11, 1, tzinfo=UTC)
    span = Span(start, start + timedelta(days=1), "UTC")
    shapes = {"a": Shape(100.0), "b": Shape(50.0, most=52.0)}
    assert table(shapes, span, 7) == table(shapes, span, 7) != table(shapes, span, 8)
    cells = [line.split(",") for line in table(shapes, span, 7).splitlines()[4:]]
    assert len(cells) == 288
    assert max(float(row[2]) for row in cells) <= 52.0


def test_the_command_makes_them_and_answers_as_json(tmp_path, capsys):
    from app.__main__ import main

    assert main(["examples", "--out", str(tmp_path / "ex"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [item["state"] for item in told["changes"]][:3] == ["closed"] * 3
    assert is_example(tmp_path / "ex")


def test_execution_and_tests_answer_from_records_only(opened):
    change = of(opened, fileserver.TITLE)
    remote = opened.remotes.open(_host(opened, "files-01"))
    result = remote.run("rm -rf /tmp/whatever")
    assert (result.exit_code, result.stdout) == (127, b"")
    assert b"nothing was run" in result.stderr
    assert change.state is ChangeState.CLOSED


def test_the_usual_day_in_a_chart_is_that_of_the_days_compared_with(opened):
    change = of(opened, postgresql.TITLE)
    source = reports.gather(change.number, reporting=opened.reporting)
    data, _attached = reports.report_data(source)
    model = data.measures.charts[0].model
    usual = next(line for line in model.lines if line.kind is LineKind.REFERENCE)
    assert model.x0 <= usual.x[0] < usual.x[-1] <= model.x1
    before = next(line for line in model.lines if line.kind is LineKind.BEFORE)
    inside = (usual.x >= before.x[0]) & (usual.x <= before.x[-1])
    assert abs(usual.y[inside].mean() / before.y.mean() - 1) < 0.15
