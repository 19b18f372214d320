"""What the list of changes says before there is any change."""

from ui.pages.changes.list_head import View
from ui.pages.changes.page import ChangesPage


def test_an_empty_table_teaches_and_leads_to_the_first_change(drive, services):
    driver = drive(ChangesPage)
    page, listing = driver.page, driver.page.list
    driver.click(listing.head.views[View.TABLE])
    assert listing.views.nothing_yet.isVisible()
    driver.click(listing.views.first)
    assert page.new.isVisible()
    driver.type(page.new.field, "Upgrade PostgreSQL")
    driver.click(page.new.begin)
    driver.bot.waitUntil(lambda: listing.pages.total == 1)
    driver.settle()
    assert page.escape()
    assert listing.table.isVisible()
    assert not listing.views.nothing_yet.isVisible()
