"""The office's Wi-Fi is chosen on the page, and nobody learns its password from it."""

from __future__ import annotations

import time
from html import unescape

import pytest
from flask.testing import FlaskClient

from hotline.lan import trial
from hotline.lan.wifi import Join, Lock
from tests.lan.fake import AIR, HOTSPOT, OLD, FakeManager
from tests.web.conftest import Page, send

OFFICE = AIR[0].id
PASSWORD = "o 'parola\" <buna>"


@pytest.fixture
def owner(page: Page) -> FlaskClient:
    return page.owner()


@pytest.fixture
def manager(page: Page) -> FakeManager:
    """Its aerial is in no Wi-Fi, and no cable is in it."""
    found: FakeManager = page.daemon.desk.lan.manager  # type: ignore[attr-defined]
    found.plugged = False
    return found


def wanted(page: Page) -> Join:
    trial = page.daemon.desk.lan.trial  # type: ignore[attr-defined]
    assert isinstance(trial.wanted, Join)
    return trial.wanted


@pytest.mark.parametrize("path", ["/network", "/network/air", "/setup/wifi"])
def test_what_is_heard_stands_there_with_how_well_and_how_it_is_closed(
    manager: FakeManager, owner: FlaskClient, path: str
) -> None:
    shown = unescape(owner.get(path).text)
    assert "Flori & Pomi" in shown
    assert "very strong" in shown
    assert f"/network/wifi?wifi={OFFICE}" in shown
    assert "asks each user for a name" in shown
    assert f"wifi={AIR[3].id}" not in shown


def test_a_hostile_name_is_letters_and_nothing_else(owner: FlaskClient) -> None:
    shown = owner.get("/network").text
    assert "&lt;b&gt;" in shown
    assert not {"<b>", "\u202e", "\x07"} & set(shown)
    assert "<b>" not in shown


def test_a_hostile_name_is_joined_by_its_very_bytes(
    page: Page, manager: FakeManager, owner: FlaskClient
) -> None:
    send(owner, "/network/wifi", wifi=AIR[2].id, password=PASSWORD)
    assert wanted(page).name == AIR[2].name


def test_what_will_happen_is_said_before_anything_does(
    page: Page, manager: FakeManager, owner: FlaskClient
) -> None:
    at = f"/network/wifi?wifi={OFFICE}"
    manager.air_up = HOTSPOT
    assert "its own Wi-Fi comes back" in owner.get(at).text
    manager.air_up = OLD
    assert "within five minutes" in owner.get(at).text
    manager.plugged = True
    assert "stays on its cable" in owner.get(at).text
    assert page.daemon.desk.lan.trial is None  # type: ignore[attr-defined]


def test_a_password_is_taken_as_it_was_typed(
    page: Page, manager: FakeManager, owner: FlaskClient
) -> None:
    answer = send(owner, "/network/wifi", wifi=OFFICE, password=f" {PASSWORD} ")
    assert answer.status_code == 302
    assert wanted(page) == Join("wlan0", AIR[0].name, Lock.PASSWORD, f" {PASSWORD} ")
    shown = unescape(owner.get("/network").text)
    assert "Flori & Pomi" in shown
    assert "https://hotline.local" in shown
    assert PASSWORD not in shown


def test_a_refused_password_is_said_at_its_field_and_not_sent_back(
    manager: FakeManager, owner: FlaskClient
) -> None:
    answer = send(owner, "/network/wifi", wifi=OFFICE, password="short")
    assert answer.status_code == 409
    assert "8 to 63 characters" in answer.text
    assert 'aria-describedby="why-password"' in answer.text
    assert "short" not in answer.text


def test_another_name_stays_as_it_was_typed(manager: FakeManager, owner: FlaskClient) -> None:
    answer = send(owner, "/network/wifi", other='Birou "doi"', password="short")
    assert answer.status_code == 409
    assert 'value="Birou &#34;doi&#34;"' in answer.text


def test_an_open_one_warns_and_asks_for_no_password(
    manager: FakeManager, owner: FlaskClient
) -> None:
    shown = owner.get(f"/network/wifi?wifi={AIR[1].id}").text
    assert "has no password" in shown
    assert 'name="password"' not in shown


def test_one_that_the_box_cannot_join_says_what_to_do(
    manager: FakeManager, owner: FlaskClient
) -> None:
    answer = send(owner, "/network/wifi", wifi=AIR[3].id, password="12345678")
    assert answer.status_code == 409
    assert "Use a cable" in answer.text


@pytest.mark.parametrize("id", ["password-6162", "nonsense", "x" * 500])
def test_one_that_is_not_heard_any_more_is_no_form(owner: FlaskClient, id: str) -> None:
    shown = owner.get("/network/wifi", query_string={"wifi": id}).text
    assert "does not hear this Wi-Fi any more" in shown
    assert 'name="password"' not in shown


def test_the_box_looks_again_when_it_is_asked(manager: FakeManager, owner: FlaskClient) -> None:
    answer = send(owner, "/network/air", back="setup.wifi")
    assert (answer.location, manager.looked) == ("/setup/wifi", 1)


def test_whoever_found_the_box_by_its_name_stays_there(
    page: Page, manager: FakeManager, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "JOIN_FAREWELL_S", 0.0)
    manager.air_disk = manager.air_up = OLD
    send(owner, "/network/wifi", wifi=OFFICE, password=PASSWORD)
    until = time.monotonic() + 30
    while "Stay in this Wi-Fi</button>" not in owner.get("/network/live").text:
        assert time.monotonic() < until
    send(owner, "/network/confirm")
    assert manager.air_disk == Join("wlan0", AIR[0].name, Lock.PASSWORD, PASSWORD)


def test_a_box_that_is_a_wifi_itself_has_no_address_to_change(
    manager: FakeManager, owner: FlaskClient
) -> None:
    manager.air_up = HOTSPOT
    shown = owner.get("/network").text
    assert "A Wi-Fi of the box itself" in shown
    assert HOTSPOT.name.decode() not in shown
    assert "Another address" not in shown


# -- the set-up --------------------------------------------------------------------------------


def nowhere(page: Page) -> None:
    desk = page.daemon.desk
    desk.state = desk.state.model_copy(update={"routed": False})


def test_a_box_without_a_network_is_asked_for_its_wifi_first(
    page: Page, manager: FakeManager, owner: FlaskClient
) -> None:
    nowhere(page)
    assert owner.get("/setup").location == "/setup/wifi"
    shown = owner.get("/setup/wifi").text
    assert "Step 1 of 8" in shown
    assert "The box found no network." in shown


def test_it_can_be_put_off(page: Page, manager: FakeManager, owner: FlaskClient) -> None:
    nowhere(page)
    owner.get("/setup/wifi")
    send(owner, "/setup/onward", step="wifi", later="")
    assert owner.get("/setup").location != "/setup/wifi"


def test_a_box_with_a_network_is_never_asked(page: Page, owner: FlaskClient) -> None:
    """Not even if it was asked before it found one."""
    nowhere(page)
    owner.get("/setup/wifi")
    desk = page.daemon.desk
    desk.state = desk.state.model_copy(update={"routed": True})
    assert owner.get("/setup").location != "/setup/wifi"
    assert "Step 1 of 7" in owner.get("/setup/about").text
    assert "/setup/wifi" not in owner.get("/setup/about").text
