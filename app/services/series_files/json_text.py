"""The rows of JSON with series: monitoring answers, or a list of records.

Understood are answers of Prometheus (``data.result``), of Graphite and Grafana (``target`` and
``datapoints``, value first), of Datadog (``series`` with ``pointlist``), of CloudWatch (lists of
``Timestamps`` and ``Values``), and lists of flat objects, also one object per line.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from app.errors import InvalidInput
from app.i18n import _
from app.services.ports.series import Rows

_HEAD = ["time", "series", "value"]


def json_rows(text: str) -> Rows:
    """Return a header and rows of text.

    Raises:
        InvalidInput: It is no JSON, an error of the server, or holds no series.
    """
    found = _parsed(text)
    if isinstance(found, Mapping):
        if found.get("status") == "error":
            told = str(found.get("error", ""))[:200]
            raise InvalidInput(_("The file holds an error of the server: {told}").format(told=told))
        return _of_answer(found)
    if _all_mappings(found):
        if found and "datapoints" in found[0]:
            return _long(
                (str(each.get("target", "")), _turned(each["datapoints"])) for each in found
            )
        return _of_records(found)
    raise _no_series()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise _no_series() from error
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:  # one object per line
            return [json.loads(line) for line in lines]
        except (ValueError, RecursionError):
            raise InvalidInput(_("The file is not JSON: {why}.").format(why=error)) from error


def _of_answer(found: Mapping[str, Any]) -> Rows:
    data = found.get("data")
    result = data.get("result") if isinstance(data, Mapping) else None
    if _all_mappings(result):
        return _long((_labels(each.get("metric")), each.get("values") or []) for each in result)
    series = found.get("series")
    if _all_mappings(series):
        return _long(
            (str(each.get("expression") or each.get("name") or ""),
             each.get("pointlist") or each.get("points") or [])
            for each in series
        )  # fmt: skip
    for inner in found.values():
        if _all_mappings(inner) and inner:
            if all(isinstance(each.get("Timestamps"), list) for each in inner):
                return _long((str(each.get("Label", "")), _beside(each)) for each in inner)
            return _of_records(inner)
    raise _no_series()


def _long(series: Iterable[tuple[str, Any]]) -> Rows:
    """Return a row per time and series; one series alone gives its column the name."""
    every = [(name, point) for name, points in series for point in _pairs(points)]
    names = list(dict.fromkeys(name for name, _point in every))
    if not names:
        raise _no_series()
    if len(names) == 1:
        return [["time", names[0] or "value"], *([at, value] for _name, (at, value) in every)]
    return [list(_HEAD), *([at, name, value] for name, (at, value) in every)]


def _pairs(points: Any) -> Iterable[tuple[str, str]]:
    if not isinstance(points, list):
        raise _no_series()
    for point in points:
        if isinstance(point, list) and len(point) == 2:
            yield _text(point[0]), _text(point[1])


def _beside(series: Mapping[str, Any]) -> list[list[Any]]:
    """Return the points of a series that has its times and its values in lists of their own."""
    values = series.get("Values")
    if not isinstance(values, list) or len(values) != len(series["Timestamps"]):
        raise _no_series()
    return [list(point) for point in zip(series["Timestamps"], values, strict=True)]


def _turned(points: Any) -> Any:
    if not isinstance(points, list):
        return points
    return [point[::-1] if isinstance(point, list) else point for point in points]


def _labels(metric: Any) -> str:
    """Return a series as Prometheus writes it: name{label="value"}."""
    if not isinstance(metric, Mapping):
        return "value"
    labels = ", ".join(f"{key}={value}" for key, value in metric.items() if key != "__name__")
    name = str(metric.get("__name__", ""))
    return f"{name}{{{labels}}}" if name and labels else name or labels or "value"


def _of_records(records: list[Mapping[str, Any]]) -> Rows:
    header = list(dict.fromkeys(str(key) for record in records for key in record))
    if not header:
        raise _no_series()
    return [header, *([_text(record.get(name)) for name in header] for record in records)]


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return str(value)


def _all_mappings(found: Any) -> TypeGuard[list[Mapping[str, Any]]]:
    return isinstance(found, list) and all(isinstance(each, Mapping) for each in found)


def _no_series() -> InvalidInput:
    return InvalidInput(
        _("The file is JSON, but holds no series."),
        hint=_("Use a range answer of Prometheus, or a list of objects with a time."),
    )
