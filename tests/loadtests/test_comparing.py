"""Load tests before and after a change, as files."""

from pathlib import Path

import numpy as np
import pytest

from app.domain.loadtest import Figure, LoadTerms
from app.domain.verdict import OverallVerdict, Verdict
from app.errors import InvalidInput
from app.services.loadtests.comparing import compare_load_tests
from tests.loadtests.jtl import BEGIN_MS, Sample, as_csv


def write(path: Path, *, level=60.0, bad=0.01, seed=0, seconds=120, labels=("home", "pay")):
    """Write one run of two requests each 25 ms, as a closed loop would leave it."""
    rng = np.random.default_rng(seed)
    samples = [
        Sample(
            BEGIN_MS + i * 25,
            int(level * rng.gamma(8, 1 / 8)) + 1,
            labels[i % len(labels)],
            ok=bool(rng.random() >= bad),
        )
        for i in range(seconds * 40)
    ]
    path.write_bytes(as_csv(samples))
    return path


def figures(row):
    return {figure: row.of(figure).verdict for figure in Figure if row.of(figure)}


def test_a_slower_and_more_faulty_run_is_judged_so(tmp_path):
    before = write(tmp_path / "before.jtl")
    after = write(tmp_path / "after.jtl", level=75.0, bad=0.05, seed=1)
    found = compare_load_tests([before], [after], LoadTerms(apdex_ms=70.0))
    assert found.overall.verdict is OverallVerdict.REGRESSED
    assert found.single_run
    total = found.rows[0]
    assert (total.label, total.is_total) == ("Total", True)
    verdicts = figures(total)
    assert all(verdicts[each] is Verdict.REGRESSED for each in Figure if each is not Figure.RATE)
    assert verdicts[Figure.RATE] is Verdict.NO_MATERIAL_CHANGE
    assert total.of(Figure.MEAN).relative_change == pytest.approx(0.25, abs=0.03)
    assert total.after.error_share == pytest.approx(0.05, abs=0.01)
    assert [row.label for row in found.rows[1:]] == ["home", "pay"]
    assert "run by run" not in total.of(Figure.MEAN).sentence


def test_swapping_the_sides_mirrors_the_verdicts(tmp_path):
    paths = write(tmp_path / "a.jtl"), write(tmp_path / "b.jtl", level=75.0, seed=1)
    there = compare_load_tests([paths[0]], [paths[1]], LoadTerms())
    back = compare_load_tests([paths[1]], [paths[0]], LoadTerms())
    mirror = {Verdict.REGRESSED: Verdict.IMPROVED, Verdict.IMPROVED: Verdict.REGRESSED}
    for one, other in zip(there.rows, back.rows, strict=True):
        assert figures(other) == {f: mirror.get(v, v) for f, v in figures(one).items()}
    assert compare_load_tests([paths[0]], [paths[1]], LoadTerms()) == there


def test_a_run_beside_itself_has_not_changed(tmp_path):
    path = write(tmp_path / "a.jtl", bad=0)
    found = compare_load_tests([path], [path], LoadTerms())
    assert found.overall.verdict is OverallVerdict.NO_MATERIAL_CHANGE
    assert found.rows[0].of(Figure.MEAN).absolute_change == 0


def test_three_runs_a_side_are_compared_run_by_run(tmp_path):
    levels = (60.0, 63.0, 58.0, 61.0)
    before = [write(tmp_path / f"b{i}", level=x, seed=i) for i, x in enumerate(levels)]
    after = [write(tmp_path / f"a{i}", level=1.3 * x, seed=9 + i) for i, x in enumerate(levels)]
    found = compare_load_tests(before, after, LoadTerms())
    mean = found.rows[0].of(Figure.MEAN)
    assert (found.single_run, mean.verdict) == (False, Verdict.REGRESSED)
    assert mean.relative_change == pytest.approx(0.3, abs=0.03)
    assert "Compared run by run." in mean.sentence
    noisy = compare_load_tests(before[:3], before[1:], LoadTerms())
    assert noisy.rows[0].of(Figure.MEAN).verdict is not Verdict.REGRESSED


def test_more_than_one_but_fewer_than_three_runs_say_which_was_taken(tmp_path):
    before = [write(tmp_path / f"b{i}", seed=i) for i in range(2)]
    after = write(tmp_path / "a", level=80.0, seed=7)
    found = compare_load_tests(before, [after], LoadTerms())
    assert "the last run of each side" in found.notes[0]
    assert found.rows[0].before.samples == 2 * 4800


def test_a_label_on_one_side_only_is_named_and_not_judged(tmp_path):
    before = write(tmp_path / "b", labels=("home", "old"))
    after = write(tmp_path / "a", labels=("home", "new"))
    found = compare_load_tests([before], [after], LoadTerms())
    old = next(row for row in found.rows if row.label == "old")
    assert (old.after, old.comparisons) == (None, ())
    assert "“old” occurs only before." in found.notes
    assert "“new” occurs only after." in found.notes


def test_too_few_samples_are_no_verdict(tmp_path):
    paths = [write(tmp_path / name, seconds=1, seed=i) for i, name in enumerate("ba")]
    found = compare_load_tests(paths[:1], paths[1:], LoadTerms())
    p99 = found.rows[0].of(Figure.P99)
    assert p99.verdict is Verdict.NOT_ENOUGH_DATA
    assert "too few samples" in p99.reason
    assert found.overall.verdict is not OverallVerdict.NO_MATERIAL_CHANGE


def test_files_without_single_samples_or_times_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv([Sample(BEGIN_MS, 5)], columns=("label", "elapsed", "success")))
    with pytest.raises(InvalidInput, match="no single samples"):
        compare_load_tests([path], [path], LoadTerms())
    with pytest.raises(InvalidInput, match="run on each side"):
        compare_load_tests([path], [], LoadTerms())


def test_the_same_run_with_failures_dated_otherwise_and_sorted_has_not_changed(tmp_path):
    path = write(tmp_path / "a.jtl", bad=0.01)
    head, *rows = path.read_text().splitlines()
    later = [
        f"{int(row[:13]) + 86_400_000}{row[13:]}" for row in reversed(rows) if row[:9].isdigit()
    ]
    assert len(later) > 4000
    kept = [f"{int(row[:13])}{row[13:]}" for row in rows if row[:9].isdigit()]
    (tmp_path / "b.jtl").write_text("\n".join([head, *kept]))
    (tmp_path / "c.jtl").write_text("\n".join([head, *later]))
    found = compare_load_tests([tmp_path / "b.jtl"], [tmp_path / "c.jtl"], LoadTerms())
    assert found.overall.verdict is OverallVerdict.NO_MATERIAL_CHANGE
    assert "Both sides are the same runs" in found.notes[0]


@pytest.mark.parametrize("n", [1, 2, 50])
def test_samples_that_all_began_at_once_have_no_course_and_no_verdict(tmp_path, n):
    at_once, long = tmp_path / "at-once", write(tmp_path / "long")
    at_once.write_bytes(as_csv([Sample(BEGIN_MS, 5)] * n))
    for sides in ([at_once], [long]), ([long], [at_once]):
        found = compare_load_tests(*sides, LoadTerms())
        assert found.rows[0].of(Figure.MEAN).verdict is Verdict.NOT_ENOUGH_DATA
    again = compare_load_tests([at_once], [at_once], LoadTerms())
    assert again.rows[0].of(Figure.MEAN).verdict is Verdict.NO_MATERIAL_CHANGE


def test_of_several_files_the_one_that_cannot_be_read_is_named(tmp_path):
    good, bad = write(tmp_path / "good"), tmp_path / "empty"
    bad.write_bytes(b"")
    with pytest.raises(InvalidInput, match=r"“empty”: The file is empty."):
        compare_load_tests([good], [good, bad], LoadTerms())
    with pytest.raises(InvalidInput, match=r"^“[^”]*none” cannot be read"):
        compare_load_tests([tmp_path / "none"], [good], LoadTerms())
