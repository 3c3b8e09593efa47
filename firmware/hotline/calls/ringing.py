"""One telephone being rung: a line that fails, or is mute, gives way to the next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection

from hotline.calls.leg import cause_of, either
from hotline.errors import LineDown
from hotline.lines.port import Cause, Leg

FIRST_SIGN_S = 4.0  # a living line says "trying" within a round trip


class Ringing:
    """A call that goes out, over one line after the other until one works.

    leg: the call as it is now, dialled already. elsewhere: dials over another line than those
    named, and raises LineDown where there is none; the call before is ended when it has.
    """

    def __init__(self, leg: Leg, elsewhere: Callable[[Collection[str]], Leg]) -> None:
        self.leg, self._elsewhere = leg, elsewhere

    async def answered(self, seconds: float) -> Cause | None:
        """Ring so long, over all lines together; None where it was answered, else why not.

        Whatever came of it, the leg is left as it is.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._on_a_line_that_works()
        if self.leg.answered.done() and not self.leg.gone.done():
            return None
        return cause_of(self.leg) or Cause.NO_ANSWER

    async def _on_a_line_that_works(self) -> None:
        """Until it is answered or over. Where no other line is left, the last one goes on."""
        tried: set[str] = set()
        while await _line_failed(self.leg):
            before = self.leg
            tried.add(before.line)
            try:
                self.leg = self._elsewhere(tried)
            except LineDown:
                await either(before.answered, before.gone)
                return
            before.hang_up()


async def _line_failed(leg: Leg) -> bool:
    """Wait until the leg is answered, over, or mute for too long. Is that the line's fault?"""
    await either(leg.taken, leg.gone, within=FIRST_SIGN_S)
    if leg.taken.done():
        await either(leg.answered, leg.gone)
    if leg.gone.done():
        return leg.gone.result() is Cause.LINE_FAILED
    return not leg.taken.done()
