"""The telephone lines of the running box: built, connected, and taken out again one by one.

A line that is added while the box runs is made by the same hands as those of its start.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from hotline.box.records import Records
from hotline.calls.board import Board
from hotline.calls.switchboard import Switchboard
from hotline.calls.tonelesson import tone_of
from hotline.clock import Clock
from hotline.lines.finder import Finder
from hotline.lines.fxo import OfficeLine
from hotline.lines.gsm import GsmLine
from hotline.lines.gsmcalls import Sound as LineSound
from hotline.lines.keeper import Mending
from hotline.lines.place import Cut, Place
from hotline.lines.port import Line, LineState
from hotline.lines.quirks import quirks_of
from hotline.lines.sip import Guard, SipLine
from hotline.lines.usb import this_machine
from hotline.media.halfduplex import TurnSound
from hotline.media.modem import ModemSound
from hotline.media.pjsip.stack import Pjsip
from hotline.media.rate import Known, Measured
from hotline.options import Modem, Options, Trunk
from hotline.options.added import Settings, every_line

OnText = Callable[[str, str], Awaitable[None]]

ITSELF = "127.0.0.1"


class Rack:
    """Lives on the loop. texting of `records` is kept as it is.

    follow: told what the box has, after each line that comes or goes; attached by `box`. mending:
    told of each step by which a lost modem is brought back. cut: takes the power of the one modem
    away, where something beside the box can; attached by `box`.
    """

    def __init__(self, country: str, pjsip: Pjsip, records: Records, clock: Clock) -> None:
        self._country, self._pjsip, self._records, self._clock = country, pjsip, records, clock
        self._guard, self.finder = Guard(pjsip), Finder(this_machine())
        self._board: Board
        self._switchboard: Switchboard
        self._changed: Callable[[str, LineState], None]
        self._on_text: OnText
        self._sounds: dict[str, ModemSound | TurnSound] = {}
        self.follow: list[Callable[[Options], None]] = []
        self.mending: Callable[[str, Mending], None] = lambda _line, _step: None
        self.cut: Cut | None = None

    def tell_of_peers(self, hear: Callable[[frozenset[str]], None]) -> None:
        """hear: told of every change of the addresses from which calls may come."""
        self._guard.follow = hear

    def let_itself_in(self) -> None:
        """Answer this machine's own questions, too: no line does, and strangers hear nothing."""
        self._guard.let_in("the box itself", ITSELF, ITSELF, (ITSELF,))

    def built(self, options: Options) -> list[Line]:
        """All lines, in the order in which the box dials over them."""
        return [self._built(one) for one in every_line(options)]

    def connect(
        self,
        board: Board,
        switchboard: Switchboard,
        changed: Callable[[str, LineState], None],
        on_text: OnText,
    ) -> None:
        """changed: told of each line that comes up or goes down. on_text: of each text."""
        self._board, self._switchboard = board, switchboard
        self._changed, self._on_text = changed, on_text

    async def start(self, options: Options) -> None:
        """Each line on its own: one that cannot start does not keep the others from answering."""
        for line in self._board.lines:
            await self._start(line)
        self._tell(options)

    async def close(self) -> None:
        """Let every line go, the last one first."""
        for line in reversed(self._board.lines):
            await line.stop()

    def busy(self, name: str) -> bool:
        """Does the line carry a call, in or out?"""
        calls = self._switchboard.live.values()
        return self._board.dials_over(name) or any(call.leg.line == name for call in calls)

    async def put_in(self, one: Settings, options: Options) -> None:
        """A new line, at work when it returns. options: of the box with it."""
        line = self._built(one)
        order = [each.name for each in every_line(options)]
        lines = (*self._board.lines, line)
        self._board.lines = tuple(sorted(lines, key=lambda each: order.index(each.name)))
        self._tell(options)
        await self._start(line)
        self._board.tell_changed()

    async def take_out(self, name: str, options: Options) -> None:
        """A line that carries no call is gone when it returns. options: of the box without it."""
        (line,) = (each for each in self._board.lines if each.name == name)
        self._board.lines = tuple(each for each in self._board.lines if each is not line)
        if isinstance(line, GsmLine):
            self._records.texting.remove(line)
        self._tell(options)
        line.on_state = lambda _state: None
        await (line.leave() if isinstance(line, SipLine) else line.stop())
        sound = self._sounds.pop(name, None)
        if sound is not None:
            sound.leave()

    # -- inside --------------------------------------------------------------------------------

    async def _start(self, line: Line) -> None:
        line.on_state = partial(self._changed, line.name)
        if isinstance(line, GsmLine):
            line.texts.on_text = self._on_text
        if isinstance(line, GsmLine | OfficeLine):
            line.on_mending(lambda step: self.mending(line.name, step))
        await line.start(self._switchboard.ring)

    def _tell(self, options: Options) -> None:
        for hear in self.follow:
            hear(options)

    def _built(self, one: Settings) -> Line:
        if isinstance(one, Trunk):
            return SipLine(one, self._country, self._pjsip, self._guard)
        if isinstance(one, Modem):
            return self._mobile(one)
        sound = TurnSound(self._pjsip, partial(tone_of, self._records.tones, one.name))
        self._sounds[one.name] = sound
        return OfficeLine(one, self._country, sound)

    def _cut(self) -> Cut | None:
        """Of several modems nobody knows which one the guardian board feeds."""
        modems = [line for line in self._board.lines if isinstance(line, GsmLine)]
        return self.cut if len(modems) == 1 else None

    def _mobile(self, modem: Modem) -> GsmLine:
        place = Place(modem, self.finder, quirks_of(modem).restart, self._cut)
        sound = _sound_of(modem, place, self._pjsip)
        if isinstance(sound, ModemSound):
            self._sounds[modem.name] = sound
        line = GsmLine(modem, self._country, sound, place)
        line.diverts.memory = self._records.diverts
        line.on_time = self._clock.offer
        self._records.texting.append(line)
        return line


def _sound_of(modem: Modem, place: Place, pjsip: Pjsip) -> LineSound | None:
    """Where the sound of this modem comes from."""
    quirks = quirks_of(modem)
    if modem.card:
        # Loading it looks at every sound card: not for a box without one.
        from hotline.media.soundcard import CardSound

        return CardSound(pjsip, modem.card)
    if quirks.speech is None:
        return None
    return ModemSound(pjsip, place.sound, Measured if quirks.any_rate else Known)
