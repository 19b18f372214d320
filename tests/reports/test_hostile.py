"""Nothing that a server or a person wrote is read as markup, followed, or able to stop a report."""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reportlab import rl_config
from reportlab.platypus import Paragraph

from app.domain.event import Actor, Event
from app.domain.health import Health, Reading
from app.domain.need import EvidenceKind, NeedEvidence
from app.reports.build import render_report
from app.reports.flowables import Words
from app.reports.theme import markup, plain, register_fonts, style
from app.services.report_content.common import Claim
from app.services.review.reports import report_data
from tests.reports import sample
from tests.reports.extremes import thin, with_texts
from tests.reports.people import MIDNIGHT, sha
from tests.reports.reading import rendered, texts, whole_text

HOSTILE = (
    "<b>unclosed & <i>bad</b>",
    '<img src="/etc/passwd"/>',
    '<img src="http://127.0.0.1:9/x.png" width="9"/>',
    '<a href="http://127.0.0.1:9/">click</a>',
    "<font name=nonsense>x</font><seq id=a/><evalString>1</evalString>",
    "=cmd|'/c calc'!A0",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "safe\u202egnp.exe\u202c \u2066hidden\u2069 zero\u200bwidth",
    "&lt;b&gt; &amp; &#60; &nonsense;",
    "nul \x00 vertical \x0b form \x0c next \x85 para \u2029",
    "\ud800 lone surrogate",
    "日本語 עברית 😀",
    "पन्ह पन्ह त्रर्चकृकृ ड्डन्हृे",
    "W" * 10_000,
    "one line of a megabyte " * 45_000,
    "word " * 2_000,
    "%s %(x)s {0} {name} \\1 $HOME",
    "",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field_is_printed_and_stops_nothing(text):
    data, _attachments = report_data(thin())
    made = render_report(with_texts(data, text))
    assert made.pages >= 2


def test_hostile_text_from_a_server_is_printed_letter_for_letter():
    source = sample.full()
    nasty = "<b>unclosed & =cmd() \x1b[31mred <img src='/etc/passwd'/>"
    report = source.health[0]
    results = tuple(
        replace(item, reading=replace(item.reading, summary=nasty)) for item in report.results
    )
    events = (Event(1, MIDNIGHT, "x", Actor.SYSTEM, "k", nasty, "c", (), (), "", sha("1")),)
    made = rendered(
        replace(
            source, health=(replace(report, results=results), *source.health[1:]), events=events
        )
    )
    text = whole_text(made.pdf)
    assert "<b>unclosed & =cmd() \\x1b[31mred" in text
    assert "<img src='/etc/passwd'/>" in text


def test_a_report_opens_no_file_and_points_to_no_address(monkeypatch, tmp_path):
    data, _attachments = report_data(sample.full())
    register_fonts()
    opened = []
    import reportlab.lib.utils as utils

    monkeypatch.setattr(utils, "open_for_read", lambda name, *_more: opened.append(name))
    made = render_report(with_texts(data, f'<img src="{tmp_path}/x.png"/>'))
    assert opened == []
    assert list(rl_config.trustedSchemes) == []
    assert list(rl_config.trustedHosts) == []
    with pikepdf.open(BytesIO(made.pdf)) as document:
        assert b"/URI" not in made.pdf
        images = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]
        assert images == []


def test_control_characters_and_direction_marks_are_written_out():
    assert plain("a\x1b[31mb") == "a\\x1b[31mb"
    assert "\u202e" not in plain("safe\u202egnp.exe")
    assert plain("tab\tand\nline") == "tab and line"


def test_a_figure_keeps_its_unit_on_the_line():
    assert markup("24 min later") == "24&nbsp;min later"
    assert markup("12 % of /var") == "12&nbsp;% of /var"
    assert "&nbsp;</font>%" in markup("35\u202f%")


def test_an_evidence_id_that_nobody_defined_is_not_a_link():
    words = Words(frozenset({"E-01"}))
    claim = words.claim(Claim("told", "", ("E-01", "E-99<a href='x'>")))
    assert "E-99&lt;a" not in claim.text or '<a href="#E-99' not in claim.text


@given(st.text(alphabet=st.characters(codec=None), max_size=400))
@example("<b>")
@example("&")
@example("\ud800")
@settings(max_examples=150)
def test_any_text_can_be_set(text):
    register_fonts()
    paragraph = Paragraph(markup(text), style())
    _width, height = paragraph.wrap(60, 10_000)
    assert height < 100_000
    assert "\x1b" not in plain(text)


@given(st.text(max_size=120))
@settings(max_examples=6)
def test_any_text_in_every_field_gives_a_report(text):
    data, _attachments = report_data(thin())
    assert render_report(with_texts(data, text)).pages >= 2


def test_a_hostile_need_and_title_do_not_break_page_1():
    source = thin()
    title = "<b>“Upgrade” & \u202e</para>"
    need = replace(source.change.need, evidence=(NeedEvidence(EvidenceKind.LOG, "<i>x", "</b>"),))
    change = replace(source.change, title=title, need=need)
    first = texts(rendered(replace(source, change=change)).pdf)[0]
    assert "<b>“Upgrade” & \\u202e</para>" in first


def test_an_unknown_check_is_never_shown_as_fine():
    source = sample.full()
    report = source.health[1]
    unknown = Reading(Health.UNKNOWN, "no answer")
    results = tuple(replace(item, reading=unknown) for item in report.results)
    health = (source.health[0], replace(report, results=results), *source.health[2:])
    text = whole_text(rendered(replace(source, health=health)).pdf)
    assert "Cannot tell" in text
    assert "unknown: no answer" in text
