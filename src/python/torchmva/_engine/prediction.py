"""Outputs for many rows: the default prediction, and the checks of what the user's function returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .errors import EngineError, summary_of, traceback_of

#: Rows in one call of the model. Much larger chunks leave the caches of the processor: a million rows at once take
#: three to four times as long. Between 1024 and 4096 the rate is the same within the noise for small networks.
CHUNK = 2048


def _shape_text(rows: int, columns: str) -> str:
    return f"[{rows}, {columns}]"


def _output_error(rows: int, expected: str, value: object) -> EngineError:
    found = str(list(value.shape)) if isinstance(value, torch.Tensor) else type(value).__name__
    return EngineError(
        "Model",
        f"The output of the model does not fit: expected a tensor of shape {_shape_text(rows, expected)}, "
        f"found {found}",
    )


def as_matrix(output: Any, rows: int, expected: str) -> torch.Tensor:
    """The output of a model for ``rows`` rows as a matrix; dimensions of size one may be missing (``squeeze``).

    Raises:
        EngineError: ``Model`` with expected and found shape.
    """
    if not isinstance(output, torch.Tensor):
        raise _output_error(rows, expected, output)
    if rows == 1 and output.dim() < 2:
        output = output.reshape(1, -1)
    elif output.dim() == 1 and output.shape[0] == rows:
        output = output.unsqueeze(1)
    if output.dim() != 2 or output.shape[0] != rows:
        raise _output_error(rows, expected, output)
    return output


def predict_into(model: Any, inputs: torch.Tensor, outputs: torch.Tensor, chunk: int = CHUNK) -> None:
    """Run ``model`` over ``inputs`` [n, nVars] in chunks, straight into ``outputs`` [n, k].

    Raises:
        EngineError: ``Model`` if the model fails or its output does not have k columns.
    """
    width = outputs.shape[1]
    with torch.inference_mode():
        for rows, target in zip(inputs.split(chunk), outputs.split(chunk), strict=True):
            try:
                result = model(rows)
            except Exception as error:
                event = failing_event(model, rows)
                raise EngineError(
                    "Model",
                    f"The model failed on rows of {inputs.shape[1]} variables: {summary_of(error)}",
                    () if event is None else [("inputs of an event that it fails for", inputs_text(event))],
                    traceback_of(error),
                ) from error
            if not isinstance(result, torch.Tensor) or result.shape != target.shape:
                result = as_matrix(result, len(rows), str(width))
                if result.shape[1] != width:
                    raise _output_error(len(rows), str(width), result)
            target.copy_(result)


def failing_event(model: Any, rows: torch.Tensor) -> torch.Tensor | None:
    """A row [1, nVars] that a model fails for by itself, looked for by halves; None if only several fail together."""
    while len(rows) > 1:
        halves = rows.split(-(-len(rows) // 2))
        failing = [half for half in halves if not runs(model, half)]
        if not failing:
            return None
        rows = failing[0]
    return None if not len(rows) or runs(model, rows) else rows


def runs(model: Any, rows: torch.Tensor) -> bool:
    """Whether a model takes these rows."""
    try:
        model(rows)
    except Exception:  # noqa: BLE001 - whatever the model raises
        return False
    return True


def inputs_text(row: torch.Tensor) -> str:
    """The inputs of an event for messages: the first twenty."""
    numbers = [f"{float(number):.6g}" for number in row.flatten()[:20]]
    return ", ".join(numbers) + (", ..." if row.numel() > len(numbers) else "")


def to_array(prediction: object) -> np.ndarray[Any, Any]:
    """What a ``predict_func`` returned, as an array: tensors of any device and type, arrays, lists.

    Raises:
        EngineError: ``UserCode`` with the type found.
    """
    try:
        if isinstance(prediction, torch.Tensor):
            prediction = prediction.detach().to("cpu", torch.float32).numpy()
        elif isinstance(prediction, (list, tuple)) and any(isinstance(row, torch.Tensor) for row in prediction):
            prediction = [row.detach().cpu().numpy() if isinstance(row, torch.Tensor) else row for row in prediction]
        array = np.asarray(prediction)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"elements of type {array.dtype}")
    except (TypeError, ValueError, RuntimeError) as error:
        raise EngineError(
            "UserCode",
            "predict_func must return an array or tensor of numbers, one row an event; found "
            f"{type(prediction).__name__} ({summary_of(error)})",
        ) from error
    return array


def check_prediction(array: np.ndarray[Any, Any], rows: int, widths: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """The prediction as a matrix with ``rows`` rows and one of the allowed ``widths``.

    Raises:
        EngineError: ``UserCode`` with expected and found shape.
    """
    matrix = array
    if array.ndim == 1 and len(array) == rows and 1 in widths:
        matrix = array.reshape(rows, 1)
    elif array.ndim < 2 and rows == 1 and array.size in widths:
        matrix = array.reshape(1, -1)
    if matrix.ndim != 2 or matrix.shape[0] != rows or matrix.shape[1] not in widths:
        expected = " or ".join(_shape_text(rows, str(width)) for width in widths)
        raise EngineError(
            "UserCode",
            f"predict_func must return one row an event: expected an array of shape {expected}, found "
            f"{list(array.shape)}",
        )
    return matrix
