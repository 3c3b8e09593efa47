"""Figures: what was measured, on what machine, against which promise."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One line of the table. limit: what was promised, None if only reported; unit as shown."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def kept(self) -> bool | None:
        """Is the promise kept? None where nothing was promised."""
        return None if self.limit is None else self.value <= self.limit


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest-rank percentile."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(percent / 100 * len(ranked) + 0.5) - 1))]


def spread(
    name: str, seconds: Sequence[float], limits: dict[float, float], note: str = ""
) -> list[Figure]:
    """Percentiles of times in ms; limits by percentile, in ms."""
    told = f"n={len(seconds)}, max {max(seconds) * 1000:.1f} ms{', ' + note if note else ''}"
    return [
        Figure(f"{name} p{percent:g}", percentile(seconds, percent) * 1000, "ms", limit, told)
        for percent, limit in limits.items()
    ]


@dataclass
class Report:
    """All figures of one run."""

    figures: list[Figure] = field(default_factory=list)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 2))

    def table(self) -> Table:
        """For the terminal."""
        table = Table("", "figure", "measured", "promised", "", title="Bench")
        for f in self.figures:
            sign = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}[f.kept]
            promised = "" if f.limit is None else f"<= {f.limit:g} {f.unit}"
            table.add_row(sign, f.name, f"{f.value:.4g} {f.unit}", promised, f.note)
        return table

    def write(self, folder: Path) -> Path:
        """The JSON beside the others; named for the day and the machine.

        Figures of the same day that were not measured again stay.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.began:%Y-%m-%d}-{platform.machine()}-{os.cpu_count()}cpu.json"
        about = {"at": self.began.isoformat(timespec="seconds"), "load_before": self.load}
        rows = {f.name: asdict(f) | {"kept": f.kept} | about for f in self.figures}
        if path.exists():
            earlier = json.loads(path.read_text())["figures"]
            rows = {row["name"]: row for row in earlier} | rows
        whole = {"machine": machine(), "figures": list(rows.values())}
        path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
        return path


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    memory = Path("/proc/meminfo").read_text().split()[1]
    return {
        "cpu": cpu[0].partition(":")[2].strip() if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_mb": int(memory) // 1024,
        "system": platform.platform(),
        "python": platform.python_version(),
        "note": "virtual machine; not tried on a Raspberry Pi",
    }
