"""`./box demo`: a day in a shop, with the real daemon and page and simulated telephones.

Every party speaks a tone of its own; at the end the demo tells what each party heard, judged by
these tones, and stays up so that a softphone can call. `--once` hurries and does not stay; its
exit code says whether everybody heard what was promised. `--open` plays no day: the shop is open
and waits for a softphone at once. A daemon that dies is started again, as systemd would.
`--line` says how callers come: over the SIM cards of two modems, over SIP as staff does, or over
the shop's own telephone line on a voice modem, which can join nobody.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from hotline.control.messages.status import Event, StatusAnswer
from hotline.errors import HotlineError
from tests.sim.box import BoxUnderTest, free_port, page_of, running, trunk
from tests.sim.demo_lines import LINES, Call, Line
from tests.sim.demo_office_line import both_lines_at_once, order_is_promised_a_call
from tests.sim.sip import NotAsExpected, Provider, behaviours
from tests.sim.sound import Tone

OFFICE = Path(__file__).with_name("demo_office.yaml")
CLOSED = "  - {days: mon-sun, time: 00:00-00:01}"
OPEN = "  - {days: mon-sun, time: 00:00-24:00}"
ANA, ION = "+37369000101", "+37369000102"
console = Console(highlight=False)


@dataclass
class Pace:
    """How fast the day goes: seconds people take."""

    voicemail_after: float = 6.0
    answers_after: float = 2.5
    thinks: float = 1.5
    talks: float = 6.0
    complains: float = 6.0
    between: float = 2.0


HURRY = Pace(
    voicemail_after=1.0, answers_after=0.5, thinks=0.2, talks=1.5, complains=2.5, between=0.0
)


@dataclass
class Verdicts:
    """What each party was promised to hear, and whether it did."""

    rows: list[tuple[str, str, bool, str]] = field(default_factory=list)

    async def expect(self, who: str, promise: str, heard: Awaitable[object]) -> None:
        """Wait for what was promised; note it either way."""
        try:
            await heard
        except NotAsExpected as missing:
            self.rows.append((who, promise, False, str(missing)))
        else:
            self.rows.append((who, promise, True, ""))

    def note(self, who: str, promise: str, kept: bool) -> None:
        """A promise that needs no waiting."""
        self.rows.append((who, promise, kept, "" if kept else "it was otherwise"))

    @property
    def kept(self) -> bool:
        """Was every promise kept?"""
        return bool(self.rows) and all(row[2] for row in self.rows)

    def table(self) -> Table:
        """For the end of the demo."""
        table = Table("", "who", "was promised to hear", "", title="What each party heard")
        for who, promise, well, why in self.rows:
            table.add_row("[green]✓[/]" if well else "[red]✗[/]", who, promise, why)
        return table


@dataclass
class Shop:
    """The shop's box, the line its callers come by, the provider by which its people are rung."""

    box: BoxUnderTest
    line: Line
    provider: Provider
    pace: Pace
    verdicts: Verdicts

    async def opens(self) -> None:
        """The shop is open from now on."""
        await self.hours(OPEN)

    def tell(self, words: str) -> None:
        """The narrator."""
        tell(words)

    async def hours(self, rows: str) -> None:
        """Put the office in force with other opening hours, by the owner's own command."""
        text = OFFICE.read_text().replace("HOURS", rows)
        if self.line.mobiles:
            text += "text_staff: true\n"
        (self.box.data / "office.yaml").write_text(text)
        await self.box.command("office", "import", str(self.box.data / "office.yaml"))

    async def called(self, number: str, name: str, hertz: int) -> Call:
        """Somebody outside dials the shop's number and is answered."""
        call = await self.line.call(number, name, Tone(hertz))
        await call.answered(within=5)
        return call


async def complaint_at_night(shop: Shop) -> None:
    """A caller finds the shop closed and leaves a complaint; it is there, with her voice."""
    tell("Night. The shop is closed. Elena calls: her flowers came broken.")
    await shop.hours(CLOSED)
    call = await shop.called("+37322111222", "Elena", 640)
    await shop.verdicts.expect("Elena", "the greeting of a closed shop", call.hears_speech(5))
    await call.press("2")
    await shop.verdicts.expect("Elena", "a beep", call.hears(Tone(1000), within=40))
    await call.lasts(shop.pace.complains)
    await call.press("#")
    await shop.verdicts.expect("Elena", "her case number, spoken", call.hears_speech(8))
    await call.ended(within=40)
    await shop.box.idle()
    (case,) = await shop.box.records("complaints")
    length = f"{case['seconds']:.1f} s"
    shop.verdicts.note(
        "the shop", f"complaint {case['number']}, {length} long", case["seconds"] > 2
    )


async def order_reaches_second_person(shop: Shop) -> None:
    """Ana's voicemail picks up; the box is not fooled and rings Ion, who takes the order."""
    tell("Morning, the shop opens. Vasile orders flowers; Ana's mobile is off: voicemail.")
    await shop.opens()
    ana = shop.provider.mobile(ANA, behaviours.voicemail(shop.pace.voicemail_after))
    ion = shop.provider.mobile(
        ION, behaviours.answers(shop.pace.answers_after, "1"), tone=Tone(1880)
    )
    call = await shop.called("+37322333444", "Vasile", 1130)
    await shop.verdicts.expect("Vasile", "the greeting", call.hears_speech(5))
    await call.lasts(shop.pace.thinks)
    await call.press("1")
    voicemail = await ana.rings(within=10)
    await shop.verdicts.expect("Ana's voicemail", "who calls, why", voicemail.hears_speech(30))
    at_ion = await ion.rings(within=60)
    await shop.verdicts.expect("Ion", "who calls, why", at_ion.hears_speech(30))
    await shop.verdicts.expect("Vasile", "Ion's voice", call.hears(Tone(1880), within=60))
    await shop.verdicts.expect("Ion", "Vasile's voice", at_ion.hears(Tone(1130), within=10))
    await call.lasts(shop.pace.talks)
    await call.hang_up()
    await at_ion.ended(within=5)
    await shop.box.idle()
    shop.verdicts.note("Ana's voicemail", "never Vasile", not voicemail.hears_now(Tone(1130)))


async def hang_up_in_the_menu(shop: Shop) -> None:
    """Somebody hangs up in the menu; the call stands on the list of those to be returned."""
    tell("A caller hangs up while the menu speaks.")
    call = await shop.called("+37322555666", "", 700)
    await shop.verdicts.expect("the caller", "the greeting", call.hears_speech(5))
    await call.hang_up()
    await shop.box.idle(within=40)  # a line that speaks hears its exchange only afterwards
    missed = await shop.box.records("calls", "--missed")
    listed = any(row["caller_number"] == "+37322555666" for row in missed)
    shop.verdicts.note("the shop", "+37322555666 on the list “missed, not returned”", listed)


async def two_callers_at_once(shop: Shop) -> None:
    """Two calls at once: each reaches a person of their own, nobody hears the other pair."""
    tell("Noon. Two customers call in the same moment; Ana is back.")
    tones = {ANA: Tone(1750), ION: Tone(1880)}
    mobiles = [
        shop.provider.mobile(number, behaviours.answers(shop.pace.answers_after, "1"), tone=tone)
        for number, tone in tones.items()
    ]
    calls = await asyncio.gather(
        shop.called("+37322777888", "Dan", 520), shop.called("+37322999000", "Olga", 880)
    )
    for call in calls:
        await call.press("1")
    legs = await asyncio.gather(*(mobile.rings(within=20) for mobile in mobiles))
    await asyncio.gather(*(_anybody(call, tones.values()) for call in calls))
    await calls[0].lasts(shop.pace.talks)
    for name, mine, other in (("Dan", 520, 880), ("Olga", 880, 520)):
        with_me = [leg for leg in legs if leg.hears_now(Tone(mine))]
        shop.verdicts.note(name, "a person of the shop", len(with_me) == 1)
        alone = all(not leg.hears_now(Tone(other)) for leg in with_me)
        shop.verdicts.note(name, "nothing of the other call", alone)
    for call in calls:
        await call.hang_up()
    await shop.box.idle()


async def _anybody(call: Call, tones: object) -> None:
    waits = [asyncio.ensure_future(call.hears(tone, within=60)) for tone in list(tones)]  # type: ignore[call-overload]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)


Scenes = tuple[Callable[[Shop], Awaitable[None]], ...]
SCENES: Scenes = (
    complaint_at_night,
    order_reaches_second_person,
    hang_up_in_the_menu,
    two_callers_at_once,
)
OFFICE_LINE_SCENES: Scenes = (
    complaint_at_night,
    order_is_promised_a_call,
    hang_up_in_the_menu,
    both_lines_at_once,
)


def tell(words: str) -> None:
    """The narrator."""
    console.print(f"\n[bold]{words}[/bold]")


def narrate(box: BoxUnderTest) -> None:
    """Print each step of each call as it happens; a thread of its own, ends with the daemon."""

    def listen() -> None:
        with contextlib.suppress(HotlineError):
            for event in box.control.events():
                _print_event(event)

    threading.Thread(target=listen, name="narrator", daemon=True).start()


def _print_event(event: Event) -> None:
    at = event.at.astimezone().strftime("%H:%M:%S")
    about = f"call {event.subject}" if event.kind == "call" else event.subject
    console.print(f"  [dim]{at}[/dim] [cyan]{about:<8}[/cyan] {event.words}")


async def play(shop: Shop) -> None:
    """The whole day. A scene that fails is a broken promise, and the day goes on."""
    for scene in OFFICE_LINE_SCENES if shop.line.mobiles else SCENES:
        try:
            await scene(shop)
        except (NotAsExpected, TimeoutError, AssertionError) as broken:
            shop.verdicts.rows.append((scene.__name__.replace("_", " "), "", False, str(broken)))
        await asyncio.sleep(shop.pace.between)


async def demo(day: bool, stay: bool, pace: Pace, folder: Path, line: str) -> bool:
    """Play the day, or stay open for a softphone, or both; was every promise kept?"""
    verdicts = Verdicts()
    page_port = free_port()
    async with (
        await Provider.start(users={"shop": "secret"}) as provider,
        LINES[line](provider, folder) as callers,
    ):
        box = BoxUnderTest(
            folder,
            OFFICE.read_text().replace("HOURS", OPEN),
            trunk("shop", provider.address, user="shop", password="secret")
            + SOFTPHONE
            + callers.tables,
            settings=f"[page]\nport = {page_port}\n[limits]\nconcurrent = 10\n",
        )
        console.print("Starting the hotline ...")
        async with running(box), page_of(box, page_port) as address, kept_running(box):
            await provider.registered("shop", within=10)
            await box.until(lambda status: _all_up(status, callers.names), "every line up", 20)
            await _welcome(box, address)
            if day:
                await play(Shop(box, callers, provider, pace, verdicts))
                console.print(verdicts.table())
            if stay:
                await _stay(box, address)
    return verdicts.kept


def _all_up(status: StatusAnswer, names: tuple[str, ...]) -> bool:
    return all(line.up for line in status.lines if line.name in names)


@contextlib.asynccontextmanager
async def kept_running(box: BoxUnderTest) -> AsyncIterator[None]:
    """Tell what happens in the daemon, and start it again when it ends, until the demo ends."""
    narrate(box)
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(_keep_running(box))
        yield
        keeper.cancel()


async def _keep_running(box: BoxUnderTest) -> None:
    while True:
        how = await box.ended()
        seconds = await box.start()
        narrate(box)
        tell(f"The daemon ended ({how}), was started again in {seconds:.1f} s: process {box.pid}.")


SOFTPHONE = """
[[trunk]]
name = "softphone"
kind = "gateway"
host = "127.0.0.1"
port = 5062
keep_alive_seconds = 0
outbound = false
"""


async def _welcome(box: BoxUnderTest, address: str) -> None:
    code = (await box.command("admin", "claim-code")).strip()
    console.print(
        Panel(
            f"The page: [bold]{address}[/bold]   one-time code: [bold]{code}[/bold]\n"
            f"Records and log of this demo: {box.data}",
            title="The hotline answers",
        )
    )


async def _stay(box: BoxUnderTest, address: str) -> None:
    console.print(
        Panel(
            f"Call it yourself with a softphone on this machine:\n"
            f"    [bold]sip:hotline@127.0.0.1:{box.port}[/bold]\n"
            f"for example:  baresip -e '/dial sip:hotline@127.0.0.1:{box.port}'\n"
            f"Press 2 and complain, then listen to it on {address}\n"
            f"Nothing said is lost: kill -9 {box.pid} while you speak, and listen again.\n"
            f"Ctrl-C ends the demo.",
            title="Your turn",
        )
    )
    await asyncio.Event().wait()


def main() -> int:
    """Entry point."""
    words = argparse.ArgumentParser(prog="./box demo", description=__doc__)
    length = words.add_mutually_exclusive_group()
    length.add_argument("--once", action="store_true", help="hurry, do not stay")
    length.add_argument("--open", action="store_true", help="no played day: stay for a softphone")
    words.add_argument(
        "--line", choices=LINES, default="gsm", help="how callers come: gsm if not said"
    )
    words.add_argument("--folder", type=Path, help="where the demo keeps its records")
    given = words.parse_args()
    for ends in (signal.SIGINT, signal.SIGTERM):  # also where a shell had it ignored
        signal.signal(ends, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="hotline-demo-") as scratch,
        contextlib.suppress(KeyboardInterrupt),
    ):
        folder = given.folder or Path(scratch)
        pace = HURRY if given.once else Pace()
        kept = asyncio.run(demo(not given.open, not given.once, pace, folder, given.line))
        return 0 if kept else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
