"""No stranger gets in, nobody's click is stolen, nothing a caller sends is ever run.

The routes are taken from the page itself: a new route is covered, or its test fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from hotline_web import pages
from hotline_web.app import create_app
from hotline_web.security import CSP, known_host, near, safe_next
from hotline_web.settings import Settings
from tests.web.conftest import OWNER, PASSWORD, Page, send, token
from tests.web.office import HOSTILE

OPEN = {"static", "door.login", "door.claim", "door.language", "calendar.feed"}
OPEN |= {"door.code", "join.join"}
# Every route with a good address of it. A route that is missing here fails the first test.
ROUTES = {
    "static": "/static/app.css",
    "door.claim": "/claim",
    "door.login": "/login",
    "door.logout": "/logout",
    "door.language": "/language",
    "home.home": "/",
    "home.live": "/live",
    "inbox.listing": "/inbox",
    "inbox.case": "/inbox/103",
    "inbox.sound": "/inbox/103/sound",
    "inbox.assign": "/inbox/103/assign",
    "inbox.done": "/inbox/103/done",
    "inbox.reopen": "/inbox/103/reopen",
    "inbox.note": "/inbox/103/note",
    "inbox.back": "/inbox/103/back",
    "inbox.due": "/inbox/103/due",
    "inbox.me": "/inbox/me",
    "calls.listing": "/calls",
    "calls.call": "/calls/1",
    "calls.why": "/calls/9/why",
    "calls.returned": "/calls/9/returned",
    "calls.claim": "/calls/9/claim",
    "calls.back": "/calls/9/back",
    "calls.tried": "/calls/9/tried",
    "duty.duty": "/duty",
    "today.today": "/today",
    "duty.staff": "/duty/staff",
    "duty.answered_by": "/duty/answered-by",
    "shifts.board": "/shifts?day=2026-12-07",
    "shifts.preview": "/shifts/change?kind=swap&day=2026-12-08&one=ana&other=ion",
    "shifts.put_in_force": "/shifts/change",
    "shifts.undo": "/shifts/undo",
    "shifts.shift": "/shifts/shift?person=ana&day=2026-12-08&at=09:00",
    "shifts.look": "/shifts/draft",
    "shifts.gather": "/shifts/draft",
    "shifts.publish": "/shifts/publish",
    "shifts.take_out": "/shifts/take_out",
    "calendar.feed": "/calendar/AAAAAAAAAAAAAAAAAAAAAA.ics",
    "calendar.renew": "/calendar/renew",
    "calendar.close": "/calendar/close",
    "people.people": "/people",
    "people.live": "/people/live",
    "people.confirm": "/people/confirm",
    "people.confirm_all": "/people/confirm_all",
    "people.forget": "/people/forget",
    "people.resume": "/people/resume",
    "people.pin": "/people/pin",
    "people.forget_pin": "/people/pin/forget",
    "people.unlock": "/people/unlock",
    "people.measure": "/people/measure",
    "people.report": "/people/report",
    "people.new": "/people/new",
    "people.add": "/people/new",
    "people.look_through": "/people/list",
    "people.one": "/people/one/ana",
    "people.put_one": "/people/one/ana",
    "people.leaving": "/people/one/ana/leave",
    "people.remove": "/people/one/ana/leave",
    "lines.lines": "/lines",
    "lines.live": "/lines/live",
    "lines.new": "/lines/new",
    "lines.use": "/lines/use",
    "lines.change": "/lines/change?line=line",
    "lines.remove": "/lines/remove",
    "network.network": "/network",
    "network.live": "/network/live",
    "network.review": "/network",
    "network.start": "/network/try",
    "network.confirm": "/network/confirm",
    "network.take_back": "/network/back",
    "network.code": "/network/code.svg",
    "wifi.wifi": "/network/wifi",
    "wifi.air": "/network/air",
    "wifi.look_again": "/network/air",
    "wifi.join": "/network/wifi",
    "setup.wifi": "/setup/wifi",
    "lines.one": "/lines/one?line=mobile",
    "lines.restart": "/lines/restart",
    "notices.notices": "/notices",
    "notices.live": "/notices/live",
    "notices.mail": "/notices/mail",
    "notices.remove_mail": "/notices/mail/remove",
    "notices.messenger": "/notices/messenger?as=telegram",
    "notices.remove_messenger": "/notices/messenger/remove",
    "notices.who": "/notices/who",
    "notices.put_who": "/notices/who",
    "notices.try_out": "/notices/try",
    "notices.again": "/notices/letter/again",
    "notices.give_up": "/notices/letter/give_up",
    "prompts.prompts": "/prompts",
    "prompts.sentence": "/prompts/en/greeting_open",
    "prompts.heard": "/prompts/en/greeting_open/now",
    "prompts.version": "/prompts/en/goodbye/1",
    "prompts.upload": "/prompts/en/greeting_open/upload",
    "prompts.text": "/prompts/en/greeting_open/text",
    "prompts.revert": "/prompts/en/goodbye/revert",
    "prompts.announcement": "/prompts/announcement",
    "prompts.announce": "/prompts/announcement",
    "prompts.switch_off": "/prompts/announcement/off",
    "tryout.page": "/try",
    "tryout.steps": "/try/steps",
    "tryout.call": "/try/call",
    "atdesk.page": "/desk",
    "atdesk.line": "/desk/line",
    "menu.tree": "/menu",
    "menu.move": "/menu/move",
    "menu.key": "/menu/key?level=0&at=0",
    "menu.key_put": "/menu/key",
    "menu.remove_key": "/menu/key/remove",
    "menu.level": "/menu/level?level=0",
    "menu.level_put": "/menu/level",
    "menu.remove_level": "/menu/level/remove",
    "menu.greeting": "/menu/greeting",
    "menu.greeting_put": "/menu/greeting",
    "menu.topic": "/menu/topic",
    "menu.topic_put": "/menu/topic",
    "menu.remove_topic": "/menu/topic/remove",
    "menu.ready_made": "/menu/templates",
    "menu.take": "/menu/templates",
    "menu.trial": "/menu/try?keys=1",
    "menu.sound": "/menu/heard.wav",
    "answers.answers": "/answers",
    "answers.sheet": "/answers/sheet",
    "answers.heard": "/answers/hours/en.wav",
    "answers.one": "/answers/one?at=0",
    "answers.put": "/answers/one",
    "answers.reviewed": "/answers/reviewed",
    "answers.remove": "/answers/remove",
    "answers.about": "/answers/office",
    "answers.about_office_put": "/answers/office",
    "closing.closing": "/closing",
    "closing.close": "/closing",
    "closing.open_again": "/closing/open",
    "settings.settings": "/settings",
    "settings.group": "/settings/waiting",
    "settings.change": "/settings/waiting",
    "settings.begin_anew": "/settings/box/anew",
    "hours.hours": "/hours",
    "hours.put": "/hours",
    "hours.put_day": "/hours/day",
    "hours.take_out": "/hours/day/out",
    "setup.begin": "/setup",
    "setup.go_on": "/setup/onward",
    "setup.about": "/setup/about",
    "setup.about_put": "/setup/about",
    "setup.lines": "/setup/lines",
    "setup.lines_live": "/setup/lines/live",
    "setup.people": "/setup/people",
    "setup.people_put": "/setup/people",
    "setup.people_live": "/setup/people/live",
    "setup.people_list": "/setup/people/list",
    "setup.people_confirm": "/setup/people/confirm",
    "setup.people_confirm_all": "/setup/people/confirm_all",
    "setup.hours": "/setup/hours",
    "setup.hours_put": "/setup/hours",
    "setup.menu": "/setup/menu",
    "setup.menu_put": "/setup/menu",
    "setup.notice": "/setup/notice",
    "setup.notice_put": "/setup/notice",
    "setup.notice_sound": "/setup/notice.wav?language=ro",
    "setup.test": "/setup/test",
    "setup.test_lights": "/setup/test/lights",
    "setup.test_heard": "/setup/test/heard",
    "setup.test_wrong": "/setup/test/wrong",
    "setup.report": "/setup/report",
    "setup.office_file": "/setup/office.yaml",
    "door.code": "/login/code",
    "join.join": "/invitation/AAAAAAAAAAAAAAAAAAAAAA",
    "confirm.confirm": "/confirm",
    "users.users": "/users",
    "users.new": "/users/new",
    "users.invite": "/users/new",
    "users.invitation": "/users/invitation/AAAAAAAAAAAAAAAAAAAAAA.svg",
    "users.take_back": "/users/take-back",
    "users.one": "/users/one?name=maria",
    "users.change": "/users/one",
    "users.sign_out": "/users/sign-out",
    "users.remove": "/users/remove",
    "account.account": "/account",
    "account.password": "/account/password",
    "account.others": "/account/others",
    "account.language": "/account/language",
    "account.begin_code": "/account/code/begin",
    "account.code": "/account/code",
    "account.picture": "/account/code.svg",
    "account.switch_on": "/account/code",
    "account.switch_off": "/account/code/off",
    "account.renew_codes": "/account/code/renew",
    "audit.audit": "/audit",
    "launch.passport": "/passport",
    "launch.passport_file": "/passport.pdf",
    "launch.flyer": "/flyer",
    "launch.flyer_file": "/flyer.pdf",
    "launch.code_file": "/flyer.svg",
    "backup.backup": "/backup",
    "backup.live": "/backup/live",
    "backup.make": "/backup/make",
    "backup.file": "/backup/file",
    "backup.nights": "/backup/nights",
    "backup.copy": "/backup/copy",
    "backup.words": "/backup/words",
    "backup.forget": "/backup/forget",
    "backup.bring": "/backup/bring",
    "backup.drop": "/backup/drop",
    "backup.restore": "/backup/restore",
    "backup.back": "/backup/back",
    "update.page": "/update",
    "update.live": "/update/live",
    "update.bring": "/update/bring",
}
# Those that answer more than questions: the page's own map says which.
_PAGE = Flask("hotline_web")
pages.install(_PAGE)
WRITES = [
    endpoint
    for endpoint in ROUTES
    if any(r.methods and "POST" in r.methods for r in _PAGE.url_map.iter_rules(endpoint))
]
READS = [e for e in ROUTES if e not in WRITES and e != "static"]


def rules(page: Page) -> Iterator[Rule]:
    yield from page.app.url_map.iter_rules()


def test_every_route_of_the_page_is_known_to_these_tests(
    shared: Page, looking: FlaskClient
) -> None:
    assert {rule.endpoint for rule in rules(shared)} == set(ROUTES)


@pytest.mark.parametrize("endpoint", WRITES)
def test_a_form_without_its_token_is_refused(
    shared: Page, looking: FlaskClient, endpoint: str
) -> None:
    browser = looking
    before = list(shared.daemon.desk.asked)
    for data in ({}, {"csrf_token": "forged"}):
        answer = browser.post(ROUTES[endpoint], data={"text": "x", "person": "ana", **data})
        assert answer.status_code == 400
    assert shared.daemon.desk.asked == before


@pytest.mark.parametrize("endpoint", [e for e in ROUTES if e not in OPEN])
def test_a_stranger_sees_nothing_but_the_door(
    shared: Page, looking: FlaskClient, endpoint: str
) -> None:
    stranger, path = shared.browser(), ROUTES[endpoint]
    before = list(shared.daemon.desk.asked)
    if endpoint in WRITES:
        answer = stranger.post(path, data={"csrf_token": token(stranger)})
    else:
        answer = stranger.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/login")
    assert shared.daemon.desk.asked == before


def test_a_stranger_does_not_learn_whose_box_it_is(shared: Page, looking: FlaskClient) -> None:
    assert "Flori" not in shared.browser().get("/login").text


def test_a_poll_of_a_page_left_open_is_sent_to_the_door_not_filled_with_it(page: Page) -> None:
    answer = page.browser().get("/live", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data) == (401, b"")
    assert answer.headers["HX-Redirect"] == "/login"


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_every_answer_carries_the_headers(
    shared: Page, looking: FlaskClient, endpoint: str
) -> None:
    for browser in (looking, shared.browser()):
        for answer in (browser.get(ROUTES[endpoint]), browser.post(ROUTES[endpoint])):
            assert answer.headers["Content-Security-Policy"] == CSP
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            private = endpoint != "static" or answer.status_code != 200
            assert ("no-store" in answer.headers["Cache-Control"]) is private


def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline() -> None:
    assert "default-src 'none'" in CSP
    assert "frame-ancestors 'none'" in CSP
    assert "base-uri 'none'" in CSP
    assert not re.search(r"unsafe|http|data:|\*|nonce", CSP)


@pytest.mark.parametrize("endpoint", READS)
def test_pages_hold_no_inline_script_style_or_handler(
    shared: Page, looking: FlaskClient, endpoint: str
) -> None:
    answer = looking.get(ROUTES[endpoint])
    if answer.mimetype != "text/html":
        return
    text = answer.text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("endpoint", READS)
def test_what_a_caller_calls_himself_is_shown_and_never_run(
    shared: Page, looking: FlaskClient, endpoint: str
) -> None:
    path = ROUTES[endpoint]
    answer = looking.get(path)
    if answer.mimetype != "text/html":
        return
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text.replace('<img class="qr" src="/flyer.svg?', "")
    if endpoint in ("inbox.listing", "inbox.case", "calls.listing"):
        assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;") in answer.text


TRAVERSALS = [
    "../hotline.sqlite",
    "..%2f..%2fweb.key",
    "%2e%2e/web.key",
    "%2e%2e%2fweb.key",
    "..\\web.key",
    "%00",
    "1%00.wav",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "-1",
    "0",
    "999999999999999999999999",
    "1e3",
    "' or 1=1 --",
]


@pytest.mark.parametrize("hostile", TRAVERSALS)
def test_no_path_leads_out_of_the_records(shared: Page, looking: FlaskClient, hostile: str) -> None:
    browser = looking
    for rule in rules(shared):
        if not rule.arguments:
            continue
        path = re.sub(r"<[^>]+>", lambda _: hostile, rule.rule)
        answer = browser.get(path)
        assert answer.status_code in (308, 400, 404, 405), path
        assert b"SQLite format" not in answer.data
        assert b"root:" not in answer.data


def test_a_recording_name_from_a_damaged_file_opens_nothing_else(page: Page) -> None:
    secret = page.office.directory / "web.key"
    page.office.writer.submit(
        lambda db: db.execute("update cases set recording = '../web.key' where number = 103")
    ).result(5)
    answer = page.owner().get("/inbox/103/sound")
    assert answer.status_code == 409
    assert secret.read_bytes() not in answer.data


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "evil.example",
        " //evil.example",
        "",
    ],
)
def test_logging_in_never_leads_to_another_site(page: Page, target: str) -> None:
    answer = send(page.browser(), "/login", name=OWNER, password=PASSWORD, next=target)
    assert answer.location == "/"


def test_logging_in_leads_to_the_page_that_was_asked_for(page: Page) -> None:
    asked = page.browser().get("/inbox/103").location
    assert asked == "/login?next=/inbox/103"
    answer = send(page.browser(), "/login", name=OWNER, password=PASSWORD, next="/inbox/103")
    assert answer.location == "/inbox/103"
    assert safe_next("/inbox?show=done") == "/inbox?show=done"


def cookies(client: FlaskClient) -> dict[str, str]:
    return {cookie.key: cookie.value for cookie in (client._cookies or {}).values()}


def test_the_session_is_new_after_logging_in(page: Page) -> None:
    browser = page.browser()
    browser.set_cookie("hotline", "chosen-by-an-attacker")
    before = token(browser)
    send(browser, "/login", name=OWNER, password=PASSWORD)
    first = cookies(browser)["hotline"]
    assert first != "chosen-by-an-attacker"
    assert len(first) >= 22  # 128 bits
    attacker = page.browser()
    attacker.set_cookie("hotline", "chosen-by-an-attacker")
    assert attacker.get("/").status_code == 302
    assert browser.post("/inbox/103/done", data={"csrf_token": before}).status_code == 400
    send(browser, "/login", seen="/", name=OWNER, password=PASSWORD)
    assert cookies(browser)["hotline"] != first
    stale = page.browser()
    stale.set_cookie("hotline", first)
    assert stale.get("/").status_code == 302


def test_after_logging_out_a_copied_session_is_worth_nothing(page: Page) -> None:
    browser = page.owner()
    copied = cookies(browser)
    assert send(browser, "/logout").status_code == 302
    thief = page.browser()
    for name, value in copied.items():
        thief.set_cookie(name, value)
    assert thief.get("/").status_code == 302


def test_a_session_ends_after_half_an_hour_without_a_hand(page: Page) -> None:
    browser = page.owner()
    page.hands.forward(timedelta(minutes=29))
    assert browser.get("/").status_code == 200
    page.hands.forward(timedelta(minutes=29))
    assert browser.get("/").status_code == 200
    page.hands.forward(timedelta(minutes=31))
    assert browser.get("/").status_code == 302


def test_a_page_that_asks_by_itself_does_not_keep_the_session_alive(page: Page) -> None:
    browser = page.owner()
    for _ in range(4):
        page.hands.forward(timedelta(minutes=9))
        last = browser.get("/live").status_code
    assert last == 302


def test_a_session_ends_after_twelve_hours_whatever_is_done(page: Page) -> None:
    browser = page.owner()
    for _ in range(36):
        page.hands.forward(timedelta(minutes=20))
        last = browser.get("/").status_code
    assert last == 302


def test_over_tls_the_cookies_are_bound_to_this_box(tls_page: Page) -> None:
    client = tls_page.browser()
    answer = client.post(
        "/login",
        base_url="https://localhost",
        data={
            "csrf_token": re.findall(
                r'csrf_token" value="([^"]+)',
                client.get("/login", base_url="https://localhost").text,
            )[0],
            "name": OWNER,
            "password": PASSWORD,
        },
    )
    assert answer.status_code == 302
    given = answer.headers.getlist("Set-Cookie")
    assert {c.split("=")[0] for c in given} >= {"__Host-hotline", "__Host-device"}
    for cookie in given:
        assert cookie.startswith("__Host-")
        for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert word in cookie
        assert "Domain" not in cookie


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(page: Page) -> None:
    def answer(name: str) -> tuple[int, str]:
        told = send(page.browser(), "/login", name=name, password="not the right one at all")
        text = re.sub(r'csrf_token" value="[^"]+"', "", told.text)
        return told.status_code, text.replace(name, "NAME")

    assert answer(OWNER) == answer("nobody-here")
    assert answer(OWNER)[0] == 401


def test_guessing_passwords_is_stopped_and_the_owners_own_browser_is_not(page: Page) -> None:
    home = page.owner()
    send(home, "/logout")
    stranger = page.browser()
    stranger.environ_base["REMOTE_ADDR"] = "192.168.1.66"
    told = [
        send(stranger, "/login", name=OWNER, password=f"guess number {n} of many").status_code
        for n in range(14)
    ]
    assert told == [401] * 10 + [429] * 4
    right = send(stranger, "/login", name=OWNER, password=PASSWORD)
    assert right.status_code == 429
    assert send(home, "/login", name=OWNER, password=PASSWORD).status_code == 302


def test_the_throttle_survives_a_restart_of_the_page(page: Page) -> None:
    stranger = page.browser()
    for n in range(10):
        send(stranger, "/login", name=OWNER, password=f"guess number {n} of many")
    settings: Settings = page.app.extensions["settings"]
    page.app = create_app(settings, page.hands.clock())
    again = send(page.browser(), "/login", name=OWNER, password="one more guess of many")
    assert again.status_code == 429


def test_a_flood_is_refused_before_it_costs_anything(page: Page) -> None:
    stranger = page.browser()
    told = [stranger.get("/lines").status_code for _ in range(620)]
    assert told == [302] * 600 + [429] * 20


# The first set-up -------------------------------------------------------------------------------


def test_a_box_without_an_owner_shows_nothing_but_the_set_up(fresh_page: Page) -> None:
    stranger = fresh_page.browser()
    for endpoint, path in ROUTES.items():
        if endpoint in OPEN - {"door.login"}:
            continue
        answer = stranger.get(path)
        assert (answer.status_code, answer.location) in (
            (302, "/claim"),
            (405, None),
        ), endpoint


def test_before_the_set_up_no_form_is_taken(fresh_page: Page) -> None:
    stranger = fresh_page.browser()
    known = token(stranger, "/claim")
    for endpoint in WRITES:
        if endpoint not in ("door.claim", "door.language"):
            answer = stranger.post(ROUTES[endpoint], data={"csrf_token": known})
            assert answer.status_code == 403, endpoint


def test_the_code_from_the_box_makes_its_reader_the_owner(fresh_page: Page) -> None:
    code = fresh_page.accounts.new_claim_code()
    browser = fresh_page.browser()
    answer = send(browser, "/claim", code=code.lower(), name="Maria", password=PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/setup")
    assert browser.get("/").status_code == 200
    assert fresh_page.browser().get("/claim").location == "/login"


def test_a_wrong_code_makes_nobody_owner(fresh_page: Page) -> None:
    fresh_page.accounts.new_claim_code()
    answer = send(fresh_page.browser(), "/claim", code="00000000", name="Eve", password=PASSWORD)
    assert answer.status_code == 401
    assert fresh_page.accounts.empty()


def test_a_code_is_worth_nothing_after_half_an_hour(fresh_page: Page) -> None:
    code = fresh_page.accounts.new_claim_code()
    fresh_page.hands.forward(timedelta(minutes=30))
    answer = send(fresh_page.browser(), "/claim", code=code, name="Maria", password=PASSWORD)
    assert answer.status_code == 401


def test_a_weak_password_is_refused_with_what_to_do(fresh_page: Page) -> None:
    code = fresh_page.accounts.new_claim_code()
    answer = send(fresh_page.browser(), "/claim", code=code, name="Maria", password="hotline12345")
    assert answer.status_code == 400
    assert "Use three or four words" in answer.text
    assert fresh_page.accounts.empty()


# Who may knock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "hotline.local.evil.example", "8.8.8.8", "", "[::1", "localhost@evil"]
)
def test_a_strange_name_that_leads_to_the_box_is_refused(
    shared: Page, looking: FlaskClient, host: str
) -> None:
    assert not known_host(host, {"localhost", "hotline.local"})
    answer = looking.get("/login", headers={"Host": host}) if host else None
    assert answer is None or answer.status_code in (400, 421)


@pytest.mark.parametrize(
    "host", ["localhost", "hotline.local:8080", "192.168.1.7", "10.0.0.1:80", "[fe80::1]:80"]
)
def test_the_box_answers_to_its_own_names_and_addresses(host: str) -> None:
    assert known_host(host, {"localhost", "hotline.local"})


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8", "", "x", "0.0.0.0"]
)
def test_nobody_from_the_internet_is_answered(
    shared: Page, looking: FlaskClient, address: str
) -> None:
    assert not near(address)
    browser = shared.browser()
    browser.environ_base["REMOTE_ADDR"] = address
    assert browser.get("/login").status_code == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.0.9", "10.1.2.3", "fe80::1%eth0", "::1"])
def test_the_office_network_is_answered(address: str) -> None:
    assert near(address)


def test_the_key_of_the_cookies_is_readable_by_the_page_alone(page: Page, tmp_path: Path) -> None:
    assert (tmp_path / "data" / "web.key").stat().st_mode & 0o777 == 0o600
    settings: Settings = page.app.extensions["settings"]
    assert settings.key() == settings.key() == (tmp_path / "data" / "web.key").read_bytes()
