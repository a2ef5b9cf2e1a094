"""Rules for arithmetic and for functions of one number."""

from __future__ import annotations

import math
from typing import Any

import torch

from .broadcast import affine, as_tensor, binary, common_shape, constant, expand
from .description import NotExpressible
from .rules import Call, rule
from .value import Value


def _as_value(call: Call, operand: Any, like: Value) -> Value:
    """A constant operand as a value that can be combined with ``like``."""
    tensor = as_tensor(operand)
    after = like.rank - 1 - like.batch  # dimensions behind that of the events
    at = tensor.dim() - 1 - after
    if at < 0:
        return constant(call.builder, tensor.reshape((1,) * (after - tensor.dim()) + tuple(tensor.shape)))
    if tensor.shape[at] != 1:
        raise NotExpressible("a constant has another value for each event of a block")
    made = constant(call.builder, tensor.squeeze(at))
    return Value(made.number, made.shape, at)


def _sum(call: Call, first: Any, second: Any, alpha: Any) -> Value:
    """first + alpha * second."""
    if not isinstance(first, Value):
        return affine(call.builder, _scaled(call, second, alpha), shift=first)
    if not isinstance(second, Value):
        return affine(call.builder, first, shift=as_tensor(second) * alpha)
    if alpha == 1:
        return binary(call.builder, "Add", first, second)
    if alpha == -1:
        return binary(call.builder, "Subtract", first, second)
    return binary(call.builder, "Add", first, _scaled(call, second, alpha))


def _scaled(call: Call, value: Value, factor: float) -> Value:
    return value if factor == 1 else affine(call.builder, value, scale=factor)


def _product(call: Call, first: Any, second: Any) -> Value:
    if isinstance(first, Value) and isinstance(second, Value):
        return binary(call.builder, "Multiply", first, second)
    value, factor = (first, second) if isinstance(first, Value) else (second, first)
    return affine(call.builder, value, scale=factor)


def _quotient(call: Call, first: Any, second: Any) -> Value:
    if isinstance(first, Value) and isinstance(second, Value):
        return binary(call.builder, "Divide", first, second)
    if isinstance(first, Value):
        return affine(call.builder, first, scale=1 / as_tensor(second))
    return binary(call.builder, "Divide", _as_value(call, first, second), second)


def _number(call: Call, name: str) -> float:
    return float(call.constant(name))


@rule("add")
def _add(call: Call) -> Value:
    return _sum(call, call.get("self"), call.get("other"), call.get("alpha"))


@rule("sub", "subtract")
def _sub(call: Call) -> Value:
    return _sum(call, call.get("self"), call.get("other"), -call.get("alpha"))


@rule("rsub")
def _rsub(call: Call) -> Value:
    return _sum(call, call.get("other"), call.get("self"), -call.get("alpha"))


@rule("mul", "multiply")
def _mul(call: Call) -> Value:
    return _product(call, call.get("self"), call.get("other"))


@rule("div", "divide", "true_divide")
def _div(call: Call) -> Value:
    if call.get("rounding_mode") is not None:
        raise NotExpressible(f"rounding mode {call.get('rounding_mode')}")
    return _quotient(call, call.get("self"), call.get("other"))


@rule("reciprocal")
def _reciprocal(call: Call) -> Value:
    return _quotient(call, 1.0, call.value())


@rule("addcmul")
def _addcmul(call: Call) -> Value:
    product = _product(call, call.get("tensor1"), call.get("tensor2"))
    return _sum(call, call.get("self"), product, call.get("value"))


@rule("addcdiv")
def _addcdiv(call: Call) -> Value:
    quotient = _quotient(call, call.get("tensor1"), call.get("tensor2"))
    return _sum(call, call.get("self"), quotient, call.get("value"))


@rule("lerp")
def _lerp(call: Call) -> Value:
    start, end = call.get("self"), call.get("end")
    weight = call.constant("weight")
    difference = _sum(call, end, start, -1)
    return _sum(call, start, affine(call.builder, difference, scale=weight), 1)


@rule("neg", "negative")
def _neg(call: Call) -> Value:
    return _scaled(call, call.value(), -1)


@rule("square")
def _square(call: Call) -> Value:
    return binary(call.builder, "Multiply", call.value(), call.value())


@rule("pow")
def _pow(call: Call) -> Value:
    value, exponent = call.value("self"), call.constant("exponent")
    exponent = exponent.item() if isinstance(exponent, torch.Tensor) and exponent.numel() == 1 else exponent
    if exponent == 0.5:
        return call.result("Sqrt", value)
    if exponent == -0.5:
        return _quotient(call, 1.0, call.result("Sqrt", value))
    if isinstance(exponent, torch.Tensor) or exponent != int(exponent) or not 1 <= abs(exponent) <= 16:
        raise NotExpressible(f"exponent {exponent}")
    return _quotient(call, 1.0, _power(call, value, -int(exponent))) if exponent < 0 else _power(call, value, exponent)


def _power(call: Call, value: Value, exponent: float) -> Value:
    """A positive whole power, by squaring."""
    half, odd = divmod(int(exponent), 2)
    if half == 0:
        return value
    root = _power(call, value, half)
    square = binary(call.builder, "Multiply", root, root)
    return binary(call.builder, "Multiply", square, value) if odd else square


@rule("rsqrt")
def _rsqrt(call: Call) -> Value:
    return _quotient(call, 1.0, call.result("Sqrt", call.value()))


_SIMPLE = {
    "relu": "ReLU",
    "selu": "SELU",
    "silu": "SiLU",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "softsign": "Softsign",
    "hardsigmoid": "Hardsigmoid",
    "hardswish": "Hardswish",
    "mish": "Mish",
    "log_sigmoid": "LogSigmoid",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "abs": "Abs",
}


@rule(*_SIMPLE)
def _simple(call: Call) -> Value:
    return call.result(_SIMPLE[call.name], call.value())


@rule("log_sigmoid_forward")
def _log_sigmoid_forward(call: Call) -> list[Any]:
    return [call.result("LogSigmoid", call.value()), None]


@rule("special_expit")
def _expit(call: Call) -> Value:
    return call.result("Sigmoid", call.value())


@rule("log2", "log10", "log1p", "expm1", "exp2", "tanhshrink")
def _composed(call: Call) -> Value:
    value, builder = call.value(), call.builder
    if call.name in ("log2", "log10"):
        return affine(builder, call.result("Log", value), scale=1 / math.log(2 if call.name == "log2" else 10))
    if call.name == "log1p":
        return call.result("Log", affine(builder, value, shift=1))
    if call.name == "expm1":
        return affine(builder, call.result("Exp", value), shift=-1)
    if call.name == "exp2":
        return call.result("Exp", affine(builder, value, scale=math.log(2)))
    return binary(builder, "Subtract", value, call.result("Tanh", value))


@rule("logit", "special_logit")
def _logit(call: Call) -> Value:
    value, eps = call.value(), call.get("eps")
    if eps is not None:
        value = call.result("Clamp", value, Min=float(eps), Max=1 - float(eps))
    other = affine(call.builder, _scaled(call, value, -1), shift=1)
    return call.result("Log", binary(call.builder, "Divide", value, other))


@rule("gelu")
def _gelu(call: Call) -> Value:
    return call.result("GELU", call.value(), Approximate=call.get("approximate"))


@rule("leaky_relu")
def _leaky_relu(call: Call) -> Value:
    return call.result("LeakyReLU", call.value(), Slope=_number(call, "negative_slope"))


@rule("rrelu")
def _rrelu(call: Call) -> Value:
    if call.get("training"):
        raise NotExpressible("it draws random numbers")
    slope = (_number(call, "lower") + _number(call, "upper")) / 2
    return call.result("LeakyReLU", call.value(), Slope=slope)


@rule("elu")
def _elu(call: Call) -> Value:
    if _number(call, "input_scale") != 1:
        raise NotExpressible("input_scale other than 1")
    return _scaled(call, call.result("ELU", call.value(), Alpha=_number(call, "alpha")), _number(call, "scale"))


@rule("celu")
def _celu(call: Call) -> Value:
    alpha = _number(call, "alpha")
    inner = call.result("ELU", _scaled(call, call.value(), 1 / alpha), Alpha=1.0)
    return _scaled(call, inner, alpha)


@rule("softplus")
def _softplus(call: Call) -> Value:
    beta, threshold = _number(call, "beta"), _number(call, "threshold")
    return call.result("Softplus", call.value(), Beta=beta, Threshold=threshold)


@rule("softshrink")
def _softshrink(call: Call) -> Value:
    width, value, builder = _number(call, "lambd"), call.value(), call.builder
    above = call.result("ReLU", affine(builder, value, shift=-width))
    below = call.result("ReLU", affine(builder, _scaled(call, value, -1), shift=-width))
    return binary(builder, "Subtract", above, below)


@rule("hardtanh", "relu6")
def _hardtanh(call: Call) -> Value:
    low, high = (0.0, 6.0) if call.name == "relu6" else (_number(call, "min_val"), _number(call, "max_val"))
    return call.result("Clamp", call.value(), Min=low, Max=high)


@rule("clamp", "clip", "clamp_min", "clamp_max")
def _clamp(call: Call) -> Value:
    value = call.value()
    limits: dict[str, Any] = {}
    for name, key in (("Min", "min"), ("Max", "max")):
        limit = call.get(key)
        if limit is None:
            continue
        single = as_tensor(limit) if not isinstance(limit, Value) else None
        if single is not None and single.numel() == 1 and single.dim() <= value.rank:
            limits[name] = float(limit)
        else:
            value = extreme(call, value, limit, "Max" if name == "Min" else "Min")
    return call.result("Clamp", value, **limits) if limits else value


def extreme(call: Call, first: Any, second: Any, which: str) -> Value:
    """The larger or the smaller of two, element by element: side by side, then the maximum along that dimension."""
    if not isinstance(first, Value):
        first, second = second, first
    second = second if isinstance(second, Value) else _as_value(call, second, first)
    padded, shape = common_shape(call.builder, [first, second])
    builder = call.builder
    sides = []
    for value in padded:
        side = _scaled(call, expand(builder, value, shape), 1 if which == "Max" else -1)
        sides.append(builder.reshape(side.number, (1, *shape)))
    number = builder.add("Concatenate", sides, (2, *shape), Dim=0)
    result = Value(builder.add("Max", [number], shape, Dim=0), shape, padded[0].batch)
    return _scaled(call, result, 1 if which == "Max" else -1)


@rule("maximum", "minimum", "fmax", "fmin")
def _maximum(call: Call) -> Value:
    if call.name.startswith("f"):
        raise NotExpressible("it passes NaN over")
    return extreme(call, call.get("self"), call.get("other"), "Max" if call.name == "maximum" else "Min")


@rule("prelu", "_prelu_kernel")
def _prelu(call: Call) -> Value:
    value, slopes = call.value("self"), as_tensor(call.constant("weight")).reshape(-1)
    if value.batch != 0 or slopes.numel() not in (1, *value.shape[:1]):
        raise NotExpressible(f"{slopes.numel()} slopes for a tensor of shape {value.extents()}")
    return call.result("PReLU", value, Slopes=slopes, Count=slopes.numel())


@rule("glu")
def _glu(call: Call) -> Value:
    value = call.value()
    dim = value.event_dim(call.get("dim"))
    half = value.shape[dim] // 2
    shape = (*value.shape[:dim], half, *value.shape[dim + 1 :])
    parts = [call.result("Slice", value, shape=shape, Dim=dim, Start=i * half, Stop=(i + 1) * half) for i in (0, 1)]
    return binary(call.builder, "Multiply", parts[0], call.result("Sigmoid", parts[1]))


@rule("ones_like", "zeros_like", "full_like")
def _like(call: Call) -> Value:
    value = call.value()
    fill = {"ones_like": 1.0, "zeros_like": 0.0}.get(call.name, call.get("fill_value"))
    made = constant(call.builder, torch.full(value.shape, float(fill)))
    return Value(made.number, made.shape, value.batch)
