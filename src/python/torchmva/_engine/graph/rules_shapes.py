"""Rules for operators that move elements: shapes, parts, and what leaves a tensor as it is."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import torch

from .broadcast import as_tensor, common_shape, constant, expand, pad, permute
from .description import NotExpressible
from .rules import Call, rule
from .rules_layers import check_type, pad_with_zeros
from .value import EVENTS, Value

_END = 1 << 62


# ---- nothing to do -------------------------------------------------------------------------------------------------


@rule("detach", "contiguous", "alias", "lift", "data", "requires_grad", "_unsafe_view_identity", view=True)
def _unchanged(call: Call) -> Value:
    return call.value()


@rule("clone", "lift_fresh_copy")
def _clone(call: Call) -> Value:
    value = call.value()
    return Value(value.number, value.shape, value.batch)


@rule("to", "_to_copy", "type_as", "float", "cpu")
def _to(call: Call) -> Value:
    other = call.get("other")
    dtype = other.dtype if isinstance(other, torch.Tensor) else call.get("dtype")
    if dtype not in (None, torch.float32, 6):  # 6 is float32 in TorchScript
        raise NotExpressible(f"numbers of type {dtype}: expected float32")
    return _clone(call) if call.name == "_to_copy" or call.get("copy") else call.value()


@rule("dropout", "native_dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout")
def _dropout(call: Call) -> Any:
    if call.get("train"):
        raise NotExpressible("dropout in training mode")
    return [call.value(), None] if call.name == "native_dropout" else call.value()


# ---- shapes --------------------------------------------------------------------------------------------------------


def reshaped(call: Call, value: Value, shape: tuple[int, ...], batch: int) -> Value:
    """The same elements in another shape for one event."""
    return Value(call.builder.reshape(value.number, shape), shape, batch)


def _placed(value: Value, target: list[Any], at: int) -> tuple[int, ...] | None:
    """The shape for one event of a reshape with the events at ``at``; None if it would mix events."""
    sizes = target[:at] + target[at + 1 :]
    known = math.prod(size for size in sizes if size != -1)
    if sizes.count(-1) > 1 or known == 0 or value.size % known or (-1 not in sizes and known != value.size):
        return None
    shape = [value.size // known if size == -1 else int(size) for size in sizes]
    before = math.prod(value.shape[: value.batch])
    return tuple(shape) if math.prod(shape[:at]) == before else None


def _viewed(call: Call, value: Value, target: list[Any]) -> Value:
    """``value.view(target)``."""
    events = [at for at, extent in enumerate(target) if extent is EVENTS]
    places = events or [at for at, extent in enumerate(target) if extent == -1]
    shape = _placed(value, target, places[0]) if len(places) == 1 else None
    if shape is None:
        raise NotExpressible(f"a reshape of {value.extents()} to {target} that mixes events")
    return reshaped(call, value, shape, places[0])


@rule("view", "reshape", "_unsafe_view", "view_copy", "_reshape_alias", view=True)
def _view(call: Call) -> Value:
    return _viewed(call, call.value(), list(call.get("size", call.get("shape")) or []))


@rule("view_as", "reshape_as", view=True)
def _view_as(call: Call) -> Value:
    return _viewed(call, call.value(), call.value("other").extents())


@rule("flatten", view=True)
def _flatten(call: Call) -> Value:
    value = call.value()
    start, end = value.position(call.get("start_dim", 0)), value.position(call.get("end_dim", -1))
    extents = value.extents()
    joined = extents[start : end + 1]
    if any(extent is EVENTS for extent in joined):
        if math.prod(extent for extent in joined if isinstance(extent, int)) != 1:
            raise NotExpressible(f"it joins the events of a tensor of shape {extents}")
        merged: Any = EVENTS
    else:
        merged = math.prod(extent for extent in joined if isinstance(extent, int))
    target = [*extents[:start], merged, *extents[end + 1 :]]
    return _viewed(call, value, target)


@rule("unflatten", view=True)
def _unflatten(call: Call) -> Value:
    value, dim = call.value(), call.value().position(call.get("dim"))
    target = [*value.extents()[:dim], *call.get("sizes"), *value.extents()[dim + 1 :]]
    return _viewed(call, value, target)


def _raised(call: Call, value: Value, dim: int) -> Value:
    """``value.unsqueeze(dim)``."""
    at = value.position(dim, 1)
    extents = value.extents()
    extents.insert(at, 1)
    batch = extents.index(EVENTS)
    return reshaped(call, value, tuple(e for e in extents if isinstance(e, int)), batch)


@rule("unsqueeze", view=True)
def _unsqueeze(call: Call) -> Value:
    return _raised(call, call.value(), call.get("dim"))


@rule("squeeze", view=True)
def _squeeze(call: Call) -> Value:
    value = call.value()
    given = call.get("dim")
    if given is None:
        chosen = set(range(value.rank))
    else:
        chosen = {value.position(dim) for dim in (given if isinstance(given, (list, tuple)) else [given])}
        if value.batch in chosen:
            raise NotExpressible("it acts along the dimension of the events")
    extents = [extent for dim, extent in enumerate(value.extents()) if not (dim in chosen and extent == 1)]
    return reshaped(call, value, tuple(e for e in extents if isinstance(e, int)), extents.index(EVENTS))


def _ordered(call: Call, value: Value, order: list[int]) -> Value:
    """The dimensions of a tensor in another order."""
    dims = [dim - (dim > value.batch) for dim in order if dim != value.batch]
    number, shape = permute(call.builder, value.number, value.shape, dims)
    return Value(number, shape, order.index(value.batch))


@rule("permute", "permute_copy", view=True)
def _permute(call: Call) -> Value:
    value = call.value()
    return _ordered(call, value, [value.position(dim) for dim in call.get("dims")])


@rule("transpose", "swapaxes", "swapdims", "t", "numpy_T", "adjoint", "mT", view=True)
def _transpose(call: Call) -> Value:
    value = call.value()
    order = list(range(value.rank))
    if call.name in ("t", "numpy_T"):
        order.reverse()
    else:
        given = list(call.arguments.values())[1:3] or [-2, -1]
        first, second = (value.position(dim) for dim in given)
        order[first], order[second] = order[second], order[first]
    return _ordered(call, value, order)


@rule("movedim", "moveaxis", view=True)
def _movedim(call: Call) -> Value:
    value = call.value()
    sources, targets = (
        [value.position(dim) for dim in (given if isinstance(given, (list, tuple)) else [given])]
        for given in (call.get("source"), call.get("destination"))
    )
    order = [dim for dim in range(value.rank) if dim not in sources]
    for target, source in sorted(zip(targets, sources, strict=True)):
        order.insert(target, source)
    return _ordered(call, value, order)


def _expanded(call: Call, value: Any, target: list[Any]) -> Value:
    """``value.expand(target)`` of a value or a constant."""
    if not isinstance(value, Value):
        return _expand_constant(call, as_tensor(value), target)
    value = pad(call.builder, value, len(target))
    for dim, extent in enumerate(target):
        if dim == value.batch and extent is not EVENTS and extent != -1:
            raise NotExpressible(f"an expansion of {value.extents()} to {target}")
    shape = [extent for dim, extent in enumerate(target) if dim != value.batch]
    if any(extent is EVENTS for extent in shape):
        raise NotExpressible(f"an expansion of {value.extents()} to {target}")
    extents = tuple(old if new == -1 else int(new) for old, new in zip(value.shape, shape, strict=True))
    return expand(call.builder, value, extents)


def _expand_constant(call: Call, tensor: torch.Tensor, target: list[Any]) -> Value:
    """A constant repeated for every event."""
    tensor = tensor.reshape((1,) * (len(target) - tensor.dim()) + tuple(tensor.shape))
    batch = target.index(EVENTS)
    if tensor.shape[batch] != 1:
        raise NotExpressible("a constant has another value for each event of a block")
    sizes = [tensor.shape[dim] if extent == -1 else extent for dim, extent in enumerate(target) if dim != batch]
    made = constant(call.builder, tensor.squeeze(batch).expand(sizes))
    return Value(made.number, made.shape, batch)


@rule("expand", "expand_copy", "broadcast_to", view=True)
def _expand(call: Call) -> Value:
    return _expanded(call, call.get("self"), list(call.get("size")))


@rule("expand_as", view=True)
def _expand_as(call: Call) -> Value:
    return _expanded(call, call.get("self"), call.value("other").extents())


@rule("zeros", "ones", "full", "new_zeros", "new_ones", "new_full")
def _filled(call: Call) -> Value:
    check_type(call)
    fill = {"zeros": 0.0, "ones": 1.0}.get(call.name.removeprefix("new_"), call.get("fill_value"))
    return _expand_constant(call, as_tensor(fill), list(call.get("size")))


# ---- parts ---------------------------------------------------------------------------------------------------------


def part(call: Call, value: Value, dim: int, start: int, stop: int, step: int = 1) -> Value:
    """Some rows along a dimension of one event."""
    if (start, stop, step) == (0, value.shape[dim], 1):
        return Value(value.number, value.shape, value.batch)
    shape = (*value.shape[:dim], len(range(start, stop, step)), *value.shape[dim + 1 :])
    extra = {} if step == 1 else {"Step": step}
    return call.result("Slice", value, shape=shape, Dim=dim, Start=start, Stop=stop, **extra)


@rule("slice", "narrow", view=True)
def _slice(call: Call) -> Value:
    value = call.value()
    dim = value.position(call.get("dim", 0))
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
    dim = value.event_dim(call.get("dim", 0))
    return [_without(call, part(call, value, dim, i, i + 1), dim) for i in range(value.shape[dim])]


@rule("chunk", "split", "split_with_sizes", "tensor_split", view=True)
def _split(call: Call) -> list[Value]:
    value = call.value()
    dim = value.event_dim(call.get("dim", 0))
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
    return joined(call, values, values[0].event_dim(call.get("dim", 0)))


@rule("stack")
def _stack(call: Call) -> Value:
    values, dim = _values(call), call.get("dim", 0)
    raised = [_raised(call, value, dim) for value in values]
    return joined(call, raised, raised[0].event_dim(raised[0].position(dim)))


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
