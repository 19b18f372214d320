"""When the program was awake, and what that says about a window that went by."""

from datetime import timedelta

import pytest

from app.domain.window import WallTime, Window
from app.services.presence import Away, Session, why_missed
from app.store.presence import PresenceFile
from tests.schedule.examples import BERLIN, at, span

WINDOW = Window(span("2026-02-10T22:00"), BERLIN)


def session(start, end, before=Away.CLOSED):
    return Session(at(start), at(end), before)


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        ((), "Change Desk was not open in that time."),
        (
            (session("2026-02-10T08:00", "2026-02-10T17:00"),
             session("2026-02-11T07:00", "2026-02-11T08:00")),
            "Change Desk was closed from Tue 10 Feb 2026 18:00 CET until "
            "Wed 11 Feb 2026 08:00 CET.",
        ),
        (
            (session("2026-02-10T08:00", "2026-02-10T21:00"),
             session("2026-02-11T07:00", "2026-02-11T08:00", Away.ASLEEP)),
            "The computer was asleep from Tue 10 Feb 2026 22:00 CET until "
            "Wed 11 Feb 2026 08:00 CET.",
        ),
        (
            (session("2026-02-10T21:00", "2026-02-10T23:00"),),
            "Change Desk was open, and nobody started it.",
        ),
    ],
)  # fmt: skip
def test_the_cause_is_what_the_program_can_know(sessions, words):
    assert why_missed(WINDOW, sessions) == words


def test_clocks_are_named_when_they_changed():
    night = Window(span("2026-03-29T00:30"), BERLIN)
    assert why_missed(night, ()).endswith("The clocks changed that night.")
    typed = WallTime(at("2026-02-10T22:00").replace(tzinfo=None))
    moved = Window(span("2026-02-10T20:00"), BERLIN, typed)
    assert "clock rules of Europe/Berlin were changed" in why_missed(moved, ())


def test_beats_are_sessions_and_a_long_silence_is_sleep(tmp_path):
    begun = at("2026-02-10T08:00")
    first = PresenceFile(tmp_path)
    for seconds in (0, 30, 60, 60, 3600, 3630):
        first.beat(begun + timedelta(seconds=seconds))
    PresenceFile(tmp_path).beat(begun + timedelta(days=1))
    found = PresenceFile(tmp_path).sessions()
    assert [(one.before, (one.end - one.start).seconds) for one in found] == [
        (Away.CLOSED, 60), (Away.ASLEEP, 30), (Away.CLOSED, 0)
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["", "{", "[[1]]", '[["x", "y", "closed"]]', "[null]", '"a"'])
def test_a_file_that_cannot_be_read_says_nothing_and_is_begun_anew(tmp_path, content):
    (tmp_path / "presence.json").write_text(content)
    kept = PresenceFile(tmp_path)
    assert kept.sessions() == ()
    kept.beat(at("2026-02-10T08:00"))
    assert len(kept.sessions()) == 1


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path, caplog):
    gone = PresenceFile(tmp_path / "gone")
    gone.beat(at("2026-02-10T08:00"))
    assert "cannot be kept" in caplog.text
    caplog.clear()
