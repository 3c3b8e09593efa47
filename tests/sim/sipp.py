"""SIPp, the telephone industry's load tool, run with a scenario of ours."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.sim import lateness
from tests.sim.ports import free_ports, own_host
from tests.sim.sip.message import Address

PCAPS = Path("/usr/share/sip-tester")


class Sipp:
    """One running SIPp. It succeeds when every call followed the scenario to its end.

    address: where it waits for calls, when it does.
    """

    def __init__(self, process: asyncio.subprocess.Process, room: Path, address: Address) -> None:
        self._process, self._room, self.address = process, room, address

    @classmethod
    async def start(
        cls,
        room: Path,
        scenario: Path | str,
        *options: str,
        to: Address | None = None,
        host: str = "",
        calls: int = 1,
    ) -> Self:
        """Run it in `room`. scenario: a file, or the name of a built-in one such as `uac`.

        to: the address it calls; without it, it waits for calls.
        """
        host = host or own_host()
        media, signalling = free_ports(host, 2)
        if "-p" not in options:
            options = (*options, "-p", str(signalling))
        which = ("-sf", str(scenario)) if isinstance(scenario, Path) else ("-sn", scenario)
        room.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - a moment, in a test
        with (room / "screen").open("wb") as screen:
            process = await asyncio.create_subprocess_exec(
                "sipp", *which, "-i", host, "-mi", host,
                "-mp", str(media), "-m", str(calls), "-nostdin",
                "-trace_err", "-error_file", str(room / "errors"), "-timeout", "60",
                "-timeout_error", *options, *([f"{to[0]}:{to[1]}"] if to else []),
                cwd=room, stdin=asyncio.subprocess.DEVNULL, stdout=screen, stderr=screen,
            )  # fmt: skip
        lateness.watch(process.pid)
        return cls(process, room, (host, signalling))

    async def succeeds(self, within: float = 30.0) -> None:
        """Wait for its end; fails with SIPp's own words when a call went another way."""
        code = await self.finished(within)
        if code:
            raise AssertionError(f"SIPp is not content ({code}): {self.words()}")

    async def finished(self, within: float = 30.0) -> int:
        """Wait for its end, whatever it says; its exit code."""
        try:
            async with asyncio.timeout(within):
                return await self._process.wait()
        except TimeoutError:
            await self.stop()
            told = f"expected SIPp to finish within {within:g} s: {self.words()}"
            raise AssertionError(told) from None

    async def stop(self) -> None:
        """End it at once."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    def words(self) -> str:
        """The end of its error file, or of its screen."""
        errors = self._room / "errors"
        file = errors if errors.exists() and errors.stat().st_size else self._room / "screen"
        return file.read_text(errors="replace")[-1500:]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
