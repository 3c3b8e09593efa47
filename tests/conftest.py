"""For all tests: what is tried again, and that what judges sound runs one after another.

A test that hears gaps must not be disturbed by another that does; stories only ask what is heard.
pytest-xdist's own mark for this (xdist_group) does nothing under pytest 9, so the groups are told
to its scheduler here.

A real-time test that fails while the machine had no time for its simulators or for the box tells
nothing of the box: it is tried again, and shown as R. A failure without such a stall stands.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import PurePosixPath

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.sim import lateness

# How long a random example takes says how busy the machine is; times belong to the bench.
settings.register_profile("box", deadline=None, print_blob=True)
settings.load_profile("box")

LONGEST_FIRST = ("trouble", "stories", "sim", "hostile", "test_contract.py", "media")
ROOMS_WITH_SOUND = {"hostile", "sim"}
REAL_TIME = {"stories", "hostile", "sim", "test_contract.py", "test_mixer.py"}
MORE_TRIES = 2
BUSIEST = {
    "test_killed.py",
    "test_modem.py",
    "test_modem_lost.py",
}  # many calls at once, with all their sound


def group(test: str) -> str:
    """What must stay on one worker: all rooms with sound, the busiest stories, else one file."""
    file = PurePosixPath(test.split("::")[0])
    if "stories" in file.parts and file.name in BUSIEST:
        return "busiest"
    return "sound" if ROOMS_WITH_SOUND.intersection(file.parts) else str(file)


class SoundApart(LoadScopeScheduling):
    """Gives each group to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rooms that take longest begin first, so that no worker is left alone with one of them."""
    items.sort(key=lambda item: _turn(_rooms(item)))
    again = pytest.mark.flaky(reruns=MORE_TRIES, condition=lateness.stalled)
    for item in items:
        if REAL_TIME.intersection(_rooms(item)):
            item.add_marker(again)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each try is judged by its own stalls."""
    lateness.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure tells whom the machine held up, and how long."""
    report = yield
    if report.failed:
        report.sections.append(("The machine", lateness.in_words()))
    return report


def _rooms(item: pytest.Item) -> tuple[str, ...]:
    return PurePosixPath(item.nodeid.split("::")[0]).parts


def _turn(parts: tuple[str, ...]) -> int:
    return next((n for n, room in enumerate(LONGEST_FIRST) if room in parts), len(LONGEST_FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SoundApart:
    return SoundApart(config, log)
