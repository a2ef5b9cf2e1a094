"""The events of one training as tensors on the memory of C++: inputs, targets, weights, spectators."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from .batches import BatchLoader, Types
from .errors import EngineError
from .options import option_error

Array = np.ndarray[Any, Any]


def one_hot(numbers: torch.Tensor, n_classes: int) -> torch.Tensor:
    """Rows of 0 and 1, float32; column by column, which needs no int64 copy of the class numbers."""
    rows = torch.zeros(len(numbers), n_classes)
    for column in range(n_classes):
        rows[:, column] = numbers == column
    return rows


@dataclass
class Events:
    """All events of the training sample, and which of them validate.

    Args:
        inputs: float32 [n, nVars], shared with C++.
        targets: float32 [n, k]: one-hot classes, or the targets of a regression.
        weights: float32 [n], shared with C++ until a policy changes them.
        training: the training rows: a slice, or int64 row numbers.
        validation: the validation rows, the same.
        spectators: columns by name, [n] each.
        variable_names: of the columns of the inputs; empty if they are mixtures of variables.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    training: slice | torch.Tensor
    validation: slice | torch.Tensor
    spectators: dict[str, torch.Tensor] = field(default_factory=dict)
    variable_names: list[str] = field(default_factory=list)

    @classmethod
    def from_host(
        cls,
        *,
        inputs: Array,
        targets: Array | None,
        classes: Array | None,
        weights: Array,
        n_classes: int,
        n_validation: int,
        rows: tuple[Array, Array] | None,
        spectators: dict[str, Array] | None = None,
        variable_names: list[str] | None = None,
    ) -> Events:
        """From what the bridge hands over.

        Args:
            inputs: float32 [n, nVars], shared with C++.
            targets: float32 [n, nTargets] of a regression, shared with C++.
            classes: int32 [n] otherwise.
            weights: float32 [n], shared with C++.
            n_classes: columns of the one-hot targets.
            n_validation: validation events, the last rows.
            rows: int64 row numbers for training and validation, where the last rows will not do.
            spectators: columns by name, [n] each.
            variable_names: of the columns of ``inputs``; none if these are mixtures of variables.
        """
        x = torch.from_numpy(inputs)
        if targets is not None:
            y = torch.from_numpy(targets)
        else:
            assert classes is not None
            y = one_hot(torch.from_numpy(classes), n_classes)
        n = len(x) - n_validation
        parts: list[slice | torch.Tensor] = [slice(0, n), slice(n, len(x))]
        if rows is not None:
            parts = [torch.from_numpy(part) for part in rows]
        columns = {name: torch.from_numpy(values) for name, values in (spectators or {}).items()}
        return cls(x, y, torch.from_numpy(weights), parts[0], parts[1], columns, list(variable_names or []))

    def with_inputs(self, inputs: torch.Tensor) -> Events:
        """The same events with other inputs."""
        return replace(self, inputs=inputs)

    def variable_number(self, name: str, option: str) -> int:
        """Column of the variable called ``name``.

        Raises:
            EngineError: ``Option`` with the nearest name if there is none.
        """
        if name in self.variable_names:
            return self.variable_names.index(name)
        what = f"{name!r} is a spectator" if name in self.spectators else f"{name!r} is none"
        raise self._unknown(name, option, "a variable", what, self.variable_names)

    def column(self, name: str, option: str) -> torch.Tensor:
        """Values [n] of the spectator or variable called ``name``.

        Raises:
            EngineError: ``Option`` with the nearest name if there is none.
        """
        if name in self.spectators:
            return self.spectators[name]
        if name in self.variable_names:
            return self.inputs[:, self.variable_names.index(name)]
        known = [*self.spectators, *self.variable_names]
        raise self._unknown(name, option, "a spectator or variable", f"{name!r} is none", known)

    def _unknown(self, name: str, option: str, what: str, why: str, known: list[str]) -> EngineError:
        near = difflib.get_close_matches(name, known, 1, cutoff=0.5)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        mixed = "" if self.variable_names else " (VarTransform mixes the variables)"
        return option_error(option, name, f"{what} ({', '.join(known) or 'there are none'}){mixed}; {why}{guess}")

    def n_training(self) -> int:
        """Number of training events without those that validate."""
        return len(self.weights[self.training])

    def classes_in_validation(self) -> list[int]:
        """Numbers of the classes that validation events have; meaningless in a regression."""
        return [int(column) for column in (self.targets[self.validation] > 0).any(0).nonzero().flatten()]

    def loader(
        self,
        part: slice | torch.Tensor,
        tensors: tuple[torch.Tensor, ...],
        batch_size: int,
        *,
        shuffle: bool = False,
        seed: int | None = None,
        types: Types | None = None,
    ) -> BatchLoader:
        """Batches of the rows of ``part`` of each of ``tensors``, which have a row an event, as these ``types``."""
        rows = None
        if isinstance(part, slice):
            tensors = tuple(t[part] for t in tensors)
        else:
            rows = part
        return BatchLoader(tensors, batch_size, rows=rows, shuffle=shuffle, seed=seed, types=types)
