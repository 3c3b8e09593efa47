"""The ways callers and staff reach each other; the shared stories are told over each of them.

`./box test --over gsm-sip` tells every story of the shared stage, except those of SIP itself, with
callers on mobile telephones and staff behind a provider, through a simulated modem each.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from tests.sim.sip import Provider
from tests.stories.modems import SIM, box_with_modems
from tests.stories.stage import PASSWORD, USER, Stage, staged

OVER = "--over"  # the option of pytest
SIP, GSM_GSM, GSM_SIP = "sip", "gsm-gsm", "gsm-sip"
WAYS = (SIP, GSM_GSM, GSM_SIP)
CALLERS_AT_ONCE = 3
OwnBox = Callable[..., AbstractAsyncContextManager[Stage]]
_CARDS = [SIM[:-1] + str(n) for n in range(2 * CALLERS_AT_ONCE)]


@contextlib.asynccontextmanager
async def staged_over(
    way: str, folder: Path, spoken: Path, *, tight: bool = False, **box: Any
) -> AsyncIterator[Stage]:
    """A stage on which callers and staff come this way.

    tight: a box that can carry one caller and one of the staff, no more. box: what else
    `BoxUnderTest` takes.
    """
    callers = 1 if tight else CALLERS_AT_ONCE
    async with contextlib.AsyncExitStack() as closing:
        if way == GSM_GSM:
            stage = box_with_modems(folder, spoken, _CARDS[: 2 * callers], **box)
        elif way == GSM_SIP:
            beyond = await Provider.start(users={USER: PASSWORD})
            await closing.enter_async_context(beyond)
            channels = 1 if tight else 20
            stage = box_with_modems(
                folder, spoken, _CARDS[:callers], beyond=beyond, channels=channels, **box
            )
        else:
            stage = staged(folder, spoken, channels=2 if tight else 20, **box)
        yield await closing.enter_async_context(stage)
