"""Commands: values go in only where no shell can read them as its own; slips are recognised."""

import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import Change
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.errors import InvalidInput
from app.services.run.commands import (
    check_value,
    dangers,
    filled,
    final_steps,
    places,
    wanted_values,
)

DESTRUCTIVE = (
    "rm -rf /",
    "sudo rm -r -f / ",
    "rm -rf /*",
    "rm -rf \\\n  /",
    "cd /tmp && rm --recursive --force / ; echo done",
    "rm -rf --no-preserve-root /data",
    'rm -rf "/"',
    "rm -rf /etc /",
    "rm -rf //",
    "rm -rf /.",
    "rm -rf '/'*",
    "rm -r / --force",
    "rm -rf /./*",
    "mkfs.ext4 /dev/sdb1",
    "mkfs -t xfs /dev/vdb",
    "dd if=/dev/zero of=/dev/sda bs=1M",
    "cat image > /dev/nvme0n1",
    "wipefs -a /dev/sdb",
    "shred -n 1 /dev/sdc",
    "psql -c 'DROP DATABASE orders'",
    "psql -c 'drop table customers;'",
    "sudo -u postgres dropdb orders",
    "mysql -e 'TRUNCATE TABLE orders;'",
    "iptables -F",
    "iptables -t nat --flush",
    "nft flush ruleset",
    "chown -R app /",
    ":(){ :|:& };:",
)
HARMLESS = (
    "rm -rf /var/tmp/build",
    "rm -f /etc/motd.old",
    "rm -rf ./ /srv/a /srv/b/",
    "rm -rf /.cache-of-app",
    "rm a; ls /",
    "rm file",
    "ls /",
    "dd if=/dev/sda of=/backup/sda.img",
    "echo x > /dev/null",
    "cat a >/dev/stderr",
    "systemctl restart postgresql",
    "iptables -L -n",
    "psql -c 'select 1'",
    "chmod -R g+w /srv/app",
    "grep -rf patterns /",
    "echo 'no mkfsx here' && firm -rf x",
)


@pytest.mark.parametrize("command", DESTRUCTIVE)
def test_what_destroys_is_said_in_words(command):
    assert dangers(command)


@pytest.mark.parametrize("command", HARMLESS)
def test_what_destroys_nothing_is_left_alone(command):
    assert dangers(command) == ()


@given(st.text(max_size=300))
def test_looking_never_fails(text):
    dangers(text)
    places(text)


@given(st.text(alphabet="ab 0;$`'\"|&<>()\\\n!*?[]{}~#.-_/:", min_size=1, max_size=20))
def test_a_value_that_is_let_in_means_itself_to_a_shell(text):
    try:
        value = check_value("v", text)
    except InvalidInput:
        return
    for script in ("printf %s {{v}}", 'printf %s "{{v}}"', "printf %s '{{v}}'"):
        command = filled(script, {"v": value})
        said = subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout
        assert said.decode() == text


def test_values_are_named_once_and_given_ones_are_not_asked_for():
    steps = (
        Step("a", "A", StepKind.COMMAND, command="echo {{version}} {{ host }} {{version}}"),
        Step("b", "B", StepKind.COMMAND, command="echo {{unit}} {{change}}"),
    )
    assert wanted_values(Runbook(steps)) == ("version", "unit")


def test_final_commands_stand_in_order_with_everything_filled_in():
    steps = (
        Step("b", "B", StepKind.COMMAND, HostId("h"), "go {{host}} {{address}}", after=("a",)),
        Step("a", "A", StepKind.COMMAND, HostId("h"), "get {{version}} for {{change}}", after=()),
        Step("x", "X", StepKind.COMMAND, command="back", phase=Phase.BACKOUT),
    )
    change = Change(
        ChangeId("c"), "CHG-000007", "t", runbook=Runbook(steps, (("version", "16.4"),))
    )
    final = final_steps(change, [Host(HostId("h"), "db-01", "10.0.0.5")])
    assert [step.command for step in final] == [
        "get 16.4 for CHG-000007",
        "go db-01 10.0.0.5",
        "back",
    ]
    missing = replace(change, runbook=Runbook(steps))
    with pytest.raises(InvalidInput, match="“A”: “version” has no value"):
        final_steps(missing, [])
    evil = replace(change, runbook=Runbook(steps, (("version", "16; rm -rf /"),)))
    with pytest.raises(InvalidInput, match="cannot be the value"):
        final_steps(evil, [])
