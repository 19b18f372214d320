"""Prometheus: one series by a PromQL range query, through its HTTP API.

Proven against Prometheus 2.42. Points lie at start + n·step, both ends inclusive, so that start and
end are aligned to the step; at most 11 000 points come at once, so that longer spans are asked for
in parts. Values are text and may be "NaN" or infinite. Warnings may say that something was left
out: they are handed on, never dropped.
"""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from app.domain.connection import Connection
from app.domain.metric import Series
from app.errors import CommandFailed, InvalidInput, LoginRefused
from app.i18n import _
from app.services.ports.http import MIB, HttpAnswer, HttpRequest, HttpRules, HttpSession, OpenHttp
from app.services.ports.metrics import Answered, Wanted
from app.services.safe_text import plain
from app.tasks import TaskContext

MOST_POINTS = 10_000
"""Points of one request; Prometheus refuses more than 11 000."""
_MOST_BYTES = 32 * MIB
_MOST_WARNINGS, _LONGEST = 20, 300
_TOTAL_S = 120.0


@contextmanager
def open_prometheus(
    connection: Connection, token: str, *, open_http: OpenHttp
) -> Iterator["Prometheus"]:
    """Open a connection; redirects are never followed, so that the token goes nowhere else."""
    rules = HttpRules(
        most_redirects=0, most_bytes=_MOST_BYTES, total_s=_TOTAL_S, ca_file=connection.ca_file
    )
    with open_http(rules) as session:
        yield Prometheus(connection, token, session)


class Prometheus:
    """Asks one Prometheus; fits `MetricSource`."""

    def __init__(self, connection: Connection, token: str, session: HttpSession) -> None:
        self._connection, self._session = connection, session
        self._base = connection.url.rstrip("/").removesuffix("/api/v1")
        self._headers = (("Authorization", f"Bearer {token}"),) if token else ()

    def check(self, context: TaskContext) -> str:
        """Return what answers there, with its version."""
        data = self._ask(HttpRequest("GET", self._url("status/buildinfo"), self._headers), context)
        version = data.get("data", {}).get("version", "") if isinstance(data, dict) else ""
        return f"Prometheus {plain(str(version))[:40]}".strip()

    def read(self, wanted: Wanted, context: TaskContext) -> Answered:
        """Return one series, asked for in parts that lie on one grid."""
        first = math.ceil(round(wanted.start_s / wanted.step_s, 6))
        last = math.ceil(round(wanted.end_s / wanted.step_s, 6)) - 1  # the end is not part of it
        at_s: list[float] = []
        values: list[float] = []
        labels: tuple[tuple[str, str], ...] | None = None
        warned: dict[str, None] = {}
        for begin in range(first, last + 1, MOST_POINTS):
            context.progress(begin - first, last + 1 - first, wanted.query)
            end = min(last, begin + MOST_POINTS - 1)
            data = self._range(wanted, begin, end, context)
            warned |= dict.fromkeys(_warnings(data))
            found = self._one_series(data)
            if found is None:
                continue
            if labels is not None and found[0] != labels:
                raise self._refused(
                    _("the labels of the series change on the way"),
                    _("Write a query that gives one series throughout, such as sum(…)."),
                )
            labels = found[0]
            at_s += found[1]
            values += found[2]
        series = Series(np.array(at_s, dtype=np.float64), np.array(values, dtype=np.float64))
        return Answered(series, labels or (), tuple(warned)[:_MOST_WARNINGS])

    def _range(self, wanted: Wanted, begin: int, end: int, context: TaskContext) -> Any:
        step = wanted.step_s
        fields = (
            ("query", wanted.query),
            ("start", _figure(begin * step)),
            ("end", _figure(end * step)),
            ("step", _figure(step)),
        )
        request = HttpRequest("POST", self._url("query_range"), self._headers, fields)
        return self._ask(request, context)

    def _url(self, path: str) -> str:
        return f"{self._base}/api/v1/{path}"

    def _ask(self, request: HttpRequest, context: TaskContext) -> Any:
        answer = self._session.send(request, context)
        if answer.status in (401, 403):
            raise LoginRefused(
                _("Prometheus asks for another token."),
                hint=_("Type the token of the connection again in Settings."),
                host=self._connection.name,
            )
        data = self._parsed(answer)
        if answer.status != 200 or not isinstance(data, dict) or data.get("status") != "success":
            why = data.get("error", "") if isinstance(data, dict) else ""
            raise self._refused(plain(str(why))[:_LONGEST] or f"HTTP {answer.status}")
        return data

    def _parsed(self, answer: HttpAnswer) -> Any:
        if answer.truncated:
            raise self._refused(_("it answers with more than 32 MiB"), _("Ask for less."))
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise CommandFailed(
                _("What answers there is no Prometheus (HTTP {status}).").format(
                    status=answer.status
                ),
                hint=_("Check the address; it ends before /api/v1."),
                host=self._connection.name,
            ) from error

    def _one_series(
        self, data: Any
    ) -> tuple[tuple[tuple[str, str], ...], list[float], list[float]] | None:
        """Return labels, times and values of the only series; None without any."""
        try:
            found = data["data"]["result"] if data["data"]["resultType"] == "matrix" else None
            if found is None or len(found) > 1:
                raise self._refused(
                    _("the query gives {n} series").format(n=len(found or ())),
                    _("Write one that gives a single series, such as sum(…) or max(…)."),
                )
            if not found:
                return None
            labels = tuple(sorted((str(k), str(v)) for k, v in found[0]["metric"].items()))
            pairs = [(float(at), _value(text)) for at, text in found[0]["values"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CommandFailed(
                _("The answer of Prometheus cannot be read."), host=self._connection.name
            ) from error
        return labels, [at for at, _text in pairs], [value for _at, value in pairs]

    def _refused(self, why: str, hint: str = "") -> InvalidInput:
        return InvalidInput(
            _("Prometheus refused: {why}.").format(why=why.rstrip(".")),
            hint=hint or _("Try the query in the web page of Prometheus."),
            host=self._connection.name,
            step=_("query"),
        )


def _value(text: object) -> float:
    """Return a value; what is no finite number is a gap that was seen."""
    value = float(str(text))
    return value if math.isfinite(value) else math.nan


def _warnings(data: Any) -> tuple[str, ...]:
    found = [*(data.get("warnings") or ()), *(data.get("infos") or ())]
    return tuple(plain(str(each))[:_LONGEST] for each in found)


def _figure(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
