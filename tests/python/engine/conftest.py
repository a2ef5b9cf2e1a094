"""Shared by the tests of torchmva._engine, which need neither ROOT nor C++."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from engine_helpers import Events, network

from torchmva._engine.session import Session


@pytest.fixture(autouse=True)
def work_folder(no_user_code: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder, and the same random numbers in each test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(1)


@pytest.fixture
def log() -> SimpleNamespace:
    """Collects log lines: `log.write` for a Session, `log.lines` of (level, text)."""
    lines: list[tuple[int, str]] = []
    return SimpleNamespace(
        lines=lines,
        write=lambda level, text: lines.append((level, text)),
        warnings=lambda: [text for level, text in lines if level == 4],
    )


@pytest.fixture(scope="session")
def module_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], torch.nn.Module]:
    """Makes a module of a function of x, given as text. Its source is in a file, where TorchScript reads it."""
    folder, numbers = tmp_path_factory.mktemp("functions"), itertools.count()

    def make(text: str) -> torch.nn.Module:
        file = folder / f"function_of_x_{next(numbers)}.py"
        file.write_text(
            "import torch\nfrom torch import Tensor, nn\nfrom torch.nn import functional as F\n"
            "class Model(nn.Module):\n"
            "    def forward(self, x: Tensor) -> Tensor:\n"
            f"        return {text}\n"
        )
        spec = importlib.util.spec_from_file_location(file.stem, file)
        module = importlib.util.module_from_spec(spec)
        sys.modules[file.stem] = module
        spec.loader.exec_module(module)
        return module.Model()

    return make


@pytest.fixture
def save_network(tmp_path: Path) -> Callable[..., str]:
    """Writes a TorchScript network, gives its path."""

    def save(n_in: int = 4, n_out: int = 2, last: Any = None, name: str = "model.pt") -> str:
        path = str(tmp_path / name)
        torch.jit.save(torch.jit.script(network(n_in, n_out, last)), path)
        return path

    return save


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def session(log: SimpleNamespace) -> Callable[..., Session]:
    """A session for classification of four variables that was set up with a model file and options."""

    def make(
        model_file: str, shape: tuple[int, str, int, int] = (4, "Classification", 2, 0), **options: Any
    ) -> Session:
        made = Session(log.write, shape)
        given = {
            "filename_model": model_file,
            "filename_trained_model": "trained.pt",
            "batch_size": 20,
            "num_epochs": 2,
            "shuffle": False,
            **options,
        }
        names = {"".join(word.capitalize() for word in key.split("_")): value for key, value in given.items()}
        made.set_up(options=names, weight_folder="weights")
        return made

    return make
