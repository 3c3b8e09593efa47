"""Which serial ports and sound card are one modem: by what it is and where it is plugged in.

Never by ttyUSB numbers, which change whenever something is plugged in or a modem restarts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.errors import LineDown, Unplugged
from hotline.lines.usb import STORAGE, Bus, Device
from hotline.options import Modem
from hotline.said import say


@dataclass(frozen=True)
class Known:
    """A kind of modem: its USB ids, and which interface carries what; None if none does.

    spare: takes AT commands, too, and may still do so when `at` has fallen silent.
    """

    vendor: str
    product: str
    words: str
    model: str
    at: int
    sound: int | None = None
    spare: int | None = None


# From ModemManager's port rules and chan_dongle's table of Huawei sticks.
KNOWN = (
    *(
        Known("2c7c", product, f"Quectel {words}", "ec25", at=2, sound=1, spare=3)
        for product, words in (("0125", "EC25"), ("0121", "EC21"))
    ),
    *(
        Known("12d1", product, f"Huawei {words}", "huawei", at=at, sound=sound, spare=0)
        for product, words, at, sound in (
            ("1001", "E1xx", 2, 1),
            ("140c", "E1xx", 3, 2),
            ("1436", "E1750", 4, 3),
            ("14ac", "E153", 4, 3),
            ("1506", "E171", 3, 2),
        )
    ),
    Known("1e0e", "9001", "SIMCom SIM7600", "sim7600", at=2, sound=4, spare=3),
)
MAKERS = {"2c7c": "Quectel", "12d1": "Huawei", "1e0e": "SIMCom"}
# Of voice modems, from the tables of Linux's cdc-acm and ti_usb_3410_5052: words and our model.
VOICE = {
    ("0baf", "0303"): ("USRobotics 5637", "usr5637"),
    ("06e0", "f114"): ("Multi-Tech MT9234MU", "mt9234"),
    **{
        ("0572", product): ("Conexant CX930xx", "cx930xx")
        for product in ("1321", "1324", "1328", "1329", "1349")
    },
}


@dataclass(frozen=True)
class Ports:
    """Where to speak to a modem now. usb: where it is plugged in, "" if that is not known."""

    at: Path
    sound: Path | None
    spare: Path | None = None
    card: int | None = None
    usb: str = ""


@dataclass(frozen=True)
class Seen:
    """A device of a maker of modems. known: None for a product that is in no table here."""

    device: Device
    known: Known | None

    @property
    def words(self) -> str:
        """What and where, for the owner."""
        return f"{self.model} at USB {self.device.path}"

    @property
    def model(self) -> str:
        """What it is."""
        device = self.device
        unknown = f"{MAKERS[device.vendor]} {device.vendor}:{device.product}"
        return self.known.words if self.known else unknown

    @property
    def is_disk(self) -> bool:
        """A stick that shows the disk with its Windows driver, and not yet its modem."""
        kinds = {one.kind for one in self.device.interfaces}
        return kinds == {STORAGE}

    @property
    def lacks(self) -> list[int]:
        """The interfaces that carry no serial port, although they should."""
        if self.known is None:
            return []
        needed = (self.known.at, self.known.sound)
        return [number for number in needed if number is not None and not self._tty(number)]

    def ports(self, dev: Path) -> Ports:
        """Its ports. Raises Unplugged while some are missing."""
        known, device = self.known, self.device
        named = {"modem": self.model, "place": device.path}
        if self.is_disk:
            raise Unplugged(
                say("The %(modem)s at USB %(place)s shows itself as a disk.", **named),
                say("Pull it out, and plug it in again after ten seconds."),
            )
        if known is None:
            raise LineDown(
                say("The %(modem)s at USB %(place)s is no modem the box knows.", **named),
                say("See hw/modems.md."),
            )
        if self.lacks:
            raise Unplugged(
                say("The %(modem)s at USB %(place)s shows only some of its ports.", **named)
            )
        sound = None if known.sound is None else dev / self._tty(known.sound)
        cards = [one.card for one in device.interfaces if one.card is not None]
        card = cards[0] if cards else None
        return Ports(dev / self._tty(known.at), sound, self.spare(dev), card, device.path)

    def spare(self, dev: Path) -> Path | None:
        """The second port for commands, if it has one."""
        number = self.known.spare if self.known else None
        tty = "" if number is None else self._tty(number)
        return dev / tty if tty else None

    def _tty(self, number: int) -> str:
        return self.device.tty(number)


def modems(devices: Iterable[Device]) -> tuple[Seen, ...]:
    """The devices of makers of modems."""
    table = {(known.vendor, known.product): known for known in KNOWN}
    return tuple(
        Seen(device, table.get((device.vendor, device.product)))
        for device in devices
        if device.vendor in MAKERS
    )


@dataclass(frozen=True)
class SeenVoice:
    """A voice modem. words: what it is. port: its serial port by the name that stays, None while
    there is none.
    """

    device: Device
    words: str
    model: str
    port: Path | None


def voice_modems(bus: Bus) -> tuple[SeenVoice, ...]:
    """The voice modems of this machine, as far as their USB ids tell."""
    return tuple(
        SeenVoice(device, words, model, _stays(bus.dev, device))
        for device in bus.devices()
        for words, model in [VOICE.get((device.vendor, device.product), ("", ""))]
        if model
    )


def _stays(dev: Path, device: Device) -> Path | None:
    """udev's name of the first serial port, which is the same after each plugging in."""
    tty = next((one.tty for one in device.interfaces if one.tty), "")
    if not tty:
        return None
    names = sorted((dev / "serial/by-id").glob("*"))
    port = dev / tty
    return next((name for name in names if name.resolve() == port.resolve()), port)


class Finder:
    """The modems of this machine. All lines share one: what the one was told spares the others.

    imeis: what modems said of themselves, by where and when they were plugged in.
    """

    def __init__(self, bus: Bus | None = None) -> None:
        self.bus = bus or Bus()
        self.imeis: dict[tuple[str, int], str] = {}

    def find(self, modem: Modem) -> Seen:
        """The modem meant where it is clear without asking it. Raises LineDown, Unplugged."""
        seen = modems(self.bus.devices())
        if modem.usb:
            return _at(modem.usb, seen)
        return _only(modem, seen)

    def candidates(self, modem: Modem) -> list[Seen]:
        """Those that may have its IMEI, the one that is known to have it first."""
        seen = [one for one in modems(self.bus.devices()) if self._may_be(modem, one)]
        return sorted(seen, key=lambda one: self._imei(one) != modem.imei)

    def named(self, modem: Modem) -> Ports:
        """The ports that box.toml names, and what belongs to them where they are on USB."""
        at = modem.at or Path()
        name = at.resolve().name
        for device in self.bus.devices():
            if any(one.tty == name for one in device.interfaces):
                (spare,) = [one.spare(self.bus.dev) for one in modems([device])] or [None]
                return Ports(at, modem.sound, spare, usb=device.path)
        return Ports(at, modem.sound)

    def line_of(self, seen: Seen, wanted: Sequence[Modem]) -> str:
        """The name of the line that this modem carries, or may carry; "" if none."""
        for modem in wanted:
            place = self.named(modem).usb if modem.at else modem.usb
            if place == seen.device.path:
                return modem.name
            if self._may_be(modem, seen) and not place and not modem.at:
                return f"{modem.name}, if its IMEI is {modem.imei}" if modem.imei else modem.name
        return ""

    def _may_be(self, modem: Modem, seen: Seen) -> bool:
        fits = seen.known is not None and seen.known.model == modem.model
        return fits and not seen.lacks and self._imei(seen) in (None, modem.imei)

    def _imei(self, seen: Seen) -> str | None:
        return self.imeis.get((seen.device.path, seen.device.turn))


def _at(path: str, seen: Sequence[Seen]) -> Seen:
    for one in seen:
        if one.device.path == path:
            return one
    elsewhere = ", ".join(f"{one.model} (USB {one.device.path})" for one in seen if one.known)
    hint = say(
        "Plug it in there, or correct usb of [[modem]]: there is %(modems)s.", modems=elsewhere
    )
    raise Unplugged(
        say("There is no modem at USB %(place)s.", place=path),
        hint if elsewhere else say("Plug it in."),
    )


def _only(modem: Modem, seen: Sequence[Seen]) -> Seen:
    fitting = [one for one in seen if one.known is not None and one.known.model == modem.model]
    if len(fitting) > 1:
        places = " or ".join(f'usb = "{one.device.path}"' for one in fitting)
        raise LineDown(
            say(
                "%(count)s modems are plugged in that %(line)s could mean.",
                count=len(fitting),
                line=modem.name,
            ),
            say("Write %(one)s into [[modem]].", one=places),
        )
    if fitting:
        return fitting[0]
    disks = [one for one in seen if one.is_disk]
    if disks:
        return disks[0]
    raise Unplugged(
        say("No modem is plugged in."), say("Plug it in; `hotline doctor` tells what it sees.")
    )
