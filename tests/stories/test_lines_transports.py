"""A line may use UDP, TCP or TLS; over TLS the far side has to prove who it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.sim.certificates import Authority, Certificate, self_signed
from tests.sim.sip import Exchange, Provider, behaviours
from tests.stories.lines import Far, box_on, clear, line
from tests.stories.stage import PASSWORD, STAFF, USER, Stage, office, person

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA = STAFF["ana"][1]
HERE = "127.0.0.1"
NAME = "localhost"  # the one host name that leads somewhere on every machine
GOOD = ("tcp", "public", "own-ca", "gateway")


async def _provider(certificate: Certificate) -> Provider:
    users = {USER: PASSWORD}
    return await Provider.start(HERE, transport="tls", tls=certificate.tls, users=users)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[dict[str, Stage]]:
    room = tmp_path_factory.mktemp("certificates")
    public, private = Authority.make(room, "public"), Authority.make(room, "private")
    tcp = await Provider.start(transport="tcp", users={USER: PASSWORD})
    gateway = await Exchange.start(transport="tls", tls=self_signed(room, "HT813").tls)
    far = {
        "tcp": Far(tcp, USER),
        "public": Far(await _provider(public.signs(NAME)), USER, NAME),
        "own-ca": Far(
            await _provider(private.signs(NAME)), USER, NAME, f'tls_ca = "{private.file}"'
        ),
        "gateway": Far(gateway, more="tls_verify = false"),
        "other-name": Far(await _provider(public.signs("sip.example.net")), USER, NAME, up=False),
        "unsigned": Far(await _provider(private.signs(NAME)), USER, NAME, up=False),
        "careless": Far(
            await Exchange.start("127.0.0.3", transport="tls", tls=self_signed(room, "X1").tls),
            up=False,
        ),
    }
    data = tmp_path_factory.mktemp("box")
    environment = {"SSL_CERT_FILE": str(public.file)}
    async with box_on(data, spoken, far, environment=environment) as stages:
        yield stages


@pytest_asyncio.fixture(loop_scope="session")
async def lines(shared: dict[str, Stage]) -> AsyncIterator[dict[str, Stage]]:
    yield shared
    await clear(shared)


@pytest.mark.parametrize("name", GOOD)
async def test_a_caller_and_the_staff_talk_over_any_transport(
    lines: dict[str, Stage], name: str
) -> None:
    stage = lines[name]
    await stage.opens(office(person("ana")))
    for other in lines.values():
        other.staff("ana", behaviours.off(503))
    ana = stage.staff("ana", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ANA)
    await ana.calls[0].hears(caller.manner.sound)
    await caller.hang_up()
    assert (await stage.story(caller)).call.line == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("other-name", "it was issued for another name"),
        ("unsigned", "nobody whom this box trusts has signed it"),
        ("careless", "it was issued for another name"),
    ],
)
async def test_who_cannot_prove_who_it_is_gets_no_word_and_the_owner_is_told(
    lines: dict[str, Stage], name: str, why: str
) -> None:
    box = lines["tcp"].box
    await box.until(lambda _: why in line(box, name).words, f"{name}: {why}")
    assert not line(box, name).up
    assert not lines[name].exchange.endpoint.log
