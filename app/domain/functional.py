"""Functional probes: what the program itself can try, and what must be true afterwards.

A probe is kept as people write it, one thing on a line, and read when it runs:

    GET https://shop.example/login
    take token from field csrf
    expect status = 200

    POST https://shop.example/login
    field user = anna
    field password = {secret:shop test login}
    field csrf = {token}
    expect body contains Signed in as Anna
    expect time <= 2000 ms

A database is asked with a query, a host with a command; their expectations are lines as well:
``value = 42``, ``rows >= 1``, ``exit = 0``, ``output matches ^active$``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.domain.ids import HostId


class ProbeKind(StrEnum):
    """Where a probe looks."""

    HTTP = "http"
    SQL = "sql"
    COMMAND = "command"


class Engine(StrEnum):
    """The databases that can be asked, each with its own client on the host."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    SQLITE = "sqlite"


class Fact(StrEnum):
    """What an expectation looks at."""

    STATUS = "status"
    HEADER = "header"
    BODY = "body"
    TIME = "time"
    ADDRESS = "address"
    EXIT = "exit"
    OUTPUT = "output"
    ERRORS = "errors"
    VALUE = "value"
    ROWS = "rows"


FACTS: dict[ProbeKind, tuple[Fact, ...]] = {
    ProbeKind.HTTP: (Fact.STATUS, Fact.HEADER, Fact.BODY, Fact.TIME, Fact.ADDRESS),
    ProbeKind.SQL: (Fact.VALUE, Fact.ROWS, Fact.OUTPUT, Fact.TIME),
    ProbeKind.COMMAND: (Fact.EXIT, Fact.OUTPUT, Fact.ERRORS, Fact.TIME),
}
"""What each kind of probe can tell."""


class Relation(StrEnum):
    """How a fact is held against what is wanted; the longer signs come before the shorter."""

    AT_MOST = "<="
    AT_LEAST = ">="
    DIFFERS = "!="
    EQUALS = "="
    BELOW = "<"
    ABOVE = ">"
    CONTAINS = "contains"
    LACKS = "lacks"
    MATCHES = "matches"

    @property
    def is_order(self) -> bool:
        """Whether it compares numbers only."""
        return self in (Relation.AT_MOST, Relation.AT_LEAST, Relation.BELOW, Relation.ABOVE)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that must be true; ``name`` is that of a header. Times are wanted in ms."""

    fact: Fact
    relation: Relation
    wanted: str
    name: str = ""

    @property
    def text(self) -> str:
        """The line that says so."""
        subject = f"{self.fact.value} {self.name}" if self.name else self.fact.value
        unit = " ms" if self.fact is Fact.TIME else ""
        return f"{subject} {self.relation.value} {self.wanted}{unit}"


class TakeFrom(StrEnum):
    """Where in an answer a value is found that later requests need."""

    FIELD = "field"
    PATTERN = "pattern"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Take:
    """Remember a value of an answer as ``{name}``."""

    name: str
    source: TakeFrom
    what: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a chain; values may hold ``{taken}`` and ``{secret:NAME}``."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    body: str = ""
    takes: tuple[Take, ...] = ()
    expects: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionalProbe:
    """What a test tries by itself.

    ``text`` holds the requests, the query or the command; ``expects`` the expectations of the last
    two, one on a line. ``listed_hosts`` are hosts of others that redirects may lead to.
    """

    kind: ProbeKind = ProbeKind.HTTP
    text: str = ""
    expects: str = ""
    host: HostId | None = None
    engine: Engine = Engine.POSTGRESQL
    database: str = ""
    limit_s: float = 30.0
    listed_hosts: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets it needs, in order of appearance."""
        return tuple(dict.fromkeys(_SECRET.findall(self.text)))


PLACEHOLDER = re.compile(r"\{(?:secret:(?P<secret>[^{}\n]{1,80})|(?P<taken>[A-Za-z_]\w{0,39}))\}")
"""What stands for a value of the keyring, or for one that an earlier answer gave."""
_SECRET = re.compile(r"\{secret:([^{}\n]{1,80})\}")
