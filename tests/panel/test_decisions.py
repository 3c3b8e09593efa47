"""What the guardian does with the line and with the power, whatever happens and in what order."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.panel.guardian import (
    CYCLE_MODEM,
    GOODBYE,
    HEARTBEAT,
    LINE_HELD_MS,
    LOST,
    MODEM_OFF,
    MODEM_OFF_MS,
    MODEM_REST_MS,
    MOST_DOUBLINGS,
    PATIENCE_MS,
    PI_OFF,
    PI_OFF_MS,
    RELAY,
    STEADY_MS,
    TICK,
    Core,
)

BEAT = f"step {HEARTBEAT} 1"


def beats(first: int, last: int, every: int = 500) -> list[str]:
    return [f"{BEAT} {ms}" for ms in range(first, last + 1, every)]


def test_the_line_is_the_offices_until_the_box_asks_for_it(core: Core) -> None:
    before, after = core.play("step 0 0 10000", f"{BEAT} 10001")
    assert (before.pins, after.pins) == (LOST, RELAY)


def test_a_box_that_is_well_and_wants_no_line_gets_none(core: Core) -> None:
    assert core.play(f"step {HEARTBEAT} 0 100")[-1].pins == 0


def test_the_line_falls_back_three_seconds_after_the_last_heartbeat(core: Core) -> None:
    held, fallen = core.play(
        f"{BEAT} 1000", f"step 0 0 {1000 + LINE_HELD_MS}", f"step 0 0 {1001 + LINE_HELD_MS}"
    )[1:]
    assert (held.pins, fallen.pins) == (RELAY, LOST)


def test_the_box_gets_its_line_back_with_its_next_heartbeat(core: Core) -> None:
    assert core.play(f"{BEAT} 0", "step 0 0 9000", f"{BEAT} 9001")[-1].pins == RELAY


def test_goodbye_gives_the_line_away_at_once_and_leaves_the_box_its_power(core: Core) -> None:
    at_once, *later = core.play(
        f"{BEAT} 0",
        f"step {GOODBYE} 0 10",
        *(f"step 0 0 {day * 86_400_000}" for day in range(1, 9)),
    )[1:]
    assert not at_once.pins & RELAY
    assert [stand.pi_cuts for stand in later] == [0] * 8


def test_a_board_that_never_heard_the_box_leaves_it_its_power(core: Core) -> None:
    """It may be being installed."""
    assert core.play(*(f"step 0 0 {hour * 3_600_000}" for hour in range(1, 99)))[-1].pi_cuts == 0


def test_a_silent_box_is_started_by_force_after_five_minutes_and_then_ever_more_rarely(
    core: Core,
) -> None:
    days = 4
    steps = range(0, days * 86_400_000, 10_000)
    stands = core.play(f"{BEAT} 0", *(f"step 0 0 {ms}" for ms in steps))[1:]
    cuts = [ms for ms, (a, b) in zip(steps[1:], pairwise(stands), strict=True)
            if b.pi_cuts > a.pi_cuts]  # fmt: skip
    gaps = [later - sooner for sooner, later in pairwise([0, *cuts])]
    waits = [PATIENCE_MS << min(n, MOST_DOUBLINGS) for n in range(len(gaps))]
    assert len(gaps) > MOST_DOUBLINGS
    assert all(
        wait <= gap <= wait + PI_OFF_MS + 20_000 for gap, wait in zip(gaps, waits, strict=True)
    )


def test_the_power_is_away_for_ten_seconds(core: Core) -> None:
    cut = 1000 + PATIENCE_MS
    at, still, back = core.play(
        f"{BEAT} 1000",
        f"step 0 0 {cut}",
        f"step 0 0 {cut + PI_OFF_MS - 1}",
        f"step 0 0 {cut + PI_OFF_MS}",
    )[1:]
    assert [bool(stand.pins & PI_OFF) for stand in (at, still, back)] == [True, True, False]


def test_a_box_that_was_well_for_ten_minutes_is_helped_soon_again(core: Core) -> None:
    first = PATIENCE_MS + 500
    well = beats(first + 60_000, first + 60_000 + STEADY_MS + 1000)
    last = first + 60_000 + STEADY_MS + 1000
    again = core.play(
        f"{BEAT} 0", f"step 0 0 {first}", f"step 0 0 {first + PI_OFF_MS}", *well,
        f"step 0 0 {last + LINE_HELD_MS}", f"step 0 0 {last + PATIENCE_MS + 500}",
    )[-1]  # fmt: skip
    assert again.pi_cuts == 2


def test_a_box_that_was_well_for_a_moment_waits_twice_as_long(core: Core) -> None:
    first = PATIENCE_MS + 500
    well = beats(first + 60_000, first + 90_000)
    last = first + 90_000
    play = core.play(
        f"{BEAT} 0", f"step 0 0 {first}", f"step 0 0 {first + PI_OFF_MS}", *well,
        f"step 0 0 {last + PATIENCE_MS + 500}", f"step 0 0 {last + 2 * PATIENCE_MS + 500}",
    )  # fmt: skip
    assert [stand.pi_cuts for stand in play[-2:]] == [1, 2]


def test_the_modem_is_cycled_once_for_each_number(core: Core) -> None:
    order = f"step {CYCLE_MODEM} 7"
    off, still, on, told_again = core.play(
        f"{order} 0", f"{order} {MODEM_OFF_MS - 1}", f"{order} {MODEM_OFF_MS}", f"{order} 900000"
    )
    assert [bool(stand.pins & MODEM_OFF) for stand in (off, still, on, told_again)] == [
        True, True, False, False,
    ]  # fmt: skip


def test_the_modem_rests_between_two_cuts(core: Core) -> None:
    rest = MODEM_OFF_MS + MODEM_REST_MS
    soon, later = core.play(
        f"step {CYCLE_MODEM} 1 0",
        f"step {CYCLE_MODEM} 2 {rest - 1}",
        f"step {CYCLE_MODEM} 2 {rest}",
    )[1:]
    assert (soon.modem_cycle, later.modem_cycle) == (1, 2)


def test_a_restart_of_the_board_keeps_the_line_and_is_counted(core: Core) -> None:
    restarted, then = core.play(f"{BEAT} 70000", "restart 1", "step 0 0 5")[1:]
    assert restarted.pins == RELAY == then.pins
    assert (then.restarts, then.watchdog) == (1, 1)


def test_a_board_that_restarts_again_and_again_lets_the_line_go(core: Core) -> None:
    assert core.play(f"{BEAT} 0", *["restart 1"] * 6)[-1].pins == LOST


def test_the_clock_of_the_board_may_run_over(core: Core) -> None:
    end = 2**32
    stands = core.play(
        *(f"{BEAT} {end - 1000 + ms & 0xFFFFFFFF}" for ms in range(-4000, 4001, 500)),
        "step 0 0 5000",
    )
    assert [stand.pins for stand in stands[9:]] == [RELAY] * 7 + [RELAY] + [RELAY]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 10, 499, 500, 2999, 3000, 3001, 9_999, 60_000, 299_999, 10_000_000]),
        st.one_of(
            st.just(f"step {TICK} 0"),
            st.sampled_from([f"step {HEARTBEAT} {value}" for value in (0, 1)]),
            st.integers(0, 255).map(lambda number: f"step {CYCLE_MODEM} {number}"),
            st.just(f"step {GOODBYE} 0"),
            st.sampled_from(["restart 0", "restart 1"]),
        ),
    ),
    max_size=60,
)


@given(EVENTS)
@settings(max_examples=150, deadline=None)
def test_whatever_happens_no_line_is_held_without_the_box_and_no_power_cut_too_soon(
    core: Core, events: list[tuple[int, str]]
) -> None:
    clock = real = 0  # of the board since it began, and of the world
    lines, moments = [], []
    for span, words in events:
        clock, real = clock + span, real + span
        lines.append(f"step 0 0 {clock}")
        moments.append((real, ""))
        if words.startswith("restart"):
            clock = 0
            lines.append(words)
        else:
            lines.append(f"{words} {clock}")
        moments.append((real, words))
    asked, cut, cycled = None, None, None
    power_away = False
    before = None
    for (now, words), stand in zip(moments, core.play(*lines), strict=True):
        if words.startswith(f"step {HEARTBEAT}") and not power_away:
            asked = now if words.endswith("1") else None
        elif words == f"step {GOODBYE} 0" and not power_away:
            asked = None
        if stand.pins & RELAY:
            assert asked is not None
            assert now - asked <= LINE_HELD_MS
            assert not stand.pins & (PI_OFF | LOST)
        if before and stand.pi_cuts != before.pi_cuts:
            assert cut is None or now - cut >= PATIENCE_MS
            cut = now
        if before and stand.modem_cycle != before.modem_cycle:
            assert cycled is None or now - cycled >= MODEM_REST_MS
            cycled = now
        power_away = bool(stand.pins & PI_OFF)
        before = stand


def test_a_restart_in_the_midst_of_writing_loses_no_memory(core: Core) -> None:
    assert core.ask(*(f"tear {seed}" for seed in range(40))) == ["1"] * 40
