"""A box with several lines: one stage for each, all around the same box."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline.control.messages.lines import LineState
from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.sip import Exchange, Provider, Target
from tests.stories.stage import PASSWORD, PLENTY, Stage, office, voices


@dataclass(frozen=True)
class Far:
    """The far side of one line. user: our account there, "" for a peer without registration.

    host: how box.toml names it, if not by its address. more: further keys of its [[trunk]].
    up: False for a line that is not expected to come up.
    """

    exchange: Exchange
    user: str = ""
    host: str = ""
    more: str = ""
    channels: int = 20
    up: bool = True

    def trunk(self, name: str) -> str:
        """The [[trunk]] of box.toml."""
        host, port = self.exchange.address
        transport = f'transport = "{self.exchange.endpoint.transport}"\n'
        return trunk(
            name,
            (self.host or host, port),
            user=self.user,
            password=PASSWORD,
            channels=self.channels,
            more=transport + self.more,
        )

    async def target(self, box: BoxUnderTest) -> Target:
        """Where a call for the box goes: its registration, or where it asked from."""
        host, port = box.address
        if not self.up:
            return Target.of(f"sip:{host}:{port}")
        if isinstance(self.exchange, Provider) and self.user:
            return await self.exchange.registered(self.user)
        asked = next(seen for seen in self.exchange.endpoint.log if not seen.sent)
        return Target(f"sip:{host}:{port}", asked.far)


@contextlib.asynccontextmanager
async def box_on(
    folder: Path, spoken: Path, lines: Mapping[str, Far], **box: object
) -> AsyncIterator[dict[str, Stage]]:
    """A box on these lines; it dials over them in this order. Ready when all lines are up."""
    async with contextlib.AsyncExitStack() as closing:
        for exchange in {id(far.exchange): far.exchange for far in lines.values()}.values():
            await closing.enter_async_context(exchange)
        trunks = "\n".join(far.trunk(name) for name, far in lines.items())
        under_test = BoxUnderTest(folder, office(), trunks, **{"settings": PLENTY} | box)
        voice = voices(under_test.data, spoken)
        await closing.enter_async_context(running(under_test))
        wanted = {name for name, far in lines.items() if far.up}
        await under_test.until(
            lambda status: wanted <= {line.name for line in status.lines if line.up},
            f"the lines {sorted(wanted)} up",
        )
        yield {
            name: Stage(under_test, far.exchange, await far.target(under_test), voice)
            for name, far in lines.items()
        }


async def clear(lines: Mapping[str, Stage]) -> None:
    """Everybody hangs up on every line; then each is cleared as any stage is."""
    for stage in lines.values():
        for call in stage.exchange.calls:
            if call.ending is None:
                await call.hang_up()
    for stage in lines.values():
        await stage.clear()


def line(box: BoxUnderTest, name: str) -> LineState:
    """The health of one line, as the live page shows it."""
    return next(one for one in box.status().lines if one.name == name)
