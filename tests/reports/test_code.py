"""The code of a change in its report: repository, both revisions, where the difference is seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.services.report_content.code import code
from tests.reports import sample
from tests.reports.reading import rendered, says, whole_text

LINK = "https://git.example.org/orders-web/compare/v2.13.0...v2.14.1?a=<b>&c"


def with_code(**fields):
    source = sample.full()
    return replace(source, change=replace(source.change, **fields))


def told(source) -> list[str]:
    return [f"{claim.lead} {claim.text}" for claim in code(source)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"code_before": " ", "code_link": " "}, []),
        (
            {"code_repository": "orders-web", "code_before": "v2.13.0", "code_revision": "v2.14.1"},
            ["Code. orders-web: v2.13.0 → v2.14.1."],
        ),
        ({"code_revision": "9f3c1ab"}, ["Code. 9f3c1ab; what was live before was not said."]),
        ({"code_before": "v1"}, ["Code. v1 before; what went live was not said."]),
        ({"code_link": "PR 7"}, ["Code. no revision was said.", "To be seen at: PR 7"]),
    ],
)
def test_what_is_known_of_the_code_is_told_and_nothing_else(fields, expected):
    assert told(with_code(**fields)) == expected


def test_the_oldest_commit_is_told_with_how_long_it_waited():
    work = sample.full().work
    source = with_code(code_revision="v2", first_commit_at=work.end - timedelta(days=3))
    assert told(source)[1].endswith("; 3\u202fd until the work ended.")
    late = with_code(code_revision="v2", first_commit_at=work.end + timedelta(days=3))
    assert "until" not in told(late)[1]


def test_the_chapter_of_the_plan_prints_it_as_plain_text():
    source = with_code(
        code_repository="orders-web", code_before="v2.13.0", code_revision="v2.14.1", code_link=LINK
    )
    text = whole_text(rendered(source).pdf)
    assert says(text, "Code. orders-web: v2.13.0 → v2.14.1.")
    assert says(text, f"To be seen at: {LINK}")
    assert not says(whole_text(rendered(with_code()).pdf), "To be seen at:")
