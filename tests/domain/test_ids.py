"""Identifiers sort by time and never repeat."""

from uuid import UUID

from app.domain.ids import new_id


def test_ids_are_version_7_and_unique() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == len(made)
    assert {UUID(item).version for item in made} == {7}
    assert {UUID(item).variant for item in made} == {"specified in RFC 4122"}


def test_ids_sort_by_the_millisecond_they_were_made_in() -> None:
    stamps = [UUID(new_id()).int >> 80 for _ in range(500)]
    assert stamps == sorted(stamps)
