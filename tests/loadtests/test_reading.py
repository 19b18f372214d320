"""Files of load tests, whatever JMeter or another tool wrote them, and what is wrong with them."""

import bz2
import gzip
import lzma
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app import unpacking
from app.domain.load_summary import LoadTestFormat, Percentiles
from app.errors import InvalidInput
from app.services.loadtests.files import lines
from app.services.loadtests.summing import summarise
from tests.loadtests.jtl import (
    BEGIN_MS,
    HEADER,
    Sample,
    as_csv,
    as_xml,
    controller,
    element,
    run,
)

OLD_ORDER = (
    "timeStamp", "elapsed", "label", "responseCode", "responseMessage", "threadName", "dataType",
    "success", "bytes", "grpThreads", "allThreads", "Latency",
)  # fmt: skip
LABELS = st.text(
    st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), min_size=1, max_size=30
).filter(lambda text: text == text.strip() and not text.startswith('"'))
SAMPLES = st.lists(
    st.builds(
        Sample,
        st.integers(BEGIN_MS, BEGIN_MS + 10**7),
        st.integers(0, 10**6),
        LABELS,
        st.booleans(),
        st.sampled_from(["OK", 'a "quoted", message\nof two lines', ""]),
    ),
    min_size=1,
    max_size=40,
)


@pytest.fixture
def summed(tmp_path):
    """Write bytes to a file and sum it up."""

    def sum_up(data: bytes, name="results.jtl", **options):
        path = tmp_path / name
        path.write_bytes(data)
        return summarise(path, **options)

    return sum_up


def facts(summary):
    return {each.label: (each.samples, each.errors, each.mean_ms) for each in summary.labels}


def expected(samples):
    found = {}
    for sample in samples:
        found.setdefault(sample.label, []).append(sample)
    return {
        label: (len(some), sum(not each.ok for each in some),
                pytest.approx(sum(each.took_ms for each in some) / len(some)))
        for label, some in found.items()
    }  # fmt: skip


@given(samples=SAMPLES, order=st.permutations(HEADER), delimiter=st.sampled_from(",;\t|"))
def test_any_order_of_columns_and_any_delimiter_is_read(
    tmp_path_factory, samples, order, delimiter
):
    path = tmp_path_factory.mktemp("jtl") / "some.jtl"
    path.write_bytes(as_csv(samples, columns=order, delimiter=delimiter))
    summary = summarise(path)
    assert facts(summary) == expected(samples)
    assert summary.rejected_rows == 0
    assert summary.start == moment(min(each.at_ms for each in samples))
    assert summary.end == moment(max(each.at_ms + each.took_ms for each in samples))


def moment(at_ms):
    return datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)


@given(samples=SAMPLES)
@example(samples=[Sample(1_795_000_000_000, 0, '"', False)])
@example(samples=[Sample(1_795_000_000_000, 0, '"" "', False)])
def test_xml_says_the_same_as_csv(tmp_path_factory, samples):
    folder = tmp_path_factory.mktemp("jtl")
    clean = [
        Sample(each.at_ms, each.took_ms, "".join(c for c in each.label if c.isprintable()) or "x",
               each.ok)
        for each in samples
    ]  # fmt: skip
    (folder / "a.xml").write_bytes(as_xml(clean))
    (folder / "a.csv").write_bytes(as_csv(clean))
    from_xml, from_csv = (summarise(folder / name) for name in ("a.xml", "a.csv"))
    assert (from_xml.labels, from_xml.total) == (from_csv.labels, from_csv.total)
    assert from_xml.format is LoadTestFormat.JMETER_XML


@pytest.mark.parametrize("size", [64, 500, 5000])
def test_blocks_of_any_size_give_the_same(summed, monkeypatch, size):
    samples = [
        *run(100, bad=3), Sample(BEGIN_MS, 7, 'a "b", c\nd'), *run(50, label="checkout", bad=2)
    ]  # fmt: skip
    whole = summed(as_csv(samples))
    monkeypatch.setattr(lines, "BLOCK_BYTES", size)
    assert summed(as_csv(samples)) == whole


def test_a_file_without_a_header_is_recognised_by_its_rows(summed):
    samples = run(30, bad=7)
    for columns in (OLD_ORDER, HEADER, HEADER[:3] + HEADER[7:8], OLD_ORDER[:9] + OLD_ORDER[11:]):
        summary = summed(as_csv(samples, columns=columns, header=False))
        assert facts(summary) == expected(samples), columns


@pytest.mark.parametrize(
    ("form", "hours"),
    [
        ("%Y/%m/%d %H:%M:%S.%f", 0), ("%Y-%m-%d %H:%M:%S", 0), ("%Y-%m-%dT%H:%M:%S.%f", 0),
        ("%d.%m.%Y %H:%M:%S", 0), ("%m/%d/%y %H:%M:%S", 0), ("%m/%d/%Y %I:%M:%S %p", 0),
        ("%Y-%m-%dT%H:%M:%SZ", 1), ("%Y-%m-%dT%H:%M:%S+00:00", 1), ("%d %b %Y %H:%M:%S", 0),
    ],
)  # fmt: skip
def test_formatted_times_are_read_in_the_zone_that_is_named(summed, form, hours):
    zone = ZoneInfo("Europe/Berlin")
    samples = [Sample(BEGIN_MS + i * 1000, 20) for i in range(0, 40 * 86400, 86400)]

    def written(at_ms):
        there = UTC if hours else zone
        return datetime.fromtimestamp(at_ms / 1000, there).strftime(form)

    summary = summed(as_csv(samples, time=written), zone="Europe/Berlin")
    assert summary.start == moment(BEGIN_MS), form
    assert summary.end == moment(samples[-1].at_ms + 20)


@pytest.mark.parametrize("shown", [lambda ms: f"{ms / 1000:.3f}", lambda ms: ms * 1000])
def test_counts_of_seconds_and_microseconds_are_told_apart(summed, shown):
    assert summed(as_csv(run(5), time=lambda ms: str(shown(ms)))).start == moment(BEGIN_MS)


def test_each_row_that_is_rejected_is_named_with_its_line_and_reason(summed):
    good = as_csv(run(3)).decode().splitlines()
    bad = [
        good[1].replace(",50,", ",fast,", 1),
        good[1].replace(",true,", ",maybe,"),
        good[1].replace(str(BEGIN_MS), "yesterday"),
        "what is this",
        good[1] + ",one more",
        good[1].replace("home", '"home'),
        good[1][: len(good[1]) // 2],
    ]
    summary = summed("\n".join([*good, *bad]).encode())
    assert summary.total.samples == 3
    assert summary.rejected_rows == 7
    assert [(row.line, row.reason) for row in summary.rejected] == [
        (5, "the response time is no number"),
        (6, "“success” is neither true nor false"),
        (7, "the time cannot be read, or the clocks skip it or show it twice"),
        (8, "1 cells instead of 17"),
        (9, "18 cells instead of 17"),
        (10, "a quote is never closed"),
        (11, "the last line is cut off"),
    ]


def test_a_quote_that_is_never_closed_spoils_its_own_row_only(summed):
    rows = as_csv(run(50)).decode().splitlines()
    rows[10] = rows[10].replace("home", '"home')
    rows[30] = rows[30].replace("home", 'ho"me')
    summary = summed("\n".join(rows).encode())
    assert summary.total.samples == 48
    assert [row.line for row in summary.rejected] == [11, 31]


def test_rows_over_several_lines_count_once_and_keep_the_count_of_lines(summed):
    rows = as_csv([Sample(BEGIN_MS, 5, "a\nb\nc"), *run(2)]).decode() + "rubbish\n"
    summary = summed(rows.encode())
    assert {each.label: each.samples for each in summary.labels} == {"a\nb\nc": 1, "home": 2}
    assert [(row.line, row.reason) for row in summary.rejected] == [(7, "1 cells instead of 17")]


def test_transaction_controllers_are_listed_but_counted_in_no_total(summed):
    samples = [
        *run(4, base=10), controller(BEGIN_MS, 400, "buying", 4),
        controller(BEGIN_MS, 0, "nothing", 0),
    ]  # fmt: skip
    summary = summed(as_csv(samples))
    assert summary.total.samples == 4
    assert summary.total.max_ms < 400
    assert [(each.label, each.is_parent) for each in summary.labels] == [
        ("home", False), ("buying", True)
    ]  # fmt: skip
    assert "1 transaction controller" in summary.notes[0]


def test_transactions_without_their_samples_are_all_there_is(summed):
    summary = summed(as_csv([controller(BEGIN_MS, 400, "buying", 4)]))
    assert summary.total.samples == 1
    assert "without their samples" in summary.notes[0]


def test_nested_xml_counts_samples_of_transactions_but_no_parts_of_samples(summed):
    picture = element(Sample(BEGIN_MS, 5, "picture"))
    page = element(Sample(BEGIN_MS, 30, "page"), inner=picture)
    inner = element(controller(BEGIN_MS, 30, "inner", 1), inner=page, tag="sample")
    outer = element(
        controller(BEGIN_MS, 70, "outer", 2),
        inner=inner + element(Sample(BEGIN_MS + 30, 40, "pay", ok=False)),
        tag="sample",
    )
    summary = summed(f"<testResults>{outer}</testResults>".encode())
    assert {each.label: each.is_parent for each in summary.labels} == {
        "outer": True, "inner": True, "page": False, "pay": False
    }  # fmt: skip
    assert (summary.total.samples, summary.total.errors, summary.total.mean_ms) == (2, 1, 35.0)


def test_the_long_names_of_old_xml_are_read(summed):
    data = (
        b'<testResults version="1.1"><sampleResult timeStamp="1132021485561" dataType="text" '
        b'threadName="users 1-1" label="home" time="157" responseMessage="OK" responseCode="200" '
        b'success="true"/></testResults>'
    )
    assert facts(summed(data)) == {"home": (1, 0, 157.0)}


@pytest.mark.parametrize("wrapped", [False, True])
def test_xml_that_is_cut_off_anywhere_gives_the_samples_that_are_whole(summed, wrapped):
    """A load generator that is killed leaves off in the middle of a word."""
    inner = '<java.net.URL>http://a/?x=1&amp;y</java.net.URL><sample t="1" ts="2" s="true"/>'
    rows = [element(each, inner=inner) for each in run(4)]
    body = "\n".join(rows)
    if wrapped:
        body = element(controller(run(1)[0].at_ms, 400, "order", 4), inner=body)
    data = f'<testResults version="1.2">\n{body}\n</testResults>\n'.encode()
    for cut in range(data.index(b"</httpSample>") + 13, len(data) - 2, 7):
        summary = summed(data[:cut])
        ended = data[:cut].count(b"</httpSample>")
        assert summary.total.samples == min(ended, 4), data[:cut][-40:]
        assert summary.rejected_rows == 1
        assert summary.rejected[0].reason == "the file is cut off here"


def test_what_servers_send_into_xml_does_not_end_the_reading(summed):
    body = "<responseData>\x01\x1b[31m &#x1f; &#0; \ufffe</responseData>"
    data = "".join(element(each, inner=body) for each in run(3))
    assert summed(f"<testResults>{data}</testResults>".encode()).total.samples == 3


def test_each_sample_of_xml_that_is_rejected_is_named_with_the_line_it_begins_in(summed):
    data = (
        '<?xml version="1.0"?>\n<testResults version="1.2">\n'
        '<sample t="5" ts="1795000000000" lb="a" s="true"/>\n'
        '<sample t="fast"\n ts="1795000000000" lb="a" s="true"/>\n'
        '<sample t="5" ts="noon" lb="a" s="true"/>\n\n'
        '<sample t="5" ts="1795000000000" lb="a" s="maybe"/>\n</testResults>\n'
    )
    summary = summed(data.encode())
    assert summary.total.samples == 1
    assert [(row.line, row.reason) for row in summary.rejected] == [
        (4, "the response time is no number"),
        (6, "the time cannot be read"),
        (8, "“success” is neither true nor false"),
    ]


def test_a_document_type_in_xml_is_refused(summed):
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaa">]><testResults><sample lb="&a;"/></testResults>'
    with pytest.raises(InvalidInput, match="document type"):
        summed(bomb)
    deep = b"<testResults>" + b"<sample>" * 200
    with pytest.raises(InvalidInput, match="nested"):
        summed(deep)


def test_packed_and_recoded_files_are_read_as_they_are(summed):
    data = as_csv(run(100))
    plain = summed(data)
    assert summed(gzip.compress(data), "results.jtl.gz") == plain
    assert summed(b"\xef\xbb\xbf" + data) == plain
    assert summed(data.decode().encode("utf-16")) == plain
    assert summed(data.replace(b"\n", b"\r\n")) == plain
    cut = summed(gzip.compress(data, mtime=0)[:-200], "cut.gz")
    assert 0 < cut.total.samples < 100
    assert "cut off or damaged" in cut.notes[0]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_that_is_a_bomb_is_refused_where_it_becomes_one(summed, monkeypatch, pack):
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1 << 20)
    data = as_csv(run(3))
    with pytest.raises(InvalidInput, match="more than 1000 times its size"):
        summed(pack(data + b"\n" * (64 << 20)))


def test_a_header_in_the_middle_is_no_row(summed):
    data = as_csv(run(5))
    summary = summed(data + data)
    assert (summary.total.samples, summary.rejected_rows) == (10, 0)
    assert summary.notes == ("The header stands in the file more than once.",)


def test_what_a_subset_of_columns_cannot_tell_is_said(summed):
    without_ok = summed(as_csv(run(4, bad=2), columns=("timeStamp", "elapsed", "responseCode")))
    assert without_ok.total.errors == 2
    assert "codes below 400" in without_ok.notes[0]
    assert without_ok.labels[0].label == "(no label)"
    timeless = summed(as_csv(run(4), columns=("label", "elapsed", "success")))
    assert (timeless.start, timeless.total.rate_per_s) == (None, None)
    assert timeless.total.p50_ms is not None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"), (b"  \n", "empty"), (b"PK\x03\x04zip", "zip"), (b"\x7fELF\x00\x00", "text"),
        (b"a,b\n1,2\n", "no result file"), (b"<x/>", "This XML"), (as_csv([]), "no samples"),
        (b"<testResults><sample t=1>", "no samples"), (b"label,success\nx,true\n", "elapsed"),
        (b"timeStamp,elapsed,label,success\nyesterday,5,x,true\n", "times of the samples"),
    ],
)  # fmt: skip
def test_what_is_no_result_file_is_refused_in_words(summed, data, words):
    with pytest.raises(InvalidInput, match=words):
        summed(data)


def test_k6_counts_requests_by_when_they_were_done(summed):
    head = "metric_name,timestamp,metric_value,error,expected_response,method,name,status\n"
    rows = [
        "http_reqs,1600000010,1,,true,GET,home,200",
        "http_req_duration,1600000010,120.5,,true,GET,home,200",
        "http_req_duration,1600000012,80,,false,GET,home,503", "vus,1600000012,5,,,,,",
    ]  # fmt: skip
    summary = summed((head + "\n".join(rows)).encode())
    assert summary.format is LoadTestFormat.K6_CSV
    assert facts(summary) == {"home": (2, 1, 100.25)}
    assert summary.end == moment(1_600_000_012_000)


def test_a_gatling_log_of_either_age_is_read(summed):
    log = (
        "RUN\tshop.Buying\tbuying\t1600000000000\t \t3.9.5\n"
        "USER\tBuying\tSTART\t1600000000001\n"
        "REQUEST\t\thome\t1600000000000\t1600000000050\tOK\t \n"
        "REQUEST\tBuying\t7\t\tpay\t1600000000100\t1600000000300\tKO\tstatus 500\n"
        "REQUEST\tbroken\n"
    )
    summary = summed(log.encode())
    assert facts(summary) == {"home": (1, 0, 50.0), "pay": (1, 1, 200.0)}
    assert summary.rejected[0].line == 5


def test_locust_statistics_are_taken_as_they_are_written(summed):
    table = (
        "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,"
        "Min Response Time,Max Response Time,Requests/s,50%,90%,95%,99%\n"
        "GET,/,100,2,20,25.5,10,90,12.5,20,40,50,80\nGET,/pay,,,,,,,,,,,\n,Aggregated,100,2,,,,,,,,,\n"
    )
    summary = summed(table.encode())
    assert facts(summary) == {"GET /": (100, 2, 25.5)}
    assert summary.percentiles is Percentiles.AS_WRITTEN
    assert (summary.labels[0].p95_ms, summary.rejected_rows) == (50.0, 1)


def test_standard_input_is_read_too(monkeypatch, tmp_path):
    path = Path(tmp_path / "x")
    path.write_bytes(as_csv(run(10)))
    with path.open("rb") as file:
        monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": file})())
        assert summarise("-").total.samples == 10
