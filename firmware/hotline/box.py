"""Where the daemon is put together: builds every part, wires it, runs it, closes it in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hotline.calls.board import Board
from hotline.calls.caps import Caps
from hotline.calls.exchange import Exchange
from hotline.calls.switchboard import Switchboard
from hotline.clock import Clock
from hotline.control.desk import FrontDesk
from hotline.control.server import ControlServer
from hotline.lines.sip import Guard, SipLine
from hotline.media import tones
from hotline.media.pjsua import PjEngine, Pjsip
from hotline.media.speech import Voice
from hotline.media.wav import Recorder, repair
from hotline.notify.outbox import Outbox
from hotline.options import Options
from hotline.routing.office import Office
from hotline.storage import complaints, office as office_storage
from hotline.storage.calls import Journal, file_open_rows, next_call_id
from hotline.storage.complaints import Cases
from hotline.storage.database import DatabaseFile
from hotline.storage.files import Recordings
from hotline.storage.office import OfficeStore
from hotline.storage.officefile import read_office
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer

log = logging.getLogger(__name__)

