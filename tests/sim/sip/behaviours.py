"""What people and networks do when the box rings a mobile. Each is a coroutine over one call."""

from __future__ import annotations

from tests.sim.sip.call import IncomingCall
from tests.sim.sip.exchange import Behaviour
from tests.sim.sound import RATE, Silence, Sound, Tone

_LONG = 24 * 3600.0  # as long as the box leaves it ringing: giving up is the box's business


def answers(after: float = 1.0, press: str = "1", *, thinks: float = 0.3) -> Behaviour:
    """Picks up after some seconds, and presses once the whisper is heard; then talks on."""

    async def behaviour(call: IncomingCall) -> None:
        if await _picks_up(call, after):
            await call.hears_speech(within=_LONG)
            if press and await call.lasts(thinks):
                await call.press(press)

    return behaviour


def answers_silently(after: float = 1.0) -> Behaviour:
    """Picks up, listens, presses nothing."""
    return answers(after, press="")


def voicemail(
    after: float = 8.0, greeting: Sound | None = None, seconds: float = 4.0, beep: int = 1000
) -> Behaviour:
    """The mobile's voicemail: picks up, plays its greeting and a beep, then records in silence."""

    async def behaviour(call: IncomingCall) -> None:
        if await _picks_up(call, after):
            call.rtp.sound = Silence()
            await call.say((greeting or Tone(620)).at(0, round(seconds * RATE)))
            await call.say(Tone(beep).lasting(0.4))

    return behaviour


def rejects(status: int = 603, after: float = 1.0) -> Behaviour:
    """The person presses Reject (603), or is busy and says so after some ringing (486)."""

    async def behaviour(call: IncomingCall) -> None:
        call.ring()
        if await call.lasts(after):
            call.reject(status)

    return behaviour


def redirects(contact: str) -> Behaviour:
    """The network sends the call somewhere else (302): a way to make a naive box dial anything."""

    async def behaviour(call: IncomingCall) -> None:
        call.reject(302, ("Contact", f"<{contact}>"))

    return behaviour


def busy() -> Behaviour:
    """Already talks to somebody: 486 at once."""
    return off(486)


def off(status: int = 480) -> Behaviour:
    """The mobile is off (480), the number does not exist (404), the network fails (503)."""

    async def behaviour(call: IncomingCall) -> None:
        call.reject(status)

    return behaviour


def never_answers() -> Behaviour:
    """Rings until the box gives up."""

    async def behaviour(call: IncomingCall) -> None:
        call.ring()
        await call.lasts(_LONG)

    return behaviour


def dead() -> Behaviour:
    """The network takes the call (100) and is never heard of again."""

    async def behaviour(call: IncomingCall) -> None:
        await call.lasts(_LONG)

    return behaviour


def answers_and_hangs_up(after: float = 1.0, holds: float = 0.5) -> Behaviour:
    """Picks up and puts the telephone down again."""

    async def behaviour(call: IncomingCall) -> None:
        if await _picks_up(call, after) and await call.lasts(holds):
            await call.hang_up()

    return behaviour


def presses_and_hangs_up(after: float = 1.0, press: str = "1", talks: float = 1.0) -> Behaviour:
    """Takes the call with its key, talks for some seconds, then hangs up."""

    async def behaviour(call: IncomingCall) -> None:
        await answers(after, press)(call)
        if await call.lasts(talks):
            await call.hang_up()

    return behaviour


def announces(sound: Sound, seconds: float = 3.0, status: int = 480) -> Behaviour:
    """The network says before any answer that the number cannot be reached (183), then gives up."""

    async def behaviour(call: IncomingCall) -> None:
        call.rtp.sound = sound
        call.play_early()
        if await call.lasts(seconds):
            call.reject(status)

    return behaviour


def early_media(then: Behaviour, ringback: Sound | None = None) -> Behaviour:
    """Ringback as sound before the answer (183), then what `then` does."""

    async def behaviour(call: IncomingCall) -> None:
        mine, call.rtp.sound = call.rtp.sound, ringback or Tone(425)
        call.play_early()
        await call.lasts(1.0)
        call.rtp.sound = mine
        await then(call)

    return behaviour


def answers_as_it_is_cancelled() -> Behaviour:
    """Picks up in the very moment the box gives up: the 200 crosses the CANCEL."""

    async def behaviour(call: IncomingCall) -> None:
        call.on_cancel = call.answer
        call.ring()
        await call.answered(within=_LONG)

    return behaviour


async def _picks_up(call: IncomingCall, after: float) -> bool:
    """Rings and answers; False if the box gave up first."""
    call.ring()
    if not await call.lasts(after):
        return False
    call.answer()
    return call.ending is None
