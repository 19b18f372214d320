"""One change from the host's key to the printed report, by mouse and keys in the real window."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from app.demo import plan
from app.demo.play import _customers
from app.demo.shop import install_shop
from app.demo.sshd import PrivateSshd
from tests.journeys import working, writing
from tests.journeys.driver import at_the_window
from tests.journeys.writing import Place

pytestmark = pytest.mark.journey


@pytest.fixture
def place(tmp_path) -> Iterator[Place]:
    with ExitStack() as stack:
        server = stack.enter_context(PrivateSshd(tmp_path / "server"))
        shop = install_shop(tmp_path / "server" / "shop")
        stack.callback(shop.stop)
        stack.enter_context(_customers(shop))
        yield Place(tmp_path / "data", server, shop)


def test_a_change_from_the_key_of_its_host_to_the_printed_report(place, qapp, qtbot):
    with at_the_window(place.data, plan.COORDINATOR, qtbot) as person:
        writing.add_the_host(person, place)
        writing.identify(person)
        writing.plan_the_change(person, place)
        working.approve(person)
        working.back_up_and_prove(person)
        working.check_before(person)
        working.measure(person, "before", 3)
        working.run(person, place)
        working.test_and_watch(person)
        working.judge(person)
        working.review(person)
        working.print_the_report(person)
