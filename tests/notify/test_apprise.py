"""Messengers: a child process per letter, and nothing that reaches back into the box."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hotline.notify.apprise_way import AppriseSettings, apprise_way
from hotline.notify.outbox import LetterRefused, WayDown
from hotline.notify.reach import Reach, forbidden
from hotline.storage.outbox import Letter
from tests.storage.conftest import NOW


@dataclass
class Service:
    """A web service on loopback that takes what apprise posts."""

    posts: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [
            line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        ]
        body = await reader.readexactly(int(lengths[0].split(b":")[1]))
        self.posts.append(json.loads(body))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    taking = Service()
    server = await asyncio.start_server(taking.talk, "127.0.0.1", 0)
    taking.port = server.sockets[0].getsockname()[1]
    yield taking
    server.close()


def letter(recipient: str = "office chat") -> Letter:
    return Letter("1", NOW, "apprise", recipient, "Жалоба 104", "Звонил +373", NOW)


async def send(target: str, *, reach: Reach = Reach.HOUSE, recipient: str = "office chat") -> None:
    settings = AppriseSettings({"office chat": target}, {"office chat": reach})
    await apprise_way(lambda: settings, Path("/nowhere"))(letter(recipient))


async def test_a_letter_reaches_the_messenger(service: Service) -> None:
    await send(f"json://127.0.0.1:{service.port}", reach=Reach.ANYWHERE)
    (post,) = service.posts
    assert (post["title"], post["message"]) == ("Жалоба 104", "Звонил +373")


async def test_no_target_reaches_back_into_the_box(service: Service) -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(WayDown, match="leads to this box itself"):
            await send(f"json://{host}:{service.port}")
    assert service.posts == []


async def test_a_messenger_that_was_added_on_the_page_reaches_no_further_out_than_it_may(
    service: Service,
) -> None:
    with pytest.raises(WayDown, match="leads to this box itself"):
        await send(f"json://127.0.0.1:{service.port}", reach=Reach.OUTSIDE)
    assert service.posts == []


async def test_a_service_that_says_no_is_said_so() -> None:
    with pytest.raises(WayDown, match="did not take it, or did not answer"):
        await send("json://127.0.0.1:9", reach=Reach.ANYWHERE)


async def test_a_target_written_wrongly_is_said_so() -> None:
    with pytest.raises(WayDown, match="is not understood"):
        await send("nonsense")


async def test_a_letter_to_an_unknown_target_is_refused() -> None:
    with pytest.raises(LetterRefused, match="No messenger is called"):
        await send("json://example.org", recipient="somebody")


def test_the_plug_ins_stay_out_of_the_daemon() -> None:
    asked = "import sys, hotline.notify.apprise_way; sys.exit('apprise' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert (
        subprocess.run([sys.executable, "-c", asked], env=environment, check=False).returncode == 0
    )


def test_tokens_are_not_shown() -> None:
    assert "token" not in repr(AppriseSettings({"chat": "tgram://token/1"}))


@pytest.mark.parametrize(
    "address",
    [
        ("127.0.0.1", 80),
        ("127.8.8.8", 80),
        ("0.0.0.0", 80),
        ("169.254.169.254", 80),
        ("::1", 80, 0, 0),
        ("fe80::1%eth0", 80, 0, 2),
        ("::ffff:127.0.0.1", 80, 0, 0),
        ("::", 80, 0, 0),
        ("2002:7f00:1::", 80, 0, 0),
        ("64:ff9b::7f00:1", 80, 0, 0),
        "/run/hotline/control.sock",
        ("localhost", 80),
    ],
)
def test_the_box_itself_is_forbidden_in_every_spelling(address: object) -> None:
    assert forbidden(address, Reach.HOUSE)
    assert forbidden(address, Reach.OUTSIDE)


@pytest.mark.parametrize(
    "address", [("93.184.216.34", 443), ("192.168.1.5", 80), ("2a00:1450::1", 443, 0, 0)]
)
def test_other_machines_are_not(address: object) -> None:
    assert forbidden(address, Reach.HOUSE) == ""


@pytest.mark.parametrize(
    "address",
    [
        ("192.168.1.5", 80),
        ("10.0.0.1", 80),
        ("172.16.3.4", 443),
        ("100.64.0.1", 443),
        ("fd00::5", 443, 0, 0),
        ("::ffff:192.168.1.5", 80, 0, 0),
        ("64:ff9b::c0a8:105", 80, 0, 0),
        ("2002:c0a8:0105::1", 80, 0, 0),
    ],
)
def test_the_offices_network_is_forbidden_until_somebody_says_otherwise(address: object) -> None:
    assert "network" in forbidden(address, Reach.OUTSIDE)
    assert forbidden(address, Reach.HOUSE) == ""


@pytest.mark.parametrize("address", [("93.184.216.34", 443), ("2a00:1450::1", 443, 0, 0)])
def test_the_internet_is_allowed(address: object) -> None:
    assert forbidden(address, Reach.OUTSIDE) == ""
