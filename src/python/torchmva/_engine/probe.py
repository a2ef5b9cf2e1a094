"""Does a model fit the data? Found out with a few rows, before hours of training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from . import precision, prediction, settings
from .errors import EngineError, summary_of, traceback_of
from .reproducibility import Array, made_up_rows


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


def _kinds_of_rows(n_variables: int) -> Iterator[Array]:
    """Rows for a model of which no events are known. It may refuse some of them: with a mask zeros are no object."""
    yield np.zeros((2, n_variables), dtype=np.float32)
    yield np.random.default_rng(1).uniform(0.5, 1.5, (64, n_variables)).astype(np.float32)
    yield made_up_rows(n_variables)


class _Misfit(Exception):  # noqa: N818 - no error: an answer
    """The outputs of a model do not fit, whatever the rows are."""


class Probe:
    """What a model does with some rows, and with one: the number of its outputs, or why it cannot take them.

    Attributes:
        model: what takes float32 rows: the model itself, or one that converts them for it.
        width: number of output columns; 0 if there is a problem.
        plain: the outputs are float32.
        problem: why the model does not fit; empty if it does.
        is_certain: the problem is that of the model, whatever the events are.
        rows: what it was tried with if it does not take zeros; None otherwise.

    Args:
        model: any module.
        shape: of the data.
        events: [n, nVars], to try it with. Without them rows are made up.
    """

    def __init__(self, model: Any, shape: Shape, events: Array | None = None) -> None:
        self._shape = shape
        self.model = model
        self.width = 0
        self.plain = False
        self.problem = ""
        self.is_certain = False
        self.traceback = ""
        self.rows: Array | None = None
        self._event = ""
        was_training = bool(getattr(model, "training", False))
        try:
            with settings.uncompiled(), torch.random.fork_rng(devices=[]), torch.no_grad():
                model.eval()
                self._examine(model, events)
        finally:
            model.train(was_training)

    def _examine(self, model: Any, events: Array | None) -> None:
        failures: list[Exception] = []
        tried = list(_kinds_of_rows(self._shape.n_variables)) if events is None else [events]
        for dtype in precision.input_types(model):
            called = precision.converted(model, dtype)
            for rows in tried:
                try:
                    self._try(called, torch.from_numpy(rows))
                except _Misfit as misfit:
                    self.problem, self.is_certain = str(misfit), True
                    return
                except Exception as error:  # noqa: BLE001 - whatever the model raises is the answer
                    failures.append(error)
                else:
                    self.model = called
                    self.rows = None if events is None and rows is tried[0] else rows
                    return
        # zeros may be no event at all, so what other rows raise says more
        failure = failures[min(1, len(failures) - 1)] if events is None else failures[0]
        self.problem = f"expected a model for {self._shape.n_variables} input variables, found: {summary_of(failure)}"
        self.traceback = traceback_of(failure)
        if events is None:
            self.is_certain = self._fails_for_one_row(model, tried) or self._takes_other_numbers(model)
        else:
            self.is_certain = True
            called = precision.converted(model, precision.input_types(model)[0])
            event = prediction.failing_event(called, torch.from_numpy(events))
            self._event = "" if event is None else prediction.inputs_text(event)

    def _try(self, called: Any, rows: torch.Tensor) -> None:
        """Note what the outputs are; raises whatever the model raises, or _Misfit."""
        expected = " or ".join(str(width) for width in self._shape.widths())
        width = _width(called(rows), len(rows), expected)
        if width not in self._shape.widths():
            raise _Misfit(f"expected {expected} outputs, found {width}")
        output = called(rows[:1])
        alone = _width(output, 1, str(width))
        if alone != width:
            raise _Misfit(f"expected {width} outputs for one row as for several, found {alone}")
        self.width = width
        self.plain = bool(output.dtype == torch.float32 and output.is_cpu)

    def _fails_for_one_row(self, model: Any, tried: list[Array]) -> bool:
        """Whether it takes several rows but not one, with none of the rows that were tried."""
        return any(
            prediction.runs(precision.converted(model, dtype), torch.from_numpy(rows))
            for dtype in precision.input_types(model)
            for rows in tried
        )

    def _takes_other_numbers(self, model: Any) -> bool:
        """Whether it takes rows of another number of variables: then the rows are not the reason."""
        n_variables = self._shape.n_variables
        sizes = {size for tensor in model.parameters() for size in tensor.shape if size <= 4096}
        numbers = sorted((sizes | set(range(1, n_variables + 9))) - {n_variables})
        return any(
            prediction.runs(precision.converted(model, dtype), torch.full((2, number), value))
            for number in numbers
            for dtype in precision.input_types(model)
            for value in (0.0, 1.0)
        )

    def error(self, name: str) -> EngineError:
        """The problem as an error about the model called ``name``."""
        context = [("model", name)]
        if self._event:
            context.append(("inputs of an event that it fails for", self._event))
        return EngineError("Model", f"The model does not fit the data: {self.problem}", context, self.traceback)


def _width(output: Any, n_rows: int, expected: str) -> int:
    try:
        return int(prediction.as_matrix(output, n_rows, expected).shape[1])
    except EngineError as error:
        raise _Misfit(error.message) from error
