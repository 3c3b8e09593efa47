"""The page is killed at any instant: what it confirmed stays, and nobody on the telephone notices.

The real page under gunicorn beside the real box. Each answer that told somebody "done" is noted;
at the end the box is asked for all of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import random
import re
import signal
import time
import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.clock import Clock
from hotline.storage.accountschema import accounts_file
from hotline.storage.users import Accounts
from tests.sim.box import LISTEN, free_port
from tests.sim.rtp import gaps
from tests.sim.sip import behaviours
from tests.sim.sound import noise
from tests.stories.stage import PLENTY, STAFF, Stage, office, person, staged

pytestmark = pytest.mark.sip_only

KILLS = int(os.environ.get("HOTLINE_KILLS", "8"))
SEED = os.environ.get("HOTLINE_SEED") or str(random.SystemRandom().randrange(10**6))
LATEST_S = 0.08  # after a form was sent; most are answered by then
STARTS_S = 60.0
NOTICED_S = 0.15  # a hole in the sound that a person hears as one
OWNER, SECRET = "maria", "roua plop cizme vioara"
TALK = noise(3, seed=5)
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
FIRST_DAY = date(2120, 1, 1)


class Lost(Exception):  # noqa: N818 - it is an answer
    """Nobody answered: whether it was done is not known."""


@dataclass
class Visitor:
    """The owner's browser, as plain as can be: its cookies outlive every death of the page."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def opens(self, path: str) -> str:
        """What stands at this address."""
        status, text, _to = self._ask("GET", path, b"")
        assert status == 200, (path, status)
        return text

    def is_answered(self) -> None:
        """Somebody answers, whatever it is. Raises Lost."""
        self._ask("GET", "/login", b"")

    def sends(self, on: str, path: str, **typed: str) -> str:
        """Send a form that stands on the page `on`; where the answer leads. Raises Lost."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.opens(on))
        assert found, on
        form = {"csrf_token": found[1], **typed}
        status, text, to = self._ask("POST", path, urllib.parse.urlencode(form).encode())
        assert status in (302, 303), (path, status, text[-1500:])
        return to

    def _ask(self, method: str, path: str, body: bytes) -> tuple[int, str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        line = http.client.HTTPConnection(LISTEN, self.port, timeout=STARTS_S)
        try:
            line.request(method, path, body or None, headers)
            got = line.getresponse()
            text = got.read().decode()
        except (OSError, http.client.HTTPException) as gone:
            raise Lost(path) from gone
        finally:
            line.close()
        for header in got.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return got.status, text, got.headers.get("Location", "")


@dataclass
class Fragile:
    """A box, its page that is killed and started again, and somebody at work on it."""

    stage: Stage
    port: int
    visitor: Visitor
    page: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """The page, as systemd starts it again."""
        box = self.stage.box
        with (box.data / "page.log").open("ab") as log:
            self.page = await asyncio.create_subprocess_exec(
                *box.hotline("web"), stdout=log, stderr=log,
                env=box.environment_of_commands(), start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + STARTS_S
        while time.monotonic() < deadline:
            with contextlib.suppress(Lost):
                await asyncio.to_thread(self.visitor.is_answered)
                return
            await asyncio.sleep(0.05)
        raise AssertionError((box.data / "page.log").read_text()[-1500:])

    async def kill(self) -> None:
        """kill -9: gunicorn and its worker at once."""
        if self.page is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.page.pid, signal.SIGKILL)
            await self.page.wait()
            self.page = None

    async def killed_while(self, work: Callable[[], str], after: float) -> bool:
        """Was it confirmed, although the page was killed `after` seconds?"""
        at_work = asyncio.ensure_future(asyncio.to_thread(work))
        await asyncio.wait({at_work}, timeout=after)
        await self.kill()
        try:
            return "/login" not in await at_work
        except Lost:
            return False
        finally:
            await self.start()


@pytest_asyncio.fixture(loop_scope="session")
async def fragile(tmp_path: Path, spoken: Path) -> AsyncIterator[Fragile]:
    port = free_port()
    page = f"\n[page]\nport = {port}\n"
    async with staged(tmp_path, spoken, settings=PLENTY + page) as stage:
        await stage.opens(office(person("ana"), recording_notice={}))
        file = accounts_file(stage.box.data)
        file.prepare(datetime.now(UTC))
        accounts = Accounts(file, Clock())
        accounts.claim(accounts.new_claim_code(), OWNER, SECRET, LISTEN)
        made = Fragile(stage, port, Visitor(port))
        try:
            await made.start()
            yield made
        finally:
            await made.kill()


async def a_complaint(stage: Stage) -> int:
    """Somebody complains; the number of the case."""
    caller = await stage.called()
    await caller.press("2")
    await stage.step(caller, "recording")
    await caller.say(TALK)
    await caller.hang_up()
    await stage.box.idle()
    cases = await stage.box.records("complaints")
    return int(cases[0]["number"])


def forms(case: int) -> Iterable[tuple[str, Callable[[Visitor, str], str]]]:
    """What somebody does on the page over and over, each time with other words."""
    days = (FIRST_DAY + timedelta(days=n) for n in range(365))
    yield (
        "note",
        lambda hand, words: hand.sends(f"/inbox/{case}", f"/inbox/{case}/note", text=words),
    )
    yield "day", lambda hand, words: hand.sends(
        "/hours", "/hours/day", what="closures", seen=_seen(hand), name=words,
        **{"from": str(next(days)), "to": ""},
    )  # fmt: skip


def _seen(hand: Visitor) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', hand.opens("/hours"))
    assert found
    return found[1]


async def test_what_the_page_confirmed_stays_and_no_call_notices(fragile: Fragile) -> None:
    """Both sides of a talk hear each other through all of it."""
    dice, stage, hand = random.Random(SEED), fragile.stage, fragile.visitor
    print(f"HOTLINE_SEED={SEED}")
    case = await a_complaint(stage)
    stage.staff("ana", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(STAFF["ana"][1])
    to = await asyncio.to_thread(hand.sends, "/login", "/login", name=OWNER, password=SECRET)
    assert "/login" not in to
    began, confirmed, work = time.monotonic(), list[str](), list(forms(case))
    for turn in range(KILLS):
        kind, do = work[turn % len(work)]
        words = f"{kind} {turn} of {SEED}"
        done = await fragile.killed_while(partial(do, hand, words), _after(dice))
        confirmed += [words] if done else []
        assert "/logout" in await asyncio.to_thread(hand.opens, "/"), "logged out by a kill"
    until = time.monotonic()
    heard = [packet.at for packet in caller.rtp.arrived if began < packet.at < until]
    assert gaps(heard, NOTICED_S) == []
    await caller.hears(STAFF["ana"][1])
    await caller.hang_up()
    kept = await asyncio.to_thread(stage.box.control.office_get)
    kept += str(await stage.box.records("complaints"))
    assert [words for words in confirmed if words not in kept] == []
    print(f"{len(confirmed)} of {KILLS} were confirmed before the page died")


def _after(dice: random.Random) -> float:
    """Now and then long enough for the answer; mostly in the middle of it."""
    return dice.choice((dice.uniform(0, LATEST_S), dice.uniform(0, 10 * LATEST_S)))
