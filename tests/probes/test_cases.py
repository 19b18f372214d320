"""Recorded answers of servers, one JSON file each; a new case needs no Python."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.health import Health
from app.domain.host import Host
from app.domain.ids import HostId
from app.probes.base import Probe, Section, read_safely
from app.probes.registry import probes_for

FOLDER = Path(__file__).parents[1] / "data" / "probes"
CASES = sorted(FOLDER.glob("*/*.json"))
BROKEN = [path for path in CASES if path.name.startswith("broken_")]
EVERYTHING = Host(
    HostId("h"),
    "h",
    "127.0.0.1",
    services=("nginx", "/opt/shop/ctl"),
    urls=("http://127.0.0.1/", "https://shop.example/"),
)
PROBES = {probe.name: probe for probe in probes_for(EVERYTHING, 1.0)}


def probe_of(path: Path, args: dict[str, list[str]]) -> Probe:
    probe = PROBES[path.parent.name]
    return type(probe)(*(tuple(value) for value in args.values())) if args else probe


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", CASES, ids=named)
def test_answer_is_read_as_recorded(path: Path) -> None:
    case: dict[str, Any] = json.loads(path.read_text("utf-8"))
    probe = probe_of(path, case.get("probe", {}))
    found = read_safely(probe, Section("\n".join(case["answer"]), case["exit_code"]))
    if case["readings"] == "unknown":
        assert [reading.health for _, reading in found] == [Health.UNKNOWN] * len(found)
        assert all(reading.summary for _, reading in found)
        return
    assert [(item, reading.health.name) for item, reading in found] == [
        (wanted["item"], wanted["health"]) for wanted in case["readings"]
    ]
    for (_, reading), wanted in zip(found, case["readings"], strict=True):
        if "value" in wanted:
            assert reading.value == pytest.approx(wanted["value"])
        if "items" in wanted:
            assert list(reading.items) == wanted["items"]


def test_sixty_broken_answers_are_kept_and_not_one_is_ok() -> None:
    assert len(BROKEN) >= 60
    assert {path.parent.name for path in BROKEN} == set(PROBES)


@pytest.mark.parametrize("code", [None, 1, 2, 124, 126, 127, 137, 255])
def test_good_answer_with_a_bad_end_is_unknown(code: int | None) -> None:
    for path in CASES:
        case = json.loads(path.read_text("utf-8"))
        probe = probe_of(path, case.get("probe", {}))
        found = read_safely(probe, Section("\n".join(case["answer"]), code))
        assert {reading.health for _, reading in found} == {Health.UNKNOWN}


@given(text=st.text(max_size=400) | st.binary(max_size=400).map(lambda b: b.decode("latin-1")))
def test_random_answers_never_raise_and_are_never_ok(text: str) -> None:
    for probe in PROBES.values():
        if probe.name == "reboot.needed" and text.strip() in ("yes", "no"):
            continue
        found = read_safely(probe, Section(text, 0))
        assert found
        assert Health.OK not in {reading.health for _, reading in found}


_PIECES = st.lists(
    st.sampled_from(
        [*"0123456789.:/-% \t\n", "nan", "inf", "-", "listed", "cpu ", "kB", "MemTotal: ", "/"]
    ),
    max_size=60,
).map("".join)


@given(text=_PIECES)
def test_answers_of_likely_pieces_never_raise(text: str) -> None:
    for probe in PROBES.values():
        assert read_safely(probe, Section(text, 0))


def test_what_the_server_says_is_shown_harmless() -> None:
    probe = PROBES["svc.state"]
    said = "nginx\tservice\t3\t\x1b[2J\x1b]0;title\x07<b>\u202edown\u2066 =cmd()"
    [(_, reading), _other] = read_safely(probe, Section(said, 0))
    assert reading.health is Health.CRITICAL
    assert not any(ord(c) < 32 or c in "\u202e\u2066\x1b" for c in reading.summary)
    assert "<b>" in reading.summary
