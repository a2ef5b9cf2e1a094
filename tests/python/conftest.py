"""Fixtures of all Python tests. They run against the installed package, never against the source tree."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

# What a shell may have set for another ROOT, or what `torchmva env` sets: no test may depend on it by accident.
_INHERITED = ("LD_LIBRARY_PATH", "PYTHONPATH", "ROOT_INCLUDE_PATH", "CMAKE_PREFIX_PATH", "ROOTSYS")

Run = Callable[..., subprocess.CompletedProcess[str]]


def clean_environment(**changes: str) -> dict[str, str]:
    """This process's environment without anything that tells where TorchMVA or ROOT are."""
    environment = {name: value for name, value in os.environ.items() if name not in _INHERITED}
    environment.update(changes)
    return environment


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(autouse=True)
def no_user_code() -> Iterator[None]:
    """No test sees functions that another one has put into `__main__`, nor counts as permitted what another has named."""
    main = vars(sys.modules["__main__"])
    main.pop("load_model_custom_objects", None)
    # a MonkeyPatch of its own: that of the test, which may have set the dictionary, is undone before
    with pytest.MonkeyPatch.context() as patch:
        if usercode := sys.modules.get("torchmva._engine.usercode"):
            patch.setattr(usercode, "_registry", usercode._Registry())
        yield
    main.pop("load_model_custom_objects", None)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command in the test's own folder, with a clean environment; fails the test on a non-zero exit."""

    def run_command(
        command: Sequence[object], *, check: bool = True, timeout: float = 120, **options: object
    ) -> subprocess.CompletedProcess[str]:
        settings: dict[str, object] = {"cwd": tmp_path, "env": clean_environment(), **options}
        result = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=timeout,
            check=False,
            **settings,
        )
        if check and result.returncode != 0:
            pytest.fail(
                f"{' '.join(map(str, command))}\nexit code {result.returncode}\n"
                f"--- stdout\n{result.stdout}\n--- stderr\n{result.stderr}"
            )
        return result

    return run_command


@pytest.fixture
def run_python(run: Run) -> Run:
    """Runs Python source text in a fresh interpreter."""

    def run_source(
        source: str, *arguments: object, module: str | None = None, **options: object
    ) -> subprocess.CompletedProcess[str]:
        what = ["-c", source] if module is None else ["-m", module]
        return run([sys.executable, *what, *arguments], **options)

    return run_source


@pytest.fixture
def torchmva_command(run: Run) -> Run:
    """Runs the installed command `torchmva`."""
    command = Path(sys.executable).parent / "torchmva"

    def run_torchmva(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        return run([command, *arguments], **options)

    return run_torchmva
