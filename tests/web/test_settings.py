"""Everything can be found and set on the page, and nobody's typing or change is lost by it."""

from __future__ import annotations

import html
import re
from dataclasses import fields
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.control.client import Control
from hotline.options import Options
from hotline.options.chosen import CHOOSABLE
from hotline.storage.officeform import TopForm
from hotline.storage.officesections import mark_of, sections_of
from hotline.storage.users import Role
from hotline_web.languages import LANGUAGES, _
from hotline_web.settinghub import HUB
from hotline_web.settingsearch import Findable, found
from hotline_web.settingwords import CHOICES, ELSEWHERE, ELSEWHERE_OF_BOX, EVERY, GROUPS
from tests.web.conftest import PASSWORD, Page, send, token

# What has a page of its own, or none because it holds secrets, is not among them.
SHOWN_OF_BOX = {
    f"{section.name}.{one.name}"
    for section in fields(Options)
    if section.name not in ELSEWHERE_OF_BOX
    for one in fields(getattr(Options(), section.name))
}


class Controls(HTMLParser):
    """What a browser would send of the last form of a page that goes to `action`."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.field, self.writing = action, False, "", False
        self.sent: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name, value = told.get("name", ""), told.get("value", "on")
        if tag == "form":
            self.inside = told["action"] == self.action
            self.sent = {} if self.inside else self.sent
        elif not self.inside:
            return
        elif tag in ("select", "textarea"):
            self.field, self.writing = name, tag == "textarea"
            if self.writing:
                self.sent[name] = [""]
        elif tag == "option" and ("selected" in told or self.field not in self.sent):
            self.sent[self.field] = [told.get("value", "")]
        elif tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            self.sent.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        self.writing = False
        self.inside = self.inside and tag != "form"

    def handle_data(self, data: str) -> None:
        if self.inside and self.writing:
            self.sent[self.field] = [data]


def filled(text: str, action: str) -> dict[str, list[str]]:
    controls = Controls(action)
    controls.feed(text)
    return controls.sent


def form(browser: FlaskClient, group: str, **typed: str | list[str]) -> dict[str, Any]:
    """The form of a group as a browser would send it, with some fields typed over."""
    address = f"/settings/{group}"
    return {**filled(browser.get(address).text, address), "step": "look", **typed}


def look(browser: FlaskClient, group: str, **typed: str | list[str]) -> TestResponse:
    return browser.post(f"/settings/{group}", data=form(browser, group, **typed))


def confirm(browser: FlaskClient, shown: TestResponse, step: str = "put") -> TestResponse:
    """Press a button under what changes."""
    address = shown.request.path
    return browser.post(address, data={**filled(shown.text, address), "step": step})


def office(page: Page, key: str) -> object:
    return sections_of(page.daemon.desk.yaml)[key]


def later(page: Page, key: str) -> object:
    """Of the box, once it has begun anew."""
    (one,) = [s for s in page.daemon.desk.box.all().settings if f"{s.section}.{s.key}" == key]
    return one.later


# Nothing is without its words ---------------------------------------------------------------------


def test_every_setting_of_the_office_has_its_words_and_every_word_its_setting() -> None:
    shown = [one.key for _group, one in EVERY if "." not in one.key]
    assert len(shown) == len(set(shown))
    assert set(shown) | set(ELSEWHERE) == set(TopForm.model_fields)
    assert not set(shown) & set(ELSEWHERE)


def test_every_setting_of_the_box_has_its_words_and_every_word_its_setting() -> None:
    shown = [one.key for _group, one in EVERY if "." in one.key]
    assert len(shown) == len(set(shown))
    assert set(shown) == SHOWN_OF_BOX
    assert set(ELSEWHERE_OF_BOX) < {one.name for one in fields(Options)}


def test_what_can_be_set_for_the_box_is_all_shown() -> None:
    chosen = {f"{section}.{key}" for section, keys in CHOOSABLE.items() for key in keys}
    assert chosen <= SHOWN_OF_BOX


def test_a_beginner_is_shown_few_settings() -> None:
    assert 10 <= len([one for _group, one in EVERY if one.basic]) <= 20


def test_every_choice_has_its_words(looking: FlaskClient) -> None:
    for group in GROUPS:
        text = looking.get(f"/settings/{group.name}").text
        for value, words in re.findall(r'<option value="([a-z ]+)"[^>]*>([^<]*)</option>', text):
            assert value not in CHOICES or html.unescape(words) == CHOICES[value]


def test_every_group_of_settings_is_listed_and_every_row_leads_somewhere(
    looking: FlaskClient,
) -> None:
    listed = {row.group for _title, rows in HUB for row in rows if row.group}
    assert listed == {group.name for group in GROUPS}
    text = looking.get("/settings").text
    inside = text.split("<main")[1].split("</main>")[0]
    addresses = re.findall(r'<a class="reach" href="([^"]+)"', inside)
    assert len(addresses) == sum(len(rows) for _title, rows in HUB)
    for address in addresses:
        assert looking.get(address, follow_redirects=True).status_code == 200, address


# Finding ------------------------------------------------------------------------------------------

WORDS = [
    Findable("queue", "Länge der Schlange", "Wie viele warten", "queue"),
    Findable("greeting", "Приветствие", "Что слышат звонящие", "тёплый"),
    Findable("hours", "Program de lucru", "Când sunteți deschis", "sărbători"),
]


@pytest.mark.parametrize(
    ("asked", "id"),
    [
        ("queue", "queue"),
        ("QUEUE", "queue"),
        ("quueue", "queue"),
        ("schlange", "queue"),
        ("приветствия", "greeting"),
        ("превет", "greeting"),
        ("теплый", "greeting"),
        ("sarbatori", "hours"),
        ("sărbătorilor", "hours"),
        ("progam lucru", "hours"),
    ],
)
def test_a_setting_is_found_in_spite_of_marks_endings_and_typing_mistakes(
    asked: str, id: str
) -> None:
    assert found(asked, WORDS)[:1] == [id]


@pytest.mark.parametrize("asked", ["", "   ", "zzz", "queue zebra", "!!!", "x" * 5000])
def test_what_nothing_is_called_finds_nothing(asked: str) -> None:
    assert found(asked, WORDS) == []


def test_a_name_counts_more_than_a_word_beside_it() -> None:
    beside = Findable("beside", "Other", "About a queue", "")
    named = Findable("named", "Queue", "Other", "")
    assert found("queue", [beside, named]) == ["named", "beside"]


@pytest.mark.parametrize(
    ("language", "asked", "key"),
    [
        ("en", "fraud minutes", "limits.minutes_per_day"),
        ("ru", "очередь", "queue_length"),
        ("ru", "длина сообщения", "max_message_seconds"),
        ("uk", "черга", "queue_length"),
        ("ro", "coada", "queue_length"),
        ("ro", "sondaj", "survey"),
        ("en", "total_seconds", "total_seconds"),
    ],
)
def test_a_setting_is_found_in_the_visitors_language_and_opened_at_its_place(
    shared: Page, language: str, asked: str, key: str
) -> None:
    browser = shared.owner()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    text = browser.get("/settings", query_string={"q": asked}).text
    spot = key.replace(".", "-")
    (address,) = re.findall(rf'href="(/settings/\w+\?at={re.escape(key)}#{spot})"', text)
    opened = browser.get(address.split("#")[0]).text
    assert re.search(rf'name="{re.escape(key)}"[^>]*autofocus', opened)
    assert f'id="{spot}"' in opened


def test_a_setting_among_those_for_experts_is_not_hidden_when_it_was_searched_for(
    looking: FlaskClient,
) -> None:
    assert "<details open>" in looking.get("/settings/ringing?at=overflow_seconds").text
    assert "<details >" in looking.get("/settings/ringing").text


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_setting_is_found_by_its_own_name(shared: Page, language: str) -> None:
    browser = shared.owner()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    for _room, one in EVERY:
        with shared.app.test_request_context(headers={"Accept-Language": language}):
            name = _(one.name)
        text = browser.get("/settings", query_string={"q": name}).text
        assert f"?at={one.key}#" in text, (one.key, name)


# Changing what the office wants -------------------------------------------------------------------


def test_a_change_is_shown_before_it_is_in_force(page: Page) -> None:
    browser = page.owner()
    shown = look(browser, "waiting", queue_length="5")
    assert "no limit" in shown.text
    assert "<strong>5</strong>" in shown.text
    assert office(page, "queue_length") == "0"
    assert confirm(browser, shown).status_code == 302
    assert office(page, "queue_length") == "5"


def test_only_what_was_changed_is_shown_and_put(page: Page) -> None:
    browser = page.owner()
    before = sections_of(page.daemon.desk.yaml)
    shown = look(browser, "waiting", queue_length="5")
    assert shown.text.count("This will be") == 1
    confirm(browser, shown)
    after = sections_of(page.daemon.desk.yaml)
    assert {key for key in after if after[key] != before[key]} == {"queue_length"}


@pytest.mark.parametrize(
    ("group", "key", "typed", "kept"),
    [
        ("ringing", "strategy", "all at once", "all at once"),
        ("ringing", "overflow", ["ion", "ana"], ["ion", "ana"]),
        ("hearing", "max_message_seconds", "240", "240"),
        ("hearing", "never_said", "Roza\r\nLalea", ["Roza", "Lalea"]),
        ("hearing", "survey", "on", "true"),
        ("telling", "supervisor", "ana", "ana"),
        ("telling", "notify_to", "a@example.net", ["a@example.net"]),
        ("office", "self_call", "off", "off"),
        ("office", "zone", "Europe/Kyiv", "Europe/Kyiv"),
        ("office", "name", "Flori & Co", "Flori & Co"),
    ],
)
def test_each_kind_of_setting_is_changed_by_its_control(
    page: Page, group: str, key: str, typed: str | list[str], kept: str | list[str]
) -> None:
    browser = page.owner()
    shown = look(browser, group, **{key: typed})
    assert shown.status_code == 200, shown.text
    confirm(browser, shown)
    assert office(page, key) == kept


def test_topics_that_were_as_the_office_follow_it_and_others_stay(page: Page) -> None:
    browser = page.owner()
    confirm(browser, look(browser, "ringing", strategy="rotating"))
    held = sections_of(page.daemon.desk.yaml)
    topics = held["topics"]
    own = [{**topics[0], "strategy": "all at once"}, *topics[1:]]
    mark = mark_of(held, ["topics"])
    Control(page.daemon.path).office_set({"topics": own}, mark, "ion")
    shown = look(browser, "ringing", strategy="longest idle")
    assert "Topics that were set the same way follow." in shown.text
    confirm(browser, shown)
    after = sections_of(page.daemon.desk.yaml)["topics"]
    assert [topic["strategy"] for topic in after] == ["all at once", "longest idle"]


def test_a_time_of_the_day_is_chosen_for_the_box_to_call_itself(page: Page) -> None:
    browser = page.owner()
    shown = look(browser, "office", **{"self_call": "at", "self_call.time": "06:45"})
    confirm(browser, shown)
    assert office(page, "self_call") == "06:45"


def test_the_first_language_is_another_one_and_none_is_lost(page: Page) -> None:
    browser = page.owner()
    more = {"languages": "en", "languages.more": ["ro", "en", "uk"]}
    confirm(browser, look(browser, "hearing", **more))
    assert office(page, "languages") == ["en", "ro", "uk"]


def test_a_tick_that_is_taken_away_is_a_change(page: Page) -> None:
    browser = page.owner()
    sent = form(browser, "waiting")
    del sent["callback"]
    confirm(browser, browser.post("/settings/waiting", data=sent))
    assert office(page, "callback") == "false"


@pytest.mark.parametrize(
    ("group", "key", "typed", "told"),
    [
        ("waiting", "queue_length", "100", "from 0 to 99"),
        ("waiting", "queue_length", "-1", "from 0 to 99"),
        ("waiting", "queue_length", "five", "from 0 to 99"),
        ("waiting", "queue_length", "9" * 5000, "from 0 to 99"),
        ("waiting", "queue_length", "", "from 0 to 99"),
        ("office", "name", "", "may not be empty"),
        ("office", "zone", "Europe/Kishinew", "Europe/Chisinau"),
        ("office", "country", "MDA", "two letters"),
        ("ringing", "strategy", "loudest", "unknown word"),
        ("limits", "limits.minutes_per_day", "99999", "from 0 to 14400"),
        ("limits", "limits.countries", "RO\r\nXX", "two letters"),
    ],
)
def test_a_wrong_value_is_kept_as_it_was_typed_and_told_at_its_field(
    page: Page, group: str, key: str, typed: str, told: str
) -> None:
    browser = page.owner()
    before = page.daemon.desk.yaml
    refused = look(browser, group, **{key: typed})
    assert refused.status_code == 422
    spot = key.replace(".", "-")
    (why,) = re.findall(rf'id="wrong-{spot}" role="alert">([^<]+)<', refused.text)
    assert told in html.unescape(why)
    assert "aria-invalid" in refused.text
    kept = typed.replace("\r", "")[:400]
    assert not kept or kept == "loudest" or kept in html.unescape(refused.text)
    assert page.daemon.desk.yaml == before


def test_going_back_loses_nothing_that_was_typed(page: Page) -> None:
    browser = page.owner()
    shown = look(browser, "waiting", queue_length="7", callback_tries="4")
    back = confirm(browser, shown, "back").text
    assert re.search(r'name="queue_length"[^>]*value="7"', back)
    assert re.search(r'name="callback_tries"[^>]*value="4"', back)
    assert office(page, "queue_length") == "0"


def test_two_who_change_two_settings_do_not_disturb_each_other(page: Page) -> None:
    one, other = page.owner(), page.owner()
    first, second = form(one, "waiting"), form(other, "waiting")
    confirm(one, one.post("/settings/waiting", data={**first, "queue_length": "5"}))
    confirm(other, other.post("/settings/waiting", data={**second, "callback_tries": "4"}))
    assert (office(page, "queue_length"), office(page, "callback_tries")) == ("5", "4")


def test_a_setting_that_somebody_else_changed_meanwhile_is_not_overwritten(page: Page) -> None:
    browser = page.owner()
    shown = look(browser, "waiting", queue_length="7")
    held = sections_of(page.daemon.desk.yaml)
    Control(page.daemon.path).office_set(
        {"queue_length": 3}, mark_of(held, ["queue_length"]), "ion"
    )
    refused = confirm(browser, shown)
    assert refused.status_code == 422
    assert "Somebody has changed this meanwhile." in refused.text
    assert "This is now: 3" in refused.text
    assert re.search(r'name="queue_length"[^>]*value="7"', refused.text)
    assert office(page, "queue_length") == "3"


def test_a_form_without_what_it_was_filled_from_changes_nothing(page: Page) -> None:
    browser = page.owner()
    before = page.daemon.desk.yaml
    for was in ({}, {"was:queue_length": "{"}, {"was:queue_length": '{"a": 1}'}):
        answer = send(browser, "/settings/waiting", queue_length="5", **was)
        assert answer.status_code == 400
    assert page.daemon.desk.yaml == before


def test_nothing_changed_is_said(page: Page) -> None:
    browser = page.owner()
    answer = look(browser, "waiting")
    assert answer.status_code == 302
    assert "Nothing was changed." in browser.get("/settings/waiting").text


# Changing the box ---------------------------------------------------------------------------------


def test_a_setting_of_the_box_waits_until_it_begins_anew_and_says_so(page: Page) -> None:
    browser = page.owner()
    confirm(browser, look(browser, "limits", **{"limits.minutes_per_day": "30"}))
    assert later(page, "limits.minutes_per_day") == 30
    text = browser.get("/settings/limits").text
    assert "In force now: 60 minutes" in text
    assert "Begin anew when no call is up" in text
    answer = send(browser, "/settings/box/anew")
    assert answer.status_code == 302
    assert "begins anew as soon as no call is up" in browser.get("/settings/limits").text


def manager(page: Page) -> FlaskClient:
    page.accounts.add("ion", PASSWORD + " ion", Role.MANAGER)
    browser = page.browser()
    send(browser, "/login", name="ion", password=PASSWORD + " ion")
    return browser


def test_a_manager_lowers_limits_and_only_the_owner_raises_them(page: Page) -> None:
    browser = manager(page)
    refused = look(browser, "limits", **{"limits.minutes_per_day": "90"})
    assert refused.status_code == 422
    assert "Only the owner of the box" in refused.text
    confirm(browser, look(browser, "limits", **{"limits.minutes_per_day": "30"}))
    assert later(page, "limits.minutes_per_day") == 30
    owner = page.owner()
    confirm(owner, look(owner, "limits", **{"limits.minutes_per_day": "90"}))
    assert later(page, "limits.minutes_per_day") == 90


def test_a_manager_opens_no_other_country(page: Page) -> None:
    browser = manager(page)
    assert look(browser, "limits", **{"limits.countries": "RO"}).status_code == 422
    assert look(browser, "box", **{"box.country": "RO"}).status_code == 422
    owner = page.owner()
    confirm(owner, look(owner, "limits", **{"limits.countries": "ro"}))
    assert later(page, "limits.countries") == ["RO"]


def test_two_settings_that_do_not_go_together_are_told_at_their_field(page: Page) -> None:
    refused = look(page.owner(), "box", **{"sip.rtp_last": "100"})
    assert refused.status_code == 422
    assert 'id="wrong-sip-rtp_last"' in refused.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Must lie at least 3 above the first port."),
        ("ru", "Должен быть хотя бы на 3 больше первого порта."),
        ("uk", "Має бути щонайменше на 3 більший за перший порт."),
        ("ro", "Trebuie să fie cu cel puțin 3 mai mare decât primul port."),
    ],
)
def test_what_the_box_has_against_a_setting_is_told_at_its_field_in_the_visitors_language(
    page: Page, language: str, words: str
) -> None:
    browser = page.owner()
    send(browser, "/language", seen="/", language=language)
    refused = look(browser, "box", **{"sip.rtp_last": "100"})
    assert f'id="wrong-sip-rtp_last" role="alert">{words}<' in html.unescape(refused.text)


def test_folders_and_files_are_shown_and_cannot_be_changed(page: Page) -> None:
    browser = page.owner()
    text = browser.get("/settings/box").text
    assert "/var/lib/hotline" in text
    assert 'name="box.data"' not in text
    sent = {**form(browser, "box"), "box.data": "/etc", "was:box.data": '"/var/lib/hotline"'}
    browser.post("/settings/box", data=sent)
    assert later(page, "box.data") == "/var/lib/hotline"


def test_who_may_not_change_settings_reads_them_without_a_form(page: Page) -> None:
    page.accounts.add("vera", PASSWORD + " vera", Role.AGENT)
    browser = page.browser()
    send(browser, "/login", name="vera", password=PASSWORD + " vera")
    text = browser.get("/settings/waiting").text
    assert "Most callers who wait" in text
    assert 'name="queue_length"' not in text
    data = {"csrf_token": token(browser, "/"), "was:queue_length": '"0"', "queue_length": "5"}
    assert browser.post("/settings/waiting", data=data).status_code == 403
    listed = browser.get("/settings").text
    assert "/menu" not in listed
    assert "/hours" in listed


def test_the_bar_shows_where_one_is_on_every_page_of_the_set_up(looking: FlaskClient) -> None:
    for address in ("/settings", "/settings/box", "/prompts", "/menu", "/hours", "/network/wifi"):
        bar = looking.get(address).text.split("</nav>")[0]
        assert re.search(r'href="/settings" aria-current="page"', bar), address
        assert bar.count("aria-current") == 1, address
    for address in ("/", "/inbox", "/calls", "/duty", "/shifts", "/people", "/answers", "/lines"):
        bar = looking.get(address).text.split("</nav>")[0]
        assert re.search(rf'href="{address}" aria-current="page"', bar), address
        assert bar.count("aria-current") == 1, address
