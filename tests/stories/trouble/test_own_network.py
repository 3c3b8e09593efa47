"""The owner moves the box to another address by its page, and is never locked out by that.

The real daemon, the real page, and the NetworkManager of Debian, behind one end of a cable; the
owner's browser behind the other.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.sim import lan
from tests.sim.box import BoxUnderTest

pytestmark = [
    pytest.mark.skipif(bool(lan.missing()), reason=lan.missing() or "it is there"),
    pytest.mark.sip_only,
]

FIRST, SECOND = "10.9.8.2", "10.9.9.7"
PAGE = ":8080"
OWNER, SECRET = "maria", "roua plop cizme vioara"
WITHIN_S = 60.0


@dataclass
class Moving:
    """A box in a house, and its owner's browser."""

    house: lan.House
    box: BoxUnderTest
    owner: lan.Browser

    def at(self, address: str, path: str) -> str:
        return f"http://{address}{PAGE}{path}"

    async def sends(self, address: str, path: str, /, **form: str) -> lan.Answer:
        """Fill in a form of the page and press its button."""
        on = path if path in ("/login", "/claim") else "/network"
        shown = await self.opens(address, on)
        token = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
        assert token, shown
        url = self.at(address, path)
        return await asyncio.to_thread(self.owner.post, url, {"csrf_token": token[1], **form})

    async def opens(self, address: str, path: str = "/network") -> lan.Answer:
        return await asyncio.to_thread(self.owner.get, self.at(address, path))

    async def claims(self) -> None:
        """Make the box the owner's, with the code that only who stands before it can read."""
        code = (await self.box.command("admin", "claim-code")).strip()
        await self.sends(FIRST, "/claim", code=code, name=OWNER, password=SECRET)

    async def logs_in(self, address: str) -> None:
        answer = await self.sends(address, "/login", name=OWNER, password=SECRET)
        assert answer.status == 200, answer

    async def tries(self) -> tuple[str, str]:
        """Ask for another address, as the page's form does; where the box is, and where it goes."""
        await self.is_settled()
        home, away = (FIRST, SECOND) if FIRST in self.kept else (SECOND, FIRST)
        await self.is_reached(home)
        await self.logs_in(home)
        answer = await self.sends(
            home, "/network/try", device="eth0", how="fixed", address=away,
            mask="255.255.0.0", router=lan.ROUTER, dns="",
        )  # fmt: skip
        assert answer.status == 200, answer
        await self.is_reached(away)
        assert home in self.kept
        return home, away

    async def is_reached(self, address: str) -> None:
        """Wait until the page answers there."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            answer = await asyncio.to_thread(self.owner.get, self.at(address, "/login"), wait=1.0)
            if answer.status == 200:
                return
        raise AssertionError(f"nothing answers at {address}: {self.box.log()[-1500:]}")

    async def is_settled(self) -> None:
        """Wait until nothing is on trial any more, as the box notes it."""
        deadline = time.monotonic() + WITHIN_S
        while (self.box.data / "lan.json").exists():
            assert time.monotonic() < deadline, self.box.log()[-1500:]
            await asyncio.sleep(0.1)

    @property
    def kept(self) -> str:
        """The address on the disk of NetworkManager."""
        return self.house.asks("-g", "ipv4.addresses", "connection", "show", "cable")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def moving(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Moving]:
    folder = tmp_path_factory.mktemp("moving")
    with lan.house(folder / "house", FIRST) as house:
        box = BoxUnderTest(
            folder / "box",
            "",
            "",
            settings='[page]\nhost = "0.0.0.0"\nport = 8080',
            prefix=tuple(house.inside()),
            environment={"PATH": f"{house.commands}{os.pathsep}{os.environ['PATH']}"},
        )
        box.write_settings()
        await box.start()
        with (box.data / "page.log").open("ab") as log:
            page = await asyncio.create_subprocess_exec(
                *house.inside(*box.hotline("web")), stdout=log, stderr=log,
                env=box.environment_of_commands(),
            )  # fmt: skip
        try:
            with house.browser() as owner:
                made = Moving(house, box, owner)
                await made.is_reached(FIRST)
                await made.claims()
                yield made
        finally:
            page.kill()
            await page.wait()
            await box.stop()


async def test_an_address_that_the_owner_keeps_from_there_is_the_boxs_own(moving: Moving) -> None:
    _home, away = await moving.tries()
    await moving.logs_in(away)
    answer = await moving.sends(away, "/network/confirm")
    assert answer.status == 200, answer
    await moving.is_reached(away)
    assert away in moving.kept


async def test_taken_back_it_is_where_it_was(moving: Moving) -> None:
    home, away = await moving.tries()
    await moving.logs_in(away)
    await moving.sends(away, "/network/back")
    await moving.is_reached(home)
    assert home in moving.kept


async def test_a_box_that_is_killed_on_the_way_is_found_at_its_old_address(moving: Moving) -> None:
    home, _away = await moving.tries()
    moving.box.kill()
    await moving.box.ended()
    await moving.box.start()
    await moving.is_reached(home)
    assert home in moving.kept
