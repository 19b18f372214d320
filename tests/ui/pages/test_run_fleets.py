"""A command on many hosts that passes a limit: the question on the run page, and its answers."""

from dataclasses import replace

import pytest

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.fanout import Share, Tolerance, read_batches
from app.domain.run import RunState, StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.services.fanout.spreading import Spreading, spread
from tests.ui.pages.test_run_page import button, only_run, shown
from ui.pages.run.page import RunPage
from ui.widgets.badges import StateBadge

NAMES = ("web-01", "web-02", "web-03", "web-04")


@pytest.fixture
def driver(drive, record, services, ssh_server):
    """The run page with a command that fails on the two middle hosts; one may fail."""
    hosts = [ssh_server.host(name) for name in NAMES]
    with services.new_uow() as uow:
        for host in hosts:
            uow.hosts.add(host)
        uow.log.append(NewEvent("host.added", "Added hosts"))
        uow.commit()
    step = Step("u", "Update", StepKind.COMMAND, command="case {{host}} in *2|*3) exit 7 ;; esac")
    how = Spreading(read_batches("1, 2, rest"), Tolerance(Share(2), Share(1)))
    book = Runbook(spread((step,), "u", hosts, how))
    record(
        "Update the web servers", ChangeState.IMPLEMENT,
        lambda c: replace(c, runbook=book, hosts=tuple(host.id for host in hosts)),
    )  # fmt: skip
    made = drive(RunPage)
    made.click(button(made.page, "Start the run"))
    made.bot.waitUntil(lambda: "Paused: too many failed" in words(made.page), timeout=20_000)
    made.settle()
    return made


def words(page) -> str:
    """Return what the labels and the badges of the page say."""
    badges = page.findChildren(StateBadge)
    return "\n".join((shown(page), *(badge.accessibleName() for badge in badges)))


def test_the_question_says_what_was_passed_and_which_hosts_are_in_trouble(driver, services):
    text = words(driver.page)
    assert "1 of 4 hosts done, 2 failed, 1 waiting" in text
    assert "2 of a batch, 1 in all" in text
    assert "Update: web-02: exit 7" in text
    assert only_run(services).state is RunState.WAITING


def test_the_rest_goes_on_with_a_reason_only(driver, services):
    driver.click(button(driver.page, "Go on with the rest"))
    assert only_run(services).state is RunState.WAITING
    driver.type(driver.page._decision._note, "known, they are old")
    driver.click(button(driver.page, "Go on with the rest"))
    driver.bot.waitUntil(lambda: only_run(services).state is RunState.DONE, timeout=20_000)
    driver.settle()
    run = only_run(services)
    states = {item.step.title: item.state for item in run.steps}
    assert states["Update: web-04"] is StepState.DONE
    assert states["Update: web-02"] is StepState.FAILED
    assert [item.excused_by for item in run.steps] == ["", "Nomsa", "Nomsa", ""]


def test_what_failed_is_sent_again_at_one_press(driver, services):
    sent = {item.step.title: item.job for item in only_run(services).steps}
    driver.click(button(driver.page, "Retry failed"))
    driver.bot.waitUntil(
        lambda: all(
            i.job not in ("", sent[i.step.title]) and i.state is StepState.FAILED
            for i in only_run(services).steps[1:3]
        ),
        timeout=20_000,
    )
    assert only_run(services).steps[0].job == sent["Update: web-01"]
