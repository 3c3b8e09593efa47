"""The guardian board for tests: its core, or its firmware in simavr."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

LINE_HELD_MS = 3_000  # as guardian.h says; hw/panel/README.md promises them
PATIENCE_MS = 300_000
MOST_DOUBLINGS = 8
PI_OFF_MS = 10_000
STEADY_MS = 600_000
MODEM_OFF_MS = 5_000
MODEM_REST_MS = 60_000

RELAY, MODEM_OFF, PI_OFF, LOST = 1, 2, 4, 8
TICK, HEARTBEAT, CYCLE_MODEM, GOODBYE = range(4)


class _Child:
    """A program that is told by lines and tells by lines."""

    def __init__(self, *command: str) -> None:
        self._program = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        assert self._program.stdin is not None
        self._program.stdin.close()
        code = self._program.wait(60)
        assert self._program.stdout is not None
        self._program.stdout.close()
        assert code == 0 or kind is not None, f"it ended with {code}"

    def tell(self, *lines: str) -> None:
        """All at once."""
        assert self._program.stdin is not None
        self._program.stdin.write("".join(f"{line}\n" for line in lines))
        self._program.stdin.flush()

    def line(self) -> str:
        """The next one it tells; a program that crashed tells no more."""
        assert self._program.stdout is not None
        line = self._program.stdout.readline()
        assert line, "it crashed; its words stand above"
        return line.rstrip("\n")


@dataclass(frozen=True)
class Stand:
    """The guardian after a step."""

    pins: int
    pi_cuts: int
    modem_cycle: int
    restarts: int
    watchdog: int


class Core(_Child):
    """hw/panel/core, compiled for this machine."""

    def __init__(self, driver: Path) -> None:
        super().__init__(str(driver))

    def ask(self, *lines: str) -> list[str]:
        """An answer for each line; told by hundreds, as a pipe holds only so much."""
        told = list[str]()
        for some in range(0, len(lines), 500):
            part = lines[some : some + 500]
            self.tell(*part)
            told += [self.line() for _ in part]
        return told

    def hear(self, data: bytes) -> list[tuple[int, int, bytes]]:
        """The frames that the board's reader finds in these bytes, from a fresh start."""
        _, found = self.ask("new", f"hear {data.hex()}")
        frames = [one.split(" ") for one in found.split(";")[:-1]]
        return [(int(version), int(kind), bytes.fromhex(body)) for version, kind, body in frames]

    def encode(self, version: int, kind: int, body: bytes) -> bytes:
        """The frame as the board writes it."""
        return bytes.fromhex(self.ask(f"encode {version} {kind} {body.hex()}")[0])

    def play(self, *lines: str) -> list[Stand]:
        """A fresh guardian goes through `step` and `restart` lines."""
        _, *told = self.ask("new", *lines)
        return [Stand(*map(int, each.split())) for each in told]


class Bench(_Child):
    """The firmware in simavr; see bench.c. pins: (µs, relay modem_off pi_off lamp) as they changed.
    heard: when each zero byte had reached the board. sent: what it wrote.
    """

    def __init__(self, built: Path, *port: str) -> None:
        self._elf = built / "guardian.elf"
        super().__init__(str(built / "bench"), str(self._elf), *port)
        self.pins: list[tuple[int, str]] = []
        self.heard: list[int] = []
        self.sent = b""
        self.now_us = 0

    def listen(self) -> str:
        """Take in the next line; what it was about."""
        word, _, rest = self.line().partition(" ")
        match word:
            case "pins":
                at, level = rest.split()
                self.pins.append((int(at), level))
            case "heard":
                self.heard.append(int(rest))
            case "sent":
                self.sent += bytes.fromhex(rest.split()[1])
            case "done":
                self.now_us = int(rest)
            case "crashed":
                raise AssertionError("the microcontroller crashed")
        return word

    def do(self, order: str) -> None:
        """Until it is done."""
        self.tell(order)
        while self.listen() != "done":
            pass

    def run(self, ms: int) -> None:
        """Let so much of the board's time pass."""
        self.do(f"run {ms}")

    def skip(self, ms: int) -> None:
        """Put the board's clock forward: minutes of sleep take simavr as many minutes."""
        symbols = subprocess.run(
            ["avr-nm", str(self._elf)], capture_output=True, text=True, check=True
        ).stdout
        (address,) = (line.split()[0] for line in symbols.splitlines() if line.endswith(" b ms"))
        self.do(f"skip {int(address, 16) & 0xFFFF:x} {ms}")

    def feed(self, data: bytes) -> None:
        """Put bytes on its wire; they arrive as time passes."""
        self.do(f"feed {data.hex()}")

    @property
    def level(self) -> str:
        """The pins as they stand."""
        return self.pins[-1][1]
