"""What befalls a box in these stories, and what its records say afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hotline.control.messages.status import StatusAnswer
from hotline.storage.schema import records_file
from tests.sim import listen
from tests.sim.g711 import Samples
from tests.sim.sip import OutgoingCall
from tests.sim.sound import FRAME, RATE, Tone
from tests.stories.stage import Stage, number_of

# Promised are 3 s on a machine that does nothing else; the tests' machine does.
ANSWERING_AGAIN_S = 15.0
PIECE = RATE // 20


@dataclass(frozen=True)
class Restart:
    """at: when the box was killed, monotonic. ready: seconds from the new start to "ready".
    answering: seconds from the new start until a caller was answered."""

    at: float
    ready: float
    answering: float


async def kill_and_start(stage: Stage) -> Restart:
    """kill -9; everybody's telephone falls silent; start, and somebody calls at once."""
    at = time.monotonic()
    stage.box.kill()
    assert stage.box.process is not None
    await stage.box.process.wait()
    let_go(stage)
    began = time.monotonic()
    ready = await stage.box.start(within=60)
    first = await stage.caller().call(stage.target)
    answered = await first.answered(within=60)
    await first.hang_up()
    return Restart(at, ready, answered - began)


async def at_rest(stage: Stage) -> None:
    """The box runs and nobody is on the telephone, whatever was told of it before."""
    if not stage.box.runs:
        await stage.box.start()
    let_go(stage)
    await stage.clear()


def let_go(stage: Stage) -> None:
    """Whoever was on the telephone puts it down: the network noticed that the box has gone.

    Who still hears it ring is left to `Stage.clear`: the network goes on asking the box.
    """
    for call in stage.exchange.calls:
        if call.answered_at is not None:
            call.close()


async def written(stage: Stage, call: OutgoingCall, what: str, within: float = 10.0) -> None:
    """Wait until this step of the call is in the journal on the disk."""

    def there(_: StatusAnswer) -> bool:
        steps = [step.what for story in stage.stories(number_of(call)) for step in story.steps]
        return what in steps

    await stage.box.until(there, f"the step {what} on the disk", within)


def said_until(call: OutgoingCall, at: float) -> Samples:
    """What this party had sent by that instant."""
    end = max((packet.position + FRAME for packet in call.rtp.sent if packet.at <= at), default=0)
    return call.rtp.spoken.samples(0, end).copy()


def tail_lost(said: Samples, kept: Samples) -> float:
    """Seconds at the end of `said` (noise) that are not in the recording `kept`."""
    last = said[-3 * RATE :]
    assert listen.kept(last, kept) > 0.5, "the recording does not hold what was said"
    pieces = (last[end - PIECE : end] for end in range(len(last), PIECE - 1, -PIECE))
    return next(n for n, one in enumerate(pieces) if listen.kept(one, kept)) * PIECE / RATE


def sounded(call: OutgoingCall, tone: Tone, lasting: float = 0.3) -> bool:
    """Was this tone heard for so long on end?"""
    run, step = 0, FRAME
    samples = call.heard
    for begin in range(0, len(samples) - listen.WINDOW + 1, step):
        run = run + step if listen.sounds(samples[begin : begin + listen.WINDOW], tone) else 0
        if run + listen.WINDOW >= lasting * RATE:
            return True
    return False


def highest_case(stage: Stage) -> int:
    """The highest number a case has, shown or not."""
    with records_file(stage.box.data).reading() as database:
        return int(database.execute("select max(number) from cases").fetchone()[0])


def integrity(stage: Stage) -> str:
    """What SQLite says of the records."""
    with records_file(stage.box.data).reading() as database:
        return str(database.execute("pragma integrity_check").fetchone()[0])
