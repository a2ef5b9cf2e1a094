"""The best model of a training, kept while it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from . import model as models
from . import settings
from .errors import EngineError
from .modelwriter import ModelWriter


class BestSaver:
    """The ``save_best`` callback: keeps the model with the smallest validation loss, and writes it if it has a path.

    Parameters are kept and written once, by :meth:`finish`: writing takes longer than an epoch. TorchScript is written
    at once.
    """

    def __init__(self, writer: ModelWriter, path: Path | None) -> None:
        self._writer = writer
        self._state: dict[str, Any] | None = None
        self._best: Any = None
        self.path = path
        self.calls = 0
        self.losses: list[float] = []
        self.data = b""

    def __call__(self, model: Any, curr_val: Any, best_val: Any) -> Any:
        """Store ``model`` if ``curr_val`` is not above ``best_val`` (NaN is above everything); returns the better."""
        with settings.ours():  # a function of the user calls it
            return self._take(model, curr_val, best_val)

    def _take(self, model: Any, curr_val: Any, best_val: Any) -> Any:
        self.calls += 1
        self.losses.append(float(curr_val))
        is_first_number = best_val != best_val and curr_val == curr_val
        if not (curr_val <= best_val or is_first_number):
            return best_val
        if isinstance(model, torch.nn.Module) and not isinstance(model, torch.jit.ScriptModule):
            self._best = model
            self._state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        else:
            self.write(model)
        return curr_val

    def write(self, model: Any) -> None:
        """Store ``model`` whatever was stored before.

        Raises:
            EngineError: ``Model`` if no format holds it; it names the file that its parameters are in instead.
        """
        try:
            self.data = self._writer.to_bytes(model)
        except EngineError as error:
            error.context += [("class of the model", type(model).__name__), *self.rescue(model)]
            raise
        if self.path is not None:
            models.write(self.path, self.data)

    def rescue(self, model: Any) -> list[tuple[str, str]]:
        """Write the parameters of a model that cannot be written as a whole; context for an error that says where."""
        file = "" if self.path is None else self._writer.rescue(model, self.path)
        return [("its parameters are in", file)] if file else []

    def finish(self) -> None:
        """Write the module that was the best one, if any."""
        if self._state is not None:
            self._best.load_state_dict(self._state)
            self.write(self._best)
            self._state = None
