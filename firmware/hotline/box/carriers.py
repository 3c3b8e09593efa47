"""How letters leave the box: the mailbox and the messengers as they are at each letter."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hotline.notify.apprise_way import AppriseSettings, apprise_way
from hotline.notify.outbox import Way
from hotline.notify.reach import Reach
from hotline.options.notices import AllNotices, Mailbox
from hotline.storage.outbox import Letter


class Carriers:
    """now: what letters go by; whoever replaces it changes the way of the next one."""

    def __init__(self, now: AllNotices, recordings: Path) -> None:
        self.now, self._recordings = now, recordings
        self._email: Way | None = None

    def ways(self) -> dict[str, Way]:
        """By the names that letters have for them."""
        return {"email": self._write, "apprise": apprise_way(self._messengers, self._recordings)}

    def names(self) -> tuple[str, ...]:
        """Of the messengers; each gets every letter."""
        return tuple(one.name for one in self.now.messengers)

    def _messengers(self) -> AppriseSettings | None:
        found = self.now.messengers
        if not found:
            return None
        return AppriseSettings(
            {one.name: one.target.reveal() for one in found},
            {one.name: Reach.HOUSE if one.house else Reach.OUTSIDE for one in found},
        )

    async def _write(self, letter: Letter) -> None:
        if self._email is None:
            self._email = await asyncio.to_thread(self._loaded)
        await self._email(letter)

    def _loaded(self) -> Way:
        """What writes and sends letters is loaded with the first one: 1.3 MB."""
        from hotline.notify.email import Security, SmtpSettings, email_way

        def settings() -> SmtpSettings | None:
            box: Mailbox | None = self.now.mailbox
            if box is None:
                return None
            mail, reach = box.mail, Reach.ANYWHERE if box.house else Reach.OUTSIDE
            return SmtpSettings(
                mail.host,
                mail.port,
                Security(mail.security),
                mail.user,
                mail.password.reveal(),
                mail.sender,
                reach,
            )

        return email_way(settings, self._recordings)
