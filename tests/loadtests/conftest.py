"""One run of the real JMeter, for all tests that look at its results."""

import json
from pathlib import Path

import pytest

from tests.jmeter import JMeter

PLAN = Path(__file__).with_name("plan.jmx")


@pytest.fixture(scope="session")
def played(jmeter: JMeter, pages: int, tmp_path_factory) -> Path:
    """One run of the plan: ``results.csv``, ``results.xml`` and JMeter's own statistics."""
    folder = tmp_path_factory.mktemp("jmeter")
    for kind in ("csv", "xml"):
        out = folder / f"results.{kind}"
        save = "-Jjmeter.save.saveservice."
        jmeter.run(
            "-n", "-t", PLAN, "-l", out, "-j", folder / f"{kind}.log", f"-Jport={pages}",
            f"{save}output_format={kind}", f"{save}subresults={str(kind == 'xml').lower()}",
            cwd=folder,
        )  # fmt: skip
    jmeter.dashboard(folder / "results.csv", folder / "own")
    return folder


def statistics(path: Path) -> dict[str, dict[str, float]]:
    return json.loads(path.read_text())
