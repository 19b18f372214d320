"""Which hosts a step touches: read from the session it opens and from the text of its command."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.change import Change
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId
from app.domain.run import DeviationKind
from app.domain.runbook import Step, StepKind
from app.services.run.reach import onward, undeclared
from tests.services.test_execution import Machine, command

DB = Host(HostId("h1"), "db-01", "10.0.0.1")
STANDBY = Host(HostId("h2"), "db-02", "10.0.0.2")


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("ssh db-02 systemctl restart postgresql", ("db-02",)),
        (
            "cd /srv && sudo -u postgres ssh -p 2222 -o BatchMode=yes -i k pg@db-02 uptime",
            ("db-02",),
        ),
        ("rsync -e ssh -a /srv/ root@db-02:/srv/", ("db-02",)),
        ("rsync -a rsync://mirror/pub/ /srv/", ()),
        ("rsync -a /srv/ rsync://db-02/srv/", ("db-02",)),
        ("scp /srv/x db-02:/srv/ 2>&1 >/tmp/log; ssh db-03 <in", ("db-02", "db-03")),
        ("scp -r a b:/x c@d:/y", ("d",)),
        ("for h in 1; do ssh db-02; done", ("db-02",)),
        ("LANG=C nohup ssh db-02 ls", ("db-02",)),
        ("timeout 10 ssh ssh://pg@db-02:22/", ("db-02",)),
        ("tar c . | ssh db-02 tar x\nssh db-03 ls", ("db-02", "db-03")),
        ("ssh \\\n  db-02 ls", ("db-02",)),
        ('ssh $TARGET ls; ssh "$(cat host)"', ()),
        ("apt-get install ssh rsync; systemctl restart ssh", ()),
        ("scp /a/b:c /d; cp x y:z; sshd -t", ()),
        ("ssh", ()),
    ],
)
def test_where_a_command_goes_on_to_is_read_from_its_text(text, hosts):
    assert onward(text) == hosts


@given(st.lists(st.sampled_from(("sudo", "-u", "ssh", "env", "a=b", ";", "-", "scp", "x:"))))
@settings(deadline=500)
def test_no_text_takes_long_to_read(words):
    onward(" ".join(words * 50))
    onward("sudo " + "-u " * 5000 + " ".join(words))


def test_hosts_of_the_change_by_name_or_address_and_the_host_itself_are_declared():
    change = Change(ChangeId("c"), 1, "Upgrade", hosts=(DB.id,))
    known = (DB, STANDBY)

    def found(text, host=DB.id):
        return undeclared(Step("a", "A", StepKind.COMMAND, host=host, command=text), change, known)

    assert found("ssh DB-01 ls; ssh 10.0.0.1 ls; ssh localhost ls") == ()
    assert found("ssh 10.0.0.2 ls; ssh db-02; ssh db-02") == ("10.0.0.2", "db-02")
    assert found("ls", STANDBY.id) == ("db-02",)
    assert found("ls", HostId("gone")) == ("gone",)
    assert undeclared(Step("m", "M", StepKind.MANUAL, command="ssh x"), change, known) == ()


def test_a_live_run_writes_down_by_itself_that_a_command_went_on_to_an_undeclared_host():
    machine = Machine(command("a"), Step("b", "Copy", StepKind.COMMAND, command="ssh db-09 ls"))
    (found,) = machine.play().deviations
    assert (found.kind, found.step) == (DeviationKind.UNDECLARED_HOST, "b")
    assert found.text == "“Copy” touched db-09, a host that the change does not name."
    assert "run.deviation" in machine.store.kinds_logged()
