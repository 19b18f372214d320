import pytest

from app.domain.filter import ChangeFilter, ChangeSort, SortBy
from app.errors import InvalidInput
from app.services.change.changes import Desk
from app.services.search import filters

WANTED = ChangeFilter("openssl", tag="q4")
SORT = ChangeSort(SortBy.RISK)


@pytest.fixture
def desk(store, clock):
    return Desk(store.unit_of_work, clock, "Nomsa")


def kept(store):
    with store.unit_of_work() as uow:
        return [item for item in uow.filters.list() if not item.archived]


def test_a_filter_is_kept_renamed_deleted_and_brought_back_with_log_entries(store, desk):
    made = filters.keep_filter("  My   patches ", WANTED, SORT, desk=desk)
    assert (made.name, made.by) == ("My patches", "Nomsa")
    filters.change_filter(made.id, "Patches", WANTED, SORT, desk=desk)
    (found,) = kept(store)
    assert (found.name, found.wanted, found.sort) == ("Patches", WANTED, SORT)
    filters.put_filter_away(made.id, desk=desk)
    assert kept(store) == []
    filters.put_filter_away(made.id, desk=desk, away=False)
    assert [item.name for item in kept(store)] == ["Patches"]
    kinds = [event.kind for event in store.queries.events()]
    assert kinds == ["filter.restored", "filter.deleted", "filter.renamed", "filter.kept"]


def test_what_a_kept_filter_holds_is_changed_under_its_name(store, desk):
    made = filters.keep_filter("Patches", WANTED, SORT, desk=desk)
    filters.change_filter(made.id, "Patches", WANTED, SORT, desk=desk)
    other, order = ChangeFilter(tag="q1"), ChangeSort(SortBy.TITLE)
    filters.change_filter(made.id, "Patches", other, order, desk=desk)
    (found,) = kept(store)
    assert (found.id, found.name, found.wanted, found.sort) == (made.id, "Patches", other, order)
    filters.change_filter(made.id, "Q1", WANTED, order, desk=desk)
    kinds = [event.kind for event in store.queries.events()]
    assert kinds == ["filter.renamed", "filter.changed", "filter.changed", "filter.kept"]
    filters.keep_filter("Patches", WANTED, SORT, desk=desk)
    with pytest.raises(InvalidInput):
        filters.change_filter(made.id, "patches", other, SORT, desk=desk)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "PATCHES"])
def test_a_name_that_cannot_be_is_refused(store, desk, name):
    filters.keep_filter("Patches", WANTED, SORT, desk=desk)
    with pytest.raises(InvalidInput):
        filters.keep_filter(name, WANTED, SORT, desk=desk)
    assert len(kept(store)) == 1


def test_a_deleted_filter_leaves_its_name_free(store, desk):
    first = filters.keep_filter("Patches", WANTED, SORT, desk=desk)
    filters.put_filter_away(first.id, desk=desk)
    filters.keep_filter("Patches", WANTED, SORT, desk=desk)
    filters.change_filter(kept(store)[0].id, "patches", WANTED, SORT, desk=desk)
    assert [item.name for item in kept(store)] == ["patches"]
