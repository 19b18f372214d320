"""What is taken over from the settings of OpenSSH, and what is said of the rest."""

import getpass
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.host import Login
from app.domain.host_import import FoundHost
from app.errors import InvalidInput
from app.ssh.openssh.config import read_openssh
from app.ssh.openssh.patterns import matches

ME = getpass.getuser()


def found(home: Path, text: str, **files: str) -> dict[str, FoundHost]:
    return {host.name: host for host in written(home, text, **files).hosts}


def written(home: Path, text: str, **files: str):
    folder = home / ".ssh"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    (folder / "config").write_text(text)
    return read_openssh(folder / "config", home)


def remarks(home: Path, text: str, **files: str) -> dict[int, str]:
    return {remark.line: remark.text for remark in written(home, text, **files).remarks}


def test_every_alias_becomes_a_host_and_the_first_value_counts(tmp_path: Path) -> None:
    hosts = found(
        tmp_path,
        """
        # comment
        Host web-01 web-02 !web-99 web-*
            HostName %h.example.org
            User deploy
            Port=2222
        Host *
            User nobody
            Port 22
        Host db
            HostName "10.0.0.7"
        """,
    )
    assert sorted(hosts) == ["db", "web-01", "web-02"]
    web, db = hosts["web-01"], hosts["db"]
    assert (web.address, web.user, web.port) == ("web-01.example.org", "deploy", 2222)
    assert (db.address, db.user, db.port, db.line) == ("10.0.0.7", "nobody", 22, 10)
    assert (db.login, db.key_file, db.hops) == (Login.AGENT, "", ())


def test_negated_pattern_keeps_a_block_from_a_host(tmp_path: Path) -> None:
    hosts = found(tmp_path, "Host a\nHost b\nHost * !b\n  User root\nHost *\n  User other\n")
    assert (hosts["a"].user, hosts["b"].user) == ("root", "other")


def test_included_files_count_where_they_are_included(tmp_path: Path) -> None:
    hosts = found(
        tmp_path,
        "Include team.conf none-*.conf\nHost *\n  User last\n",
        **{"team.conf": "Host app\n  User first\n  HostName app.example\nHost other\n"},
    )
    assert (hosts["app"].user, hosts["other"].user) == ("first", "last")


def test_file_included_below_a_host_counts_for_that_host_only(tmp_path: Path) -> None:
    text = "Host a\n  Include more\n  Port 24\nHost b\n  Port 25\n"
    read = written(tmp_path, text, more="User inner\nHost c\n  Port 26\n")
    hosts = {host.name: host for host in read.hosts}
    assert (hosts["a"].user, hosts["a"].port) == ("inner", 24)
    assert (hosts["b"].user, hosts["b"].port) == (ME, 25)
    assert "c" not in hosts
    assert any("included for other hosts only" in remark.text for remark in read.remarks)


def test_file_that_includes_itself_comes_to_an_end(tmp_path: Path) -> None:
    read = written(tmp_path, "Host a\nInclude config\n")
    assert [host.name for host in read.hosts] == ["a"]
    assert any("too deeply" in remark.text for remark in read.remarks)


def test_key_files_are_named_and_missing_ones_told(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "mine").write_text("")
    text = """Host a
  IdentityFile ~/.ssh/mine
  IdentityFile ~/.ssh/second
Host b
  IdentityFile %d/.ssh/gone
Host c
  IdentityFile ~/.ssh/in-agent.pub
"""
    hosts, told = found(tmp_path, text), remarks(tmp_path, text)
    assert hosts["a"].login is Login.KEY_FILE
    assert hosts["a"].key_file == str(tmp_path / ".ssh" / "mine")
    assert hosts["c"].login is Login.AGENT
    assert hosts["c"].key_file.endswith("in-agent.pub")
    assert "first key" in told[3]
    assert "no key file" in told[5]


def test_jump_hosts_become_hosts_of_their_own(tmp_path: Path) -> None:
    hosts = found(
        tmp_path,
        """
        Host bastion
            HostName bastion.example
        Host db
            ProxyJump bastion,ops@gate.example:2200
        Host direct
            ProxyJump none
        Host *
            User me
            ProxyJump outer
        Host outer
        """,
    )
    assert hosts["db"].hops == ("bastion", "ops@gate.example:2200")
    gate = hosts["ops@gate.example:2200"]
    assert (gate.address, gate.user, gate.port) == ("gate.example", "ops", 2200)
    assert hosts["direct"].hops == ()
    assert hosts["bastion"].hops == ("outer",)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ProxyCommand nc %h %p", "No program"),
        ("ForwardAgent yes", "never forwarded"),
        ("StrictHostKeyChecking no", "always strict"),
        ("LocalForward 8080 localhost:80", "not forwarded"),
        ("CertificateFile ~/elsewhere", "beside its key"),
        ("Match host a exec true", "“Match”"),
        ("FrobnicateLevel 9", "“frobnicatelevel” is not taken over"),
        ("Port 99999", "1 to 65535"),
        ("HostName %Z", "%Z is not known"),
        ('User "half', "no setting"),
        ("nonsense", "no setting"),
        ("Include /not/there*", "No file"),
        ("ProxyJump a,,b", "no jump host"),
    ],
)
def test_what_cannot_be_taken_over_is_said_at_its_line(
    tmp_path: Path, line: str, words: str
) -> None:
    assert words in remarks(tmp_path, f"Host a\n  {line}\n")[2]


@pytest.mark.parametrize("line", ["ForwardAgent no", "ServerAliveInterval 5", "Compression yes"])
def test_what_makes_no_difference_needs_no_word(tmp_path: Path, line: str) -> None:
    assert remarks(tmp_path, f"Host a\n  {line}\n") == {}


def test_missing_or_huge_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_openssh(tmp_path / "none", tmp_path)
    (tmp_path / "huge").write_bytes(b"#" * 1_100_000)
    with pytest.raises(InvalidInput, match="too big"):
        read_openssh(tmp_path / "huge", tmp_path)


@given(st.text(max_size=300))
def test_any_text_is_read_to_its_end(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("any") / "config"
    file.write_text(text.replace("nclude", ""), "utf-8")
    read_openssh(file, file.parent)


def test_many_stars_are_not_slow() -> None:
    assert not matches("a" * 200, ["*a" * 3 + "*" * 500 + "b"])


WORDS = st.sampled_from(["a", "b", "ab", "a*", "?", "*", "!a", "!b*", "ab?"])
SETTINGS = st.sampled_from(
    ["User u1", "User u2", "Port 2201", "Port=2202", "HostName %h.x", 'HostName "y.z"']
)
BLOCKS = st.lists(
    st.tuples(st.lists(WORDS, min_size=1, max_size=3), st.lists(SETTINGS, max_size=3)), max_size=4
)


@pytest.mark.skipif(shutil.which("ssh") is None, reason="needs the OpenSSH client")
@given(blocks=BLOCKS)
def test_ssh_itself_agrees(tmp_path_factory: pytest.TempPathFactory, blocks) -> None:
    home = tmp_path_factory.mktemp("agree")
    text = "Host a b ab\n" + "".join(
        f"Host {' '.join(names)}\n" + "".join(f"  {line}\n" for line in lines)
        for names, lines in blocks
    )
    for name, host in found(home, text).items():
        said = subprocess.run(
            ["ssh", "-G", "-F", home / ".ssh" / "config", name], capture_output=True, text=True
        )
        told = dict(line.split(" ", 1) for line in said.stdout.splitlines() if " " in line)
        assert (host.address, host.user, str(host.port)) == (
            told["hostname"], told["user"], told["port"],
        )  # fmt: skip
