"""A mobile network and the modems in it as the box meets them: AT and sound on ptys, real audio."""

from tests.sim.gsm.ec25 import Ec25, Ec25Card
from tests.sim.gsm.generic import Generic
from tests.sim.gsm.huawei import Huawei, HuaweiFaults
from tests.sim.gsm.modem import Faults, GsmModem
from tests.sim.gsm.network import (
    AirCall,
    HuntGroup,
    MobileCaller,
    MobileNetwork,
    MobilePhone,
    RingingCall,
)
from tests.sim.gsm.sim7600 import Sim7600, SimcomFaults

__all__ = [
    "AirCall",
    "Ec25",
    "Ec25Card",
    "Faults",
    "Generic",
    "GsmModem",
    "Huawei",
    "HuaweiFaults",
    "HuntGroup",
    "MobileCaller",
    "MobileNetwork",
    "MobilePhone",
    "RingingCall",
    "Sim7600",
    "SimcomFaults",
]
