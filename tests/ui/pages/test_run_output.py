"""What a step says while it runs: the view is bounded, and says so."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.change import ChangeState
from app.domain.run import StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.services.run import execution
from app.services.run.live import Output
from app.wording import THIN
from ui.pages.run.output import StepOutput
from ui.widgets.labels import Label

AT = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)


@pytest.fixture
def run(record, services):
    steps = (Step("f1", "Say much", StepKind.MANUAL), Step("f2", "Say more", StepKind.MANUAL))
    change = record(
        "Upgrade", ChangeState.IMPLEMENT, lambda one: replace(one, runbook=Runbook(steps))
    )
    return execution.start_run(change.id, desk=services.desk)


@pytest.fixture
def output(desk_context, qtbot):
    made = StepOutput(desk_context)
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    return made


def notes(output) -> str:
    return "\n".join(label.text() for label in output.findChildren(Label) if label.isVisible())


def flood(output, run, lines, bot):
    data = b"".join(b"line %d\n" % n for n in range(lines))
    output.take(Output(run.id, "f1", "stdout", data, AT))
    bot.waitUntil(lambda: not output._transcript._waiting, timeout=30_000)


def test_live_view_says_how_much_of_the_output_it_shows(output, run, qtbot):
    going = replace(run.of("f1"), state=StepState.SENT)
    output.show_step(run, going)
    flood(output, run, 19_000, qtbot)
    assert "lines so far" not in notes(output)
    flood(output, run, 6_000, qtbot)
    assert "the last 20,000 of 25,000 lines so far" in notes(output).replace(THIN, ",")
    assert "as soon as the step has ended" in notes(output)
    assert output._transcript.blockCount() == 20_000
    output.show_step(run, replace(run.of("f2"), state=StepState.SENT))
    assert "lines so far" not in notes(output)
