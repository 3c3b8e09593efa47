"""One provider in trouble is said in plain words, mends itself, and keeps no other line silent."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.sim.box import ROOT, BoxUnderTest, trunk
from tests.sim.sip import Exchange, OutgoingCall, Provider, Target
from tests.stories.stage import PASSWORD, PLENTY, USER, office

AT_ONCE_S = 2.0  # promised are 5 ms; nothing here may take as long as a name server's silence
DEAD_NAME = "sip.dead.example"
# The box's name look-ups, with a name server that never says a word about one name.
DEAD_DNS = f"""
import socket, time
found = socket.getaddrinfo
def getaddrinfo(host, *more, **options):
    while host == "{DEAD_NAME}":
        time.sleep(1)
    return found(host, *more, **options)
socket.getaddrinfo = getaddrinfo
"""


@contextlib.asynccontextmanager
async def box_with(folder: Path, *trunks: str, **more: Any) -> AsyncIterator[BoxUnderTest]:
    box = BoxUnderTest(folder, office(), "\n".join(trunks), PLENTY, **more)
    await box.set_up()
    await box.start(within=60)
    try:
        yield box
    finally:
        assert await box.stop() == 0


def provider_trunk(provider: Provider, password: str = PASSWORD) -> str:
    return trunk("provider", provider.address, user=USER, password=password)


async def is_answered(box: BoxUnderTest, house: Exchange) -> OutgoingCall:
    """Somebody calls over the line in the house and is answered as fast as ever."""
    target = Target.of(f"sip:{box.address[0]}:{box.address[1]}")
    began = time.monotonic()
    call = await house.caller("+37322123456").call(target)
    assert await call.answered() - began < AT_ONCE_S
    await call.hears_any()
    await call.hang_up()
    return call


def words_of(line: str, words: str) -> Any:
    """Is this said of this line, which is down?"""
    return lambda status: any(
        one.name == line and not one.up and words in one.words for one in status.lines
    )


def up(line: str) -> Any:
    return lambda status: any(one.name == line and one.up for one in status.lines)


async def test_a_wrong_password_is_named_and_the_other_line_answers(tmp_path: Path) -> None:
    async with (
        await Provider.start(users={USER: "right"}) as provider,
        await Exchange.start("127.0.0.3") as house,
    ):
        trunks = (provider_trunk(provider, "wrong"), trunk("house", house.address))
        async with box_with(tmp_path, *trunks) as box:
            words = "The provider of provider refuses the user name or password."
            await box.until(words_of("provider", words), "the wrong password in words")
            await box.until(up("house"), "the other line up")
            await is_answered(box, house)
            findings = json.loads(await box.command("doctor", "--json", code=1))
            (said,) = [f for f in findings if words in f["words"]]
            assert not said["well"]
            assert provider.wrong_passwords == 1  # who goes on trying is locked out


async def test_a_provider_that_was_out_of_order_is_registered_with_again(tmp_path: Path) -> None:
    async with await Provider.start(users={USER: PASSWORD}) as provider:
        provider.refuses = 503
        async with box_with(tmp_path, provider_trunk(provider)) as box:
            await box.until(words_of("provider", "does not answer (503"), "the 503 in words")
            provider.refuses = 0
            await provider.registered(USER, within=30)
            await box.until(up("provider"), "the line up")
            await is_answered(box, provider)


async def test_a_provider_that_was_restarted_is_registered_with_again(tmp_path: Path) -> None:
    provider = await Provider.start(users={USER: PASSWORD}, max_expires=8)
    async with provider, box_with(tmp_path, provider_trunk(provider)) as box:
        await provider.registered(USER)
        provider.forget()
        await provider.registered(USER, within=30)
        await is_answered(box, provider)


async def test_a_dead_name_server_silences_one_line_only(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(DEAD_DNS)
    paths = ":".join(map(str, (tmp_path, ROOT / "firmware", ROOT / "web")))
    async with await Exchange.start("127.0.0.3") as house:
        trunks = (trunk("far", (DEAD_NAME, 5060)), trunk("house", house.address))
        async with box_with(tmp_path / "box", *trunks, environment={"PYTHONPATH": paths}) as box:
            await box.until(up("house"), "the other line up")
            await is_answered(box, house)
            assert words_of("far", "")(box.status())
