"""Does a model fit the data? Found out with two rows, and with one, before hours of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from . import prediction
from .errors import EngineError, summary_of, traceback_of


@dataclass(frozen=True)
class Shape:
    """What the data look like.

    Args:
        n_variables: columns of the input.
        kind: ``"Classification"``, ``"Multiclass"`` or ``"Regression"``.
        n_outputs: number of classes or targets.
        signal_column: class number of the signal.
    """

    n_variables: int
    kind: str
    n_outputs: int
    signal_column: int = 0

    def widths(self) -> tuple[int, ...]:
        """Numbers of output columns that fit, the usual one first; two classes may share one output."""
        return (self.n_outputs, 1) if self.kind == "Classification" else (self.n_outputs,)

    def class_name(self, number: int) -> str:
        """What messages call class ``number``."""
        if self.kind == "Classification":
            return "signal" if number == self.signal_column else "background"
        return f"class {number}"


class Probe:
    """What a model does with two rows of zeros, and with one: the number of its outputs, or why it cannot take them."""

    def __init__(self, model: Any, shape: Shape) -> None:
        self.width = 0
        self.plain = False
        self.problem = ""
        self.traceback = ""
        expected = " or ".join(str(width) for width in shape.widths())
        was_training = bool(getattr(model, "training", False))
        try:
            with torch.random.fork_rng(devices=[]), torch.no_grad():
                model.eval()
                output = model(torch.zeros(2, shape.n_variables))
                self.width = int(prediction.as_matrix(output, 2, expected).shape[1])
                if self.width not in shape.widths():
                    self.problem = f"expected {expected} outputs, found {self.width}"
                    return
                output = model(torch.zeros(1, shape.n_variables))
            width = int(prediction.as_matrix(output, 1, str(self.width)).shape[1])
            if width != self.width:
                self.problem = f"expected {self.width} outputs for one row as for two, found {width}"
            self.plain = bool(output.dtype == torch.float32 and output.is_cpu)
        except EngineError as error:
            self.problem = error.message
        except Exception as error:  # noqa: BLE001 - whatever the model raises is the answer
            self.problem = f"expected a model for {shape.n_variables} input variables, found: {summary_of(error)}"
            self.traceback = traceback_of(error)
        finally:
            model.train(was_training)

    def error(self, name: str) -> EngineError:
        """The problem as an error about the model called ``name``."""
        return EngineError(
            "Model", f"The model does not fit the data: {self.problem}", [("model", name)], self.traceback
        )
