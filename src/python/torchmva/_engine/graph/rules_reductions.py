"""Rules for sums, means and extremes along dimensions."""

from __future__ import annotations

import math
from typing import Any

from .broadcast import affine, binary
from .description import NotExpressible
from .rules import Call, rule
from .rules_layers import check_type
from .value import Value


def _dims(call: Call, value: Value) -> list[int]:
    """The dimensions to reduce, of one event, in descending order."""
    given = call.get("dim")
    if given is None or given == []:
        raise NotExpressible("it combines all events of a block")
    listed = given if isinstance(given, (list, tuple)) else [given]
    return sorted({value.event_dim(dim) for dim in listed}, reverse=True)


def reduce(call: Call, type_: str, value: Value, dims: list[int], keep: bool) -> Value:
    """Sum, Mean or Max along dimensions of one event, one after another."""
    number, shape = value.number, value.shape
    before = sum(dim < value.batch for dim in dims)
    kept = tuple(1 if dim in dims else extent for dim, extent in enumerate(value.shape))
    for dim in dims:
        shape = (*shape[:dim], *shape[dim + 1 :])
        number = call.builder.add(type_, [number], shape, Dim=dim)
    if keep:
        return Value(call.builder.reshape(number, kept), kept, value.batch)
    return Value(number, shape, value.batch - before)


@rule("sum", "mean", "amax")
def _sum(call: Call) -> Value:
    check_type(call)
    value = call.value()
    return reduce(
        call,
        {"sum": "Sum", "mean": "Mean", "amax": "Max"}[call.name],
        value,
        _dims(call, value),
        bool(call.get("keepdim")),
    )


def _negative(call: Call, value: Value) -> Value:
    return affine(call.builder, value, scale=-1)


@rule("amin")
def _amin(call: Call) -> Value:
    value = call.value()
    return _negative(call, reduce(call, "Max", _negative(call, value), _dims(call, value), bool(call.get("keepdim"))))


@rule("max", "min")
def _max(call: Call) -> Any:
    """Along a dimension, with places that nothing may use; or the larger of two tensors."""
    from .rules_elementwise import extreme

    if "other" in call.arguments:
        return extreme(call, call.get("self"), call.get("other"), "Max" if call.name == "max" else "Min")
    value = call.value()
    dims, keep = _dims(call, value), bool(call.get("keepdim"))
    if call.name == "max":
        return [reduce(call, "Max", value, dims, keep), None]
    return [_negative(call, reduce(call, "Max", _negative(call, value), dims, keep)), None]


@rule("logsumexp")
def _logsumexp(call: Call) -> Value:
    value, builder = call.value(), call.builder
    dims = _dims(call, value)
    top = reduce(call, "Max", value, dims, True)
    rest = reduce(call, "Sum", call.result("Exp", binary(builder, "Subtract", value, top)), dims, True)
    result = binary(builder, "Add", call.result("Log", rest), top)
    return result if call.get("keepdim") else _drop(call, result, dims)


def _drop(call: Call, value: Value, dims: list[int]) -> Value:
    """The value without these dimensions, which have size one."""
    shape = tuple(extent for dim, extent in enumerate(value.shape) if dim not in dims)
    return Value(call.builder.reshape(value.number, shape), shape, value.batch - sum(d < value.batch for d in dims))


@rule("var", "std")
def _var(call: Call) -> Value:
    value, builder = call.value(), call.builder
    dims = _dims(call, value)
    correction = call.get("correction", 1 if call.get("unbiased", True) else 0)
    freedom = math.prod(value.shape[dim] for dim in dims) - (1 if correction is None else correction)
    if freedom <= 0:
        raise NotExpressible("a variance without degrees of freedom")
    apart = binary(builder, "Subtract", value, reduce(call, "Mean", value, dims, True))
    total = reduce(call, "Sum", binary(builder, "Multiply", apart, apart), dims, bool(call.get("keepdim")))
    variance = affine(builder, total, scale=1 / freedom)
    return call.result("Sqrt", variance) if call.name == "std" else variance


@rule("norm", "linalg_vector_norm")
def _norm(call: Call) -> Value:
    check_type(call)
    value, builder = call.value(), call.builder
    order = call.get("ord" if call.name == "linalg_vector_norm" else "p", 2)
    dims, keep = _dims(call, value), bool(call.get("keepdim"))
    if order in (None, 2):
        squares = binary(builder, "Multiply", value, value)
        return call.result("Sqrt", reduce(call, "Sum", squares, dims, keep))
    if order == 1:
        return reduce(call, "Sum", call.result("Abs", value), dims, keep)
    if order == math.inf:
        return reduce(call, "Max", call.result("Abs", value), dims, keep)
    raise NotExpressible(f"a norm of order {order}")
