"""Log lines of the engine, written by the method's C++ logger so that ``Silent`` is respected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

VERBOSE = 2
INFO = 3
WARNING = 4

LogFunction = Callable[[int, str], None]


def flush_streams() -> None:
    """Hand over what Python has buffered: its order with C++ output stays right, and nothing is lost at exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError, OSError):  # replaced by user code, closed, or nobody reads any more
            continue


@contextmanager
def flushed() -> Iterator[None]:
    """What is printed within is handed over at the end."""
    try:
        yield
    finally:
        flush_streams()


class Log:
    """Sends text to the C++ logger, in order with what Python prints."""

    def __init__(self, write: LogFunction) -> None:
        self._write = write

    def info(self, text: str) -> None:
        """A line of information; suppressed by ``Silent``."""
        flush_streams()
        self._write(INFO, text)

    def verbose(self, text: str) -> None:
        """A line for those who look closely."""
        flush_streams()
        self._write(VERBOSE, text)

    def warning(self, text: str) -> None:
        """A warning; passes ``Silent``."""
        flush_streams()
        self._write(WARNING, text)
