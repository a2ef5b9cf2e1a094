"""Reads whole files that a user or a weight file names. Imports neither torch nor NumPy."""

from __future__ import annotations

import errno
import stat
from pathlib import Path


def read(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: it cannot be read, or is no regular file. Such a one is not opened: that may wait for another process.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        found = "a folder" if stat.S_ISDIR(mode) else "a pipe, socket or device"
        raise OSError(errno.EINVAL, f"expected a regular file, found {found}", str(path))
    return path.read_bytes()
