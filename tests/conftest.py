"""What all folders of tests share: starting programs in a folder with a time limit, and reading what they said."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# How ROOT, cling, ACLiC and Python report trouble, whatever the exit code says.
ERROR_TEXT = re.compile(
    r"^(Error|SysError|Fatal|Break) in <|^\s*\*\*\* Break \*\*\*|: (fatal )?error: |Traceback \(most recent call last\)"
    r"|cling::DynamicLibraryManager|(?i:error in cling::)|terminate called",
    re.MULTILINE,
)

# What a shell may have set for another ROOT: no test may depend on it.
INHERITED = ("LD_LIBRARY_PATH", "ROOT_INCLUDE_PATH", "CMAKE_PREFIX_PATH", "ROOTSYS")

# Where TorchMVA remembers what a user has named: not that of whoever runs the tests.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="torchmva-state-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

Program = Callable[..., "subprocess.CompletedProcess[str]"]


def hear_interrupts() -> None:
    """For `preexec_fn` of what a test interrupts: a job in the background of a shell ignores Ctrl-C, and so would its
    children."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def hears_interrupts() -> Callable[[], None]:
    """`subprocess.Popen(..., preexec_fn=hears_interrupts)`."""
    return hear_interrupts


def report(result: subprocess.CompletedProcess[str]) -> str:
    """Everything a failed program said, for an assertion's message."""
    return f"{result.args} ended with {result.returncode}\n--- stdout\n{result.stdout}\n--- stderr\n{result.stderr}"


def run_program(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    timeout: float = 120,
    fails: bool = False,
    quotes_errors: bool = False,
    typed: str = "",
    env: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end. Unless it `fails`, its exit code is 0 and it says nothing that looks like an error.

    `quotes_errors`: what it prints contains the texts of errors that it caught. `typed`: its standard input.
    """
    clean = {name: value for name, value in os.environ.items() if name not in INHERITED}
    result = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**clean, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", **(env or {})},
        input=typed,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if fails:
        assert result.returncode != 0, report(result)
    else:
        assert result.returncode == 0, report(result)
        found = None if quotes_errors else ERROR_TEXT.search(result.stdout + result.stderr)
        assert found is None, f"it says {found.group()!r}\n{report(result)}" if found else ""
    return result


@pytest.fixture(scope="session")
def run_checked() -> Program:
    """`run_checked([program, argument, ...], cwd=folder, timeout=seconds, fails=False)`."""
    return run_program


@pytest.fixture(scope="session")
def run_script() -> Program:
    """A Python script through `python -m torchmva`, in a fresh interpreter."""

    def script(path: Path, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
        return run_program([sys.executable, "-m", "torchmva", path, *arguments], **options)

    return script


@pytest.fixture(scope="session")
def run_macro() -> Program:
    """A ROOT macro through `torchmva root -l -b -q`; `macro` may end with `+` or with arguments in brackets."""

    def macro(call: str | Path, **options) -> subprocess.CompletedProcess[str]:
        return run_program([sys.executable, "-m", "torchmva", "root", "-l", "-b", "-q", call], **options)

    return macro


@pytest.fixture(scope="session")
def macros() -> Path:
    """The folder of the example macros."""
    return REPOSITORY / "macros"


@pytest.fixture(scope="session")
def tutorials() -> Path:
    """`tutorials/machine_learning` as ROOT ships it."""
    from importlib.util import find_spec

    spec = find_spec("ROOT")
    assert spec is not None, "no module ROOT"
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "tutorials" / "machine_learning"


def check_png(path: Path) -> None:
    """A PNG with both its ends, of a size that is not an empty picture."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n"), f"{path} is no PNG"
    assert b"IEND" in content[-16:], f"{path} is cut off"
    assert len(content) > 2000, f"{path} has {len(content)} bytes only"


@pytest.fixture(scope="session")
def is_png() -> Callable[[Path], None]:
    return check_png


@pytest.fixture
def root_warns(capfd) -> Callable[..., AbstractContextManager[None]]:
    """`with root_warns(words):` expects a warning of ROOT, words being a regular expression.

    PyROOT makes Python's warnings of them, but prints lines once anything in the process has enabled thread safety.
    """

    @contextmanager
    def expect(words: str) -> Iterator[None]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        said = capfd.readouterr().err + "".join(str(warning.message) for warning in caught)
        assert re.search(words, said), said

    return expect


@pytest.fixture(scope="session")
def ROOT():
    """ROOT with TorchMVA in this very process."""
    import ROOT
    import torch

    import torchmva  # noqa: F401

    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    return ROOT
