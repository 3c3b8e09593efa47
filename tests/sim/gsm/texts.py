"""Texts in the simulated network: the text centre, and what an EC25 does with them (PDU mode)."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import defaultdict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.sim.gsm import sms
from tests.sim.talk import NotAsExpected

if TYPE_CHECKING:
    from tests.sim.gsm.modem import GsmModem

SUBMIT, ESCAPE = b"\x1a", b"\x1b"
TOLD_AFTER_S = 0.05
REPORT_AFTER_S = 0.2
PATIENCE_S = 25.0  # a text that a modem could not take at once is sent again after 15


class TextCentre:
    """Carries texts between modems and telephones; what a modem has no room for waits here.

    parts: every part a modem sent. statuses: how the texts to a number end, TP-ST, 0 if not named.
    """

    def __init__(self) -> None:
        self.parts: list[sms.Sent] = []
        self.statuses: dict[str, int] = {}
        self._whole: list[tuple[str, str]] = []
        self._changed = asyncio.Event()
        self._begun: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
        self._waiting: dict[int, deque[str]] = defaultdict(deque)
        self._reference = itertools.count(1)

    async def arrives(self, number: str, words: str = "", within: float = PATIENCE_S) -> str:
        """The next whole text with these words that a telephone gets, or got and was not asked."""
        try:
            async with asyncio.timeout(within):
                while not (found := self.got(number, words)):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            expected = f"expected a text to {number} with “{words}” within {within:g} s"
            raise NotAsExpected(f"{expected}; there were {self._whole}") from None
        self._whole.remove((number, found[0]))
        return found[0]

    def got(self, number: str, words: str = "") -> list[str]:
        """Whole texts with these words that a telephone got and nobody asked for."""
        return [text for to, text in self._whole if to == number and words in text]

    def text(self, modem: GsmModem, sender: str, text: str, **how: Any) -> list[str]:
        """Somebody texts a modem; the PDUs. how: as `sms.delivers` takes it."""
        written = sms.delivers(sender, text, **how)
        self.pass_on(modem, *written)
        return written

    def pass_on(self, modem: GsmModem, *written: str) -> None:
        """Give PDUs to a modem, now or when it has room."""
        self._waiting[id(modem)].extend(written)
        self.room_at(modem)

    def room_at(self, modem: GsmModem) -> None:
        """The modem may have room again."""
        waiting = self._waiting[id(modem)]
        while waiting and modem.texts.takes(waiting[0]):
            waiting.popleft()

    def sent(self, modem: GsmModem, written: str) -> int:
        """A modem sends a part; what it is called in a report."""
        part = sms.submitted(written)
        self.parts.append(part)
        reference = next(self._reference) % 256
        if part.wants_report:
            report = sms.report(reference, part.number, self.statuses.get(part.number, 0))
            loop = asyncio.get_running_loop()
            loop.call_later(REPORT_AFTER_S, lambda: modem.texts.reported(report))
        self._join(part)
        return reference

    def _join(self, part: sms.Sent) -> None:
        if part.part is None:
            self._arrived(part.number, part.text)
            return
        reference, total, number = part.part
        begun = self._begun[part.number, reference]
        begun[number] = part.text
        if len(begun) == total:
            del self._begun[part.number, reference]
            self._arrived(part.number, "".join(begun[n] for n in sorted(begun)))

    def _arrived(self, number: str, text: str) -> None:
        self._whole.append((number, text))
        self._changed.set()


class ModemTexts:
    """The SIM card's store, and the commands for it. room: how many texts it holds.

    takes_s: how long the network takes for a text. refuses: the +CMS ERROR for each text, if any.
    prompts: a text is asked for at all.
    """

    def __init__(self, modem: GsmModem) -> None:
        self._modem = modem
        self.room = 20
        self.takes_s = 0.1
        self.refuses: int | None = None
        self.prompts = True
        self.store: dict[int, tuple[int, str]] = {}
        self.reset()

    def reset(self) -> None:
        """The modem was switched on."""
        self.prompting: int | None = None
        self._body = b""
        self._tells, self._reports = False, 0

    # -- from the network ------------------------------------------------------------------------

    def takes(self, written: str, word: str = "+CMTI") -> bool:
        """A text arrives; False where there is no room for it, or no modem. word: tells of it."""
        if len(self.store) >= self.room or not self._modem.reachable:
            return False
        index = next(n for n in itertools.count(1) if n not in self.store)
        self.store[index] = (0, written)
        if self._tells:
            self._modem.say_later(TOLD_AFTER_S, f'{word}: "SM",{index}')
        return True

    def reported(self, written: str) -> None:
        """What became of a text of ours."""
        if self._reports == 2:
            self.takes(written, "+CDSI")
        elif self._reports:
            self._modem.say_later(0, f"+CDS: {_length(written)}{self._end}{written}")

    # -- from the box ----------------------------------------------------------------------------

    def typed(self, data: bytes) -> bytes:
        """What is typed at the prompt; gives back what comes behind the text."""
        self._body += data
        found = re.search(rb"[\x1a\x1b]", self._body)
        if found is None:
            if data.endswith(b"\r"):
                self._modem.babble(b"\r\n> ")
            return b""
        written, rest = self._body[: found.start()], self._body[found.end() :]
        length, self.prompting, self._body = self.prompting, None, b""
        if found[0] == ESCAPE:
            self._modem.say_later(0, "OK")
        else:
            self._modem.later(self.takes_s, lambda: self._send(written, length or 0))
        return rest

    def _send(self, written: bytes, length: int) -> None:
        text = written.decode("ascii", "replace").strip()
        if re.fullmatch("(?:[0-9A-F]{2})+", text) is None or _length(text) != length:
            self._modem.say_later(0, "+CMS ERROR: 304")
        elif self.refuses is not None:
            self._modem.say_later(0, f"+CMS ERROR: {self.refuses}")
        elif not self._modem.reachable:
            self._modem.say_later(0, "+CMS ERROR: 331")
        else:
            reference = self._modem.network.texts.sent(self._modem, text)
            self._modem.say_later(0, f"+CMGS: {reference}", "OK")

    def begun(self, found: re.Match[str]) -> list[str]:
        self.prompting, self._body = int(found[1]), b""
        if self.prompts:
            self._modem.babble(b"\r\n> ")
        return []

    def told_how(self, found: re.Match[str]) -> None:
        self._tells, self._reports = found[1] != "0", int(found[2])

    def listed(self, found: re.Match[str]) -> list[str]:
        wanted = range(4) if found[1] == "4" else (int(found[1]),)
        there = {n: one for n, one in sorted(self.store.items()) if one[0] in wanted}
        rows = [
            f"+CMGL: {index},{state},,{_length(written)}{self._end}{written}"
            for index, (state, written) in there.items()
        ]
        self.store |= {n: (state or 1, written) for n, (state, written) in there.items()}
        return [*rows, "OK"]

    def read(self, found: re.Match[str]) -> list[str]:
        if int(found[1]) not in self.store:
            return ["+CMS ERROR: 321"]
        state, written = self.store[int(found[1])]
        self.store[int(found[1])] = (1, written)
        return [f"+CMGR: {state},,{_length(written)}{self._end}{written}", "OK"]

    def deleted(self, found: re.Match[str]) -> list[str]:
        if self.store.pop(int(found[1]), None) is None:
            return ["+CMS ERROR: 321"]
        self._modem.later(0.2, lambda: self._modem.network.texts.room_at(self._modem))
        return ["OK"]

    def held(self, _found: re.Match[str]) -> list[str]:
        shown = f"{len(self.store)},{self.room}"
        return [f"+CPMS: {shown},{shown},{shown}", "OK"]

    @property
    def _end(self) -> str:
        return self._modem.line_end


def _length(written: str) -> int:
    """Octets without the service centre, as CMGS and CMGL count."""
    return len(written) // 2 - 1 - int(written[:2], 16)


Command = tuple[str, Callable[["GsmModem", re.Match[str]], list[str] | None]]

COMMANDS: list[Command] = [
    (r"\+CMGF=0", lambda _modem, _found: ["OK"]),
    (r"\+CMGS=(\d+)", lambda modem, found: modem.texts.begun(found)),
    (r"\+CNMI=2,([0-2]),0,([0-2])(?:,[01])?", lambda modem, found: modem.texts.told_how(found)),
    (r"\+CMGL=([0-4])", lambda modem, found: modem.texts.listed(found)),
    (r"\+CMGR=(\d+)", lambda modem, found: modem.texts.read(found)),
    (r"\+CMGD=(\d+)(?:,0)?", lambda modem, found: modem.texts.deleted(found)),
    (r"\+CPMS=\?", lambda _modem, _found: ['+CPMS: ("SM"),("SM"),("SM")', "OK"]),
    (r'\+CPMS="SM"(?:,"SM"){0,2}', lambda modem, found: modem.texts.held(found)),
]
