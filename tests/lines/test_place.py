"""A modem whose port cannot take its power away is given to the guardian board, if there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.at import commands
from hotline.lines.finder import Finder
from hotline.lines.ladder import Rung
from hotline.lines.place import Place
from hotline.lines.usb import Bus
from hotline.options import Modem

USB = "1-1.3"


class Port(Bus):
    """A USB port that can be turned off, or cannot."""

    def __init__(self, root: Path, switches: bool) -> None:
        super().__init__(root)
        self.switches, self.did = switches, list[str]()

    def can_switch(self, path: str) -> bool:
        return self.switches

    async def switch(self, path: str) -> bool:
        self.did.append("port")
        return self.switches


def place(port: Port, usb: str, board: bool | None) -> Place:
    """board: does the guardian board do it? None where there is no such board."""

    async def cut() -> bool:
        port.did.append("board")
        return bool(board)

    modem = Modem("mobile", usb=usb)
    return Place(modem, Finder(port), commands.PROBE, lambda: None if board is None else cut)


@pytest.mark.parametrize(
    ("switches", "usb", "board", "possible", "did"),
    [
        (True, USB, None, True, ["port"]),
        (False, USB, None, False, []),
        (False, "", True, True, ["board"]),
        (True, USB, True, True, ["board"]),
        (True, USB, False, True, ["board", "port"]),
    ],
)
async def test_the_power_of_a_modem_is_taken_by_whatever_can(
    tmp_path: Path, switches: bool, usb: str, board: bool | None, possible: bool, did: list[str]
) -> None:
    port = Port(tmp_path, switches)
    modem = place(port, usb, board)
    assert (Rung.POWER in modem.possible()) is possible
    if possible:
        assert await modem.take(Rung.POWER)
        assert port.did == did


async def test_a_modem_whose_power_nobody_can_take_is_not_said_to_have_lost_it(
    tmp_path: Path,
) -> None:
    assert not await place(Port(tmp_path, False), "", False).take(Rung.POWER)
