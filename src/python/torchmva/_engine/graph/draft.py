"""Operations while a description is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from .description import NotExpressible, Shape


@dataclass
class Draft:
    """An operation that is not finished: its attributes may be tensors, numbers and lists.

    ``origin`` says what it was made for, where that matters (speed.py).
    """

    type: str
    inputs: tuple[int, ...]
    shape: Shape
    attributes: dict[str, Any]
    origin: str = ""


def as_parameter(tensor: torch.Tensor) -> torch.Tensor:
    """A constant of a model as contiguous float32 of the CPU."""
    if tensor.is_complex() or tensor.is_quantized or tensor.layout != torch.strided:
        raise NotExpressible(f"parameters of type {tensor.dtype}, {tensor.layout}")
    return tensor.detach().to("cpu", torch.float32).contiguous()
