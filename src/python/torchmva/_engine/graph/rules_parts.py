"""Rules for operators that take parts of tensors, or join them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch

from .broadcast import common_shape, expand, pad
from .description import NotExpressible
from .rules import Call, rule
from .rules_layers import pad_with_zeros
from .rules_shapes import raised, reshaped
from .value import EVENTS, Value

_END = 1 << 62


# ---- parts ---------------------------------------------------------------------------------------------------------


def part(call: Call, value: Value, dim: int, start: int, stop: int, step: int = 1) -> Value:
    """Some rows along a dimension of one event."""
    rows = range(start, stop, step)
    if rows == range(value.shape[dim]):
        return Value(value.number, value.shape, value.batch)
    if not rows:
        raise NotExpressible(f"an empty part of {value.extents()}")
    stop, step = rows[-1] + 1, 1 if len(rows) == 1 else step
    shape = (*value.shape[:dim], len(rows), *value.shape[dim + 1 :])
    extra = {} if step == 1 else {"Step": step}
    return call.result("Slice", value, shape=shape, Dim=dim, Start=start, Stop=stop, **extra)


@rule("slice", "narrow", view=True)
def _slice(call: Call) -> Value:
    value = call.value()
    dim = value.position(call.get("dim"))
    if call.name == "narrow":
        start, stop, step = call.get("start"), call.get("start") + call.get("length"), 1
    else:
        start, stop, step = call.get("start") or 0, call.get("end"), call.get("step", 1)
    if dim == value.batch:
        if start != 0 or step != 1 or not (stop is None or stop is EVENTS or stop >= _END):
            raise NotExpressible("it takes some of the events of a block")
        return value
    dim = value.event_dim(dim)
    stop = value.shape[dim] if stop is None else stop
    start, stop, step = slice(start, stop, step).indices(value.shape[dim])
    return part(call, value, dim, start, stop, step)


def _without(call: Call, value: Value, dim: int) -> Value:
    """The value without a dimension of one event, which has size one."""
    shape = (*value.shape[:dim], *value.shape[dim + 1 :])
    return reshaped(call, value, shape, value.batch - (dim < value.batch))


@rule("select", view=True)
def _select(call: Call) -> Value:
    value = call.value()
    dim = value.event_dim(call.get("dim"))
    index = range(value.shape[dim])[call.get("index")]
    return _without(call, part(call, value, dim, index, index + 1), dim)


@rule("unbind", view=True)
def _unbind(call: Call) -> list[Value]:
    value = call.value()
    dim = value.event_dim(call.get("dim"))
    return [_without(call, part(call, value, dim, i, i + 1), dim) for i in range(value.shape[dim])]


@rule("chunk", "split", "split_with_sizes", "tensor_split", view=True)
def _split(call: Call) -> list[Value]:
    value = call.value()
    dim = value.event_dim(call.get("dim"))
    extent = value.shape[dim]
    arguments = list(call.arguments.values())
    given = arguments[1]
    if call.name == "tensor_split":
        if isinstance(given, (list, tuple)):
            bounds = [0, *given, extent]
        else:
            bounds = [i * (extent // given) + min(i, extent % given) for i in range(given + 1)]
    elif isinstance(given, (list, tuple)):
        bounds = [sum(given[:i]) for i in range(len(given) + 1)]
    else:
        size = -(-extent // given) if call.name == "chunk" else given
        bounds = [*range(0, extent, size), extent]
    return [part(call, value, dim, start, stop) for start, stop in pairwise(bounds)]


def joined(call: Call, values: list[Value], dim: int) -> Value:
    """Tensors one after another along a dimension of one event."""
    if len(values) == 1:
        return Value(values[0].number, values[0].shape, values[0].batch)
    extents = list(values[0].shape)
    extents[dim] = sum(value.shape[dim] for value in values)
    number = call.builder.add("Concatenate", [value.number for value in values], extents, Dim=dim)
    return Value(number, extents, values[0].batch)


def taken(call: Call, value: Value, dim: int, rows: list[int]) -> Value:
    """Rows of a dimension of one event in any order: as few slices as there are runs."""
    runs: list[list[int]] = []
    for row in rows:
        run = runs[-1] if runs else []
        if run and ((len(run) == 1 and row > run[0]) or (len(run) > 1 and row - run[-1] == run[1] - run[0])):
            run.append(row)
        else:
            runs.append([row])
    parts = []
    for run in runs:
        step = run[1] - run[0] if len(run) > 1 else 1
        parts.append(part(call, value, dim, run[0], run[-1] + 1, step))
    return joined(call, parts, dim)


def _rows(index: Any, extent: int) -> list[int]:
    """Row numbers from a constant index."""
    if not isinstance(index, torch.Tensor):
        index = torch.as_tensor(index)
    if index.dim() != 1:
        raise NotExpressible(f"an index of shape {list(index.shape)}")
    if index.dtype == torch.bool:
        index = index.nonzero().squeeze(1)
    return [range(extent)[int(row)] for row in index]


@rule("index")
def _index(call: Call) -> Value:
    value, indices = call.value(), call.constant("indices")
    used = [dim for dim, index in enumerate(indices) if index is not None]
    if len(used) != 1:
        raise NotExpressible(f"{len(used)} indices at once")
    dim = value.event_dim(used[0])
    return taken(call, value, dim, _rows(indices[used[0]], value.shape[dim]))


@rule("index_select")
def _index_select(call: Call) -> Value:
    value = call.value()
    dim = value.event_dim(call.get("dim"))
    return taken(call, value, dim, _rows(call.constant("index").reshape(-1), value.shape[dim]))


@rule("flip")
def _flip(call: Call) -> Value:
    value = call.value()
    for dim in call.get("dims"):
        at = value.event_dim(dim)
        value = taken(call, value, at, list(range(value.shape[at]))[::-1])
    return value


@rule("roll")
def _roll(call: Call) -> Value:
    value = call.value()
    if not call.get("dims"):
        raise NotExpressible("it mixes events")
    for shift, dim in zip(call.get("shifts"), call.get("dims"), strict=True):
        at = value.event_dim(dim)
        extent = value.shape[at]
        value = taken(call, value, at, [(row - shift) % extent for row in range(extent)])
    return value


@rule("repeat", "tile")
def _repeat(call: Call) -> Value:
    value = call.value()
    counts = list(call.get("repeats", call.get("dims")))
    value = pad(call.builder, value, len(counts))
    counts = [1] * (value.rank - len(counts)) + counts
    if counts[value.batch] != 1:
        raise NotExpressible("it repeats events")
    for dim, count in enumerate(counts):
        if dim != value.batch:
            value = joined(call, [value] * count, value.event_dim(dim))
    return value


# ---- several tensors -----------------------------------------------------------------------------------------------


def _values(call: Call) -> list[Value]:
    """Tensors of a list; constants among them become values for every event, which needs a size of one there."""
    given = call.get("tensors")
    values = [element for element in given if isinstance(element, Value)]
    if len(values) != len(given):
        raise NotExpressible("a constant among tensors that depend on the event")
    if any(value.batch != values[0].batch or value.rank != values[0].rank for value in values):
        raise NotExpressible("it combines the dimension of the events of one tensor with another dimension")
    return values


@rule("cat", "concat", "concatenate")
def _cat(call: Call) -> Value:
    values = _values(call)
    return joined(call, values, values[0].event_dim(call.get("dim")))


@rule("stack")
def _stack(call: Call) -> Value:
    values, dim = _values(call), call.get("dim")
    higher = [raised(call, value, dim) for value in values]
    return joined(call, higher, higher[0].event_dim(higher[0].position(dim)))


@rule("hstack", "column_stack")
def _hstack(call: Call) -> Value:
    values = _values(call)
    if values[0].rank == 1:
        if call.name == "hstack":
            raise NotExpressible("it joins events")
        values = [Value(value.number, (1,), 0) for value in values]
    return joined(call, values, values[0].event_dim(1))


@rule("broadcast_tensors")
def _broadcast_tensors(call: Call) -> list[Value]:
    values, shape = common_shape(call.builder, _values(call))
    return [expand(call.builder, value, shape) for value in values]


@rule("constant_pad_nd", "pad")
def _pad(call: Call) -> Value:
    if call.get("mode", "constant") != "constant":
        raise NotExpressible(f"padding mode {call.get('mode')}")
    value, counts = call.value(), call.get("pad")
    for i in range(0, len(counts), 2):
        dim = value.event_dim(-1 - i // 2)
        value = pad_with_zeros(call, value, dim, counts[i], counts[i + 1], call.get("value") or 0.0)
    return value
