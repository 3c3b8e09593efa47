"""What a call may use; put together once by `box`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotline.calls.keyednumbers import KeyedNumbers
from hotline.clock import Clock
from hotline.media.engine import Comfort, MediaEngine, Prompts
from hotline.routing.announcement import Announcement
from hotline.routing.office import Office
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases
from hotline.storage.files import Recordings

if TYPE_CHECKING:
    from hotline.calls.board import Board
    from hotline.calls.call import Call
    from hotline.calls.notices import Notices


async def _nobody(_call: Call) -> bool:
    return False


def _nothing() -> None:
    return None


@dataclass
class Doors:
    """What callers can enter that is built over the exchange; attached by `box`.

    staff: the staff's menu. False for who is not let in, and the call goes on as any other.
    """

    staff: Callable[[Call], Awaitable[bool]] = _nobody


@dataclass(frozen=True)
class Exchange:
    """The equipment of the hotline, from a call's point of view."""

    board: Board
    engine: MediaEngine
    prompts: Prompts
    comfort: Comfort
    journal: Journal
    cases: Cases
    recordings: Recordings
    notices: Notices
    clock: Clock
    office: Callable[[], Office]
    doors: Doors = field(default_factory=Doors)
    announcement: Callable[[], Announcement | None] = _nothing
    keyed: KeyedNumbers = field(default_factory=KeyedNumbers)
