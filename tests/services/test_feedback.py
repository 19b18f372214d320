"""Answers of users: brought in from any file without a surprise, kept once, counted honestly."""

import csv
import html
import io
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.survey import summarise
from app.domain.change import ChangeState
from app.domain.feedback import Channel, Response
from app.errors import IllegalMove, InvalidInput, NotFound
from app.services.review.feedback import (
    FormKind,
    Round,
    add_answer,
    correct_answer,
    form_of,
    keep_answers,
    set_invited,
)
from app.services.review.feedback_read import MOST_BYTES, MOST_ROWS, Preview, read_csv, read_pasted
from app.services.review.feedback_words import feedback_sentences

HEAD = "rating,role,comment,date\n"
HOSTILE = ["=cmd|' /C calc'!A0", "<b>bold</b>", "\x1b[31mred", "a\u202eb", "\0", '"; DROP TABLE x']


def test_rows_count_or_say_why_they_do_not():
    rows = (
        "5,Desk,Faster,2026-11-30", "6,Desk,x,", ",,,", "4.0,,,30.11.2026", ",Sales,Slow,",
        "x,,,", "3,,,2026-13-40", ",Desk,,",
    )  # fmt: skip
    text = HEAD + "\n".join(rows)
    found = read_csv(text.encode())
    assert found.good == (
        Response(5, "Faster", "Desk", date(2026, 11, 30)),
        Response(4, "", "", date(2026, 11, 30)),
        Response(None, "Slow", "Sales"),
        Response(3),
    )
    assert [(row.line, row.remark) for row in found.rows if row.remark] == [
        (8, "date left out: “2026-13-40”")
    ]
    assert [(row.line, row.reason) for row in found.bad] == [
        (3, "“6” is no rating from 1 to 5"),
        (7, "“x” is no rating from 1 to 5"),
        (9, "neither a rating nor a comment"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_other_peoples_tables_are_read(delimiter, encoding):
    rows = [("Zeitpunkt", "Bewertung", "Kommentar"), ("1", "4", "Größer und schneller")]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    (answer,) = read_csv(text.encode(encoding)).good
    assert answer == Response(4, "Größer und schneller")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026/11/30 10:22:01 AM GMT+1", date(2026, 11, 30)),
        ("11/30/2026 10:22:01", date(2026, 11, 30)),
        ("30/11/2026", date(2026, 11, 30)),
        ("7.3.2026 09:10", date(2026, 3, 7)),
        ("4/4/2026", date(2026, 4, 4)),
        ("3/4/2026", None),  # March or April: nobody can tell
        ("2026-11-301", None),
        ("yesterday", None),
    ],
)
def test_the_time_stamps_of_form_programs_lose_no_answer(written, said):
    (row,) = read_csv(f"Timestamp,Rating\n{written},4\n".encode()).rows
    assert (row.reason, row.response) == ("", Response(4, said_on=said))
    assert row.remark == ("" if said else f"date left out: “{written}”")


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nRating;Comment\n4;Fast, mostly\n",
        "SEP=\t\r\nRating\tComment\r\n4\tFast, mostly\r\n",
        "\n\nRating;Comment\n4;Fast, mostly\n",
        '"Name, if you like, or team, or both";Rating;Comment\nx;4;Fast, mostly\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_spreadsheets_save_is_read(text, encoding):
    assert read_csv(text.encode(encoding)).good == (Response(4, "Fast, mostly"),)


def test_cells_like_formulas_are_words_and_never_a_rating():
    rows = "=1+4,Desk,+cmd\n4,=A1,-2+3\n@SUM(A1),x,y\n"
    found = read_csv((HEAD + rows).encode())
    assert found.good == (Response(4, "-2+3", "=A1"),)
    assert [row.reason for row in found.bad] == [
        "“=1+4” is no rating from 1 to 5", "“@SUM(A1)” is no rating from 1 to 5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "neither a rating nor a comment"),
        (b"name,mail\nAnna,a@b\n", "neither a rating nor a comment"),
        (b"x" * (MOST_BYTES + 1), "larger than 5 MiB"),
    ],
)
def test_a_file_that_is_none_is_refused(data, why):
    with pytest.raises(InvalidInput, match=why):
        read_csv(data)


def test_a_file_that_never_ends_is_cut_and_says_so():
    found = read_csv((HEAD + "5,,ok,\n" * (MOST_ROWS + 50)).encode())
    assert len(found.good) == MOST_ROWS
    assert found.bad[-1].reason == f"more than {MOST_ROWS} rows"


def test_a_field_that_never_ends_is_an_error_of_its_row():
    found = read_csv((HEAD + f'5,,"{"x" * 200_000}",\n').encode())
    assert not found.good
    assert "cannot be read" in found.bad[0].reason


def test_equal_rows_count_and_are_remarked():
    found = read_csv((HEAD + "5,,Faster,\n5,,Faster,\n5,,,\n5,,,\n").encode())
    assert len(found.good) == 4
    assert [row.remark for row in found.rows] == ["", "the same as line 2", "", ""]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30)


@given(st.lists(st.tuples(st.integers(1, 5), CELLS, CELLS), max_size=30), st.sampled_from(",;\t"))
def test_whatever_a_program_writes_as_csv_is_read_back(rows, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(("rating", "role", "comment"))
    writer.writerows((rating, role.replace("\0", ""), text.replace("\0", ""))
                     for rating, role, text in rows)  # fmt: skip
    found = read_csv(out.getvalue().encode())
    assert [answer.rating for answer in found.good] == [rating for rating, _r, _t in rows]
    assert not found.bad
    for answer in found.good:
        assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in answer.text)


@given(st.binary(max_size=600))
def test_no_file_whatever_breaks_the_reader(data):
    try:
        found = read_csv(data)
    except InvalidInput:
        return
    assert all(1 <= answer.rating <= 5 for answer in found.good if answer.rating is not None)


@given(st.text(max_size=400))
def test_no_pasted_text_breaks_the_reader(text):
    for row in read_pasted(text).rows:
        assert row.reason or row.response.rating is not None or row.response.text


def test_pasted_lines_and_forms_are_told_apart():
    plain = read_pasted("4 | faster than before\n\n5/5: great\nno number here\n7 | too much")
    assert [(a.rating, a.text) for a in plain.good] == [
        (4, "faster than before"), (5, "great"), (None, "no number here"),
    ]  # fmt: skip
    assert plain.bad[0].line == 5
    forms = read_pasted(
        "Rating: 4\nRole: Desk\nComment: Faster,\nmuch faster\n\nrating=2\ncomment=Slow\n"
        "rating=9\n---\nComment: only words"
    )
    assert forms.good == (
        Response(4, "Faster,\nmuch faster", "Desk"), Response(2, "Slow"),
        Response(None, "only words"),
    )  # fmt: skip
    assert [row.line for row in forms.bad] == [8]


@pytest.mark.parametrize(
    "line",
    ["2 people could not log in", "3,5 seconds slower", "4-5 times a day it hangs",
     "12:30 it broke", "1. The page is slow", "2 - 3 hours lost",
     "5-minute outage", "10 minutes down"],
)  # fmt: skip
def test_a_number_in_a_sentence_is_no_rating(line):
    (row,) = read_pasted(line).rows
    assert (row.reason, row.response) == ("", Response(None, line))


@pytest.mark.parametrize(
    ("line", "answer"),
    [("4", Response(4)), ("4/5", Response(4)), ("4/5 good", Response(4, "good")),
     ("4 | 2 hours faster", Response(4, "2 hours faster")),
     ("3 – as before", Response(3, "as before")),
     ("5, at last", Response(5, "at last")), (" 2: slow", Response(2, "slow"))],
)  # fmt: skip
def test_a_number_that_stands_apart_is_the_rating(line, answer):
    assert read_pasted(line).good == (answer,)


def test_a_bare_number_before_words_is_asked_about():
    (row,) = read_pasted("4 faster than before").rows
    assert (row.response, row.remark) == (
        Response(None, "4 faster than before"), "no rating: write 4 | for one",
    )  # fmt: skip


def test_a_paste_that_never_ends_is_cut_and_says_so():
    found = read_pasted("4 | ok\n" * (MOST_ROWS + 5))
    assert len(found.good) == MOST_ROWS
    assert found.bad[-1].reason == f"more than {MOST_ROWS} rows"
    with pytest.raises(InvalidInput, match="longer than 5 MiB"):
        read_pasted("x" * (MOST_BYTES + 1))


def test_the_forms_we_send_are_read_when_they_come_back(made):
    change = made(ChangeState.MONITOR)
    text = form_of(change, FormKind.TEXT).decode()
    filled = text.replace("Rating: ", "Rating: 4").replace("Comment: ", "Comment: Good")
    assert [(a.rating, a.text) for a in read_pasted(filled).good] == [(4, "Good")]
    table = form_of(change, FormKind.CSV) + b"3,Desk,As before,2026-11-20\r\n"
    assert read_csv(table).good == (Response(3, "As before", "Desk", date(2026, 11, 20)),)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_page_to_fill_in_has_no_script_and_no_markup_of_ours_is_broken(made):
    change = made(ChangeState.MONITOR, title='<script>alert("x")</script> & more')
    page = form_of(change, FormKind.HTML, 'desk@example.org"><img src=x>').decode()
    parser = Tags()
    parser.feed(page)
    names = [tag for tag, _attrs in parser.found]
    assert not {"script", "img", "iframe", "link"} & set(names)
    assert html.escape(change.title, quote=False)[:20] in page
    ratings = [a["value"] for tag, a in parser.found if tag == "input" and a["type"] == "radio"]
    assert ratings == ["1", "2", "3", "4", "5"]
    policy = next(a for tag, a in parser.found if "http-equiv" in a)
    assert policy["content"].startswith("default-src 'none'")


def test_answers_are_kept_once_with_their_file_and_their_number(opened, made):
    change = made(ChangeState.REVIEW)
    data = (HEAD + "5,Desk,Faster,\n9,,,\n").encode()
    asked = Round(Channel.FORM, 30, "answers.csv", data)

    def keep(asked=asked):
        return keep_answers(change.id, read_csv(data), asked, desk=opened.desk, files=opened.files)

    survey = keep()
    assert opened.files.get(survey.sha256) == data
    with opened.new_uow() as uow:
        assert uow.surveys.list(change=change.id) == (survey,)
        last = uow.log.of(change.id)[-1]
    assert (last.text, last.by) == ("Brought in 1 answers, 1 left out", "Nomsa")
    with pytest.raises(InvalidInput, match="brought in before, by Nomsa"):
        keep()
    with pytest.raises(InvalidInput, match="at least as many were invited"):
        keep(Round(Channel.FORM, 0, "b.csv", b"other"))
    added = add_answer(survey.id, Response(3, "so so"), desk=opened.desk)
    assert len(added.responses) == 2
    with pytest.raises(InvalidInput, match="at least as many"):
        set_invited(survey.id, 1, desk=opened.desk)
    assert set_invited(survey.id, None, desk=opened.desk).invited is None
    with pytest.raises(InvalidInput, match="rating or a comment"):
        add_answer(survey.id, Response(), desk=opened.desk)
    fixed = correct_answer(survey.id, 1, Response(4, "so so"), desk=opened.desk)
    assert [item.rating for item in fixed.responses] == [5, 4]
    with opened.new_uow() as uow:
        seen = len(uow.log.of(change.id))
    assert correct_answer(survey.id, 1, Response(4, "so so"), desk=opened.desk) == fixed
    for place, answer, error in (
        (2, Response(4), NotFound), (-1, Response(4), NotFound), (0, Response(), InvalidInput),
        (0, Response(6), InvalidInput),
    ):  # fmt: skip
        with pytest.raises(error):
            correct_answer(survey.id, place, answer, desk=opened.desk)
    with opened.new_uow() as uow:
        assert len(uow.log.of(change.id)) == seen


def test_nothing_is_kept_of_an_empty_preview_or_for_a_closed_change(opened, made):
    closed = made(ChangeState.CLOSED)
    good = read_pasted("4 fine")
    with pytest.raises(IllegalMove):
        keep_answers(closed.id, good, Round(Channel.MAIL), desk=opened.desk, files=opened.files)
    with pytest.raises(InvalidInput, match="no answer that counts"):
        keep_answers(
            closed.id, read_pasted(""), Round(Channel.MAIL), desk=opened.desk, files=opened.files
        )


def test_a_round_that_nobody_answered_is_kept_and_told(opened, made):
    change, none = made(), Preview(())
    with pytest.raises(InvalidInput, match="no answer that counts"):
        keep_answers(change.id, none, Round(Channel.MAIL), desk=opened.desk, files=opened.files)
    asked = Round(Channel.MAIL, 40)
    kept = keep_answers(change.id, none, asked, desk=opened.desk, files=opened.files)
    assert (kept.invited, kept.responses) == (40, ())
    told = feedback_sentences(summarise([kept]))
    assert told == ("Nobody answered: 40 people were invited.",)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_kept_as_words(text):
    out = io.StringIO()
    csv.writer(out).writerows([("rating", "comment"), ("5", text)])
    for answer in read_csv(out.getvalue().encode()).good:
        assert "\x1b" not in answer.text
        assert "\u202e" not in answer.text
