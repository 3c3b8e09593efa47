"""Who changes something on the page is told when the disk does not take it now."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from hotline.control import stored as waiting
from hotline.control.stored import stored
from hotline.errors import HotlineError


async def test_a_disk_that_is_slow_is_told_of_and_the_change_is_not_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_S", 0.01)
    change: Future[int] = Future()
    with pytest.raises(HotlineError, match="as soon as it can"):
        await stored(change)
    assert change.set_running_or_notify_cancel(), "the change was cancelled"
