"""Carries what taps hear to those who listen, in one thread; the bridge never waits for Python."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

OFTEN_S = 0.04  # for keys in the sound
SELDOM_S = 0.2  # for recordings: what a kill of the daemon may cost on this way


class Source(Protocol):
    """What keeps sound until it is read."""

    def read(self) -> bytes: ...


@dataclass(frozen=True, eq=False)
class Listener:
    """Who listens. feed: called with 16-bit samples from the listening thread; must not block.

    often: whether it cannot wait for SELDOM_S.
    """

    source: Source
    feed: Callable[[bytes], None]
    often: bool = False

    def listen(self) -> None:
        """Hand over what has been heard since the last time."""
        if sound := self.source.read():
            self.feed(sound)


class Listening:
    """All who listen. Callable from any thread. Make one, close it at the end."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._turn = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._seldom_at = 0.0

    def begin(self, listener: Listener) -> None:
        """Start to listen."""
        with self._turn:
            self._listeners.append(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
                self._thread.start()
        self._wake.set()

    def end(self, listener: Listener) -> None:
        """Listen a last time and stop: afterwards nothing is fed any more."""
        with self._turn:
            if listener in self._listeners:
                self._listeners.remove(listener)
                listener.listen()

    def close(self) -> None:
        """End the thread."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(self._pause())
            self._wake.clear()
            seldom = self._is_time_for_all()
            with self._turn:
                for listener in self._listeners:
                    if seldom or listener.often:
                        listener.listen()

    def _is_time_for_all(self) -> bool:
        now = time.monotonic()
        if now < self._seldom_at - OFTEN_S / 2:
            return False
        self._seldom_at = now + SELDOM_S
        return True

    def _pause(self) -> float | None:
        """Until the next turn; None when there is nobody to listen for."""
        with self._turn:
            if not self._listeners:
                return None
            return OFTEN_S if any(one.often for one in self._listeners) else SELDOM_S
