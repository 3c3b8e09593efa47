"""The bridge: what is played, heard, joined and pressed, with real calls on the real stack."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from tests.sim import g711, listen
from tests.sim.box import free_port, free_rtp_range
from tests.sim.sip import Exchange, OutgoingCall
from tests.sim.sound import RATE, Silence, Tone, dtmf, noise, silence
from tests.sim.sound import wav as read_wav

from hotline.lines.port import Leg
from hotline.lines.sip import Guard, SipLine
from hotline.media import tones, wav
from hotline.media.mixer import MixedSound, Mixer
from hotline.media.pjsip.ports import ModemPort, ModemTalk
from hotline.media.pjsip.stack import GRAVE_S, Pjsip
from hotline.media.recorder import Recorder
from hotline.options import Sip, Trunk

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = "127.0.0.1"
STRANGER = "127.0.0.66"
SIGN = Tone(1400)
CHANNELS = 20
SHORTEST_S = 0.02
JUNK_IN_FREED_MEMORY = {"MALLOC_PERTURB_": "165"}
MODEM_FRAME = 320  # bytes
IN_A_ROW = 15  # more than PJSIP wants before it believes that the far end has moved


@dataclass
class Talk:
    """One answered call: the far end, our leg, its sound on the bridge."""

    call: OutgoingCall
    leg: Leg
    sound: MixedSound


@dataclass
class Bridge:
    """The stack with one line, and what rings on it."""

    stack: Pjsip
    mixer: Mixer
    far: Exchange
    port: int
    rings: asyncio.Queue[Leg] = field(default_factory=asyncio.Queue)

    async def talk(self, **manner: Any) -> Talk:
        """Somebody calls and we answer."""
        call = await self.far.caller("+37322900001", **manner).call(f"sip:a@{HERE}:{self.port}")
        leg = await self.rings.get()
        await leg.answer()
        await call.answered()
        sound = self.mixer.attach(leg.audio, leg.keys, in_band=not leg.reports_keys)
        return Talk(call, leg, sound)

    async def turn(self) -> None:
        """Until the stack's thread has done what it was told so far."""
        await self.stack.ask(lambda: None)

    async def ports(self) -> int:
        """How many ports PJSIP's bridge holds once all that is buried has left."""
        await asyncio.sleep(GRAVE_S + 0.3)
        endpoint: Any = self.stack.endpoint
        return await self.stack.ask(lambda: int(endpoint.mediaActivePorts()))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bridge]:
    async with shared_bridge(tmp_path_factory.mktemp("sounds")) as bridge:
        yield bridge


@contextlib.asynccontextmanager
async def shared_bridge(room: Path) -> AsyncIterator[Bridge]:
    """The stack, the mixer and one line; stopped as the daemon stops them."""
    port, first = free_port(), free_rtp_range()
    sip = Sip(listen=HERE, port=port, rtp_first=first, rtp_last=first + 199)
    stack = Pjsip(sip, CHANNELS)
    await stack.start()
    recorder = Recorder()
    hush = tones.files(room / "sounds").hush
    async with await Exchange.start() as far:
        bridge = Bridge(stack, Mixer(stack, recorder, hush), far, port)
        host, far_port = far.address
        trunk = Trunk("far", "gateway", host, far_port, register=False, channels=CHANNELS)
        line = SipLine(trunk, "MD", stack, Guard(stack))
        up = asyncio.Event()
        line.on_state = lambda state: up.set() if state.up else None
        await line.start(bridge.rings.put_nowait)
        await asyncio.wait_for(up.wait(), 10)
        yield bridge
        await line.stop()
    bridge.mixer.close()
    await stack.stop()
    recorder.close()


@pytest_asyncio.fixture(loop_scope="module")
async def bridge(shared: Bridge) -> AsyncIterator[Bridge]:
    yield shared
    for call in shared.far.calls:
        await call.hang_up()
    shared.far.calls.clear()


@pytest.fixture
def sign(tmp_path: Path) -> Path:
    """A recognisable sound of three tenths of a second."""
    wav.write(tmp_path / "sign.wav", SIGN.lasting(0.3))
    return tmp_path / "sign.wav"


# -- playing and recording -------------------------------------------------------------------------


async def test_a_file_that_is_missing_is_told(bridge: Bridge, tmp_path: Path) -> None:
    talk = await bridge.talk()
    with pytest.raises(FileNotFoundError):
        await talk.sound.play([tmp_path / "nothing.wav"])


async def test_a_sound_ends_and_a_loop_does_not(bridge: Bridge, sign: Path) -> None:
    talk = await bridge.talk()
    await talk.sound.play([sign])
    forever = asyncio.ensure_future(talk.sound.play([sign], loop=True))
    await talk.call.hears(SIGN, lasting=1.5)
    assert not forever.done()
    forever.cancel()


async def test_a_sound_is_cut_at_once(bridge: Bridge, sign: Path) -> None:
    talk = await bridge.talk()
    playing = asyncio.ensure_future(talk.sound.play([sign], loop=True))
    await talk.call.hears(SIGN)
    playing.cancel()
    cut = talk.call.rtp.heard.length
    quiet = await talk.call.hears_silence(lasting=0.3, since=cut)
    assert quiet.position - cut < 0.1 * RATE


async def test_a_newer_sound_stops_the_older(bridge: Bridge, tmp_path: Path, sign: Path) -> None:
    newer = Tone(2600)
    wav.write(tmp_path / "newer.wav", newer.lasting(0.5))
    talk = await bridge.talk()
    playing = asyncio.ensure_future(talk.sound.play([sign], loop=True))
    await talk.call.hears(SIGN)
    since = talk.call.rtp.heard.length
    await talk.sound.play([tmp_path / "newer.wav"])
    assert playing.done()
    await talk.call.hears(newer, lasting=0.3, since=since)
    assert not listen.sounds(talk.call.heard[-2400:], SIGN)


async def test_short_sounds_and_recordings_leave_nothing_on_the_bridge(
    bridge: Bridge, tmp_path: Path
) -> None:
    short = tmp_path / "short.wav"
    wav.write(short, SIGN.lasting(SHORTEST_S))
    talk = await bridge.talk()
    before = await bridge.ports()
    for number in range(60):
        playing = asyncio.ensure_future(talk.sound.play([short], loop=number % 2 == 0))
        recording = talk.sound.record(tmp_path / f"{number}.wav")
        if number % 2:
            await playing
        else:
            await bridge.turn()
            playing.cancel()
        await recording.stop()
    assert await bridge.ports() == before


async def test_calls_that_end_in_the_middle_of_everything_leave_nothing_on_the_bridge(
    bridge: Bridge, sign: Path, tmp_path: Path
) -> None:
    before = await bridge.ports()
    for number in range(5):
        one, other = await bridge.talk(), await bridge.talk(keys=False)
        recording = one.sound.record(tmp_path / f"{number}.wav")
        playing = asyncio.ensure_future(other.sound.play([sign], loop=True))
        bridge.mixer.join(one.sound, other.sound)
        await asyncio.gather(one.call.hang_up(), other.call.hang_up())
        await asyncio.gather(one.leg.gone, other.leg.gone)
        playing.cancel()
        bridge.mixer.part(one.sound, other.sound)
        one.sound.close()
        other.sound.close()
        await recording.stop()
    assert await bridge.ports() == before


# -- meters ----------------------------------------------------------------------------------------


async def test_the_meters_show_sound_and_silence(bridge: Bridge, sign: Path) -> None:
    talk = await bridge.talk(tone=SIGN)
    await _until(talk.sound, lambda heard, _: heard > 0.1)
    playing = asyncio.ensure_future(talk.sound.play([sign], loop=True))
    await _until(talk.sound, lambda _, sent: sent > 0.1)
    playing.cancel()
    talk.call.rtp.sound = Silence()
    await _until(talk.sound, lambda heard, sent: heard == 0 and sent == 0)


async def _until(sound: MixedSound, true: Any) -> None:
    level = await sound.level()
    for _ in range(60):
        if true(level.heard, level.sent):
            return
        await asyncio.sleep(0.05)
        level = await sound.level()
    pytest.fail(f"the meters stay at {level}")


# -- joining ---------------------------------------------------------------------------------------


async def test_who_is_joined_hears_the_other_and_who_is_parted_does_not(bridge: Bridge) -> None:
    one, other = await bridge.talk(), await bridge.talk()
    bridge.mixer.join(one.sound, other.sound)
    await one.call.hears(other.call.manner.sound)
    await other.call.hears(one.call.manner.sound)
    bridge.mixer.part(one.sound, other.sound)
    await one.call.hears_silence(lasting=0.3)
    await other.call.hears_silence(lasting=0.3)


async def test_joining_ends_what_was_played(bridge: Bridge, sign: Path) -> None:
    one, other = await bridge.talk(), await bridge.talk()
    playing = asyncio.ensure_future(one.sound.play([sign], loop=True))
    await one.call.hears(SIGN)
    bridge.mixer.join(one.sound, other.sound)
    await asyncio.wait_for(playing, 2)
    await one.call.hears(other.call.manner.sound)
    assert not listen.sounds(one.call.heard[-1600:], SIGN)


async def test_after_hold_the_joined_hear_each_other_again(bridge: Bridge) -> None:
    one, other = await bridge.talk(), await bridge.talk()
    bridge.mixer.join(one.sound, other.sound)
    await one.call.hears(other.call.manner.sound)
    assert (await one.call.hold()).status == 200
    assert (await one.call.resume()).status == 200
    since = one.call.rtp.heard.length
    await one.call.hears(other.call.manner.sound, since=since)
    await other.call.hears(one.call.manner.sound)


async def test_music_goes_on_after_hold(bridge: Bridge, sign: Path) -> None:
    talk = await bridge.talk()
    playing = asyncio.ensure_future(talk.sound.play([sign], loop=True))
    await talk.call.hears(SIGN)
    assert (await talk.call.hold()).status == 200
    assert (await talk.call.resume()).status == 200
    await talk.call.hears(SIGN, since=talk.call.rtp.heard.length, lasting=0.5)
    playing.cancel()


async def test_a_recording_goes_on_after_hold(bridge: Bridge, tmp_path: Path) -> None:
    talk = await bridge.talk(tone=Silence())
    recording = talk.sound.record(tmp_path / "held.wav")
    assert (await talk.call.hold()).status == 200
    assert (await talk.call.resume()).status == 200
    await talk.call.say(SIGN.lasting(0.5))
    await talk.call.lasts(0.3)
    await recording.stop()
    assert listen.onset(read_wav(tmp_path / "held.wav"), SIGN) is not None


# -- keys ------------------------------------------------------------------------------------------


async def test_keys_in_the_sound_are_heard_each_once(bridge: Bridge) -> None:
    talk = await bridge.talk(keys=False, tone=Silence())
    assert not talk.leg.reports_keys
    await talk.call.press("1234567890*#")
    assert await _keys(talk.leg, 12) == "1234567890*#"


async def test_a_held_key_counts_once(bridge: Bridge) -> None:
    talk = await bridge.talk(keys=False, tone=Silence())
    await talk.call.press("5", seconds=1.5)
    await talk.call.press("6")
    assert await _keys(talk.leg, 2) == "56"


@pytest.mark.parametrize("keys", [True, False])
async def test_keys_told_in_messages_are_heard(bridge: Bridge, keys: bool) -> None:
    talk = await bridge.talk(keys=keys, tone=Silence())
    for signal in "5*":
        assert (await _told(talk.call, signal)).status == 200
    assert await _keys(talk.leg, 2) == "5*"


async def test_a_key_that_is_both_sounded_and_told_counts_once(bridge: Bridge) -> None:
    talk = await bridge.talk(keys=False, tone=Silence())
    for key in "77#":
        await asyncio.gather(talk.call.press(key, pause=0.3), _told(talk.call, key))
    assert await _keys(talk.leg, 3) == "77#"


async def test_our_keys_go_as_events_where_the_far_end_knows_them(bridge: Bridge) -> None:
    talk = await bridge.talk()
    talk.sound.press("15#")
    await talk.call.hears_keys("15#")
    assert listen.keys(talk.call.heard) == ""


async def test_our_keys_go_as_tones_where_it_does_not(bridge: Bridge) -> None:
    talk = await bridge.talk(keys=False)
    before = await bridge.ports()
    talk.sound.press("15#0")
    await talk.call.hears_any()
    await talk.call.hears_silence(lasting=0.4)
    assert listen.keys(talk.call.heard) == "15#0"
    assert await bridge.ports() == before


async def _keys(leg: Leg, count: int) -> str:
    async with asyncio.timeout(5):
        return "".join([await leg.keys.get() for _ in range(count)])


async def _told(call: OutgoingCall, signal: str) -> Any:
    body = f"Signal={signal}\r\nDuration=160\r\n".encode()
    return await call.request("INFO", ("Content-Type", "application/dtmf-relay"), body=body)


# -- modems ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ppm", [-5000, 0, 5000])
async def test_a_modem_whose_clock_differs_is_heard_without_a_gap(bridge: Bridge, ppm: int) -> None:
    """Far more than crystals differ, so that a few seconds show what an hour does."""
    one, other = ModemPort(bridge.stack), ModemPort(bridge.stack)
    await bridge.turn()
    await bridge.stack.ask(lambda: bridge.stack.bridge.connect(one, other))
    heard, begun = b"", asyncio.get_running_loop().time()
    for number in range(200):
        one.swap(Tone(440).at(number * 160, 160).astype("<i2").tobytes())
        heard += other.swap(bytes(MODEM_FRAME))
        due = begun + (number + 1) * 0.020 / (1 + ppm * 1e-6)
        await asyncio.sleep(max(0, due - asyncio.get_running_loop().time()))
    await bridge.stack.ask(lambda: bridge.stack.bridge.disconnect(one, other))
    samples = np.frombuffer(heard, dtype="<i2")[8000:]
    windows = samples[: len(samples) // 480 * 480].reshape(-1, 480)
    steady = [listen.level_at(window.astype(np.int16), 440) > 0.15 for window in windows]
    assert np.mean(steady) > 0.95


async def test_a_key_that_ended_one_call_is_not_heard_in_the_next(bridge: Bridge) -> None:
    port, before, keys = await _made(bridge), asyncio.Queue[str](), asyncio.Queue[str]()
    first = bridge.mixer.attach(ModemTalk(port), before, in_band=True)
    await _says(port, np.concatenate([silence(0.3), dtmf("2", on=0.1, off=0)]))
    first.close()
    await _says(port, dtmf("2", on=0.2, off=0))
    sound = bridge.mixer.attach(ModemTalk(port), keys, in_band=True)
    await _says(port, np.concatenate([silence(0.3), dtmf("5", off=0.3)]))
    sound.close()
    assert before.get_nowait() == "2"
    assert [keys.get_nowait() for _ in range(keys.qsize())] == ["5"]


async def _says(port: ModemPort, samples: np.ndarray[Any, Any]) -> None:
    """By the modem's clock."""
    for frame in samples.reshape(-1, 160):
        port.swap(frame.astype("<i2").tobytes())
        await asyncio.sleep(0.02)


async def test_a_port_that_has_died_gives_silence_and_no_crash(bridge: Bridge) -> None:
    port = ModemPort(bridge.stack)
    assert port.swap(bytes(MODEM_FRAME)) == bytes(MODEM_FRAME)
    await bridge.turn()
    await bridge.stack.ask(port.die)
    assert port.swap(Tone(440).at(0, 160).astype("<i2").tobytes()) == bytes(MODEM_FRAME)
    with pytest.raises(ValueError, match="whole frames"):
        ModemPort.swap(await _made(bridge), b"xyz")


async def _made(bridge: Bridge) -> ModemPort:
    port = ModemPort(bridge.stack)
    await bridge.turn()
    return port


# -- strangers -------------------------------------------------------------------------------------


async def test_what_a_stranger_sends_into_a_call_is_heard_by_nobody(bridge: Bridge) -> None:
    one, other = await bridge.talk(), await bridge.talk()
    bridge.mixer.join(one.sound, other.sound)
    await other.call.hears(one.call.manner.sound)
    since = other.call.rtp.heard.length
    shouted = noise(1.0, seed=11, level=0.5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((STRANGER, 0))
        assert one.call.far_address is not None
        for number in range(50):
            frame = shouted[number * 160 : number * 160 + 160]
            head = struct.pack("!BBHII", 0x80, g711.PCMA, number, number * 160, 0xBAD)
            stranger.sendto(head + g711.encode(frame, g711.PCMA), one.call.far_address)
            if number >= IN_A_ROW:
                await one.call.lasts(0.02)
    await other.call.lasts(0.3)
    assert listen.find(shouted, other.call.heard[since:]).likeness < 0.05
    assert other.call.hears_now(one.call.manner.sound, last=1.0)


# -- the end ---------------------------------------------------------------------------------------


async def test_a_stack_that_is_stopped_in_the_middle_of_calls_ends_well(tmp_path: Path) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "faulthandler", "-m", "tests.media.stopping_stack", str(tmp_path),
        stderr=asyncio.subprocess.PIPE, env={**os.environ, **JUNK_IN_FREED_MEMORY},
    )  # fmt: skip
    _, words = await program.communicate()
    assert program.returncode == 0, words.decode()
