"""Times of samples: counts since 1970 in any unit, or formatted in any common order.

The form is taken from the first rows, once for the whole file; a cell in another form is rejected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.domain.window import is_plain
from app.i18n import _
from app.services.loadtests.files.batch import LAST_US, Flags, Ints
from app.services.loadtests.files.cells import Cells

HOUR_US = 3_600_000_000
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_UNITS = ((10**17, -1000), (10**14, 1), (10**11, 1000), (10**8, 1_000_000))
"""From which size on a count is of nanoseconds, microseconds, milliseconds, seconds."""
_FIELDS = "ymdHMSf"
_ORDERS = {"y": ("ymd", "ydm"), "d": ("dmy", "mdy"), "m": ("mdy", "dmy")}
_WORDED = (
    "%b %d, %Y %I:%M:%S %p", "%d %b %Y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%d/%b/%Y:%H:%M:%S %z",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p", "%m/%d/%y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%a %b %d %H:%M:%S %Y",
)  # fmt: skip

Reading = tuple[Ints, Flags]
ReadTimes = Callable[[Cells], Reading]


def times_like(samples: Sequence[bytes], zone: str) -> tuple[ReadTimes, str] | None:
    """Return how to read times that look like these, and what a person should know of it.

    Args:
        samples: The cells of the first rows.
        zone: The zone of times that name none.
    """
    told = [cell.strip().decode("latin-1") for cell in samples if cell.strip()]
    if not told:
        return None
    if unit := _unit(told):
        return _Counted(unit), ""
    form = _Form.of(told)
    if form is not None:
        note = _("Times without a zone were taken as {zone}.").format(zone=zone)
        if form.is_ambiguous(told):
            note += " " + _("Day and month were taken as {order}.").format(order=form.order_words)
        return _Formatted(form, ZoneInfo(zone)), note
    if any(_worded(text, ZoneInfo(zone)) is not None for text in told):
        return _Spelled(ZoneInfo(zone)), ""
    return None


def is_time(cell: bytes) -> bool:
    """Whether a cell looks like the time of a sample."""
    return times_like([cell], "UTC") is not None


def _unit(told: Sequence[str]) -> int:
    figures = sorted(float(text) for text in told if _is_figure(text))
    if 2 * len(figures) <= len(told):
        return 0
    middle = figures[len(figures) // 2]
    return next((unit for least, unit in _UNITS if middle >= least), 0)


def _is_figure(text: str) -> bool:
    return text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()


@dataclass(frozen=True, slots=True)
class _Counted:
    """Counts since 1970; ``unit`` is in microseconds (negative: that many per microsecond)."""

    unit: int

    def __call__(self, cells: Cells) -> Reading:
        value, good = cells.integers()
        if self.unit > 0:  # more than any time is would not go into 64 bits
            at_us = np.minimum(value, LAST_US // self.unit + 1) * self.unit
        else:
            at_us = value // -self.unit
        for row in np.flatnonzero(~good):
            text = cells.raw(int(row)).decode("latin-1").strip()
            if _is_figure(text):
                scale = self.unit if self.unit > 0 else -1 / self.unit
                at_us[row], good[row] = round(min(float(text) * scale, LAST_US)), True
        good &= (at_us > 0) & (at_us < LAST_US)
        return at_us, good


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of fixed width: where each run of digits stands and what it counts."""

    width: int
    runs: tuple[tuple[int, int], ...]
    order: str
    is_utc: bool

    @classmethod
    def of(cls, told: Sequence[str]) -> "_Form | None":
        first = told[0]
        tail = first.rstrip("0123456789")[-1:]
        runs = _runs(first)
        lengths = [size for _at, size in runs]
        rest = "".join(each for each in first if not each.isdigit())
        if len(runs) not in (6, 7) or lengths[3:6] != [2, 2, 2] or any(map(str.isalpha, rest[:2])):
            return None
        if not set(rest) <= set("-/.: TZ,") or (len(runs) == 7 and lengths[6] > 9):
            return None
        if lengths[:3] == [4, 2, 2]:
            orders = _ORDERS["y"]
        elif lengths[:3] in ([2, 2, 4], [2, 2, 2]):
            orders = _ORDERS["d" if first[2] == "." else "m"]
        else:
            return None
        is_utc = tail == "Z" or first.endswith("Z")
        forms = [cls(len(first), tuple(runs), order, is_utc) for order in orders]
        fitting = [form for form in forms if form.fits(told)]
        return fitting[0] if fitting else None

    @property
    def order_words(self) -> str:
        names = {"y": _("year"), "m": _("month"), "d": _("day")}
        return ", ".join(names[letter] for letter in self.order)

    def fits(self, told: Sequence[str]) -> bool:
        """Whether most of the cells are times in this form."""
        good = [text for text in told if self._is_time(text)]
        return 2 * len(good) > len(told)

    def is_ambiguous(self, told: Sequence[str]) -> bool:
        """Whether the other order of day and month would fit as well."""
        if self.order == "ymd":
            return False
        swapped = self.order.translate(str.maketrans("dm", "md"))
        return _Form(self.width, self.runs, swapped, self.is_utc).fits(told)

    def _is_time(self, text: str) -> bool:
        if len(text) != self.width or _runs(text) != list(self.runs):
            return False
        parts = dict(zip(self.order + "HMS", (text[a : a + n] for a, n in self.runs), strict=False))
        year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
        try:
            datetime(
                year, int(parts["m"]), int(parts["d"]), int(parts["H"]), int(parts["M"]),
                min(59, int(parts["S"])), tzinfo=UTC,
            )  # fmt: skip
        except ValueError:
            return False
        return True


def _runs(text: str) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at, letter in enumerate(text):
        if not ("0" <= letter <= "9"):
            continue
        if runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((at, 1))
    return runs


@dataclass(frozen=True, slots=True)
class _Formatted:
    """Times in a form of fixed width, read all at once."""

    form: _Form
    zone: ZoneInfo

    def __call__(self, cells: Cells) -> Reading:
        form = self.form
        good = cells.lengths == form.width
        text = sliding_window_view(cells.buf, form.width)[cells.start]
        parts: dict[str, Ints] = {}
        for letter, (at, size) in zip(form.order + "HMSf", form.runs, strict=False):
            digits = text[:, at : at + size] - np.uint8(48)
            good &= (digits <= 9).all(axis=1)
            parts[letter] = digits @ (10 ** np.arange(size - 1, -1, -1, dtype=np.int64))
            if letter == "f":
                parts["f"] = parts["f"] * 10**6 // 10**size
            elif letter == "y" and size == 2:
                parts["y"] = parts["y"] + 2000
        good &= (parts["m"] >= 1) & (parts["m"] <= 12) & (parts["d"] >= 1) & (parts["d"] <= 31)
        good &= (parts["H"] <= 24) & (parts["M"] <= 59) & (parts["S"] <= 60)
        at_us = _days(parts["y"], parts["m"], parts["d"]) * 24 * HOUR_US
        at_us += parts["H"] * HOUR_US + parts["M"] * 60_000_000 + parts["S"] * 1_000_000
        at_us += parts.get("f", np.zeros(len(cells), np.int64))
        at_us[~good] = 0
        if form.is_utc:
            return at_us, good
        at_us, is_there = _from_zone(at_us, self.zone)
        return at_us, good & is_there


def _days(year: Ints, month: Ints, day: Ints) -> Ints:
    """Return days since 1970 (Howard Hinnant's days_from_civil)."""
    year = year - (month <= 2)
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    days: Ints = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return days


def _from_zone(at_us: Ints, zone: ZoneInfo) -> Reading:
    """Return UTC, and which times the clocks show once: they skip some, and show others twice.

    The offset is looked up once for every quarter of an hour.
    """
    quarter = at_us // (HOUR_US // 4)
    seen, place = np.unique(quarter, return_inverse=True)
    walls = [datetime.fromtimestamp(int(each) * 900, UTC).replace(tzinfo=None) for each in seen]
    there = (wall.replace(tzinfo=zone).utcoffset() or timedelta() for wall in walls)
    offsets = np.array([offset // _MICROSECOND for offset in there], np.int64)
    is_there = np.array([is_plain(wall, zone) for wall in walls], bool)
    return at_us - offsets[place], is_there[place]


@dataclass(frozen=True, slots=True)
class _Spelled:
    """Times with names of months, halves of days or offsets, read one by one."""

    zone: ZoneInfo

    def __call__(self, cells: Cells) -> Reading:
        at_us, good = np.zeros(len(cells), np.int64), np.zeros(len(cells), bool)
        for row in range(len(cells)):
            moment = _worded(cells.raw(row).decode("latin-1").strip(), self.zone)
            if moment is not None:
                at_us[row], good[row] = moment, True
        return at_us, good


def _worded(text: str, zone: ZoneInfo) -> int | None:
    moment = _parsed(text)
    if moment is None:
        return None
    if moment.tzinfo is None:
        if not is_plain(moment, zone):
            return None
        moment = moment.replace(tzinfo=zone)
    gone = moment - _EPOCH
    return (gone.days * 86400 + gone.seconds) * 10**6 + gone.microseconds


def _parsed(text: str) -> datetime | None:
    if len(text) < 10 or text.isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _WORDED:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
    return None
