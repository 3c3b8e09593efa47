"""The office's Wi-Fi: which ones the box hears, and into one of them.

What becomes of it is shown by network.py: another Wi-Fi is on trial as another address is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from hotline.control.client import Refused
from hotline.control.messages.network import NetworkAnswer, NetworkHeard, NetworkJoin, NetworkWifi
from hotline_web.desk import desk
from hotline_web.officeforms import NOTHING_WRONG, Wrong
from hotline_web.pages.network import LONGEST, looked, owner_alone, wrong_of

pages = Blueprint("wifi", __name__, url_prefix="/network")

LONGEST_ID = 80
BACK = ("network.network", "setup.wifi")


@dataclass(frozen=True)
class Typed:
    """What stands in the form; a password is never sent back."""

    wifi: str = ""
    other: str = ""
    password: str = field(default="", repr=False)


@pages.get("/air")
def air() -> str:
    """What changes on the list of Wi-Fis."""
    owner_alone()
    return render_template("network/_air.html", air=desk().control.network_hear())


@pages.post("/air")
def look_again() -> Answer:
    """The box listens anew; what it hears comes into the list by itself."""
    owner_alone()
    desk().control.network_hear(again=True)
    back = request.form.get("back", "")
    return redirect(url_for(back if back in BACK else BACK[0]))


@pages.get("/wifi")
def wifi() -> str:
    """One of them, and what will happen; ?wifi= its id, or none for another name."""
    owner_alone()
    return _form(Typed(request.args.get("wifi", "")[:LONGEST_ID]))


@pages.post("/wifi")
def join() -> Answer | tuple[str, int]:
    """The box goes there."""
    owner_alone()
    form = request.form
    typed = Typed(
        form.get("wifi", "")[:LONGEST_ID],
        form.get("other", "").strip()[:LONGEST],
        form.get("password", "")[:LONGEST],
    )
    ask = NetworkJoin(
        wifi=typed.wifi, other=typed.other, password=typed.password, by=current_user.name
    )
    try:
        desk().control.network_change(ask)
    except Refused as refused:
        return _form(typed, wrong_of(refused)), 409
    return redirect(url_for("network.network"))


def _form(typed: Typed, wrong: Wrong = NOTHING_WRONG) -> str:
    heard, now = desk().control.network_hear(), looked()
    one = _named(typed.wifi, heard)
    return render_template(
        "network/wifi.html",
        one=one,
        typed=typed,
        wrong=wrong,
        gone=bool(typed.wifi) and one is None,
        happens=_happens(now),
        old=next((each.name for each in heard.wifis if each.used), ""),
    )


def _named(id: str, heard: NetworkHeard) -> NetworkWifi | None:
    return next((one for one in heard.wifis if one.id == id), None)


def _happens(now: NetworkAnswer) -> str:
    """ "beside" a cable, "moves" out of another Wi-Fi, or the "first" network of the box."""
    if any(one.address for one in now.devices if one.kind != "wifi"):
        return "beside"
    moves = any(one.address and not one.hotspot for one in now.devices)
    return "moves" if moves else "first"
