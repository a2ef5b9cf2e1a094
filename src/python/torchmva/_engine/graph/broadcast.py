"""Elementwise operations of two tensors of different shapes: what torch calls broadcasting."""

from __future__ import annotations

import math
from typing import Any

import torch

from .builder import Builder
from .description import NotExpressible, Shape
from .draft import as_parameter
from .value import Value


def pad(builder: Builder, value: Value, rank: int) -> Value:
    """The value with dimensions of size one before its first, as a tensor of ``rank`` dimensions."""
    extra = rank - value.rank
    if extra <= 0:
        return value
    shape = (1,) * extra + value.shape
    return Value(builder.reshape(value.number, shape), shape, value.batch + extra)


def permute(builder: Builder, number: int, shape: Shape, dims: list[int]) -> tuple[int, Shape]:
    """Another order of the dimensions of a value for one event; nothing moves where only extents of one do."""
    target = tuple(shape[dim] for dim in dims)
    moving = [dim for dim in dims if shape[dim] != 1]
    if moving == sorted(moving):
        return builder.reshape(number, target), target
    return builder.add("Permute", [number], target, Dims=dims), target


def expand(builder: Builder, value: Value, shape: Shape) -> Value:
    """The value repeated along its dimensions of size one until it has ``shape`` (of as many dimensions).

    Repeating is a linear layer whose weights are all one: one product and no sum, so it is exact.
    """
    if value.shape == shape:
        return value
    number = value.number
    if value.size == 1:
        size = math.prod(shape)
        number = builder.reshape(number, (1,))
        number = builder.add("Linear", [number], (size,), Weight=torch.ones(size, 1))
        return Value(builder.reshape(number, shape), shape, value.batch)
    now = value.shape
    for dim, extent in enumerate(shape):
        if now[dim] == extent:
            continue
        if now[dim] != 1:
            raise NotExpressible(f"shapes {list(now)} and {list(shape)} do not fit")
        order = [d for d in range(len(now)) if d != dim] + [dim]
        number, moved = permute(builder, number, now, order)
        moved = (*moved[:-1], extent)
        number = builder.add("Linear", [number], moved, Weight=torch.ones(extent, 1))
        number, now = permute(builder, number, moved, [order.index(d) for d in range(len(now))])
    return Value(number, shape, value.batch)


def constant(builder: Builder, tensor: torch.Tensor) -> Value:
    """A tensor (for one event) as a value: a linear layer with bias of the number zero.

    The zero is the first variable between the bounds 0 and 0, so that the result is the same for every event; only
    where that variable is NaN it is NaN.
    """
    shape = tuple(tensor.shape)
    size = tensor.numel()
    first = builder.add("Slice", [0], (1,), Dim=0, Start=0, Stop=1)
    zero = builder.add("Clamp", [first], (1,), Min=0.0, Max=0.0)
    number = builder.add("Linear", [zero], (size,), Weight=torch.zeros(size, 1), Bias=tensor.reshape(-1))
    return Value(builder.reshape(number, shape), shape)


def together(first: Shape, second: Shape) -> Shape:
    """The shape of both after repeating."""
    for a, b in zip(first, second, strict=True):
        if a != b and 1 not in (a, b):
            raise NotExpressible(f"shapes {list(first)} and {list(second)} do not fit")
    return tuple(b if a == 1 else a for a, b in zip(first, second, strict=True))


def common_shape(builder: Builder, values: list[Value]) -> tuple[list[Value], Shape]:
    """The values with as many dimensions each, and the shape that they have together."""
    rank = max(value.rank for value in values)
    padded = [pad(builder, value, rank) for value in values]
    shape = padded[0].shape
    for value in padded[1:]:
        if value.batch != padded[0].batch:
            raise NotExpressible("it combines the dimension of the events of one tensor with another dimension")
        shape = together(shape, value.shape)
    return padded, shape


def binary(builder: Builder, type_: str, first: Value, second: Value) -> Value:
    """Add, Subtract, Multiply or Divide of two values."""
    (x, y), shape = common_shape(builder, [first, second])
    if x.size == 1 and y.size > 1 and type_ in ("Add", "Multiply"):
        x, y = y, x
    x = expand(builder, x, shape)
    if y.size > 1 or x.size == 1:
        y = expand(builder, y, shape)
    number = y.number if y.size > 1 else builder.reshape(y.number, (1,))  # the second may be a single number
    return Value(builder.add(type_, [x.number, number], shape), shape, x.batch)


def as_tensor(constant_: Any) -> torch.Tensor:
    """A number or tensor of a model as float32."""
    if isinstance(constant_, torch.Tensor):
        return as_parameter(constant_)
    if isinstance(constant_, (bool, int, float)):
        return torch.tensor(float(constant_), dtype=torch.float32)
    raise NotExpressible(f"a constant of type {type(constant_).__name__}")


def aligned(builder: Builder, value: Value, tensor: torch.Tensor) -> tuple[Value, torch.Tensor]:
    """A value and a constant tensor in the shape that they have together, the constant without the events."""
    value = pad(builder, value, tensor.dim())
    tensor = tensor.reshape((1,) * (value.rank - tensor.dim()) + tuple(tensor.shape))
    if tensor.shape[value.batch] != 1:
        raise NotExpressible("a constant has another value for each event of a block")
    tensor = tensor.squeeze(value.batch)
    return expand(builder, value, together(value.shape, tuple(tensor.shape))), tensor


def affine(builder: Builder, value: Value, *, scale: Any = None, shift: Any = None) -> Value:
    """value * scale or value + shift, with a constant that is repeated as torch does it."""
    assert (scale is None) != (shift is None)
    value, tensor = aligned(builder, value, as_tensor(shift if scale is None else scale))
    return elementwise(builder, value, **{"Shift" if scale is None else "Scale": tensor})


def elementwise(builder: Builder, value: Value, **tensors: torch.Tensor) -> Value:
    """The operation Affine with constants for one event, all of one shape, with as many dimensions as the value."""
    given_shape = next(iter(tensors.values())).shape
    spread = [dim for dim, extent in enumerate(given_shape) if extent != 1]
    last = len(value.shape) - 1
    shape: tuple[int, ...] = value.shape
    where: str | None = "all"
    if not spread:
        shape, where = (1,) * len(shape), None
    elif spread in ([last], [0]):
        where = "-1" if spread == [last] else "0"
        shape = tuple(extent if dim == spread[0] else 1 for dim, extent in enumerate(shape))
    given = {name: tensor.expand(shape) for name, tensor in tensors.items()}
    number = builder.add("Affine", [value.number], value.shape, Count=math.prod(shape), Dim=where, **given)
    return Value(number, value.shape, value.batch)
