"""Messengers and services through apprise, each letter in a child process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hotline.notify.outbox import LetterRefused, Way, WayDown
from hotline.notify.reach import Reach, refusal
from hotline.said import say, together
from hotline.storage.outbox import Letter

CHILD = "hotline.notify.apprise_child"
BROKE_OFF = "broke off"
TIMEOUT = 90.0  # seconds for the child's whole life


@dataclass(frozen=True)
class AppriseSettings:
    """Targets by name, as apprise writes them ("tgram://token/chat"); a letter names one.

    reach: how far those may lead that are named in it; no target may be this box itself or
    link-local.
    """

    targets: Mapping[str, str] = field(repr=False)
    reach: Mapping[str, Reach] = field(default_factory=dict)


def apprise_way(settings: Callable[[], AppriseSettings | None], recordings: Path) -> Way:
    """The way "apprise". A letter's recipient is the name of a target."""

    async def send(letter: Letter) -> None:
        current = settings()
        if current is None or letter.recipient not in current.targets:
            raise LetterRefused(
                say("No messenger is called %(name)s.", name=letter.recipient[:80]),
                say("Add it on the page Notifications."),
            )
        trouble = _trouble(await _answer_of_child(_order(current, letter, recordings)))
        if trouble:
            raise _down(letter.recipient, trouble)

    return send


def _order(settings: AppriseSettings, letter: Letter, recordings: Path) -> bytes:
    attachment = recordings / Path(letter.attachment).name if letter.attachment else None
    there = attachment is not None and attachment.is_file()
    order = {
        "target": settings.targets[letter.recipient],
        "subject": letter.subject,
        "body": letter.body,
        "attachment": str(attachment) if there else None,
        "reach": settings.reach.get(letter.recipient, Reach.HOUSE),
    }
    return json.dumps(order).encode()


async def _answer_of_child(order: bytes) -> bytes:
    """What the child printed; it is ended when this is cancelled or takes too long."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", CHILD, stdin=pipe, stdout=pipe, stderr=nothing
    )
    try:
        async with asyncio.timeout(TIMEOUT):
            said, _ = await child.communicate(order)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return said


def _trouble(said: bytes) -> str:
    """The child's trouble; one that died said nothing."""
    try:
        return str(json.loads(said)["trouble"])
    except ValueError:
        return BROKE_OFF


def _down(name: str, trouble: str) -> WayDown:
    match trouble:
        case "not understood":
            return WayDown(
                say("The address of the messenger %(name)s is not understood.", name=name),
                say("Remove it, and write it as the service told you."),
            )
        case "not taken":
            return WayDown(
                say("The messenger %(name)s did not take it, or did not answer.", name=name),
                say("Check its key, its address and the Internet connection."),
            )
        case "broke off":
            return WayDown(
                say("The message to %(name)s broke off.", name=name),
                say("The box tries again by itself."),
            )
    return WayDown(
        together(say("Nothing was sent to the messenger %(name)s.", name=name), refusal(trouble)),
        say("If that is meant, say so where it is set up."),
    )
