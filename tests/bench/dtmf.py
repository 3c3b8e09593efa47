"""DTMF: our detector beside spandsp's, over the limits of ITU-T Q.24 and hours of speech.

    python -m tests.bench.dtmf [--hours 0.5] [--seed 1]

Prints a table, then the same as one line of JSON. spandsp is measured as it comes and with its
twist limits widened; without the library only our own detector is measured. The speech is made
by espeak-ng in many voices: it is not the Mitel or Bellcore tape.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import cffi
import numpy as np
import yaml

from hotline.media import catalogue, convert, dtmf, tones, wav

Key = tuple[str, wav.Samples]

_C = """
typedef struct dtmf_rx_state_s dtmf_rx_state_t;
dtmf_rx_state_t *dtmf_rx_init(dtmf_rx_state_t *s, void *callback, void *user_data);
int dtmf_rx(dtmf_rx_state_t *s, const int16_t amp[], int samples);
size_t dtmf_rx_get(dtmf_rx_state_t *s, char *digits, int max);
void dtmf_rx_parms(dtmf_rx_state_t *s, int filter_dialtone, {number} twist,
                   {number} reverse_twist, {number} threshold);
"""
_GSM_C = """
void *gsm_create(void); void gsm_destroy(void *);
void gsm_encode(void *, int16_t *, unsigned char *);
int gsm_decode(void *, unsigned char *, int16_t *);
"""
_AMR_C = """
void *Encoder_Interface_init(int dtx);
int Encoder_Interface_Encode(void *, int mode, const int16_t *, unsigned char *, int force);
void *Decoder_Interface_init(void);
void Decoder_Interface_Decode(void *, const unsigned char *, int16_t *, int bad);
"""
# What mobile networks use: enum Mode of opencore-amrnb, kbit/s.
AMR_MODES = {7: "12.2", 5: "7.95", 2: "5.9"}


class Ear(Protocol):
    def feed(self, samples: bytes) -> str:
        """Keys recognised in these samples."""


def library(*names: str) -> str | None:
    """The first of these shared libraries that the system has."""
    for name in names:
        try:
            cffi.FFI().dlopen(name)
        except OSError:
            continue
        return name
    return None


class Spandsp:
    """The yardstick. Version 2 takes the limits as int, version 3 as float."""

    def __init__(self, *, widened: bool) -> None:
        name = library("libspandsp.so.3", "libspandsp.so.2")
        self._ffi = cffi.FFI()
        self._ffi.cdef(_C.format(number="float" if name == "libspandsp.so.3" else "int"))
        self._lib: Any = self._ffi.dlopen(name)
        self._state = self._lib.dtmf_rx_init(self._ffi.NULL, self._ffi.NULL, self._ffi.NULL)
        if widened:
            self._lib.dtmf_rx_parms(self._state, 0, 10, 6, -99)

    def feed(self, samples: bytes) -> str:
        data = self._ffi.from_buffer("int16_t[]", samples)
        self._lib.dtmf_rx(self._state, data, len(samples) // 2)
        digits = self._ffi.new("char[129]")
        self._lib.dtmf_rx_get(self._state, digits, 128)
        return bytes(self._ffi.string(digits)).decode()


@dataclass
class Count:
    """keys: sent. missed, wrong, doubled: of these."""

    keys: int = 0
    missed: int = 0
    wrong: int = 0
    doubled: int = 0

    def take(self, key: str, heard: str) -> None:
        self.keys += 1
        self.missed += not heard
        self.doubled += len(heard) > 1
        self.wrong += len(heard) == 1 and heard != key


@dataclass
class Result:
    name: str
    grids: dict[str, Count] = field(default_factory=dict)
    false_in_speech: int = 0
    false_in_music: int = 0
    cpu_ms_per_second: float = 0.0


def on_limits(
    rng: np.random.Generator,
    *,
    offs: tuple[float, ...] = (-0.015, 0.0, 0.015),
    both_off: bool = False,
    on: float = 0.04,
    pause: float = 0.04,
    gap: float = 0.0,
    snr: float | None = None,
    twists: tuple[int, ...] = (-8, -4, 0, 4),
) -> Iterator[Key]:
    """Every key at every combination of frequency error, twist and level. Twist: high over low."""
    for key, low_off, high_off, twist, level in itertools.product(
        dtmf.KEYS, offs, offs, twists, (0, -5, -10, -15, -20, -25)
    ):
        if both_off and abs(low_off) < 0.03 and abs(high_off) < 0.03:
            continue
        low, high = (level, level + twist) if twist < 0 else (level - twist, level)
        sound = dtmf.key_samples(key, on, low, high, (low_off, high_off))
        if gap:
            length = round(gap * 8000)
            start = int(rng.integers(80, len(sound) - length - 80))
            sound[start : start + length] = 0.0
        silence = np.zeros(round(pause * 8000) + int(rng.integers(0, 40)))
        noise = 0.0 if snr is None else np.sqrt(np.mean(sound**2)) * 10 ** (-snr / 20)
        sound = np.concatenate([sound, silence])
        yield key, tones.pcm(sound + rng.normal(0, noise, len(sound)))


def usual(rng: np.random.Generator) -> Iterator[Key]:
    """As telephones really send them: exact, and the higher tone 0 to 2 dB stronger or weaker."""
    return on_limits(rng, offs=(0.0,), on=0.1, pause=0.1, twists=(-2, 0, 2))


def through(codec: Callable[[wav.Samples], wav.Samples], keys: Iterator[Key]) -> Iterator[Key]:
    return ((key, codec(sound)) for key, sound in keys)


def mu_law(samples: wav.Samples) -> wav.Samples:
    x = samples / 32768.0
    code = np.round(np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256) * 127) / 127
    return tones.pcm(np.sign(code) * (256 ** np.abs(code) - 1) / 255)


Frame = Callable[[Any], None]
Codec = Callable[[wav.Samples], wav.Samples]


def in_frames(ffi: cffi.FFI, spoil: Frame) -> Codec:
    """A codec that spoils each frame of 160 samples. Keeps its state: use one per stream."""

    def codec(samples: wav.Samples) -> wav.Samples:
        padded = np.pad(samples, (0, -len(samples) % 160)).astype(np.int16)
        for start in range(0, len(padded), 160):
            frame = ffi.new("int16_t[160]", padded[start : start + 160].tolist())
            spoil(frame)
            padded[start : start + 160] = list(frame)
        return padded

    return codec


def gsm_full_rate() -> Codec | None:
    """A round trip through GSM 06.10, if libgsm is there."""
    name = library("libgsm.so.1")
    if name is None:
        return None
    ffi = cffi.FFI()
    ffi.cdef(_GSM_C)
    lib: Any = ffi.dlopen(name)
    encoder, decoder = lib.gsm_create(), lib.gsm_create()

    def spoil(frame: Any) -> None:
        packed = ffi.new("unsigned char[33]")
        lib.gsm_encode(encoder, frame, packed)
        lib.gsm_decode(decoder, packed, frame)

    return in_frames(ffi, spoil)


def amr(mode: int) -> Codec | None:
    """A round trip through AMR narrow band (3GPP 26.071), if opencore-amrnb is there."""
    name = library("libopencore-amrnb.so.0")
    if name is None:
        return None
    ffi = cffi.FFI()
    ffi.cdef(_AMR_C)
    lib: Any = ffi.dlopen(name)
    encoder, decoder = lib.Encoder_Interface_init(0), lib.Decoder_Interface_init()

    def spoil(frame: Any) -> None:
        packed = ffi.new("unsigned char[64]")
        lib.Encoder_Interface_Encode(encoder, mode, frame, packed, 0)
        lib.Decoder_Interface_Decode(decoder, packed, frame, 0)

    return in_frames(ffi, spoil)


def grids(seed: int) -> Iterator[tuple[str, Iterator[Key]]]:
    def rng() -> np.random.Generator:
        return np.random.default_rng(seed)

    yield "40/40 ms", on_limits(rng())
    yield "40/30 ms", on_limits(rng(), pause=0.03)
    yield "held 0.5 s", on_limits(rng(), offs=(0.0, 0.015), on=0.5)
    yield "S/N 23 dB", on_limits(rng(), snr=23)
    yield "S/N 15 dB", on_limits(rng(), snr=15)
    yield "mu-law", through(mu_law, on_limits(rng()))
    codec = gsm_full_rate()
    if codec:
        yield "GSM-FR 80 ms", through(codec, on_limits(rng(), on=0.08, pause=0.08))
        yield "GSM-FR, usual", through(codec, usual(rng()))
    for mode, rate in AMR_MODES.items():
        if codec := amr(mode):
            yield f"AMR {rate} 80 ms", through(codec, on_limits(rng(), on=0.08, pause=0.08))
            yield f"AMR {rate}, usual", through(codec, usual(rng()))
    yield "cut 10 ms", on_limits(rng(), offs=(0.0,), on=0.1, gap=0.01)
    yield "not: 23 ms", on_limits(rng(), on=0.023, pause=0.06)
    yield "not: 3.5 % off", on_limits(rng(), offs=(-0.035, 0, 0.035), on=0.1, both_off=True)


def speech(hours: float) -> Iterator[wav.Samples]:
    """That much speech in the four languages, by many voices, pitches and speeds."""
    voices = [f"{sex}{n}" for n in range(1, 6) for sex in "mf"]
    texts = {code: _everything(code) for code in catalogue.LANGUAGES}
    pitches, speeds = (45, 25, 65, 85, 5, 35, 55, 75, 15), (150, 120, 190, 230, 170, 210)
    turns = itertools.product(pitches, speeds, voices, texts)
    left = hours * 3600
    for pitch, speed, voice, language in turns:
        if left <= 0:
            return
        spoken = "en-gb" if language == "en" else language
        answer = subprocess.run(
            ["espeak-ng", "-v", f"{spoken}+{voice}", "-p", str(pitch), "-s", str(speed),
             "-b", "1", "--stdin", "--stdout"],
            input=texts[language].encode(), capture_output=True, check=True,
        ).stdout  # fmt: skip
        samples = np.frombuffer(answer[44 : len(answer) & ~1], dtype="<i2") / 32768.0
        yield convert.telephone(convert.resample(samples, 22050))
        left -= len(samples) / 22050


def _everything(language: str) -> str:
    """All texts of a language's book as one."""
    path = f"{catalogue.__file__.rpartition('/')[0]}/prompts/{language}.yaml"
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        book = yaml.safe_load(file)
    lists = [book["prompts"].values(), book["when"]["hours"], book["digits"].values()]
    return re.sub(r"\{\w+\}", " ", ". ".join(itertools.chain(*lists)))


def hear(ear: Ear, samples: wav.Samples) -> str:
    return "".join(ear.feed(samples[i : i + 160].tobytes()) for i in range(0, len(samples), 160))


def measure(name: str, make: Callable[[], Ear], hours: float, seed: int) -> Result:
    result = Result(name)
    for grid, keys in grids(seed):
        ear, count = make(), Count()
        hear(ear, np.zeros(800, dtype=np.int16))
        for key, sound in keys:
            count.take(key, hear(ear, sound))
        result.grids[grid] = count
    result.false_in_music = len(hear(make(), tones.pcm(tones.music())))
    ear, seconds, started = make(), 0.0, 0.0
    for talk in speech(hours):
        started -= time.process_time()
        result.false_in_speech += len(hear(ear, talk))
        started += time.process_time()
        seconds += len(talk) / 8000
    result.cpu_ms_per_second = 1000 * started / seconds
    return result


def table(results: list[Result], hours: float) -> Iterator[str]:
    yield f"{'':16}" + "".join(f"{result.name:>36}" for result in results)
    for grid in results[0].grids:
        counts = [result.grids[grid] for result in results]
        cells = (
            f"heard {c.keys - c.missed} of {c.keys}" if grid.startswith("not")
            else f"miss {c.missed} wrong {c.wrong} double {c.doubled} of {c.keys}"
            for c in counts
        )  # fmt: skip
        yield f"{grid:16}" + "".join(f"{cell:>36}" for cell in cells)
    yield f"{f'speech {hours} h':16}" + "".join(f"{r.false_in_speech:>30} false" for r in results)
    yield f"{'music 0.5 min':16}" + "".join(f"{r.false_in_music:>30} false" for r in results)
    yield f"{'CPU ms per s':16}" + "".join(f"{r.cpu_ms_per_second:>36.2f}" for r in results)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    ears: dict[str, Callable[[], Ear]] = {"ours": dtmf.Detector}
    if library("libspandsp.so.3", "libspandsp.so.2"):
        ears["spandsp"] = lambda: Spandsp(widened=False)
        ears["spandsp, widened"] = lambda: Spandsp(widened=True)
    results = [measure(name, make, options.hours, options.seed) for name, make in ears.items()]
    sys.stdout.write("\n".join(table(results, options.hours)) + "\n")
    plain = [{**vars(r), "grids": {g: vars(c) for g, c in r.grids.items()}} for r in results]
    sys.stdout.write(json.dumps({"seed": options.seed, "hours": options.hours, "ears": plain}))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
