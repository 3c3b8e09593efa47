"""Keys of box.toml that must agree with each other, and with what is on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hotline.errors import NumberRefused
from hotline.numbering import dialable
from hotline.options import Mail, Modem, Options, Sip, Trunk, VoiceModem, own_numbers
from hotline.options.mistakes import Mistake, Place, shown
from hotline.options.panel import PanelOptions
from hotline.said import Said, say, together


def disagreements(options: Options) -> Iterator[Mistake]:
    """What does not go together, in words for the owner."""
    yield from _sip_disagrees(options.sip)
    yield from _trunks_disagree(options.trunks)
    yield from _modems_disagree(options)
    yield from _mail_disagrees(options.mail)
    yield from _panel_disagrees(options.panel)


def _sip_disagrees(sip: Sip) -> Iterator[Mistake]:
    if sip.rtp_last < sip.rtp_first + 3:
        yield Mistake(
            ("sip", "rtp_last"),
            "rtp_last of [sip]",
            say("must lie at least %(n)s above the first port", n=3),
        )
    if sip.tls_port and sip.tls_port == sip.port:
        words = say("must differ from the other port")
        yield Mistake(("sip", "tls_port"), "tls_port of [sip]", words)
    if sip.tls_port:
        for key in ("tls_certificate", "tls_key"):
            file: Path | None = getattr(sip, key)
            if file is None:
                words = say("needs `%(key)s` in box.toml, too", key=key)
                yield Mistake(("sip", "tls_port"), "tls_port of [sip]", words)
            elif not file.is_file():
                words = say("there is no file %(file)s", file=file)
                yield Mistake(("sip", key), f"{key} of [sip]:", words)


def _trunks_disagree(trunks: tuple[Trunk, ...]) -> Iterator[Mistake]:
    names = [trunk.name for trunk in trunks]
    for index, trunk in enumerate(trunks):
        here = shown(("trunk", index))
        if trunk.name in names[:index]:
            yield Mistake(("trunk", index, "name"), "", _another(trunk.name))
        if trunk.register and not trunk.user:
            yield Mistake(("trunk", index, "user"), here, say("needs a user name to register"))
        if trunk.register and not (trunk.password or trunk.password_file):
            words = say("needs a password to register")
            yield Mistake(("trunk", index, "password"), here, words)
        for of_file in _password_disagrees(trunk):
            place = ("trunk", index, "password_file")
            yield Mistake(place, f"password_file of {here}", together(of_file))
        for key, of_file in _tls_disagrees(trunk):
            yield Mistake(("trunk", index, key), f"{key} of {here}", together(of_file))


def _modems_disagree(options: Options) -> Iterator[Mistake]:
    names = {trunk.name for trunk in options.trunks}
    ports: set[Path] = set()
    modems: list[tuple[str, int, Modem | VoiceModem]] = [
        *(("modem", index, modem) for index, modem in enumerate(options.modems)),
        *(("voice_modem", index, modem) for index, modem in enumerate(options.voice_modems)),
    ]
    for section, index, modem in modems:
        here = shown((section, index))
        if modem.name in names:
            yield Mistake((section, index, "name"), "", _another(modem.name))
        names.add(modem.name)
        for key in ("at", "sound") if isinstance(modem, Modem) else ("port",):
            port: Path | None = getattr(modem, key)
            if port is not None and port in ports:
                yield Mistake((section, index, key), f"{key} of {here}:", _twice(port))
            ports |= {port} if port is not None else set()
        if isinstance(modem, Modem):
            yield from _modem_disagrees(options, index, here)
        elif modem.hands_on and modem.model == "mt9234":
            words = together("how a mt9234 flashes the hook is not known")
            yield Mistake((section, index, "hands_on"), f"hands_on of {here}:", words)
        elif modem.flash_ms and modem.model != "cx930xx":
            words = together("is for a cx930xx only")
            yield Mistake((section, index, "flash_ms"), f"flash_ms of {here}", words)


def _modem_disagrees(options: Options, index: int, here: str) -> Iterator[Mistake]:
    modem = options.modems[index]
    for keys, subject, words in (
        *_sound_disagrees(modem, here),
        *_place_disagrees(options.modems, index, here),
    ):
        yield Mistake(("modem", index, *keys), subject, together(words))
    if modem.hands_on and (modem.model != "ec25" or modem.card):
        only = together('only an "ec25" with sound on a serial port can')
        yield Mistake(("modem", index, "hands_on"), f"hands_on of {here}:", only)
    elif modem.hands_on and not modem.outbound:
        needs = together("needs outbound = true")
        yield Mistake(("modem", index, "hands_on"), f"hands_on of {here}", needs)
    if modem.when_dead and (why := _cannot_be_rung(modem, options)):
        place = ("modem", index, "when_dead")
        yield Mistake(place, f"when_dead of {here}:", together(why))


_Found = tuple[tuple[str, ...], str, str]  # the key, if it is one; of what; what is wrong


def _sound_disagrees(modem: Modem, here: str) -> Iterator[_Found]:
    """A modem whose sound is known has it in one place, of those that its model knows."""
    if modem.model == "generic":
        if modem.sound or modem.card:
            key = "sound" if modem.sound else "card"
            words = "no sound is known of a generic modem; leave it out"
            yield (key,), f"{key} of {here}:", words
        if modem.at is None:
            yield (), here, "needs at: what a generic modem's ports are is not known"
    elif modem.card and modem.model != "ec25":
        yield ("card",), f"card of {here}", 'is for model = "ec25" only; give its sound instead'
    elif modem.card and modem.sound:
        yield ("card",), f"card and sound of {here}", "are both given; keep one"
    elif not modem.card and (modem.at is None) != (modem.sound is None):
        yield (), f"{here}:", "at and sound belong together; usb or imei find both"


def _place_disagrees(modems: tuple[Modem, ...], index: int, here: str) -> Iterator[_Found]:
    """Which modem is meant is said in one way only, and said where there are several."""
    modem = modems[index]
    ways = [key for key in ("at", "usb", "imei") if getattr(modem, key)]
    if len(ways) > 1:
        both = f"{' and '.join(ways)} of {here}"
        yield (ways[1],), both, "both say which modem it is; keep one"
    elif not ways and not modem.sound and modem.model != "generic" and len(modems) > 1:
        yield (), here, say("needs `usb` or `imei`: which of the modems is it?")
    for key in ("usb", "imei"):
        value = getattr(modem, key)
        if value and value in [getattr(other, key) for other in modems[:index]]:
            yield (key,), f"{key} of {here}:", _twice(value)


def _another(name: str) -> Said:
    return say('another line is called "%(name)s" already', name=name)


def _twice(value: object) -> Said:
    return say("%(what)s is named twice", what=value)


def _cannot_be_rung(modem: Modem, options: Options) -> str:
    if modem.when_dead in own_numbers(options):
        return "this is a number of the box itself"
    country = options.box.country
    try:
        dialable(modem.when_dead or "", country, {country, *options.limits.countries})
    except NumberRefused as refused:
        return refused.cause
    return ""


def _tls_disagrees(trunk: Trunk) -> Iterator[tuple[str, str]]:
    """On the Internet an unverified certificate is none: anybody in between could show one."""
    if trunk.tls_ca is not None:
        if trunk.transport != "tls":
            yield "tls_ca", 'needs transport = "tls"'
        elif not trunk.tls_verify:
            yield "tls_ca", "and tls_verify = false are both given; keep one"
        elif not trunk.tls_ca.is_file():
            yield "tls_ca", f"points to {trunk.tls_ca}, which is no file"
    if not trunk.tls_verify and trunk.kind == "provider":
        yield "tls_verify", "can be false for a gateway in the house only; name tls_ca instead"


def _mail_disagrees(mail: Mail | None) -> Iterator[Mistake]:
    if mail is not None:
        for words in _password_disagrees(mail):
            place: Place = ("mail", "password_file")
            yield Mistake(place, "password_file of [mail]", together(words))


def _panel_disagrees(panel: PanelOptions) -> Iterator[Mistake]:
    used: dict[int, str] = {}
    for name, pin in panel.pins():
        if pin in used:
            words = together(f"pin {pin} is {used[pin]} already")
            yield Mistake(("panel", name.partition(".")[0]), f"{name} of [panel]:", words)
        used.setdefault(pin, name)
    if panel.relay is not None and panel.guardian is not None:
        words = together("the guardian holds the line already; leave relay out")
        yield Mistake(("panel", "relay"), "relay of [panel]:", words)


def _password_disagrees(holder: Trunk | Mail) -> Iterator[str]:
    if holder.password_file is None:
        return
    if holder.password:
        yield "and password are both given; keep one"
    try:
        if not holder.password_file.read_text(encoding="utf-8").strip():
            yield f"points to {holder.password_file}, which is empty"
    except (OSError, UnicodeDecodeError):
        yield f"points to {holder.password_file}, which cannot be read"
