"""Rules for operators that change the shape of a tensor, or nothing."""

from __future__ import annotations

import math
from typing import Any

import torch

from .broadcast import as_tensor, constant, expand, pad, permute
from .description import NotExpressible
from .rules import Call, rule
from .rules_layers import check_type
from .value import EVENTS, Value

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
        raise NotExpressible(f"a reshape of {value.extents()} to {target} that joins events with another dimension")
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
    start, end = value.position(call.get("start_dim")), value.position(call.get("end_dim"))
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


def raised(call: Call, value: Value, dim: int) -> Value:
    """``value.unsqueeze(dim)``."""
    at = value.position(dim, 1)
    extents = value.extents()
    extents.insert(at, 1)
    batch = extents.index(EVENTS)
    return reshaped(call, value, tuple(e for e in extents if isinstance(e, int)), batch)


@rule("unsqueeze", view=True)
def _unsqueeze(call: Call) -> Value:
    return raised(call, call.value(), call.get("dim"))


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
