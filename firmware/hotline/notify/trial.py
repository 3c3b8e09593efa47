"""A text of which is waited for what became: does this line carry texts, and reports of them?"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from hotline.clock import Clock
from hotline.lines.port import TextLine
from hotline.notify.sms import TextRules
from hotline.storage import texts as storage
from hotline.storage.database import DatabaseFile
from hotline.storage.texts import Texts, TextState

REPORT_S = 60.0
LOOK_S = 0.5


@dataclass(frozen=True)
class TextTrial:
    """Sends one text over a given line. The caps of texts hold here, too."""

    rules: TextRules
    records: Texts
    file: DatabaseFile
    clock: Clock

    async def send(self, line: TextLine, number: str, text: str) -> TextState:
        """SENT when no report came within REPORT_S, else what it says.

        number: E.164, one that may be dialled. Raises WayDown when the day's texts are used up,
        LineDown or TextRefused when the text is not taken.
        """
        self.rules.cap.check(self.clock.now())
        letter = f"self-test-{secrets.token_hex(8)}"
        parts: list[int] = []
        try:
            await line.send_text(number, text, parts.append)
        finally:
            self.rules.cap.spent(len(parts), self.clock.now())
        now = self.clock.now()
        await asyncio.wrap_future(self.records.sent(line.name, number, text, parts, now, letter))
        return await self._report(letter)

    async def _report(self, letter: str) -> TextState:
        for _ in range(round(REPORT_S / LOOK_S)):
            state = await asyncio.to_thread(self._state, letter)
            if state not in (None, TextState.SENT):
                return state or TextState.SENT
            await asyncio.sleep(LOOK_S)
        return TextState.SENT

    def _state(self, letter: str) -> TextState | None:
        with self.file.reading() as database:
            return storage.state_of(database, letter)
