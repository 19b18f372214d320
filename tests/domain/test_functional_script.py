"""How probes are read: every line means one thing, and what cannot be read is said by line."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.functional import FACTS, Expectation, Fact, FunctionalProbe, ProbeKind, Relation
from app.domain.functional_script import (
    ScriptError,
    check_pattern,
    read_expectation,
    read_requests,
    require_readable,
)

LOGIN = """
# the login of the shop
GET https://shop.example/login
take token from field csrf
expect status = 200

POST https://shop.example/login
header Accept: text/html
field user = anna
field password = {secret:shop login}
field csrf = {token}
expect body contains Signed in as Anna
expect time <= 2 s
expect header Content-Type contains text/html
"""


def test_a_login_is_read_as_a_chain():
    page, login = read_requests(LOGIN)
    assert (page.method, page.takes[0].name, page.takes[0].what) == ("GET", "token", "csrf")
    assert login.headers == (("Accept", "text/html"),)
    assert login.fields[1:] == (("password", "{secret:shop login}"), ("csrf", "{token}"))
    assert [item.text for item in login.expects] == [
        "body contains Signed in as Anna",
        "time <= 2000 ms",
        "header Content-Type contains text/html",
    ]
    assert FunctionalProbe(text=LOGIN).secrets == ("shop login",)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "Nothing is requested"),
        ("GET https://a", 1, "Nothing is expected"),
        ("expect status = 200", 1, "begin with a request"),
        ("GET https://a\nhope status = 200", 2, "begins with one of"),
        ("GET https://a\nexpect status 200", 2, "reads like"),
        ("GET https://a\nexpect colour = red", 2, "is not one of"),
        ("GET https://a\nexpect status = fine", 2, "not a number"),
        ("GET https://a\nexpect header = x", 2, "only a header has a name"),
        ("GET https://a\nexpect time <= soon", 2, "time <= 1500 ms"),
        ("GET https://a\nexpect time = 3 ms", 2, "time <= 1500 ms"),
        ("GET https://a\nexpect body matches (", 2, "no pattern"),
        ("GET https://a\nexpect body matches (a+)+", 2, "repetition inside"),
        ("GET https://a/{id}\nexpect status = 200", 2, "before a “take” line"),
        ("GET https://a\ntake x from pattern abc\nexpect status = 200", 2, "one pair of brackets"),
        ("GET https://a\ntake x out of y\nexpect status = 200", 2, "should read like"),
        ("GET https://a\nfield user\nexpect status = 200", 2, "a name"),
        ("\n".join(["GET https://a", "expect status = 200"] * 21), 42, "More than 20 requests"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, line, why):
    with pytest.raises(ScriptError, match=why) as told:
        read_requests(text)
    assert told.value.line == line


_WORDS = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=20)
_NUMBERS = st.integers(0, 10**9).map(str)


@st.composite
def expectations(draw):
    kind = draw(st.sampled_from(list(ProbeKind)))
    fact = draw(st.sampled_from(FACTS[kind]))
    relation = draw(st.sampled_from(list(Relation)))
    numeric = fact in (Fact.STATUS, Fact.TIME, Fact.EXIT, Fact.ROWS) or relation.is_order
    wanted = draw(_NUMBERS if numeric else _WORDS)
    if fact is Fact.TIME:
        relation = draw(st.sampled_from([r for r in Relation if r.is_order]))
    if relation is Relation.MATCHES:
        wanted = re.escape(wanted)
    name = draw(st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}", fullmatch=True))
    return kind, Expectation(fact, relation, wanted, name if fact is Fact.HEADER else "")


@given(expectations())
def test_what_an_expectation_says_reads_back_the_same(made):
    kind, item = made
    again = read_expectation(item.text, kind)
    if item.fact is Fact.TIME:
        assert float(again.wanted) == pytest.approx(float(item.wanted), rel=1e-5)
    else:
        assert again == item


@given(st.text(max_size=300))
def test_no_text_whatever_breaks_the_reader(text):
    for kind in ProbeKind:
        with suppress(ScriptError):
            require_readable(FunctionalProbe(kind, text, text))


@given(st.text(st.sampled_from("ab()*+|[]{},?.\\^$1"), max_size=14))
def test_a_pattern_that_is_accepted_ends_in_time(pattern):
    try:
        check_pattern(pattern)
    except ScriptError:
        return
    begun = time.perf_counter()
    re.compile(pattern).search("a" * 26 + "c")
    assert time.perf_counter() - begun < 1.0


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "((a*)*)*b", "(?:a|ab)+c", "(a{1,9}){1,9}"]
)
def test_patterns_that_explode_are_refused(pattern):
    with pytest.raises(ScriptError, match="repetition inside"):
        check_pattern(pattern)
