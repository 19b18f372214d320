"""The agenda of the board, read back: a list, then one page per change, whatever they hold."""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from app.domain.approval import Decision
from app.domain.change import Change, ChangeState
from app.domain.ids import HostId
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from app.errors import NotFound
from app.reports.agenda import render_agenda
from app.services.approval.agendas import Agenda, Boards, agenda, make_agenda
from app.services.approval.approvals import decide
from app.services.change.changes import move_change
from app.settings import PageSize, Settings
from tests.fakes import NOON
from tests.reports.reading import fonts, texts
from tests.services.office import HOUR, Office

S = ChangeState


@pytest.fixture
def office() -> Office:
    return Office(Settings(organisation="Example Operations"))


def asked(office: Office, title: str, hours: int = 0, **fields: object) -> Change:
    """A change that waits; its window is apart from those of the others."""
    start = NOON + hours * HOUR
    window = Window(TimeRange(start, start + HOUR), "Africa/Johannesburg")
    change = office.draft(title=title, window=window, **fields)
    move_change(change.id, S.ASSESS, desk=office.desk())
    return move_change(change.id, S.AUTHORIZE, desk=office.desk())


def pack(office: Office, *changes: Change) -> Agenda:
    with office.desk().new_uow() as uow:
        return agenda([office.now(change) for change in changes], uow, office.desk())


def boards(office: Office, held: dict[str, bytes]) -> Boards:
    class Files:
        def put(self, data: bytes) -> str:
            held["pdf"] = data
            return "ab" * 32

    return Boards(office.desk(), Files(), render_agenda)


def test_the_pack_lists_what_waits_and_gives_each_change_its_page(office):
    later = asked(office, "Patch the mail servers", 8)
    sooner = asked(office, "Upgrade the orders database", 2)
    office.draft(title="Still being written")
    decide(sooner.id, Decision.APPROVED, desk=office.desk("Pieter"), comment="Go <b>ahead")
    office.clock.pass_by(hours=5)
    held: dict[str, bytes] = {}
    made = make_agenda(boards=boards(office, held))
    assert (made.pages, made.numbers) == (3, (sooner.number, later.number))
    pages = texts(held["pdf"])
    assert len(pages) == 3
    assert "2 changes to decide about" in pages[0]
    assert pages[0].index("Upgrade the orders database") < pages[0].index("Patch the mail")
    assert "Still being written" not in "".join(pages)
    assert "Upgrade the orders database" in pages[1]
    for words in ("Why", "Steps forward", "Way back", "Pieter:", "“Go <b>ahead”", "Name and"):
        assert words in pages[1], words
    assert sooner.plan_hash[:12] in pages[1]
    assert "Patch the mail servers" in pages[2]
    assert office.store.kinds_logged()[-1] == "agenda.made"
    assert all(fonts(held["pdf"]).values())


def test_only_the_named_changes_are_printed_and_an_empty_board_says_so(office):
    with pytest.raises(NotFound, match="No change waits"):
        make_agenda(boards=boards(office, {}))
    one, two = asked(office, "One", 0), asked(office, "Two", 4)
    made = make_agenda((two.number,), boards=boards(office, {}))
    assert made.numbers == (two.number,)
    with pytest.raises(NotFound):
        make_agenda(("CHG-999999",), boards=boards(office, {}))
    assert one.state is S.AUTHORIZE


def huge(change: Change, text: str) -> Change:
    steps = tuple(
        Step(f"{phase.value}{n}", f"{text} {n}", StepKind.COMMAND, HostId("db-01"), text * 3,
             phase=phase)
        for phase in Phase for n in range(60)
    )  # fmt: skip
    return replace(
        change, title=text[:160], description=text * 30, backout_plan=text * 30,
        test_plan=text * 30, communication_plan=text * 30, implementation_plan=text * 30,
        runbook=Runbook(steps),
    )  # fmt: skip


@pytest.mark.parametrize("paper", list(PageSize))
@pytest.mark.parametrize(
    "text",
    ["Upgrade the database ", "<b>unclosed & bad </i> ", "W" * 120, "数据库 \u202e evil \x1b[31m "],
    ids=["long", "markup", "wide", "hostile"],
)
def test_a_change_of_any_length_takes_exactly_one_page(paper, text):
    office = Office(Settings(page_size=paper))
    change = asked(office, "Upgrade")
    wide = huge(office.now(change), text)
    office.put(change, **{f: getattr(wide, f) for f in ("title", "description", "backout_plan",
               "test_plan", "communication_plan", "implementation_plan", "runbook")})  # fmt: skip
    made = render_agenda(pack(office, change))
    assert made.pages == 2
    with pikepdf.open(BytesIO(made.pdf)) as pdf:
        assert len(pdf.pages) == 2


def test_a_plan_of_usual_size_keeps_what_a_board_decides_by(office):
    """Words go before whole lines do, and the way chosen stands before what is left alone."""
    steps = tuple(
        Step(f"{phase.value}{n}", f"Step {phase.value} {n}", StepKind.COMMAND, HostId("db-01"),
             "systemctl restart orders.service && journalctl -u orders.service", phase=phase)
        for phase, count in ((Phase.FORWARD, 6), (Phase.BACKOUT, 2)) for n in range(count)
    )  # fmt: skip
    long = "Version 14 gets no more fixes, and the vendor of the shop supports 16 only. " * 4
    change = asked(office, "Upgrade", description=long, runbook=Runbook(steps))
    page = texts(render_agenda(pack(office, change)).pdf)[1]
    for words in ("Upgrade in place", "Orders stop", "Backup needed", "Place an order"):
        assert words in page, words
    assert all(f"Step forward {n}" in page for n in range(6))
    assert all(f"Step backout {n}" in page for n in range(2))


def test_the_same_data_gives_the_same_bytes(office):
    found = pack(office, asked(office, "Upgrade"))
    assert render_agenda(found).pdf == render_agenda(found).pdf


def test_what_is_in_the_way_stands_on_the_page(office):
    first = asked(office, "Upgrade", 0)
    second = asked(office, "Patch", 4)
    clash = office.put(second, window=office.now(first).window)
    page = texts(render_agenda(pack(office, clash)).pdf)[1]
    assert "In the way:" in page
    assert first.number in page
