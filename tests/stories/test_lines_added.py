"""A line that is added while the box runs answers at once, is kept, and is mended without a restart."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.control.client import Refused
from hotline.control.messages.lines import LineAdd, LineChange
from hotline.media.catalogue import Prompt
from hotline.media.speech import Voice
from tests.sim.box import BoxUnderTest, running
from tests.sim.sip import Provider
from tests.stories.lines import line
from tests.stories.stage import PASSWORD, PLENTY, USER, Stage, heard, office, voices

pytestmark = pytest.mark.sip_only


@dataclass
class Fresh:
    """A box without any line, and a provider that nobody told it of."""

    box: BoxUnderTest
    provider: Provider
    voice: Voice

    def adds(self, password: str = PASSWORD, **more: str) -> str:
        """The owner names the provider on the page; the name of the line."""
        host, port = self.provider.address
        settings = {"kind": "provider", "host": host, "port": port, "user": USER}
        ask = LineAdd(
            section="trunk", settings=settings | {"password": password} | more, by="maria"
        )
        return self.box.control.line_add(ask)

    async def up(self, name: str) -> Stage:
        """The line is up; the stage on which its callers come."""
        await self.box.until(
            lambda status: any(one.name == name and one.up for one in status.lines), f"{name} up"
        )
        target = await self.provider.registered(USER)
        return Stage(self.box, self.provider, target, self.voice)


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(tmp_path: Path, spoken: Path) -> AsyncIterator[Fresh]:
    async with await Provider.start(users={USER: PASSWORD}) as provider:
        box = BoxUnderTest(tmp_path, office(), "", PLENTY)
        voice = voices(box.data, spoken)
        async with running(box):
            yield Fresh(box, provider, voice)


async def greeted(stage: Stage) -> None:
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    await stage.clear()


async def test_a_caller_is_answered_on_a_line_that_was_just_added(fresh: Fresh) -> None:
    assert fresh.box.status().lines == ()
    await greeted(await fresh.up(fresh.adds()))
