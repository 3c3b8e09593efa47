"""What a call may use; put together once by `box`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hotline.clock import Clock
from hotline.inbox.case import CaseKind
from hotline.media.engine import Comfort, MediaEngine, Prompts
from hotline.routing.office import Office
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases
from hotline.storage.files import Recordings

if TYPE_CHECKING:
    from hotline.calls.call import Call
    from hotline.calls.board import Board


class Notice(Protocol):
    """Telling people outside the box; `box` attaches the outbox."""

    def case_filed(self, call: Call, number: int, kind: CaseKind) -> None:
        """A case was filed. Never waits."""

    def missed(self, call: Call) -> None:
        """A caller left with nothing. Never waits."""


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
    notice: Notice
    clock: Clock
    office: Callable[[], Office]
