"""lines.toml: lines that were added are read beside those of box.toml, and cost them nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.errors import BadSettings
from hotline.options import Options
from hotline.options.added import Added, AllLines, read_added, with_line, without_line, written
from hotline.options.file import read_options
from hotline.options.providers import PROVIDERS, provider
from hotline.storage.addedlines import write_lines

HOUSE = '[[trunk]]\nname = "house"\nkind = "gateway"\nhost = "192.0.2.9"\n'
GATEWAY = Added("trunk", {"name": "second", "kind": "gateway", "host": "192.0.2.10"})
MODEM = Added("modem", {"name": "mobile", "model": "ec25", "usb": "1-1.3", "pin": "1234"})


def box(folder: Path, toml: str = HOUSE) -> Options:
    file = folder / "box.toml"
    file.write_text(toml)
    return read_options(file)


def read(folder: Path, text: str, toml: str = HOUSE) -> AllLines:
    (folder / "lines.toml").write_text(text)
    return read_added(folder / "lines.toml", box(folder, toml))


def names(lines: AllLines) -> list[str]:
    options = lines.options
    return [one.name for one in (*options.trunks, *options.modems, *options.voice_modems)]


def test_added_lines_stand_behind_those_of_box_toml(tmp_path: Path) -> None:
    lines = read(tmp_path, written([GATEWAY, MODEM]))
    assert names(lines) == ["house", "second", "mobile"]
    assert (lines.added, lines.wrong) == ((GATEWAY, MODEM), ())
    assert lines.options.trunks[1].register is False


def test_a_box_without_any_line_reads_its_first(tmp_path: Path) -> None:
    assert names(read(tmp_path, written([MODEM]), toml="")) == ["mobile"]
    (tmp_path / "lines.toml").unlink()
    assert read_added(tmp_path / "lines.toml", box(tmp_path, "")) == AllLines(Options())


def test_of_two_lines_of_one_name_that_of_box_toml_stays_and_the_other_is_told(
    tmp_path: Path,
) -> None:
    house = Added("trunk", {**GATEWAY.row, "name": "house"})
    lines = read(tmp_path, written([house, MODEM]))
    assert names(lines) == ["house", "mobile"]
    assert lines.options.trunks[0].host == "192.0.2.9"
    (told,) = lines.wrong
    assert 'house: another line is called "house" already' in told


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ('[[trunk]]\nname = "x\n', "Illegal character"),
        ('[[trunk]]\nname = "x"\nkind = "gateway"\n', "x: host is missing"),
        ('[[trunk]]\nname = "x"\nkind = "gateway"\nhots = "h"\n', "did you mean host?"),
        ('[[modem]]\nname = "x"\nmodel = "ec26"\n', 'x: model must be one of: "ec25"'),
        ('[[modem]]\nname = "x"\nmodel = "generic"\n', "x: it needs at:"),
        ('[[page]]\nhost = "0.0.0.0"\n', "[page] does not belong here"),
        ("[box]\ncountry = 3\n", "[box] does not belong here"),
        (
            '[[trunk]]\nname = "x"\nkind = "provider"\nhost = "h"\n',
            "x: it needs a user name to register",
        ),
    ],
)
def test_a_line_that_is_wrong_is_told_and_costs_no_other(
    tmp_path: Path, broken: str, told: str
) -> None:
    lines = read(tmp_path, f"{broken}{written([GATEWAY])}")
    assert names(lines) == ["house", "second"]
    assert any(told in one for one in lines.wrong), lines.wrong


@given(text=st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_whatever_stands_in_the_file_the_lines_of_box_toml_are_there(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("box")
    (folder / "lines.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert names(read_added(folder / "lines.toml", box(folder)))[0] == "house"


@example(password='\x7f"\\\n#')
@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255))
def test_every_password_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, password: str
) -> None:
    folder = tmp_path_factory.mktemp("box")
    account = {"kind": "provider", "host": "sip.example.net", "user": "u", "password": password}
    write_lines(folder / "lines.toml", [Added("trunk", {"name": "p", **account})])
    (trunk,) = read_added(folder / "lines.toml", box(folder, "")).options.trunks
    assert trunk.password.reveal() == password


def test_what_is_added_shows_no_password_in_a_log(tmp_path: Path) -> None:
    lines = read(tmp_path, written([MODEM]))
    assert "1234" not in f"{lines!r} {lines.added} {MODEM}"


def test_a_line_that_does_not_fit_the_others_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    lines = read(tmp_path, written([MODEM]))
    with pytest.raises(BadSettings) as refused:
        with_line(lines, Added("modem", {**MODEM.row, "name": "other"}), tmp_path)
    assert refused.value.problems == ("usb: 1-1.3 is named twice",)
    assert names(without_line(lines, "mobile")) == ["house"]


def test_the_file_is_private_from_its_first_byte_and_what_was_wrong_is_kept_beside_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "lines.toml"
    file.write_text("nonsense")
    (tmp_path / ".lines.toml.new").write_text("of a run that was cut off")
    write_lines(file, [MODEM], keep_old=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    old = tmp_path / "lines.toml.old"
    assert (old.read_text(), stat.S_IMODE(old.stat().st_mode)) == ("nonsense", 0o600)


def test_every_known_provider_makes_a_line(tmp_path: Path) -> None:
    lines = AllLines(Options())
    for one in PROVIDERS:
        account = {"kind": "provider", "host": one.host, "user": "u", "password": "p"}
        lines = with_line(lines, Added("trunk", {"name": one.id, **account}), tmp_path)
    assert names(lines) == [one.id for one in PROVIDERS]
    assert provider("nobody") is None
