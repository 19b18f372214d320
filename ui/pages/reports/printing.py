"""Sends the report that is shown to a printer."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.i18n import ngettext

if TYPE_CHECKING:
    from ui.pages.reports.page import ReportsPage


class Printing(QObject):
    """Follows the button of the preview."""

    def __init__(self, page: "ReportsPage") -> None:
        super().__init__(page)
        self._page = page
        page.preview.print_wanted.connect(self._on_print)

    @Slot()
    def _on_print(self) -> None:
        from ui.widgets.printing import PrintJob  # noqa: PLC0415 - the print system loads with it

        page = self._page
        if page.preview.pages is not None:
            job = PrintJob(page.context.tasks, page.preview.pages, page)
            job.done.connect(self._on_printed)
            job.failed.connect(page.show_error)
            job.ask(page)

    @Slot(int)
    def _on_printed(self, pages: int) -> None:
        text = ngettext(
            "{n} page was sent to the printer", "{n} pages were sent to the printer", pages
        )
        self._page.context.messages.show_done(text.format(n=pages))
