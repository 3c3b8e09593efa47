"""A text of the staff means what they meant, or nothing: never another command."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.routing.staffwords import (
    WORDS,
    Ask,
    DayWords,
    Order,
    _distance,
    known_words,
    people_called,
    read,
)
from tests.routing.shop import office, person

LATIN, CYRILLIC = "abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщьыэюяієґ"
MOST = 120  # typos tried of each word
ALONE = {Ask.ON, Ask.OFF, Ask.WHO, Ask.BREAK}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("BREAK 15", Order(Ask.BREAK, minutes=15)),
        ("Break", Order(Ask.BREAK, minutes=15)),
        ("break15 min.", Order(Ask.BREAK, minutes=15)),
        ("brake 10", Order(Ask.BREAK, minutes=10)),
        ("Перерыв на 20 минут", Order(Ask.BREAK, minutes=20)),
        ("перерва 5 хв", Order(Ask.BREAK, minutes=5)),
        ("Pauză 10 de minute", Order(Ask.BREAK, minutes=10)),
        ("pauza", Order(Ask.BREAK, minutes=15)),
        ("ON!", Order(Ask.ON)),
        ("вернулась", Order(Ask.ON)),
        ("Тут", Order(Ask.ON)),
        ("off", Order(Ask.OFF)),
        ("Ушёл", Order(Ask.OFF)),
        ("пішла", Order(Ask.OFF)),
        ("Who?", Order(Ask.WHO)),
        ("хто", Order(Ask.WHO)),
        ("1", Order(Ask.YES)),
        (" 2. ", Order(Ask.NO)),
        ("SWAP ION", Order(Ask.SWAP, name="ion")),
        ("swap Ion 14.12", Order(Ask.SWAP, name="ion", day=DayWords(14, 12))),
        ("обмен Анна-Мария 2026-12-14", Order(Ask.SWAP, 0, "анна-мария", DayWords(14, 12, 2026))),
        ("schimb ion popa 1/3/27", Order(Ask.SWAP, name="ion popa", day=DayWords(1, 3, 2027))),
        ("BACK 117", Order(Ask.BACK, case=117)),
        ("Înapoi #117", Order(Ask.BACK, case=117)),
    ],
)  # fmt: skip
def test_what_the_staff_write_is_understood(text: str, order: Order) -> None:
    assert read(text) == order


@pytest.mark.parametrize(
    "text",
    [
        "",
        "on my way, ten minutes late",
        "off to the bank",
        "who is this",
        "break the news to Ana",
        "break 15 20",
        "break 0",
        "break 1500",
        "back",
        "back soon",
        "back 0",
        "back 9999999999999",
        "swap",
        "swap 14.12",
        "swap ion 14.12 15.12",
        "swap ion 5",
        "of",
        "o",
        "это",
        "whoo",
        "11",
        "1 2",
        "brack 15",  # of break and of back
        "-15",
        "٣",
        "on" * 60,
        "\x00\ud800",
    ],
)
def test_what_is_no_command_is_none(text: str) -> None:
    assert read(text) is None


def test_commands_are_written_so_far_apart_that_no_typo_makes_another() -> None:
    pairs = combinations(known_words(), 2)
    near = [(a, b) for a, b in pairs if a[0] is not b[0] and _distance(a[1], b[1]) < 2]
    assert near == []


@pytest.mark.parametrize("ask", list(WORDS))
def test_one_typo_never_makes_another_command(ask: Ask) -> None:
    """And one in a word that is not among the shortest is mostly forgiven."""
    chance = _chance()
    rest = {Ask.SWAP: " ion", Ask.BACK: " 7", Ask.BREAK: " 7"}.get(ask, "")
    forgiven = 0
    for word in (word for one, word in known_words() if one is ask):
        typos = sorted(_typos(word))
        for typo in chance.sample(typos, min(MOST, len(typos))):
            order = read(typo + rest)
            assert order is None or order.ask is ask, (word, typo, order)
            forgiven += order is not None
    assert forgiven > MOST // 2


def test_two_typos_make_another_command_only_where_the_word_is_very_short() -> None:
    """One may write `off` for `on`; that nobody can tell. Nobody comes to `break` from `back`."""
    chance, wrong = _chance(), set[tuple[str, str]]()
    for ask, word in known_words():
        if len(word) > 4 and ask in ALONE:
            for first in chance.sample(sorted(_typos(word)), 10):
                order = read(chance.choice(sorted(_typos(first))))
                if order is not None and order.ask is not ask:
                    wrong.add((word, first))
    assert wrong == set()


def _chance() -> random.Random:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


def _typos(word: str) -> set[str]:
    """Every one with a letter wrong, left out, put in, or exchanged with its neighbour."""
    letters = LATIN if word.isascii() else CYRILLIC
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    made = {a + b[1:] for a, b in cuts if b}
    made |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    made |= {a + c + b[1:] for a, b in cuts if b for c in letters}
    made |= {a + c + b for a, b in cuts for c in letters}
    return made - {word, ""}


@given(st.text(max_size=120))
@settings(deadline=None, max_examples=300)
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    order = read(text)
    assert order is None or order.ask in Ask


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (DayWords(14, 12), date(2026, 12, 14)),
        (DayWords(23, 11), date(2026, 11, 23)),
        (DayWords(22, 11), date(2027, 11, 22)),
        (DayWords(29, 2), date(2028, 2, 29)),
        (DayWords(31, 4), None),
        (DayWords(1, 13), None),
        (DayWords(1, 1, 2020), date(2020, 1, 1)),
    ],
)
def test_a_day_without_a_year_is_the_next_one(words: DayWords, found: date | None) -> None:
    assert words.after(date(2026, 11, 23)) == found


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("ION", ["ion"]),
        ("țurcanu", ["vasile"]),
        ("vasilee", ["vasile"]),
        ("ana", ["ana", "ana2"]),
        ("ana rusu", ["ana2"]),
        ("iom", []),
        ("nobody", []),
    ],
)
def test_a_colleague_is_found_by_name_with_typos_forgiven(name: str, ids: list[str]) -> None:
    people = [
        person("Ion"),
        person("Vasile Țurcanu", id="vasile"),
        person("Ana Popa", id="ana"),
        person("Ana Rusu", id="ana2"),
    ]
    assert [one.id for one in people_called(office(*people), name)] == ids
