"""Texts: the subject of a letter over a line with a SIM card. The caps are kept here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hotline.clock import Clock
from hotline.errors import LineDown, NumberRefused, TextRefused
from hotline.lines.port import TextLine
from hotline.notify.outbox import LetterRefused, Way, WayDown
from hotline.numbering import dialable
from hotline.said import say
from hotline.storage.outbox import Letter

DAY = timedelta(days=1)


class SentTexts(Protocol):
    """Where sent texts are written down."""

    def sent(
        self, line: str, number: str, text: str, parts: Sequence[int], at: datetime, letter: str
    ) -> Future[None]: ...


@dataclass
class TextCap:
    """What texts may cost in any 24 hours, whoever asks: operators charge for each part.

    sent: when each part was sent, the oldest first.
    """

    per_day: int
    sent: deque[datetime] = field(default_factory=deque)

    def left(self, now: datetime) -> int:
        """How many parts may still be sent."""
        while self.sent and not timedelta() <= now - self.sent[0] < DAY:
            self.sent.popleft()
        return max(0, self.per_day - len(self.sent))

    def check(self, now: datetime) -> None:
        """Raises WayDown when the day's texts are used up."""
        if not self.left(now):
            raise WayDown(
                say("Today's %(number)s texts are used up.", number=self.per_day),
                say("If these are your own, raise the limit: Settings, What calls may cost."),
            )

    def spent(self, parts: int, now: datetime) -> None:
        """So many parts were sent."""
        self.sent.extend([now] * parts)


@dataclass(frozen=True)
class TextRules:
    """What may be texted. countries: whose numbers, the box's own first."""

    country: str
    countries: Collection[str]
    cap: TextCap


def sms_way(
    lines: Callable[[], Sequence[TextLine]], rules: TextRules, records: SentTexts, clock: Clock
) -> Way:
    """The way "sms". A letter's recipient is a number; its subject is the whole text.

    lines: asked at each letter; the first that is up carries it.
    """

    async def send(letter: Letter) -> None:
        try:
            number = dialable(letter.recipient, rules.country, rules.countries)
        except NumberRefused as refused:
            raise LetterRefused(refused.cause, refused.action) from None
        rules.cap.check(clock.now())
        line = _first_up(lines())
        parts: list[int] = []
        try:
            await line.send_text(number, letter.subject, parts.append)
        except LineDown as down:
            raise WayDown(down.cause, down.action) from down
        except TextRefused as refused:
            raise LetterRefused(refused.cause, refused.action) from refused
        finally:
            rules.cap.spent(len(parts), clock.now())
        # Not waited for: a disk that takes nothing must not have the text sent once more.
        records.sent(line.name, number, letter.subject, parts, clock.now(), letter.id)

    return send


def _first_up(lines: Sequence[TextLine]) -> TextLine:
    for line in lines:
        if line.state().up:
            return line
    if not lines:
        raise WayDown(say("No line of the box can send texts."), say("A GSM modem can."))
    raise WayDown(say("No line can send a text now."), lines[0].state().words)
