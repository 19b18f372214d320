"""Earlier changes like one that is being written: found, ranked, counted, in any size of store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.ids import ChangeId, HostId, TemplateId
from app.domain.lesson import Lesson
from app.domain.need import Need, NeedCategory
from app.domain.review import CloseCode, Incident
from app.domain.risk import PastOutcome
from app.domain.template import Template
from app.services.search.precedents import (
    Likeness,
    Shared,
    done_before,
    past_words,
    repeat_words,
    telling_words,
)
from app.store.likeness import alike
from tests.bench.filling import NOW as FILLED_UNTIL
from tests.bench.filling import fill
from tests.fakes import NOON

OUTDATED, SECURITY = NeedCategory.OUTDATED, NeedCategory.SECURITY_VULNERABILITY


@pytest.fixture
def add(add_change):
    """Return a maker of earlier changes on a host or of a service."""

    def make(title: str, host: str = "", service: str = "", **fields) -> Change:
        days = fields.pop("days", 30)
        category = fields.pop("category", OUTDATED)
        kept = {
            "hosts": (HostId(host),) if host else (),
            "business_service": service,
            "need": Need(category),
            "state": ChangeState.CLOSED,
            "close_code": CloseCode.SUCCESSFUL,
            "opened_at": NOON - timedelta(days=days),
            "closed_at": NOON - timedelta(days=days - 1),
        }
        return add_change(**{"title": title, **kept, **fields})

    return make


def look(store, **fields):
    return store.precedents.precedents(Likeness(**fields), NOON)


def test_what_shares_most_comes_first_with_how_it_ended_and_what_it_taught(store, add):
    taught = (Lesson("The copy was slow", recommendation="Estimate copies from the slower disk"),)
    caused = (Incident("INC-7", "Orders slow", caused=True), Incident("INC-8", "Other"))
    bad = add(
        "Upgrade the orders database to PostgreSQL 15", "db-01", "Orders",
        close_code=CloseCode.BACKED_OUT, backed_out=True, lessons=taught, incidents=caused,
    )  # fmt: skip
    add("Upgrade the orders database to PostgreSQL 14", "db-09", "Billing")
    add("Replace the coffee machine", "hall-1", "Facilities")
    found = look(
        store, title="Upgrade the orders database", hosts=(HostId("db-01"),),
        services=("orders",), category=OUTDATED,
    ).found  # fmt: skip
    assert [item.number for item in found] == ["CHG-000001", "CHG-000002"]
    first = found[0]
    assert (first.id, first.backed_out) == (bad.id, True)
    assert first.shared == (Shared.HOST, Shared.SERVICE, Shared.CATEGORY, Shared.TITLE)
    assert first.lessons == ("Estimate copies from the slower disk",)
    assert first.incidents == ("INC-7",), "only what it caused"
    assert found[1].shared == (Shared.CATEGORY, Shared.TITLE)


def test_a_lesson_about_the_words_is_found_whatever_the_title(store, add):
    lesson = (Lesson("Certificates of the balancer expired unseen"),)
    add("Renew what had run out", "lb-01", lessons=lesson)
    (found,) = look(store, title="New certificates for the balancer").found
    assert Shared.LESSON in found.shared
    assert found.lessons == ("Certificates of the balancer expired unseen",)


def test_a_word_that_is_still_being_typed_counts(store, add):
    add("Upgrade PostgreSQL", "db-01")
    assert [item.title for item in look(store, title="upgr postg").found] == ["Upgrade PostgreSQL"]
    assert look(store, title="up").found == ()
    assert look(store, title="the and for").found == ()
    assert look(store).found == ()


def test_the_change_itself_and_what_has_nothing_to_do_with_it_are_left_out(store, add):
    own = add("Upgrade PostgreSQL", "db-01", state=ChangeState.DRAFT, close_code=None)
    add("Something else", "web-01")
    found = look(store, title=own.title, hosts=own.hosts, category=OUTDATED, but=own.id)
    assert found.found == ()
    assert found.repeats == 0


@pytest.mark.parametrize(
    "title", ['"*" OR title : x', "facets : sabc", "NEAR(a b)", "x' --", "a\0b", "\ud800", "^a*"]
)
def test_whatever_is_typed_is_looked_for_and_never_obeyed(store, add, title):
    add("Upgrade PostgreSQL", "db-01")
    look(store, title=title, services=(title,), category=OUTDATED)


def test_the_same_problem_is_counted_over_a_year(store, add):
    for days in (400, 300, 200):
        add(f"Patch {days}", "db-01", category=SECURITY, days=days)
    add("Patch billing", "db-02", "Billing", category=SECURITY)
    add("Canceled", "db-01", category=SECURITY, state=ChangeState.CANCELED, close_code=None)
    add("Other need", "db-01", category=OUTDATED)
    like = {"title": "Patch", "hosts": (HostId("db-01"),), "category": SECURITY}
    assert look(store, **like).repeats == 2
    assert look(store, **like, services=("billing",)).repeats == 3
    assert look(store, title="Patch", category=SECURITY).repeats == 0
    assert look(store, **{**like, "category": None}).repeats == 0


def test_how_changes_of_a_host_ended_is_counted(store, add):
    for number in range(9):
        code = CloseCode.UNSUCCESSFUL if number < 2 else CloseCode.SUCCESSFUL
        add(f"Change {number}", "db-01", close_code=code)
    add("Issues", "db-01", close_code=CloseCode.WITH_ISSUES)
    add("Back", "db-01", backed_out=True)
    add("Open", "db-01", state=ChangeState.DRAFT, close_code=None)
    (past,) = look(store, hosts=(HostId("db-01"),)).past
    assert (past.record.worked, past.record.n, past.record.with_issues) == (8, 11, 1)


def test_every_edition_of_a_template_belongs_to_its_record(store, add):
    pattern = Change(ChangeId(""), "", "Upgrade")
    with store.unit_of_work() as uow:
        for edition in (1, 2):
            key = TemplateId(f"t{edition}")
            uow.templates.add(Template(key, "upgrade", "Upgrade a database", pattern, edition))
        uow.templates.add(Template(TemplateId("t9"), "other", "Something else", pattern))
        uow.log.append(NewEvent("template.made", "Made templates"))
        uow.commit()
    add("First", template=TemplateId("t1"))
    add("Second", template=TemplateId("t2"), close_code=CloseCode.UNSUCCESSFUL)
    add("Third", template=TemplateId("t9"))
    found = look(store, template=TemplateId("t2"))
    assert {item.title for item in found.found} == {"First", "Second"}
    assert {item.shared for item in found.found} == {(Shared.TEMPLATE,)}
    (past,) = found.past
    assert (past.kind, past.name, past.record.worked, past.record.n) == (
        Shared.TEMPLATE, "Upgrade a database", 1, 2,
    )  # fmt: skip
    assert done_before(found.past) == 1
    assert done_before(()) is None


def test_counts_stay_counts_below_ten_and_get_their_range_from_there():
    few = past_words(PastOutcome("Host db-01", 7, 9)).replace("\u202f", " ")
    assert few == "Host db-01: 7 of 9 closed changes worked"
    many = past_words(PastOutcome("Host db-01", 17, 20)).replace("\u202f", " ")
    assert many == "Host db-01: 17 of 20 closed changes worked, likely 64–95 %"


@pytest.mark.parametrize(
    ("repeats", "words"),
    [
        (0, ""),
        (1, "Second change for this problem in twelve months"),
        (2, "Third change for this problem in twelve months"),
        (9, "Tenth change for this problem in twelve months"),
        (12, "12 changes for this problem in the twelve months before"),
    ],
)
def test_repeats_are_said_in_words(repeats, words):
    assert repeat_words(repeats) == words


def test_titles_are_compared_by_their_telling_words():
    assert telling_words("Upgrade the DB and the db of Shop-7") == ("upgrade", "shop")
    words = telling_words("upgrade orders")
    assert alike("Upgrade the orders", words) == 1.0
    assert alike("Upgrade the billing", words) == pytest.approx(1 / 3)
    assert alike("", words) == 0.0
    assert alike("Upgrade", ()) == 0.0


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Straße der Ærø-Fähre", "strasse aero fahre"),
        ("Lodz gateway", "Łódź gateway"),
        ("Größe", "GROSSE"),
    ],
)
def test_a_similar_title_is_found_however_its_letters_are_spelled(store, add, before, now):
    add(before)
    add("Quite another thing")
    for typed in (now, before):
        (found,) = look(store, title=typed).found
        assert (found.title, found.shared) == (before, (Shared.TITLE,))
    assert alike(before, telling_words(now)) == 1.0


def test_twenty_thousand_changes_give_the_same_answers(tmp_path):
    data = tmp_path / "many"
    fill(data, 20_000)
    from app.store.store import open_store
    from tests.fakes import SetClock

    store = open_store(data, clock=SetClock(FILLED_UNTIL), actor="Thabo")
    try:
        like = Likeness(
            "Upgrade the orders database", (HostId("host-7"),), ("Service 7",), OUTDATED
        )
        found = store.precedents.precedents(like, FILLED_UNTIL)
        assert len(found.found) == 6
        assert found.found[0].shared[:2] == (Shared.HOST, Shared.SERVICE)
        with store.unit_of_work() as uow:
            everything = uow.changes.list()
        mine = [c for c in everything if set(c.hosts) & set(like.hosts)]
        closed = [c for c in mine if c.state is ChangeState.CLOSED]
        (host, service) = found.past
        assert host.record.n == sum(c.close_code is not CloseCode.CANCELED for c in closed)
        assert service.record.n <= 300
        since = FILLED_UNTIL - timedelta(days=365)
        same = [
            c for c in everything
            if c.need.category is OUTDATED and c.opened_at >= since
            and (c in mine or c.business_service == "Service 7")
            and c.state is not ChangeState.CANCELED
        ]  # fmt: skip
        assert found.repeats == len(same)
        but = replace(like, but=str(found.found[0].id))
        again = store.precedents.precedents(but, FILLED_UNTIL)
        assert found.found[0] not in again.found
    finally:
        store.close()


def test_lessons_come_back_for_the_same_host_service_need_or_template_whatever_the_title(
    store, add
):
    def taught(title, lesson, **fields):
        return add(title, lessons=(Lesson("E", "C", "X", lesson),), **fields)

    with store.unit_of_work() as uow:
        pattern = Change(ChangeId("p"), "", "Certificates")
        for edition in (1, 2):
            name = TemplateId(f"t{edition}")
            uow.templates.add(Template(name, "f", "Certificates", pattern, edition))
        uow.log.append(NewEvent("template.kept", "Kept"))
        uow.commit()
    taught("Aaa bbb", "By host", host="db-1", category=SECURITY)
    taught("Ccc ddd", "By service", service="Shop", category=SECURITY)
    taught("Eee fff", "By need")
    taught("Ggg hhh", "By template", template=TemplateId("t1"), category=SECURITY)
    taught("Iii jjj", "Not at all", host="db-9", service="Mail", category=SECURITY)
    add("Kkk lll", host="db-1")
    found = look(
        store, title="Quite another thing", hosts=(HostId("db-1"),), services=("shop",),
        category=OUTDATED, template=TemplateId("t2"),
    )  # fmt: skip
    seen = {**{h.text: h.shared for h in found.lessons}}
    shown = [text for item in found.found for text in item.lessons]
    assert {*seen, *shown} == {"By host", "By service", "By need", "By template"}
    assert not set(seen) & set(shown)
    alone = look(store, category=OUTDATED)
    assert [(h.text, h.shared) for h in alone.lessons] == [("By need", (Shared.CATEGORY,))]
    own = look(store, category=OUTDATED, but=alone.lessons[0].id)
    assert own.lessons == ()
