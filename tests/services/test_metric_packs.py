"""Every kind of need has measures, few of them key, and none is suggested twice."""

import pytest

from app.domain.ids import HostId
from app.domain.metric import Metric
from app.domain.vocabulary import NeedCategory
from app.services.metric.metric_packs import missing_from, pack_for


@pytest.mark.parametrize("category", NeedCategory)
def test_a_pack_can_be_measured_as_it_is(category):
    pack = pack_for(category, HostId("shop"))
    assert 1 <= sum(metric.key for metric in pack) <= 2
    assert 3 <= len(pack) <= 6
    assert len({metric.id for metric in pack}) == len({metric.name for metric in pack}) == len(pack)
    for metric in pack:
        assert metric.query
        assert (metric.host == "shop") == (metric.source == "host")
        assert metric.margin > 0


def test_what_the_plan_has_is_not_suggested_again():
    pack = pack_for(NeedCategory.OUTDATED)
    plan = (Metric("1", "response TIME"), Metric("2", "CPU of the shop", query="cpu"))
    left = missing_from(plan, pack)
    assert [metric.name for metric in left] == [
        "Share of failed requests", "Requests per second", "Memory in use",
    ]  # fmt: skip
    assert missing_from((*plan, *left), pack) == ()
