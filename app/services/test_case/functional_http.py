"""Carries out a chain of requests: cookies are kept, values taken, secrets put in at the end."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

from app.domain.functional import PLACEHOLDER, Fact, FunctionalProbe, Request, Take, TakeFrom
from app.domain.functional_script import read_requests
from app.errors import CommandFailed
from app.i18n import _
from app.redaction import Redactor
from app.services.ports.http import HttpAnswer, HttpRequest, HttpRules, HttpSession, OpenHttp
from app.services.test_case.functional_judge import LONGEST_LINE, Finding, Seen, judge
from app.tasks import TaskContext

SHOWN_BODY = 2000
Reveal = Callable[[str], str]
"""Returns the secret of a name; raises SecretUnavailable."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one request or command was, what came back, and what was found."""

    what: str
    outcome: str
    took_s: float
    findings: tuple[Finding, ...]
    excerpt: str = ""


@dataclass
class Trace:
    """Everything that was done so far; values that must not be recorded are masked before cutting.

    A text that is cut first could keep the half of a secret that no mask knows.
    """

    steps: list[Step] = field(default_factory=list)
    redactor: Redactor = field(default_factory=Redactor)

    def hide(self, *values: str) -> None:
        """Mask these values from now on."""
        for value in values:
            self.redactor.learn(value)

    def clean(self, text: str) -> str:
        """Return a text without anything that must not be recorded."""
        return self.redactor.clean(text)[0]


def try_requests(
    probe: FunctionalProbe, reveal: Reveal, open_http: OpenHttp, trace: Trace, context: TaskContext
) -> None:
    """Send the requests of a probe one after the other, into ``trace``.

    The chain ends with the first request whose expectations are not met.

    Raises:
        ScriptError: The probe cannot be read.
        RemoteError: A request was not answered.
        CommandFailed: An answer lacks a value that later requests need.
        SecretUnavailable: The keyring lacks a secret.
    """
    requests = read_requests(probe.text)
    rules = HttpRules(listed_hosts=probe.listed_hosts, total_s=probe.limit_s)
    taken: dict[str, str] = {}
    with open_http(rules) as session:
        for request in requests:
            context.wait(0)
            if not _one(request, session, _Filler(reveal, taken, trace), context):
                return


@dataclass
class _Filler:
    """Puts taken values and secrets into the text of a request."""

    reveal: Reveal
    taken: dict[str, str]
    trace: Trace

    def fill(self, text: str) -> str:
        """Return a text with every placeholder replaced."""
        return PLACEHOLDER.sub(self._value, text)

    def _value(self, found: re.Match[str]) -> str:
        if name := found["secret"]:
            value = self.reveal(name)
            self.trace.hide(value)
            return value
        return self.taken[found["taken"]]

    def pairs(self, pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Return pairs with every placeholder replaced."""
        return tuple((self.fill(name), self.fill(value)) for name, value in pairs)


def _one(request: Request, session: HttpSession, filler: _Filler, context: TaskContext) -> bool:
    """Send one request; return whether the chain goes on."""
    trace = filler.trace
    wire = HttpRequest(
        request.method,
        filler.fill(request.url),
        filler.pairs(request.headers),
        filler.pairs(request.fields),
        filler.fill(request.body),
    )
    answer = session.send(wire, context)
    found = {take.name: _taken(take, answer) for take in request.takes}
    trace.hide(*session.cookies(), *found.values())
    findings = judge(_seen(answer), request.expects, trace.clean)
    shown = trace.clean(answer.text)[:SHOWN_BODY]
    what = f"{request.method} {request.url}"
    trace.steps.append(Step(what, _outcome(answer), answer.took_s, findings, shown))
    if not all(item.met for item in findings):
        return False
    for take in request.takes:
        if not found[take.name]:
            raise _nothing_taken(take)
    filler.taken.update(found)
    return True


def _seen(answer: HttpAnswer) -> Seen:
    return Seen(
        {
            Fact.STATUS: str(answer.status),
            Fact.BODY: answer.text,
            Fact.TIME: f"{answer.took_s * 1000:.0f}",
            Fact.ADDRESS: answer.url,
        },
        answer.headers,
        answer.truncated,
    )


def _outcome(answer: HttpAnswer) -> str:
    parts = [str(answer.status), _("{n} bytes").format(n=len(answer.body))]
    if answer.truncated:
        parts[-1] = _("more than {n} bytes, cut").format(n=len(answer.body))
    if answer.redirects:
        parts.append(_("{n} redirects to {url}").format(n=len(answer.redirects), url=answer.url))
    return ", ".join(parts)


def _taken(take: Take, answer: HttpAnswer) -> str:
    """Return the value that a later request needs, "" when the answer does not hold it."""
    match take.source:
        case TakeFrom.HEADER:
            return answer.header(take.what)
        case TakeFrom.FIELD:
            return _field_value(answer.text, take.what)
        case TakeFrom.PATTERN:
            return _first_group(re.compile(take.what), answer.text)


def _nothing_taken(take: Take) -> CommandFailed:
    return CommandFailed(
        _("The answer holds no {source} “{what}”.").format(
            source=take.source.value, what=take.what
        ),
        hint=_("Look at the page: has the name changed?"),
        step=f"take {take.name}",
    )


def _first_group(pattern: re.Pattern[str], text: str) -> str:
    for line in text.splitlines():
        if found := pattern.search(line[:LONGEST_LINE]):
            return found[1] or ""
    return ""


class _Fields(HTMLParser):
    """Finds the value of a form field by its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self.value = name, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag."""
        known = dict(attrs)
        if tag in ("input", "meta", "button") and known.get("name") == self._name:
            self.value = self.value or known.get("value") or known.get("content") or ""


def _field_value(text: str, name: str) -> str:
    parser = _Fields(name)
    parser.feed(text)
    return parser.value
