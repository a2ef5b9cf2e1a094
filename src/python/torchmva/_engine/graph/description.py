"""A network as C++ has it, ``NetworkDescription`` of src/cpp/Network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
#: Extents of a value for one event.
Shape = tuple[int, ...]


class NotExpressible(Exception):  # noqa: N818 - an answer about a model, not a mistake
    """A model has something that the operations cannot say; the text names it, and its layer where that is known."""


@dataclass(frozen=True)
class Operation:
    """One step: a new value from values that are there.

    Args:
        type: ``Linear``, ``ReLU``, ``Add``, ...
        inputs: numbers of values; 0 is the network's input, i + 1 the result of operation i.
        shape: of the result, for one event.
        attributes: texts, as they stand in a weight file.
    """

    type: str
    inputs: tuple[int, ...]
    shape: Shape
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NetworkDescription:
    """Operations in their order, the last value is the output.

    Args:
        n_inputs: variables.
        operations: as they are evaluated.
        parameters: float32, of all operations.
        slow_part: what torch evaluates faster; empty: nothing.
    """

    n_inputs: int
    operations: tuple[Operation, ...]
    parameters: Array
    slow_part: str = ""
