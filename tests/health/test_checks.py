"""The doctor says what is missing in one sentence, with one thing to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.sim.gsm.usb import EC25, STORAGE, UsbTree

from hotline.control.offices import Offices
from hotline.health import checks
from hotline.health.checks import Finding, examine
from hotline.storage.places import Places

TLS_TRUNK = """
[[trunk]]
name = "provider"
kind = "provider"
host = "sip.example.net"
transport = "tls"
user = "office"
password = "roua"
"""
MAIL = """
[mail]
host = "mail.example.net"
sender = "box@example.net"
"""
OFFICE = """
name: Flowers
zone: Europe/Chisinau
country: MD
languages: [en]
hours: always
people: [{id: ana, name: Ana, number: "+37369000101"}]
menus: [{id: main, keys: [{key: "1", do: person}]}]
"""
GATEWAY = """
[[trunk]]
name = "fxo"
kind = "gateway"
host = "192.0.2.9"
"""


@pytest.fixture
def authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of their certificates, which is not there yet."""
    file = tmp_path / "ca-certificates.crt"
    monkeypatch.setattr(checks, "public_authorities", lambda: file)
    return file


def about_authorities(folder: Path, settings: str) -> list[Finding]:
    toml = folder / "box.toml"
    toml.write_text(f'[box]\ndata = "{folder}/data"\n{settings}')
    return [one for one in examine(toml) if "authorities" in one.words]


@pytest.mark.parametrize("settings", [TLS_TRUNK, MAIL], ids=["provider over TLS", "mail"])
def test_missing_certificates_of_the_authorities_are_named_with_what_to_install(
    tmp_path: Path, authorities: Path, settings: str
) -> None:
    (finding,) = about_authorities(tmp_path, settings)
    assert not finding.well
    assert str(authorities) in finding.words
    assert finding.action == "Install ca-certificates."


def test_certificates_that_are_there_are_well(tmp_path: Path, authorities: Path) -> None:
    authorities.touch()
    (finding,) = about_authorities(tmp_path, TLS_TRUNK)
    assert finding.well


@pytest.mark.parametrize(
    "settings",
    [GATEWAY, TLS_TRUNK + 'tls_ca = "own.pem"\n', MAIL + 'security = "none"\n'],
    ids=["gateway", "own authority", "mail in the house"],
)
def test_who_needs_no_public_authorities_hears_nothing_of_them(
    tmp_path: Path, authorities: Path, settings: str
) -> None:
    (tmp_path / "own.pem").touch()
    assert about_authorities(tmp_path, settings) == []


# -- modems ----------------------------------------------------------------------------------------


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UsbTree:
    """What is plugged into this machine."""
    monkeypatch.setenv("HOTLINE_DEVICES", str(tmp_path / "machine"))
    return UsbTree(tmp_path / "machine")


def plug(machine: UsbTree, path: str) -> None:
    machine.show(path, EC25, {number: Path("/dev/null") for number in range(4)})


def about_modems(folder: Path, *tables: str) -> list[Finding]:
    toml = folder / "box.toml"
    modems = "".join(f"[[modem]]\n{table}\n" for table in tables)
    toml.write_text(f'[box]\ndata = "{folder}/data"\n{modems}')
    return [one for one in examine(toml) if re.search("USB|^(one|two|mobile):|disk\\.", one.words)]


def test_each_modem_is_named_with_the_line_it_carries(tmp_path: Path, machine: UsbTree) -> None:
    plug(machine, "1-1.3")
    plug(machine, "1-1.4")
    (used, unused) = about_modems(tmp_path, 'name = "mobile"\nusb = "1-1.3"')
    assert (used.words, used.action) == ("Quectel EC25 at USB 1-1.3: line mobile.", "")
    assert unused.words == "Quectel EC25 at USB 1-1.4: no line uses it."
    assert 'usb = "1-1.4"' in unused.action


def test_the_only_modem_belongs_to_the_only_line(tmp_path: Path, machine: UsbTree) -> None:
    plug(machine, "1-1.3")
    (one,) = about_modems(tmp_path, 'name = "mobile"')
    assert one.words.endswith("line mobile.")


def test_a_line_found_by_its_imei_is_told_as_likely(tmp_path: Path, machine: UsbTree) -> None:
    plug(machine, "1-1.3")
    (one,) = about_modems(tmp_path, 'name = "mobile"\nimei = "861107030000016"')
    assert one.words.endswith("line mobile, if its IMEI is 861107030000016.")


def test_a_line_without_its_modem_is_trouble(tmp_path: Path, machine: UsbTree) -> None:
    plug(machine, "1-1.4")
    tables = ('name = "one"\nusb = "1-1.3"', 'name = "two"\nusb = "1-1.4"')
    there, missing = about_modems(tmp_path, *tables)
    assert there.well
    assert (missing.well, missing.words) == (False, "one: There is no modem at USB 1-1.3.")


@pytest.mark.parametrize("when_dead", ["", 'when_dead = "+37369111222"'])
def test_a_model_that_is_away_after_each_call_is_trouble_unless_callers_then_go_elsewhere(
    tmp_path: Path, machine: UsbTree, when_dead: str
) -> None:
    table = f'name = "mobile"\nmodel = "sim7600"\nusb = "1-1.3"\n{when_dead}'
    (finding, _missing) = about_modems(tmp_path, table)
    assert finding.words.startswith("mobile: This model is not recommended: after each call")
    assert finding.well is bool(when_dead)
    assert "EC25" in finding.action


def test_callers_cannot_be_sent_to_somebody_who_is_not_of_the_office(tmp_path: Path) -> None:
    toml = tmp_path / "box.toml"
    toml.write_text(
        f'[box]\ndata = "{tmp_path}/data"\n[[modem]]\nname = "mobile"\ndivert_to = ["ana", "eve"]\n'
    )
    places = Places(tmp_path / "data")
    places.data.mkdir()
    Offices(places).take(OFFICE, "office.yaml", "the test")
    (finding,) = [one for one in examine(toml) if "divert_to" in one.words]
    assert finding == Finding(
        False,
        "divert_to of mobile names nobody of the office: eve.",
        "Correct it in box.toml; there are: ana.",
    )


def test_a_model_that_is_recommended_needs_no_caution(tmp_path: Path, machine: UsbTree) -> None:
    plug(machine, "1-1.3")
    assert len(about_modems(tmp_path, 'name = "mobile"')) == 1


def test_a_modem_that_is_not_whole_is_trouble(tmp_path: Path, machine: UsbTree) -> None:
    plug(machine, "1-1.3")
    machine.hide_interface("1-1.3", 1)
    (one,) = about_modems(tmp_path, 'name = "mobile"')
    assert not one.well
    assert "only some of its ports" in one.words
    assert one.action == "Unplug it, and plug it in again."


def test_a_stick_that_is_a_disk_still_says_what_to_install(
    tmp_path: Path, machine: UsbTree
) -> None:
    machine.show("1-1.3", ("12d1", "1446"), {0: None}, STORAGE)
    found = about_modems(tmp_path, 'name = "mobile"\nusb = "1-1.3"')
    assert [one.action for one in found] == ["Install usb-modeswitch."]
