"""Makes a description operation by operation."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .description import NetworkDescription, NotExpressible, Operation, Shape
from .draft import Draft, as_parameter
from .fold import fold
from .speed import slow_part


class _Parameters:
    """The parameters of a network; equal tensors are kept once."""

    def __init__(self) -> None:
        self._tensors: list[torch.Tensor] = []
        self._offsets: dict[bytes, int] = {}
        self._size = 0

    def offset(self, tensor: torch.Tensor) -> int:
        """Where the elements of a tensor begin."""
        values = as_parameter(tensor).reshape(-1)
        key = hashlib.sha256(values.numpy()).digest()
        if key not in self._offsets:
            self._offsets[key] = self._size
            self._tensors.append(values)
            self._size += values.numel()
        return self._offsets[key]

    def text(self, value: Any) -> str:
        """An attribute as it stands in a weight file."""
        if isinstance(value, torch.Tensor):
            return str(self.offset(value))
        if isinstance(value, float):
            return repr(value)  # reads back as the same number
        if isinstance(value, (list, tuple)):
            return " ".join(str(int(number)) for number in value)
        return str(value)

    def array(self) -> np.ndarray[Any, Any]:
        """All of them."""
        if not self._tensors:
            return np.zeros(0, dtype=np.float32)
        return np.asarray(torch.cat(self._tensors).numpy(), dtype=np.float32)


class Builder:
    """Operations and parameters of one network; values are numbers, 0 is the input.

    Args:
        n_inputs: variables.
    """

    def __init__(self, n_inputs: int) -> None:
        self._shapes: list[Shape] = [(n_inputs,)]
        self._drafts: list[Draft] = []

    def add(self, type_: str, inputs: Sequence[int], shape: Sequence[int], **attributes: Any) -> int:
        """A new operation; attributes that are None are left out, tensors become parameters.

        Returns:
            The number of its result.
        """
        extents = tuple(int(extent) for extent in shape) or (1,)
        if any(extent < 1 for extent in extents):
            raise NotExpressible(f"{type_} with a result of shape {list(extents)}")
        given = {name: value for name, value in attributes.items() if value is not None}
        self._drafts.append(Draft(type_, tuple(inputs), extents, given))
        self._shapes.append(extents)
        return len(self._shapes) - 1

    def mark(self, number: int, origin: str) -> None:
        """Note what the operation that makes a value was made for."""
        self._drafts[number - 1].origin = origin

    def reshape(self, number: int, shape: Sequence[int]) -> int:
        """The same elements in another shape; no operation where it has that shape."""
        extents = tuple(int(extent) for extent in shape) or (1,)
        if extents == self._shapes[number]:
            return number
        assert math.prod(extents) == math.prod(self._shapes[number])
        return self.add("Reshape", [number], extents)

    def finish(self, output: int) -> NetworkDescription:
        """The network that gives value ``output``: without operations that it does not need, and simplified."""
        fold(self._drafts, output)
        if output == 0:  # the last value is the output, so there must be one
            output = self.add("Reshape", [0], self._shapes[0])
        needed = {output}
        for number in range(output, 0, -1):
            if number in needed:
                needed.update(self._drafts[number - 1].inputs)
        numbers = {0: 0}
        parameters = _Parameters()
        kept: list[Operation] = []
        for number in sorted(needed - {0}):
            draft = self._drafts[number - 1]
            texts = {name: parameters.text(value) for name, value in draft.attributes.items()}
            kept.append(Operation(draft.type, tuple(numbers[i] for i in draft.inputs), draft.shape, texts))
            numbers[number] = len(kept)
        slow = slow_part(self._drafts[number - 1] for number in sorted(needed - {0}))
        return NetworkDescription(self._shapes[0][0], tuple(kept), parameters.array(), slow)
