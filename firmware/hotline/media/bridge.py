"""Which port of the bridge hears which. Knows no PJSIP; lives in PJSIP's thread."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from hotline.media.engine import Level
from hotline.media.keys import OneOfEach


class End(Protocol):
    """One end of a wire in the bridge; asked for its port anew whenever the wire is laid."""

    def port(self) -> Any | None: ...


@runtime_checkable
class TalkEnd(End, Protocol):
    """The end of one call, of whatever line: what `Leg.audio` is.

    keys: which of the keys told by the line and heard in the sound count.
    """

    keys: OneOfEach

    def level(self) -> Level:
        """Loudness now."""

    def send_keys(self, digits: str) -> None:
        """Send DTMF to the far end."""


class Bridge:
    """Which port hears which. Lives in PJSIP's thread.

    A re-INVITE gives a call a new port, without its wires; so the wires are kept here and laid
    again whenever an end says that it is (back) on the bridge.
    """

    def __init__(self) -> None:
        self._wires: frozenset[tuple[End, End]] = frozenset()

    def connect(self, source: End, sink: End) -> None:
        """Let `sink` hear `source`, now or as soon as both have a port."""
        self._wires |= {(source, sink)}
        self._lay(source, sink)

    def disconnect(self, source: End, sink: End) -> None:
        """Take one wire off."""
        if (source, sink) not in self._wires:
            return
        self._wires -= {(source, sink)}
        one, other = source.port(), sink.port()
        if one is not None and other is not None:
            one.stopTransmit(other)

    def refresh(self, end: End) -> None:
        """Lay the wires of an end anew after its port changed."""
        for source, sink in self._wires:
            if end in (source, sink):
                self._lay(source, sink)

    def lift(self, end: End) -> None:
        """Take the wires of an end off, and keep them in mind for `refresh`."""
        for source, sink in self._wires:
            if end in (source, sink):
                one, other = source.port(), sink.port()
                if one is not None and other is not None:
                    one.stopTransmit(other)

    def remove(self, end: End) -> None:
        """Forget an end that is gone; its port took the wires with it."""
        self._wires = frozenset(wire for wire in self._wires if end not in wire)

    def plays_to(self, sink: End) -> bool:
        """Does anybody transmit to `sink`? May be asked from any thread."""
        return any(heard_by is sink for _, heard_by in self._wires)

    def clear(self) -> None:
        """Forget all wires."""
        self._wires = frozenset()

    @staticmethod
    def _lay(source: End, sink: End) -> None:
        one, other = source.port(), sink.port()
        if one is not None and other is not None:
            one.startTransmit(other)
