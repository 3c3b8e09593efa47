"""A caller is never lost in the menu, whatever is pressed."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hotline.routing.menuwalk import (
    MOST_CHOICES,
    Kind,
    Leaving,
    Met,
    Sentence,
    begin,
    leaving,
    left_to,
    offered,
    walked,
)
from hotline.routing.office import Do, Fallback, Key, Menu, Office, Topic

ORDERS = Key("1", Do.TOPIC, "orders", {"ro": "comenzi", "ru": "заказ"})
BELOW = Key("2", Do.MENU, "more", {"ro": "livrare", "ru": "доставка"})
WHERE = Key("3", Do.SAY, "", {"ro": "adresa", "ru": "адрес"}, {"ro": "Strada mare."})
RUSSIAN = Key("8", Do.LANGUAGE, "ru")
COMPLAINT = Key("4", Do.COMPLAINT, "", {"ro": "o reclamație", "ru": "жалоба"})
SHOP = Office(
    name="Flori",
    zone=ZoneInfo("Europe/Chisinau"),
    country="MD",
    languages=("ro", "ru"),
    topics=(Topic("orders", {}, fallback=Fallback.COMPLAINT),),
    menus=(
        Menu("main", (ORDERS, BELOW, WHERE, RUSSIAN)),
        Menu("more", (COMPLAINT,), prompt={"ru": "Для жалобы нажмите четыре."}),
    ),
)


def ends(keys: str, office: Office = SHOP, *, open_now: bool = True) -> Leaving | None:
    return leaving(office, walked(office, [None if k == "_" else k for k in keys]), open_now)


def said(keys: str, *, open_now: bool = True) -> list[Sentence]:
    way = walked(SHOP, keys)
    stand = way[-1].after if way else begin(SHOP, "ro")
    assert stand
    return list(offered(SHOP, stand.menu, stand.language, open_now))


def test_a_key_leads_where_the_office_says() -> None:
    assert ends("1") == Leaving(Do.TOPIC, "orders", ORDERS)
    assert ends("24") == Leaving(Do.COMPLAINT, "", COMPLAINT)


def test_zero_is_a_person_on_every_level() -> None:
    assert [found.do for keys in ("0", "20") if (found := ends(keys))] == [Do.PERSON, Do.PERSON]


def test_while_closed_who_wants_a_person_leaves_what_the_topic_says() -> None:
    assert [found.do for keys in ("1", "0") if (found := ends(keys, open_now=False))] == [
        Do.COMPLAINT,
        Do.MESSAGE,
    ]


def test_wrong_keys_and_silence_together_lead_on() -> None:
    assert ends("7_") is None
    assert ends("7_7") == Leaving(Do.PERSON)
    assert ends("7_7", open_now=False) == Leaving(Do.MESSAGE)


def test_another_level_begins_with_all_its_tries() -> None:
    assert ends("772_7") is None
    assert ends("772_77") == Leaving(Do.PERSON)


def test_information_leads_back_to_the_menu() -> None:
    assert [one.met for one in walked(SHOP, "31")] == [Met.SAY, Met.WISH]


def test_nothing_is_pressed_after_the_menu_was_left() -> None:
    assert len(walked(SHOP, "1234")) == 1


def test_an_office_without_a_menu_leads_to_a_person() -> None:
    assert ends("5", replace(SHOP, menus=())) == Leaving(Do.PERSON)


def test_a_chosen_language_is_spoken_from_then_on() -> None:
    assert [one.words for one in said("8")] == ["заказ", "доставка", "адрес", ""]
    assert [one.language for one in said("8")] == ["ru"] * 4


def test_a_language_is_offered_in_itself_and_not_where_it_is_spoken() -> None:
    assert Sentence(Kind.LANGUAGE, "ru", "8") in said("")
    assert all(one.kind is not Kind.LANGUAGE for one in said("8"))


def test_own_words_replace_the_sentences_of_the_keys() -> None:
    assert said("82") == [Sentence(Kind.OWN, "ru", words="Для жалобы нажмите четыре.")]


def test_while_closed_only_keys_that_need_nobody_are_offered() -> None:
    assert [one.key for one in said("", open_now=False)] == ["2", "3", "8"]
    assert [one.key for one in said("82", open_now=False)] == ["4"]


def test_who_only_ever_hears_the_menu_again_is_led_on() -> None:
    assert ends("*" * (MOST_CHOICES - 1)) is None
    assert ends("*" * MOST_CHOICES) == Leaving(Do.PERSON)


@given(st.text("0123456789*#_", min_size=3 * MOST_CHOICES, max_size=3 * MOST_CHOICES))
def test_every_caller_is_led_out_of_the_menu_in_the_end(keys: str) -> None:
    assert ends(keys) is not None


@given(st.sampled_from(Fallback), st.booleans())
def test_who_chooses_nothing_is_never_left_with_nothing(kind: Fallback, open_now: bool) -> None:
    found = left_to(replace(SHOP, fallback=kind), open_now)
    assert found in ({Do.PERSON} if open_now else {Do.MESSAGE, Do.COMPLAINT})
