"""What a call may use; put together once by `box`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.clock import Clock
from hotline.media.engine import Comfort, MediaEngine, Prompts
from hotline.routing.office import Office
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases
from hotline.storage.files import Recordings

if TYPE_CHECKING:
    from hotline.calls.board import Board
    from hotline.calls.notices import Notices


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
