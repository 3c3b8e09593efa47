"""An office's analogue telephone line and the voice modem on it: V.253 on a pty, real audio."""

from tests.sim.fxo.line import Faults, HangUp, Recall
from tests.sim.fxo.modem import VoiceModem

__all__ = ["Faults", "HangUp", "Recall", "VoiceModem"]
