"""A backup that its runbook has scheduled: typed in the step, begun by the open window, told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.change import ChangeState
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from tests.fakes import NOON
from tests.ui.pages.conftest import read
from tests.ui.pages.steps import tab
from tests.ui.pages.test_backups_way_back import picture
from tests.ui.pages.test_backups_way_back import services as services
from tests.ui.pages.test_backups_way_back import shop as shop
from ui.pages.changes.page import ChangesPage
from ui.shell.watch import Watch
from ui.widgets.labels import Label

HOUR = timedelta(hours=1)
WINDOW = Window(TimeRange(NOON + 3 * HOUR, NOON + 6 * HOUR), "UTC")
AHEAD = Step("b", "Back up ahead", StepKind.BACKUP, lead_s=2 * 3600, max_age_s=3 * 3600)


@pytest.fixture
def change(record, ssh_host, shop):
    plan = (BackupSource(SourceKind.FILES, ssh_host.id, (str(shop),)),)
    return record(
        "Upgrade", ChangeState.SCHEDULED,
        lambda c: replace(c, hosts=(ssh_host.id,), window=WINDOW, runbook=Runbook((AHEAD,)),
                          backup_plan=plan, risk=None),
    )  # fmt: skip


@pytest.fixture
def look(desk_context, qtbot, clock):
    """Return what lets time pass, and looks once for what is due."""
    watch = Watch(desk_context, desk_context.tasks)

    def after(hours: float) -> None:
        clock.pass_by(hours=hours)
        watch.look()
        for _turn in range(2):  # the look, and what it has begun
            qtbot.waitUntil(lambda: not desk_context.tasks.busy, timeout=20_000)
            qtbot.wait(50)

    after.messages = desk_context.messages
    yield after
    watch.stop()


def test_the_open_window_takes_it_at_its_time(change, look, services, drive):
    look(0)
    assert read(services, change.id).backup_attempts == ()
    look(1)
    (attempt,) = read(services, change.id).backup_attempts
    assert attempt.ok, attempt.outcome
    look(0)
    assert len(read(services, change.id).backup_attempts) == 1
    driver = drive(ChangesPage)
    driver.open(change.id)
    told = "\n".join(x.text() for x in tab(driver, "backup").gate.findChildren(Label))
    picture(driver, "scheduled")
    assert (
        "13:00 UTC, 2\u202fh before the window, at most 3\u202fh old at the start. Taken." in told
    )


def test_one_that_fails_is_told_with_what_comes_next(change, look, services, shop):
    shop.rename(shop.with_name("gone"))
    look(1)
    (attempt,) = read(services, change.id).backup_attempts
    assert not attempt.ok
    (message,) = look.messages.kept
    assert "the scheduled backup is not there" in message.state
    assert "tried again in 15 minutes" in message.next
