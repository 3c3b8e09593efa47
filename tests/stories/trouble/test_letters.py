"""Who has to be told is told, once: whatever the mail server or the power does meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from hotline.storage import outbox
from hotline.storage.outbox import Letter
from hotline.storage.schema import records_file
from tests.sim.box import free_port
from tests.sim.sip import OutgoingCall
from tests.sim.smtp import MailServer
from tests.sim.sound import Silence, noise
from tests.stories.stage import BEEP, PLENTY, Stage, office, staged
from tests.stories.trouble.blows import kill_and_start

BOSS = "boss@example.org"
MAIL = """
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "box@example.org"
"""
RETRY_S = 60.0  # the second attempt comes after 15 s


@pytest_asyncio.fixture(loop_scope="session")
async def mail_server() -> AsyncIterator[MailServer]:
    """Not running yet; its port is known."""
    server = MailServer(port=free_port())
    yield server
    await server.stop()


async def speaks(stage: Stage, key: str) -> OutgoingCall:
    """A caller in the middle of a message (3) or a complaint (2)."""
    call = await stage.called(tone=Silence())
    await call.press(key)
    await call.hears(BEEP, within=15, lasting=0.1)
    await call.say(noise(2.5, seed=5))
    return call


def letters(stage: Stage) -> list[Letter]:
    """Every letter, sent or not."""
    with records_file(stage.box.data).reading() as database:
        return outbox.recent(database)


async def test_letters_wait_for_the_mail_server_and_arrive_once(
    tmp_path: Path, spoken: Path, mail_server: MailServer
) -> None:
    settings = PLENTY + MAIL.format(port=mail_server.port)
    async with staged(tmp_path, spoken, settings=settings) as stage:
        await stage.opens(office(recording_notice={}, notify_to=[BOSS]))
        message = await speaks(stage, "3")
        await message.hang_up()
        await stage.box.until(lambda s: s.unsent == 1, "one letter that waits")
        await stage.box.until(lambda _: bool(letters(stage)[0].last_error), "a failed attempt")
        complaint = await speaks(stage, "2")
        await kill_and_start(stage)
        await stage.box.until(lambda s: s.unsent == 3, "the letters of both runs")
        await mail_server.start(mail_server.port)
        await stage.box.until(lambda s: s.unsent == 0, "every letter sent", RETRY_S)
        ids = {f"<{letter.id}@example.org>" for letter in letters(stage)}
        assert sorted(ids) == sorted(mail.message["Message-ID"] for mail in mail_server.mails)
        subjects = " ".join(mail.message["Subject"] for mail in mail_server.mails)
        assert f"Message 101: {message.number}" in subjects
        assert f"Complaint 102: {complaint.number}" in subjects
        assert subjects.count("Missed call") == 1
