"""What is said about the box's own network; see lan/trial.py."""

from __future__ import annotations

from typing import Literal

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


class NetworkConfirm(Message):
    """The address on trial holds for good. at: where the browser found the box."""

    do: Literal["network_confirm"] = "network_confirm"
    at: Short
    by: Short


class NetworkTakeBack(Message):
    """The address before it, at once."""

    do: Literal["network_take_back"] = "network_take_back"
    by: Short


class NetworkDevice(Message):
    """kind: "cable" or "wifi". address: without its mask; "" and no mask while it has none."""

    name: str
    kind: str
    up: bool
    fixed: bool
    address: str = ""
    mask: str = ""
    router: str = ""
    dns: tuple[str, ...] = ()


class NetworkTrial(Message):
    """address: "" if the router gives one. seconds: in which it can be confirmed."""

    by: str
    device: str
    address: str
    seconds: float
    in_force: bool


class NetworkAnswer(Message):
    """told: what became of the last trial."""

    devices: tuple[NetworkDevice, ...]
    trial: NetworkTrial | None = None
    told: Told = NOTHING
