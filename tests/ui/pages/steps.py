"""Where things are on the page of a change."""

from ui.pages.changes.tabs import TABS


def tab(driver, name):
    """Show a tab and return it."""
    place = [entry.id for entry in TABS].index(name)
    driver.page.detail.tabs.set_current(place)
    driver.settle()
    return driver.page.detail.tab(place)


def part(driver, place):
    """Show a part of the plan and return its sections."""
    plan = tab(driver, "plan")
    plan.chips.choose(place)
    driver.settle()
    return plan.part(place)


def saved(driver):
    """Save what was typed and wait."""
    driver.page.detail.flush()
    driver.settle()
