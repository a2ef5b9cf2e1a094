"""Files that commands write: checked before the work, put under their names when they are good."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CommandError(Exception):
    """Ends a command with exit code 1; the text is what the user has to know."""


def check_writable(output: Path, weights: str) -> None:
    """Fail now rather than after all the work.

    Raises:
        CommandError: there is no such folder, nothing can be written there, or the output is the weight file.
    """
    folder = output.parent
    if output.is_file() and Path(weights).exists() and output.samefile(weights):
        raise CommandError(f"{output}: the output is the weight file: choose another name")
    if not folder.is_dir():
        raise CommandError(f"{output}: expected a folder {folder} to write into, found none")
    if output.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise CommandError(f"{output}: cannot be written")


def install(made: Path, output: Path) -> None:
    """Copy a finished file to its name: never a half-written one."""
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        if output.exists() and not output.is_file() and not output.is_dir():
            # a device or a pipe: a file of that name would take its place
            output.write_bytes(made.read_bytes())
            return
        shutil.copyfile(made, temporary)
        temporary.replace(output)
    except OSError as error:
        raise CommandError(f"{output}: cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def rejected_beside(made: Path, output: Path) -> Iterator[None]:
    """If what was made is refused inside, keep it as OUTPUT.rejected, so that one can look at it."""
    try:
        yield
    except CommandError as error:
        rejected = output.with_name(output.name + ".rejected")
        install(made, rejected)
        raise CommandError(f"{error}\nWhat was made is kept as {rejected}") from None


@contextmanager
def errors_of_root() -> Iterator[None]:
    """Errors of the library become errors of the command."""
    import ROOT

    try:
        yield
    except ROOT.TorchMVA.Error as error:
        raise CommandError(str(error.what())) from None


def fail(command: str, error: Exception) -> int:
    """Say what went wrong; the exit code."""
    print(f"torchmva {command}: {error}", file=sys.stderr)
    return 1
