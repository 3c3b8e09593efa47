"""What the box itself is set to by the page, and its beginning anew; its socket is the only way.

What is chosen is checked as box.toml is, lies on the disk before it is answered, and is in force
when the box begins anew. Whoever may not be the owner only lowers limits.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hotline.control.messages.box import (
    BoxAnew,
    BoxAnswer,
    BoxBegins,
    BoxGet,
    BoxSet,
    BoxSetting,
    Value,
)
from hotline.control.messages.wire import Done
from hotline.control.table import Row, row, row_at_once
from hotline.errors import HotlineError
from hotline.options import Options
from hotline.options.chosen import (
    CHOOSABLE,
    Chosen,
    WithChosen,
    differing,
    only_lowered,
    plain,
    with_chosen,
    written,
)
from hotline.said import say
from hotline.storage.audit import Act
from hotline.storage.chosenfile import write_chosen

SHOWN = ("box", "sip", "limits", "page")
ANSWER_GOES_S = 0.2  # out, before the socket is closed
LOOK_FOR_CALLS_S = 0.5


@dataclass
class BoxDesk:
    """Part of the front desk. filed: what box.toml says. running: what the box began with.

    path: of settings.toml. busy: is a call up? note: for the audit, which has the instant.
    """

    filed: Options
    running: WithChosen
    path: Path
    busy: Callable[[], bool]
    note: Callable[[Act, str, str], None]
    _later: WithChosen = field(init=False)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _kept_old: bool = False

    def __post_init__(self) -> None:
        chosen = self.running.chosen
        self._later = WithChosen(with_chosen(self.filed, chosen), chosen)

    def rows(self) -> Iterator[Row]:
        """What it answers."""
        yield row_at_once(BoxGet, lambda _: self.all())
        yield row(BoxSet, self.put)
        yield row(BoxAnew, self.anew)

    def all(self) -> BoxAnswer:
        """What the box is set to."""
        return BoxAnswer(
            settings=tuple(self._settings()),
            seen=_mark(self._later.chosen),
            wrong=self.running.wrong,
            waits=self._asked.is_set(),
        )

    async def put(self, ask: BoxSet) -> Done:
        """Choose other settings. Raises BadSettings."""
        async with self._turn:
            if ask.seen != _mark(self._later.chosen):
                raise HotlineError(
                    say("Somebody has changed this meanwhile."),
                    say("Look at it again, then change it."),
                )
            after = with_chosen(self.filed, self._chosen(ask.sections))
            if not ask.as_owner and not only_lowered(self._later.options, after):
                raise HotlineError(
                    say("Only the owner of the box may allow more than before."),
                    say("Ask the owner of the box."),
                )
            chosen = differing(self.filed, after)
            if not ask.only_look and chosen != self._later.chosen:
                await self._keep(chosen)
                self._later = WithChosen(after, chosen)
                self.note(Act.SETTINGS_CHANGED, ", ".join(sorted(_changed(ask.sections))), ask.by)
        return Done()

    async def anew(self, ask: BoxAnew) -> BoxBegins:
        """Begin anew as soon as no call is up."""
        if not self._asked.is_set():
            self.note(Act.BOX_ANEW, "", ask.by)
        self.begin_anew()
        return BoxBegins(at_once=not self.busy())

    def begin_anew(self) -> None:
        """The same, for a reason of the box's own."""
        self._asked.set()

    async def until_anew(self) -> None:
        """Wait until somebody has asked for it and no call is up."""
        await self._asked.wait()
        await asyncio.sleep(ANSWER_GOES_S)
        while self.busy():  # noqa: ASYNC110 - calls end in many places
            await asyncio.sleep(LOOK_FOR_CALLS_S)

    def _chosen(self, sections: Mapping[str, Mapping[str, Value]]) -> Chosen:
        """What is chosen already, with these; an empty text is as if it was never chosen."""
        together = {name: dict(keys) for name, keys in self._later.chosen.items()}
        for name, keys in sections.items():
            here = together.setdefault(name, {})
            for key, value in keys.items():
                here.pop(key, None)
                if value != "":
                    here[key] = value
        return {name: keys for name, keys in together.items() if keys}

    async def _keep(self, chosen: Chosen) -> None:
        keep_old = bool(self.running.wrong) and not self._kept_old
        try:
            await asyncio.to_thread(write_chosen, self.path, chosen, keep_old=keep_old)
        except OSError as error:
            raise HotlineError(
                say("The settings could not be written down: %(why)s.", why=error.strerror),
                say("See that the disk has room, then try again."),
            ) from None
        self._kept_old = True

    def _settings(self) -> Iterator[BoxSetting]:
        for section in SHOWN:
            for one in fields(getattr(self.filed, section)):
                yield BoxSetting(
                    section=section,
                    key=one.name,
                    now=plain(self.running.options, section, one.name),
                    later=plain(self._later.options, section, one.name),
                    filed=plain(self.filed, section, one.name),
                    fixed=one.name not in CHOOSABLE.get(section, ()),
                )


def _mark(chosen: Chosen) -> str:
    return hashlib.sha256(written(chosen).encode()).hexdigest()[:32]


def _changed(sections: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    return (f"{section}.{key}" for section, keys in sections.items() for key in keys)
