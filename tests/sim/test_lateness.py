"""A test is tried again where the machine held up the box or the test, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim import lateness, stalls

BOX, LOOP, SOUND = 40, 40, 41
BUSY = [sys.executable, "-I", "-S", "-c", "while True: pass"]
SCHEDSTAT = Path("/proc/self/schedstat")
COUNTS = SCHEDSTAT.exists() and SCHEDSTAT.read_text().split() != ["0", "0", "0"]


class Kernel:
    """What the kernel tells of a machine with two CPUs, as files in a folder."""

    def __init__(self, proc: Path) -> None:
        self.proc = proc
        self.stolen(0, 0)
        self.waited(os.getpid(), os.getpid(), 0)

    def waited(self, process: int, thread: int, ms: float) -> None:
        task = self.proc / str(process) / "task" / str(thread)
        task.mkdir(parents=True, exist_ok=True)
        (task / "schedstat").write_text(f"5000000000 {round(ms * 1e6)} 300\n")

    def stolen(self, *ticks: int) -> None:
        cpus = "".join(f"cpu{n} 9 9 9 9 9 0 9 {lost} 0 0\n" for n, lost in enumerate(ticks))
        (self.proc / "stat").write_text(f"cpu 9 9 9 9 9 0 9 {sum(ticks)} 0 0\n{cpus}intr 1 2\n")


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    kernel = Kernel(tmp_path)
    kernel.waited(BOX, LOOP, 7000)
    kernel.waited(BOX, SOUND, 9000)
    return kernel


@pytest.fixture
def watch(kernel: Kernel) -> stalls.Watch:
    """One that knows the box and has looked once."""
    watch = stalls.Watch(kernel.proc)
    watch.add(BOX)
    watch.look(late=0)
    return watch


def test_nothing_is_seen_of_what_was_before(watch: stalls.Watch) -> None:
    assert watch.tell() == "0.000 nobody"


def test_the_longest_wait_of_any_thread_of_the_box_is_told_once(
    kernel: Kernel, watch: stalls.Watch
) -> None:
    kernel.waited(BOX, LOOP, 7020)
    kernel.waited(BOX, SOUND, 9080)
    watch.look(late=0)
    watch.look(late=0)
    assert watch.tell() == "0.080 process 40"
    assert watch.tell() == "0.000 nobody"


def test_many_short_waits_are_no_long_one(kernel: Kernel, watch: stalls.Watch) -> None:
    for n in range(1, 100):
        kernel.waited(BOX, SOUND, 9000 + 10 * n)
        watch.look(late=0)
    assert watch.tell() == "0.010 process 40"


def test_a_thread_that_is_new_counts_from_its_beginning(
    kernel: Kernel, watch: stalls.Watch
) -> None:
    kernel.waited(BOX, 42, 60)
    watch.look(late=0)
    assert watch.tell() == "0.060 process 40"


def test_a_cpu_that_the_host_gave_to_others_is_seen(kernel: Kernel, watch: stalls.Watch) -> None:
    kernel.stolen(1, 7)
    watch.look(late=0)
    assert watch.tell() == f"{7 / os.sysconf('SC_CLK_TCK'):.3f} a CPU of the machine"


def test_a_machine_that_stood_still_is_told_from_one_in_which_the_watcher_waited(
    kernel: Kernel, watch: stalls.Watch
) -> None:
    kernel.waited(os.getpid(), os.getpid(), 200)
    watch.look(late=0.2)
    assert watch.tell() == "0.000 nobody"
    watch.look(late=0.3)
    assert watch.tell() == "0.300 the machine"


def test_a_box_that_has_ended_is_watched_no_more(kernel: Kernel, watch: stalls.Watch) -> None:
    (kernel.proc / str(BOX)).rename(kernel.proc / "gone")
    watch.look(late=0)
    kernel.waited(BOX, LOOP, 99000)
    watch.look(late=0)
    watch.look(late=0)
    assert watch.tell() == "0.000 nobody"


@pytest.fixture
def starved() -> Iterator[int]:
    """A process that shares one CPU with a busier one, and is let in only now and then."""
    cpu = {min(os.sched_getaffinity(0))}
    processes = [subprocess.Popen(["nice", "-n", "5", *BUSY]), subprocess.Popen(BUSY)]
    for process in processes:
        os.sched_setaffinity(process.pid, cpu)
    os.sched_setscheduler(processes[1].pid, os.SCHED_IDLE, os.sched_param(0))
    yield processes[1].pid
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.skipif(not COUNTS, reason="this kernel does not count how long threads wait")
def test_a_starved_box_is_seen_on_this_machine(starved: int) -> None:
    lateness.watch(starved)
    limit = time.monotonic() + 30
    while not (lateness.stalled() and f"process {starved} was held up" in lateness.in_words()):
        assert time.monotonic() < limit, lateness.in_words()
        lateness.forget()


def test_who_rests_tells_nothing_of_what_was_meanwhile(watch: stalls.Watch, kernel: Kernel) -> None:
    watch.rest(True)
    kernel.waited(BOX, SOUND, 9900)
    kernel.stolen(80, 0)
    watch.rest(False)
    assert watch.tell() == "0.000 nobody"
    kernel.waited(BOX, SOUND, 9980)
    watch.look(late=0)
    assert watch.tell() == f"0.080 process {BOX}"
