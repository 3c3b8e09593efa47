"""Pages at which calls are taken, played: what each person does there is told before."""

from __future__ import annotations

import asyncio

from hotline.errors import LineDown
from hotline.lines.port import Caller, Cause
from tests.calls.hotline import Telephone


class Pages:
    """does: by person "takes", "refuses", "rings" on, or "is lost" while it rings."""

    def __init__(self, **does: str) -> None:
        self.does = does
        self.rung: list[Telephone] = []
        self.told: list[tuple[str, str, str]] = []
        self.dialled = asyncio.Event()

    def there(self) -> frozenset[str]:
        return frozenset(self.does)

    def ring(self, person: str, caller: str, about: str) -> Telephone:
        if person not in self.does:
            raise LineDown("Nobody is at a computer.")
        self.told.append((person, caller, about))
        page = Telephone(Caller(), {})
        match self.does[person]:
            case "takes":
                page.picks_up()
            case "refuses":
                page.hang_up(Cause.REJECTED)
            case "is lost":
                page.hang_up(Cause.LINE_FAILED)
                del self.does[person]
        self.rung.append(page)
        self.dialled.set()
        return page
