"""How long a report takes, beside the bare library with the same pages of plain text.

Ours has tables whose columns fit their words, charts, figures, links and attachments; the peer sets
as many pages of running text with nothing else on them.
"""

from io import BytesIO

from reportlab.platypus import Paragraph, SimpleDocTemplate

from app.reports.build import render_report
from app.reports.theme import register_fonts, style
from app.services.review.reports import report_data
from tests.bench.harness import Result, in_turns, seconds
from tests.reports import sample
from tests.reports.extremes import overlong

ROUNDS = 3
AIM = 10.0
"""Times the bare library; plain text is the least a page can cost."""
USUAL_AIM_S = 1.0
_SENTENCE = "Work ran from Sun 15 Nov 01:04 to 03:12 and took 2 h 08 min; 12 of 12 were done. "
_LINES = 56


def measure() -> Result:
    """Print the usual report and the longest in turns with the same pages of plain text."""
    register_fonts()
    usual, long = (report_data(source) for source in (sample.full(), overlong()))
    pages = render_report(*usual).pages
    long_pages = render_report(*long).pages
    ours_s, bare_s, long_s = in_turns(
        ROUNDS,
        lambda: seconds(lambda: render_report(*usual)),
        lambda: seconds(lambda: _bare(pages)),
        lambda: seconds(lambda: render_report(*long)),
    )
    note = (
        f"[{pages} pages with 4 charts and {len(usual[1])} attachments (aim ≤ {USUAL_AIM_S:g} s); "
        f"{long_pages} pages: {long_s:.3g} s, {long_pages / long_s:.0f} pages/s]"
    )
    return Result("pdf", ours_s, "s", "bare text", bare_s, AIM, ROUNDS, note=note)


def _bare(pages: int) -> bytes:
    target = BytesIO()
    document = SimpleDocTemplate(target, invariant=1)
    document.build([Paragraph(_SENTENCE, style()) for _line in range(pages * _LINES)])
    return target.getvalue()
