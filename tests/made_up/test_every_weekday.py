"""The examples come out the same on whatever day they are made; other tests make them today."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.review import CloseCode
from app.examples.make import make_examples
from app.tasks import TaskContext


@pytest.mark.soak
@pytest.mark.parametrize("day", range(7))
def test_the_codes_do_not_hang_on_the_day(tmp_path, day):
    now = datetime(2027, 2, 27, 23, 30, tzinfo=UTC) + timedelta(days=day, hours=5 * day % 24)
    made = make_examples(tmp_path / "examples", TaskContext(), now)
    assert [change.close_code for change in made.changes[:3]] == [
        CloseCode.BACKED_OUT,
        CloseCode.SUCCESSFUL,
        CloseCode.WITH_ISSUES,
    ]
