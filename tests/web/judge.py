"""What is wrong with a page that is open in a browser, in words; nothing if all is well."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page as Tab

from tests.web.stretched import unmarked

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text("utf-8")
# What a finger cannot miss: everything to press is 44 px high, links inside a sentence excepted;
# a box to tick is pressed by its label.
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "a, button, input, select, textarea, summary")]
  .filter(e => e.type !== "hidden" && !e.classList.contains("skip") && e.checkVisibility())
  .map(e => e.closest("label.tick") || e)
  .filter(e => { const r = e.getBoundingClientRect(); return r.height < 44 || r.width < 24 })
  .map(e => e.outerHTML.slice(0, 120))"""
FAULTS = """async () => (await axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa",
  "best-practice"]})).violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "))"""
TOO_WIDE = """() => { const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > wide + 1 && e.checkVisibility())
    .map(e => e.outerHTML.slice(0, 120)) }"""
# A word or a button that its own box hides, or that lies over what is beside it.
CUT_OFF = """() => [...document.querySelectorAll("main *")]
  .filter(e => e.checkVisibility() && e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
  .filter(e => !e.closest(".hear-only, svg, thead, audio, select, input, textarea"))
  .map(e => e.outerHTML.slice(0, 120))"""
# All that is said, also what is folded away or only read aloud; but not what says of itself that
# it is in another language, or a name in any.
SAID = """() => { const said = [document.title];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!parent.closest("script, noscript, style, title, .languages, [translate=no]")
        && parent.closest("[lang]") === document.documentElement) said.push(walk.currentNode.data);
  }
  for (const e of document.querySelectorAll("*"))
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      if (e.hasAttribute(name)) said.push(e.getAttribute(name));
  return said.map(text => text.trim()).filter(text => text) }"""
WAY_ON = """() => [...document.querySelectorAll("main a[href], main button")]
  .filter(e => e.checkVisibility() && !e.matches(".chips *, #show-keys")).length"""
HEADINGS = "document.querySelectorAll('h1').length"

_LATIN = re.compile(r"[A-Za-z]{2,}")
# Of dates, which Babel writes and no catalogue; of addresses and of what is typed as it stands.
_ANYWHERE = re.compile(
    r"\b((Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*"
    r"|min|ago|WAV|MP3|https?:\S+|box\.toml"
    r"|PDF|Wi-Fi|TLS|STARTTLS|Gmail|telegram|Telegram|BotFather|[Aa]pprise|\S+@\S+|smtp\.\S+)\b"
)


def seen(tab: Tab, width: int) -> list[str]:
    """What anybody can see: wider than the screen, cut off, too small, not one first heading."""
    faults = [f"wider than {width} px: {one}" for one in tab.evaluate(TOO_WIDE)]
    faults += [f"cut off: {one}" for one in tab.evaluate(CUT_OFF)]
    faults += [f"too small to press: {one}" for one in tab.evaluate(SMALL_TARGETS)]
    headings = tab.evaluate(HEADINGS)
    faults += [] if headings == 1 else [f"{headings} first headings"]
    return faults


def ends(tab: Tab) -> list[str]:
    """Where there is nothing to read, there is something to do."""
    return [] if tab.evaluate(WAY_ON) else ["no next step"]


def heard(tab: Tab) -> list[str]:
    """What axe finds: contrast, names of things to press, order, roles."""
    tab.evaluate(AXE)
    found: list[str] = tab.evaluate(FAULTS)
    return found


def untranslated(tab: Tab, language: str, data: Iterable[str]) -> list[str]:
    """Texts with words of another language; `data` is what the office itself wrote.

    Cyrillic pages hold no Latin word, and the stretched language none without its marks. Of
    Romanian and English no such thing can be said.
    """
    if language in ("en", "ro"):
        return []
    known = sorted(data, key=len, reverse=True)
    return [
        f"not translated: {text}"
        for text in tab.evaluate(SAID)
        if _LATIN.search(_without(unmarked(text), known))
    ]


def _without(text: str, known: Iterable[str]) -> str:
    for one in known:
        text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w|\.\w)", " ", text)
    return _ANYWHERE.sub(" ", text)
