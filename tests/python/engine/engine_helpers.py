"""What the tests of torchmva._engine share."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch

from torchmva._engine import usercode


def network(n_in: int = 4, n_out: int = 2, last: Any = None) -> torch.nn.Sequential:
    """Linear-ReLU-Linear with a Softmax unless told otherwise."""
    layers = [torch.nn.Linear(n_in, 16), torch.nn.ReLU(), torch.nn.Linear(16, n_out)]
    return torch.nn.Sequential(*layers, torch.nn.Softmax(dim=1) if last is None else last)


class Events:
    """Two Gaussian classes, as the arrays that C++ hands over."""

    def __init__(self, n: int = 200, n_variables: int = 4, n_classes: int = 2) -> None:
        generator = np.random.default_rng(3)
        self.classes = (np.arange(n) % n_classes).astype(np.int32)
        self.inputs = (generator.normal(size=(n, n_variables)) + self.classes[:, None]).astype(np.float32)
        self.weights = np.ones(n, dtype=np.float32)

    def request(self, **changes: Any) -> dict[str, Any]:
        """Arguments of `Session.train`."""
        arguments: dict[str, Any] = {
            "inputs": self.inputs,
            "targets": None,
            "classes": self.classes,
            "weights": self.weights,
            "n_validation": 40,
            "rows": None,
            "progress": False,
        }
        return {**arguments, **changes}


def define(**entries: Any) -> None:
    """Puts the dictionary into `__main__`."""
    sys.modules["__main__"].__dict__[usercode.DICTIONARY] = entries
