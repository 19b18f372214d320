"""One verdict, three readers: the card in the window, the answer of the command, the report."""

import io
import json
from contextlib import redirect_stdout
from dataclasses import replace

import pytest

from app.__main__ import main
from app.analysis.words_figures import level, short_move, short_range
from app.cli.output import rounded
from app.domain.verdict import Verdict
from tests.reports import sample
from tests.reports.reading import rendered, says, whole_text
from tests.ui.gallery.verdicts import cases, found, judged, views
from ui.pages.metrics.detail import MetricDetail
from ui.pages.metrics.rows import COLUMNS, verdict_badge

IN_WORDS = 3
"""So many measures the report tells in whole sentences."""


def answer(folder, metric, case) -> dict[str, object]:
    """Ask the command about a made metric, as somebody with the file and the agreed terms would."""
    columns = [case.value] if case.total is None else [case.value, case.total]
    rows = zip(case.at_s.tolist(), *(each.tolist() for each in columns), strict=True)
    path = folder / "samples.csv"
    text = "\n".join(",".join(map(repr, each)) for each in rows)
    path.write_text(f"time,errors,total\n{text}\n" if len(columns) > 1 else f"time,v\n{text}\n")
    s = case.scenario
    words = {
        "--change-start": case.start_s, "--change-end": case.end_s, "--window": f"{s.window_s}s",
        "--settle": f"{s.settle_s}s", "--zone": s.zone, "--kind": metric.kind.value,
        "--worse": metric.worse_when.value, "--margin": metric.margin, "--floor": metric.floor,
        "--name": metric.name, "--unit": metric.unit,
    }  # fmt: skip
    flat = [str(word) for pair in words.items() for word in pair]
    out = io.StringIO()
    with redirect_stdout(out):
        strict = ["--strict"] if metric.strict else []
        assert main(["compare", str(path), *flat, *strict, "--json"]) == 0
    return json.loads(out.getvalue())


def test_the_command_says_of_every_verdict_what_the_window_says(tmp_path):
    told = set()
    for metric, case, around in cases():
        if around.caveats or around.gates:
            continue  # what a file alone cannot tell
        item = judged(replace(metric, target=None), case)
        data = answer(tmp_path, metric, case)
        assert (data["sentence"], data["reason"]) == (item.sentence, item.reason)
        assert data["verdict"] == item.verdict.value
        figures = (item.relative_change, item.before, item.after, item.smallest_visible_change)
        names = ("relative_change", "before", "after", "smallest_visible_change")
        assert [data[name] for name in names] == [rounded(each) for each in figures]
        ends = item.interval95
        assert data["interval95"] == (ends and [rounded(end) for end in ends])
        assert (data["evidence"], data["design"]) == (item.evidence.value, item.design.value)
        told.add((item.verdict, item.gates))
    assert {verdict for verdict, _gates in told} >= {
        Verdict.REGRESSED, Verdict.IMPROVED, Verdict.CHANGED, Verdict.NO_MATERIAL_CHANGE,
        Verdict.NOT_ENOUGH_DATA,
    }  # fmt: skip
    assert len(told) >= 9, told


def test_the_card_tells_every_verdict_as_the_record_has_it(shown):
    card = shown(MetricDetail())
    for view in views():
        card.show_metric(view, "UTC")
        assert card._sentence.text() == view.found.sentence
        assert card._badge.accessibleName() == view.found.verdict.words
        assert verdict_badge(view).word == view.found.verdict.words
        written = " ".join(word.text for word in COLUMNS[1].cell(view).top)
        if view.found.before is not None and view.found.after is not None:
            assert level(view.found, view.found.after) in written
        move = COLUMNS[3].cell(view)
        if view.found.interval95 is not None:
            texts = [word.text for word in (*move.top, *move.below)]
            assert texts == [short_move(view.found), short_range(view.found)]


def reports():
    """Sources of a few measures each, so that the report tells all of them in sentences."""
    every = [
        (replace(metric, id=f"m{n}"), replace(item, id=f"c:m{n}", metric_id=f"m{n}"))
        for n, (metric, item) in enumerate(found())
    ]
    for first in range(0, len(every), IN_WORDS):
        some = every[first : first + IN_WORDS]
        change = replace(sample.full().change, metrics=tuple(metric for metric, _item in some))
        yield replace(
            sample.full(), change=change, comparisons=tuple(item for _metric, item in some)
        )


@pytest.mark.parametrize("n", range(-(-len(found()) // IN_WORDS)))
def test_the_report_prints_the_sentence_of_every_verdict(n):
    source = list(reports())[n]
    text = whole_text(rendered(source).pdf)
    for item in source.comparisons:
        if item.verdict is not Verdict.NOT_MEASURED:
            assert says(text, item.sentence), item.sentence
        assert says(text, item.verdict.words)
        if item.budget is not None:
            assert says(text, item.budget.sentence)
