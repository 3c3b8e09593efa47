"""What is done at a modem ends in a word to whoever waits for it."""

from __future__ import annotations

import logging

import pytest

from hotline.errors import LineDown
from hotline.lines.openmodem import OpenModem
from hotline.said import Said


async def fails(trouble: Exception) -> None:
    raise trouble


async def test_a_caller_is_not_left_in_silence_by_a_mistake_of_the_box(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[Said | LineDown] = []
    modem = OpenModem("mobile", told.append)
    with caplog.at_level(logging.ERROR):
        await modem.run(fails(MemoryError("no memory")))
    assert told == ["The modem mobile was lost."]
    assert "no memory" in caplog.text


async def test_a_modem_that_is_lost_is_not_lost_twice() -> None:
    told: list[Said | LineDown] = []
    await OpenModem("mobile", told.append).run(fails(LineDown("The modem is gone.")))
    assert told == []
