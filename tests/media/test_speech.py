"""A caller hears words at once, the owner's own where there are any, and never an error."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hotline.errors import HotlineError
from hotline.media import catalogue, convert, tones, wav
from hotline.media.catalogue import LANGUAGES, Prompt
from hotline.media.sounds import Sounds
from hotline.media.speech import Voice
from hotline.routing.office import Answer, Closure, Do, Key, Menu, Office, Person, Topic
from hotline.storage.ownprompts import Origin, OwnPrompts

NOON = datetime(2026, 12, 5, 12, tzinfo=UTC)
OFFICE = Office(
    name="Flora",
    zone=ZoneInfo("Europe/Chisinau"),
    country="MD",
    languages=("ro", "ru"),
    greeting={"ru": "Здравствуйте, это Флора."},
    topics=(Topic("orders", {"ro": "comenzi", "ru": "заказы"}),),
    people=(Person("ana", "Ana", None), Person("ion", "Ion", None)),
    menus=(
        Menu(
            "main",
            (
                Key("1", Do.TOPIC, "orders", {"ro": "comenzi", "ru": "Заказы"}, ask_why=True),
                Key("2", Do.SAY, "", {"ro": "program"}, {"ro": "Deschis zilnic."}),
                Key("9", Do.LANGUAGE, "ru"),
                Key("#", Do.STAFF),
                Key("5", Do.ANSWER, "price"),
                Key("6", Do.CALLBACK),
            ),
        ),
    ),
    answers=(Answer("price", text={"ro": "Cincizeci de lei."}),),
    closures=(Closure(first=None, last=None, notice={"ro": "Închis de Crăciun."}),),  # type: ignore[arg-type]
)


@dataclass
class Desk:
    """A voice whose program writes down what it was asked to say."""

    voice: Voice
    sounds: Sounds
    log: Path
    cache: Path
    owner: Path

    @property
    def asked(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    def own(self, language: str, name: str) -> Path:
        path = self.owner / language / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        wav.write(path, tones.pcm(tones.tone((550,), 0.1, -20)))
        return path


def desk(folder: Path, program: str = "", patience: float = 30.0) -> Desk:
    folder.mkdir(exist_ok=True)
    sounds = tones.files(folder / "sounds")
    log, sample = folder / "asked", folder / "sample.wav"
    wav.write(sample, tones.pcm(tones.tone((1150,), 0.5, -30)))
    script = program or f"cat >> {log}; echo >> {log}; cat {sample}"
    voice = Voice(
        folder / "cache", folder / "own", sounds, program=("sh", "-c", script), patience=patience
    )
    _VOICES.append(voice)
    return Desk(voice, sounds, log, folder / "cache", folder / "own")


_VOICES: list[Voice] = []


@pytest.fixture(autouse=True)
async def every_voice_ends_with_its_test() -> AsyncIterator[None]:
    yield
    while _VOICES:
        await _VOICES.pop().close()


class TestTheVoice:
    async def test_says_a_prompt_once_and_then_from_its_file(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        first = await at.voice.files("en", Prompt.GOODBYE)
        assert await at.voice.files("en", Prompt.GOODBYE) == first
        assert at.asked == ["Thank you for calling. Goodbye."]
        assert len(wav.read(first[0])) > 0

    async def test_is_asked_once_when_many_callers_need_the_same(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        many = await asyncio.gather(*(at.voice.files("en", Prompt.GOODBYE) for _ in range(10)))
        assert len(at.asked) == 1
        assert all(paths == many[0] for paths in many)

    async def test_makes_a_case_number_of_single_digits(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        one = await at.voice.files("en", Prompt.MESSAGE_SAVED, case="1042")
        other = await at.voice.files("en", Prompt.MESSAGE_SAVED, case="2401")
        assert len(one) == 5
        assert sorted(one) == sorted(other)
        assert one[1] == other[4]

    async def test_speaks_long_numbers_in_groups(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        spoken = await at.voice.digits("ru", "+373 69 123456")
        assert len(spoken) == 11 + 3
        assert [n for n, path in enumerate(spoken) if path == at.sounds.pause] == [3, 7, 11]

    async def test_finishes_every_file_for_the_telephone(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        (path,) = await at.voice.files("en", Prompt.GOODBYE)
        samples = wav.read(path)
        assert convert.level(samples / 32768) == pytest.approx(convert.LOUDNESS, abs=0.5)

    async def test_runs_two_programs_at_most(self, tmp_path: Path) -> None:
        counting = (
            f"mkdir {tmp_path}/run.$$; ls -d {tmp_path}/run.* | wc -l >> {tmp_path}/count; "
            f"cat > /dev/null; rmdir {tmp_path}/run.$$; cat {tmp_path}/sample.wav"
        )
        at = desk(tmp_path, counting)
        await asyncio.gather(*(at.voice.say("en", f"text {n}") for n in range(12)))
        assert max(map(int, (tmp_path / "count").read_text().split())) <= 2

    async def test_keeps_nothing_running_after_it_is_closed(self, tmp_path: Path) -> None:
        held = tmp_path / "held"
        await asyncio.to_thread(os.mkfifo, held)
        at = desk(tmp_path, f"exec 3> {held}; echo here >&3; exec sleep 60")
        task = asyncio.create_task(at.voice.say("en", "text"))
        with await asyncio.to_thread(held.open) as end:
            assert await asyncio.to_thread(end.readline) == "here\n"
            await at.voice.close()
            assert await task == [at.sounds.beep]
            # It ends when nobody holds its other end any more.
            assert await asyncio.wait_for(asyncio.to_thread(end.read), 10) == ""

    async def test_keeps_nothing_running_when_there_is_nothing_to_say(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        await at.voice.say("en", "text")
        (child,) = at.voice._idle
        at.voice._let_go()
        assert await asyncio.wait_for(child._process.wait(), 10) == 0

    async def test_leaves_no_half_file_when_it_is_closed(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        path = at.voice._path("en", "text")
        path.parent.mkdir(parents=True)
        await asyncio.to_thread(os.mkfifo, gate := tmp_path / "gate")
        write_half = "echo > ." + path.name + ".$PPID.1.part"
        slow = desk(tmp_path, f"cd {path.parent}; {write_half}; echo > {gate}; exec sleep 60")
        task = asyncio.create_task(slow.voice.say("en", "text"))
        await asyncio.to_thread(gate.read_text)
        assert list(path.parent.iterdir())
        await slow.voice.close()
        await task
        assert list(path.parent.iterdir()) == []


class TestTheOwnersRecording:
    async def test_wins_over_the_voice(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        own = at.own("ro", "greeting_open")
        assert await at.voice.files("ro", Prompt.GREETING_OPEN, office="Flora") == [own]
        assert at.asked == []

    async def test_is_followed_by_what_only_the_call_knows(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        own = at.own("en", "message_saved")
        spoken = await at.voice.files("en", Prompt.MESSAGE_SAVED, case="12")
        assert spoken == [own, *await at.voice.digits("en", "12")]
        at.own("en", "whisper")
        await at.voice.files("en", Prompt.WHISPER, office="Flora", topic="orders", caller=None)
        assert at.asked[2:] == ["orders"]

    async def test_of_an_own_text_wins_too(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        own = at.own("ru", "menu-main")
        assert await at.voice.say("ru", "Меню", own="menu-main") == [own]

    async def test_is_still_there_for_a_call_that_is_about_to_play_it_when_it_is_taken_back(
        self, tmp_path: Path
    ) -> None:
        at, own = desk(tmp_path), OwnPrompts(tmp_path / "own")
        finished = at.own("ro", "finished")
        own.put("ro", "greeting_open", finished, Origin(NOON, "maria"))
        (sound,) = await at.voice.files("ro", Prompt.GREETING_OPEN, office="Flora")
        own.use("ro", "greeting_open", 0)
        assert len(wav.read(sound)) > 0
        (spoken,) = await at.voice.files("ro", Prompt.GREETING_OPEN, office="Flora")
        assert spoken != sound

    async def test_can_be_made_of_words_and_what_cannot_is_told(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        made = await at.voice.made("ro", "Bună  ziua.")
        assert at.asked == ["Bună ziua."]
        assert len(wav.read(made)) > 0
        with pytest.raises(HotlineError, match="no words"):
            await at.voice.made("ro", " -- ")
        broken = desk(tmp_path / "broken", "exit 1")
        with pytest.raises(HotlineError, match="voice of the box does not work"):
            await broken.voice.made("ro", "Bună ziua.")

    async def test_is_looked_for_only_in_its_folder(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        at.own("ru", "secret")
        (tmp_path / "own" / "en").mkdir()
        assert await at.voice.say("en", "text", own="../ru/secret") != [
            tmp_path / "own" / "en" / "../ru/secret.wav"
        ]
        assert at.asked == ["text"]


class TestAVoiceThatFails:
    @pytest.mark.parametrize(
        "program", ["exit 1", "cat > /dev/null", "echo nonsense", "yes | head -c 9999", "kill $$"]
    )
    async def test_becomes_a_beep_not_an_error(self, tmp_path: Path, program: str) -> None:
        at = desk(tmp_path, program)
        assert await at.voice.files("ru", Prompt.GOODBYE) == [at.sounds.beep]
        assert await at.voice.say("ru", "Привет") == [at.sounds.beep]
        assert await at.voice.digits("ru", "12") == []

    async def test_because_it_is_not_installed_becomes_a_beep(self, tmp_path: Path) -> None:
        voice = Voice(
            tmp_path / "c", tmp_path / "o", tones.files(tmp_path), program=("/nowhere/espeak-ng",)
        )
        _VOICES.append(voice)
        assert await voice.files("en", Prompt.GOODBYE) == [tones.files(tmp_path).beep]

    async def test_is_replaced_by_a_language_that_is_ready(self, tmp_path: Path) -> None:
        ready = await desk(tmp_path).voice.files("ro", Prompt.GOODBYE)
        at = desk(tmp_path, "exit 1")
        assert await at.voice.files("ru", Prompt.GOODBYE) == ready

    async def test_on_a_full_disk_becomes_a_beep(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        at.cache.write_text("no directory")
        assert await at.voice.files("ru", Prompt.GOODBYE) == [at.sounds.beep]

    async def test_by_being_slow_does_not_hold_up_the_call_and_is_ready_for_the_next(
        self, tmp_path: Path
    ) -> None:
        gate = tmp_path / "gate"
        slow = f"read line < {gate}; cat > /dev/null; cat {tmp_path}/sample.wav"
        await asyncio.to_thread(os.mkfifo, gate)
        at = desk(tmp_path, slow, patience=0.0)
        assert await at.voice.files("en", Prompt.GOODBYE) == [at.sounds.beep]
        (making,) = at.voice._under_way.values()
        await asyncio.to_thread(gate.write_text, "go\n")
        path = await making
        assert await at.voice.files("en", Prompt.GOODBYE) == [path]

    async def test_leaves_no_half_file_behind(self, tmp_path: Path) -> None:
        at = desk(tmp_path, "exit 1")
        await at.voice.files("ru", Prompt.GOODBYE)
        assert list(at.cache.rglob("*.*")) == []


class TestAHostileText:
    async def test_reaches_the_program_only_as_plain_text(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        await at.voice.say("en", "[[x]] <speak> $(touch /tmp/owned) `id`\x00\x01 -w /etc/passwd")
        assert at.asked == ["x speak $(touch /tmp/owned) `id` -w /etc/passwd"]

    @pytest.mark.parametrize("text", ["", "   ", "...", "<>", "[[]]", "\x00"])
    async def test_with_nothing_to_say_says_nothing(self, tmp_path: Path, text: str) -> None:
        at = desk(tmp_path)
        assert await at.voice.say("en", text) == []
        assert at.asked == []


class TestPreparing:
    async def test_leaves_nothing_to_make_in_a_call(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        steps: list[tuple[int, int]] = []
        failed = await at.voice.prepare(OFFICE, lambda *step: steps.append(step), days=90)
        assert failed == 0
        assert [done for done, _ in steps] == list(range(1, steps[0][1] + 1))
        before = len(at.asked)
        names = len(OFFICE.people)  # are said in both languages
        assert before == len(set(at.asked)) + names
        for language, topic in (("ro", "comenzi"), ("ru", "заказы")):
            for prompt in set(Prompt) - {Prompt.GREETING_CLOSED}:
                for caller, subject in itertools.product((None, "+37369123456"), (None, topic)):
                    label, key = {"ro": "comenzi", "ru": "Заказы"}[language], "1"
                    key = "9" if prompt is Prompt.LANGUAGE_CHOICE else key
                    await at.voice.files(
                        language, prompt, office="Flora", days=90, label=label, key=key, n=9,
                        case="1234567890", topic=subject, caller=caller,
                    )  # fmt: skip
        for language, text in (
            ("ru", "Здравствуйте, это Флора."),
            ("ro", "Deschis zilnic."),
            ("ro", "Închis de Crăciun."),
            ("ro", "Cincizeci de lei."),
        ):
            await at.voice.say(language, text)
        for name, key in (("Ana", "1"), ("Ion", "1"), ("Ion", "2")):
            await at.voice.say("ru", name)
            await at.voice.files("ru", Prompt.TALK_KEY, key=key)
        assert at.asked[before:] == []

    async def test_leaves_no_name_to_make_when_a_talk_is_passed_on(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        people = (Person("ana", "Ana Popa", None), Person("ion", "Ion", None))
        office = replace(OFFICE, people=people, directory=(Person("bank", "Banca", None),))
        await at.voice.prepare(office, days=90)
        before = len(at.asked)
        for name in ("Ana Popa", "Ion", "Banca"):
            await at.voice.say(office.language, name)
        for key in range(1, 10):
            await at.voice.files(office.language, Prompt.TALK_KEY, key=key)
        for person in people:
            await at.voice.files(office.language, Prompt.TALK_FROM, colleague=person.name)
        assert at.asked[before:] == []

    @pytest.mark.parametrize("unused", [catalogue.OF_STAFF, catalogue.OF_WHY])
    async def test_leaves_out_what_no_key_of_the_menu_leads_to(
        self, tmp_path: Path, unused: frozenset[Prompt]
    ) -> None:
        at = desk(tmp_path)
        await at.voice.prepare(replace(OFFICE, languages=("ro",), menus=()), days=90)
        theirs, others = (
            {piece.text for one in prompts for piece in catalogue.pieces("ro", one, {})}
            for prompts in (unused, set(Prompt) - unused)
        )
        assert not (theirs - others) & set(at.asked)

    async def test_tells_how_much_failed(self, tmp_path: Path) -> None:
        steps: list[tuple[int, int]] = []
        at = desk(tmp_path, "exit 1")
        small = replace(OFFICE, languages=("ro",), menus=())
        failed = await at.voice.prepare(small, lambda *step: steps.append(step))
        assert failed == len(steps) > 40


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_real_voice_speaks_every_language(tmp_path: Path, language: str) -> None:
    voice = Voice(tmp_path / "c", tmp_path / "o", tones.files(tmp_path / "s"), patience=60)
    _VOICES.append(voice)
    (path,) = await voice.files(language, Prompt.MESSAGE_INTRO)
    samples = wav.read(path)
    assert 3 < len(samples) / 8000 < 12
    assert convert.level(samples / 32768) == pytest.approx(convert.LOUDNESS, abs=1)
    assert np.abs(samples).max() < 0.9 * 32768
    assert catalogue.known(language) == language
