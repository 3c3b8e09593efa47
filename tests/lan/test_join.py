"""The office's Wi-Fi is chosen by hand, and a wrong one never costs the box."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline.errors import HotlineError
from hotline.lan.trial import AGAIN_S, FAREWELL_S, JOIN_FAREWELL_S, JOIN_TRIAL_S, Lan
from hotline.lan.wifi import Join, Lock
from tests.lan.fake import HOTSPOT, IN_THE_AIR, OLD, FakeManager

NEW = Join("wlan0", b"Flori & Pomi", Lock.PASSWORD, "o parola buna")
OWNER, OTHER = "Maria", "Ion"


@pytest.fixture
def manager() -> FakeManager:
    """No cable is in it, and its aerial is in no Wi-Fi."""
    made = FakeManager()
    made.plugged = False
    return made


@pytest.fixture
async def lan(manager: FakeManager, tmp_path: Path) -> AsyncIterator[Lan]:
    made = Lan(manager, tmp_path / "lan.json", lambda: False)
    yield made
    await made.close()


@pytest.fixture
def moving(manager: FakeManager) -> FakeManager:
    """It is in the office's old Wi-Fi, and in nothing else."""
    manager.air_disk = manager.air_up = OLD
    return manager


async def later(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def test_who_asked_is_answered_before_the_way_to_them_is_gone(
    lan: Lan, manager: FakeManager
) -> None:
    manager.air_up = HOTSPOT
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S - 0.1)
    assert manager.air_up == HOTSPOT
    await later(0.2)
    assert manager.air_up == NEW


@pytest.mark.parametrize("before", [None, HOTSPOT])
async def test_a_box_that_was_in_no_network_stays_in_the_one_that_let_it_in(
    lan: Lan, manager: FakeManager, before: Join | None
) -> None:
    """Back in its own Wi-Fi, which closes soon, it would be lost."""
    noted: list[tuple[str, str]] = []
    lan.kept = lambda wifi, by: noted.append((wifi, by))
    manager.air_up = before
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + FAREWELL_S + 1)
    assert (manager.air_disk, manager.air_up, lan.trial) == (NEW, NEW, None)
    assert "in the Wi-Fi “Flori & Pomi” now" in lan.told
    assert noted == [("Flori & Pomi", OWNER)]
    assert not lan.path.exists()


async def test_beside_a_cable_nobody_has_to_confirm_it(lan: Lan, moving: FakeManager) -> None:
    moving.plugged = True
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + FAREWELL_S + 1)
    assert (moving.air_disk, moving.air_up) == (NEW, NEW)


async def test_a_box_that_did_not_get_in_is_what_it_was_and_says_why(
    lan: Lan, manager: FakeManager
) -> None:
    """Its own Wi-Fi is opened again by hotspot.sh, as soon as the note is gone."""
    manager.air_up = HOTSPOT
    manager.broken.add("try_out")
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + FAREWELL_S + 1)
    assert not any((manager.air_disk, manager.air_up, lan.trial))
    assert "taken back" in lan.told
    assert not lan.path.exists()


async def test_hotspot_is_held_back_as_long_as_the_box_tries(
    lan: Lan, manager: FakeManager
) -> None:
    manager.air_up = HOTSPOT
    await lan.begin(NEW, OWNER)
    assert json.loads(lan.path.read_text()) == {"profile": "", "device": "wlan0"}


async def test_from_one_wifi_to_another_somebody_has_to_follow(
    lan: Lan, moving: FakeManager
) -> None:
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + JOIN_TRIAL_S - 1)
    assert (moving.air_disk, moving.air_up) == (OLD, NEW)
    await later(FAREWELL_S + 2)
    assert (moving.air_disk, moving.air_up) == (OLD, OLD)
    assert "Nobody confirmed" in lan.told


@pytest.mark.parametrize("at", ["", str(IN_THE_AIR.ip)])
async def test_whoever_followed_confirms_it_by_name_or_address(
    lan: Lan, moving: FakeManager, at: str
) -> None:
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + 1)
    await lan.confirm(OWNER, at)
    await later(JOIN_TRIAL_S * 2)
    assert (moving.air_disk, moving.air_up) == (NEW, NEW)
    assert not lan.path.exists()


async def test_nobody_else_confirms_it_nor_from_elsewhere_nor_too_early(
    lan: Lan, moving: FakeManager
) -> None:
    await lan.begin(NEW, OWNER)
    with pytest.raises(HotlineError, match="from the new address alone"):
        await lan.confirm(OWNER, "")
    await later(JOIN_FAREWELL_S + 1)
    with pytest.raises(HotlineError, match="from the new address alone"):
        await lan.confirm(OWNER, "203.0.113.7")
    with pytest.raises(HotlineError, match="alone can confirm"):
        await lan.confirm(OTHER, "")
    assert moving.air_disk == OLD


async def test_a_wrong_password_brings_the_old_wifi_back(lan: Lan, moving: FakeManager) -> None:
    moving.broken.add("try_out")
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + FAREWELL_S + 1)
    assert (moving.air_disk, moving.air_up) == (OLD, OLD)


@pytest.mark.parametrize("kept", [False, True])
async def test_a_power_cut_leaves_what_was_confirmed(
    lan: Lan, moving: FakeManager, kept: bool
) -> None:
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + 1)
    if kept:
        await lan.confirm(OWNER, "")
    await lan.close()
    moving.air_up = moving.air_disk  # as NetworkManager begins
    again = Lan(moving, lan.path, lambda: False)
    await again.resume()
    await later(FAREWELL_S + 1)
    assert moving.air_up == (NEW if kept else OLD)
    assert not lan.path.exists()
    await again.close()


async def test_an_old_wifi_that_is_gone_for_good_does_not_bar_a_second_try(
    lan: Lan, moving: FakeManager
) -> None:
    moving.broken.update({"try_out", "settle"})
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + AGAIN_S)
    moving.air_up = None
    moving.broken.clear()
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + FAREWELL_S + 1)
    assert moving.air_disk == moving.air_up == NEW


async def test_a_disk_that_does_not_take_it_leaves_the_old_state(
    lan: Lan, manager: FakeManager
) -> None:
    manager.broken.add("keep")
    await lan.begin(NEW, OWNER)
    await later(JOIN_FAREWELL_S + FAREWELL_S + 1)
    assert (manager.air_disk, manager.air_up) == (None, None)


async def test_a_box_without_an_aerial_says_so(lan: Lan) -> None:
    with pytest.raises(HotlineError, match="has no Wi-Fi"):
        await lan.begin(Join("", b"x", Lock.OPEN), OWNER)
