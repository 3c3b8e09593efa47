"""Nobody waits here, and nothing is late: the loop is at once as late as the next timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.sim.virtual import VirtualLoop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop of every test in this folder."""
    return {"virtual": VirtualLoop}
