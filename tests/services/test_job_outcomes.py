"""What is said of a job's end: never more than the host can know."""

import pytest

from app.domain.job import JobEnd, StreamEnd
from app.domain.run import StepState
from app.services.jobs.following import Finish, Followed
from app.services.jobs.outcomes import outcome_of

NOTHING = StreamEnd(0, "0" * 64)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (
            JobEnd(143, 1.0, False, True, 0, NOTHING, NOTHING, sees_all=True),
            "confirms that nothing",
        ),
        (JobEnd(143, 1.0, False, True, 0, NOTHING, NOTHING), "cannot be seen there: look yourself"),
        (None, "cannot be seen there: look yourself"),
    ],
    ids=["no process could hide", "one could", "nobody says"],
)
def test_stopped_is_said_as_surely_as_the_host_can_see(end: JobEnd | None, words: str) -> None:
    state, text = outcome_of(Followed(Finish.CANCELLED, end), 60, "Nomsa")
    assert state is StepState.STOPPED
    assert "Stopped by Nomsa" in text
    assert words in text
