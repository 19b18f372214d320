"""Load tests: every request before and after, response over rate, and the runs behind it."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter, gap
from app.reports.plot import PlotDrawing
from app.reports.tables import Ruled, columns
from app.reports.theme import GUTTER, LEADING, Sheet
from app.services.report_content.common import Claim
from app.services.report_content.load_parts import LoadPart, LoadRow


def load_tests_section(part: LoadPart | None, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out; a change without load tests has none."""
    if part is None:
        return []
    story = chapter("load_tests", _("Load tests"), words, words.text(part.intro))
    if part.rows:
        story += [_table(part.rows, words, page), Air(LEADING)]
    if part.left_out:
        story += [words.text(part.left_out, quiet=True), Air(LEADING)]
    story += _beside(part, words, page)
    notes: list[Flowable] = []
    for note in part.notes:
        notes += [words.text(note, quiet=True), gap(2)]
    return [*story, _runs(part, words, page), Air(3), *notes, Air(LEADING)]


def _beside(part: LoadPart, words: Words, page: Sheet) -> list[Flowable]:
    """Set the picture and what the figures say side by side."""
    told: list[Flowable] = []
    for claim in part.findings:
        told += [words.claim(claim), gap(4)]
    if not told:
        return []
    said: list[Flowable] = [words.text(_("In words"), strong=True), *told]
    if part.plot is None:
        return [*said, Air(LEADING)]
    half = page.columns(3)
    picture: list[Flowable] = [
        words.text(_("Response over rate, all requests"), strong=True),
        PlotDrawing(part.plot),
    ]
    return [columns((half, half), (picture, said), between=GUTTER), Air(LEADING)]


def _table(rows: tuple[LoadRow, ...], words: Words, page: Sheet) -> Flowable:
    head: list[Cell] = [
        words.text(_("Requests"), strong=True),
        words.text(_("Samples"), quiet=True, right=True),
        words.text(_("Failed, %"), quiet=True, right=True),
        words.text(_("Mean"), quiet=True, right=True),
        words.text(_("95th percentile"), quiet=True, right=True),
        words.text(_("Change"), quiet=True, right=True),
        words.text(_("Verdict"), quiet=True),
    ]
    body: list[list[Cell]] = [
        [
            words.text(row.name, strong=row.is_total, most=60),
            words.text(row.samples, right=True),
            words.text(row.failed, right=True),
            words.text(row.mean, right=True),
            words.text(row.p95, right=True),
            words.text(row.change, right=True),
            Marked(row.mark),
        ]
        for row in rows
    ]
    return Ruled(head, body, (0, None, None, None, None, None, None), page.live_width).build()


def _runs(part: LoadPart, words: Words, page: Sheet) -> Flowable:
    head: list[Cell] = [
        words.text(_("The runs"), strong=True),
        words.text(_("File"), quiet=True),
        words.text(_("Ran, {zone}").format(zone=part.zone), quiet=True),
        words.text(_("Samples"), quiet=True, right=True),
        words.text(_("Judged"), quiet=True, right=True),
        words.text(_("Evidence"), quiet=True, right=True),
    ]
    body: list[list[Cell]] = [
        [
            words.text(row.side),
            words.claim(Claim(row.note, row.name, ()), most=200) if row.note
            else words.text(row.name, most=80),
            words.text(row.when),
            words.text(row.samples, right=True),
            words.text(row.judged, right=True),
            words.ids(row.evidence),
        ]
        for row in part.runs
    ]  # fmt: skip
    return Ruled(head, body, (None, 0, None, None, None, None), page.live_width).build()
