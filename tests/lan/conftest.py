"""Trials end at once: their loop jumps to the next timer. NetworkManager keeps its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.sim.virtual import VirtualLoop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop of every test in this folder."""
    real = item.path.name in {"test_manager.py", "test_air.py"}
    return {"real": asyncio.new_event_loop} if real else {"virtual": VirtualLoop}
