"""Several runs on each side, three readers: the window, the answer of the command, the report."""

import io
import json
from contextlib import redirect_stdout
from dataclasses import replace

import pytest

from app.__main__ import main
from app.analysis.words_figures import short_move
from app.cli.output import rounded
from app.domain.ids import LoadRunId
from app.domain.loadtest import Figure, LoadRun, LoadTerms, LoadVerdict
from app.domain.metric import WindowName
from app.domain.verdict import Design, Evidence, OverallVerdict, Verdict
from app.services.loadtests.comparing import compare_sides, read_run
from tests.loadtests.test_comparing import write
from tests.reports import sample
from tests.reports.people import CHANGE, KHUMALO, MIDNIGHT
from tests.reports.reading import rendered, says, whole_text
from ui.pages.loadtests.compared import ComparedPanel
from ui.pages.loadtests.rows import FIGURE_COLUMNS, figure_rows

TERMS = LoadTerms(apdex_ms=70.0)
_STEADY, _BOTH, _FEW = (60.0, 61.0, 60.5), ("home", "pay"), 2
SIDES = {
    "worse": (_STEADY, (78.0, 79.3, 78.6), TERMS),
    "better": ((78.0, 79.3, 78.6), _STEADY, TERMS),
    "same within the margin": (_STEADY, (60.6, 61.2, 60.1), TERMS),
    "real but small": (_STEADY, (62.8, 63.4, 63.1), TERMS),
    "runs that differ much": ((45.0, 60.0, 80.0), (50.0, 66.0, 90.0), TERMS),
    "beyond the margin, not by the strict rule": (
        _STEADY, (66.0, 71.0, 67.0), replace(TERMS, strict=True)
    ),
    "beyond the margin by the strict rule": (
        _STEADY, (78.0, 79.3, 78.6), replace(TERMS, strict=True)
    ),
    "failing": (_STEADY, _STEADY, TERMS),
    "the same runs": (_STEADY, _STEADY, TERMS),
    "a request in too few runs": (_STEADY, (66.0, 66.4, 66.2), TERMS),
}  # fmt: skip


@pytest.fixture(scope="module", params=list(SIDES))
def told(request, tmp_path_factory):
    """Files of both sides, with what the window and the report are given of them."""
    folder = tmp_path_factory.mktemp("runs")
    name, (before, after, terms) = request.param, SIDES[request.param]
    first = [
        write(folder / f"b{n}.jtl", level=x, seed=n, bad=0.02, seconds=60)
        for n, x in enumerate(before)
    ]
    last = list(first)
    if name != "the same runs":
        last = [
            write(
                folder / f"a{n}.jtl", level=x, seed=9 + n, seconds=60,
                bad=0.06 if name == "failing" else 0.02,
                labels=("home",) if name.startswith("a request") and n < _FEW else _BOTH,
            )
            for n, x in enumerate(after)
        ]  # fmt: skip
    sides = [[read_run(path, terms) for path in side] for side in (first, last)]
    return name, first, last, terms, compare_sides(*sides, terms)


def answer(first, last, terms) -> dict[str, object]:
    """Ask the command, as somebody with the files and the agreed terms would."""
    words = ["--apdex", f"{terms.apdex_ms:g}ms", *(["--strict"] if terms.strict else [])]
    out = io.StringIO()
    files = [*map(str, first), "--after", *map(str, last)]
    with redirect_stdout(out):
        assert main(["loadtest", "compare", *files, *words, "--json"]) == 0
    return json.loads(out.getvalue())


def test_the_cases_give_every_verdict_that_runs_can(told):
    name, _first, _last, _terms, found = told
    mean = found.rows[0].of(Figure.MEAN)
    assert (mean.design, mean.evidence) == (Design.RUNS, Evidence.FULL)
    wanted = {
        "worse": Verdict.REGRESSED,
        "better": Verdict.IMPROVED,
        "runs that differ much": Verdict.NOT_ENOUGH_DATA,
        "beyond the margin, not by the strict rule": Verdict.NOT_ENOUGH_DATA,
        "beyond the margin by the strict rule": Verdict.REGRESSED,
    }
    if name == "failing":
        assert found.overall.verdict is OverallVerdict.REGRESSED
        assert found.rows[0].of(Figure.ERRORS).verdict is Verdict.REGRESSED
    elif name == "a request in too few runs":
        assert found.rows[2].of(Figure.MEAN).evidence is Evidence.LIMITED
    else:
        assert mean.verdict is wanted.get(name, Verdict.NO_MATERIAL_CHANGE)
        small = name == "real but small"
        assert ("real, but below" in mean.sentence) is small


def test_the_command_says_of_runs_what_the_window_is_given(told):
    _name, first, last, terms, found = told
    data = answer(first, last, terms)
    assert (data["design"], data["evidence"]) == ("runs", "full")
    overall = found.overall
    assert (data["verdict"], data["sentence"]) == (overall.verdict.value, overall.sentence)
    assert data["notes"] == list(found.notes)
    for row, said in zip(found.rows, (data["total"], *data["labels"]), strict=True):
        for figure in Figure:
            item, other = row.of(figure), said["verdicts"][figure.value]
            assert (other["verdict"], other["sentence"]) == (item.verdict.value, item.sentence)
            figures = (item.relative_change, item.before, item.after, item.smallest_visible_change)
            names = ("relative_change", "before", "after", "smallest_visible_change")
            assert [other[name] for name in names] == [rounded(each) for each in figures]
            ends = item.interval95
            assert other["interval95"] == (ends and [rounded(end) for end in ends])


def test_the_window_shows_every_figure_of_runs_as_it_was_judged(told, shown):
    _name, first, last, _terms, found = told
    panel = shown(ComparedPanel())
    panel.show_found(found, "UTC")
    word = f"{found.overall.verdict.words.upper()}. "
    assert panel._sentence.text() == found.overall.sentence.removeprefix(word)
    assert panel._overall.accessibleName() == found.overall.verdict.words
    for row in panel.table.rows_model.rows:
        panel.table.select(row.id)
        for line in figure_rows(row.label):
            panel.detail.table.select(line.id)
            assert panel.detail._sentence.text() == line.found.sentence
            assert line.found.verdict.words in FIGURE_COLUMNS[0].text(line)
            assert FIGURE_COLUMNS[3].text(line) == short_move(line.found)
    facts = panel.detail._facts
    words = "\n".join(label.text() for label in facts.findChildren(type(panel._sentence)))
    assert all(path.name in words for path in (*first, *last)), words


def test_another_comparison_is_told_at_once_where_the_cursor_stays(tmp_path, shown):
    panel = shown(ComparedPanel())
    before = read_run(write(tmp_path / "before.jtl", seconds=60), TERMS)
    for n, level in enumerate((75.0, 90.0)):
        after = read_run(write(tmp_path / f"{n}.jtl", level=level, seed=1, seconds=60), TERMS)
        found = compare_sides([before], [after], TERMS)
        panel.show_found(found, "UTC")
        assert panel.detail._sentence.text() == found.rows[0].of(Figure.MEAN).sentence


def test_the_report_prints_the_same_sentences_of_runs(told):
    _name, _first, _last, terms, found = told
    sides = ((WindowName.BEFORE, found.before), (WindowName.AFTER, found.after))
    runs = tuple(
        LoadRun(
            LoadRunId(f"{side.value}-{n}"), CHANGE, side, run.name, run.sha256, 1000, run.summary,
            terms, MIDNIGHT, KHUMALO,
        )
        for side, facts in sides
        for n, run in enumerate(facts)
    )  # fmt: skip
    verdict = LoadVerdict(CHANGE, CHANGE, found, MIDNIGHT)
    text = whole_text(rendered(replace(sample.empty(), load_runs=runs, load_verdict=verdict)).pdf)
    assert says(text, f"Overall: {found.overall.verdict.words.lower()}")
    assert says(text, "3 runs from before and 3 from after were compared run by run")
    for figure in (Figure.ERRORS, Figure.MEAN, Figure.P95, Figure.APDEX):
        assert says(text, found.rows[0].of(figure).sentence), figure
    assert all(says(text, note) for note in found.notes)
