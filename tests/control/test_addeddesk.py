"""Lines that are added while the box runs: what whoever holds the page cannot do with them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hotline.control.addeddesk import AddedDesk
from hotline.control.messages.lines import LineAdd, LineChange, Setting
from hotline.errors import HotlineError
from hotline.options import Options
from hotline.options.added import AllLines

ACCOUNT: dict[str, Setting] = {
    "kind": "provider",
    "host": "sip.example.net",
    "user": "37322123456",
    "password": "secret",
}


async def nothing(*_: object) -> None:
    """A rack without a telephone network."""


@pytest.fixture
async def desk(tmp_path: Path) -> AddedDesk:
    """A box with one added line."""
    rack: Any = SimpleNamespace(busy=lambda _: False, put_in=nothing, take_out=nothing)
    one = AddedDesk(rack, tmp_path / "lines.toml", AllLines(Options()), lambda *_: None)
    await one.add(LineAdd(section="trunk", settings=ACCOUNT, by="maria"))
    return one


def host(desk: AddedDesk) -> object:
    (line,) = desk.lines.added
    return line.row["host"]


@pytest.mark.parametrize(
    "elsewhere", [{"host": "sip.evil.example"}, {"port": 5099}, {"transport": "tcp"}]
)
async def test_a_password_is_told_to_no_other_server_than_the_one_it_was_written_for(
    desk: AddedDesk, elsewhere: dict[str, Setting]
) -> None:
    with pytest.raises(HotlineError, match="belongs to the server"):
        await desk.change(LineChange(line="line", settings=elsewhere, by="thief"))
    assert host(desk) == "sip.example.net"


async def test_another_server_is_taken_with_its_password(desk: AddedDesk) -> None:
    other: dict[str, Setting] = {"host": "sip.other.example", "password": "another"}
    await desk.change(LineChange(line="line", settings=other, by="maria"))
    assert host(desk) == "sip.other.example"


async def test_the_user_is_corrected_without_writing_the_password_again(desk: AddedDesk) -> None:
    again: dict[str, Setting] = {"host": "sip.example.net", "user": "37322123457"}
    await desk.change(LineChange(line="line", settings=again, by="maria"))
    (line,) = desk.lines.added
    assert line.row["user"] == "37322123457"
    assert line.row["password"] == "secret"
