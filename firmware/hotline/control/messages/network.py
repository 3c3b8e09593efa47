"""What is said about the box's own network; see lan/trial.py."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hotline.control.messages.wire import Message, Short, Told
from hotline.said import NOTHING


class Network(Message):
    """How the box is in the network of the office."""

    do: Literal["network"] = "network"


class NetworkTry(Message):
    """Another address, until it is confirmed. address "": the router gives one, and the rest.

    The other fields as they were typed; a mistake comes back with the place of its field.
    """

    do: Literal["network_try"] = "network_try"
    device: Short
    address: Short = ""
    mask: Short = ""
    router: Short = ""
    dns: Short = ""
    only_look: bool = False  # check it, and change nothing
    by: Short


class NetworkHear(Message):
    """Which Wi-Fis does the box hear? again: it looks anew, and hears more within seconds.

    Answered by `NetworkHeard`.
    """

    do: Literal["network_hear"] = "network_hear"
    again: bool = False


class NetworkJoin(Message):
    """Into a Wi-Fi, until it is confirmed where that has to be. wifi: what is heard, or "" and
    its name in `other`. A mistake comes back with the place of its field.
    """

    do: Literal["network_join"] = "network_join"
    wifi: Short = ""
    other: Short = ""
    password: Annotated[Short, Field(repr=False)] = ""
    by: Short


class NetworkConfirm(Message):
    """What is on trial holds for good. at: where the browser found the box, "" for its name."""

    do: Literal["network_confirm"] = "network_confirm"
    at: Short
    by: Short


class NetworkTakeBack(Message):
    """The address or the Wi-Fi before it, at once."""

    do: Literal["network_take_back"] = "network_take_back"
    by: Short


class NetworkDevice(Message):
    """kind: "cable" or "wifi". address: without its mask; "" and no mask while it has none.

    hotspot: it is a Wi-Fi of the box itself.
    """

    name: str
    kind: str
    up: bool
    fixed: bool
    address: str = ""
    mask: str = ""
    router: str = ""
    dns: tuple[str, ...] = ()
    hotspot: bool = False


class NetworkTrial(Message):
    """address: "" if the router gives one. seconds: in which it can be confirmed.

    wifi: the box goes into a Wi-Fi; its name, as it may be shown. asks: somebody has to confirm it.
    """

    by: str
    device: str
    address: str
    seconds: float
    in_force: bool
    wifi: str | None = None
    asks: bool = True


class NetworkAnswer(Message):
    """told: what became of the last trial."""

    devices: tuple[NetworkDevice, ...]
    trial: NetworkTrial | None = None
    told: Told = NOTHING


class NetworkWifi(Message):
    """A Wi-Fi that is heard. id: of its very bytes; see lan/wifi.py.

    name: safe to show, "" if it has no letters. bars: 0 to 4.
    """

    id: Short
    name: str
    bars: int
    lock: Literal["open", "password", "account", "foreign"]
    used: bool


class NetworkHeard(Message):
    """The one in use first, then the strongest. device: the aerial, "" if the box has none.

    hotspot: it is a Wi-Fi of the box itself, which mostly hears no others meanwhile.
    """

    device: str = ""
    hotspot: bool = False
    wifis: tuple[NetworkWifi, ...] = ()
