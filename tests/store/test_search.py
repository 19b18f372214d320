"""Full-text search beside a slow and simple one: words, accents, case, marks, places."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.event import NewEvent
from app.domain.filter import Asker, ChangeFilter
from app.domain.lesson import Lesson
from app.services.search.finding import Query
from app.services.search.spelling import BARE, folded
from app.services.search.spelling import PLAIN as SPELLED
from app.store.lettering import as_kept, as_written
from app.store.terms import phrase
from tests.fakes import NOON
from tests.store.conftest import keep_changes
from tests.store.test_finder import examples

ASKER = Asker(NOON)
WORDS = (
    "index", "Index", "INDEXED", "größe", "GRÖSSE", "cafe\u0301", "Café", "naïve", "Łódź", "œuvre",
    "Ærø", "straße", "İzmir", "Жёлтый", "日本語", "db-01", "db-02", "10.0.0.5", "CVE-2024-3094",
    "a", "ab", "x86_64", "O'Neil", "C:\\temp", "50%", "C++", "upgrade", "--force", "NEAR", "AND",
    "OR", "NOT", "title:index", "^index", "ﬁle", "١٢", "e\u0301e\u0301", "👍", "x\u0302y",
    "STRASSE", "strasse 7", "Straße 7", "lodz", "oeuvre", "aeroe", "Þór", "æ\u0301",
    "s\u0301\u0323", "ı\u0301\u0323", "ﬃﬀi", "øe", "œ", "oe", "Đđð", "Βάσης", "ΒΑΣΗ", "Ἀθῆναι",
    "αθηναι", "ϊΰ", "ёлка", "елка", "край", "краи", "КРАЙ", "за\u0301мок", "замок", "ќѓ", "кг",
)  # fmt: skip
PLAIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h",
    "ı": "i", "ŋ": "n", "ŧ": "t", "ĳ": "ij", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ς": "σ",
}  # fmt: skip
OWN = "йќѓ"
"""Letters that are no others with a mark."""
MARKS = " \t\n\"'*-%_.,;:()[]{}<>^~+/\\|&?!#@$=€\0\x1b\u200b"
TEXTS = st.lists(
    st.sampled_from(WORDS) | st.text(alphabet=f"abeéÉo0 1{MARKS}", max_size=6), max_size=5
).map(" ".join)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "title": TEXTS,
            "description": TEXTS,
            "implementation_plan": TEXTS,
            "lessons": TEXTS.map(lambda text: (Lesson(event=text),)),
        }
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def questions(draw):
    """What somebody types: words and pieces of words, with marks around them, sometimes quoted."""
    words = st.sampled_from(WORDS).flatmap(
        lambda word: st.integers(1, len(word)).map(lambda length: word[:length])
    )
    marks = st.text(alphabet=MARKS, max_size=2)
    found = [
        draw(marks) + draw(words | st.text(alphabet="abexé012", max_size=3)) + draw(marks)
        for _each in range(draw(st.integers(0, 3)))
    ]
    return draw(st.sampled_from((" ", "  ", ", ", "-", ""))).join(found)


def letters(text):
    """Return the words of a text: plain small letters and digits, without accents."""
    plain = "".join(
        part
        for letter in unicodedata.normalize("NFC", text)
        for part in (letter if letter.lower() in OWN else unicodedata.normalize("NFD", letter))
        if not 0x300 <= ord(part) <= 0x36F
    )
    kept = (c.lower() if unicodedata.category(c)[0] in "LN" else " " for c in plain)
    return "".join(PLAIN.get(c, c) for c in "".join(kept)).split()


def pieces(typed):
    """Cut what was typed at spaces and brackets, but not inside quotes."""
    found, piece, quoted = [], "", False
    for letter in [*typed, None]:
        if letter == '"' or letter is None:
            found.append(piece)
            piece, quoted = "", not quoted
        elif not quoted and (letter.isspace() or letter in "\0,;()[]{}|"):
            found.append(piece)
            piece = ""
        else:
            piece += letter
    return [words for words in map(letters, found) if words]


def says(text, words):
    """Whether a text has words in a row, the last at least by its beginning."""
    have = letters(text)
    return any(
        have[at : at + len(words) - 1] == words[:-1]
        and have[at + len(words) - 1].startswith(words[-1])
        for at in range(len(have) - len(words) + 1)
    )


def fits(change, typed):
    if not typed.strip():
        return True
    number = change.number
    texts = (
        f"{number} {int(number[4:])} {change.title}", change.description,
        change.implementation_plan, change.lessons[0].event,
    )  # fmt: skip
    wanted = pieces(typed)
    return bool(wanted) and all(any(says(text, words) for text in texts) for words in wanted)


@examples(150)
@given(fields=RECORDS, asked=st.lists(questions(), min_size=1, max_size=8))
def test_a_search_finds_what_a_reader_would(fields, asked, emptied):
    store = emptied()
    changes = keep_changes(store, fields)
    for typed in asked:
        found = {row.number for row in store.finder.page(Query(ChangeFilter(typed), ASKER)).rows}
        wished = {change.number for change in changes if fits(change, typed)}
        assert found == wished, repr(typed)
        assert store.finder.count(ChangeFilter(typed), ASKER) == len(wished)


LETTERS = (
    "Résume\u0301 жёлтый O'Neil C:\\temp a zur Straße am Ærø, Łódź, Þór, đorđe, ﬁx, s\u0301\u0323"
    " Βάσης Ἀθῆναι край за\u0301мок"
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("re\u0301sume\u0301", ["A"]), ("resume", ["A"]), ("RÉSU", ["A"]), ("жёлт", ["A"]),
        ("db-01", ["B"]), ("db 01", ["B", "C"]), ('"fail over"', ["B"]), ("fail over", ["B", "C"]),
        ('"fail ov', ["B"]), ("10.0.0.5", ["B"]), ("10.0.0", ["B", "C"]), ("x86_6", ["C"]),
        ("- fail *", ["B", "C"]), ("%", []), ('"', []), ("NEAR(fail, over)", []),
        ("fail OR zzz", []),
        ("title:fail", []), ("a", ["A", "B", "C"]), ("o'n", ["A"]), ("c:\\te", ["A"]),
        ("CHG-000002", ["B"]), ("chg-2", ["B"]), ("CHG2", ["B"]), ("chg-0000", ["A", "B", "C"]),
        ("fail\0over", ["B", "C"]), ("\ud800fail", ["B", "C"]), ("strasse", ["A"]),
        ("straße", ["A"]), ("STRAẞE", ["A"]), ("stras", ["A"]), ("straß", ["A"]),
        ('"zur strasse am"', ["A"]),
        ('"zur straße am"', ["A"]), ("aero", ["A"]), ("ærø", ["A"]), ("lodz", ["A"]),
        ("thor", ["A"]), ("Đord", ["A"]), ("strase", []), ("fi", ["A"]),
        ("βαση", ["A"]), ("ΒΆΣΗΣ", ["A"]), ("βά", ["A"]), ("αθηναι", ["A"]), ("желтый", ["A"]),
        ("край", ["A"]), ("краи", []), ("замок", ["A"]), ('"βασης αθ', ["A"]),
    ],
)  # fmt: skip
def test_what_people_type_finds_what_they_mean(typed, found, store):
    keep_changes(
        store,
        [
            {"title": "A", "description": LETTERS},
            {"title": "B", "description": "Fail over to db-01 at 10.0.0.5 a"},
            {"title": "C", "description": "Over all, a fail of db-02 at 01:00, 10.0.0.6 x86_64"},
        ],
    )
    rows = store.finder.page(Query(ChangeFilter(typed), ASKER)).rows
    assert sorted(row.title for row in rows) == found


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("strasse", "Die Straße"), ("ærø", "nach Ærø"), ("resume", "ein Résumé"), ("fix", "ﬁx, ﬃ"),
        ("βαση", "die Βάση"), ("елка", "Ёлка"),
    ],
)  # fmt: skip
def test_what_was_found_is_shown_as_it_was_written(typed, shown, store):
    text = "Die Straße nach Ærø, und ein Résumé, ﬁx, ﬃx: mit \u1e69 und oe, die Βάση, Ёлка"
    keep_changes(store, [{"title": "A", "description": text}])
    (row,) = store.finder.page(Query(ChangeFilter(typed), ASKER)).rows
    assert row.found_in == "description"
    assert shown in row.snippet
    assert row.snippet.strip("…") in text


@given(
    text=st.text(st.sampled_from("aosif \u0301\u0323\u0327eṩ") | st.sampled_from([*SPELLED, *BARE]))
)
def test_kept_text_is_what_was_written_and_reads_plainly(text):
    written = unicodedata.normalize("NFC", text)
    assert as_written(as_kept(text)) == written
    assert not set(as_kept(text)) & {*SPELLED, *BARE}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Βάσης", "βασησ"), ("Ἀθῆναι", "αθηναι"), ("ΐϋ", "ιυ"), ("Ёлка", "елка"), ("ѝ", "и"),
        ("Край", "край"), ("їЎѓќ", "їўѓќ"), ("за\u0301мок", "замок"), ("Größe", "grosse"),
    ],
)  # fmt: skip
def test_words_are_compared_without_what_people_leave_out(text, plain):
    assert folded(text) == folded(plain) == plain


@pytest.mark.parametrize("title", ["Index", "Index index", "An index of the index"])
def test_a_word_that_is_not_in_the_title_is_shown_where_it_stands(title, store):
    keep_changes(store, [{"title": title, "description": "All of it is gone by now."}])
    (row,) = store.finder.page(Query(ChangeFilter("index gone"), ASKER)).rows
    assert (row.found_in, row.snippet) == ("description", "All of it is gone by now.")


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("look a day before", "lessons"), ("a day", "lessons"), ("look at", "description"),
        ("größe da", "lessons"), ("work", "description"), ("a", "description"),
    ],
)  # fmt: skip
def test_the_place_that_is_shown_has_most_of_the_words(typed, place, store):
    lesson = (Lesson("It ran late: Größe.", recommendation="Look a day before."),)
    text = "Work at night, all of it: look at the size."
    keep_changes(store, [{"title": "Upgrade", "description": text, "lessons": lesson}])
    (row,) = store.finder.page(Query(ChangeFilter(typed), ASKER)).rows
    assert row.found_in == place


def test_texts_of_a_lesson_are_kept_apart_where_it_is_shown(store):
    lesson = Lesson("Cache was cold", "Nobody\nwarmed it", "Slow morning", "Preheat")
    keep_changes(store, [{"title": "Upgrade", "lessons": (lesson,)}])
    (row,) = store.finder.page(Query(ChangeFilter("preh"), ASKER)).rows
    assert row.snippet == "Cache was cold · Nobody · warmed it · Slow morning · Preheat"


@pytest.mark.parametrize("typed", ["renew", "renew north", '"renew the" old', "old-north", "1"])
def test_words_that_are_all_in_the_title_are_shown_nowhere_else(typed, store):
    title = (
        "Renew the certificate of every gateway in each of the halls between old north and south"
    )
    keep_changes(store, [{"title": title, "description": "Renew the old north first, 1 by 1."}])
    (row,) = store.finder.page(Query(ChangeFilter(typed), ASKER)).rows
    assert (row.found_in, row.snippet) == ("", "")


@pytest.mark.parametrize("many", [1, 3, 8, 9, 12])
def test_a_long_word_finds_every_word_that_begins_so(many, store):
    """Few such words are named to the index, more are left to it: the hits are the same."""
    numbers = [f"gateway{n}" for n in range(many)]
    titles = [*numbers, "gatewax", "gate", "Other"]
    keep_changes(store, [{"title": title, "description": "runs beside it"} for title in titles])
    for typed, found in (
        ("gatewa", [*numbers, "gatewax"]), ("GATEWAY", numbers), ("gateway0", ["gateway0"]),
        ("gatewayz", []), ("-gateway.", numbers),
        ("gateway beside", numbers), ('"beside it" gateway', numbers),
    ):  # fmt: skip
        query = Query(ChangeFilter(typed), ASKER)
        assert {row.title for row in store.finder.page(query).rows} == set(found), typed
        assert store.finder.count(query.wanted, ASKER) == len(found)


def test_few_words_are_named_and_many_are_left_to_the_index():
    asked = []

    def ask(_statement, values):
        asked.append(values)
        return [(f"gateway{n}",) for n in range(len(asked) * 4)]

    assert phrase("Gateway", ask) == '("gateway0" OR "gateway1" OR "gateway2" OR "gateway3")'
    assert phrase("gateway", ask).count(" OR ") == 7
    assert phrase("gateway", ask) == '"gateway"*'
    assert phrase("gateway", lambda *_asked: []) == '"gateway"*'
    for left in ("gate", "gatew", "gate-way", "gåteway", 'a "b'):
        assert phrase(left, ask) == f'"{left}"*'
    assert asked == [("gateway",)] * 3


def test_a_word_is_found_as_soon_as_it_is_kept_and_no_longer(store, add_change):
    change = add_change("Gateways")
    assert store.finder.count(ChangeFilter("gateway"), ASKER) == 1
    with store.unit_of_work() as uow:
        uow.changes.save(replace(uow.changes.get(change.id), title="Switchboard"))
        uow.log.append(NewEvent("change.edited", "Edited", change.id))
        uow.commit()
    assert store.finder.count(ChangeFilter("switchb"), ASKER) == 1
    assert store.finder.count(ChangeFilter("gateway"), ASKER) == 0
