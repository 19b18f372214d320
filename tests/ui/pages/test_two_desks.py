"""A plan travels: asked for in one installation, decided in another with a keyring of its own."""

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.change import ChangeState
from app.secrets import SessionSecrets
from app.services.approval.quorum import standing_approvals
from app.services.change import changes
from app.services.people import own_fingerprint
from tests.ui.pages.conftest import Driver, read
from tests.ui.pages.steps import part, saved, tab
from tests.ui.pages.test_changes_process import button, texts
from ui.actions import Actions
from ui.changed import Changed
from ui.context import Tools
from ui.messages import Messages
from ui.navigation import Navigation
from ui.pages.changes.page import ChangesPage

S = ChangeState
PLANS = 5
DIALOG = "ui.pages.changes.approval_desk.QFileDialog"


class Keyring(SessionSecrets):
    lasting = True


@pytest.fixture
def asked(services, record):
    """The services here, with a keyring, and a change that waits for approval."""
    services.secrets.lasting = True
    change = record("Upgrade PostgreSQL", S.ASSESS)
    return services, changes.move_change(change.id, S.AUTHORIZE, desk=services.desk)


@pytest.fixture
def away(tmp_path, clock):
    """Pieter's own installation: other data, another keyring, and none of the changes."""
    around = Surroundings(clock=clock, actor="Pieter", secrets=Keyring())
    opened = open_services(tmp_path / "away", around)
    yield opened
    opened.close()


@pytest.fixture
def there(qtbot, theme, tasks, desk_context, away):
    """The window of the other installation."""
    tools = Tools(tasks, Messages(), Changed(), Navigation(), Actions(), theme)
    context = tools.with_services(away)
    page = ChangesPage(context)
    qtbot.addWidget(page)
    page.resize(1240, 872)
    page.show()
    page.reload()
    driver = Driver(page, qtbot, context)
    driver.settle()
    yield driver
    page.hide()


def reject(here, services, change) -> None:
    """Ask again, and let Pieter reject it: not without a word."""
    panel, asking = tab(here, "overview").approvals, here.page.detail.asking
    here.click(panel.again)
    here.context.act_as("Pieter")
    here.page.detail.reload()
    here.settle()
    here.click(panel.reject)
    here.click(asking.confirm)
    assert read(services, change.id).state is S.AUTHORIZE, "not without a word"
    here.type(asking.reason, "No rehearsal")
    here.click(asking.confirm)
    assert read(services, change.id).state is S.REJECTED


def revise(here, services, change) -> None:
    """Take it back as the next revision, and ask for approval anew."""
    asking = here.page.detail.asking
    here.context.act_as("Nomsa")
    here.page.detail.reload()
    here.settle()
    here.click(button(here.page.detail.head, "Revise"))
    here.type(asking.reason, "Rehearse it first")
    here.click(asking.confirm)
    revised = read(services, change.id)
    assert (revised.state, revised.revision) == (S.DRAFT, 2)
    for _move in ("Start planning", "Ask for approval"):
        here.click(button(here.page.detail.head, _move))
    again = read(services, change.id)
    assert again.state is S.AUTHORIZE
    assert standing_approvals(again) == ()


def test_a_plan_is_approved_elsewhere_voided_by_an_edit_rejected_and_revised(
    drive, asked, there, tmp_path, monkeypatch
):
    services, change = asked
    away = there.context.services
    here = drive(ChangesPage)
    here.open(change.id)
    panel, asking = tab(here, "overview").approvals, here.page.detail.asking
    request, answer = tmp_path / "request.json", tmp_path / "CHG-000001-r1-approved-Pieter.json"

    monkeypatch.setattr(f"{DIALOG}.getSaveFileName", lambda *_a: (str(request), ""))
    here.click(panel.export)
    here.bot.waitUntil(request.exists)

    there.page.approvals.open_file(request)
    there.settle()
    reader = there.page.approvals.reader
    shown = texts(reader)
    assert "Place an order (functional)" in shown, "the tests are shown to who approves"
    assert "watched for 14 days" in shown, "and so is how long it is watched"
    assert not reader.approve.isEnabled()
    there.type(reader.tail, own_fingerprint("Nomsa", services.secrets)[-6:])
    monkeypatch.setattr(f"{DIALOG}.getExistingDirectory", lambda *_a: str(tmp_path))
    there.click(reader.approve)
    there.click(reader.asking.confirm)
    there.bot.waitUntil(answer.exists)

    monkeypatch.setattr(f"{DIALOG}.getOpenFileName", lambda *_a: (str(answer), ""))
    here.click(panel.take)
    here.bot.waitUntil(lambda: asking.is_open)
    here.type(asking.reason, own_fingerprint("Pieter", away.secrets)[-6:])
    here.click(asking.confirm)
    here.bot.waitUntil(lambda: standing_approvals(read(services, change.id)) == ("Pieter",))
    here.settle()
    assert "1 of 1" in texts(panel)

    plans = part(here, PLANS)[0]
    here.type(plans.backout, "If anything looks odd")
    saved(here)
    tab(here, "overview")
    assert standing_approvals(read(services, change.id)) == ()
    assert "Void: the plan was edited" in texts(panel)
    here.click(panel.take)
    here.settle()
    assert standing_approvals(read(services, change.id)) == (), "the old answer revives nothing"

    reject(here, services, change)
    revise(here, services, change)
    assert "Void: given for revision 1" in texts(panel)
