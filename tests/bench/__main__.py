"""`./box bench`: the figures the design promises, as a table and as JSON.

Quiet machines give better figures; the load before the run is written down with them.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from pathlib import Path

from rich.console import Console

from tests.bench import asterisk, latency, load, modem, officeline, page
from tests.bench.figures import Figure, Report
from tests.bench.office import on_the_bench

SIZES, WINDOW_S = (10, 30, 60, 100), 15.0
RESULTS = Path(__file__).with_name("results")
STARTS = 5
ASTERISK = "asterisk"
console = Console(highlight=False)


async def starting() -> list[Figure]:
    """Process start to "ready to answer"."""
    times = []
    async with on_the_bench() as bench:
        await bench.box.stop()
        for _ in range(STARTS):
            times.append(await bench.box.start())
            await bench.box.stop()
        await bench.box.start()
    note = f"n={STARTS}, max {max(times):.2f} s"
    return [Figure("start to ready to answer", statistics.median(times), "s", 3.0, note)]


async def measure(quick: bool, only: str, beside_asterisk: bool) -> Report:
    """Every figure that exists so far; Asterisk's only when asked for, since it needs root."""
    report = Report()
    scale = 0.1 if quick else 1.0
    sizes = SIZES[:2] if quick else SIZES
    plan = {
        "start": starting,
        "answer": lambda: _one(latency.answering, int(1000 * scale)),
        "forward": lambda: _one(latency.forwarding, int(50 * scale) or 5),
        "queue": lambda: _one(latency.beside_a_queue, int(50 * scale) or 5),
        "next": lambda: _one(latency.next_person, int(30 * scale) or 3),
        "delay": lambda: _one(latency.added_delay, int(60 * scale) or 6),
        "modem answer": lambda: modem.answering(int(20 * scale)),
        "office line": lambda: officeline.answering(int(20 * scale)),
        "modem": lambda: modem.sound(int(60 * scale) or 6),
        "load": lambda: load.all_loads(sizes, WINDOW_S),
        "memory": lambda: load.memory(int(10_000 * scale)),
        "page": lambda: page.all_pages(int(100 * scale), scale),
    }
    if beside_asterisk:
        plan[ASTERISK] = lambda: asterisk.compared(sizes, WINDOW_S)
    for name, measurement in plan.items():
        if only in ("", name):
            console.print(f"measuring {name} ...")
            report.figures += await measurement()
    return report


async def _one(measurement: latency.Measurement, times: int) -> list[Figure]:
    async with on_the_bench() as bench:
        return await measurement(bench, times)


def main() -> int:
    """Entry point."""
    words = argparse.ArgumentParser(prog="./box bench", description=__doc__)
    words.add_argument("--quick", action="store_true", help="a tenth of the work; not written")
    words.add_argument("--only", default="", help="start, answer, forward, delay, modem, load ...")
    words.add_argument("--asterisk", action="store_true", help="beside Asterisk's CPU; needs root")
    given = words.parse_args()
    beside_asterisk = given.asterisk or given.only == ASTERISK
    try:
        if beside_asterisk:
            asterisk.ensure()
    except asterisk.NoAsterisk as why:
        console.print(str(why))
        return 1
    report = asyncio.run(measure(given.quick, given.only, beside_asterisk))
    console.print(report.table())
    if not given.quick:
        console.print(f"written to {report.write(RESULTS)}")
    return 1 if any(figure.kept is False for figure in report.figures) else 0


if __name__ == "__main__":
    sys.exit(main())
