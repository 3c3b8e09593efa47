"""What is told to a real browser: where it is, and words of JavaScript that several ask it."""

from __future__ import annotations

CHROMIUM = "/usr/bin/chromium"
# To an audio element; ends once it is heard to play.
PLAYED = """a => new Promise((played, failed) => {
  a.ontimeupdate = () => { if (a.currentTime > 0.1) played() };
  a.onerror = () => failed(a.error);
  a.play().catch(failed);
})"""
