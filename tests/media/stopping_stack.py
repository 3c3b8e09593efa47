"""A stack that is stopped in the middle of a call; a program of its own (see test_mixer.py).

A crash of the C code must end this process, not the test run. Ends with 0 when nothing of the
sound outlived the stack in a way that hurts.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path

from tests.media.test_mixer import SIGN, shared_bridge

from hotline.media import wav
from hotline.media.pjsip.ports import ModemPort


async def stop_in_the_middle(room: Path) -> list[object]:
    """Everything that can be on the bridge is on it when the stack goes."""
    wav.write(room / "sign.wav", SIGN.lasting(0.3))
    async with shared_bridge(room) as bridge:
        talk, other = await bridge.talk(), await bridge.talk(keys=False)
        recording = talk.sound.record(room / "a.wav")
        playing = asyncio.ensure_future(talk.sound.play([room / "sign.wav"], loop=True))
        other.sound.press("1234567890")
        await talk.call.hears(SIGN)
        await other.call.hears_any()
        await talk.sound.level()
        modem = ModemPort(bridge.stack)
        await bridge.turn()
        await bridge.stack.ask(lambda: bridge.stack.bridge.connect(modem, talk.sound.call))
        modem.swap(bytes(3200))
    playing.cancel()
    return [bridge, talk, other, recording, playing, modem.swap(bytes(3200))]


def main() -> None:
    """Three times, so that what a stack left behind meets the next, still held or let go."""
    left = []
    for name in ("first", "second", "third"):
        room = Path(sys.argv[1]) / name
        room.mkdir()
        left.append(asyncio.run(stop_in_the_middle(room)))
        if name == "second":
            left.clear()
        gc.collect()


if __name__ == "__main__":
    main()
