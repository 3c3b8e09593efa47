"""An outbox over records in memory, with a clock moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sim.smtp import MailServer
from tests.storage.conftest import AtOnce, FakeTime


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def at_once() -> AtOnce:
    return AtOnce()


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()
