"""A modem's sound, from its sound port to the bridge and back, paced by the modem's own clock.

One thread for each modem carries it: what the loop is busy with is never heard in a call. It
gives the bridge whole frames as they come and writes as many back, so both directions run by the
modem's crystal; the port in the bridge makes up for the difference to ours.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from hotline.media.engine import CLOCK_RATE, FRAME_MS
from hotline.media.pjsip.ports import ModemPort, ModemTalk, modem_port
from hotline.media.pjsip.stack import Pjsip
from hotline.media.rate import Known, Rate
from hotline.tty import READ_BYTES, BlockingTty, TtyGone, opened

log = logging.getLogger(__name__)

FRAME_BYTES = CLOCK_RATE * FRAME_MS // 1000 * 2
MOST_FRAMES = 8  # after a stall the newest sound counts, not the oldest
NEW_CALL_S = 0.2  # no modem pauses so long within a call
HEARD_S = 0.5  # after a sound nothing is looked at for so long: what counts are many seconds
STILL = 16  # of 65536 steps, from the lowest to the highest: A-law's own silence is 16 wide
REMEMBERED = 64  # reads: a second or two


class Swapping(Protocol):
    """Where the modem's frames go, and where those for it come from."""

    def swap(self, heard: bytes) -> bytes: ...


class Frames:
    """Cuts what a modem sends into whole frames. Reads end anywhere, also within a sample."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, data: bytes) -> bytes:
        """The whole frames that have come by now, the newest MOST_FRAMES of them."""
        data = self._rest + data
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        return data[:whole][-MOST_FRAMES * FRAME_BYTES :]


class Pace:
    """How much to give back for what a modem gave, so that nothing heaps up inside it.

    A modem plays what it is given and says nothing of what waits. When a read brings much more
    than usual, we were late: the modem has played silence meanwhile, and what it would be given
    too late would stay in it as delay for the rest of the call. What is usual is up to the modem
    and its USB: only the largest tenth of the reads can be late ones.
    """

    def __init__(self) -> None:
        self._sizes: deque[int] = deque(maxlen=REMEMBERED)

    def late(self, size: int) -> int:
        """How many frames of an answer to a read of `size` bytes come too late."""
        self._sizes.append(size)
        if size < 2 * FRAME_BYTES:
            return 0
        usual = sorted(self._sizes)[len(self._sizes) * 9 // 10]
        if len(self._sizes) < REMEMBERED or size <= usual:
            return 0
        return int((size - usual) / FRAME_BYTES + 0.25)


class Ear:
    """When a modem's port last gave or took anything. Monotonic; asked by another thread.

    Of sound that is right to HEARD_S.

    A pause the modem asked for is no silence of its own.
    """

    def __init__(self) -> None:
        self._bytes = self._sound = self._taken = time.monotonic()
        self._paused = False

    def hear(self, heard: bytes, now: float) -> None:
        """Whole samples came."""
        self._bytes = now
        if now - self._sound > HEARD_S and np.ptp(np.frombuffer(heard, dtype="<i2")) > STILL:
            self._sound = now

    def taken(self, now: float) -> None:
        """The modem took something of what we say."""
        self._taken = now

    def pause(self, paused: bool) -> None:
        """The modem asks for a pause, or its end."""
        self._paused = paused
        self._bytes = self._sound = self._taken = time.monotonic()

    def silent_for(self) -> tuple[float, float, float]:
        """Seconds since the last byte and the last sound came, and since any was taken."""
        now = time.monotonic()
        if self._paused:
            return 0.0, 0.0, 0.0
        return now - self._bytes, now - self._sound, now - self._taken


class Pump:
    """Carries sound between a port and the bridge in a thread of its own, until `stop`.

    lost: called from that thread when the port has gone by itself.
    """

    def __init__(
        self,
        port: Swapping,
        tty: BlockingTty,
        lost: Callable[[str], None],
        rate: Rate | None = None,
    ) -> None:
        self._port, self._tty, self._lost = port, tty, lost
        self._rate = rate or Known()
        self._pace, self.ear = Pace(), Ear()
        self._unsent = b""
        self._silent = False
        self._thread = threading.Thread(target=self._run, name="modem sound", daemon=True)
        self._thread.start()

    def flow(self, go: bool) -> None:
        """The modem asks to stop or go on with sound."""
        self._silent = not go
        self.ear.pause(self._silent)

    def stop(self) -> None:
        """Let the port go; returns when the thread has ended."""
        self._tty.close()
        self._thread.join()

    def _run(self) -> None:
        frames, last, why = Frames(), 0.0, ""
        try:
            while True:
                data = self._tty.read()
                now = time.monotonic()
                if now - last > NEW_CALL_S:  # half a sample of the last call would shift this one
                    frames, self._unsent = Frames(), b""
                    self._rate.begin()
                last = now
                data = self._rate.heard(data, now, more=len(data) == READ_BYTES)
                self._carry(frames.cut(data), self._pace.late(len(data)))
        except TtyGone as gone:
            why = str(gone)
        finally:
            self._tty.release()
        if why != "closed":
            self._lost(why)

    def _carry(self, heard: bytes, late: int) -> None:
        if not heard:
            return
        self.ear.hear(heard, time.monotonic())
        said = self._rate.said(self._port.swap(heard)[late * FRAME_BYTES :])
        if self._silent:
            return
        # Half a sample left behind would turn all that follows into noise: the rest goes first.
        pending = self._unsent + said
        if len(self._unsent) >= MOST_FRAMES * FRAME_BYTES:
            pending = self._unsent
        taken = self._tty.write(pending)
        self._unsent = pending[taken:]
        if taken:
            self.ear.taken(time.monotonic())


class ModemSound:
    """The sound of one modem: its port on the bridge stays, its tty comes and goes.

    where: its sound port by now; it may be another one after each plugging in. Raises LineDown.
    """

    def __init__(
        self, stack: Pjsip, where: Callable[[], Path], rate: Callable[[], Rate] = Known
    ) -> None:
        """rate: how fast this model's sound comes."""
        self._stack, self._where, self._rate = stack, where, rate
        self._port: ModemPort | None = None
        self._pump: Pump | None = None

    async def open(self, lost: Callable[[str], None]) -> None:
        """Begin to carry. Raises LineDown. lost: called on the loop when the port has gone."""
        tty = BlockingTty(await opened(self._where()))
        if self._port is None:
            self._port = modem_port(self._stack)
        self._pump = Pump(self._port, tty, lambda why: self._stack.tell(lost, why), self._rate())

    def close(self) -> None:
        """Let the tty go; harmless when repeated."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.stop()

    def leave(self) -> None:
        """The line is taken out: its port on the bridge is for the next one. After `close`."""
        if self._port is not None:
            self._stack.spare_ports.append(self._port)
        self._port = None

    def flow(self, go: bool) -> None:
        """The modem asks to stop or go on with sound."""
        if self._pump is not None:
            self._pump.flow(go)

    async def begin(self) -> None:
        """A call's sound is let through: it is carried whenever it comes."""

    def end(self) -> None:
        """That call is over; the port stays open."""

    def silent_for(self) -> tuple[float, float, float]:
        """Seconds since the port gave a byte, gave one that was no silence, and took one."""
        return self._pump.ear.silent_for() if self._pump is not None else (0.0, 0.0, 0.0)

    def talk(self) -> ModemTalk:
        """The sound of a new call. Only after `open`."""
        if self._port is None:
            raise RuntimeError("the sound port was never opened")
        return ModemTalk(self._port)
