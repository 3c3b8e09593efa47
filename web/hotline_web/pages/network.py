"""The box in the network: looked at, moved on trial, and confirmed from there; see wifi.py, too."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from hotline.control.client import Refused
from hotline.control.messages.network import (
    NetworkAnswer,
    NetworkConfirm,
    NetworkDevice,
    NetworkTakeBack,
    NetworkTrial,
    NetworkTry,
)
from hotline.storage.users import Role
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.officeforms import NOTHING_WRONG, Wrong
from hotline_web.qr import drawn
from hotline_web.words import say

pages = Blueprint("network", __name__, url_prefix="/network")

FIELDS = ("address", "mask", "router", "dns")
LONGEST = 100


@pages.get("")
def network() -> str:
    """How the box is connected, and what is on trial."""
    owner_alone()
    try:
        return _page(looked())
    except Refused as unmanaged:
        return render_template("network/none.html", why=unmanaged)


@pages.get("/live")
def live() -> str:
    """What changes on it while a change is on trial."""
    owner_alone()
    return render_template("network/_trial.html", **_trial(looked()))


@pages.post("")
def review() -> str | tuple[str, int]:
    """What is now and what will be; nothing is changed yet."""
    owner_alone()
    ask = _typed()
    try:
        answer = desk().control.network_change(ask.model_copy(update={"only_look": True}))
    except Refused as refused:
        return _page(looked(), ask, wrong_of(refused)), 409
    device = next((one for one in answer.devices if one.name == ask.device and one.up), None)
    if device is None:
        abort(404)
    return render_template("network/review.html", ask=ask, now=device, fields=FIELDS)


@pages.post("/try")
def start() -> Answer | tuple[str, int]:
    """The other address, for as long as a trial lasts."""
    owner_alone()
    ask = _typed()
    try:
        desk().control.network_change(ask)
    except Refused as refused:
        return _page(looked(), ask, wrong_of(refused)), 409
    return redirect(url_for("network.network"))


@pages.post("/confirm")
def confirm() -> Answer:
    """Pressed at the new address."""
    owner_alone()
    ask = NetworkConfirm(at=_host(), by=current_user.name)
    desk().control.network_change(ask)
    flash(_("The box stays here."), "good")
    return redirect(url_for("network.network"))


@pages.post("/back")
def take_back() -> Answer:
    """The old address, or the old Wi-Fi, at once."""
    owner_alone()
    desk().control.network_change(NetworkTakeBack(by=current_user.name))
    flash(_("The box goes back to where it was. Open the page there."), "good")
    return redirect(url_for("network.network"))


@pages.get("/code.svg")
def code() -> Response:
    """The new address for the camera of a telephone."""
    owner_alone()
    trial = looked().trial
    if trial is None or not trial.address:
        abort(404)
    return drawn(_there(trial.address))


def _page(
    answer: NetworkAnswer, typed: NetworkTry | None = None, wrong: Wrong = NOTHING_WRONG
) -> str:
    up = [one for one in answer.devices if one.up and not one.hotspot]
    shown = typed or _as_it_is(up)
    return render_template(
        "network/network.html",
        devices=answer.devices,
        up=up,
        told=answer.told,
        typed=shown,
        fixed=bool(shown and shown.address),
        wrong=wrong,
        kind_words=_kind_words,
        air=desk().control.network_hear() if _may_join(answer) else None,
        **_trial(answer),
    )


def _trial(answer: NetworkAnswer) -> dict[str, object]:
    """here: the browser is at the address on trial."""
    trial = answer.trial
    now = next((one.address for one in answer.devices if trial and one.name == trial.device), "")
    return {
        "trial": trial,
        "named": lambda address: urlsplit(address).netloc,
        "here": bool(trial and trial.in_force and now and _found(trial, now)),
        "mine": bool(trial and trial.by == current_user.name),
        "there": _there(trial.address) if trial and trial.address else "",
        "arrived": _there(now) if trial and trial.in_force and now else "",
    }


def _found(trial: NetworkTrial, address: str) -> bool:
    """Is the browser where the box is on trial? By the name of the box it finds a Wi-Fi, too."""
    host = _host()
    return host == address or (trial.wifi is not None and not host)


def _may_join(answer: NetworkAnswer) -> bool:
    """Has the box an aerial, and nothing on trial?"""
    return answer.trial is None and any(one.kind == "wifi" for one in answer.devices)


def looked() -> NetworkAnswer:
    """How the box is in the network, and what is on trial."""
    return desk().control.network()


def _typed() -> NetworkTry:
    given = {key: request.form.get(key, "").strip()[:LONGEST] for key in FIELDS}
    if request.form.get("how") != "fixed":
        given |= dict.fromkeys(FIELDS, "")
    elif not given["address"]:
        given["address"] = "?"  # a fixed one that was not typed is a mistake, and not the router's
    device = request.form.get("device", "")[:LONGEST]
    return NetworkTry.model_validate({**given, "device": device, "by": current_user.name})


def _as_it_is(up: list[NetworkDevice]) -> NetworkTry | None:
    if not up:
        return None
    one = up[0]
    return NetworkTry(
        device=one.name,
        address=one.address if one.fixed else "",
        mask=one.mask,
        router=one.router,
        dns=" ".join(one.dns),
        by=current_user.name,
    )


def wrong_of(refused: Refused) -> Wrong:
    """What the box has against a form."""
    places = tuple((place, say(words)) for place, words in refused.places)
    return Wrong(say(refused.cause) if not places else "", say(refused.action), places)


def _host() -> str:
    """Where the browser found the box: a literal address, or "" for a name."""
    name = urlsplit(f"//{request.host}").hostname or ""
    try:
        return str(ip_address(name))
    except ValueError:
        return ""


def _there(address: str) -> str:
    """This page at another address."""
    port = urlsplit(f"//{request.host}").port
    host = str(IPv4Address(address))
    return f"{request.scheme}://{host}{f':{port}' if port else ''}{url_for('network.network')}"


def _kind_words(kind: str) -> str:
    return "Wi-Fi" if kind == "wifi" else _("Cable")


def owner_alone() -> None:
    """Whoever moves the box could take it away from everybody."""
    if current_user.role is not Role.OWNER:
        abort(403)
