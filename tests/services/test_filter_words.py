from datetime import date

import pytest

from app.domain.change import ChangeState
from app.domain.filter import OPEN_STATES, ChangeFilter, Span, built_in
from app.domain.risk import Grade
from app.errors import InvalidInput
from app.services.search.filter_words import read_filter


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ChangeFilter()),
        ("all", ChangeFilter()),
        ("closed", built_in()["closed"]),
        ("closed openssl", built_in()["closed"].with_text("openssl")),
        ("state=open", ChangeFilter(states=OPEN_STATES)),
        ("state=draft,closed", ChangeFilter(states=(ChangeState.DRAFT, ChangeState.CLOSED))),
        ("risk=very_high", ChangeFilter(risks=(Grade.VERY_HIGH,))),
        ('coordinator="Nomsa Khumalo" patch', ChangeFilter("patch", coordinator="Nomsa Khumalo")),
        ("window=this_week", ChangeFilter(span=Span.THIS_WEEK)),
        ("from=2026-11-01", ChangeFilter(first_day=date(2026, 11, 1))),
        ("on_hold=no", ChangeFilter(on_hold=False)),
        ("mine=yes host=db-01", ChangeFilter(mine=True, host="db-01")),
    ],
)
def test_words_describe_a_filter(text, wanted):
    assert read_filter(text) == wanted


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("mood=good", "There are: state, type,"),
        ("state=opn", "draft, assess"),
        ("risk=5", "very_low"),
        ("from=yesterday", "a day such as"),
        ("on_hold=maybe", "yes, no"),
        ('title="open', "Close every quote"),
    ],
)
def test_what_a_filter_does_not_know_is_refused_with_what_it_knows(text, hint):
    with pytest.raises(InvalidInput) as told:
        read_filter(text)
    assert hint in told.value.hint
