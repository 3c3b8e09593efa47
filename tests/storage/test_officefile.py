"""An office as a file: everything survives the way out and in, every mistake has its line."""

from __future__ import annotations

import dataclasses
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.errors import BadSettings, HotlineError
from hotline.routing.office import (
    Absence,
    Answer,
    Break,
    Campaign,
    Closure,
    Do,
    Fallback,
    Key,
    Menu,
    MovedDay,
    Office,
    OpenInterval,
    Person,
    Shift,
    Strategy,
    Swap,
    Topic,
    WallTime,
)
from hotline.storage.officefile import read_office, read_stored_office
from hotline.storage.officewords import write_days
from hotline.storage.officewriting import write_closures, write_office
from hotline.storage.publicholidays import suggested_holidays

EXAMPLE = Path(__file__).parents[2] / "office.example.yaml"

HEAD = """\
name: Floarea
country: MD
zone: Europe/Chisinau
languages: [ro, ru]
"""
PEOPLE = """\
people:
  - {id: ana, name: Ana, number: 069 123 456}
  - {id: ion, name: Ion, number: 069 123 457}
"""


def read(text: str | bytes, **options: Any) -> Office:
    return read_office(text, "office.yaml", **options)[0]


def warnings(text: str) -> tuple[str, ...]:
    return read_office(text, "office.yaml")[1]


def problems(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as bad:
        read_office(text, "office.yaml")
    return bad.value.problems


# --- the example


def test_the_example_shop_is_right_in_every_line() -> None:
    office, doubts = read_office(EXAMPLE.read_bytes(), EXAMPLE.name)
    assert doubts == ()
    assert (office.name, office.zone.key) == ("Magazin Floarea", "Europe/Chisinau")
    assert [person.name for person in office.people] == ["Ana", "Ion", "Maria"]


def test_the_example_shop_is_the_same_after_the_way_out_and_in() -> None:
    office = read(EXAMPLE.read_bytes())
    assert read(write_office(office)) == office


# --- as people write it


def test_four_lines_are_an_office_that_is_always_open() -> None:
    office = read(HEAD)
    assert (office.hours, office.people, office.language) == ((), (), "ro")


def test_days_times_breaks_and_rotations_are_read_as_written() -> None:
    office = read(
        HEAD
        + PEOPLE
        + "shifts:\n"
        + "  - {person: ana, days: mon-fri, time: 09:00-14:00, breaks: [11:00 +15m, 13:00-13:30]}\n"
        + "  - {person: ana, days: [sat, sunday], time: 22:00-06:00}\n"
        + "  - {person: ion, time: 08:00 +24h, rotation: {anchor: 2026-11-02, on: 2, off: 2}}\n"
    )
    week, night, turn = office.shifts
    assert (str(week.start), str(week.end), week.days) == ("09:00", "14:00", frozenset(range(5)))
    assert week.breaks == (Break(WallTime(660), 15), Break(WallTime(780), 30))
    assert night.days == frozenset({5, 6})
    assert (turn.minutes, turn.anchor, turn.on, turn.off) == (1440, date(2026, 11, 2), 2, 2)


def test_a_number_keeps_its_zero_and_its_plus_without_quotes() -> None:
    office = read(
        HEAD
        + "people:\n"
        + "  - {id: ana, name: Ana, number: 069123456}\n"
        + "  - {id: ion, name: Ion, number: +37369123457}\n"
    )
    assert [person.number for person in office.people] == ["+37369123456", "+37369123457"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_id_may_have_every_letter_of_the_language_however_it_is_written(form: str) -> None:
    name = unicodedata.normalize(form, "măria-й_7")
    office = read(HEAD + f"people:\n  - {{id: {name}, name: Ana, number: 069123456}}\n")
    assert office.people[0].id == name


@pytest.mark.parametrize("name", ["_a", "a b", "a\\n", "é" * 41, "a.b", ""])
def test_what_is_no_short_name_is_no_id(name: str) -> None:
    text = HEAD + f'people:\n  - {{id: "{name}", name: Ana, number: 069123456}}\n'
    assert "must be a short name of letters and digits" in problems(text)[0]


def test_hours_always_is_day_and_night() -> None:
    assert read(HEAD + "hours: always\n").hours == ()


def test_a_topic_does_as_the_office_does_unless_it_says_otherwise() -> None:
    office = read(
        HEAD
        + PEOPLE
        + "strategy: all at once\nfallback: complaint\n"
        + "topics:\n  - {id: orders}\n  - {id: delivery, strategy: in order, fallback: message}\n"
    )
    orders, delivery = office.topics
    assert (orders.strategy, orders.fallback) == (Strategy.ALL, Fallback.COMPLAINT)
    assert (delivery.strategy, delivery.fallback) == (Strategy.IN_ORDER, Fallback.MESSAGE)


def test_staff_abroad_are_read_once_their_country_is_allowed() -> None:
    text = HEAD + "people:\n  - {id: ana, name: Ana, number: '+40712034567'}\n"
    assert problems(text)[0].startswith("line 6: Ana: +40 712 034 567 is abroad (RO)")
    assert read(text, allowed_countries={"RO"}).people[0].number == "+40712034567"


def test_days_are_written_the_short_way() -> None:
    shown = [write_days(frozenset(days)) for days in (range(5), range(7), (5, 6), (0, 1, 2, 5))]
    assert shown == ["mon-fri", "every day", "sat, sun", "mon-wed, sat"]


# --- mistakes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEAD + "people:\n  - id: ana\n    name: Ana\n    ringseconds: 20\n",
            "line 8: unknown key `ringseconds`. Did you mean `ring_seconds`?",
        ),
        (HEAD + "peple: []\n", "line 5: unknown key `peple`. Did you mean `people`?"),
        (
            HEAD + PEOPLE + "shifts:\n  - person: ana\n    time: 08:00 +24h\n"
            "    rotation: {ancor: 2026-11-02, on: 1, off: 1}\n",
            "line 11: unknown key `ancor`. Did you mean `anchor`?",
        ),
        (
            HEAD + "people:\n  - {id: ana, name: Ana, number: 06912345}\n",
            "line 6: Ana: The number has 8 digits, a Moldovan mobile has 9. Correct the number.",
        ),
        (
            HEAD + PEOPLE + "shifts:\n  - {person: ana, days: mon, time: 08:00-08:00}\n",
            "line 9: time: it starts and ends at 08:00: for the whole day write `08:00 +24h`",
        ),
        (
            HEAD + PEOPLE + "shifts:\n  - {person: ana, days: mon, time: 08:00 +0m}\n",
            "line 9: time: the length is zero",
        ),
        (
            HEAD + PEOPLE + "shifts:\n  - {person: anna, days: mon, time: 08:00-12:00}\n",
            "line 9: there is no person `anna`. Did you mean `ana`?",
        ),
        (
            HEAD + PEOPLE + "absences:\n  - {person: jon, from: 2026-12-01}\n",
            "line 9: there is no person `jon`. Did you mean `ion`?",
        ),
        (
            HEAD + PEOPLE + "absences:\n  - {person: ion, from: 2026-12-02, to: 2026-12-01}\n",
            "line 9: it ends on 2026-12-01, before it begins on 2026-12-02",
        ),
        (
            HEAD + PEOPLE + "swaps:\n  - {day: 2026-12-01, between: [ana, jon]}\n",
            "line 9: there is no person `jon`. Did you mean `ion`?",
        ),
        (
            HEAD + PEOPLE + "swaps:\n  - {day: 2026-12-01, between: [ana, ana]}\n",
            "line 9: `ana` cannot swap with themselves",
        ),
        (
            HEAD + PEOPLE + "swaps:\n" + 2 * "  - {day: 2026-12-01, between: [ana, ion]}\n",
            "line 10: `ana` swaps twice on 2026-12-01: only one of them can hold",
        ),
        (
            HEAD + PEOPLE + "campaigns:\n  - {id: season, yearly: true, to: 2026-12-01}\n",
            "line 9: a yearly campaign needs its first and its last day: `from` and `to`",
        ),
        (
            HEAD + PEOPLE + "campaigns:\n  - {id: season, menu: main, people: [anna]}\n",
            "line 9: there is no person `anna`. Did you mean `ana`?",
        ),
        (
            HEAD + PEOPLE + "campaigns:\n  - {id: season, from: 2026-12-02, to: 2026-12-01}\n",
            "line 9: it ends on 2026-12-01, before it begins on 2026-12-02",
        ),
        (
            HEAD + PEOPLE + "directory:\n  - {id: bank, name: Bank, number: 112}\n",
            "line 9: Bank: 112 is an emergency number: the box never dials it. Give the number of a"
            " person of the office.",
        ),
        (
            HEAD + PEOPLE + "directory:\n  - {id: ana, name: Bank}\n",
            "line 9: the id `ana` is one of the people's already",
        ),
        (
            HEAD + PEOPLE + "directory:\n  - {id: bank, name: Bank, level: 3}\n",
            "line 9: unknown key `level`. There are: id, languages, name, number, ring_seconds.",
        ),
        (
            HEAD + PEOPLE + "hold_minutes: 0\n",
            "line 8: hold_minutes: 0 is too small, the least is 1",
        ),
        (
            HEAD + PEOPLE + "overflow: [anna]\n",
            "line 8: there is no person `anna`. Did you mean `ana`?",
        ),
        (
            HEAD + PEOPLE + "first_in_line: [069 000 900, nobody]\n",
            "line 8: `nobody` is no telephone number",
        ),
        (
            HEAD + PEOPLE + "supervisor: anna\n",
            "line 8: there is no person `anna`. Did you mean `ana`?",
        ),
        (
            HEAD
            + "people:\n  - {id: ana, name: Ana, topics: [ordres]}\ntopics:\n  - {id: orders}\n",
            "line 6: there is no topic `ordres`. Did you mean `orders`?",
        ),
        (
            HEAD + "people:\n  - {id: ana, name: Ana}\n  - {id: ana, name: Anna}\n",
            "line 7: the id `ana` is given twice",
        ),
        (HEAD + "name: Two\n", "line 5: `name` is written twice, first in line 1"),
        (
            HEAD.replace("Europe/Chisinau", "Europe/Chisinev"),
            "line 3: zone: unknown time zone `Europe/Chisinev`. Did you mean `Europe/Chisinau`?",
        ),
        (
            HEAD.replace("[ro, ru]", "[ro, ua]"),
            "line 4: languages: the box does not speak `ua`. Did you mean `uk`?",
        ),
        (
            HEAD.replace("[ro, ru]", "[ro, it]"),
            "line 4: languages: the box does not speak `it`. There are: en, ro, ru, uk.",
        ),
        (
            HEAD.replace("MD", "Moldova"),
            "line 2: country: `Moldova` is no country: write its two letters, such as MD or RO",
        ),
        (HEAD.replace("zone: Europe/Chisinau\n", ""), "line 1: `zone` is missing"),
        (
            HEAD + "strategy: in ordr\n",
            "line 5: strategy: unknown word `in ordr`. Did you mean `in order`?",
        ),
        (
            HEAD + "self_call: at dawn\n",
            "line 5: self_call: `at dawn` is no time of day: write it like 07:30, or"
            " `before opening`, or `off`",
        ),
        (HEAD + "survey: perhaps\n", "line 5: survey: `perhaps` must be yes or no"),
        (HEAD + "total_seconds: soon\n", "line 5: total_seconds: `soon` must be a whole number"),
        (HEAD + "total_seconds: 5\n", "line 5: total_seconds: 5 is too small, the least is 15"),
        (HEAD + "people: ana\n", "line 5: `people` must be a list: lines beginning with `- `"),
        (HEAD + "people: [ana]\n", "line 5: must be written as `key: value`"),
        (
            HEAD + "closures:\n  - {from: 24.12.2026}\n",
            "line 6: from: `24.12.2026` is no date: write it like 2026-12-24",
        ),
        (
            HEAD + "hours:\n  - {days: mon-fry, time: 09:00-18:00}\n",
            "line 6: days: `fry` is no weekday: write mon, tue, wed, thu, fri, sat or sun",
        ),
        (
            HEAD + "hours:\n  - {days: mon, time: 09:00-25:00}\n",
            "line 6: time: `25:00` is no time of day: write it like 09:00, up to 24:00",
        ),
        (
            HEAD + "hours:\n  - {days: mon, time: 09:00-09:00}\n",
            "line 6: time: it opens and closes at 09:00: write 00:00-24:00, or `hours: always` for"
            " every day",
        ),
        (HEAD + "version: 2\n", "line 5: version: 2 is too large, the most is 1"),
        ("[1, 2]", "line 1: an office is written as `key: value` lines, beginning with `name: …`"),
        ("", "line 1: an office is written as `key: value` lines, beginning with `name: …`"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_right_word(text: str, said: str) -> None:
    assert said in problems(text)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        HEAD.replace("[ro, ru]", "[ro, xx]")
        + "people:\n"
        + "  - {id: ana, name: Ana, number: 0900 12345}\n"
        + "  - {id: ion, name: Ion, nummer: 069123456}\n"
        + "shifts:\n"
        + "  - {person: ana, days: mon, time: 08:00-08:00}\n"
        + "  - {person: petru, days: mon, time: 08:00-09:00}\n"
        + "  - {person: ion, days: mon, time: 08:00-09:00}\n"
    )
    found = problems(text)
    assert [line.split(":")[0] for line in found] == [f"line {n}" for n in (4, 6, 7, 9, 10)]


def test_a_premium_number_is_told_with_its_person_and_line() -> None:
    text = HEAD + "people:\n  - id: ana\n    name: Ana\n    number: 0900 12345\n"
    assert problems(text)[0].startswith("line 8: Ana: +373 900 12345 is a premium-rate number.")


def test_a_wrong_person_is_not_also_called_unknown() -> None:
    text = (
        HEAD
        + "people:\n  - {id: ana, name: Ana, number: 06912345}\n"
        + "shifts:\n  - {person: ana, days: mon, time: 08:00-12:00}\n"
    )
    assert len(problems(text)) == 1


def test_mistakes_in_the_head_do_not_make_the_rest_look_wrong() -> None:
    text = (
        HEAD.replace("MD", "XX")
        + PEOPLE
        + "menus:\n  - {id: main, keys: [{key: 8, do: language, target: ru}]}\n"
    )
    assert problems(text) == (
        "line 2: country: `XX` is no country: write its two letters, such as MD or RO",
    )


def test_a_flood_of_mistakes_is_cut_short() -> None:
    found = problems(HEAD + "people:\n" + "  - x\n" * 2000)
    assert found[0] == "line 5: `people` has 2000 entries, the most is 1000"
    assert (len(found), found[-1]) == (101, "and 901 more")


# --- what is stored


def test_a_stored_number_that_may_not_be_dialled_any_more_leaves_the_others_reachable() -> None:
    text = HEAD + PEOPLE.replace("069 123 456", "+881612345678")
    office, said = read_stored_office(text, "office.yaml")
    assert [person.number for person in office.people] == [None, "+37369123457"]
    assert any(words.startswith("line 6: Ana: +881 is a satellite") for words in said)


def test_a_stored_office_answers_even_where_its_country_or_zone_is_not_known_any_more() -> None:
    text = HEAD.replace("MD", "XX").replace("Chisinau", "Atlantis") + PEOPLE
    office, said = read_stored_office(text, "office.yaml")
    assert (office.name, office.languages, office.zone.key) == ("Floarea", ("ro", "ru"), "UTC")
    assert [person.number for person in office.people] == [None, None]
    assert len(said) == 4


def test_a_right_office_is_the_same_from_the_store() -> None:
    assert read_stored_office(EXAMPLE.read_bytes(), "x") == read_office(EXAMPLE.read_bytes(), "x")


# --- menus


def menus(*lines: str) -> str:
    return (
        HEAD + PEOPLE + "topics:\n  - {id: orders}\nmenus:\n" + "".join(f"  {x}\n" for x in lines)
    )


WORDS = "label: {ro: a, ru: b}"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("- id: main", f"  keys: [{{key: 1, do: topic, target: ordrs, {WORDS}}}]"),
            "line 12: there is no topic `ordrs`. Did you mean `orders`?",
        ),
        (
            ("- id: main", f"  keys: [{{key: 1, do: menu, target: more, {WORDS}}}]"),
            "line 12: there is no menu `more`. There are: main.",
        ),
        (
            (
                "- id: main",
                f"  keys: [{{key: 1, do: person, {WORDS}}}, {{key: 1, do: message, {WORDS}}}]",
            ),
            "line 12: the key `1` is given twice",
        ),
        (
            ("- id: main", f"  keys: [{{key: 12, do: person, {WORDS}}}]"),
            "line 12: key: `12` must be one of the keys 0-9, * and #",
        ),
        (
            (
                "- id: main",
                f"  keys: [{{key: 1, do: menu, target: two, {WORDS}}}]",
                "- id: two",
                f"  keys: [{{key: 1, do: menu, target: three, {WORDS}}}]",
                "- id: three",
                f"  keys: [{{key: 1, do: person, {WORDS}}}]",
            ),
            "line 14: `three` would be a third level: a menu has two, callers get lost below",
        ),
        (
            ("- id: first", f"  keys: [{{key: 1, do: person, {WORDS}}}]"),
            "line 10: none of the menus is `main`, the one a caller hears first",
        ),
        (
            ("- id: main", "  keys: [{key: 1, do: language, target: en}]"),
            "line 12: there is no language of the office `en`. There are: ro, ru.",
        ),
        (
            ("- id: main", f"  keys: [{{key: 1, do: say, {WORDS}}}]"),
            "line 12: key 1 says nothing: write its text",
        ),
        (
            ("- id: main", f"  keys: [{{key: 2, do: complaint, ask_why: true, {WORDS}}}]"),
            "line 12: key 2 (`complaint`) rings nobody who could hear why: `ask_why` is for person"
            " and topic",
        ),
        (("- id: main",), "line 11: a menu needs a list of `keys`"),
        (
            (
                "- id: main",
                f"  keys: [{{key: 0, do: person, {WORDS}}}]",
                "- id: two",
                f"  keys: [{{key: 1, do: message, {WORDS}}}]",
            ),
            "line 13: no key leads to the menu `two`: add one to it, or remove it",
        ),
        (
            ("- id: main", "  keys: [{key: 0, do: repeat}, {key: 8, do: language, target: ru}]"),
            "line 11: the menu `main` has no way out: add a key to a person or a message",
        ),
        (
            (
                "- id: main",
                f"  keys: [{{key: 0, do: menu, target: two, {WORDS}}}]",
                "- id: two",
                f"  keys: [{{key: 0, do: menu, target: main, {WORDS}}}]",
            ),
            "line 13: the menu `two` has no way out: add a key to a person or a message",
        ),
    ],
)
def test_a_menu_that_would_lose_a_caller_is_refused(lines: tuple[str, ...], said: str) -> None:
    assert said in problems(menus(*lines))


def test_the_second_level_may_lead_back_to_the_first() -> None:
    text = menus(
        "- id: main",
        f"  keys: [{{key: 0, do: person, {WORDS}}}, {{key: 1, do: menu, target: two, {WORDS}}}]",
        "- id: two",
        f"  keys: [{{key: 9, do: menu, target: main, {WORDS}}}]",
    )
    assert len(read(text).menus) == 2


def test_more_than_five_choices_are_a_doubt_but_0_and_star_are_no_choices() -> None:
    def keys(count: int) -> str:
        numbered = [f"{{key: {n}, do: message, {WORDS}}}" for n in range(1, count + 1)]
        usual = [f"{{key: 0, do: person, {WORDS}}}", "{key: '*', do: repeat}"]
        return ", ".join(numbered + usual)

    assert warnings(menus("- id: main", f"  keys: [{keys(5)}]")) == ()
    assert warnings(menus("- id: main", f"  keys: [{keys(6)}]")) == (
        "line 11: `main` has 6 choices: callers remember 5",
    )


def test_a_key_that_says_nothing_in_a_language_is_a_doubt() -> None:
    text = menus("- id: main", "  keys: [{key: 0, do: person, label: {ro: un coleg}}]")
    assert warnings(text) == ("line 12: key 0 has no label in: ru",)


# --- doubts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEAD + "people:\n  - {id: ana, name: Ana}\n",
            "line 6: Ana has no number yet and is not rung",
        ),
        (
            HEAD,
            "line 1: nobody is named: calls are answered, and every caller may leave a message",
        ),
        (
            HEAD
            + "people:\n  - {id: ana, name: Ana, number: 069123456, topics: [orders]}\n"
            + "topics:\n  - {id: orders}\n  - {id: delivery}\n",
            "line 9: nobody who can be rung covers `delivery`: whoever is there is asked",
        ),
        (
            HEAD + PEOPLE + "shifts:\n  - {person: ana, days: mon, time: 09:00-12:00}\n",
            "line 7: Ion has no shift and is not rung",
        ),
        (
            HEAD
            + "people:\n  - {id: ana, name: Ana, number: 069123456}\n"
            + "shifts:\n  - {person: ana, days: mon, time: 09:00-12:00, breaks: [13:00 +15m]}\n",
            "line 8: the break at 13:00 is not inside the shift and is not taken",
        ),
    ],
)
def test_what_works_but_hardly_as_meant_is_a_doubt(text: str, said: str) -> None:
    assert warnings(text) == (said,)


def test_a_person_without_a_number_is_kept() -> None:
    assert read(HEAD + "people:\n  - {id: ana, name: Ana}\n").people[0].number is None


# --- files that were not written by an owner


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert problems(bomb) == ("line 2: aliases (*a) are not allowed: write it out again",)


def test_endless_nesting_is_refused() -> None:
    assert "more than 20 deep" in problems("a: " + "[" * 100_000)[0]


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [true]", "!secret x"])
def test_a_file_cannot_ask_for_objects(tag: str) -> None:
    assert "is not allowed" in problems(f"name: {tag}\n")[0]


def test_a_file_larger_than_a_mebibyte_is_refused() -> None:
    assert "far less than" in problems(HEAD + "#" * 1024 * 1024)[0]


@pytest.mark.parametrize("raw", ["name: Chișinău".encode("utf-16"), b"name: \xff", "name: \ud800"])
def test_a_file_that_is_not_utf_8_is_told_so(raw: str | bytes) -> None:
    assert "not UTF-8" in problems(raw)[0]


def test_a_file_saved_by_notepad_is_read() -> None:
    assert read(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode()).name == "Floarea"


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\tx: y", "a\x00b", "--- 1\n--- 2\n", "{]"])
def test_what_is_no_yaml_is_told_so(text: str) -> None:
    assert "not YAML" in problems(text)[0]


@given(st.text(max_size=60) | st.text("[]{}:-,&*!|>'\" \nab1#", max_size=60))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    with pytest.raises(BadSettings):
        read_office(text, "office.yaml")


@settings(max_examples=150)
@given(st.data())
def test_no_wrong_value_anywhere_breaks_the_reader(data: st.DataObject) -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    at = data.draw(st.integers(0, len(lines) - 1), "line")
    key, colon, _ = lines[at].partition(":")
    junk = data.draw(
        st.sampled_from(["", " 1", " []", " {}", " [{}]", " x", " {x: 1}", " '\\x07'"])
    )
    lines[at] = data.draw(st.sampled_from([key + colon + junk, key, "", lines[at][:9]]), "now")
    try:
        read_office("\n".join(lines), "office.yaml")
    except BadSettings as bad:
        assert all(problem.startswith(("line ", "this is not")) for problem in bad.problems)  # noqa: PT017


# --- out and in again

_ids = ("ana", "ion", "maria_2", "петру")
_callers = ("+37369000900", "+4930901820")
_topic_ids = ("orders", "delivery")
_languages = ("ro", "ru", "en", "uk")
_lines = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=20
).filter(str.strip)
_texts = st.dictionaries(
    st.sampled_from(_languages),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=60),
    max_size=3,
)
_days = st.frozensets(st.integers(0, 6), min_size=1)
_dates = st.dates(date(2020, 1, 1), date(2040, 12, 31))
_walls = st.integers(0, 1439).map(WallTime)


@st.composite
def _shifts(draw: st.DrawFn) -> Shift:
    start = draw(_walls)
    minutes = draw(st.none() | st.integers(1, 1440))
    if minutes is None:
        end = draw(st.integers(0, 1440).map(WallTime).filter(lambda t: t != start))
    else:
        end = WallTime((start.minutes + minutes) % 1440)
    anchor = draw(st.none() | _dates)
    first, last = sorted((draw(_dates), draw(_dates)))
    return Shift(
        person=draw(st.sampled_from(_ids)),
        days=draw(_days),
        start=start,
        end=end,
        minutes=minutes,
        breaks=tuple(draw(st.lists(st.builds(Break, _walls, st.integers(1, 720)), max_size=2))),
        anchor=anchor,
        on=draw(st.integers(1, 9)) if anchor else 0,
        off=draw(st.integers(0, 9)) if anchor else 0,
        valid_from=draw(st.none() | st.just(first)),
        valid_to=draw(st.none() | st.just(last)),
    )


@st.composite
def _spans(draw: st.DrawFn) -> tuple[date, date]:
    first, last = sorted((draw(_dates), draw(_dates)))
    return first, last


@st.composite
def _closures(draw: st.DrawFn) -> Closure:
    first, last = draw(_spans())
    yearly = (last - first).days < 365 and draw(st.booleans())
    return Closure(first, last, draw(st.just("") | _lines), draw(_texts), yearly)


def _people() -> st.SearchStrategy[tuple[Person, ...]]:
    return st.tuples(
        *(
            st.builds(
                Person,
                id=st.just(name),
                name=_lines,
                number=st.none() | st.integers(0, 999_999).map(lambda n: f"+37369{n:06d}"),
                topics=st.frozensets(st.sampled_from(_topic_ids)),
                languages=st.lists(st.sampled_from(_languages), unique=True).map(tuple),
                level=st.integers(1, 3),
                ring_seconds=st.integers(5, 60),
                weight=st.integers(0, 100),
                at_once=st.integers(1, 30),
            )
            for name in _ids
        )
    )


_directory = st.builds(
    Person,
    id=st.just("courier"),
    name=_lines,
    number=st.sampled_from([None, "+37369000201"]),
    languages=st.sampled_from([(), ("ru", "en")]),
    ring_seconds=st.integers(5, 60),
)


def _topics() -> st.SearchStrategy[tuple[Topic, ...]]:
    return st.tuples(
        *(
            st.builds(
                Topic,
                id=st.just(name),
                name=_texts,
                strategy=st.sampled_from(Strategy),
                fallback=st.sampled_from(Fallback),
                levels_never_unasked=st.frozensets(st.integers(1, 3)),
                urgent=st.booleans(),
            )
            for name in _topic_ids
        )
    )


_answer_ids = ("hours", "price")
_answers = st.tuples(
    *(
        st.builds(
            Answer,
            id=st.just(name),
            question=_texts,
            text=_texts.filter(lambda texts: any(texts.values())),
            owner=st.sampled_from(["", *_ids]),
            valid_until=st.none() | _dates,
            reviewed=st.none() | _dates,
            sensitive=st.booleans(),
            variants=st.lists(_lines, max_size=2).map(tuple),
        )
        for name in _answer_ids
    )
)
_TARGETS = {
    Do.ANSWER: _answer_ids,
    Do.CALLBACK: ("", *_topic_ids),
    Do.TOPIC: _topic_ids,
    Do.COMPLAINT: ("", *_topic_ids),
    Do.LANGUAGE: ("ro", "ru"),
}


@st.composite
def _keys(draw: st.DrawFn, does: tuple[Do, ...]) -> tuple[Key, ...]:
    pressed = draw(st.lists(st.sampled_from("0123456789*#"), min_size=1, max_size=4, unique=True))
    keys = []
    for key in pressed:
        do = draw(st.sampled_from(does))
        target = draw(st.sampled_from(_TARGETS.get(do, ("two",) if do is Do.MENU else ("",))))
        text = draw(_texts.filter(bool) if do is Do.SAY else _texts)
        why = draw(st.booleans()) if do in {Do.PERSON, Do.TOPIC} else False
        keys.append(Key(key, do, target, draw(_texts), text, why))
    # Nobody is caught in a menu, so 0 leads out of it, by itself or as the owner says.
    return tuple(
        dataclasses.replace(one, do=Do.PERSON, target="") if one.key == "0" else one for one in keys
    )


@st.composite
def _menus(draw: st.DrawFn) -> tuple[Menu, ...]:
    if draw(st.booleans()):
        return ()
    second = tuple(do for do in Do if do is not Do.MENU)
    menus = tuple(
        Menu(
            name,
            draw(_keys(does)),
            draw(_texts),
            draw(st.integers(1, 30)),
            draw(st.integers(1, 9)),
        )
        for name, does in (("main", tuple(Do)), ("two", second))
    )
    return menus if any(key.do is Do.MENU for key in menus[0].keys) else menus[:1]


@st.composite
def _campaigns(draw: st.DrawFn) -> tuple[Campaign, ...]:
    made = []
    for name in draw(st.lists(st.sampled_from(["season", "promo"]), max_size=2, unique=True)):
        first, last = sorted((draw(_dates), draw(_dates)))
        has_edges = draw(st.booleans())
        made.append(
            Campaign(
                name,
                draw(st.just("") | _lines),
                first if has_edges else None,
                last if has_edges else None,
                has_edges and (last - first).days < 365 and draw(st.booleans()),
                tuple(draw(st.lists(_intervals, max_size=2))),
                draw(st.sampled_from([(), ("mobile", "office")])),
                draw(_texts),
                draw(_texts),
                people=tuple(draw(st.lists(st.sampled_from(_ids), max_size=2))),
                strategy=draw(st.none() | st.sampled_from(Strategy)),
                fallback=draw(st.none() | st.sampled_from(Fallback)),
                total_seconds=draw(st.none() | st.integers(15, 600)),
            )
        )
    return tuple(made)


_intervals = st.builds(OpenInterval, _days, _walls, st.integers(0, 1440).map(WallTime)).filter(
    lambda interval: interval.start != interval.end
)
_offices = st.builds(
    Office,
    name=_lines,
    zone=st.sampled_from(["Europe/Chisinau", "UTC", "America/St_Johns"]).map(ZoneInfo),
    country=st.just("MD"),
    languages=st.permutations(["ro", "ru", "en"]).map(tuple),
    people=_people(),
    directory=st.lists(_directory, max_size=1).map(tuple),
    shifts=st.lists(_shifts(), max_size=4).map(tuple),
    absences=st.lists(
        st.builds(
            lambda person, span, reason: Absence(person, *span, reason),
            st.sampled_from(_ids),
            _spans(),
            st.just("") | _lines,
        ),
        max_size=2,
    ).map(tuple),
    swaps=st.lists(
        st.builds(Swap, _dates, st.just(_ids[0]), st.just(_ids[1])),
        max_size=2,
        unique_by=lambda swap: swap.day,
    ).map(tuple),
    hours=st.lists(_intervals, max_size=3).map(tuple),
    closures=st.lists(_closures(), max_size=2).map(tuple),
    moved_days=st.lists(st.builds(MovedDay, _dates, st.integers(0, 6)), max_size=2).map(tuple),
    topics=_topics(),
    menus=_menus(),
    campaigns=_campaigns(),
    answers=_answers,
    greeting=_texts,
    closed_greeting=_texts,
    recording_notice=_texts,
    strategy=st.sampled_from(Strategy),
    fallback=st.sampled_from(Fallback),
    total_seconds=st.integers(15, 600),
    queue_length=st.integers(0, 99),
    first_in_line=st.lists(st.sampled_from(_callers), max_size=2).map(tuple),
    overflow=st.lists(st.sampled_from(_ids), max_size=2, unique=True).map(tuple),
    overflow_seconds=st.integers(0, 600),
    least_on_duty=st.integers(0, 9),
    max_message_seconds=st.integers(10, 900),
    survey=st.booleans(),
    callback=st.booleans(),
    callback_by_itself=st.booleans(),
    callback_tries=st.integers(1, 9),
    calls_per_hour=st.integers(0, 60),
    hours_in_a_row=st.integers(0, 24),
    supervisor=st.sampled_from(["", *_ids]),
    roll_call=st.booleans(),
    self_call=st.sampled_from(["before opening", "off", "07:30", "23:05", "00:00"]),
    never_said=st.sampled_from([(), ("Concurentul", "Роза & Ко")]),
    hold_minutes=st.integers(1, 30),
    pause_after_hard=st.integers(0, 120),
    notify_to=st.lists(_lines, max_size=2).map(tuple),
    text_staff=st.booleans(),
    text_missed=st.booleans(),
    address=_texts,
    email=st.sampled_from(["", "office@floarea.example"]),
    website=st.sampled_from(["", "floarea.example"]),
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(_offices)
def test_no_field_of_an_office_is_lost_on_the_way_out_and_in(office: Office) -> None:
    written = write_office(office)
    read_back = read(written)
    assert read_back == office
    assert write_office(read_back) == written


def test_every_field_of_an_office_is_written_somewhere() -> None:
    # Guards the round trip: a field added later must not be forgotten by the generator above.
    full = write_office(read(EXAMPLE.read_bytes()))
    assert all(f"{field.name}:" in full for field in dataclasses.fields(Office) if field.init)


def test_a_day_that_occurs_twice_is_written_twice() -> None:
    """The program knows it is one; nobody who reads the file has to, and the box refuses such."""
    day = date(2027, 1, 4)
    office = read(HEAD)
    twice = dataclasses.replace(
        office, absences=(Absence("ana", day, day), Absence("ion", day, day))
    )
    assert "*id" not in write_office(twice)


# --- holidays


def test_holidays_of_a_country_are_suggested_in_the_language_of_the_office() -> None:
    suggested = suggested_holidays("MD", 2027, "ro")
    independence = date(2027, 8, 27)
    named = "Ziua independenței Republicii Moldova"
    assert Closure(independence, independence, named) in suggested


def test_suggested_holidays_can_be_put_into_the_office_file_as_they_are_printed() -> None:
    suggested = suggested_holidays("RO", 2027, "ro")
    assert read(HEAD + write_closures(suggested)).closures == suggested


def test_where_no_holidays_are_known_it_is_said_plainly() -> None:
    with pytest.raises(HotlineError, match="No public holidays of UA are known for 2027"):
        suggested_holidays("UA", 2027, "uk")
    with pytest.raises(HotlineError, match="Enter the days"):
        suggested_holidays("ZZ", 2027, "en")
