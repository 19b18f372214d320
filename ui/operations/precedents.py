"""What is looked up while a change is being written."""

from typing import TYPE_CHECKING

from app.services.search.precedents import Likeness, Precedents

if TYPE_CHECKING:
    from app.services.facade import AppServices


def look_up(services: "AppServices", like: Likeness) -> Precedents:
    """Return earlier changes like one that is being written."""
    return services.late.precedents().precedents(like, services.clock.now())
