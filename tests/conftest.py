"""For all tests: which run beside which, and what is tried again.

A test that hears gaps must not be disturbed by another that does; stories only ask what is heard.
pytest-xdist's own mark for this (xdist_group) does nothing under pytest 9, so the groups are told
to its scheduler here. Where there are many workers, two of them only compute, and give way to what
must happen in time: tests in real time mostly wait, and the rest has the processor meanwhile. The
others do so too once nothing is left that must happen in time.

What is DEAR is left out unless `--all` or its name asks for it: each of these looks once more, and
for a quarter of a minute and longer, at what others promise already.

A real-time test that fails while the machine had no time for its simulators or for the box tells
nothing of the box: it is tried again, and shown as R. Where threads, browsers and sound meet, one
test for each worker is tried again although nothing held it up: it is named at the end as unsteady,
for somebody to mend. Every other failure stands.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import PurePosixPath

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.sim import lateness

# How long a random example takes says how busy the machine is; times belong to the bench.
settings.register_profile("box", deadline=None, print_blob=True)
settings.load_profile("box")

LONGEST_FIRST = (
    *("sim", "hostile", "trouble", "stories", "lines", "test_mixer.py"),
    *("month", "web", "test_one_answer.py", "test_recorder.py", "boot"),
)
ROOMS_WITH_SOUND = {"hostile", "sim"}
REAL_TIME = {"stories", "hostile", "sim", "lines", "test_mixer.py"}
MEETING = REAL_TIME | {"web", "boot", "control", "panel"}
MORE_TRIES = 2
UNSTEADY = 1  # so many in each worker
BUSIEST = {
    "test_killed.py",
    "test_modem.py",
    "test_modem_lost.py",
}  # many calls at once, with all their sound
DEAR = {
    *("tests/month", "tests/boot/test_two_users.py", "tests/stories/test_demo.py"),
    *("tests/stories/test_setting_up_by_page.py", "tests/web/test_keyboard.py"),
    *("tests/web/test_naming.py", "tests/web/test_screens.py", "tests/web/test_smuggling.py"),
    "tests/web/test_taps.py",
}
BY_LANGUAGE = "test_screens.py"
MANY, COMPUTING = 5, 2  # from so many workers on, so many of them only compute
YIELDING = 10  # niceness


BY_ITSELF = "Nothing held it up"
_unsteady = 0  # failures that nothing held up
_gives_way = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--over",
        choices=("sip", "gsm-gsm", "gsm-sip"),
        default="sip",
        help="the lines of callers and of staff, over which the shared stories are told",
    )
    parser.addoption(
        "--all",
        action="store_true",
        help="the dear tests too: every page in a browser, two users, a month of an office",
    )
    parser.addoption(
        "--screens",
        action="store_true",
        help="look at every page in every language, width and theme; pictures in .cache/screens",
    )


def group(test: str) -> str:
    """What must stay on one worker: all rooms with sound, the busiest stories, else one file.

    Of the pages that are looked at, one language.
    """
    file = PurePosixPath(test.split("::")[0])
    if file.name == BY_LANGUAGE:
        return test.partition("-")[0]
    if "stories" in file.parts and file.name in BUSIEST:
        return "busiest"
    return "sound" if ROOMS_WITH_SOUND.intersection(file.parts) else str(file)


def computes(worker: str, workers: int) -> bool:
    """Is that one of those who leave alone what happens in real time?"""
    return workers >= MANY and int(worker.removeprefix("gw")) < COMPUTING


def pytest_configure(config: pytest.Config) -> None:
    """A worker that computes gives way to the others."""
    worker = getattr(config, "workerinput", None)
    if worker is None and config.getoption("screens"):
        from tests.web import sheet

        sheet.begin()
    if worker is not None and computes(worker["workerid"], worker["workercount"]):
        _give_way()


class SoundApart(LoadScopeScheduling):
    """Gives each group to one worker; what is in real time to those that do not give way."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Who gives way is done when only such work is left that must not, unless nobody else is
        there: where there is little work, xdist keeps the first workers only.
        """
        computing = self._computes(node) and not all(map(self._computes, self.nodes))
        scopes = sorted(self.workqueue, key=lambda scope: _in_time(scope) == computing)
        if computing and _in_time(scopes[0]):
            node.shutdown()
            return
        self.workqueue.move_to_end(scopes[0], last=False)
        super()._assign_work_unit(node)

    def _computes(self, node: WorkerController) -> bool:
        return computes(node.gateway.id, len(self.registered_collections))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What one worker does alone begins first, then the rooms that take longest."""
    if not _asked_for(config):
        dear = [item for item in items if _dear(item)]
        config.hook.pytest_deselected(items=dear)
        items[:] = [item for item in items if not _dear(item)]
    items.sort(key=lambda item: _turn(_rooms(item)))
    again = pytest.mark.flaky(reruns=MORE_TRIES, condition=_again)
    for item in items:
        if not MEETING.isdisjoint(_rooms(item)):
            item.add_marker(again)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each try is judged by its own stalls. What is not in time gives way: see `SoundApart`."""
    worker = getattr(item.config, "workerinput", None)
    if worker is not None and worker["workercount"] >= MANY and not _in_time(group(item.nodeid)):
        _give_way()
    if MEETING.isdisjoint(_rooms(item)):
        lateness.rest()
    else:
        lateness.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure tells whom the machine held up, and how long."""
    report = yield
    if report.failed:
        report.sections.append(("The machine", lateness.in_words()))
        if not lateness.stalled():
            report.sections.append((BY_ITSELF, ""))
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """What was unsteady is told with what went wrong: the summary of pytest only names it.

    And where the pictures of the pages are.
    """
    if config.getoption("screens"):
        from tests.web import sheet

        terminalreporter.write_line(f"All pages on one sheet: {sheet.finished()}")
    for report in terminalreporter.getreports("rerun"):
        if any(title == BY_ITSELF for title, _ in report.sections):
            terminalreporter.section(f"unsteady: {report.nodeid}", "_")
            terminalreporter.write_line(report.longreprtext)


def _again(failure: BaseException | None) -> bool:
    """Is a test to be tried once more? Also asked, with None, of what has passed."""
    global _unsteady
    if failure is None or lateness.stalled():
        return failure is not None
    _unsteady += 1
    return _unsteady <= UNSTEADY


def _give_way() -> None:
    """Once for all: who is not root cannot take it back, and need not."""
    global _gives_way
    if not _gives_way:
        _gives_way = True
        os.nice(YIELDING)


def _asked_for(config: pytest.Config) -> bool:
    """Is everything wanted, or what was named?"""
    named = config.args != config.getini("testpaths")
    return named or any(config.getoption(word) for word in ("all", "screens", "keyword"))


def _dear(item: pytest.Item) -> bool:
    return any(item.nodeid.startswith(place) for place in DEAR)


def _in_time(scope: str) -> bool:
    """Is there sound or signalling in real time in this group?"""
    return scope in ("busiest", "sound") or not REAL_TIME.isdisjoint(PurePosixPath(scope).parts)


def _rooms(item: pytest.Item) -> tuple[str, ...]:
    return PurePosixPath(item.nodeid.split("::")[0]).parts


def _turn(parts: tuple[str, ...]) -> int:
    return next((n for n, room in enumerate(LONGEST_FIRST) if room in parts), len(LONGEST_FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SoundApart:
    return SoundApart(config, log)
