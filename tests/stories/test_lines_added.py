"""A line that is added while the box runs answers at once, stays, and is mended on the way."""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.control.client import Refused
from hotline.control.messages.lines import LineAdd, LineChange
from hotline.media.catalogue import Prompt
from hotline.media.speech import Voice
from hotline.storage import audit
from hotline.storage.audit import Act
from hotline.storage.schema import records_file
from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.sip import Provider, behaviours
from tests.stories.lines import line
from tests.stories.stage import (
    PASSWORD,
    PLENTY,
    STAFF,
    USER,
    Stage,
    heard,
    office,
    person,
    voices,
)

pytestmark = pytest.mark.sip_only


@dataclass
class Fresh:
    """A box without any line, and a provider that nobody told it of."""

    box: BoxUnderTest
    provider: Provider
    voice: Voice

    async def adds(self, password: str = PASSWORD, **more: str) -> str:
        """The owner names the provider on the page; the name of the line."""
        host, port = self.provider.address
        settings = {"kind": "provider", "host": host, "port": port, "user": USER}
        ask = LineAdd(
            section="trunk", settings=settings | {"password": password} | more, by="maria"
        )
        return await asyncio.to_thread(self.box.control.line_add, ask)

    async def changes(self, name: str, **settings: str | int) -> None:
        """The owner writes something else."""
        ask = LineChange(line=name, settings=settings, by="maria")
        await asyncio.to_thread(self.box.control.line_change, ask)

    async def removes(self, name: str) -> None:
        """The owner takes a line out."""
        await asyncio.to_thread(self.box.control.line_remove, name, "maria")

    async def up(self, name: str) -> Stage:
        """The line is up; the stage on which its callers come."""
        await self.box.until(
            lambda status: any(one.name == name and one.up for one in status.lines), f"{name} up"
        )
        target = await self.provider.registered(USER)
        return Stage(self.box, self.provider, target, self.voice)


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(tmp_path: Path, spoken: Path) -> AsyncIterator[Fresh]:
    async with await Provider.start(users={USER: PASSWORD}) as provider:
        box = BoxUnderTest(tmp_path, office(), "", PLENTY)
        voice = voices(box.data, spoken)
        async with running(box):
            yield Fresh(box, provider, voice)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BoxUnderTest]:
    """A box without any line, of which nothing is kept."""
    async with running(BoxUnderTest(tmp_path_factory.mktemp("box"), office(), "")) as box:
        yield box


async def greeted(stage: Stage) -> None:
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    await stage.clear()


async def test_a_caller_is_answered_on_a_line_that_was_just_added(fresh: Fresh) -> None:
    assert fresh.box.status().lines == ()
    await greeted(await fresh.up(await fresh.adds()))


async def test_an_added_line_answers_again_after_the_box_was_killed(fresh: Fresh) -> None:
    name = await fresh.adds()
    await fresh.up(name)
    fresh.box.kill()
    await fresh.box.ended()
    fresh.provider.forget()
    await fresh.box.start()
    await greeted(await fresh.up(name))


async def test_a_wrong_password_is_told_in_words_and_mended_without_a_restart(fresh: Fresh) -> None:
    name = await fresh.adds(password="wr0ng")
    refused = f"The provider of {name} refuses the user name or password."
    await fresh.box.until(lambda status: status.lines[0].words == refused, "a refusal")
    assert not line(fresh.box, name).up
    await fresh.changes(name, password=PASSWORD)
    await greeted(await fresh.up(name))


async def test_a_line_that_was_removed_is_gone_from_its_provider_and_stays_gone(
    fresh: Fresh,
) -> None:
    name = await fresh.adds()
    await fresh.up(name)
    await fresh.removes(name)
    assert fresh.box.status().lines == ()
    await fresh.provider.unregistered(USER)
    await fresh.box.stop()
    await fresh.box.start()
    assert fresh.box.status().lines == ()


async def test_a_line_with_a_caller_on_it_is_neither_changed_nor_removed(fresh: Fresh) -> None:
    name = await fresh.adds()
    stage = await fresh.up(name)
    caller = await stage.called()
    for asks in (fresh.changes(name, channels=1), fresh.removes(name)):
        with pytest.raises(Refused, match=f"The line {name} carries a call. Wait until"):
            await asks
    await heard(caller, Prompt.GREETING_OPEN)
    await stage.clear()
    await fresh.removes(name)


async def test_nobody_but_the_box_reads_the_password_of_an_added_line(fresh: Fresh) -> None:
    await fresh.up(await fresh.adds(password=PASSWORD))
    file = fresh.box.data / "lines.toml"
    assert PASSWORD in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = fresh.box.control.lines_found().model_dump_json() + fresh.box.log()
    assert PASSWORD not in told + await fresh.box.command("lines", "--json")


async def test_a_line_of_box_toml_is_changed_in_box_toml_alone(fresh: Fresh) -> None:
    await fresh.box.stop()
    fresh.box.trunks = trunk("house", fresh.provider.address)
    fresh.box.write_settings()
    await fresh.box.start()
    with pytest.raises(Refused, match=r"The line house stands in box\.toml\. Change it there"):
        await fresh.removes("house")


async def test_what_is_wrong_in_the_file_of_added_lines_costs_no_other_line(fresh: Fresh) -> None:
    name = await fresh.adds()
    await fresh.up(name)
    await fresh.box.stop()
    with (fresh.box.data / "lines.toml").open("a") as file:
        file.write('[[trunk]]\nname = "second\n[[trunk]]\nname = "third"\nkind = "provider"\n')
    await fresh.box.start()
    await greeted(await fresh.up(name))
    told = " ".join(fresh.box.control.lines_found().wrong)
    assert "is left out: third: host is missing" in told
    assert "Illegal character" in told
    assert "is left out: third: host is missing" in await fresh.box.command("doctor", code=None)


async def test_a_line_is_added_changed_and_removed_by_commands_too(fresh: Fresh) -> None:
    host, port = fresh.provider.address
    words = (f"host={host}", f"port={port}", f"user={USER}", "kind=provider")
    command = fresh.box.command
    said = await command("lines", "add", "trunk", *words, "password=-", stdin="wr0ng\n")
    assert said == "line: added, and at work.\n"
    await command("lines", "change", "line", "password=-", stdin=f"{PASSWORD}\n")
    await greeted(await fresh.up("line"))
    assert "hots is for box.toml alone" in await command(
        "lines", "add", "trunk", "hots=sip.example.net", code=1
    )
    await command("lines", "remove", "line")
    assert fresh.box.status().lines == ()


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"host": "a b", "user": "u", "password": "p"}, "host must be a host name"),
        ({"host": "192.0.2.1", "user": "u"}, "it needs a password to register"),
        ({"host": "192.0.2.1", "password_file": "/etc/hotline/box.toml"}, "password_file is for"),
        ({"host": "192.0.2.1", "peers": "0.0.0.0/0"}, "peers is for box.toml alone"),
        ({"host": "192.0.2.1", "user": "u", "password": "p", "channels": 25}, "carry 24 calls"),
    ],
)
async def test_what_the_page_may_not_set_up_is_refused_and_nothing_is_kept(
    empty: BoxUnderTest, settings: dict[str, str | int], refusal: str
) -> None:
    ask = LineAdd(section="trunk", settings={"kind": "provider"} | settings, by="maria")
    with pytest.raises(Refused) as refused:
        empty.control.line_add(ask)
    assert re.search(refusal, " ".join(refused.value.problems))
    assert empty.status().lines == ()
    assert not (empty.data / "lines.toml").exists()


async def test_a_box_takes_no_more_than_eight_added_lines(empty: BoxUnderTest) -> None:
    ask = LineAdd(section="trunk", settings={"kind": "gateway", "host": "192.0.2.1"}, by="maria")
    names = [await asyncio.to_thread(empty.control.line_add, ask) for _ in range(8)]
    assert names == ["gateway", *(f"gateway{n}" for n in range(2, 9))]
    with pytest.raises(Refused, match="The box has 8 added lines, and takes no more"):
        empty.control.line_add(ask)
    for name in names:
        await asyncio.to_thread(empty.control.line_remove, name, "maria")


async def test_a_box_that_nobody_set_up_starts_and_says_that_it_has_no_line(tmp_path: Path) -> None:
    box = BoxUnderTest(tmp_path, "", "")
    box.write_settings()
    await box.start()
    try:
        assert box.status().lines == ()
        assert "No telephone line is set up. Add one on the page Lines" in await box.command(
            "doctor", code=None
        )
        assert await box.command("lines", "found") == (
            "No modem is plugged in that carries no line.\n"
        )
    finally:
        await box.stop()


async def test_what_was_done_with_lines_is_written_down_with_who_did_it(fresh: Fresh) -> None:
    name = await fresh.adds()
    await fresh.changes(name, channels=1)
    await fresh.removes(name)
    with records_file(fresh.box.data).reading() as database:
        found = [(one.what, one.person, one.by) for one in audit.newest(database, 3)]
    assert found == [
        (Act.LINE_REMOVED, name, "maria"),
        (Act.LINE_CHANGED, name, "maria"),
        (Act.LINE_ADDED, name, "maria"),
    ]


async def test_a_person_is_rung_over_a_line_that_was_just_added(fresh: Fresh) -> None:
    stage = await fresh.up(await fresh.adds())
    await stage.opens(office(person("ana")))
    stage.staff("ana", behaviours.answers(after=0.1, thinks=0))
    caller = await stage.forwarded()
    await caller.hears(STAFF["ana"][1])
    await stage.clear()
