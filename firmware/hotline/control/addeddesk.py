"""Lines that are added, changed and taken out while the box runs; its socket is the only way.

What is asked is checked as box.toml is. A key that would make the box open a file of the asker's
choice, let in other addresses or send callers past the box is for box.toml alone.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hotline.control.messages.lines import (
    AddedLine,
    FoundModem,
    LineAdd,
    LineChange,
    LineRemove,
    LinesAnswer,
    LineSet,
    Section,
    Setting,
)
from hotline.control.messages.wire import Done
from hotline.errors import BadSettings, HotlineError, LineDown
from hotline.lines.finder import Finder, Seen, modems, voice_modems
from hotline.lines.usb import Device
from hotline.options import Options
from hotline.options.added import (
    MOST_ADDED,
    ROOM_FOR_CALLS,
    Added,
    AllLines,
    Settings,
    every_line,
    with_line,
    without_line,
)
from hotline.options.mistakes import Mistake, bad_settings
from hotline.options.providers import PROVIDERS
from hotline.said import Said, say, together
from hotline.storage.addedlines import write_lines
from hotline.storage.audit import Act

# What may be set from outside the box, and what of it is never told again.
KEYS: Mapping[Section, frozenset[str]] = {
    "trunk": frozenset(
        {"name", "kind", "host", "port", "transport", "user", "password", "number", "channels"}
        | {"number_format", "outbound"}
    ),
    "modem": frozenset({"name", "model", "usb", "imei", "number", "pin", "outbound", "balance"}),
    "voice_modem": frozenset({"name", "model", "port", "number"}),
}
HIDDEN = frozenset({"password", "pin"})
NAMES: Mapping[Section, str] = {"trunk": "line", "modem": "mobile", "voice_modem": "office"}
BUSY = say("Wait until the call is over, then try again.")


class Rack(Protocol):
    """Where the lines of the running box are; see box/rack.py."""

    finder: Finder

    def busy(self, name: str) -> bool: ...
    async def put_in(self, one: Settings, options: Options) -> None: ...
    async def take_out(self, name: str, options: Options) -> None: ...


@dataclass
class AddedDesk:
    """Part of the front desk. lines: what the box has. note: for the audit, which has the instant.

    path: of lines.toml. One change at a time; each is on the disk before it is answered.
    """

    rack: Rack
    path: Path
    lines: AllLines
    note: Callable[[Act, str, str], None]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _kept_old: bool = False

    async def found(self) -> LinesAnswer:
        """Modems without a line, and lines that can be changed."""
        return LinesAnswer(
            found=await asyncio.to_thread(self._found),
            added=tuple(_shown(one) for one in self.lines.added),
            wrong=self.lines.wrong,
            room=max(0, MOST_ADDED - len(self.lines.added)),
        )

    async def add(self, ask: LineAdd) -> LineSet:
        """A new line, at work at once. Raises BadSettings."""
        async with self._turn:
            if len(self.lines.added) >= MOST_ADDED:
                raise HotlineError(
                    say("The box has %(most)s added lines, and takes no more.", most=MOST_ADDED),
                    say("Remove one first."),
                )
            given = self._allowed(ask.section, ask.settings)
            row = {"name": self._free_name(ask.section, given)} | given
            one = Added(ask.section, row)
            after = self._with(self.lines, one)
            await self._keep(after)
            await self._put_in(after, one.name)
            self.note(Act.LINE_ADDED, one.name, ask.by)
            return LineSet(line=one.name)

    async def change(self, ask: LineChange) -> LineSet:
        """Other settings of a line; it is at work with them at once. Raises BadSettings."""
        async with self._turn:
            old, before = self._mine(ask.line), self.lines
            given = self._allowed(old.section, ask.settings) | {"name": old.name}
            _same_server(old, given)
            row = {key: value for key, value in ({**old.row} | given).items() if value != ""}
            without = without_line(before, old.name)
            after = self._with(without, Added(old.section, row))
            self._idle(old.name)
            await self._take_out(without, old.name)
            try:
                await self._keep(after)
            except HotlineError:
                await self._put_in(before, old.name)
                raise
            await self._put_in(after, old.name)
            self.note(Act.LINE_CHANGED, old.name, ask.by)
            return LineSet(line=old.name)

    async def remove(self, ask: LineRemove) -> Done:
        """Take a line out for good."""
        async with self._turn:
            old, before = self._mine(ask.line), self.lines
            self._idle(old.name)
            after = without_line(before, old.name)
            await self._take_out(after, old.name)
            try:
                await self._keep(after)
            except HotlineError:
                await self._put_in(before, old.name)
                raise
            self.note(Act.LINE_REMOVED, old.name, ask.by)
        return Done()

    # -- what is asked -------------------------------------------------------------------------

    def _allowed(self, section: Section, given: Mapping[str, Setting]) -> dict[str, Setting]:
        if unknown := sorted(given.keys() - KEYS[section]):
            raise BadSettings("The line", tuple(f"{key} is for box.toml alone" for key in unknown))
        if section == "voice_modem" and (port := given.get("port")):
            known = {str(one.port) for one in voice_modems(self.rack.finder.bus)}
            if port not in known:
                words = say("is of no voice modem that is plugged in")
                raise bad_settings("The line", [Mistake((section, 0, "port"), "port", words)])
        return dict(given)

    def _with(self, lines: AllLines, one: Added) -> AllLines:
        after = with_line(lines, one, self.path.parent)
        before = {trunk.name for trunk in lines.options.trunks}
        names = {each.name for each in after.added}
        calls = sum(t.channels for t in after.options.trunks if t.name in names)
        if calls > ROOM_FOR_CALLS and one.name not in before:
            words = say("added lines carry %(n)s calls together", n=ROOM_FOR_CALLS)
            place = (one.section, 0, "channels")
            raise bad_settings("The line", [Mistake(place, "channels:", words)])
        return after

    def _mine(self, name: str) -> Added:
        if one := self.lines.added_line(name):
            return one
        if self.lines.line(name) is None:
            raise HotlineError(say("No line is called %(line)s.", line=name))
        raise HotlineError(
            say("The line %(line)s stands in box.toml.", line=name),
            say("Change it there, and start the box anew."),
        )

    def _idle(self, name: str) -> None:
        if self.rack.busy(name):
            raise LineDown(say("The line %(line)s carries a call.", line=name), BUSY)

    def _free_name(self, section: Section, given: Mapping[str, Setting]) -> str:
        taken = {one.name for one in every_line(self.lines.options)}
        known = (one.id for one in PROVIDERS if one.host == given.get("host"))
        first = "gateway" if given.get("kind") == "gateway" else next(known, NAMES[section])
        names = itertools.chain([first], (f"{first}{n}" for n in itertools.count(2)))
        return next(name for name in names if name not in taken)

    # -- what is done --------------------------------------------------------------------------

    async def _keep(self, after: AllLines) -> None:
        """What could not be read of the file stays in a copy beside it."""
        keep_old = bool(after.wrong) and not self._kept_old
        try:
            await asyncio.to_thread(write_lines, self.path, after.added, keep_old=keep_old)
        except OSError as error:
            raise HotlineError(
                say("The line could not be written down: %(why)s.", why=error.strerror),
                say("See that the disk has room, then try again."),
            ) from None
        self._kept_old = True

    async def _take_out(self, without: AllLines, name: str) -> None:
        self.lines = without
        await self.rack.take_out(name, without.options)

    async def _put_in(self, lines: AllLines, name: str) -> None:
        self.lines = lines
        one = lines.line(name)
        assert one is not None
        await self.rack.put_in(one, lines.options)

    # -- what is plugged in --------------------------------------------------------------------

    def _found(self) -> tuple[FoundModem, ...]:
        finder, options = self.rack.finder, self.lines.options
        wanted = options.modems
        seen = [one for one in modems(finder.bus.devices()) if not finder.line_of(one, wanted)]
        ports = {one.port.resolve() for one in options.voice_modems}
        voices = (
            FoundModem(
                words=_where(one.words, one.device),
                section="voice_modem",
                settings={"model": one.model, "port": str(one.port)},
            )
            for one in voice_modems(finder.bus)
            if one.port is not None and one.port.resolve() not in ports
        )
        return (*(_found(one, finder.bus.dev) for one in seen), *voices)


def _same_server(old: Added, given: Mapping[str, Setting]) -> None:
    """A password is told to no server but the one for which it was written."""
    ways = {"host", "port", "transport"}
    moved = any(given[key] != old.row.get(key) for key in ways & given.keys())
    if moved and old.row.get("password") and not given.get("password"):
        raise HotlineError(
            say("The password belongs to the server that was named before."),
            say("Write the password of the new one, too."),
        )


def _where(model: str, device: Device) -> Said:
    return say("%(modem)s at USB %(place)s", modem=model, place=device.path)


def _found(seen: Seen, dev: Path) -> FoundModem:
    words = _where(seen.model, seen.device)
    try:
        seen.ports(dev)
    except LineDown as down:
        action = down.action or say("Unplug it, and plug it in again.")
        return FoundModem(words=words, trouble=together(down.cause), action=together(action))
    model = seen.known.model if seen.known else ""
    return FoundModem(words=words, settings={"model": model, "usb": seen.device.path})


def _shown(one: Added) -> AddedLine:
    settings = {
        key: value
        for key, value in one.row.items()
        if key in KEYS[one.section] - HIDDEN and not isinstance(value, list)
    }
    return AddedLine(line=one.name, section=one.section, settings=settings)
