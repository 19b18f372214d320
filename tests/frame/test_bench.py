import json
from dataclasses import replace
from importlib.util import find_spec

import pytest

from tests.bench import __main__ as bench
from tests.bench.harness import HEADING, Result

GOOD = Result("startup", 0.4, "s", "bare window", 0.2, 2.5, 7, note="[cold: 1 s]")
BAD = Result("verdict", 3.0, "s", "bootstrap", None, 0.2, 3)
ALONE = Result("ui", 40.0, "ms", "", None, 50.0, 3)
KEYS = {"name", "figure", "unit", "peer", "peer_figure", "ratio", "aim", "met", "n", "machine"}


@pytest.fixture
def results(monkeypatch):
    """Let benchmarks return what is put in here, or raise it."""
    made = dict.fromkeys(bench.NAMES, GOOD)

    class Module:
        def __init__(self, name):
            self.name = name.rpartition(".")[2]

        def measure(self):
            if isinstance(made[self.name], Exception):
                raise made[self.name]
            return made[self.name]

    monkeypatch.setattr(bench.importlib, "import_module", Module)
    return made


def test_every_name_has_its_module():
    assert all(find_spec(f"tests.bench.{name}") for name in bench.NAMES)


def test_for_machines_a_benchmark_is_one_json_object(results, capsys):
    assert bench.main(["startup", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said.keys() >= KEYS
    assert (said["ratio"], said["met"], said["peer_figure"]) == (2.0, True, 0.2)


def test_all_benchmarks_make_a_table_and_a_peer_that_is_missing_is_named(results, capsys):
    results["verdict"] = BAD
    assert bench.main(["all"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert HEADING in lines
    (row,) = (line for line in lines if line.startswith("verdict"))
    assert "not installed (bootstrap)" in row
    assert "NOT MET" in row
    assert sum(line.startswith(("startup", "verdict")) for line in lines) == len(bench.NAMES)


def test_without_any_peer_the_figure_itself_is_held_against_the_aim(results, capsys):
    results["ui"] = ALONE
    assert bench.main(["ui", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["figure"], said["unit"], said["aim"], said["met"]) == (40.0, "ms", 50.0, True)
    assert said["ratio"] is None
    results["ui"] = replace(ALONE, figure=51.0)
    assert bench.main(["ui"]) == 1
    assert "≤ 50 ms" in capsys.readouterr().out


def test_one_that_fails_keeps_no_other_from_running(results, capsys):
    results["startup"] = RuntimeError("The window did not open.")
    assert bench.main(["all", "--json"]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == len(bench.NAMES) - 1
    assert "The window did not open." in said.err


def test_a_name_that_is_not_known_is_refused_with_those_that_are(capsys):
    with pytest.raises(SystemExit) as end:
        bench.main(["speed"])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert "speed" in said
    assert all(name in said for name in bench.NAMES)
