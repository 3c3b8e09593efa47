"""NetworkManager itself does what the box asks of it, and keeps what is on trial off its disk."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from hotline.lan.manager import TRIAL, NetworkManager
from hotline.lan.nmcli import NotManaged, NotTaken
from hotline.lan.wanted import Wanted
from hotline.lan.wifi import Join, Lock
from tests.sim import lan

CABLE = "5f1f4a0e-0b4b-4d52-9f0e-3b1c7a6f1a11"
MOVED = Wanted(
    "eth0", IPv4Interface("10.9.7.5/16"), IPv4Address("10.9.8.1"), (IPv4Address("10.9.8.1"),)
)

PASSWORD = "o 'parola\\\" #;~%s пж"
JOIN = Join("wlan0", b'  a"b\\\xff\xfe;,\x01 ', Lock.PASSWORD, PASSWORD)

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


# -- Wi-Fi: there is no aerial here, so that nothing is joined; all else is as on a box ----------


async def tried(house: lan.House, join: Join, said: Path) -> NetworkManager:
    """It was not let in. said: each word of each command goes there, for everybody to see."""
    loud = house.folder / "loud"
    noted = f'printf "%s\\n" "$@" >>{said}'
    loud.write_text(f'#!/bin/sh\n{noted}\nexec {shlex.quote(house.nmcli)} "$@"\n')
    loud.chmod(0o755)
    manager = NetworkManager(str(loud))
    with pytest.raises(NotTaken):
        await manager.try_out("", join)
    return manager


def password_of(house: lan.House, profile: str) -> str:
    secret = ("-e", "no", "-s", "-g", "802-11-wireless-security.psk")
    return house.asks(*secret, "connection", "show", profile)


async def test_a_wifi_on_trial_has_its_password_and_nobody_reads_it_in_a_command(
    house: lan.House, tmp_path: Path
) -> None:
    before = on_disk(house)
    await tried(house, JOIN, tmp_path / "said")
    assert password_of(house, TRIAL) == PASSWORD
    assert on_disk(house) == before
    said = (tmp_path / "said").read_bytes()
    assert JOIN.name in said
    assert PASSWORD.encode() not in said


async def test_what_is_typed_into_nmcli_is_noted_nowhere(
    house: lan.House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps a history of its own, passwords and all."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    await tried(house, JOIN, tmp_path / "said")
    assert list(home.iterdir()) == []


async def test_a_wifi_that_is_kept_is_on_the_disk_and_the_only_one(
    house: lan.House, tmp_path: Path
) -> None:
    new = ("connection", "add", "type", "wifi", "ifname", "wlan0", "con-name")
    house.asks(*new, "old", "ssid", "O")
    house.asks(*new, "own", "ssid", "H", "802-11-wireless.mode", "ap")
    manager = await tried(house, JOIN, tmp_path / "said")
    kept = await manager.keep("", JOIN)
    names = house.asks("-t", "-f", "NAME", "connection").split()
    assert sorted(names) == ["cable", "lo", "office", "own"]
    assert password_of(house, kept) == PASSWORD
    stored = on_disk(house)
    assert f"ssid={''.join(f'{byte};' for byte in JOIN.name)}" in stored
    assert "psk=" in stored
    assert PASSWORD.encode() not in (tmp_path / "said").read_bytes()


async def test_a_password_with_spaces_around_it_opens_the_same_wifi(
    house: lan.House, tmp_path: Path
) -> None:
    """nmcli takes them off; what is reckoned out of them it takes as it is."""
    await tried(house, replace(JOIN, name=b"IEEE", password=" password "), tmp_path / "said")
    assert (
        password_of(house, TRIAL)
        == "eb27de9f61f604f03631615a459d3117a62ca491ff57eb3865a83f1cef675a3b"
    )


async def test_a_trial_that_is_settled_leaves_no_wifi_behind(
    house: lan.House, tmp_path: Path
) -> None:
    manager = await tried(house, JOIN, tmp_path / "said")
    await manager.settle("", "eth0")
    assert TRIAL not in house.asks("-t", "-f", "NAME", "connection")


async def test_an_old_wifi_that_was_forgotten_meanwhile_is_not_asked_for(
    house: lan.House, tmp_path: Path
) -> None:
    await tried(house, JOIN, tmp_path / "said")
    await NetworkManager(house.nmcli).settle("11111111-2222-3333-4444-555555555555", "eth0")
