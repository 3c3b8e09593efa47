"""Who may do what: each route of the page, for each kind of account and for a stranger.

A new route stands in the table, or the first test fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hotline.storage.users import Role
from tests.web.conftest import ANY_PAGE, OWNER, PASSWORD, Page, opened, send, token
from tests.web.test_doors import ROUTES, WRITES, rules

STRANGER = "stranger"
OWNER_ALONE = frozenset({Role.OWNER})
SETTING_UP = OWNER_ALONE | {Role.MANAGER}
WORKING = SETTING_UP | {Role.AGENT}
ANYBODY_HERE = WORKING | {Role.AUDITOR}
EVERYBODY = ANYBODY_HERE | {STRANGER}
WHO: tuple[Role | str, ...] = (*Role, STRANGER)

MAY = {
    "static": EVERYBODY,
    "door.claim": EVERYBODY,
    "door.login": EVERYBODY,
    "door.logout": ANYBODY_HERE,
    "door.language": EVERYBODY,
    "home.home": ANYBODY_HERE,
    "home.live": ANYBODY_HERE,
    "inbox.listing": ANYBODY_HERE,
    "inbox.case": ANYBODY_HERE,
    "inbox.sound": ANYBODY_HERE,
    "inbox.assign": WORKING,
    "inbox.done": WORKING,
    "inbox.reopen": WORKING,
    "inbox.note": WORKING,
    "inbox.back": WORKING,
    "inbox.due": WORKING,
    "inbox.me": WORKING,
    "calls.listing": ANYBODY_HERE,
    "calls.call": ANYBODY_HERE,
    "calls.why": ANYBODY_HERE,
    "calls.returned": WORKING,
    "calls.claim": WORKING,
    "calls.back": WORKING,
    "calls.tried": WORKING,
    "duty.duty": ANYBODY_HERE,
    "today.today": ANYBODY_HERE,
    "duty.staff": WORKING,
    "duty.answered_by": SETTING_UP,
    "shifts.board": ANYBODY_HERE,
    "shifts.preview": ANYBODY_HERE,
    "shifts.put_in_force": WORKING,
    "shifts.undo": WORKING,
    "shifts.shift": ANYBODY_HERE,
    "shifts.look": ANYBODY_HERE,
    "shifts.gather": WORKING,
    "shifts.publish": WORKING,
    "shifts.take_out": WORKING,
    "calendar.feed": EVERYBODY,  # who has the secret in its address
    "calendar.renew": WORKING,
    "calendar.close": WORKING,
    "people.people": ANYBODY_HERE,
    "people.live": ANYBODY_HERE,
    "people.new": SETTING_UP,
    "people.look_through": SETTING_UP,
    "people.add": SETTING_UP,
    "people.one": SETTING_UP,
    "people.put_one": SETTING_UP,
    "people.leaving": SETTING_UP,
    "people.remove": SETTING_UP,
    "people.confirm_all": SETTING_UP,
    "people.confirm": SETTING_UP,
    "people.forget": SETTING_UP,
    "people.resume": SETTING_UP,
    "people.pin": OWNER_ALONE,
    "people.forget_pin": OWNER_ALONE,
    "people.unlock": OWNER_ALONE,
    "people.measure": SETTING_UP,
    "people.report": ANYBODY_HERE,
    "lines.lines": ANYBODY_HERE,
    "lines.live": ANYBODY_HERE,
    "lines.new": OWNER_ALONE,
    "lines.use": OWNER_ALONE,
    "lines.change": OWNER_ALONE,
    "lines.remove": OWNER_ALONE,
    "answers.answers": ANYBODY_HERE,
    "answers.sheet": ANYBODY_HERE,
    "answers.heard": ANYBODY_HERE,
    "answers.one": SETTING_UP,
    "answers.put": SETTING_UP,
    "answers.reviewed": SETTING_UP,
    "answers.remove": SETTING_UP,
    "answers.about": SETTING_UP,
    "answers.about_office_put": SETTING_UP,
    "settings.settings": ANYBODY_HERE,
    "settings.group": ANYBODY_HERE,
    "settings.change": SETTING_UP,
    "settings.begin_anew": SETTING_UP,
    **dict.fromkeys((name for name in ROUTES if name.startswith("network.")), OWNER_ALONE),
    **dict.fromkeys((name for name in ROUTES if name.startswith("wifi.")), OWNER_ALONE),
    "lines.one": ANYBODY_HERE,
    "lines.restart": SETTING_UP,
    "hours.hours": ANYBODY_HERE,
    "hours.put": SETTING_UP,
    "hours.put_day": SETTING_UP,
    "hours.take_out": SETTING_UP,
    **dict.fromkeys((name for name in ROUTES if name.startswith("closing.")), SETTING_UP),
    "prompts.prompts": ANYBODY_HERE,
    "prompts.sentence": ANYBODY_HERE,
    "prompts.heard": ANYBODY_HERE,
    "prompts.version": ANYBODY_HERE,
    "prompts.upload": SETTING_UP,
    "prompts.text": SETTING_UP,
    "prompts.revert": SETTING_UP,
    "prompts.announcement": ANYBODY_HERE,
    "prompts.announce": SETTING_UP,
    "prompts.switch_off": SETTING_UP,
    **dict.fromkeys((name for name in ROUTES if name.startswith("menu.")), SETTING_UP),
    **dict.fromkeys((name for name in ROUTES if name.startswith("setup.")), SETTING_UP),
    "setup.office_file": OWNER_ALONE,
    "setup.wifi": OWNER_ALONE,
    **dict.fromkeys((name for name in ROUTES if name.startswith("backup.")), OWNER_ALONE),
    **dict.fromkeys((name for name in ROUTES if name.startswith("update.")), OWNER_ALONE),
    **dict.fromkeys((name for name in ROUTES if name.startswith("launch.")), SETTING_UP),
    **dict.fromkeys((name for name in ROUTES if name.startswith("notices.")), SETTING_UP),
    "tryout.page": SETTING_UP,
    "tryout.steps": SETTING_UP,
    "tryout.call": SETTING_UP,
    "atdesk.page": WORKING,
    "atdesk.line": WORKING,
    "door.code": EVERYBODY,  # who has given the right password
    "join.join": EVERYBODY,  # who has the secret in its address
    "confirm.confirm": ANYBODY_HERE,
    **dict.fromkeys((name for name in ROUTES if name.startswith("users.")), OWNER_ALONE),
    **dict.fromkeys((name for name in ROUTES if name.startswith("account.")), ANYBODY_HERE),
    "audit.audit": OWNER_ALONE | {Role.AUDITOR},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def staffed(day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with an account of each kind."""
    with opened(day, tmp_path_factory.mktemp("staffed")) as page:
        for role in set(Role) - {Role.OWNER}:
            page.accounts.add(role.value, f"{PASSWORD} {role.value}", role)
        yield page


@pytest.fixture(scope="module")
def browsers(staffed: Page) -> Callable[[Role | str], FlaskClient]:
    """The browser of each; who logged out logs in again."""
    known: dict[Role | str, FlaskClient] = {}

    def browser_of(who: Role | str) -> FlaskClient:
        if who not in known:
            known[who] = staffed.browser()
            known[who].environ_base["REMOTE_ADDR"] = f"10.0.0.{1 + WHO.index(who)}"
        if who != STRANGER and known[who].get(ANY_PAGE).status_code == 302:
            name = OWNER if who is Role.OWNER else str(who)
            password = PASSWORD if who is Role.OWNER else f"{PASSWORD} {name}"
            send(known[who], "/login", name=name, password=password)
        return known[who]

    return browser_of


def test_every_route_stands_in_the_table(shared: Page) -> None:
    assert set(MAY) == {rule.endpoint for rule in rules(shared)}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("endpoint", sorted(MAY))
def test_each_account_may_what_the_table_says_and_nothing_else(
    staffed: Page, browsers: Callable[[Role | str], FlaskClient], endpoint: str, who: Role | str
) -> None:
    browser, desk, path = browsers(who), staffed.daemon.desk, ROUTES[endpoint]
    seen = "/login" if who == STRANGER else ANY_PAGE
    before = list(desk.asked)
    if endpoint in WRITES:
        answer = browser.post(path, data={"csrf_token": token(browser, seen), "person": "ana"})
    else:
        answer = browser.get(path)
    at_the_door = answer.status_code == 302 and answer.location.startswith("/login")
    refused = answer.status_code == 403 or (at_the_door and endpoint != "door.logout")
    if endpoint in ("tryout.call", "atdesk.line"):  # WebSockets: asked as such by their own tests
        assert answer.status_code in (302, 400)
        return
    if endpoint in ("door.login", "door.code", "door.claim", "door.logout"):
        refused = answer.status_code == 403 or (endpoint == "door.logout" and who == STRANGER)
    assert refused == (who not in MAY[endpoint]), answer.status_code
    assert not refused or desk.asked == before


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_a_route_answers_only_to_how_it_is_meant_to_be_asked(
    shared: Page, looking: FlaskClient, endpoint: str
) -> None:
    """No other method does what it does, nor does a form or a header that pretends another one."""
    path = ROUTES[endpoint]
    meant = {
        method
        for rule in rules(shared)
        if ROUTES[rule.endpoint].partition("?")[0] == path.partition("?")[0]
        for method in rule.methods or ()
    }
    before = list(shared.daemon.desk.asked)
    form = {"csrf_token": token(looking, "/"), "_method": "POST", "person": "ana"}
    for method in set(METHODS) - meant:
        headers = {"X-HTTP-Method-Override": "POST"}
        answer = looking.open(path, method=method, data=form, headers=headers)
        assert answer.status_code == 405, method
    assert shared.daemon.desk.asked == before
