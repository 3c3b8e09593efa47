#!/usr/bin/python3 -IS
"""Tells the kernel that a partition in use has become larger: resize.py DISK NUMBER BEGIN SIZE.

In sectors. BLKPG of linux/blkpg.h; unlike partx, which takes the partition away for a moment, and
with it everything that is at work on it.
"""

import ctypes
import fcntl
import os
import struct
import sys

SECTOR = 512
BLKPG, RESIZE = 0x1269, 3

_, disk, number, begin, size = sys.argv
partition = ctypes.create_string_buffer(
    struct.pack("qqi64s64s4x", int(begin) * SECTOR, int(size) * SECTOR, int(number), b"", b"")
)
what = struct.pack("iiiP", RESIZE, 0, len(partition.raw) - 1, ctypes.addressof(partition))
fcntl.ioctl(os.open(disk, os.O_RDONLY), BLKPG, what)
