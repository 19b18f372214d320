"""Reads functional probes as people write them; the grammar is shown in `app.domain.functional`."""

import re
from dataclasses import replace

from app.domain.functional import (
    FACTS,
    PLACEHOLDER,
    Expectation,
    Fact,
    FunctionalProbe,
    ProbeKind,
    Relation,
    Request,
    Take,
    TakeFrom,
)
from app.i18n import _


class ScriptError(ValueError):
    """A line cannot be read; ``line`` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_REQUEST = re.compile(rf"({'|'.join(METHODS)})\s+(\S+)$")
_TAKE = re.compile(r"([A-Za-z_]\w{0,39})\s+from\s+(field|pattern|header)\s+(.+)$")
_EXPECT = re.compile(
    r"(?P<fact>[a-z]+)(?:\s+(?P<name>[A-Za-z0-9-]+))??\s*"
    r"(?P<relation><=|>=|!=|=|<|>|(?<=\s)(?:contains|lacks|matches)(?=\s))\s*(?P<wanted>.+)$"
)
_TIME = re.compile(r"(\d+(?:[.,]\d+)?)\s*(ms|s)?$")
MOST_LINES, MOST_REQUESTS = 400, 20


def read_expectation(text: str, kind: ProbeKind, line: int = 1) -> Expectation:
    """Read a line such as ``status = 200``.

    Raises:
        ScriptError: It cannot be read, or looks at what this kind of probe cannot tell.
    """
    found = _EXPECT.match(text.strip())
    if found is None:
        told = _("“{text}”: a line reads like “{example}”.")
        raise ScriptError(line, told.format(text=text.strip(), example=_EXAMPLES[kind]))
    possible = [fact.value for fact in FACTS[kind]]
    if found["fact"] not in possible:
        told = _("“{word}” is not one of {words}.")
        raise ScriptError(line, told.format(word=found["fact"], words=", ".join(possible)))
    fact, name = Fact(found["fact"]), found["name"] or ""
    if bool(name) is not (fact is Fact.HEADER):
        told = _("“{text}”: only a header has a name, and needs one.")
        raise ScriptError(line, told.format(text=text.strip()))
    wanted = found["wanted"].strip()
    expectation = Expectation(fact, Relation(found["relation"]), wanted, name)
    return _checked(expectation, line)


_EXAMPLES = {
    ProbeKind.HTTP: "status = 200",
    ProbeKind.SQL: "value = 42",
    ProbeKind.COMMAND: "exit = 0",
}
_NUMBERS = (Fact.STATUS, Fact.TIME, Fact.EXIT, Fact.ROWS)


def _checked(item: Expectation, line: int) -> Expectation:
    if item.fact is Fact.TIME:
        time = _TIME.match(item.wanted)
        if time is None or not (item.relation.is_order):
            raise ScriptError(line, _("A time reads like “time <= 1500 ms”."))
        figure = float(time[1].replace(",", ".")) * (1000 if time[2] == "s" else 1)
        return Expectation(item.fact, item.relation, f"{figure:g}")
    needs_number = item.relation.is_order or item.fact in _NUMBERS
    if needs_number and not _is_number(item.wanted):
        raise ScriptError(line, _("“{text}” is not a number.").format(text=item.wanted))
    if item.relation is Relation.MATCHES:
        check_pattern(item.wanted, line)
    return item


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,18}(?:\.\d{1,18})?", text) is not None


_DOUBLED = re.compile(r"\[\[|\[\^?\]?[^\]]*(?:--|&&|~~|\|\||\[)")
"""What Python may read as an operation on sets one day, and warns of until then."""


def check_pattern(pattern: str, line: int = 1) -> None:
    """Refuse a pattern that is none, or that a hostile text could keep busy for ever.

    Python's engine tries every way to split a text among nested repetitions, so a repetition inside
    of another one is refused.

    Raises:
        ScriptError: The pattern cannot be used.
    """
    told = _("“{text}” is no pattern: {why}.")
    if _DOUBLED.search(re.sub(r"\\.", "", pattern)):
        why = _("a sign stands twice within brackets")
        raise ScriptError(line, told.format(text=pattern, why=why))
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ScriptError(line, told.format(text=pattern, why=error)) from error
    depth, repeated = 0, [False]
    for token in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]|[*+]|\{\d*,\d*\}|\|", pattern):
        text = token[0]
        if text == "(":
            depth += 1
            repeated.append(False)
        elif text == ")" and depth:
            depth -= 1
            inner = repeated.pop()
            following = pattern[token.end() : token.end() + 1]
            if inner and following in ("*", "+", "{"):
                raise ScriptError(line, _("A repetition inside of a repetition is not used."))
            repeated[-1] = repeated[-1] or inner
        elif text in ("*", "+", "|") or text.startswith("{"):
            repeated[-1] = True


def read_expectations(text: str, kind: ProbeKind) -> tuple[Expectation, ...]:
    """Read expectations, one on a line; empty lines and ``#`` remarks are passed over."""
    return tuple(read_expectation(each, kind, line) for line, each in _lines(text))


def read_requests(text: str) -> tuple[Request, ...]:
    """Read a chain of requests.

    Raises:
        ScriptError: A line cannot be read, nothing is requested, nothing is expected, or a value is
            used that no earlier request takes.
    """
    requests: list[Request] = []
    last = 1
    for last, line in _lines(text):
        if begun := _REQUEST.match(line):
            requests.append(Request(begun[1], begun[2]))
        elif not requests:
            told = _("“{text}”: begin with a request, such as “GET https://…”.")
            raise ScriptError(last, told.format(text=line))
        else:
            requests[-1] = _with_line(requests[-1], line, last)
    if not requests:
        raise ScriptError(1, _("Nothing is requested. Write “GET https://…” on a line."))
    if len(requests) > MOST_REQUESTS:
        raise ScriptError(last, _("More than {n} requests.").format(n=MOST_REQUESTS))
    if not any(request.expects for request in requests):
        told = _("Nothing is expected. Add a line such as “expect status = 200”.")
        raise ScriptError(last, told)
    _require_known(requests, last)
    return tuple(requests)


def _lines(text: str) -> list[tuple[int, str]]:
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), start=1)]
    told = [(n, line) for n, line in lines if line and not line.startswith("#")]
    if len(told) > MOST_LINES:
        raise ScriptError(MOST_LINES, _("More than {n} lines.").format(n=MOST_LINES))
    return told


def _with_line(request: Request, text: str, line: int) -> Request:
    word, _space, rest = text.partition(" ")
    rest = rest.strip()
    match word:
        case "expect":
            item = read_expectation(rest, ProbeKind.HTTP, line)
            return replace(request, expects=(*request.expects, item))
        case "header":
            return replace(request, headers=(*request.headers, _pair(rest, ":", line)))
        case "field":
            return replace(request, fields=(*request.fields, _pair(rest, "=", line)))
        case "body" if rest:
            return replace(request, body=f"{request.body}\n{rest}" if request.body else rest)
        case "take":
            return replace(request, takes=(*request.takes, _take(rest, line)))
        case _:
            known = "GET, POST, header, field, body, take, expect"
            told = _("“{text}”: a line begins with one of {known}.")
            raise ScriptError(line, told.format(text=text, known=known))


def _pair(text: str, sign: str, line: int) -> tuple[str, str]:
    name, found, value = text.partition(sign)
    if not found or not name.strip():
        told = _("“{text}”: write a name, “{sign}” and a value.")
        raise ScriptError(line, told.format(text=text, sign=sign))
    return name.strip(), value.strip()


def _take(text: str, line: int) -> Take:
    found = _TAKE.match(text)
    if found is None:
        told = _("“take {text}” should read like “take token from field csrf”.")
        raise ScriptError(line, told.format(text=text))
    take = Take(found[1], TakeFrom(found[2]), found[3].strip())
    if take.source is TakeFrom.PATTERN:
        check_pattern(take.what, line)
        if re.compile(take.what).groups != 1:
            told = _("The pattern needs one pair of brackets around the value.")
            raise ScriptError(line, told)
    return take


def _require_known(requests: list[Request], line: int) -> None:
    known: set[str] = set()
    for request in requests:
        texts = [request.url, request.body]
        texts += [value for pair in (*request.headers, *request.fields) for value in pair]
        used = {found["taken"] for text in texts for found in PLACEHOLDER.finditer(text)}
        if unknown := sorted(used - known - {None}):
            told = _("“{name}” is used before a “take” line gives it.")
            raise ScriptError(line, told.format(name=f"{{{unknown[0]}}}"))
        known |= {take.name for take in request.takes}


def require_readable(probe: FunctionalProbe) -> None:
    """Read everything a probe says; raises ScriptError for the first thing that cannot be used."""
    if probe.kind is ProbeKind.HTTP:
        read_requests(probe.text)
        return
    if not probe.text.strip():
        sql = probe.kind is ProbeKind.SQL
        raise ScriptError(1, _("Write the query.") if sql else _("Write the command."))
    if not read_expectations(probe.expects, probe.kind):
        told = _("Nothing is expected. Add a line such as “{example}”.")
        raise ScriptError(1, told.format(example=_EXAMPLES[probe.kind]))
