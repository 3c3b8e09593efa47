"""The doctor says what is missing in one sentence, with one thing to do about it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.sim.gsm.usb import EC25, STORAGE, UsbTree

from hotline.clock import Clock
from hotline.control.offices import Offices
from hotline.health import checks
from hotline.health.checks import Finding, examine
from hotline.storage.places import Places
from hotline.storage.schema import records_file
from hotline.storage.staffpins import StaffPins
from hotline.storage.writer import Writer

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
    assert unused.action == "Use it: hotline lines add modem usb=1-1.4 model=ec25"


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
    assert [one.action for one in found] == ["Pull it out, and plug it in again after ten seconds."]


NUMBER = 'number = "+37322123456"\n'
SECOND = GATEWAY.replace("fxo", "other")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (GATEWAY + SECOND, "fxo, other"),
        (GATEWAY + NUMBER + SECOND, "other"),
        (GATEWAY + NUMBER + SECOND + NUMBER.replace("56", "57"), ""),
        (GATEWAY, ""),
    ],
)
def test_a_line_the_box_cannot_call_for_want_of_its_number_is_named(
    tmp_path: Path, settings: str, named: str
) -> None:
    (tmp_path / "box.toml").write_text(f'[box]\ndata = "{tmp_path}/data"\n{settings}')
    (tmp_path / "data").mkdir()
    Offices(Places(tmp_path / "data")).take(OFFICE, "office.yaml", "test")
    found = [one for one in examine(tmp_path / "box.toml") if "call itself" in one.words]
    words = [one.words for one in found]
    told = f"The box cannot call itself over {named}: its number is not known."
    assert words == ([told] if named else [])
    assert all(one.well and "number =" in one.action for one in found)


def test_a_box_with_one_sim_card_says_that_it_cannot_call_itself(tmp_path: Path) -> None:
    settings = f'[box]\ndata = "{tmp_path}/data"\n[[modem]]\nname = "mobile"\n'
    (tmp_path / "box.toml").write_text(settings + NUMBER)
    (tmp_path / "data").mkdir()
    for self_call, said in (("before opening", True), ("off", False)):
        office = f"{OFFICE}self_call: {self_call}\n"
        Offices(Places(tmp_path / "data")).take(office, "office.yaml", "test")
        found = [one for one in examine(tmp_path / "box.toml") if "call itself" in one.words]
        assert bool(found) is said
        assert all("mobile is its only line" in one.words for one in found)


def test_a_staffs_menu_that_is_shut_is_told_with_the_command_that_opens_it(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text(f'[box]\ndata = "{tmp_path}/data"\n')
    (tmp_path / "data").mkdir()
    Offices(Places(tmp_path / "data")).take(OFFICE, "office.yaml", "test")
    writer = Writer(records_file(tmp_path / "data"), Clock())
    pins = StaffPins(writer, ())

    def told() -> list[Finding]:
        return [one for one in examine(tmp_path / "box.toml") if "staff's menu" in one.words]

    try:
        assert told() == []
        pins.shut(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)).result(10)
        words = "The staff's menu is shut since 2026-11-22 11:00: too many PINs were wrong."
        assert told() == [Finding(False, words, "Open it again: hotline staff unlock")]
        pins.open().result(10)
        assert told() == []
    finally:
        writer.close()


def test_an_answer_past_its_day_is_told(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text(f'[box]\ndata = "{tmp_path}/data"\n')
    (tmp_path / "data").mkdir()
    for until, said in (("2020-12-31", True), ("2120-12-31", False)):
        price = f"{{id: price, text: {{ro: Cincizeci de lei.}}, valid_until: {until}}}"
        office = f"{OFFICE}answers: [{price}]\n"
        Offices(Places(tmp_path / "data")).take(office, "office.yaml", "test")
        found = [one for one in examine(tmp_path / "box.toml") if "answer price" in one.words]
        assert bool(found) is said
        assert not any(one.well for one in found)
