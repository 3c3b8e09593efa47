"""Keys of box.toml that must agree with each other, and with what is on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hotline.errors import NumberRefused
from hotline.numbering import dialable
from hotline.options import Mail, Modem, Options, Sip, Trunk, VoiceModem, own_numbers
from hotline.options.mistakes import Place, shown
from hotline.options.panel import PanelOptions


def disagreements(options: Options) -> Iterator[tuple[Place, str]]:
    """Where, and what does not go together, in words for the owner."""
    yield from _sip_disagrees(options.sip)
    yield from _trunks_disagree(options.trunks)
    yield from _modems_disagree(options)
    yield from _mail_disagrees(options.mail)
    yield from _panel_disagrees(options.panel)


def _sip_disagrees(sip: Sip) -> Iterator[tuple[Place, str]]:
    if sip.rtp_last < sip.rtp_first + 3:
        yield ("sip", "rtp_last"), "rtp_last of [sip] must lie at least 3 above rtp_first"
    if sip.tls_port and sip.tls_port == sip.port:
        yield ("sip", "tls_port"), "tls_port of [sip] must differ from port"
    if sip.tls_port:
        for key in ("tls_certificate", "tls_key"):
            file: Path | None = getattr(sip, key)
            if file is None:
                yield ("sip", "tls_port"), f"tls_port of [sip] needs {key} too"
            elif not file.is_file():
                yield ("sip", key), f"{key} of [sip]: there is no file {file}"


def _trunks_disagree(trunks: tuple[Trunk, ...]) -> Iterator[tuple[Place, str]]:
    names = [trunk.name for trunk in trunks]
    for index, trunk in enumerate(trunks):
        here = shown(("trunk", index))
        if trunk.name in names[:index]:
            yield ("trunk", index, "name"), f'another [[trunk]] is called "{trunk.name}" already'
        if trunk.register and not trunk.user:
            yield ("trunk", index), f"{here} needs user to register"
        if trunk.register and not (trunk.password or trunk.password_file):
            yield ("trunk", index), f"{here} needs password or password_file to register"
        for words in _password_disagrees(trunk):
            yield ("trunk", index, "password_file"), f"password_file of {here} {words}"
        for key, words in _tls_disagrees(trunk):
            yield ("trunk", index, key), f"{key} of {here} {words}"


def _modems_disagree(options: Options) -> Iterator[tuple[Place, str]]:
    names = {trunk.name for trunk in options.trunks}
    ports: set[Path] = set()
    modems: list[tuple[str, int, Modem | VoiceModem]] = [
        *(("modem", index, modem) for index, modem in enumerate(options.modems)),
        *(("voice_modem", index, modem) for index, modem in enumerate(options.voice_modems)),
    ]
    for section, index, modem in modems:
        here = shown((section, index))
        if modem.name in names:
            yield (section, index, "name"), f'another line is called "{modem.name}" already'
        names.add(modem.name)
        for key in ("at", "sound") if isinstance(modem, Modem) else ("port",):
            port: Path | None = getattr(modem, key)
            if port is not None and port in ports:
                yield (section, index, key), f"{key} of {here}: {port} is named twice"
            ports |= {port} if port is not None else set()
        if isinstance(modem, Modem):
            yield from _modem_disagrees(options, index, here)
        elif modem.hands_on and modem.model == "mt9234":
            words = f"hands_on of {here}: how a mt9234 flashes the hook is not known"
            yield (section, index, "hands_on"), words
        elif modem.flash_ms and modem.model != "cx930xx":
            yield (section, index, "flash_ms"), f"flash_ms of {here} is for a cx930xx only"


def _modem_disagrees(options: Options, index: int, here: str) -> Iterator[tuple[Place, str]]:
    modem = options.modems[index]
    for keys, words in (*_sound_disagrees(modem), *_place_disagrees(options.modems, index)):
        yield ("modem", index, *keys), words.format(here=here)
    if modem.hands_on and (modem.model != "ec25" or modem.card):
        words = f'hands_on of {here}: only an "ec25" with sound on a serial port can'
        yield ("modem", index, "hands_on"), words
    elif modem.hands_on and not modem.outbound:
        yield ("modem", index, "hands_on"), f"hands_on of {here} needs outbound = true"
    if modem.when_dead and (words := _cannot_be_rung(modem, options)):
        yield ("modem", index, "when_dead"), f"when_dead of {here}: {words}"


def _sound_disagrees(modem: Modem) -> Iterator[tuple[Place, str]]:
    """A modem whose sound is known has it in one place, of those that its model knows."""
    if modem.model == "generic":
        if modem.sound or modem.card:
            key = "sound" if modem.sound else "card"
            yield (key,), f"{key} of {{here}}: no sound is known of a generic modem; leave it out"
        if modem.at is None:
            yield (), "{here} needs at: what a generic modem's ports are is not known"
    elif modem.card and modem.model != "ec25":
        yield ("card",), 'card of {here} is for model = "ec25" only; give its sound instead'
    elif modem.card and modem.sound:
        yield ("card",), "card and sound of {here} are both given; keep one"
    elif not modem.card and (modem.at is None) != (modem.sound is None):
        yield (), "{here}: at and sound belong together; usb or imei find both"


def _place_disagrees(modems: tuple[Modem, ...], index: int) -> Iterator[tuple[Place, str]]:
    """Which modem is meant is said in one way only, and said where there are several."""
    modem = modems[index]
    ways = [key for key in ("at", "usb", "imei") if getattr(modem, key)]
    if len(ways) > 1:
        yield (ways[1],), f"{' and '.join(ways)} of {{here}} both say which modem it is; keep one"
    elif not ways and not modem.sound and modem.model != "generic" and len(modems) > 1:
        yield (), "{here} needs usb or imei: which of the modems is it?"
    for key in ("usb", "imei"):
        value = getattr(modem, key)
        if value and value in [getattr(other, key) for other in modems[:index]]:
            yield (key,), f"{key} of {{here}}: {value} is named twice"


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


def _mail_disagrees(mail: Mail | None) -> Iterator[tuple[Place, str]]:
    if mail is not None:
        for words in _password_disagrees(mail):
            yield ("mail", "password_file"), f"password_file of [mail] {words}"


def _panel_disagrees(panel: PanelOptions) -> Iterator[tuple[Place, str]]:
    used: dict[int, str] = {}
    for name, pin in panel.pins():
        if pin in used:
            words = f"{name} of [panel]: pin {pin} is {used[pin]} already"
            yield ("panel", name.partition(".")[0]), words
        used.setdefault(pin, name)
    if panel.relay is not None and panel.guardian is not None:
        words = "relay of [panel]: the guardian holds the line already; leave relay out"
        yield ("panel", "relay"), words


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
