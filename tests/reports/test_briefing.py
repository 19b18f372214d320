"""The briefing, read back: one page always, everything in its place, nothing obeyed."""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.change import Change
from app.domain.ids import ChangeId, HostId
from app.domain.people import Contact
from app.domain.review import TestCase
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.reports.briefing import render_briefing
from app.services.change.changes import Desk
from app.services.message.briefings import Briefing, briefing
from app.settings import PageSize, Settings
from tests.fakes import MemoryStore, SetClock
from tests.reports.people import HOSTS, KHUMALO
from tests.reports.reading import fonts, says, texts
from tests.reports.record import change as record


def page_of(change: Change, **settings_: object) -> Briefing:
    desk = Desk(
        MemoryStore().unit_of_work, SetClock(), KHUMALO,
        Settings(organisation="Example Operations", **settings_),
    )  # fmt: skip
    return briefing(change, HOSTS, (), desk=desk, log_head="ab" * 32)


def read(change: Change, **settings_: object) -> str:
    made = render_briefing(page_of(change, **settings_))
    pages = texts(made.pdf)
    assert (made.pages, len(pages)) == (1, 1)
    return pages[0]


def many(n: int, text: str) -> Change:
    steps = tuple(
        Step(f"{phase.value}{number}", f"{text} {number}", StepKind.COMMAND, HostId("db-01"),
             owner=text, phase=phase)
        for phase in Phase for number in range(n)
    )  # fmt: skip
    return replace(
        record(),
        title=text[:160],
        description=text * 20,
        backout_plan=text * 20,
        test_plan=text * 20,
        runbook=Runbook(steps),
        contacts=tuple(Contact(f"{text} {n}", text, text) for n in range(n)),
        tests=tuple(TestCase(f"t{n}", f"{text} {n}") for n in range(n)),
    )


def test_the_team_reads_when_where_who_and_how_back():
    change = replace(
        record(),
        backout_plan="Back out when the copy is not done by 02:40",
        contacts=(Contact("Sipho Dlamini", "database engineer", "ext. 4410"),),
    )
    page = read(change)
    for words in (
        "Example Operations Briefing for the IT team",
        "Upgrade the orders database to PostgreSQL 16 Sun 15 Nov 2026 01:00–04:00 SAST",
        "Hosts db-01, db-02, app-01",
        "Users affected",
        "Service down 40 min",
        "Risk High, moderate with controls",
        "Why: Outdated or incompatible software.",
        "Chosen way: Upgrade in place.",
        "Ways compared Takes Cost, EUR",
        "Upgrade in place chosen 14 h 3 800",
        "New servers beside the old 42 d 41 500",
        "Do nothing – –",
        "Way back",
        "Restore the cluster",
        "Back out when the copy is not done by 02:40.",
        "Reachable during the work",
        "ext. 4410",
        "What must work afterwards",
        "CHG-000142",
        "Page 1 of 1",
        "Log head abababababab",
    ):
        assert says(page, words), words
    assert "Not settled yet" not in page


def test_steps_begin_when_the_runbook_says():
    page = read(record())
    assert says(page, "Begins Host Who Takes")
    assert says(page, "01:00")
    assert says(page, "users are without the service")


def test_a_change_with_nothing_but_a_title_says_what_is_not_settled():
    page = read(Change(ChangeId("c"), "CHG-000001", "Do something"))
    assert says(page, "Do something No window is agreed yet")
    assert says(
        page,
        "Not settled yet: no window, no steps, no way back, no implementer, nobody to reach during"
        " the work, risk not assessed, outage not decided, no test.",
    )
    assert says(page, "Steps: none is written down")


@pytest.mark.parametrize("n", [1, 15, 60, 400])
@pytest.mark.parametrize("paper", list(PageSize))
def test_it_is_one_page_however_much_there_is(n, paper):
    page = read(many(n, "Copy the whole cluster with great care"), page_size=paper)
    if n >= 60:
        assert says(page, "more steps in the runbook")
        assert says(page, "more")


def test_it_is_one_page_even_of_words_that_never_end():
    assert read(many(40, "x" * 300))


@settings(max_examples=12)
@given(st.text(min_size=1, max_size=120), st.integers(0, 30))
def test_nothing_that_was_typed_is_obeyed(text, n):
    made = render_briefing(page_of(many(n, text)))
    assert made.pages == 1


def test_markup_is_text():
    page = read(many(2, "<b>bold</b> <font color=red> &amp; <unclosed"))
    assert says(page, "<b>bold</b> <font color=red> &amp; <unclosed")


def test_fonts_are_embedded_and_the_same_change_gives_the_same_bytes():
    made = render_briefing(page_of(record()))
    assert all(fonts(made.pdf).values())
    assert made.pdf == render_briefing(page_of(record())).pdf
    with pikepdf.open(BytesIO(made.pdf)) as document:
        assert str(document.docinfo["/Subject"]) == "Briefing for the IT team"
        assert document.Root.Lang == "en"


def test_ways_that_were_compared_in_words_alone_need_no_table():
    change = record()
    words = tuple(replace(item, amount=None, takes_s=None) for item in change.options)
    assert page_of(replace(change, options=words)).options == ()
    assert not says(read(replace(change, options=words)), "Ways compared")
