"""Models of another precision than float32: what type their inputs must have, and how they are called with float32."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from . import settings
from .program import Exported

FLOAT32 = torch.float32


def types_of(model: Any) -> list[torch.dtype]:
    """The types of the floating-point parameters and buffers of a model, each once."""
    tensors = [*model.parameters(), *model.buffers()]
    return list(dict.fromkeys(tensor.dtype for tensor in tensors if tensor.is_floating_point()))


def input_types(model: Any) -> list[torch.dtype]:
    """The types that the inputs of a model may have, the likely one first. Most models have one.

    A model of which only some layers are in double precision may convert what these get, or not: only a trial tells.
    """
    if isinstance(model, (Exported, Converted)):  # they convert
        return [FLOAT32]
    found = types_of(model)
    if FLOAT32 in found or not found:
        return [FLOAT32, *(dtype for dtype in found if dtype != FLOAT32)]
    return [*found, FLOAT32]


def default_of(model: Any) -> torch.dtype:
    """The default type while a model runs: numbers that a model in double precision makes are in double precision."""
    return torch.float64 if types_of(model) == [torch.float64] else FLOAT32


class Converted(nn.Module):  # type: ignore[misc]
    """A model whose inputs have another type, as a model that takes float32.

    Args:
        model: in any precision.
        dtype: of its inputs.
    """

    def __init__(self, model: Any, dtype: torch.dtype) -> None:
        super().__init__()
        self.model = model
        self.dtype = dtype
        self.default = default_of(model)

    def forward(self, x: torch.Tensor) -> Any:
        """Rows [n, nVars] to what the model gives for them."""
        if torch.jit.is_scripting():  # type: ignore[no-untyped-call,unused-ignore]
            return self.model(x.to(self.dtype))
        else:  # noqa: RET505 - TorchScript compiles the other branch only
            return self._run(x)

    @torch.jit.unused  # type: ignore[untyped-decorator]
    def _run(self, x: torch.Tensor) -> Any:
        with settings.default_type(self.default):
            return self.model(x.to(self.dtype))


def converted(model: Any, dtype: torch.dtype) -> Any:
    """A model as one that takes float32; itself if it takes float32."""
    return model if dtype == FLOAT32 else Converted(model, dtype)


def row_type(model: Any) -> torch.dtype:
    """The type that the rows of a model have for the model itself: what :func:`converted` makes converts to it."""
    dtype: torch.dtype = model.dtype if isinstance(model, (Converted, Exported)) else FLOAT32
    return dtype


def original(model: Any) -> Any:
    """The inverse of :func:`converted`."""
    return model.model if isinstance(model, Converted) else model


def input_type(model: Any, rows: torch.Tensor) -> torch.dtype:
    """The type that the inputs of a model must have: the first one that it takes.

    Args:
        model: in evaluation mode.
        rows: float32, to try it with.
    """
    types = input_types(model)
    if len(types) == 1:
        return types[0]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        for dtype in types:
            try:
                converted(model, dtype)(rows)
            except Exception:  # noqa: BLE001, S112 - whatever the model raises: it may take another type
                continue
            return dtype
    return types[0]


def as_float32(model: Any, rows: torch.Tensor) -> Any:
    """A model as one that takes float32; arguments as :func:`input_type`."""
    return converted(model, input_type(model, rows))
