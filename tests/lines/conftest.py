"""Where no real peer is involved, nobody waits: the loop is at once as late as the next timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.sim import lateness
from tests.sim.virtual import VirtualLoop

HERE = Path(__file__).parent
IN_NO_TIME = {
    "test_diverts.py",
    "test_families.py",
    "test_fxo.py",
    "test_gsm.py",
    "test_network.py",
    "test_recall.py",
    "test_texts.py",
    "test_two_calls.py",
}


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that this test runs on."""
    if item.path.name in IN_NO_TIME:
        return {"virtual": VirtualLoop}
    return {"real": asyncio.new_event_loop}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The bytes are real still: a machine that had no time for them tells nothing of the box."""
    again = pytest.mark.flaky(reruns=2, condition=lateness.stalled)
    for item in items:
        if item.path.parent == HERE and item.path.name in IN_NO_TIME:
            item.add_marker(again)
