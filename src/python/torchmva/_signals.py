"""Signals that end a command."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn


@contextmanager
def ended_tidily() -> Iterator[None]:
    """SIGTERM and SIGHUP end what is inside as an exception does, so that temporary files are removed.

    Signals that the process ignores, as under nohup, are left alone. Exit code: 128 plus the number of the signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may have handlers
        return
    heard = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) == signal.SIG_DFL]
    usual = {number: signal.signal(number, _end) for number in heard}
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def _end(number: int, _frame: Any) -> NoReturn:
    sys.exit(128 + number)
