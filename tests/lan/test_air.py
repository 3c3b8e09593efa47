"""What NetworkManager says of the air is understood, of a card that this machine does not have.

The program is one of a few lines; its answers are laid out as those of nmcli are.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.lan.manager import NetworkManager
from hotline.lan.nmcli import NotTaken
from hotline.lan.wifi import Join, Lock
from hotline.said import parts_of

CAFE = Join("wlan0", b"Cafe", Lock.OPEN)
NMCLI = r"""#!/bin/sh
echo "$*" >>{folder}/asked
case "$*" in
*"device status") printf 'eth0:ethernet:\nwlan0:wifi:own\nlo:loopback:lo\n' ;;
*"ipv4.method connection show own") echo shared ;;
*"802-11-wireless.mode connection show own") echo ap ;;
*"device show wlan0") printf '10.42.0.1/24\n\n\n' ;;
*"device wifi list ifname wlan0 --rescan no") printf '%s\n' '{live}' ;;
*"device wifi rescan"*) echo 'Error: Scanning not allowed while already scanning.' >&2; exit 1 ;;
*"connection delete"*) exit 10 ;;
*"connection edit"*) tee {folder}/typed >&2; exit 1 ;;
*"connection up"*) echo 'Error: Connection activation failed: {why}' >&2; exit 4 ;;
esac
"""


def nmcli(folder: Path, live: str = "", why: str = "") -> NetworkManager:
    made = folder / "nmcli"
    text = NMCLI.replace("{folder}", str(folder)).replace("{live}", live)
    made.write_text(text.replace("{why}", why))
    made.chmod(0o755)
    return NetworkManager(str(made), folder / "before")


async def test_a_wifi_of_the_box_itself_is_no_way_to_a_router(tmp_path: Path) -> None:
    cable, aerial = await nmcli(tmp_path).devices()
    assert (cable.profile, cable.hotspot) == ("", False)
    assert (aerial.kind, aerial.hotspot, str(aerial.address)) == ("wifi", True, "10.42.0.1/24")


async def test_what_was_heard_before_the_box_became_a_wifi_is_known_still(tmp_path: Path) -> None:
    (tmp_path / "before").write_text("43616665:Infra:55:WPA1 WPA2: \n666:Infra\nnonsense\n")
    heard = await nmcli(tmp_path, "4F6666696365:Infra:80:WPA2:*").heard("wlan0")
    assert [(one.name, one.strength, one.used) for one in heard] == [
        (b"Office", 80, True),
        (b"Cafe", 55, False),
    ]


async def test_a_password_is_in_no_log_whatever_nmcli_says_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with pytest.raises(NotTaken):
        await nmcli(tmp_path).try_out("", Join("wlan0", b"Cafe", Lock.PASSWORD, "o parola buna"))
    assert "o parola buna" in (tmp_path / "typed").read_text()
    assert "parola" not in caplog.text


async def test_looking_again_never_fails(tmp_path: Path) -> None:
    await nmcli(tmp_path).look_around("wlan0")
    assert "device wifi rescan ifname wlan0" in (tmp_path / "asked").read_text()


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("Secrets were required, but not provided.", "did not take the password"),
        ("802.1X supplicant disconnected", "did not take the password"),
        ("The Wi-Fi network could not be found", "is not heard here"),
        ("IP configuration could not be reserved (no available address)", "gave it no address"),
        ("Unknown error", "did not let the box in"),
    ],
)
async def test_why_the_box_was_not_let_in_is_said_in_words(
    tmp_path: Path, why: str, said: str
) -> None:
    with pytest.raises(NotTaken) as refused:
        await nmcli(tmp_path, why=why).try_out("", CAFE)
    assert said in refused.value.cause
    assert parts_of(refused.value.cause)[0].values == {"name": "Cafe"}
    assert why not in refused.value.cause
