"""For all tests: what judges the simulators' own sound runs one after another.

A test that hears gaps must not be disturbed by another that does; stories only ask what is heard.
pytest-xdist's own mark for this (xdist_group) does nothing under pytest 9, so the groups are told
to its scheduler here.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOMS_WITH_SOUND = {"hostile", "sim"}


def group(test: str) -> str:
    """What must stay on one worker: all rooms with sound together, else one file."""
    file = PurePosixPath(test.split("::")[0])
    return "sound" if ROOMS_WITH_SOUND.intersection(file.parts) else str(file)


class SoundApart(LoadScopeScheduling):
    """Gives each group to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SoundApart:
    return SoundApart(config, log)
