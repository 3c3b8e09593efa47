"""The firmware as it is flashed, in simavr, in the board's own time: what its pins do."""

from __future__ import annotations

import random
import secrets

import pytest

from hotline.panel.wire import CycleModem, Goodbye, Heartbeat, Reader, Report, encode
from tests.panel.guardian import LINE_HELD_MS, MODEM_OFF_MS, PATIENCE_MS, PI_OFF_MS, Bench

BEAT = encode(Heartbeat(True))
TICK_US = 4_000
GAP_US = 2_000  # a pin may float so long; the gate's charge lasts a hundred times that


def report(bench: Bench) -> Report:
    """The last the board wrote."""
    said = [one for one in Reader().feed(bench.sent) if isinstance(one, Report)]
    return said[-1]


def taken(bench: Bench) -> None:
    bench.feed(BEAT)
    bench.run(20)
    assert bench.level == "1000"


def dropped(bench: Bench) -> int:
    """When the relay was let go, once it was on."""
    on = next(at for at, level in bench.pins if level[0] == "1")
    return next(at for at, level in bench.pins if level[0] == "0" and at > on)


def test_without_a_word_from_the_box_the_line_is_the_offices(bench: Bench) -> None:
    bench.run(1000)
    assert not [level for _, level in bench.pins if level[0] == "1"]
    assert bench.level == "0001"


def test_the_relay_drops_in_three_seconds_when_the_heartbeat_stops(bench: Bench) -> None:
    for _ in range(2):
        bench.feed(BEAT)
        bench.run(500)
    bench.run(LINE_HELD_MS)
    assert bench.level == "0001"
    assert 0 <= dropped(bench) - bench.heard[-1] - LINE_HELD_MS * 1000 <= TICK_US * 2


def test_goodbye_drops_it_at_once(bench: Bench) -> None:
    taken(bench)
    bench.feed(encode(Goodbye()))
    bench.run(5)
    assert bench.level[0] == "0"


def test_each_heartbeat_is_answered(bench: Bench) -> None:
    bench.feed(BEAT * 3)
    bench.run(30)
    told = list(Reader().feed(bench.sent))
    assert len(told) == 3
    assert told[-1] == Report(1, True, False, False, False, 0, 0, 0, 0, 0)


def test_a_board_that_hangs_is_restarted_and_the_call_hears_nothing(bench: Bench) -> None:
    taken(bench)
    bench.do("hang")
    bench.run(1000)
    bench.feed(BEAT)
    bench.run(20)
    levels = [level[0] for _, level in bench.pins]
    assert "0" not in levels[levels.index("1") :]
    assert 0 < floated(bench) <= GAP_US
    assert bench.level == "1000"
    assert (report(bench).restarts, report(bench).watchdog) == (1, 1)


def floated(bench: Bench) -> int:
    """For how many µs at most the relay's pin was nobody's, once it was on."""
    spans = zip(bench.pins, bench.pins[1:], strict=False)
    return max(
        (after - at for (at, level), (after, _) in spans if level[0] == "-" and at), default=0
    )


@pytest.mark.parametrize("why", ["reset", "brownout"])
def test_a_reset_with_the_memory_whole_keeps_the_line(bench: Bench, why: str) -> None:
    taken(bench)
    bench.do(why)
    bench.run(50)
    levels = [level[0] for _, level in bench.pins]
    assert "0" not in levels[levels.index("1") :]
    assert 0 < floated(bench) <= GAP_US
    bench.feed(BEAT)
    bench.run(20)
    assert (report(bench).restarts, report(bench).watchdog) == (1, 0)


def test_after_a_loss_of_power_the_line_is_the_offices(bench: Bench) -> None:
    taken(bench)
    bench.do("power")
    bench.run(50)
    assert bench.level == "0001"
    bench.feed(encode(Heartbeat(False)))
    bench.run(20)
    assert report(bench).restarts == 0


def test_a_board_that_hangs_while_the_box_is_silent_still_lets_the_line_go(bench: Bench) -> None:
    taken(bench)
    heard = bench.heard[-1]
    for _ in range(4):
        bench.run(400)
        bench.do("hang")
        bench.run(700)
    assert bench.level == "0001"
    assert dropped(bench) - heard <= (LINE_HELD_MS + 550) * 1000


def test_the_modems_power_goes_and_comes_back(bench: Bench) -> None:
    taken(bench)
    bench.feed(encode(CycleModem(1)))
    bench.run(10)
    assert bench.level == "1100"
    for _ in range(MODEM_OFF_MS // 2500 + 1):
        bench.skip(2500)
        bench.feed(BEAT)
        bench.run(20)
    assert bench.level == "1000"
    assert report(bench).modem_cycle == 1


def test_a_box_that_died_loses_its_power_for_ten_seconds_also_over_a_restart(bench: Bench) -> None:
    taken(bench)
    bench.skip(PATIENCE_MS - 1000)
    bench.run(500)
    assert bench.level == "0001"
    bench.run(1000)
    assert bench.level == "0011"
    bench.do("reset")
    bench.run(50)
    assert bench.level == "0011"
    bench.skip(PI_OFF_MS - 3000)
    bench.run(1000)
    assert bench.level == "0011"
    bench.run(2000)
    assert bench.level == "0001"


def test_noise_on_its_wire_moves_no_pin(bench: Bench) -> None:
    seed = secrets.randbits(32)
    print("seed", seed)
    bench.feed(random.Random(seed).randbytes(6000))
    bench.run(800)
    assert bench.level == "0001", seed
    bench.feed(b"\0")
    taken(bench)
