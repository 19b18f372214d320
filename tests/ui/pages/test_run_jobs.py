"""What the run page offers for commands that their hosts keep running by themselves."""

from dataclasses import replace

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.ids import HostId
from app.domain.run import StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.services.run import execution
from app.tasks import TaskContext
from tests.ui.pages.test_run_page import button, only_run, shown
from ui.pages.run.page import RunPage


def test_a_command_of_unknown_outcome_is_looked_for_on_its_host(
    drive, record, services, ssh_server, tmp_path
):
    counter = tmp_path / "counter"
    text = f"echo x >>{counter}; echo begun; sleep 0.6; echo over"
    with services.new_uow() as uow:
        uow.hosts.save(replace(ssh_server.host("db-01"), zone="Europe/Berlin"))
        uow.log.append(NewEvent("host.edited", "Moved"))
        uow.commit()
    command = Step("c1", "Count", StepKind.COMMAND, HostId("db-01"), text)
    plan = Runbook((command,))
    change = record("Upgrade", ChangeState.IMPLEMENT, lambda c: replace(c, runbook=plan))
    run = execution.start_run(change.id, desk=services.desk)
    closing = TaskContext()
    services.live.listen(lambda _output: closing.leave())
    execution.play(run.id, services.executors, desk=services.desk, context=closing)
    driver = drive(RunPage)
    assert "looking there sends nothing again" in shown(driver.page)
    driver.click(button(driver.page, "Look on the host"))
    driver.bot.waitUntil(
        lambda: only_run(services).of("c1").state is StepState.DONE, timeout=10_000
    )
    driver.settle()
    assert counter.read_text() == "x\n"
