"""Whatever a modem says and whoever writes to it, the AT language keeps its promises."""

from __future__ import annotations

import random

from tests.fuzz.__main__ import run

SECONDS = 8


def test_no_bytes_at_all_break_a_promise() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    assert run(SECONDS, seed) > 100
