"""A mobile network and the modems in it as the box meets them: AT and sound on ptys, real audio."""

from tests.sim.gsm.modem import Ec25, Faults
from tests.sim.gsm.network import AirCall, MobileCaller, MobileNetwork, MobilePhone, RingingCall

__all__ = [
    "AirCall",
    "Ec25",
    "Faults",
    "MobileCaller",
    "MobileNetwork",
    "MobilePhone",
    "RingingCall",
]
