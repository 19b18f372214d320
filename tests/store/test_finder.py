"""Lists of changes against an oracle in Python: every filter, every order, every page."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.calendar import ScheduleWindow, WindowKind
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.conflict import Acknowledgement
from app.domain.event import NewEvent
from app.domain.filter import (
    OPEN_STATES,
    Asker,
    ChangeFilter,
    ChangeSort,
    SortBy,
    Span,
    built_in,
    window_bounds,
)
from app.domain.ids import ChangeId, HostId, WindowId, new_id
from app.domain.need import Need, NeedCategory
from app.domain.risk import Grade, RiskAssessment, RiskScore
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from app.services.schedule.conflicts import PLANNED, find_conflicts, look_around
from app.services.search.finding import Place, Query, look_up, number_in
from app.store import finder as finder_module
from tests.fakes import NOON
from tests.store.conftest import keep_changes

ASKER = Asker(NOON, "Nomsa", "Africa/Johannesburg")
PEOPLE = ("Nomsa", "nomsa ", "Sipho", "Pieter van Wyk", "")
HOSTS = ("db-01", "db-02", "Web 1")
WORDS = ("index", "upgrade", "Upgraded", "größe", "snapshot")
GRADES = st.sampled_from(Grade)


def windows():
    def build(start_h, hours):
        start = NOON + timedelta(hours=start_h)
        return Window(TimeRange(start, start + timedelta(hours=hours)), "UTC")

    return st.none() | st.builds(build, st.integers(-400, 400), st.integers(1, 60))


def assessments():
    def build(likelihood, impact):
        score = RiskScore(likelihood, impact)
        return RiskAssessment(score, score)

    return st.none() | st.builds(build, GRADES, GRADES)


CHANGES = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
            "description": st.sampled_from(WORDS),
            "state": st.sampled_from(ChangeState),
            "type": st.sampled_from(ChangeType),
            "coordinator": st.sampled_from(PEOPLE),
            "implementer": st.sampled_from(PEOPLE),
            "priority": st.integers(1, 4),
            "business_service": st.sampled_from(("", "Orders", "Mail")),
            "tags": st.sampled_from(((), ("q4",), ("q4", "Security"))),
            "hosts": st.lists(st.sampled_from(HOSTS), max_size=2, unique=True).map(
                lambda names: tuple(map(HostId, names))
            ),
            "need": st.sampled_from([Need(), *(Need(each) for each in NeedCategory)]),
            "on_hold": st.booleans(),
            "review_since": st.sampled_from((None, *(NOON - timedelta(days=n) for n in (6, 7, 8)))),
            "window": windows(),
            "risk": assessments(),
            "updated_at": st.none() | st.integers(0, 5).map(lambda n: NOON + timedelta(days=n)),
        }
    ),
    max_size=14,
)
FILTERS = st.builds(
    ChangeFilter,
    text=st.sampled_from(("", "", "upg", "index upgrade", "gro", "zzz", "3")),
    states=st.lists(st.sampled_from(ChangeState), max_size=4, unique=True).map(tuple),
    types=st.lists(st.sampled_from(ChangeType), max_size=1).map(tuple),
    risks=st.lists(GRADES, max_size=2, unique=True).map(tuple),
    categories=st.lists(st.sampled_from(NeedCategory), max_size=1).map(tuple),
    coordinator=st.sampled_from(("", "", "Sipho")),
    mine=st.booleans(),
    person=st.sampled_from(("", "", "SIPHO")),
    unassigned=st.booleans(),
    host=st.sampled_from(("", "", "db-01")),
    service=st.sampled_from(("", "", "mail")),
    tag=st.sampled_from(("", "", "security")),
    on_hold=st.sampled_from((None, None, True, False)),
    conflicting=st.booleans(),
    review_overdue=st.booleans(),
    span=st.none() | st.sampled_from(Span),
    first_day=st.none() | st.just(date(2026, 11, 10)),
    last_day=st.none() | st.just(date(2026, 11, 20)),
    numbers=st.none() | st.just((1, 2, 5, 99)),
)
ONE_CONDITION = FILTERS.flatmap(
    lambda wanted: st.sampled_from(list(ChangeFilter.__slots__)).map(
        lambda name: ChangeFilter(**{name: getattr(wanted, name)})
    )
)
SORTS = st.builds(ChangeSort, st.sampled_from(SortBy), st.booleans())


def examples(count):
    shared = [HealthCheck.function_scoped_fixture]
    return settings(max_examples=count, suppress_health_check=shared, deadline=None)


def fits(change: Change, wanted: ChangeFilter, everything) -> bool:
    """What a filter means, said once more in plain Python."""

    def same(a, b):
        return str(a).strip().casefold() == str(b).strip().casefold()

    people = (change.coordinator, change.implementer, change.reviewer, change.requested_by)
    services = (change.business_service, *change.impact.services)
    level = change.risk.inherent.level if change.risk else None
    number = int(change.number[4:])
    conditions = [
        not wanted.states or change.state in wanted.states,
        not wanted.types or change.type in wanted.types,
        not wanted.risks or level in wanted.risks,
        not wanted.categories or change.need.category in wanted.categories,
        not wanted.coordinator or same(change.coordinator, wanted.coordinator),
        not wanted.mine or same(change.coordinator, ASKER.actor),
        not wanted.person or any(same(name, wanted.person) for name in people),
        not wanted.unassigned or not change.implementer.strip(),
        not wanted.host or any(same(host, wanted.host) for host in change.hosts),
        not wanted.service or any(same(name, wanted.service) for name in services),
        not wanted.tag or any(same(tag, wanted.tag) for tag in change.tags),
        wanted.on_hold is None or change.on_hold is wanted.on_hold,
        wanted.numbers is None or number in wanted.numbers,
        not wanted.review_overdue or bool(change.review_due_at and change.review_due_at <= NOON),
        not wanted.conflicting or number in collisions(everything),
        in_bounds(change, wanted),
        has_words(change, wanted.text),
    ]
    return all(conditions)


def in_bounds(change, wanted):
    bounds = window_bounds(wanted, ASKER)
    if not bounds.any:
        return True
    if change.window is None:
        return False
    span = change.window.span
    return (
        (bounds.starts_from is None or span.start >= bounds.starts_from)
        and (bounds.starts_before is None or span.start < bounds.starts_before)
        and (bounds.ends_after is None or span.end > bounds.ends_after)
    )


def has_words(change, typed):
    texts = f"{change.number[4:]} {int(change.number[4:])} {change.title} {change.description}"
    tags = " ".join(change.tags)
    words = f"{texts} {change.business_service} {tags}".casefold().replace("ö", "o")
    return all(
        any(word.startswith(piece) for word in words.replace("ß", "ss").split())
        for piece in typed.casefold().split()
    )


def collisions(changes):
    planned = [c for c in changes if c.state in PLANNED and c.window and c.window.span.end > NOON]
    return {
        int(a.number[4:])
        for a in planned
        for b in planned
        if a is not b and a.window.span.overlaps(b.window.span) and set(a.hosts) & set(b.hosts)
    }


def sort_value(change: Change, sort: ChangeSort):
    match sort.by:
        case SortBy.NUMBER:
            return 0
        case SortBy.TITLE:
            return change.title.casefold()
        case SortBy.STATE:
            return list(ChangeState).index(change.state)
        case SortBy.PRIORITY:
            return change.priority
        case SortBy.RISK:
            return int(change.risk.inherent.level) if change.risk else 0
        case SortBy.COORDINATOR:
            return change.coordinator.strip().casefold()
        case SortBy.UPDATED:
            return (change.updated_at or datetime.min.replace(tzinfo=UTC)).timestamp()
        case SortBy.WINDOW:
            never = float("-inf") if sort.descending else float("inf")
            return change.window.span.start.timestamp() if change.window else never


def expected(changes, wanted, sort):
    found = [change for change in changes if fits(change, wanted, changes)]
    found.sort(key=lambda c: (sort_value(c, sort), int(c.number[4:])), reverse=sort.descending)
    return [change.number for change in found]


def all_pages(finder, query, every):
    """Read a list to its end, page after page."""
    found, after = [], None
    while (page := finder.page(query, after=after, limit=every)).rows:
        found += [row.number for row in page.rows]
        after = page.last
    return found


@pytest.mark.parametrize("few", [True, False], ids=["few are sorted", "many are walked"])
@examples(60)
@given(
    fields=CHANGES,
    query=st.builds(Query, ONE_CONDITION | FILTERS, st.just(ASKER), SORTS),
    every=st.integers(1, 5),
)
def test_a_list_is_what_the_filter_says_in_the_order_asked_for(few, fields, query, every, emptied):
    store = emptied()
    changes = keep_changes(store, fields)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finder_module, "SORTED_HITS", 1000 if few else 0)
        check(store, query, changes, every)


def check(store, query, changes, every):
    wanted, sort = query.wanted, query.sort
    page = store.finder.page(query, limit=every)
    if not page.sorted:
        sort = ChangeSort()
    wished = expected(changes, wanted, sort)
    assert all_pages(store.finder, query, every) == wished
    assert store.finder.count(wanted, ASKER) == len(wished)
    outline = store.finder.outline(query, every=every)
    assert outline.total == len(wished)
    for number in range((len(wished) + every - 1) // every):
        rows = store.finder.page(query, after=outline.before(number), limit=every).rows
        assert [row.number for row in rows] == wished[number * every : (number + 1) * every]
    records, _last = store.finder.records(query, limit=100)
    assert [change.number for change in records] == wished
    assert len(store.finder.ids(query, limit=3)) == min(3, len(wished))


@examples(25)
@given(fields=CHANGES, added=CHANGES, sort=SORTS)
def test_reading_on_shows_every_row_once_whatever_is_added_meanwhile(fields, added, sort, emptied):
    store = emptied()
    before = {change.number for change in keep_changes(store, fields)}
    query = Query(ChangeFilter(), ASKER, sort)
    seen, after = [], None
    while (page := store.finder.page(query, after=after, limit=2)).rows:
        seen += [row.number for row in page.rows]
        after = page.last
        if added:
            keep_changes(store, [added.pop()])
    assert before <= set(seen)
    assert len(seen) == len(set(seen))


def test_of_too_many_hits_the_newest_come_first_and_the_page_says_so(store, monkeypatch):
    monkeypatch.setattr(finder_module, "SORTED_HITS", 2)
    keep_changes(store, [{"title": f"Renew {letter}"} for letter in "cab"])
    by_title = ChangeSort(SortBy.TITLE, descending=False)
    page = store.finder.page(Query(ChangeFilter("renew"), ASKER, by_title))
    assert ([row.title[-1] for row in page.rows], page.sorted) == (["b", "a", "c"], False)
    page = store.finder.page(Query(ChangeFilter("renew a"), ASKER, by_title))
    assert ([row.title[-1] for row in page.rows], page.sorted) == (["a"], True)


def test_facets_are_no_words_that_a_search_could_find(store):
    keep_changes(store, [{"title": "Renew", "state": ChangeState.DRAFT}])
    with store.ledger.engine.connect() as connection:
        (facets,) = connection.exec_driver_sql("SELECT facets FROM change_text").one()
    for typed in facets.split():
        assert store.finder.count(ChangeFilter(typed), ASKER) == 0
        assert store.finder.count(ChangeFilter(f"facets:{typed}"), ASKER) == 0


def test_a_facet_follows_every_save(store, add_change):
    change = add_change()
    waiting = ChangeFilter(states=(ChangeState.AUTHORIZE,))
    assert store.finder.count(waiting, ASKER) == 0
    with store.unit_of_work() as uow:
        uow.changes.save(replace(change, state=ChangeState.AUTHORIZE))
        uow.log.append(NewEvent("change.moved", "Moved", change.id))
        uow.commit()
    assert store.finder.count(waiting, ASKER) == 1


def test_the_built_in_filters_are_the_usual_ones():
    assert list(built_in()) == [
        "mine", "week", "approve", "open", "high_today", "overdue", "unassigned",
        "review_overdue", "hold",
        "conflicting", "rejected", "closed", "all",
    ]  # fmt: skip


def test_a_day_begins_where_the_asker_is():
    late = Asker(datetime(2026, 11, 14, 23, 30, tzinfo=UTC), zone="Africa/Johannesburg")
    assert late.day() == datetime(2026, 11, 14, 22, tzinfo=UTC)
    bounds = window_bounds(ChangeFilter(span=Span.THIS_WEEK), late)
    assert bounds.ends_after == datetime(2026, 11, 8, 22, tzinfo=UTC)  # Monday 9 November, 00:00
    assert bounds.starts_before == datetime(2026, 11, 15, 22, tzinfo=UTC)
    assert window_bounds(built_in()["overdue"], late).starts_before == late.day()


def test_a_number_that_no_list_holds_is_no_place(store):
    assert store.finder.page(Query(ChangeFilter(), ASKER), after=Place(5, 5)).rows == ()
    assert store.finder.page(Query(ChangeFilter(states=OPEN_STATES), ASKER)).last is None


def test_places_are_told_apart_by_number_when_their_keys_are_equal(store):
    keep_changes(store, [{"title": "Same"} for _ in range(7)])
    outline = store.finder.outline(Query(ChangeFilter(), ASKER, ChangeSort(SortBy.TITLE)), every=2)
    numbers = [place.number for place in outline.places]
    assert numbers == [6, 4, 2]
    assert all(a > b for a, b in pairwise(numbers))


def test_a_new_id_is_not_taken(store):
    (change,) = keep_changes(store, [{"title": "A", "id": ChangeId(new_id())}])
    assert store.finder.ids(Query(ChangeFilter(), ASKER), limit=9) == (change.id,)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("142", 142), ("CHG-000142", 142), ("chg142", 142), (" 7 ", 7), ("CHG-", None), ("1 2", None),
     ("", None), ("١٤٢", None), ("0", 0)],
)  # fmt: skip
def test_a_number_is_known_in_the_forms_people_type(typed, number):
    assert number_in(typed) == number


def test_the_change_of_a_number_comes_before_what_only_mentions_it(store):
    keep_changes(store, [{"title": "First"}, {"title": "Move port 1"}, {"title": "Port 1 again"}])
    found = look_up("1", finder=store.finder, asker=ASKER, limit=2)
    assert [row.title for row in found] == ["First", "Port 1 again"]


def test_conflicting_is_what_the_schedule_finds_and_nobody_has_accepted(store):
    window = Window(TimeRange(NOON + timedelta(days=1), NOON + timedelta(days=1, hours=2)), "UTC")
    owner = Runbook((Step("s", "Copy", StepKind.MANUAL, owner="Sipho"),))
    planned = {"state": ChangeState.SCHEDULED, "window": window}
    keep_changes(
        store,
        [
            {"title": "A", "runbook": owner, **planned},
            {"title": "B", "coordinator": "sipho", **planned},
            {"title": "C", "coordinator": "Lerato", **planned},
            {"title": "D", "coordinator": "sipho", **planned, "state": ChangeState.DRAFT},
        ],
    )
    wanted = ChangeFilter(conflicting=True)

    def titles():
        return [row.title for row in store.finder.page(Query(wanted, ASKER)).rows]

    assert titles() == ["B", "A"]
    with store.unit_of_work() as uow:
        uow.windows.add(new_freeze(window))
        uow.log.append(NewEvent("window.added", "Frozen"))
        uow.commit()
    assert titles() == ["C", "B", "A"]  # seen at once: what was found is only kept until a write
    with store.unit_of_work() as uow:
        change = uow.changes.by_number("3")
        (freeze,) = find_conflicts(change, window, look_around(change, window.span, uow))
        given = Acknowledgement(freeze.key, "P", "Agreed", NOON, window.span, freeze.overlap)
        uow.changes.save(replace(change, acknowledged=(given,)))
        uow.log.append(NewEvent("conflict.accepted", "Accepted", change.id))
        uow.commit()
    assert titles() == ["B", "A"]
    assert store.finder.count(wanted, replace(ASKER, now=NOON + timedelta(days=2))) == 0


def new_freeze(window):
    start = window.span.start.replace(tzinfo=None)
    return ScheduleWindow(WindowId("f"), WindowKind.FREEZE, "Year end", "UTC", start, 7200.0)
