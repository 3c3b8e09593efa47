"""A box without a network is a Wi-Fi itself until somebody took it into the office's."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.scripts import Box, missing

pytestmark = pytest.mark.skipif(bool(missing("dash")), reason="dash missing")

AIR = "4F6666696365:Infra:80:WPA2: "
# What the aerial is up with and how the box is, one word for each time it is looked at.
NMCLI = """#!/bin/sh
echo "$*" >>"{root}/asked"
next() { head -n 1 "{root}/$1"; sed -i 1d "{root}/$1"; }
case "$*" in
*"STATE general") next state ;;
*"device show wlan0") next aerial ;;
*"device wifi list"*) echo "{air}" ;;
esac
"""
# Each wait is over at once; in the second one the daemon has done what it tried.
SLEEP = """#!/bin/sh
echo >>"{root}/waits"
[ "$(wc -l <"{root}/waits")" -lt 4 ] || rm -f "{root}/data/hotline/lan.json"
"""


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path).set_up()
    (box.data / "keys").mkdir()
    (box.data / "hotline").mkdir()
    (box.data / "keys/hotspot").write_text("abcdefghjkmn")
    card = tmp_path / "cards/wlan0"
    card.mkdir(parents=True)
    (card / "address").write_text("b8:27:eb:00:ab:12\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "tools").mkdir()
    for name, text in (("nmcli", NMCLI), ("sleep", SLEEP)):
        tool = tmp_path / "tools" / name
        tool.write_text(text.replace("{root}", str(tmp_path)).replace("{air}", AIR))
        tool.chmod(0o755)
    return box


def runs(box: Box, aerial: str, state: str, opens: str = "900") -> list[str]:
    """What was asked of NetworkManager until the script was over."""
    (box.root / "aerial").write_text(aerial.replace(" ", "\n"))
    (box.root / "state").write_text(state.replace(" ", "\n"))
    box.run(
        "hotspot.sh",
        "run",
        PATH=f"{box.root}/tools:/usr/sbin:/usr/bin:/sbin:/bin",
        HOTLINE_NMCLI=str(box.root / "tools/nmcli"),
        HOTLINE_NFT="true",
        HOTLINE_CARDS=str(box.root / "cards"),
        HOTLINE_RUN=str(box.root / "run"),
        HOTLINE_OPEN=opens,
    )
    return (box.root / "asked").read_text().splitlines()


def opened(asked: list[str]) -> int:
    return sum("device wifi hotspot" in one for one in asked)


OPEN = "hotline-hotspot"


def test_a_box_with_a_network_opens_none(box: Box) -> None:
    assert opened(runs(box, "", "connected")) == 0


def test_what_it_heard_before_is_there_for_the_page(box: Box) -> None:
    runs(box, OPEN, "disconnected", opens="5")
    asked = (box.root / "asked").read_text()
    assert asked.index("device wifi list") < asked.index("device wifi hotspot")
    assert not (box.root / "run/wifis").exists(), "it is closed now"


def test_it_ends_when_the_box_is_in_the_offices(box: Box) -> None:
    asked = runs(box, f"{OPEN} office", "disconnected connected (site)")
    assert opened(asked) == 1
    assert asked[-1] == "connection delete hotline-hotspot"


def test_it_comes_back_where_the_box_did_not_get_in(box: Box) -> None:
    asked = runs(box, f"{OPEN} -- {OPEN} office", "disconnected disconnected connected")
    assert opened(asked) == 2


def test_a_wifi_that_just_lets_the_box_in_is_not_disturbed(box: Box) -> None:
    assert opened(runs(box, "office office", "disconnected connecting connected")) == 1


def test_it_leaves_the_aerial_to_the_daemon_as_long_as_that_tries(box: Box) -> None:
    (box.data / "hotline/lan.json").write_text("{}")
    asked = runs(box, f"-- {OPEN} office", "disconnected disconnected connected")
    assert opened(asked) == 2
    looked = [one for one in asked if one.endswith("device show wlan0")]
    assert len(looked) == 3
    assert len((box.root / "waits").read_text()) > 5, "it waited while the daemon tried"


def test_a_try_of_the_daemon_gives_the_owner_all_the_time_again(box: Box) -> None:
    (box.data / "hotline/lan.json").write_text("{}")
    asked = runs(box, f"{OPEN} {OPEN} office", "disconnected connected", opens="10")
    assert sum(one.endswith("device show wlan0") for one in asked) == 2, "ten seconds after it"


@pytest.mark.parametrize(
    ("card", "office", "said"),
    [
        (None, "MD\n", "reg set MD"),
        ("RO\n", "MD\n", "reg set RO"),
        (None, "MD; reboot\n", ""),
        (None, None, ""),
    ],
)
def test_the_wifi_is_told_its_country_and_nothing_else(
    box: Box, card: str | None, office: str | None, said: str
) -> None:
    (box.data / "network").mkdir()
    for place, text in (("network", card), ("hotline", office)):
        if text is not None:
            (box.data / place / "country").write_text(text)
    iw = box.root / "tools/iw"
    iw.write_text(f'#!/bin/sh\necho "$*" >>{box.root}/told\n')
    iw.chmod(0o755)
    box.run("country.sh", HOTLINE_IW=str(iw))
    told = box.root / "told"
    assert (told.read_text().strip() if told.exists() else "") == said
