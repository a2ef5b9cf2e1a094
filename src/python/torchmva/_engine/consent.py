"""Which Python code of weight files may run: what the environment allows, and what this user has named in a training.

A training runs the code that its option UserCode names. The SHA-256 of that very code is remembered for the user, in
this process and in a folder of empty files, so that what somebody has trained can be applied in the next job. Code of
somebody else is not in it, whatever its weight file says.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

#: Set to 1, code of any weight file may run.
VARIABLE = "TORCHMVA_ALLOW_USER_CODE"
_here: set[str] = set()


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
    return Path(state) / "torchmva" / "named-user-code"


def remember(sha256: str) -> None:
    """The user has named code with that checksum. Without a home that can be written it counts in this process only."""
    _here.add(sha256)
    if re.fullmatch("[0-9a-f]{64}", sha256):
        with contextlib.suppress(OSError, RuntimeError):
            _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
            (_folder() / sha256).touch()


def is_given(sha256: str) -> bool:
    """Whether code with that checksum may run without being allowed for one weight file."""
    if os.environ.get(VARIABLE, "").lower() in ("1", "true", "yes", "on") or sha256 in _here:
        return True
    try:
        return re.fullmatch("[0-9a-f]{64}", sha256) is not None and (_folder() / sha256).is_file()
    except (OSError, RuntimeError):
        return False
