"""How headless commands answer: one JSON object, or plain lines; errors alike."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum

from app.errors import AppError, GuardRefused

_DIGITS = 6


def answer(data: Mapping[str, object], lines: Iterable[str], *, as_json: bool) -> None:
    """Print ``data`` as JSON, or ``lines`` for people."""
    if as_json:
        print(json.dumps(data, default=plain, ensure_ascii=False))  # noqa: T201 - this is the door
    else:
        print("\n".join(lines))  # noqa: T201 - the answer of a command


def complain(error: AppError, *, as_json: bool) -> int:
    """Say what went wrong on stderr (and as JSON where asked); return the exit code."""
    if as_json:
        missing = error.missing if isinstance(error, GuardRefused) else ()
        data = {"error": type(error).__name__, "text": error.text, "hint": error.hint}
        answer({**data, "host": error.host, "missing": missing}, (), as_json=True)
    print(error.sentence(), file=sys.stderr)  # noqa: T201 - the answer of a command
    return error.exit_code


def plain(value: object) -> object:
    """Turn what JSON does not know into what it knows: times, enums, dataclasses."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def rounded(value: float | None) -> float | None:
    """Return six significant digits, so that rounding errors never show."""
    return None if value is None else float(f"{value:.{_DIGITS - 1}e}")
