"""Texts over one modem: taken out of its store once they are safe elsewhere, sent part by part."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable

from hotline.at import pdu
from hotline.at.answers import TextCame, TextListed, TextSent, TextStored
from hotline.at.chat import Answer
from hotline.at.commands import LIST_TEXTS, delete_text, send_text
from hotline.errors import HotlineError, LineDown, TextRefused
from hotline.lines.atport import AtPort
from hotline.numbering import mask
from hotline.said import say, together

log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0  # a full store reports nothing any more
MOST_KEPT = 256
UNTOLD = -1  # what no report calls anything

# 3GPP 27.005 §3.2.5, and 24.011 annex E below 128.
_REFUSALS = {
    1: say("the number is not in use."),
    8: say("the operator bars texts from this SIM card."),
    10: say("the operator bars texts from this SIM card."),
    21: say("the network rejects the text."),
    27: say("the telephone cannot be reached for long."),
    28: say("the network does not know the number."),
    30: say("the network does not know this SIM card."),
    50: say("this SIM card may not send texts."),
    69: say("the network carries no texts."),
    302: say("the modem may not send texts."),
    304: say("the modem cannot read the text."),
}
_TROUBLES = {
    38: say("the mobile network is out of order."),
    41: say("the mobile network failed for a moment."),
    42: say("the mobile network has too much to do."),
    310: say("there is no SIM card."),
    311: say("the SIM card asks for its PIN."),
    313: say("the SIM card fails."),
    314: say("the SIM card is busy."),
    322: say("the store for texts is full."),
    330: say("the SIM card does not know its text centre."),
    331: say("there is no mobile network."),
    332: say("the mobile network does not answer."),
}
_NO_REASON = say("the modem gives no reason.")


class Texts:
    """What one line does with texts.

    session: the port while the modem is set up, else None. quiet: waits until a text may be sent.
    on_text: given the line's name and the PDU of each text and report that came; what it raises,
    or does not end, leaves the text in the modem's store. None until it is attached.
    """

    def __init__(
        self,
        name: str,
        session: Callable[[], AtPort | None],
        quiet: Callable[[], Awaitable[None]],
    ) -> None:
        self._name, self._session, self._quiet = name, session, quiet
        self.on_text: Callable[[str, str], Awaitable[None]] | None = None
        self._wanted = asyncio.Event()
        self._came: deque[str] = deque(maxlen=MOST_KEPT)
        self._sending = asyncio.Lock()
        self._references = itertools.count(secrets.randbelow(256))

    def hear(self, event: TextStored | TextCame) -> None:
        """The modem says that a text is there, or says the text itself."""
        if isinstance(event, TextCame):
            self._came.append(event.pdu)
        self.look()

    def look(self) -> None:
        """Look into the modem's store soon."""
        self._wanted.set()

    async def keep(self) -> None:
        """Empty the store whenever there is something in it. For ever."""
        while True:
            self._wanted.clear()
            try:
                await self._empty()
            except LineDown:
                pass  # the line's own keeper sees to that, and lets us look again
            except Exception:  # the seam of a line: its calls and later texts go on
                log.exception("line %s: a fault of the box with texts", self._name)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wanted.wait()

    async def send(self, number: str, text: str, taken: Callable[[int], None]) -> None:
        """See TextLine. Parts that were taken before one is not are not taken back."""
        try:
            parts = pdu.encode(number, text, next(self._references))
        except ValueError as wrong:
            raise TextRefused(
                say("%(number)s cannot be sent this text.", number=mask(number))
            ) from wrong
        async with self._sending:
            for part in parts:
                taken(await self._send(part))

    async def _send(self, part: pdu.Submit) -> int:
        await self._quiet()
        answer = await self._port().ask(send_text(part.pdu, part.length))
        if not answer.ok:
            raise _trouble(self._name, answer)
        sent = [event.reference for event in answer.events if isinstance(event, TextSent)]
        return sent[0] if sent else UNTOLD

    async def _empty(self) -> None:
        """Everything is asked of one session: after another, a place may hold another text."""
        for _ in range(len(self._came)):
            written = self._came.popleft()
            if not await self._kept(written):
                self._came.append(written)
        port = self._session()
        if port is None:
            return
        for text in (await port.ask(LIST_TEXTS)).events:
            if isinstance(text, TextListed) and text.received and await self._kept(text.pdu):
                await port.ask(delete_text(text.index))

    async def _kept(self, written: str) -> bool:
        """Is it safe elsewhere? One that makes trouble stops none of those behind it."""
        if self.on_text is None:
            return False
        try:
            await self.on_text(self._name, written)
        except HotlineError as trouble:
            log.warning("line %s: a text stays in the modem: %s", self._name, trouble)
        except Exception:  # the seam of a line, as above
            log.exception("line %s: a text stays in the modem", self._name)
        else:
            return True
        return False

    def _port(self) -> AtPort:
        port = self._session()
        if port is None:
            raise LineDown(say("The modem %(line)s is not ready.", line=self._name))
        return port


def _trouble(name: str, answer: Answer) -> HotlineError:
    code = answer.done.code
    if answer.late:
        return LineDown(
            say("The modem %(line)s did not say whether the network took the text.", line=name)
        )
    if code in _REFUSALS:
        return TextRefused(
            together(say("The text was refused:"), _REFUSALS[code]), say("Look at the number.")
        )
    unknown = say("the modem reports error %(code)s.", code=code)
    why = _NO_REASON if code is None else _TROUBLES.get(code, unknown)
    return LineDown(together(say("The text could not be sent:"), why))
