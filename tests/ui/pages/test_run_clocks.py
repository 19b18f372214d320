"""What the run page shows of time, and that all of it goes on by itself: nobody calls a tick."""

from dataclasses import replace
from datetime import timedelta

from app.domain.run import StepState
from app.domain.window import TimeRange, Window
from app.wording import moment
from tests.fakes import NOON
from tests.ui.pages.test_run_decisions import LOOK, begun, step, wait
from tests.ui.pages.test_run_page import button, only_run, shown
from ui.pages.run.rows import BAR_COLUMN
from ui.theme import tokens
from ui.widgets.run_bars import Marks

__all__ = ["begun"]
WINDOW = Window(TimeRange(NOON - timedelta(hours=1), NOON + timedelta(hours=3)))


def amber(page) -> int:
    """Count the pixels of the bars that have the colour of what takes too long."""
    table, watch = page._table, tokens().watch.rgb()
    area = table.viewport().rect()
    area.setLeft(table.columnViewportPosition(BAR_COLUMN))
    picture = table.viewport().grab(area).toImage()
    return sum(
        picture.pixel(x, y) == watch
        for x in range(picture.width())
        for y in range(picture.height())
    )


def test_the_clocks_of_the_band_go_by_themselves(begun, clock):
    driver = begun(LOOK, window=WINDOW)
    band = driver.page._band
    assert (band.elapsed._figure, band.left._figure) == ("0:00", "2:30:00")
    clock.pass_by(minutes=50)
    driver.bot.waitUntil(lambda: band.elapsed._figure == "50:00")
    driver.bot.waitUntil(lambda: band.left._figure == "1:40:00")
    clock.pass_by(minutes=101)
    driver.bot.waitUntil(lambda: band.left._figure == "−1:00")
    assert band.left._tone == "bad"


def test_a_bar_turns_amber_past_the_average_and_only_then(begun, clock):
    driver = begun(replace(LOOK, estimate_s=600.0), window=WINDOW)
    clock.pass_by(minutes=9)
    wait(driver, lambda: driver.page._band.elapsed._figure == "9:00")
    assert amber(driver.page) == 0
    clock.pass_by(minutes=6)
    wait(driver, lambda: amber(driver.page) > 40)


def test_a_finished_run_says_when_it_ended_and_no_longer_now(begun, services, clock):
    driver = begun(LOOK, window=WINDOW)
    strip = driver.page._band.strip
    assert strip.accessibleName().startswith("now 12:00, ")
    assert "roll back at the latest" in strip.accessibleName()
    clock.pass_by(minutes=5)
    driver.click(button(driver.page, "Done"))
    wait(driver, lambda: only_run(services).is_over)
    assert step(services, "m1").state is StepState.DONE
    clock.pass_by(minutes=30)
    driver.page.reload()
    driver.settle()
    said = strip.accessibleName()
    assert said.startswith("ended 12:05, ")
    assert "now" not in said
    assert "roll back" not in said
    assert driver.page._table.bars.marks == Marks(None, None)
    assert not driver.page._band.left.isVisible()


def test_after_the_end_of_the_window_the_strip_still_shows_what_is_to_come(begun, clock):
    past = Window(TimeRange(NOON - timedelta(hours=2), NOON - timedelta(hours=1)))
    driver = begun(replace(LOOK, estimate_s=600.0), window=past)
    strip = driver.page._band.strip
    assert strip._strip.scale.end == NOON + timedelta(minutes=10), "the end of the plan"
    said = strip.accessibleName()
    assert "plan 12:10" in said
    assert "window ended 11:00" in said
    assert "window ends" not in said


def test_a_run_says_its_zone_and_once_it_is_over_its_day(begun, services):
    zone = "Africa/Johannesburg"
    driver = begun(LOOK, window=Window(WINDOW.span, zone))
    assert "started 14:00:00 SAST by Nomsa" in shown(driver.page)
    driver.click(button(driver.page, "Done"))
    wait(driver, lambda: only_run(services).is_over)
    driver.page.reload()
    driver.settle()
    assert f"started {moment(NOON, zone, seconds=True)} by Nomsa" in shown(driver.page)
