"""The front panel at work: lamps that show the box, its button, the pulse that holds the line.

One turn on the loop does all of it, twenty times a second: when the loop hangs, so does the pulse.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from hotline.errors import HotlineError
from hotline.options.panel import PanelOptions
from hotline.panel.button import LONG_S, VERY_LONG_S, Button, Press
from hotline.panel.gpio import Pins
from hotline.panel.lamps import BoxState, Lamp, Sign, shown
from hotline.panel.relay import HALF_S
from hotline.said import NOTHING, Said, say, together

log = logging.getLogger(__name__)

LOOK_EVERY = 5  # turns
TESTED_S = 2.0  # for which all lamps are lit after a short press
AGAIN_S = 60.0  # until pins that could not be had are tried again
STUCK = say("The button of the front panel is pressed all the time.")
FREE_IT = say("Free the button, or take its cable off.")


class FrontPanel:
    """Lives on the loop.

    look: how the box is now. takes_line: is the office's line the box's at this moment?
    pressed: told what the button was pressed for.
    """

    def __init__(
        self,
        options: PanelOptions,
        look: Callable[[], BoxState],
        takes_line: Callable[[], bool],
        pressed: Callable[[Press], None],
    ) -> None:
        self._options = options
        self._look, self._takes_line, self._pressed = look, takes_line, pressed
        self._lamps = {
            lamp: pin for lamp in Lamp if (pin := getattr(options.lamps, lamp)) is not None
        }
        self._state, self._takes = BoxState(), False
        self._button = Button()
        self._tested_until = 0.0
        self._levels: dict[int, bool] = {}
        self._pins: Pins | None = None
        self._failed: tuple[Said, Said] = NOTHING, NOTHING

    async def keep(self) -> None:
        """For ever; the pins are let go at the end, and with them the line."""
        while True:
            try:
                self._open()
                await self._turns()
            except HotlineError as trouble:
                log.warning("%s", trouble)
                self._failed = together(trouble.cause), together(trouble.action)
            finally:
                self._let_go()
            await asyncio.sleep(AGAIN_S)

    @property
    def trouble(self) -> tuple[Said, Said]:
        """What is wrong and what the owner can do; NOTHING when all is well."""
        if self._pins is not None and self._button.stuck(time.monotonic()):
            return STUCK, FREE_IT
        return self._failed

    def _open(self) -> None:
        relay = self._options.relay
        outputs = [*self._lamps.values(), *([] if relay is None else [relay])]
        self._pins = Pins(outputs, self._options.button, self._edge)
        self._button = Button(self._pins.down(), time.monotonic())
        self._failed = NOTHING, NOTHING

    async def _turns(self) -> None:
        turn = 0
        while True:
            now = time.monotonic()
            if turn % LOOK_EVERY == 0:
                self._state, self._takes = self._look(), self._takes_line()
            self._meant(self._button.look(now))
            self._show(now)
            self._pulse()
            turn += 1
            await asyncio.sleep(HALF_S)

    def _let_go(self) -> None:
        pins, self._pins = self._pins, None
        self._levels.clear()
        if pins is not None:
            pins.close()

    def _edge(self, down: bool, at: float) -> None:
        self._meant(self._button.edge(down, at))

    def _meant(self, press: Press | None) -> None:
        if press is None:
            return
        if press is Press.SHORT:
            self._tested_until = time.monotonic() + TESTED_S
        self._pressed(press)

    def _show(self, now: float) -> None:
        lamps = shown(self._state, self._sign(now))
        for lamp, pin in self._lamps.items():
            self._write(pin, lamps[lamp].at(now))

    def _sign(self, now: float) -> Sign:
        held = self._button.held(now)
        if self._button.stuck(now):
            return Sign.NONE
        if self._button.asks_to_erase(now) or held >= VERY_LONG_S:
            return Sign.ERASE
        if held >= LONG_S:
            return Sign.LONG
        return Sign.TEST if held or now < self._tested_until else Sign.NONE

    def _pulse(self) -> None:
        if (relay := self._options.relay) is not None:
            self._write(relay, self._takes and not self._levels.get(relay, False))

    def _write(self, pin: int, high: bool) -> None:
        if self._pins is not None and self._levels.get(pin, False) is not high:
            self._pins.write(pin, high)
            self._levels[pin] = high
