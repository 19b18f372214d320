import base64
import itertools
import json
import shlex
import subprocess
import sys
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import CommandFailed
from app.redaction import MASK, Redactor, StreamMask, last_words, secrets_in
from tests.architecture.source import ROOT

SECRET = "Tr0ub4dor&3 'x' ü/+"


@pytest.fixture
def redactor():
    result = Redactor()
    result.learn(SECRET)
    return result


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        shlex.quote(SECRET),
        json.dumps(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(b"user:" + SECRET.encode()).decode(),
        base64.urlsafe_b64encode(b"ab" + SECRET.encode() + b"cd").decode(),
    ],
)
def test_a_known_secret_is_masked_however_it_is_written(redactor, written):
    clean, count = redactor.clean(f"before {written} after")
    assert count >= 1
    assert MASK in clean
    assert "Tr0ub4dor" not in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")


@given(
    secret=st.text(min_size=12, max_size=40),
    before=st.binary(max_size=7),
    after=st.binary(max_size=7),
)
def test_base64_of_a_secret_inside_other_bytes_never_survives(secret, before, after):
    redactor = Redactor()
    redactor.learn(secret)
    written = base64.b64encode(before + secret.encode("utf-8", "surrogatepass") + after).decode()
    clean, count = redactor.clean(written)
    assert count >= 1
    assert len(clean.replace(MASK, "")) <= len(written) / 2 + 24


@pytest.mark.parametrize(
    "written",
    [
        SECRET.encode(),
        quote(SECRET, safe="").encode(),
        shlex.quote(SECRET).encode(),
        base64.b64encode(b"\xff\x00" + SECRET.encode()),
    ],
)
def test_in_output_a_known_secret_is_blacked_out_in_place(redactor, written):
    data = b"\xff\x1b[1m before " + written + b" after \x00"
    clean, count = redactor.blacken(data)
    assert count >= 1
    assert len(clean) == len(data)
    assert b"Tr0ub4dor" not in clean
    assert written not in clean
    assert clean.startswith(b"\xff\x1b[1m before ")
    assert clean.endswith(b" after \x00")


@given(
    secrets=st.lists(st.text("abc", min_size=4, max_size=9), min_size=1, max_size=3),
    data=st.text("abc", max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=8),
)
def test_wherever_a_stream_is_cut_no_known_value_survives(secrets, data, cuts):
    redactor, raw = Redactor(), data.encode()
    for secret in secrets:
        redactor.learn(secret)
    mask, clean = StreamMask(redactor), b""
    places = [0, *sorted(cuts), len(raw)]
    for start, end in itertools.pairwise(places):
        clean += mask.feed(raw[start:end])[0]
    clean += mask.rest()[0]
    assert len(clean) == len(raw)
    assert redactor.places(clean) == ()
    black = redactor.blacken(raw)[0]
    assert all(b == ord("*") for a, b in zip(black, clean, strict=True) if a == ord("*"))
    if not redactor.places(raw):
        assert clean == raw


def test_what_a_host_said_is_masked_before_it_is_cut(redactor):
    said = f"psql: bad password {SECRET}".encode()
    assert last_words(said, 12) == f"d {MASK}"
    assert last_words(b"x://shop:hunter22@db", 20).endswith("[redacted]@db")


def test_an_error_of_the_world_says_no_secret_wherever_its_words_come_from(redactor):
    error = CommandFailed(f"psql: {SECRET} is wrong", hint="see postgres://shop:hunter22@db/")
    assert "Tr0ub4dor" not in f"{error} {error.sentence()}"
    assert error.hint == "see postgres://[redacted]@db/"
    assert str(error) == error.text


def test_a_secret_in_a_file_is_found_wherever_its_blocks_are_cut():
    data = b"a\nurl = postgres://shop:hunter22@db/\n-----BEGIN RSA PRIVATE KEY-----\nMIIB"
    for place in range(len(data)):
        assert secrets_in((data[:place], data[place:])) == 2
    assert secrets_in(iter([b"nothing", b" here"])) == 0


def test_shapes_alone_alter_no_output_and_what_is_forgotten_is_not_held(redactor):
    shape = b"password=hunter22"
    assert redactor.blacken(shape) == (shape, 0)
    redactor.forget()
    assert redactor.blacken(SECRET.encode()) == (SECRET.encode(), 0)
    assert redactor.clean(SECRET) == (SECRET, 0)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgres://shop:hunter22@db/orders", "postgres://[redacted]@db/orders"),
        ("password=hunter22 user=shop", "password=[redacted] user=shop"),
        ('{"db_password": "hunter 22", "port": 1}', '{"db_password": [redacted], "port": 1}'),
        ("PGPASSWORD='hunter 22' psql", "PGPASSWORD=[redacted] psql"),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("key AKIAIOSFODNN7EXAMPLE end", "key [redacted] end"),
        ("t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-1 e", "t [redacted] e"),
        ("a\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\nb",
         "a\n[redacted]\nb"),
        ("-----BEGIN RSA PRIVATE KEY-----\ncut off", "[redacted]"),
        ("AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQ", "[redacted]"),
    ],
)  # fmt: skip
def test_shapes_of_secrets_are_masked_wherever_they_appear(text, kept):
    assert Redactor().clean(text) == (kept, 1)


@pytest.mark.parametrize(
    "text",
    [
        "https://shop.example/orders?page=2",
        "Bearer {secret:shop login}",
        "the password is asked for",
        "10:42:07 step 3",
        "",
    ],
)
def test_ordinary_words_stay(redactor, text):
    assert redactor.clean(text) == (text, 0)


def test_masking_twice_changes_nothing_more(redactor):
    once, _ = redactor.clean(f"password={SECRET} {SECRET}")
    assert redactor.clean(once)[0] == once


def test_short_values_do_not_black_out_words():
    redactor = Redactor()
    redactor.learn("a")
    assert redactor.clean("a change") == ("a change", 0)


@pytest.mark.parametrize(
    "part",
    ["a", "://a:", "password=", "token= ", "-----BEGIN ", "eyJ", "eyJ-", "A-", 'secret"', "token="],
)
def test_hostile_text_does_not_slow_the_patterns_down(part):
    code = f"from app.redaction import Redactor; Redactor().clean({part!r} * 60000)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=ROOT)
