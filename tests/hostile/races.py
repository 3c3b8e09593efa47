"""Both ends decide at once: whatever the order, no call and no line may be left over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.sim.sip import Caller, Ending, OutgoingCall, Target

Race = Callable[[Caller, Target | str], Awaitable[Ending]]


async def cancel_at_once(caller: Caller, target: Target | str) -> Ending:
    """Call and cancel on the first sign of life, perhaps in the moment of the answer."""
    call = await caller.call(target)
    call.cancel()
    return await call.ended(within=35)


async def cancel_as_it_is_answered(caller: Caller, target: Target | str) -> Ending:
    """Cancel a call that is answered already, before acknowledging it; then end it."""
    call = await _unacknowledged(caller, target)
    call.cancel()
    await call.hang_up()
    return await call.ended()


async def hang_up_before_the_ack(caller: Caller, target: Target | str) -> Ending:
    """BYE to an answer that was never acknowledged."""
    call = await _unacknowledged(caller, target)
    await call.hang_up()
    return await call.ended()


async def vanish_after_the_answer(caller: Caller, target: Target | str) -> OutgoingCall:
    """Never acknowledge, never hang up, send nothing: the target has to end it by itself."""
    call = await _unacknowledged(caller, target)
    call.rtp.faults.stopped = True
    return call


async def _unacknowledged(caller: Caller, target: Target | str) -> OutgoingCall:
    rude = Caller(
        caller.exchange, caller.number, caller.name, replace(caller.manner, late_ack=None)
    )
    call = await rude.call(target)
    await call.answered()
    return call
