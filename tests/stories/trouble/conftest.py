"""A box of its own for stories after which no other story should have to trust it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.stories.stage import Stage, staged
from tests.stories.trouble.blows import at_rest


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_mortal_stage(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("box"), spoken) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def mortal_stage(shared_mortal_stage: Stage) -> AsyncIterator[Stage]:
    """A box that may be killed; it runs again when the next story begins."""
    await at_rest(shared_mortal_stage)
    yield shared_mortal_stage
    await at_rest(shared_mortal_stage)
