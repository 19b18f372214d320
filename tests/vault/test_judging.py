"""A producer that failed is never taken for one that did not."""

import dataclasses

import pytest

from app.domain.backup import BackupSource, CaptureState, SourceKind
from app.domain.ids import HostId
from app.errors import InvalidInput
from app.vault.judging import Ending, is_stable, judge
from app.vault.producer import Abilities, Producer
from app.vault.producers import outermost, producers_of

NONCE = "0123456789abcdef"
ABLE = Abilities(
    0,
    None,
    "",
    "",
    frozenset({"nice", "runuser", "postgres_user"}),
    frozenset({"--format=pax", "--xattrs"}),
    {"tar": "tar (GNU tar) 1.34"},
)
HOST = HostId("h")


def producer(kind: SourceKind, able: Abilities = ABLE) -> Producer:
    source = BackupSource(kind, HOST, ("/srv",), database="/srv/shop.sqlite")
    if kind is SourceKind.POSTGRESQL:
        source = BackupSource(kind, HOST, database="shop")
    return producers_of([source], able)[0]


def ended(code: int | None, said: bytes = b"", control: str = "tar={code}", **other) -> Ending:
    line = f"CD-END {NONCE} {control.format(code=code)}\n" if control else ""
    stderr = b"Welcome\nCD-BEGIN " + NONCE.encode() + b"\n" + said + b"\n" + line.encode()
    return Ending(code, stderr, NONCE, other.pop("plain_bytes", 10_240), **other)


CHANGED = b"tar: ./srv/log: file changed as we read it"
REMOVED = b"tar: ./srv/x: File removed before we read it"
SOCKET = b"tar: ./srv/s: socket ignored"
DENIED = b"tar: ./srv/k: Cannot open: Permission denied"
GONE = b"tar: ./new: Cannot stat: No such file or directory"
CLOSING = b"tar: Exiting with failure status due to previous errors"
SETTINGS = b"tar: ./etc/shop.conf: file changed as we read it"
ERROR = b"tar: ./srv/d: Read error at byte 0: Input/output error"


@pytest.mark.parametrize(
    ("code", "said", "state"),
    [
        (0, (), CaptureState.CAPTURED),
        (0, (SOCKET,), CaptureState.CAPTURED),
        (1, (CHANGED, REMOVED, SOCKET), CaptureState.WITH_WARNINGS),
        (1, (SETTINGS,), CaptureState.FAILED),
        (1, (b"tar: ./home/ada/.ssh/id: file changed as we read it",), CaptureState.FAILED),
        (1, (b"tar: ./srv/tls.key: file changed as we read it",), CaptureState.FAILED),
        (1, (), CaptureState.FAILED),
        (1, (ERROR,), CaptureState.FAILED),
        (1, (DENIED,), CaptureState.FAILED),
        (2, (DENIED, GONE, CLOSING), CaptureState.PARTIAL),
        (2, (DENIED, CHANGED, CLOSING), CaptureState.PARTIAL),
        (2, (CLOSING,), CaptureState.FAILED),
        (2, (ERROR, CLOSING), CaptureState.FAILED),
        (2, (DENIED, ERROR, CLOSING), CaptureState.FAILED),
        (2, (b"tar: out of memory",), CaptureState.FAILED),
        (3, (DENIED,), CaptureState.FAILED),
        (137, (), CaptureState.FAILED),
        (127, (b"sh: tar: not found",), CaptureState.FAILED),
    ],
)
def test_the_exit_codes_of_tar_mean_what_its_words_say(code, said, state):
    assert judge(producer(SourceKind.FILES), ended(code, b"\n".join(said))).state is state


def test_other_tars_have_only_one_code_for_everything():
    other = dataclasses.replace(ABLE, versions={"tar": "bsdtar 3.6.2 - libarchive 3.6.2"})
    files = producer(SourceKind.FILES, other)
    closing = b"tar: Error exit delayed from previous errors."
    denied = b"tar: ./srv/k: Cannot stat: Permission denied\n" + closing
    assert judge(files, ended(1, denied)).state is CaptureState.PARTIAL
    assert judge(files, ended(1, ERROR + b"\n" + closing)).state is CaptureState.FAILED


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (ended(None), "killed"),
        (ended(None, problem="The archive is cut short."), "cut short"),
        (ended(0, control=""), "control line is missing"),
        (ended(0, control="tar=2"), "contradicts"),
        (ended(2, control="tar=0"), "contradicts"),
        (ended(0, control="gzip=0"), "incomplete"),
        (ended(0, problem="The archive ends without its end mark."), "end mark"),
        (ended(0, plain_bytes=512), "Only 512 bytes"),
        (dataclasses.replace(ended(0), nonce="another"), "control line is missing"),
    ],
)
def test_a_stream_counts_only_when_every_sign_says_so(ending, words):
    judged = judge(producer(SourceKind.FILES), ending)
    assert judged.state is CaptureState.FAILED
    assert words in judged.warnings[0]


@pytest.mark.parametrize("kind", [SourceKind.SQLITE, SourceKind.POSTGRESQL, SourceKind.FACTS])
@pytest.mark.parametrize("code", [1, 2, 3, 12, 66, 73, 75, 126, 127, 129, 137, 139, 255])
def test_no_exit_code_of_a_dump_but_zero_is_a_success(kind, code):
    one = producer(kind)
    for name in one.names:
        codes = " ".join(f"{other}={code if other == name else 0}" for other in one.names)
        ending = ended(code, control=codes)
        assert judge(one, ending).state is CaptureState.FAILED
        assert judge(one, dataclasses.replace(ending, exit_code=0)).state is CaptureState.FAILED


def test_a_copy_cut_short_on_the_way_is_noticed_by_its_length():
    cut = ended(0, control="sqlite=0 bytes=20000 cat=0", plain_bytes=10_000)
    judged = judge(producer(SourceKind.SQLITE), cut)
    assert judged.state is CaptureState.FAILED
    assert "10000 of 20000" in judged.warnings[0]


def test_what_was_said_before_the_command_is_no_warning():
    judged = judge(producer(SourceKind.FILES), ended(1, CHANGED))
    assert judged.warnings == (CHANGED.decode(),)


def test_a_forged_control_line_without_the_nonce_is_only_text():
    forged = ended(2, b"CD-END 0000 tar=0", control="tar=2")
    assert judge(producer(SourceKind.FILES), forged).state is CaptureState.FAILED


def test_only_options_the_server_knows_are_used_and_names_come_last():
    arguments = producer(SourceKind.FILES).arguments
    assert "--format=pax" in arguments
    assert "--acls" not in arguments
    assert arguments[-2:] == ("--", "./srv")


def test_nested_paths_are_stored_once():
    assert outermost(["/etc/ssh/", "/srv", "/etc", "/srv-2"]) == ["/etc", "/srv", "/srv-2"]
    assert outermost(["/", "/etc"]) == ["/"]


@pytest.mark.parametrize("path", ["", "etc", "/a/../b", "/a\nb", "/a\0b", "-rf"])
def test_paths_that_are_not_absolute_and_plain_are_refused(path):
    with pytest.raises(InvalidInput):
        producers_of([BackupSource(SourceKind.FILES, HOST, (path,))], ABLE)


@pytest.mark.parametrize("name", ["", "a b", "a=b", "postgresql://x/y", "-x", "a;b", "a" * 129])
def test_database_names_that_could_be_more_than_a_name_are_refused(name):
    with pytest.raises(InvalidInput):
        producers_of([BackupSource(SourceKind.POSTGRESQL, HOST, database=name)], ABLE)


def test_stable_paths_are_settings_unit_files_and_keys():
    assert is_stable(b"etc/passwd")
    assert is_stable(b"./usr/lib/systemd/system/x.service")
    assert is_stable(b"srv/tls/site.pem")
    assert not is_stable(b"srv/etc/x")
    assert not is_stable(b"var/log/etc.log")
