"""The demo plays its day on the office line, and tells of each promise whether it was kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim import demo
from tests.sim.demo import HURRY, Shop
from tests.sim.demo_office_line import order_is_promised_a_call


async def test_on_the_office_line_who_orders_is_promised_a_call_and_ana_gets_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "OFFICE_LINE_SCENES", (order_is_promised_a_call,))
    assert await demo.demo(True, False, HURRY, tmp_path, "fxo")


async def test_a_promise_that_is_not_kept_is_told_and_the_day_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[str] = []

    async def nobody_is_answered(shop: Shop) -> None:
        await shop.verdicts.expect("Ana", "a text", shop.line.mobiles.texts.arrives("+1", "", 0.1))  # type: ignore[union-attr]

    async def still_played(shop: Shop) -> None:
        played.append("noon")

    monkeypatch.setattr(demo, "OFFICE_LINE_SCENES", (nobody_is_answered, still_played))
    assert not await demo.demo(True, False, HURRY, tmp_path, "fxo")
    assert played == ["noon"]
