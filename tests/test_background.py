"""What is not urgent is not heard, and is done all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASKED = """
import os
from hotline.background import give_way
os.setpriority(os.PRIO_PROCESS, 0, {before})
give_way()
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


@pytest.mark.parametrize(("before", "after"), [(10, 10), (15, 15), (19, 19)])
def test_who_gives_way_already_is_not_starved_by_giving_way_once_more(
    before: int, after: int
) -> None:
    told = subprocess.check_output([sys.executable, "-c", ASKED.format(before=before)], text=True)
    assert int(told) == after


def test_a_conversion_stands_behind_the_sound_of_a_call() -> None:
    told = subprocess.check_output(
        [sys.executable, "-c", ASKED.format(before="os.getpriority(os.PRIO_PROCESS, 0)")], text=True
    )
    assert int(told) >= 10
