"""LoadRunner's reports: small ones of our own, in the form of the real ones."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from app import processes
from app.domain.load_summary import LoadTestFormat
from app.errors import InvalidInput
from app.services.loadtests.files import loadrunner
from app.services.loadtests.summing import summarise

REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<Runs><General>
<Time End="28/10/2016 16:19:00" Start="28/10/2016 16:18:20" Duration="40" />
<Transactions Count="30" Pass="20" Fail="5" Stop="5">
<Transaction Pass="12" Fail="3" Stop="5" Name="buy" /><Transaction Pass="8" Fail="2" Name="pay" />
</Transactions></General></Runs>"""
PAGE = """<html><head><title>Analysis Summary Report</title></head><body>
<td class="header_timerange">Period: 19/08/2013   15:22:32 - 19/08/2013   15:24:12</td><table>
<tr><td headers="LraTransaction Name"><span>Add &amp; pay</td><td><img src="led.gif"></a></td>
<td headers="LraMinimum"><span>3</td><td headers="LraAverage"><span>3.5</td>
<td headers="LraMaximum"><span>1,234.5</td><td headers="Lra90 Percent"><span>4.008</td>
<td headers="LraPass"><span>1,010</td><td headers="LraFail"><span>10</td>
<td headers="LraStop"><span>2</td></tr></table></body></html>"""
TABLES = {
    "Event_map": 'Event ID,Event Type,Event Name\n0,"Transaction","buy"\n1,"Rendezvous","meet"\n',
    "TransactionEndStatus": 'Status1,Transaction End Status\n0,"Fail"\n1,"Pass"\n2,"Stop"\n',
    "Result": "Result ID,Start Time\n0,1504081651\n",
    "Event_meter": (
        "Event ID,End Time,Value,Status1,Result ID,Acount\n0,2.5,1.5,1,0,1\n0,4,2,0,0,1\n"
        "0,5,2,2,0,1\n1,5,2,1,0,1\n0,,x,1,0,1\n"
    ),
}
SESSION = Path(os.environ.get("CHANGEDESK_TEST_CACHE") or Path.home() / ".cache/changedesk-tests")
SESSION /= "lr-session.mdb"
"""An Analysis database that LoadRunner wrote; not ours, so it is not brought."""
KNOWN_SHA256 = "8888b93a6d1726468ca594274de103d28ace118eb03ba4ef05c5768bca273ea0"
MDBTOOLS = pytest.mark.skipif(shutil.which("mdb-export") is None, reason="needs mdbtools")
MDB = b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(100)


def test_a_run_report_gives_counts_and_rates_but_no_times(tmp_path):
    path = tmp_path / "RunReport.xml"
    path.write_text(REPORT)
    summary = summarise(path, zone="Europe/Berlin")
    rows = [(row.label, row.samples, row.errors, row.rate_per_s) for row in summary.labels]
    assert rows == [("buy", 15, 3, 0.375), ("pay", 10, 2, 0.25)]
    assert summary.total.mean_ms is None
    assert summary.start.isoformat() == "2016-10-28T14:18:20+00:00"
    assert "5 transactions that were stopped are not counted." in summary.notes


def test_the_analysis_page_gives_what_its_table_holds(tmp_path):
    path = tmp_path / "summary.html"
    path.write_text(PAGE)
    row = summarise(path).labels[0]
    assert (row.label, row.samples, row.errors) == ("Add & pay", 1020, 10)
    assert (row.min_ms, row.mean_ms, row.max_ms, row.p90_ms) == (3000, 3500, 1_234_500, 4008)
    assert (row.p50_ms, row.rate_per_s) == (None, 10.2)
    path.write_text("<html><body>nothing</body></html>")
    with pytest.raises(InvalidInput, match=r"no table"):
        summarise(path)


def test_the_analysis_database_is_put_together_from_its_tables(tmp_path, monkeypatch):
    """The tables come from mdbtools; here its answers are given, in its form."""
    path = tmp_path / "session.mdb"
    path.write_bytes(MDB)

    def answered(argv, **_options):
        return processes.Outcome(tuple(map(str, argv)), 0, TABLES[argv[2]].encode(), b"", 0.1)

    monkeypatch.setattr(processes, "find", lambda _name: "/usr/bin/mdb-export")
    monkeypatch.setattr(processes, "run", answered)
    summary = summarise(path)
    assert summary.format is LoadTestFormat.LOADRUNNER_MDB
    assert (summary.total.samples, summary.total.errors, summary.total.mean_ms) == (2, 1, 1750.0)
    assert summary.start.timestamp() == 1504081652
    assert (summary.rejected_rows, summary.rejected[0].line) == (1, 6)
    assert "stopped" in summary.notes[0]


def test_without_mdbtools_the_error_names_what_is_missing(tmp_path, monkeypatch):
    path = tmp_path / "session.mdb"
    path.write_bytes(MDB)
    monkeypatch.setattr(loadrunner.processes, "find", lambda _name: None)
    with pytest.raises(InvalidInput, match="mdbtools") as caught:
        summarise(path)
    assert "RunReport.xml" in caught.value.hint


def exported(folder: Path, table: str) -> Path:
    """Write one table of the database down with the real tool."""
    path = folder / f"{table}.csv"
    with path.open("wb") as file:
        subprocess.run(["mdb-export", SESSION, table], stdout=file, check=True)
    return path


@MDBTOOLS
@pytest.mark.skipif(not SESSION.exists(), reason=f"needs an Analysis database as {SESSION.name}")
def test_a_real_database_gives_what_its_tables_give_when_they_are_counted_by_sql(tmp_path):
    meter, names, outcomes, result = (
        exported(tmp_path, table)
        for table in ("Event_meter", "Event_map", "TransactionEndStatus", "Result")
    )
    joined = f"""
        from read_csv('{meter}') m join read_csv('{names}') e using ("Event ID")
        join read_csv('{outcomes}') s using (Status1)
        join read_csv('{result}') r using ("Result ID")
        where e."Event Type" = 'Transaction' and s."Transaction End Status" != 'Stop'
    """
    rows = duckdb.sql(f"""
        select e."Event Name", count(*), count_if(s."Transaction End Status" = 'Fail'),
        1000 * avg(m.Value), 1000 * min(m.Value), 1000 * max(m.Value) {joined} group by 1
    """).fetchall()
    ((first_s, last_s),) = duckdb.sql(f"""
        select min(r."Start Time" + m."End Time" - m.Value), max(r."Start Time" + m."End Time")
        {joined}
    """).fetchall()
    summary = summarise(SESSION)
    ours = {row.label: (row.samples, row.errors) for row in summary.labels}
    assert ours == {name: (n, failed) for name, n, failed, *_times in rows}
    for name, _n, _failed, *times in rows:
        label = next(row for row in summary.labels if row.label == name)
        assert [label.mean_ms, label.min_ms, label.max_ms] == pytest.approx(times)
    assert summary.start.timestamp() == pytest.approx(first_s, abs=1e-5)
    assert summary.end.timestamp() == pytest.approx(last_s, abs=1e-5)
    if hashlib.sha256(SESSION.read_bytes()).hexdigest() == KNOWN_SHA256:
        assert (summary.total.samples, summary.total.errors) == (40, 4)


@MDBTOOLS
@pytest.mark.parametrize("size", [len(MDB), 1 << 16])
def test_a_damaged_database_is_refused_in_words_by_the_real_tool_as_well(tmp_path, size):
    path = tmp_path / "session.mdb"
    path.write_bytes(MDB.ljust(size, b"\0"))
    with pytest.raises(InvalidInput, match="no LoadRunner Analysis database"):
        summarise(path)
