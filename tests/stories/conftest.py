"""The stage the stories share: one box for each test process, cleared after every story."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from tests.stories import modems
from tests.stories.daytime import Day, box_of_a_day
from tests.stories.modems import Mobiles
from tests.stories.office_lines import QUICK, OfficeLine, box_on_the_office_line, clear
from tests.stories.stage import Stage
from tests.stories.ways import OVER, SIP, OwnBox, staged_over

HERE = Path(__file__).parent
OF_ANY_WAY = {
    *("shared_stage", "shared_tight_stage", "shared_day", "shared_with_a_card"),
    "own_box",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All stories of a process live on one loop, as the box they share does.

    Over another way than SIP only those are told that are not about one kind of line.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    if config.getoption(OVER) != SIP:
        told = [item for item in items if _of_any_line(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in told])
        items[:] = told


def _of_any_line(item: pytest.Item) -> bool:
    boxes = OF_ANY_WAY.intersection(getattr(item, "fixturenames", ()))
    return bool(boxes) and item.get_closest_marker("sip_only") is None


@pytest.fixture(scope="session")
def spoken(pytestconfig: pytest.Config) -> Path:
    """Synthesised words, kept between runs: they are found by the hash of their text."""
    return pytestconfig.cache.mkdir("spoken")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Stage]:
    way = request.config.getoption(OVER)
    async with staged_over(way, tmp_path_factory.mktemp("box"), spoken) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(shared_stage: Stage) -> AsyncIterator[Stage]:
    """The shared box, idle."""
    yield shared_stage
    await shared_stage.clear()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_tight_stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Stage]:
    way = request.config.getoption(OVER)
    async with staged_over(way, tmp_path_factory.mktemp("box"), spoken, tight=True) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def tight_stage(shared_tight_stage: Stage) -> AsyncIterator[Stage]:
    """A box whose line carries one caller and one of the staff, no more."""
    yield shared_tight_stage
    await shared_tight_stage.clear()


@pytest.fixture
def own_box(pytestconfig: pytest.Config, tmp_path: Path, spoken: Path) -> OwnBox:
    """Stages a box for one story alone, such as one with settings of its own: see `staged_over`."""
    return partial(staged_over, pytestconfig.getoption(OVER), tmp_path / "box", spoken)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_day(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Day]:
    way = request.config.getoption(OVER)
    async with box_of_a_day(way, tmp_path_factory.mktemp("box"), spoken) as day:
        yield day


@pytest_asyncio.fixture(loop_scope="session")
async def day(shared_day: Day) -> AsyncIterator[Day]:
    """A box whose clock the story sets."""
    yield shared_day
    await shared_day.stage.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def mobiles(shared: Mobiles) -> AsyncIterator[Mobiles]:
    """The box with a modem that the stories of one file share, idle."""
    yield shared
    await modems.clear(shared)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_office_line(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[OfficeLine]:
    folder = tmp_path_factory.mktemp("box")
    async with box_on_the_office_line(folder, spoken, faults=QUICK) as line:
        yield line


@pytest_asyncio.fixture(loop_scope="session")
async def line(shared_office_line: OfficeLine) -> AsyncIterator[OfficeLine]:
    """The office's own telephone line, free."""
    yield shared_office_line
    await clear(shared_office_line)
