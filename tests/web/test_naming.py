"""The owner says who works here: typed, pasted or brought as a file, changed and taken out."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from hotline.control.messages.office import OfficeSet
from hotline.control.messages.people import NumberConfirm, NumbersAnswer
from hotline.storage.officefile import read_office
from hotline.storage.officesections import sections_of
from hotline.storage.users import Role
from tests.web.browser import CHROMIUM, chromium, log_in, served, window
from tests.web.conftest import PASSWORD, Page, send, token
from tests.web.judge import AXE, FAULTS, SMALL_TARGETS
from tests.web.test_pages import seen

SCRIPT = "<script>alert(1)</script>"


def people(page: Page) -> dict[str, dict[str, Any]]:
    """Who is in the office, by id, as its file says."""
    return {one["id"]: one for one in sections_of(page.daemon.desk.yaml)["people"]}


def typed(browser: FlaskClient, *rows: tuple[str, str], path: str = "/people/new") -> TestResponse:
    """Each row filled in and ticked, and the button pressed."""
    fields = [(key, value) for row in rows for key, value in zip(FIELDS, row, strict=True)]
    ticks = [("take", str(n)) for n in range(len(rows))]
    data = MultiDict([("csrf_token", token(browser, "/")), *fields, *ticks])
    return browser.post(path, data=data)


FIELDS = ("name", "number")


def brought(
    browser: FlaskClient, text: str = "", file: bytes | None = None, path: str = "/people/list"
) -> TestResponse:
    """A list pasted, or a file chosen."""
    data: dict[str, Any] = {"csrf_token": token(browser, "/"), "list": text}
    if file is not None:
        data["file"] = (io.BytesIO(file), "people.csv")
    return browser.post(path, data=data, content_type="multipart/form-data")


def rows(answer: TestResponse) -> list[tuple[str, str, bool]]:
    """Name, number and tick of each row that is shown."""
    text = answer.text
    values = [re.findall(rf'<input [^>]*name="{one}"[^>]*value="([^"]*)"', text) for one in FIELDS]
    ticks = [" checked" in box for box in re.findall(r'<input type="checkbox"[^>]*>', text)]
    return list(zip(*values, ticks, strict=True))


def changes(page: Page) -> list[OfficeSet]:
    return [ask for ask in page.daemon.desk.asked if isinstance(ask, OfficeSet)]


# -- typed -----------------------------------------------------------------------------------------


def test_who_is_typed_belongs_to_the_office_and_is_not_rung_before_they_confirmed(
    page: Page,
) -> None:
    browser = page.owner()
    assert typed(browser, ("Vasile Rusu", "069 000 155")).location == "/people"
    assert people(page)["vasile"]["number"] == "+37369000155"
    assert changes(page)[-1].by == "maria"
    text = seen(browser, "/people")
    assert "1 person is added. Each number is rung once its owner has confirmed it." in text


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("Vasile", "06900015", "The number has 8 digits, a Moldovan mobile has 9. Correct the"),
        ("Vasile", "", "The number is missing. Type it."),
        ("", "069000155", "The name is missing. Type it."),
        ("Vasile", "112", "is an emergency number"),
        ("Vasile", "+37390012345", "is a premium-rate number"),
        (SCRIPT, "1", "is not a telephone number"),
        ("Vasile", "069000101", "This is the number of Ana already."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(
    page: Page, name: str, number: str, words: str
) -> None:
    answer = typed(page.owner(), (name, number), ("Eva", "069000166"))
    assert answer.status_code == 400
    assert words in answer.text
    assert SCRIPT not in answer.text
    shown = [(name.replace("&lt;", "<").replace("&gt;", ">"), no) for name, no, _ in rows(answer)]
    assert shown == [(name, number), ("Eva", "069000166")]
    assert changes(page) == []


def test_somebody_abroad_is_taken_where_the_owner_allowed_that_country(page: Page) -> None:
    browser, desk = page.owner(), page.daemon.desk
    assert "calls there are switched off" in typed(browser, ("Dan", "+40 722 123 456")).text
    desk.state = desk.state.model_copy(update={"countries": ("MD", "RO")})
    assert "switched off" not in brought(browser, "Dan +40 722 123 456").text


def test_in_russian_what_is_wrong_is_said_in_russian(page: Page) -> None:
    browser = page.owner()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ru"
    answer = typed(browser, ("Vasile", "06900015"))
    assert "Цифр в номере: 8, а у молдавского мобильного их 9. Исправьте номер." in answer.text


def test_an_empty_form_adds_nobody_and_says_what_is_missing(page: Page) -> None:
    answer = typed(page.owner(), ("", ""), (" ", ""))
    assert answer.status_code == 400
    assert len(rows(answer)) == 1
    assert "The name is missing." in answer.text


def test_who_answers_alone_finds_their_own_name_filled_in(page: Page) -> None:
    browser = page.owner()
    for path in ("/people/new", "/setup/people"):
        assert f'href="{path}?me=1"' in browser.get(path).text
        assert 'name="name" maxlength="120" value="Maria"' in browser.get(f"{path}?me=1").text


def test_a_telephone_outside_is_added_to_the_directory_and_changed_there(page: Page) -> None:
    browser = page.owner()
    data = {"name": "The bank", "number": "022 123 456", "take": "0", "where": "directory"}
    assert send(browser, "/people/new", **data).location == "/people"
    (bank,) = sections_of(page.daemon.desk.yaml)["directory"]
    assert (bank["id"], bank["number"]) == ("the", "+37322123456")
    form = browser.get("/people/one/the").text
    assert "Telephone number" in form
    assert 'name="level"' not in form


# -- brought as a list -----------------------------------------------------------------------------


def test_a_list_is_shown_before_anybody_is_taken(page: Page) -> None:
    browser = page.owner()
    text = "Vasile 069 000 155\nEva; 0690001\nAna Muntean, 069000101\n069000177"
    answer = brought(browser, text)
    assert rows(answer) == [
        ("Vasile", "069 000 155", True),
        ("Eva", "0690001", True),
        ("Ana Muntean", "069000101", False),
        ("", "069000177", True),
    ]
    words = " ".join(re.sub("<[^>]+>", " ", answer.text).split())
    assert "1 line can be taken as it is. 3 need a look." in words
    assert "This is the number of Ana already." in words
    assert changes(page) == []


def test_who_is_ticked_though_the_number_is_known_shares_the_telephone(page: Page) -> None:
    browser = page.owner()
    first = typed(browser, ("Vasile", "069000101"))
    warned = re.findall(r'name="warned" value="([^"]*)"', first.text)
    assert warned == ["+37369000101"]
    fields = {"name": "Vasile", "number": "069000101", "take": "0"}
    assert send(browser, "/people/new", **fields, warned="+37369000102").status_code == 400
    assert send(browser, "/people/new", **fields, warned=warned[0]).status_code == 302
    assert people(page)["vasile"]["number"] == "+37369000101"


def test_a_row_that_is_not_ticked_is_left_out_whatever_is_wrong_with_it(page: Page) -> None:
    browser = page.owner()
    data = MultiDict(
        [
            ("csrf_token", token(browser, "/")),
            *(("name", one) for one in ("Vasile", "Nobody")),
            *(("number", one) for one in ("069000155", "1")),
            ("take", "0"),
        ]
    )
    assert browser.post("/people/new", data=data).status_code == 302
    assert set(people(page)) == {"ana", "ion", "maria", "vasile"}
    data.setlist("take", [])
    browser.post("/people/new", data=data)
    assert "Nobody was added: no line was ticked." in seen(browser, "/people")


def test_the_same_number_twice_in_a_list_is_taken_once(page: Page) -> None:
    found = rows(brought(page.owner(), "Vasile 069000155\nEva 069-000-155"))
    assert [tick for _name, _number, tick in found] == [True, False]


@pytest.mark.parametrize(
    "file",
    [
        "Имя;Телефон\nВасиле;069000155".encode("cp1251"),
        "Имя\tТелефон\nВасиле\t069000155".encode("utf-16"),
        "BEGIN:VCARD\nVERSION:3.0\nFN:Василе\nTEL;TYPE=CELL:069000155\nEND:VCARD".encode(),
    ],
)
def test_a_file_is_looked_through_like_what_is_pasted(page: Page, file: bytes) -> None:
    assert rows(brought(page.owner(), file=file)) == [("Василе", "069000155", True)]


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        ("Ana 069000101\n" * 10_000, None, "more than 100 people"),
        ("Ana 069000101\n" * 99, b"Ion 069000102\n" * 2, "more than 100 people"),
        ("\n", None, "Nobody is named in it."),
        ("Ana", b"PK\3\4\0\0", "no list that the box can read"),
    ],
)
def test_a_list_that_cannot_be_taken_comes_back_as_it_was_pasted(
    page: Page, text: str, file: bytes | None, words: str
) -> None:
    answer = brought(page.owner(), text, file)
    assert answer.status_code == 400
    assert words in answer.text
    assert text.strip() in answer.text


def test_a_megabyte_is_looked_at_and_more_than_the_page_holds_is_refused(page: Page) -> None:
    browser = page.owner()
    assert brought(browser, "x" * 2**20).status_code in (200, 400)
    assert brought(browser, "x" * 3 * 2**20).status_code == 413
    assert send(browser, "/inbox/103/note", text="x" * 2**18).status_code == 413


def test_a_strange_name_is_shown_and_never_run(page: Page) -> None:
    browser = page.owner()
    name = f"{SCRIPT}\u202e{{{{7*7}}}}=cmd"
    answer = brought(browser, f"{name} 069000155")
    assert SCRIPT not in answer.text
    assert "{{7*7}}" in answer.text
    typed(browser, (name, "069000155"))
    (found,) = [one for one in people(page).values() if one["number"] == "+37369000155"]
    assert found["name"] == f"{SCRIPT} {{{{7*7}}}}=cmd"
    for path in ("", "/leave"):
        assert SCRIPT not in browser.get(f"/people/one/{found['id']}{path}").text


# -- changed and taken out -------------------------------------------------------------------------


def form(browser: FlaskClient, one: str) -> dict[str, str]:
    """The fields of a person's form as they are shown."""
    text = browser.get(f"/people/one/{one}").text
    found = dict(re.findall(r'<input [^>]*?name="(\w+)"[^>]*? value="([^"]*)"', text))
    ticked = set(re.findall(r'name="(\w+)" value="\w+" checked', text))
    boxes = {"languages", "topics", "supervisor"}
    return {k: v for k, v in found.items() if k not in boxes - ticked and k != "csrf_token"}


def put(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    """The form sent as it is, `seen` among its fields."""
    return browser.post(path, data={"csrf_token": token(browser, "/"), **fields})


def test_a_person_is_changed_and_what_the_form_does_not_ask_stays(page: Page) -> None:
    browser = page.owner()
    office, _ = read_office(page.daemon.desk.yaml, "the office")
    page.daemon.desk.yaml = page.daemon.desk.yaml.replace("id: maria, ", "id: maria, weight: 3, ")
    fields = form(browser, "maria") | {"level": "2", "ring_seconds": "30", "languages": "en"}
    fields |= {"name": "Maria  Ceban", "number": "069000199", "supervisor": "1"}
    assert put(browser, "/people/one/maria", **fields).location == "/people"
    maria = people(page)["maria"]
    assert (maria["name"], maria["number"]) == ("Maria Ceban", "+37369000199")
    assert (maria["level"], maria["ring_seconds"], maria["languages"]) == ("2", "30", ["en"])
    assert maria["weight"] == "3"
    assert sections_of(page.daemon.desk.yaml)["supervisor"] == "maria"
    assert list(people(page)) == [one.id for one in office.people]
    assert "The new number is rung once it is confirmed." in seen(browser, "/people")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": "1"}, "is not a telephone number"),
        ({"number": "069000102"}, "This is the number of Ion already."),
        ({"name": " "}, "The name is missing."),
        ({"ring_seconds": "3"}, "Write a number of seconds from 5 to 60."),
        ({"ring_seconds": "long"}, "Write a number of seconds from 5 to 60."),
    ],
)
def test_a_wrong_field_of_a_person_keeps_what_was_typed(
    page: Page, change: dict[str, str], words: str
) -> None:
    browser = page.owner()
    answer = put(browser, "/people/one/ana", **form(browser, "ana") | change)
    assert answer.status_code == 400
    assert words in answer.text
    ((name, value),) = change.items()
    assert re.search(rf'name="{name}"[^>]* value="{value.strip()}"', answer.text)
    assert changes(page) == []


def test_two_who_use_one_telephone_are_said_so_by_saving_once_more(page: Page) -> None:
    browser = page.owner()
    fields = form(browser, "ana") | {"number": "069000102"}
    again = put(browser, "/people/one/ana", **fields).text
    warned = re.search(r'name="warned" value="([^"]+)"', again)
    assert warned
    assert put(browser, "/people/one/ana", **fields | {"warned": warned[1]}).status_code == 302
    assert people(page)["ana"]["number"] == "+37369000102"


def test_a_change_of_one_is_not_refused_for_that_of_another(page: Page) -> None:
    browser, other = page.owner(), page.owner()
    ana, ion = form(browser, "ana"), form(other, "ion")
    assert put(other, "/people/one/ion", **ion | {"name": "Ionel"}).status_code == 302
    assert put(browser, "/people/one/ana", **ana | {"name": "Anna"}).status_code == 302
    assert [people(page)[one]["name"] for one in ("ana", "ion")] == ["Anna", "Ionel"]
    stale = put(other, "/people/one/ana", **ana | {"name": "Anka"})
    assert stale.status_code == 400
    assert "Somebody has changed this meanwhile." in stale.text
    assert 'value="Anka"' in stale.text


def test_who_leaves_takes_along_what_hangs_on_them_and_it_is_told_before(page: Page) -> None:
    browser = page.owner()
    text = seen(browser, "/people/one/ion/leave")
    assert "Take Ion out of the office?" in text
    assert "2 entries of the shifts" in text
    assert "1 absence" in text
    seal = re.search(r'name="seen" value="(\w+)"', browser.get("/people/one/ion/leave").text)
    assert seal
    assert put(browser, "/people/one/ion/leave", seen="another").status_code == 409
    assert put(browser, "/people/one/ion/leave", seen=seal[1]).location == "/people"
    left = sections_of(page.daemon.desk.yaml)
    assert [one["id"] for one in left["people"]] == ["ana", "maria"]
    assert {one["person"] for one in left["shifts"]} == {"ana"}
    assert left["absences"] == []
    assert "Ion is out of the office." in seen(browser, "/people")


def test_the_last_one_to_leave_is_told_what_callers_can_do_then(page: Page) -> None:
    browser = page.owner()
    desk = page.daemon.desk
    desk.yaml = "name: F\nzone: UTC\ncountry: MD\nlanguages: [en]\npeople: [{id: ana, name: Ana}]\n"
    assert "callers may only leave a message" in seen(browser, "/people/one/ana/leave")


# -- who may, and how it is used -------------------------------------------------------------------


def logged_in(page: Page, name: str, role: Role) -> FlaskClient:
    page.accounts.add(name, f"{PASSWORD} {name}", role)
    browser = page.browser()
    send(browser, "/login", name=name, password=f"{PASSWORD} {name}")
    return browser


def test_a_manager_says_who_works_here_and_an_agent_does_not(page: Page) -> None:
    assert typed(logged_in(page, "petru", Role.MANAGER), ("V", "069000155")).status_code == 302
    agent = logged_in(page, "vlad", Role.AGENT)
    assert agent.get("/people").status_code == 200
    assert "/people/new" not in agent.get("/people").text
    before = page.daemon.desk.yaml
    assert typed(agent, ("Eva", "069000166")).status_code == 403
    for path in ("/people/new", "/people/one/ana", "/people/one/ana/leave"):
        assert agent.get(path).status_code == 403
    paths = ("/people/list", "/people/one/ana", "/people/one/ana/leave", "/people/confirm_all")
    for path in paths:
        assert send(agent, path).status_code == 403
    assert page.daemon.desk.yaml == before


def test_nobody_of_the_office_is_found_under_another_id(page: Page) -> None:
    browser = page.owner()
    for path in ("/people/one/nobody", "/people/one/nobody/leave"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/people", "/setup/people"])
def test_one_button_asks_everybody_in_turn_and_shows_each_code(page: Page, path: str) -> None:
    browser, desk = page.owner(), page.daemon.desk
    ion = desk.people.people[1]
    eva = ion.model_copy(update={"person": "eva", "name": "Eva"})
    bank = eva.model_copy(update={"person": "bank", "outside": True})
    desk.people = NumbersAnswer(people=(desk.people.people[0], ion, eva, bank))
    assert "Ring 2 telephones and ask" in seen(browser, path)
    assert send(browser, f"{path}/confirm_all", seen=path).location == path
    assert desk.asked[-2:] == [
        NumberConfirm(person=one, by="maria", in_turn=True) for one in ("ion", "eva")
    ]
    asking = {"state": "asking", "tried": "in turn"}
    desk.people = NumbersAnswer(
        people=tuple(one.model_copy(update=asking) for one in (ion, eva, bank))
    )
    for live in (path, f"{path}/live"):
        text = seen(browser, live)
        assert text.count("4711") == 2
        assert "Is rung when the others before have been asked." in text
    assert "4711" not in seen(page.owner(), path)


def test_in_the_set_up_people_are_typed_and_brought_on_the_step_itself(page: Page) -> None:
    browser = page.owner()
    answer = brought(browser, "Vasile 06900015", path="/setup/people/list")
    assert rows(answer) == [("Vasile", "06900015", True)]
    assert 'action="/setup/people"' in answer.text
    wrong = typed(browser, ("Vasile", "06900015"), path="/setup/people")
    assert (wrong.status_code, "8 digits" in wrong.text) == (400, True)
    good = typed(browser, ("Vasile", "069000155"), path="/setup/people")
    assert good.location == "/setup/people"
    assert "vasile" in people(page)
    send(browser, "/setup/people/confirm", seen="/setup/people", person="ion")
    assert page.daemon.desk.asked[-1] == NumberConfirm(person="ion", by="maria")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not shutil.which(CHROMIUM):
        pytest.skip("Debian's chromium is missing")
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("script", [True, False])
def test_a_list_is_pasted_looked_through_and_taken(
    page: Page, browser: Browser, script: bool
) -> None:
    with served(page) as address, window(browser, address, script=script) as visit:
        tab = log_in(visit)
        tab.get_by_role("link", name="People", exact=True).click()
        tab.get_by_role("link", name="Add people").click()
        tab.get_by_label("Paste names and numbers").fill("Vasile 06900015\nEva 069 000 166")
        tab.get_by_role("button", name="Show what is in it").click()
        number = tab.get_by_label("Mobile number").first
        expect(number).to_have_accessible_description(re.compile("The number has 8 digits"))
        number.fill("069000155")
        tab.get_by_role("button", name="Add those that are ticked").click()
        expect(tab.get_by_role("status")).to_contain_text("2 people are added.")
    assert {"vasile", "eva"} <= set(people(page))


def test_with_the_keyboard_alone_somebody_is_added(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        tab.goto("/people/new")
        tab.get_by_label("Name", exact=True).focus()
        tab.keyboard.type("Vasile")
        tab.keyboard.press("Tab")
        tab.keyboard.type("069000155")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        expect(tab.get_by_role("status")).to_contain_text("1 person is added.")


def test_what_is_being_typed_stays_while_telephones_are_asked(page: Page, browser: Browser) -> None:
    desk = page.daemon.desk
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        tab.goto("/setup/people")
        tab.get_by_label("Name", exact=True).first.fill("Vasile")
        asking = desk.people.people[1].model_copy(update={"state": "confirmed"})
        desk.people = NumbersAnswer(people=(asking,))
        expect(tab.locator("#people")).not_to_contain_text("Not confirmed")
        expect(tab.get_by_label("Name", exact=True).first).to_have_value("Vasile")


@pytest.mark.parametrize(("language", "width", "dark"), [("ru", 320, True), ("uk", 1280, False)])
def test_what_was_understood_can_be_looked_through_by_everybody(
    page: Page, browser: Browser, language: str, width: int, dark: bool
) -> None:
    with (
        served(page) as address,
        window(browser, address, width=width, dark=dark, language=language) as visit,
    ):
        tab = log_in(visit)
        for path in ("/people/new", "/setup/people"):
            tab.goto(path)
            tab.locator("textarea").fill(f"Vasile 06900015\nAna 069000101\n{'Long' * 25} 069000177")
            tab.locator("form[enctype] button").click()
            expect(tab.locator("main .wrong")).to_have_count(2)
            tab.evaluate(AXE)
            assert tab.evaluate(FAULTS) == [], path
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, path
            assert tab.evaluate(SMALL_TARGETS) == [], path
