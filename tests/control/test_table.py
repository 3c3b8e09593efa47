"""Every message of the socket is answered by exactly one desk."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from hotline.control.boxdesk import BoxDesk
from hotline.control.desk import FrontDesk
from hotline.control.messages import KINDS
from hotline.control.messages.network import Network
from hotline.control.messages.office import OfficeGet
from hotline.control.messages.wire import Done, Message
from hotline.control.server import ControlServer
from hotline.control.table import Row, joined, row, telling
from hotline.errors import HotlineError
from tests.control.desk import FakeDesk, box_desk


def empty(desk: type[Any]) -> Any:
    """A desk with nothing behind it: only which rows it has can be seen."""
    needed = (one for one in fields(desk) if one.init)
    given = (one.name for one in needed if one.default is one.default_factory is MISSING)
    return desk(**dict.fromkeys(given))


async def done(ask: Message) -> Done:
    return Done()


def test_the_daemon_answers_every_message_of_the_socket_once(tmp_path: Path) -> None:
    desks = {
        name: box_desk(tmp_path) if kind is BoxDesk else empty(kind)
        for name, kind in get_type_hints(FrontDesk).items()
        if is_dataclass(kind) and kind.__module__.startswith("hotline.control.")
    }
    others = {one.name: None for one in fields(FrontDesk)}
    front = FrontDesk(**{**others, **desks})  # type: ignore[arg-type]
    assert joined(front.rows(), KINDS).keys() == KINDS


def test_a_server_with_a_message_that_nobody_answers_never_begins(tmp_path: Path) -> None:
    class Forgetful(FakeDesk):
        def rows(self) -> list[Row]:  # type: ignore[override]
            return [one for one in super().rows() if one[0] is not OfficeGet]

    with pytest.raises(TypeError, match="OfficeGet"):
        ControlServer(tmp_path / "control", Forgetful())


def test_a_message_that_two_desks_answer_is_a_mistake_at_the_start() -> None:
    with pytest.raises(TypeError, match="Network is answered by two"):
        joined([row(Network, done), row(Network, done)], [Network])


def test_a_row_for_what_is_no_message_of_the_socket_is_a_mistake_at_the_start() -> None:
    with pytest.raises(TypeError, match="Done"):
        joined([row(Done, done)], [])


async def test_nothing_is_told_of_what_was_refused() -> None:
    told: list[Message] = []

    async def refused(ask: Network) -> Done:
        raise HotlineError("No.")

    with pytest.raises(HotlineError):
        await telling(lambda ask, answer: told.append(ask), refused)(Network())
    assert told == []
