"""Where things lie under the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The data folder of one box. `data` comes from box.toml."""

    data: Path

    @property
    def control(self) -> Path:
        """The daemon's Unix socket."""
        return self.data / "control.sock"

    @property
    def peers(self) -> Path:
        """From which addresses calls may come, for the packet filter of the box."""
        return self.data / "peers"

    @property
    def calling(self) -> Path:
        """The daemon's Unix socket for calls from the page, beside `control`."""
        return self.data / "calling.sock"

    @property
    def lines(self) -> Path:
        """The lines that were added while the box ran, in the form of box.toml."""
        return self.data / "lines.toml"

    @property
    def chosen(self) -> Path:
        """What was set on the page for the box itself, over box.toml."""
        return self.data / "settings.toml"

    @property
    def lan(self) -> Path:
        """There while a change of the box's address is on trial; see lan/trial.py."""
        return self.data / "lan.json"

    @property
    def country(self) -> Path:
        """Where the office is, for the Wi-Fi of the box; see country.sh of the image."""
        return self.data / "country"

    @property
    def notices(self) -> Path:
        """The mailbox and the messengers that were set up while the box ran."""
        return self.data / "notices.toml"

    @property
    def recordings(self) -> Path:
        """What callers left."""
        return self.data / "recordings"

    @property
    def own_prompts(self) -> Path:
        """What the owner spoke or uploaded, a folder for each language."""
        return self.data / "prompts"

    @property
    def uploads(self) -> Path:
        """Where the page puts what is uploaded, for the daemon to take."""
        return self.data / "uploads"

    @property
    def page(self) -> Path:
        """What the page keeps for itself: in the folder `web`, if somebody made it.

        There the page is another user than the daemon, and may write nothing beside the records.
        """
        own = self.data / "web"
        return own if own.is_dir() else self.data

    @property
    def updates(self) -> Path:
        """Updates of the whole box; there only where the box was made from an image."""
        return self.data / "updates"

    @property
    def backups(self) -> Path:
        """Backups of the whole box that were asked for on the page."""
        return self.data / "backups"

    @property
    def nights(self) -> Path:
        """Copies of the whole box that it makes by itself."""
        return self.data / "nights"

    @property
    def restore(self) -> Path:
        """Where a backup is unpacked, and waits to take the place of everything."""
        return self.data / "restore"

    @property
    def previous(self) -> Path:
        """What a restored backup took the place of."""
        return self.data / "previous"

    @property
    def erase_wanted(self) -> Path:
        """There once somebody at the box wished everything erased: done when the machine starts."""
        return self.data / "erase-wanted"

    @property
    def announcement(self) -> Path:
        """What is said before every greeting for a while."""
        return self.data / "announcement.json"

    @property
    def closed_early(self) -> Path:
        """There while somebody has closed the line against its hours."""
        return self.data / "closed-early.json"

    @property
    def answers_told(self) -> Path:
        """Of which answers it was told that they are over, or soon will be."""
        return self.data / "answers-told.json"

    @property
    def spoken(self) -> Path:
        """Synthesised prompts; can be made again."""
        return self.data / "cache" / "spoken"

    @property
    def sounds(self) -> Path:
        """Beep, ringback, music; can be made again."""
        return self.data / "cache" / "sounds"
