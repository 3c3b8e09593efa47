"""NetworkManager itself does what the box asks of it, and keeps what is on trial off its disk."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from hotline.lan.manager import TRIAL, NetworkManager, NotManaged, NotTaken
from hotline.lan.wanted import Wanted
from tests.sim import lan

CABLE = "5f1f4a0e-0b4b-4d52-9f0e-3b1c7a6f1a11"
MOVED = Wanted(
    "eth0", IPv4Interface("10.9.7.5/16"), IPv4Address("10.9.8.1"), (IPv4Address("10.9.8.1"),)
)

pytestmark = pytest.mark.skipif(bool(lan.missing()), reason=lan.missing() or "it is there")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[lan.House]:
    with lan.house(tmp_path / "house") as made:
        yield made


def on_disk(house: lan.House) -> str:
    return "".join(one.read_text() for one in (house.folder / "profiles").iterdir())


async def test_the_cable_is_found_with_what_it_was_given(house: lan.House) -> None:
    (cable,) = await NetworkManager(house.nmcli).devices()
    assert (cable.name, cable.kind, cable.profile, cable.fixed) == ("eth0", "cable", CABLE, True)
    assert (str(cable.address), cable.router) == ("10.9.8.2/24", "10.9.8.1")


async def test_what_is_tried_out_is_at_work_and_not_on_the_disk(house: lan.House) -> None:
    manager, before = NetworkManager(house.nmcli), on_disk(house)
    await manager.try_out(CABLE, MOVED)
    (cable,) = await manager.devices()
    assert (str(cable.address), cable.router) == ("10.9.7.5/16", "10.9.8.1")
    assert on_disk(house) == before


async def test_settling_brings_the_old_address_back(house: lan.House) -> None:
    manager = NetworkManager(house.nmcli)
    await manager.try_out(CABLE, MOVED)
    await manager.settle(CABLE, "eth0")
    (cable,) = await manager.devices()
    assert (cable.profile, str(cable.address)) == (CABLE, "10.9.8.2/24")
    assert TRIAL not in house.asks("-t", "-f", "NAME", "connection")


async def test_what_is_kept_is_on_the_disk_and_at_work_after_settling(house: lan.House) -> None:
    manager = NetworkManager(house.nmcli)
    await manager.try_out(CABLE, MOVED)
    await manager.keep(CABLE, MOVED)
    await manager.settle(CABLE, "eth0")
    (cable,) = await manager.devices()
    assert (cable.profile, str(cable.address)) == (CABLE, "10.9.7.5/16")
    assert "10.9.7.5/16" in on_disk(house)


async def test_a_fixed_address_can_be_given_up_for_the_routers(house: lan.House) -> None:
    manager = NetworkManager(house.nmcli)
    await manager.keep(CABLE, Wanted("eth0"))
    assert "method=auto" in on_disk(house)
    assert "10.9.8.2" not in on_disk(house)


async def test_an_order_that_cannot_be_followed_is_refused(house: lan.House) -> None:
    with pytest.raises(NotTaken):
        await NetworkManager(house.nmcli).keep("no-such-profile", MOVED)


async def test_where_nothing_manages_the_network_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotManaged):
        await NetworkManager(str(tmp_path / "nmcli")).devices()
