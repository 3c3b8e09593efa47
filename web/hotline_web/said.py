"""Sentences of the daemon and the accounts that the page knows in every language.

They are written where they arise and listed here only so that the catalogues have them; a test
looks that each is still said somewhere. What is written with `hotline.said.say` needs no place
here. All else is shown as it comes, in English.
"""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the name gettext gives it
    """Mark a text for the catalogues."""
    return text


SAID = (
    N_("The hotline service is not running."),
    N_("Wait a minute: it starts by itself. If it does not, switch the box off and on."),
    N_("This user may not talk to the hotline service."),
    N_("Use the user the service runs as, or add yours to its group."),
    N_("The hotline service does not answer."),
    N_("Wait a minute. If it stays so, switch the box off and on."),
    N_("The hotline service ended the conversation before it answered."),
    N_("Look whether it did what you asked, then try again."),
    N_("The page and the hotline service are not of one version."),
    N_("Switch the box off and on."),
    N_("The hotline has never been started."),
    N_("Start the hotline service."),
    N_("The records cannot be read now."),
    N_("The disk is full: calls go on, new records wait in memory. Delete old recordings."),
    N_("The disk can only be read: calls go on, new records wait in memory. Replace the card."),
    N_("The disk reports errors: calls go on, new records wait in memory. Replace the card."),
    N_("The records are in use by another program: new records wait in memory."),
    N_("The file of the records is damaged: it is being replaced by the last good copy."),
    N_("the box restarted"),
    N_("Name or password is wrong."),
    N_("This code is wrong or too old."),
    N_("Switch the box off and on for a new one."),
    N_("A name is missing."),
    N_("Type a name."),
    N_("The password is too short."),
    N_("The password is too long."),
    N_("The password is made of words that are tried first."),
    N_("Use three or four words that have nothing to do with each other."),
    N_("This box has an owner already."),
    N_("Log in, or ask the owner."),
)
