"""The owner gives the box another address by the page, and cannot lock everybody out by it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient

from hotline.lan.nmcli import NotManaged
from tests.lan.fake import AT_FIRST, FakeManager
from tests.web.conftest import Page, send

FIXED = {
    "device": "eth0",
    "how": "fixed",
    "address": "192.168.1.50",
    "mask": "255.255.255.0",
    "router": "192.168.1.1",
    "dns": "",
}


@pytest.fixture
def owner(page: Page) -> FlaskClient:
    return page.owner()


def manager(page: Page) -> FakeManager:
    found: FakeManager = page.daemon.desk.lan.manager  # type: ignore[attr-defined]
    return found


def test_the_owner_sees_what_is_now_and_what_will_be_before_anything_changes(
    page: Page, owner: FlaskClient
) -> None:
    answer = send(owner, "/network", **FIXED)
    assert answer.status_code == 200
    assert "192.168.1.9" in answer.text
    assert "<strong>192.168.1.50</strong>" in answer.text
    assert manager(page).up == AT_FIRST


def test_a_mistake_is_said_at_its_field_and_what_was_typed_stays(owner: FlaskClient) -> None:
    answer = send(owner, "/network", **{**FIXED, "router": "192.168.9.1"})
    assert answer.status_code == 409
    assert 'value="192.168.9.1" aria-invalid="true"' in answer.text
    assert 'value="192.168.1.50"' in answer.text


def test_a_fixed_address_that_was_not_typed_is_not_the_routers(owner: FlaskClient) -> None:
    answer = send(owner, "/network", **{**FIXED, "address": ""})
    assert answer.status_code == 409
    assert "four numbers" in answer.text


def test_the_new_address_stands_there_to_be_opened_and_as_a_code(owner: FlaskClient) -> None:
    send(owner, "/network/try", **FIXED)
    shown = owner.get("/network").text
    assert 'href="http://192.168.1.50/network"' in shown
    code = owner.get("/network/code.svg")
    assert (code.mimetype, ET.fromstring(code.text).tag.endswith("svg")) == ("image/svg+xml", True)


def test_it_is_not_kept_from_the_old_address(page: Page, owner: FlaskClient) -> None:
    send(owner, "/network/try", **FIXED)
    answer = send(owner, "/network/confirm")
    assert answer.status_code == 409
    assert manager(page).disk == AT_FIRST


def test_a_computer_that_looks_after_its_own_network_says_so(
    page: Page, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unmanaged(self: FakeManager) -> None:
        raise NotManaged("The network of this computer is not set up by the box.", "Elsewhere.")

    monkeypatch.setattr(FakeManager, "devices", unmanaged)
    answer = owner.get("/network")
    assert answer.status_code == 200
    assert "is not set up by the box" in answer.text
