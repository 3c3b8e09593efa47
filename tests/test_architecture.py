"""The rooms keep their walls: who may import whom, who speaks to which foreign thing.

What import-linter can say stands in pyproject.toml and is run here; the rest are the rules below.
Every rule is shown an offender, so that none of them is a check that cannot fail.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PYPROJECT = TOP / "pyproject.toml"
LINTER = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS: list[str] = [contract["name"] for contract in LINTER["contracts"]]
LAYERS: list[str] = LINTER["contracts"][0]["layers"]

Rule = Callable[[str, ast.Module], Iterator[str]]


# --- import-linter's contracts -------------------------------------------------------------------


def lint_imports(root: Path, *import_roots: str) -> tuple[int, str]:
    """import-linter's exit code and words about the packages below `root`."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    paths = os.pathsep.join(str(root / part) for part in import_roots)
    run = subprocess.run(
        command,
        cwd=root,
        env=os.environ | {"PYTHONPATH": paths, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def broken(words: str) -> set[str]:
    return {name for name in CONTRACTS if re.search(rf"(?m)^{re.escape(name)} BROKEN", words)}


def test_every_room_keeps_to_its_contract() -> None:
    code, words = lint_imports(TOP, "firmware", "web")
    assert code == 0, words


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A house of empty rooms under the real contracts."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT.read_text(encoding="utf-8"))
    for row in LAYERS:
        for room in re.findall(r"\w+", row):
            write(tmp_path / f"hotline/{room}/__init__.py")
    for file in ("hotline/__init__.py", "hotline_web/__init__.py"):
        write(tmp_path / file)
    return tmp_path


def write(file: Path, text: str = "") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


# In the right place each of these is allowed.
SPOKEN_TO = {
    "pjsua2": "media/pjsip/stack.py",
    "serial": "tty/__init__.py",
    "sounddevice": "media/soundcard.py",
    "RPi": "panel/gpio.py",
    "sqlite3": "storage/database.py",
    "sqlite_utils": "storage/schema.py",
    "apprise": "notify/apprise.py",
    "smtplib": "notify/email.py",
    "phonenumbers": "numbering/__init__.py",
    "rich": "terminal/__init__.py",
    "cryptography": "storage/sealed.py",
}


def test_each_foreign_thing_may_be_spoken_to_in_its_place(rooms: Path) -> None:
    for thing, file in SPOKEN_TO.items():
        write(rooms / "hotline" / file, f"import {thing}\n")
    code, words = lint_imports(rooms, ".")
    assert code == 0, words


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("hotline/errors/__init__.py", "import hotline.box", "Imports go downwards only"),
        ("hotline/lines/sip.py", "import hotline.media", "Imports go downwards only"),
        ("hotline/dispatch/__init__.py", "", "Imports go downwards only"),
        ("hotline/inbox/case.py", "import threading", CONTRACTS[1]),
        ("hotline/routing/plan.py", "from asyncio import Queue", CONTRACTS[1]),
        ("hotline/calls/flow.py", "import flask", "The product knows nothing of its page"),
        (
            "hotline/control/server.py",
            "import hotline_web",
            "The product knows nothing of its page",
        ),
        ("hotline/lines/sip.py", "import pjsua2", "Only media.pjsip speaks to PJSIP"),
        ("hotline/lines/gsm.py", "import serial", "Only tty speaks to serial ports"),
        ("hotline/lines/gsm.py", "import sounddevice", CONTRACTS[5]),
        ("hotline/panel/lamps.py", "import gpiod", "Only panel.gpio speaks to the pins"),
        ("hotline_web/records.py", "import sqlite_utils", "Only storage speaks to SQLite"),
        ("hotline/calls/flow.py", "import sqlite3", "Only storage speaks to SQLite"),
        ("hotline/calls/flow.py", "import smtplib", CONTRACTS[8]),
        ("hotline/routing/plan.py", "import phonenumbers", CONTRACTS[9]),
        ("hotline/health/checks.py", "import rich", "Only terminal speaks to rich"),
        ("hotline_web/desk.py", "import icalendar", CONTRACTS[11]),
        ("hotline_web/sessions.py", "import pyotp", "Only storage.onetime speaks to pyotp"),
        (
            "hotline/control/backupdesk.py",
            "import cryptography",
            "Only the seal of backups speaks to cryptography",
        ),
    ],
)
def test_each_contract_catches_an_offender(
    rooms: Path, file: str, line: str, contract: str
) -> None:
    write(rooms / file, f"{line}\n")
    _, words = lint_imports(rooms, ".")
    assert broken(words) == {contract}, words


# --- what the daemon carries ---------------------------------------------------------------------

# Each is megabytes in a process that runs for months and never uses it.
LEFT_TO = {
    "rich": "the terminal",
    "cryptography": "the child that makes backups",
    "fpdf": "its child",
    "PIL": "its child",
    "segno": "the page",
    "flask": "the page",
    "argon2": "the page's passwords",
    "pyotp": "the page's one-time codes",
    "holidays": "setting up an office",
    "icalendar": "the page's calendars",
    "apprise": "its child",
    "hotline.media.convert": "its child",
    "hotline.media.synthesis": "its child",
    "hotline.media.tones": "its child",
}


@pytest.fixture(scope="module")
def daemons_modules() -> set[str]:
    """What is loaded when the daemon begins its work."""
    return loaded_with("hotline.__main__, hotline.commands.serving, hotline.box")


def loaded_with(imports: str) -> set[str]:
    """What a process carries that has imported these."""
    paths = os.pathsep.join(str(TOP / part) for part in ("firmware", "web"))
    run = subprocess.run(
        [sys.executable, "-c", f"import sys, {imports}; print(*sys.modules)"],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


@pytest.mark.parametrize("module", LEFT_TO)
def test_the_daemon_does_not_carry_what_others_need(daemons_modules: set[str], module: str) -> None:
    assert "hotline.calls.flow" in daemons_modules
    assert module not in daemons_modules, f"only {LEFT_TO[module]} needs it"


@pytest.mark.parametrize("process", ["hotline_web.serve", "hotline.control.offices"])
def test_page_and_commands_do_not_carry_what_computes_with_sound(process: str) -> None:
    loaded = loaded_with(process)
    assert "hotline.storage.sqlite" in loaded
    assert "numpy" not in loaded


def test_a_child_of_the_page_does_not_carry_the_page() -> None:
    loaded = loaded_with("hotline_web.pdfchild")
    assert "fpdf" in loaded
    assert "flask" not in loaded


# --- what import-linter cannot say ---------------------------------------------------------------


def offences(rule: Rule, *roots: Path) -> list[str]:
    """What the rule finds in all packages below the import roots, with file and words."""
    return [
        f"{file.relative_to(root)}: {words}"
        for root in roots
        for file in sorted(root.rglob("*.py"))
        for words in rule(module_name(root, file), ast.parse(file.read_text(encoding="utf-8")))
    ]


def module_name(root: Path, file: Path) -> str:
    return ".".join(file.relative_to(root).with_suffix("").parts)


def imports(module: str, tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """(what is imported, local name, what that name stands for); relative imports resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                yield alias.name, alias.asname or first, alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole, alias.asname or alias.name, whole


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


WALL_CLOCK = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.localtime",
    "time.gmtime",
    "time.time",
    "time.time_ns",
}


def reads_the_wall_clock(module: str, tree: ast.Module) -> Iterator[str]:
    if module == "hotline.clock":
        return
    names = {local: whole for _, local, whole in imports(module, tree)}
    for whole in names.values():
        if whole in WALL_CLOCK:
            yield f"imports {whole}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, _, rest = dotted(node).partition(".")
            if (whole := f"{names.get(first, first)}.{rest}") in WALL_CLOCK:
                yield f"line {node.lineno}: {whole}"


def hides_behind_an_empty_name(module: str, tree: ast.Module) -> Iterator[str]:
    """A drawer called utils fills up with what nobody found a room for."""
    empty = {"util", "utils", "model", "models", "helper", "helpers", "common", "misc", "core"}
    for part in module.split("."):
        if part in empty:
            yield f"{part} says nothing; name what is decided there"


PAGE_MAY_USE = (
    "control.client",
    "control.messages",
    "storage",
    "routing",
    "inbox",
    "options",
    "numbering",
    "background",
    "clock",
    "errors",
    "said",
    "__version__",
)


def page_reaches_past_its_door(module: str, tree: ast.Module) -> Iterator[str]:
    if module.split(".")[0] == "hotline_web":
        yield from reaches_outside("hotline", PAGE_MAY_USE, module, tree)


def calls_name_a_driver(module: str, tree: ast.Module) -> Iterator[str]:
    """The story of a call knows interfaces and the names of prompts; `box` knows the drivers."""
    if module.startswith("hotline.calls."):
        yield from reaches_outside("hotline.lines", ("port",), module, tree)
        yield from reaches_outside("hotline.media", ("catalogue", "engine"), module, tree)


def reaches_outside(
    package: str, allowed: tuple[str, ...], module: str, tree: ast.Module
) -> Iterator[str]:
    for origin, _, _ in imports(module, tree):
        if not f"{origin}.".startswith(f"{package}."):
            continue
        inner = origin.removeprefix(package).removeprefix(".")
        if not any(f"{inner}.".startswith(f"{part}.") for part in allowed):
            yield f"imports {origin}"


RULES: list[Rule] = [
    reads_the_wall_clock,
    hides_behind_an_empty_name,
    page_reaches_past_its_door,
    calls_name_a_driver,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_nobody_offends(rule: Rule) -> None:
    assert offences(rule, TOP / "firmware", TOP / "web") == []


@pytest.mark.parametrize(
    ("rule", "file", "text"),
    [
        (
            reads_the_wall_clock,
            "hotline/a.py",
            "from datetime import datetime\ndatetime.now()",
        ),
        (
            reads_the_wall_clock,
            "hotline/a.py",
            "import datetime as dt\nf = dt.datetime.utcnow",
        ),
        (
            reads_the_wall_clock,
            "hotline_web/a.py",
            "from datetime import date as day\nday.today()",
        ),
        (reads_the_wall_clock, "hotline/a.py", "import time\nclass A:\n    x = time.time()"),
        (reads_the_wall_clock, "hotline/a.py", "from time import time_ns as t"),
        (hides_behind_an_empty_name, "hotline/utils/sound.py", ""),
        (hides_behind_an_empty_name, "hotline/calls/helpers.py", ""),
        (page_reaches_past_its_door, "hotline_web/a.py", "import hotline.calls.flow"),
        (page_reaches_past_its_door, "hotline_web/a.py", "from hotline import box"),
        (page_reaches_past_its_door, "hotline_web/a.py", "from hotline.control import server"),
        (page_reaches_past_its_door, "hotline_web/pages/a.py", "from hotline.media import wav"),
        (calls_name_a_driver, "hotline/calls/a.py", "from hotline.lines.sip import SipLine"),
        (calls_name_a_driver, "hotline/calls/a.py", "from ..media import pjsip"),
    ],
)
def test_each_rule_catches_an_offender(tmp_path: Path, rule: Rule, file: str, text: str) -> None:
    write(tmp_path / file, text)
    (found,) = offences(rule, tmp_path)
    assert found.startswith(file)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("hotline/clock.py", "from datetime import datetime\ndatetime.now()"),
        ("hotline/a.py", "import time\ntime.monotonic()\nclock.now()\nself.time.time"),
        ("hotline_web/a.py", "from hotline.control.client import Client\nimport hotline.storage"),
        ("hotline_web/a.py", "from hotline import __version__, errors\nfrom hotline_web import b"),
        (
            "hotline/calls/a.py",
            "from hotline.lines.port import Leg\nfrom hotline.media import engine",
        ),
        ("hotline/box/equipment.py", "from hotline.lines.sip import SipLine"),
    ],
)
def test_no_rule_catches_the_honest(tmp_path: Path, file: str, text: str) -> None:
    write(tmp_path / file, text)
    assert [found for rule in RULES for found in offences(rule, tmp_path)] == []
