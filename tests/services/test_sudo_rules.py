"""Rules for sudo allow the commands of a plan, and sudo's own programs read them so."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId
from app.domain.runbook import Runbook, Step, StepKind
from app.errors import InvalidInput
from app.services.backup.root_readers import reader_of
from app.services.host.sudo_rules import SudoRules, sudo_rules

WEB = Host(HostId("w"), "web-01 \\", "127.0.0.1", user="deploy")
VISUDO = shutil.which("visudo", path="/usr/sbin:/usr/bin")
READER = shutil.which("cvtsudoers", path="/usr/sbin:/usr/bin")

EXACT = {
    "sudo -n /usr/bin/systemctl restart shop": ["/usr/bin/systemctl restart shop"],
    "sudo /usr/bin/apt-get install shop=1:2.0,x": ["/usr/bin/apt-get install shop=1:2.0,x"],
    "sudo /sbin/reboot": ['/sbin/reboot ""'],
    "  sudo -u postgres -- '/usr/bin/psql' -X -l": ["/usr/bin/psql -X -l"],
    "cd /srv\nsudo /bin/true a\nsudo -n /bin/true a": ["/bin/true a"],
    "echo no": [],
}
NONE = {
    "sudo systemctl restart shop": "full path",
    "sudo /bin/sh -c 'rm x'": "everything",
    "sudo /usr/bin/env LD_PRELOAD=/x /bin/true": "everything",
    "sudo /bin/rm /srv/*": "pattern",
    "sudo /bin/rm 'a b'": "pattern",
    "sudo /bin/rm ^.*$": "pattern",
    "sudo /bin/rm $HOME": "pattern",
    "sudo /bin/cat ''": "pattern",
    "sudo /bin/rm ~/x": "pattern",
    "sudo /srv/../bin/x": "full path",
    "sudo /usr/bin/ x": "full path",
    "sudo -u ALL /bin/true": "options",
    "sudo -E /bin/true": "options",
    "sudo -u '#0,ALL' /bin/true": "options",
    "sudo /bin/true; id": "more than one",
    "sudo /bin/true>x": "more than one",
    "make | sudo /usr/bin/tee /etc/x": "more than one",
    "sudo /bin/true 'x": "more than one",
}


def rules_of(*commands: str) -> SudoRules:
    steps = [
        Step(str(n), "Step", StepKind.COMMAND, WEB.id, command=command)
        for n, command in enumerate(commands)
    ]
    change = Change(ChangeId("c"), "CHG-000001", "Upgrade", hosts=(WEB.id,))
    found = sudo_rules(replace(change, runbook=Runbook(tuple(steps))), [WEB])
    return found[0] if found else SudoRules(WEB, ())


def as_sudo_reads(text: str, folder: Path) -> list[str]:
    """Return the commands sudo's own parser finds; whatever it dislikes fails."""
    if VISUDO is None or READER is None:
        pytest.skip("sudo is not installed")
    file = folder / "rules"
    file.write_text(text, "utf-8")
    file.chmod(0o440)
    checked = subprocess.run([VISUDO, "-c", "-s", "-f", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    done = subprocess.run([READER, "-f", "json", file], capture_output=True, text=True, check=True)
    found = []
    for spec in json.loads(done.stdout or "{}").get("User_Specs", ()):
        assert spec["User_List"] == [{"username": "deploy"}]
        for part in spec["Cmnd_Specs"]:
            assert part["Options"] == [{"authenticate": False}]
            found += [command["command"] for command in part["Commands"]]
    return found


@pytest.mark.parametrize("command", EXACT)
def test_a_plain_command_gets_the_rule_that_sudo_reads_as_that_command(command, tmp_path):
    rules = rules_of(command)
    assert rules.left_out == ()
    read = as_sudo_reads(rules.text("CHG-000001"), tmp_path)
    assert [line.replace("\\", "") for line in read] == EXACT[command]


@pytest.mark.parametrize("command", NONE)
def test_what_no_exact_rule_can_say_gets_none_and_a_reason(command, tmp_path):
    rules = rules_of(command)
    assert rules.rules == ()
    assert NONE[command] in rules.left_out[0].why
    assert as_sudo_reads(rules.text("CHG-000001"), tmp_path) == []


def test_hosts_and_accounts_get_files_of_their_own(tmp_path):
    other = replace(WEB, id=HostId("x"), name="db-01", user="dba")
    step = Step("1", "Stop", StepKind.COMMAND, WEB.id, command="sudo -u shop /bin/kill 1")
    change = Change(ChangeId("c"), "CHG-000001", "Upgrade", hosts=(WEB.id, other.id))
    steps = (step, replace(step, id="2", host=other.id))
    found = sudo_rules(replace(change, runbook=Runbook(steps)), [WEB, other])
    assert [one.rules for one in found] == [("(shop) NOPASSWD: /bin/kill 1",)] * 2
    assert "\ndba ALL=(shop) NOPASSWD: /bin/kill 1\n" in found[1].text(change.number)
    assert "deploy" not in found[1].text(change.number)


def test_what_a_backup_reads_as_root_gets_programs_and_exact_rules(tmp_path):
    files = BackupSource(SourceKind.FILES, WEB.id, ("/etc", "/etc/ssl", "/srv/a b"), as_root=True)
    plan = (
        files,
        replace(files, paths=("/home",), as_root=False),
        BackupSource(SourceKind.SQLITE, WEB.id, database="/srv/shop.sqlite", as_root=True),
    )
    change = Change(ChangeId("c"), "CHG-000001", "Upgrade", hosts=(WEB.id,), backup_plan=plan)
    (rules,) = sudo_rules(change, [WEB])
    reader, facts = rules.readers
    assert reader.words == ("files", "list", "size", "hashes")
    assert facts.words == ("facts",)
    assert "./etc './srv/a b'" in reader.text
    assert "/home" not in reader.text
    assert [(one.line, "shell as root" in one.why) for one in rules.left_out] == [
        ("/srv/shop.sqlite", True)
    ]
    read = as_sudo_reads(rules.text("CHG-000001"), tmp_path)
    assert read == [f"{reader.path} {word}" for word in reader.words] + [f"{facts.path} facts"]
    assert reader.path.endswith(hashlib.sha256(reader.text.encode()).hexdigest()[:12])
    other = sudo_rules(replace(change, backup_plan=(replace(files, exclude=("*.log",)),)), [WEB])
    assert other[0].readers[0].path != reader.path, "another plan is another program"
    assert sudo_rules(change, [replace(WEB, sudo=True)]) == (), "its account may do anything"
    nobody = sudo_rules(change, [replace(WEB, user="ALL")])[0]
    assert (nobody.rules, nobody.readers) == ((), ())


@pytest.mark.parametrize("rule", ["a\nb", "a\0b"])
def test_a_rule_that_no_program_can_hold_is_refused(rule):
    files = BackupSource(SourceKind.FILES, WEB.id, ("/etc",), (rule,), as_root=True)
    with pytest.raises(InvalidInput):
        reader_of(files)


@pytest.mark.parametrize("user", ["ALL", "ADMINS", "a:b", "9x", "a@b"])
def test_an_account_that_a_rule_would_read_as_another_gets_none(user):
    step = Step("1", "Stop", StepKind.COMMAND, WEB.id, command="sudo /bin/kill 1")
    change = Change(ChangeId("c"), "CHG-000001", "Upgrade", hosts=(WEB.id,))
    host = replace(WEB, user=user)
    found = sudo_rules(replace(change, runbook=Runbook((step,))), [host])[0]
    assert found.rules == ()
    assert "account's name" in found.left_out[0].why
