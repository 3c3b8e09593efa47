"""What callers hear and which keys lead where is seen at a glance, and changed key by key."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.control.messages.office import OfficeSet
from hotline.storage.menutemplate import NAMES
from hotline.storage.officesections import sections_of
from hotline.storage.users import Role
from tests.web.conftest import PASSWORD, Page, send, token
from tests.web.office import HOSTILE
from tests.web.test_pages import seen

KEY = {"level": "0", "key": "5", "does": "message", "label_ro": "un mesaj", "label_en": "a message"}


def office(page: Page) -> dict[str, Any]:
    """What the office says now."""
    return sections_of(page.daemon.desk.yaml)


def keys(page: Page, level: int = 0) -> str:
    """The keys of a level, in the order in which they are said."""
    return "".join(key["key"] for key in office(page)["menus"][level]["keys"])


def mark(browser: FlaskClient, where: str) -> str:
    """What stands for what a form was filled from."""
    found = re.search(r'name="seen" value="(\w+)"', browser.get(where).text)
    assert found, where
    return found[1]


def fill(browser: FlaskClient, path: str, where: str, **fields: str) -> TestResponse:
    """Fill in the form that stands on the page `where`."""
    given = {"csrf_token": token(browser, where), "seen": mark(browser, where), **fields}
    return browser.post(path, data=given)


def changes(page: Page) -> int:
    """How often the office was changed."""
    return sum(isinstance(one, OfficeSet) for one in page.daemon.desk.asked)


def test_the_menu_is_read_from_above_with_where_each_key_leads(page: Page) -> None:
    text = seen(page.owner(), "/menu")
    for words in (
        "Bună ziua, Flori. Good day, this is Flori.",
        "1 comenzi orders rings who knows about orders; the caller is asked why",
        "2 livrare delivery leads to another level",
        "1 prețuri prices says something, then the menu again",
        "9 goes on in another language: English",
        "# opens the staff's menu, behind a PIN",
        "0 rings whoever is on duty · by itself",
        "After 3 wrong keys or silences: a person; while closed, a message is taken.",
        "livrare delivery ! before all others who wait",
    ):
        assert words in text, words


def test_what_could_be_better_stands_where_it_is(page: Page) -> None:
    text = seen(page.owner(), "/menu")
    assert "6 things could be better." in text
    prompt, key = text.index("The best prices: press one."), text.index("prețuri prices")
    assert prompt < text.index("“The best” praises or compares.") < key
    assert key < text.index("This text speaks of 2020-12-31, which is past.")


@pytest.mark.parametrize(("at", "by", "order"), [("0", "1", "2139#"), ("2", "-1", "1329#")])
def test_a_key_is_said_earlier_or_later(page: Page, at: str, by: str, order: str) -> None:
    answer = fill(page.owner(), "/menu/move", "/menu", level="0", at=at, by=by)
    assert (answer.status_code, answer.location) == (302, "/menu")
    assert keys(page) == order


def test_the_first_key_cannot_be_said_earlier(page: Page) -> None:
    fill(page.owner(), "/menu/move", "/menu", level="0", at="0", by="-1")
    assert keys(page) == "1239#"


def test_a_key_is_added_at_the_end_and_told(page: Page) -> None:
    browser = page.owner()
    answer = fill(browser, "/menu/key", "/menu/key?level=0", **KEY)
    assert answer.location == "/menu#level-0"
    assert office(page)["menus"][0]["keys"][-1] == {
        "key": "5",
        "do": "message",
        "label": {"ro": "un mesaj", "en": "a message"},
    }
    assert "Changed. The next caller hears it so." in seen(browser, "/menu")


def test_a_new_key_is_offered_the_first_digit_that_is_free(page: Page) -> None:
    assert "<option selected>4</option>" in page.owner().get("/menu/key?level=0").text


def test_a_key_is_changed_and_all_else_stays(page: Page) -> None:
    before = office(page)
    fields = {**KEY, "at": "2", "does": "complaint:delivery", "key": "3"}
    fill(page.owner(), "/menu/key", "/menu/key?level=0&at=2", **fields)
    after = office(page)
    changed = after["menus"][0]["keys"].pop(2)
    assert (changed["do"], changed["target"]) == ("complaint", "delivery")
    before["menus"][0]["keys"].pop(2)
    assert after == before


def test_a_key_that_was_asking_why_asks_no_more_when_it_is_unticked(page: Page) -> None:
    fields = {**KEY, "key": "1", "does": "topic:orders", "at": "0"}
    fill(page.owner(), "/menu/key", "/menu/key?level=0&at=0", **fields)
    assert "ask_why" not in office(page)["menus"][0]["keys"][0]


def test_what_is_refused_stays_typed_and_is_told_at_its_place(page: Page) -> None:
    browser = page.owner()
    answer = fill(browser, "/menu/key", "/menu/key?level=0", **{**KEY, "key": "1"})
    assert answer.status_code == 200
    assert "the key `1` is given twice" in answer.text
    assert ">un mesaj</textarea>" in answer.text
    assert '<option value="message" selected>' in answer.text
    assert keys(page) == "1239#"


def test_a_key_that_says_nothing_is_refused_in_the_language_of_the_visitor(page: Page) -> None:
    browser = page.owner()
    send(browser, "/language", language="ru")
    answer = fill(browser, "/menu/key", "/menu/key?level=0", **{**KEY, "does": "say"})
    assert "кнопка 5 ничего не сообщает: напишите текст" in answer.text


def test_a_new_level_leads_to_a_person_from_the_start(page: Page) -> None:
    browser = page.owner()
    fill(browser, "/menu/key", "/menu/key?level=0", **{**KEY, "does": "menu:+"})
    new = office(page)["menus"][-1]
    assert office(page)["menus"][0]["keys"][-1]["target"] == new["id"]
    assert [key["do"] for key in new["keys"]] == ["person"]


def test_a_level_to_which_nothing_leads_cannot_be_left_behind(page: Page) -> None:
    browser = page.owner()
    fields = {**KEY, "at": "1", "key": "2"}
    answer = fill(browser, "/menu/key", "/menu/key?level=0&at=1", **fields)
    assert "no key leads to the menu `delivering`" in answer.text
    assert keys(page, 1) == "12"
    answer = fill(browser, "/menu/key/remove", "/menu/key?level=0&at=1", level="0", at="1")
    assert "no key leads to the menu `delivering`" in answer.text


def test_a_level_goes_with_the_keys_that_lead_to_it(page: Page) -> None:
    answer = fill(page.owner(), "/menu/level/remove", "/menu/level?level=1", level="1")
    assert answer.location == "/menu"
    assert [menu["id"] for menu in office(page)["menus"]] == ["main"]
    assert keys(page) == "139#"


def test_the_first_level_is_not_offered_to_be_removed(page: Page) -> None:
    assert "Remove this level" not in seen(page.owner(), "/menu/level?level=0")


def test_a_key_is_removed(page: Page) -> None:
    fill(page.owner(), "/menu/key/remove", "/menu/key?level=0&at=2", level="0", at="2")
    assert keys(page) == "129#"


def test_the_last_key_of_a_level_cannot_be_removed(page: Page) -> None:
    browser, where = page.owner(), "/menu/key?level=1&at=0"
    fill(browser, "/menu/key/remove", where, level="1", at="0")
    answer = fill(browser, "/menu/key/remove", where, level="1", at="0")
    assert "a menu needs a list of `keys`" in answer.text
    assert keys(page, 1) == "2"


def test_the_words_of_a_level_are_changed_and_its_keys_stay(page: Page) -> None:
    fields = {"level": "1", "prompt_ro": "Apăsați unu.", "wait_seconds": "9", "tries": "2"}
    fill(page.owner(), "/menu/level", "/menu/level?level=1", **fields)
    level = office(page)["menus"][1]
    assert (level["prompt"], level["tries"]) == ({"ro": "Apăsați unu."}, "2")
    assert keys(page, 1) == "12"


def test_a_wait_no_caller_would_stand_is_refused(page: Page) -> None:
    fields = {"level": "0", "wait_seconds": "99", "tries": "2"}
    answer = fill(page.owner(), "/menu/level", "/menu/level?level=0", **fields)
    assert "99 is too large, the most is 30" in answer.text
    assert 'value="99"' in answer.text


def test_the_greeting_is_changed_in_each_language(page: Page) -> None:
    fields = {"greeting_ro": "Salut.", "closed_greeting_en": "Closed.", "never_said": "Rival\n\n"}
    fill(page.owner(), "/menu/greeting", "/menu/greeting", **fields)
    after = office(page)
    assert (after["greeting"], after["closed_greeting"]) == ({"ro": "Salut."}, {"en": "Closed."})
    assert after["never_said"] == ["Rival"]


def test_a_text_too_long_for_a_caller_is_refused_at_its_language(page: Page) -> None:
    browser = page.owner()
    answer = fill(browser, "/menu/greeting", "/menu/greeting", greeting_ro="x" * 2001)
    assert re.search(r'name="greeting_ro".*?</textarea>\s*<span class="wrong">', answer.text, re.S)
    assert not re.search(r'name="greeting_en".*?</textarea>\s*<span class="wrong">', answer.text)


def test_a_topic_is_added_under_a_name_made_of_its_own(page: Page) -> None:
    fields = {"name_ro": "Flori de mireasă", "fallback": "complaint", "urgent": "on"}
    fill(page.owner(), "/menu/topic", "/menu/topic", **fields)
    new = office(page)["topics"][-1]
    assert (new["id"], new["fallback"], new["urgent"]) == ("flori-de-mireasă", "complaint", "true")


def test_two_topics_of_one_name_are_two(page: Page) -> None:
    browser = page.owner()
    for _ in range(2):
        fill(browser, "/menu/topic", "/menu/topic", name_ro="Nunți", fallback="message")
    assert [one["id"] for one in office(page)["topics"]][-2:] == ["nunți", "nunți-1"]


def test_a_topic_without_a_name_is_refused(page: Page) -> None:
    answer = fill(page.owner(), "/menu/topic", "/menu/topic", fallback="message")
    assert "The topic has no name." in answer.text
    assert changes(page) == 0


def test_a_topic_that_keys_lead_to_cannot_be_removed(page: Page) -> None:
    browser = page.owner()
    answer = fill(browser, "/menu/topic/remove", "/menu/topic?topic=0", topic="0")
    assert answer.status_code == 409
    assert "Keys lead to this topic: 1." in answer.text
    assert changes(page) == 0


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(page: Page) -> None:
    browser, other = page.owner(), page.owner()
    old = mark(browser, "/menu/key?level=0&at=0")
    fill(other, "/menu/key/remove", "/menu/key?level=0&at=0", level="0", at="0")
    given = {"csrf_token": token(browser, "/menu"), "seen": old, "level": "0", "at": "0"}
    answer = browser.post("/menu/key/remove", data=given)
    assert answer.status_code == 409
    assert "Somebody has changed this meanwhile." in answer.text
    assert keys(page) == "239#"


@pytest.mark.parametrize("where", ["level=9&at=0", "level=0&at=99", "level=-1", "level=x", ""])
def test_a_key_that_is_not_there_is_not_there(page: Page, where: str) -> None:
    assert page.owner().get(f"/menu/key?{where}").status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_a_menu_ready_made_is_taken_in_place_of_the_old_one(page: Page, name: str) -> None:
    answer = fill(page.owner(), "/menu/templates", "/menu/templates", name=name)
    assert answer.location == "/menu"
    assert [menu["id"] for menu in office(page)["menus"]] == ["main"]
    assert "Flori" in office(page)["greeting"]["ro"]


def test_a_menu_nobody_made_cannot_be_taken(page: Page) -> None:
    browser = page.owner()
    for name in ("", "../../office", "nothing"):
        assert fill(browser, "/menu/templates", "/menu/templates", name=name).status_code == 404
    assert changes(page) == 0


def test_in_the_set_up_a_menu_is_taken_and_the_next_step_follows(page: Page) -> None:
    answer = fill(page.owner(), "/setup/menu", "/setup/menu", name="clinic")
    assert answer.location == "/setup"
    assert [one["id"] for one in office(page)["topics"]] == ["appointments", "results"]


def test_an_office_without_a_menu_is_led_to_one(page: Page) -> None:
    page.daemon.desk.yaml = "name: Flori\nzone: Europe/Chisinau\ncountry: MD\nlanguages: [ro]\n"
    browser = page.owner()
    assert "There are no keys yet. Choose a menu" in seen(browser, "/menu")
    fill(browser, "/menu/templates", "/menu/templates", name="shop")
    assert "This menu is easy on callers." in seen(browser, "/menu")


def test_the_menu_is_walked_through_key_by_key(page: Page) -> None:
    browser = page.owner()
    assert "Pentru comenzi, apăsați tasta unu." in seen(browser, "/menu/try")
    assert "Pressed: 2 Pentru prețuri, apăsați tasta patru." in seen(browser, "/menu/try?keys=2")
    assert "Delivery costs fifty lei." in seen(browser, "/menu/try?keys=921")
    assert "Who knows about orders is rung." in seen(browser, "/menu/try?keys=1")
    assert "The caller leaves a message." in seen(browser, "/menu/try?keys=1&closed=1")
    assert "Nothing was chosen, so whoever is on duty is rung." in seen(
        browser, "/menu/try?keys=___"
    )


def test_after_the_end_no_key_can_be_pressed(page: Page) -> None:
    text = page.owner().get("/menu/try?keys=3").text
    assert text.count("disabled") == len("123456789*0#_")


@pytest.mark.parametrize("strange", ["x", "1" * 41, "1%00", "1 2"])
def test_what_is_no_key_cannot_be_pressed(page: Page, strange: str) -> None:
    assert page.owner().get(f"/menu/try?keys={strange}").status_code == 404


def test_words_of_the_office_are_shown_and_never_run(page: Page) -> None:
    browser = page.owner()
    for path in ("/menu", "/menu/key?level=0&at=2"):
        text = browser.get(path).text
        assert "<script>alert" not in text
        assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;") in text
    assert "For script alert(1) /script img" in seen(browser, "/menu/try?keys=9")  # as it is spoken
    assert "49" not in seen(browser, "/menu/key?level=0&at=2")


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR])
def test_the_menu_is_for_who_answers_for_the_office(page: Page, role: Role) -> None:
    page.accounts.add("vera", PASSWORD + " vera", role)
    browser = page.browser()
    send(browser, "/login", name="vera", password=PASSWORD + " vera")
    assert ">Menu</a>" not in browser.get("/").text
    given = {"csrf_token": token(browser, "/"), "name": "shop", "seen": ""}
    assert browser.get("/menu").status_code == 403
    assert browser.post("/menu/templates", data=given).status_code == 403
    assert changes(page) == 0


def test_a_manager_changes_the_menu_too(page: Page) -> None:
    page.accounts.add("vera", PASSWORD + " vera", Role.MANAGER)
    browser = page.browser()
    send(browser, "/login", name="vera", password=PASSWORD + " vera")
    fill(browser, "/menu/move", "/menu", level="0", at="0", by="1")
    assert page.daemon.desk.asked[-1].by == "vera"  # type: ignore[attr-defined]
