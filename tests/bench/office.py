"""The office on the bench: the real daemon, a provider, and as many people as a figure needs."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from hotline.control.messages.calls import LiveCall
from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.sip import Provider, Target

PEOPLE = 100
LIMITS = """
[limits]
minutes_per_day = 14400
concurrent = 200
calls_per_hour_per_number = 1000
"""
CHANNELS = 200


@dataclass
class OfficeOnTheBench:
    """The box under measurement with its provider."""

    box: BoxUnderTest
    provider: Provider

    @property
    def number(self) -> Target:
        """What callers dial."""
        return self.provider.box("bench")

    async def left(self, living: int) -> None:
        """Wait until so many calls are left."""
        await self.box.until(lambda s: len(s.live) <= living, f"{living} calls left", 20)

    async def joined(self) -> None:
        """Wait until a call is joined to a person."""
        await self.reached("joined", 1)

    async def reached(self, what: str, calls: int) -> None:
        """Wait until so many calls have come to this step."""

        def has(live: LiveCall) -> bool:
            return any(step.what == what for step in live.steps)

        await self.box.until(lambda s: sum(map(has, s.live)) >= calls, f"the step {what}", 20)


def person(number: int) -> str:
    """The mobile of one of the people, E.164."""
    return f"+3736900{number:04d}"


def office_yaml(people: int = PEOPLE) -> str:
    """Everybody takes orders, in order, but the last one, who alone gives advice."""
    rows = "\n".join(
        f'  - {{id: p{n}, name: P{n}, number: "{person(n)}", ring_seconds: 15,'
        f" topics: [{'advice' if n == people > 1 else 'orders'}]}}"
        for n in range(1, people + 1)
    )
    return f"""
name: Bench
country: MD
zone: Europe/Chisinau
languages: [en]
hours: always
max_message_seconds: 600
total_seconds: 600
people:
{rows}
topics:
  - {{id: orders, name: {{en: orders}}}}
  - {{id: advice, name: {{en: advice}}}}
menus:
  - id: main
    keys:
      - {{key: "1", do: topic, target: orders, label: {{en: orders}}}}
      - {{key: "3", do: topic, target: advice, label: {{en: advice}}}}
      - {{key: "2", do: complaint, label: {{en: a complaint}}}}
"""


@contextlib.asynccontextmanager
async def on_the_bench(more_trunks: str = "") -> AsyncIterator[OfficeOnTheBench]:
    """Start everything; nothing else should run on the machine meanwhile."""
    async with await Provider.start(users={"bench": "secret"}) as provider:
        with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
            lines = trunk("bench", provider.address, user="bench", password="secret")
            box = BoxUnderTest(Path(folder), office_yaml(), lines + more_trunks, LIMITS)
            async with running(box):
                await provider.registered("bench", within=10)
                await box.until(lambda s: any(line.up for line in s.lines), "the line up")
                yield OfficeOnTheBench(box, provider)
