"""The office's line goes through the box while it can be answered there, and no call is cut off."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hotline.box.guarding import MEDIA_WELL_S, Guarding
from hotline.box.rack import Rack
from hotline.calls.board import Board
from hotline.lines.gsm import GsmLine
from hotline.options import Options, Trunk, VoiceModem

GATEWAY = Trunk("gateway", "gateway", "192.0.2.1", register=False)
PROVIDER = Trunk("provider", "provider", "192.0.2.2")
MODEM = VoiceModem("office", Path("/dev/null"), "usr5637")


class Relay:
    """A guardian that only remembers what it was asked."""

    def __init__(self) -> None:
        self.on = False

    def take_line(self, on: bool) -> None:
        self.on = on


class Engine:
    """The sound engine; answers while it is well."""

    well = True

    async def ask(self, _work: object) -> None:
        if not self.well:
            await asyncio.Event().wait()


def guarding(*busy: str) -> tuple[Guarding, Relay]:
    one = Guarding(Path("/nowhere"), cast(Any, Engine()), lambda name: name in busy)
    relay = Relay()
    one.guardian = cast(Any, relay)
    return one, relay


def board(**up: bool) -> Board:
    lines = [
        SimpleNamespace(name=name, state=lambda up=is_up: SimpleNamespace(up=up))
        for name, is_up in up.items()
    ]
    return cast(Board, SimpleNamespace(lines=lines))


@pytest.mark.parametrize(
    ("options", "up", "taken"),
    [
        (Options(trunks=(PROVIDER,), voice_modems=(MODEM,)), {"office": True}, True),
        (Options(trunks=(PROVIDER,), voice_modems=(MODEM,)), {"office": False}, False),
        (
            Options(trunks=(PROVIDER,), voice_modems=(MODEM,)),
            {"office": False, "provider": True},
            False,
        ),
        (Options(trunks=(GATEWAY, PROVIDER)), {"gateway": True, "provider": False}, True),
        (Options(trunks=(GATEWAY, PROVIDER)), {"gateway": False, "provider": True}, False),
        (Options(trunks=(PROVIDER,)), {"provider": True}, False),
    ],
)
async def test_the_line_is_taken_only_when_what_hangs_on_it_is_ready(
    options: Options, up: dict[str, bool], taken: bool
) -> None:
    one, relay = guarding()
    one.follow(options)
    one.look(board(**up))
    assert relay.on is taken


async def test_a_call_keeps_the_line_also_when_its_modem_is_called_down() -> None:
    options = Options(voice_modems=(MODEM,))
    one, relay = guarding("office")
    one.follow(options)
    one.look(board(office=False))
    assert relay.on


async def test_a_sound_engine_that_does_not_answer_ends_the_heartbeat() -> None:
    now, engine = 100.0, Engine()
    one = Guarding(Path("/nowhere"), cast(Any, engine), lambda _: False, lambda: now)
    assert not one._well()
    task = asyncio.create_task(one._listen())
    await asyncio.sleep(0)
    assert one._well()
    engine.well = False
    now += MEDIA_WELL_S
    assert not one._well()
    task.cancel()


async def test_a_board_that_does_not_answer_does_not_hold_up_the_modem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hotline.box.guarding.CUT_WITHIN_S", 0.01)
    one = Guarding(Path("/nowhere"), cast(Any, Engine()), lambda _name: False)
    assert await one.cut_modem() is False


@pytest.mark.parametrize(("modems", "taken"), [(1, True), (2, False)])
def test_the_board_is_asked_only_where_it_is_certain_which_modem_it_feeds(
    modems: int, taken: bool
) -> None:
    one = Guarding(Path("/nowhere"), cast(Any, Engine()), lambda _name: False)
    rack = cast(Any, object.__new__(Rack))
    rack.cut = one.cut_modem
    rack._board = SimpleNamespace(lines=[object.__new__(GsmLine) for _ in range(modems)])
    assert (Rack._cut(rack) == one.cut_modem) is taken
