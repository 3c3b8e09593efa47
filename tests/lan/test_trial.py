"""A wrong address never costs the box: what nobody confirms from there takes itself back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from hotline.errors import HotlineError
from hotline.lan.trial import FAREWELL_S, TRIAL_S, Lan
from hotline.lan.wanted import Wanted
from tests.lan.fake import AT_FIRST, GIVEN, FakeManager

THERE = Wanted("eth0", IPv4Interface("192.168.1.50/24"), IPv4Address("192.168.1.1"))
OWNER, OTHER = "Maria", "Ion"


@pytest.fixture
def manager() -> FakeManager:
    return FakeManager()


@pytest.fixture
async def lan(manager: FakeManager, tmp_path: Path) -> AsyncIterator[Lan]:
    made = Lan(manager, tmp_path / "lan.json", lambda: False)
    yield made
    await made.close()


async def later(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def test_who_asked_is_answered_before_the_address_changes(
    lan: Lan, manager: FakeManager
) -> None:
    await lan.begin(THERE, OWNER)
    assert manager.up == AT_FIRST
    await later(FAREWELL_S + 0.1)
    assert manager.up == THERE


async def test_what_nobody_confirms_is_taken_back_in_two_minutes(
    lan: Lan, manager: FakeManager
) -> None:
    await lan.begin(THERE, OWNER)
    await later(FAREWELL_S + TRIAL_S - 1)
    assert manager.up == THERE
    await later(2 * FAREWELL_S + 1)
    assert (manager.up, lan.trial) == (AT_FIRST, None)
    assert "Nobody confirmed" in lan.told
    assert not lan.path.exists()


async def test_what_is_confirmed_from_there_holds(lan: Lan, manager: FakeManager) -> None:
    await lan.begin(THERE, OWNER)
    await later(FAREWELL_S + 1)
    await lan.confirm(OWNER, manager.address)
    await later(TRIAL_S * 2)
    assert (manager.disk, manager.up) == (THERE, THERE)
    assert not lan.path.exists()


@pytest.mark.parametrize("at", ["192.168.1.9", "", "203.0.113.7"])
async def test_it_is_confirmed_from_the_new_address_alone(
    lan: Lan, manager: FakeManager, at: str
) -> None:
    await lan.begin(THERE, OWNER)
    await later(FAREWELL_S + 1)
    with pytest.raises(HotlineError, match="from the new address alone"):
        await lan.confirm(OWNER, at)
    assert manager.disk == AT_FIRST


async def test_it_is_not_confirmed_before_it_is_at_work(lan: Lan, manager: FakeManager) -> None:
    await lan.begin(THERE, OWNER)
    for at in ("192.168.1.50", "192.168.1.9"):
        with pytest.raises(HotlineError, match="from the new address alone"):
            await lan.confirm(OWNER, at)


async def test_nobody_else_confirms_it(lan: Lan, manager: FakeManager) -> None:
    await lan.begin(THERE, OWNER)
    await later(FAREWELL_S + 1)
    with pytest.raises(HotlineError, match="alone can confirm"):
        await lan.confirm(OTHER, manager.address)
    assert manager.disk == AT_FIRST


async def test_an_address_of_the_router_is_confirmed_where_it_was_found(
    lan: Lan, manager: FakeManager
) -> None:
    await lan.begin(Wanted("eth0"), OWNER)
    await later(FAREWELL_S + 1)
    await lan.confirm(OWNER, str(GIVEN.ip))
    assert manager.disk == Wanted("eth0")


async def test_it_can_be_taken_back_at_once(lan: Lan, manager: FakeManager) -> None:
    await lan.begin(THERE, OWNER)
    await later(FAREWELL_S + 1)
    await lan.take_back()
    await later(FAREWELL_S + 1)
    assert manager.up == AT_FIRST


async def test_a_change_the_network_does_not_take_is_told_and_undone(
    lan: Lan, manager: FakeManager
) -> None:
    manager.broken.add("try_out")
    await lan.begin(THERE, OWNER)
    await later(3 * FAREWELL_S)
    assert (manager.up, lan.trial) == (AT_FIRST, None)
    assert "did not take" in lan.told


async def test_the_old_address_is_asked_for_until_it_is_back(
    lan: Lan, manager: FakeManager
) -> None:
    await lan.begin(THERE, OWNER)
    await later(FAREWELL_S + 1)
    manager.broken.add("settle")
    await lan.take_back()
    await later(60)
    assert (manager.up, lan.path.exists()) == (THERE, True)
    manager.broken.clear()
    await later(60)
    assert (manager.up, lan.path.exists()) == (AT_FIRST, False)


@pytest.mark.parametrize("kept", [False, True])
async def test_a_box_that_was_killed_in_a_trial_has_what_was_confirmed(
    lan: Lan, manager: FakeManager, kept: bool
) -> None:
    await lan.begin(THERE, OWNER)
    await later(FAREWELL_S + 1)
    if kept:
        await lan.confirm(OWNER, manager.address)
    await lan.close()
    again = Lan(manager, lan.path, lambda: False)
    await again.resume()
    await later(FAREWELL_S + 1)
    assert manager.up == (THERE if kept else AT_FIRST)
    assert not lan.path.exists()
    await again.close()


async def test_one_change_at_a_time(lan: Lan, manager: FakeManager) -> None:
    await lan.begin(THERE, OWNER)
    with pytest.raises(HotlineError, match="changed already"):
        await lan.begin(THERE, OTHER)


async def test_nobody_on_the_telephone_is_cut_off(lan: Lan) -> None:
    lan.busy = lambda: True
    with pytest.raises(HotlineError, match="on the telephone"):
        await lan.begin(THERE, OWNER)
    assert lan.trial is None


async def test_a_plug_without_a_cable_is_not_changed(lan: Lan) -> None:
    with pytest.raises(HotlineError, match="not connected"):
        await lan.begin(Wanted("wlan0"), OWNER)


async def test_a_damaged_note_stops_nothing(lan: Lan, manager: FakeManager) -> None:
    lan.path.write_text("{")
    await lan.resume()
    await later(10)
    assert manager.up == AT_FIRST
