"""Rules for layers with parameters, norms and pooling."""

from __future__ import annotations

import math
from typing import Any

import torch

from .broadcast import affine, as_tensor, binary, elementwise, permute
from .description import NotExpressible, Shape
from .rules import Call, rule
from .speed import PRODUCT
from .value import Value


def linear(call: Call, value: Value, weight: torch.Tensor, bias: Any) -> Value:
    """A linear layer on the last dimension; ``weight`` is [O, I]."""
    if value.batch == value.rank - 1:
        raise NotExpressible("it acts along the dimension of the events")
    if weight.dim() != 2 or weight.shape[1] != value.shape[-1]:
        raise NotExpressible(f"weights {list(weight.shape)} for {value.shape[-1]} inputs")
    shape = (*value.shape[:-1], int(weight.shape[0]))
    joined = None if bias is None else as_tensor(bias)
    if joined is not None and joined.numel() != weight.shape[0]:
        joined = joined.expand(weight.shape[0])
    return call.result("Linear", value, shape=shape, Weight=weight, Bias=joined)


@rule("linear")
def _linear_rule(call: Call) -> Value:
    weight = as_tensor(call.constant("weight"))
    if weight.dim() == 1:
        return _without_last(call, linear(call, call.value("input"), weight.unsqueeze(0), call.constant("bias")))
    return linear(call, call.value("input"), weight, call.constant("bias"))


def _without_last(call: Call, value: Value) -> Value:
    shape = value.shape[:-1]
    return Value(call.builder.reshape(value.number, shape), shape, value.batch)


def _matmul(call: Call, first: Any, second: Any) -> Value:
    builder = call.builder
    if isinstance(first, Value) and isinstance(second, Value):
        return _product_of_values(call, first, second)
    if isinstance(first, Value):
        matrix = as_tensor(second)
        while matrix.dim() > 2 and matrix.shape[0] == 1 and first.rank >= matrix.dim():
            matrix = matrix.squeeze(0)
        if matrix.dim() == 1:
            return _without_last(call, linear(call, first, matrix.unsqueeze(0), None))
        if matrix.dim() != 2:
            raise NotExpressible(f"a product with a constant of shape {list(matrix.shape)}")
        return linear(call, first, matrix.t(), None)
    matrix = as_tensor(first)
    if matrix.dim() == 2 and second.batch == second.rank - 1 > 0:  # the events are the columns
        shape = (*second.shape[:-1], int(matrix.shape[0]))
        return call.result("Linear", second, shape=shape, Weight=matrix)
    if matrix.dim() != 2 or second.rank < 3 or second.batch >= second.rank - 2:
        raise NotExpressible(f"a product of a constant of shape {list(matrix.shape)} with {second.extents()}")
    order = [*range(len(second.shape) - 2), len(second.shape) - 1, len(second.shape) - 2]
    number, shape = permute(builder, second.number, second.shape, order)
    turned = linear(call, Value(number, shape, second.batch), matrix, None)
    number, shape = permute(builder, turned.number, turned.shape, order)
    return Value(number, shape, second.batch)


def _product_of_values(call: Call, first: Value, second: Value) -> Value:
    """[..., I, K] times [..., K, O]: all products, then the sum over K."""
    if min(first.rank, second.rank) < 3 or first.batch >= first.rank - 2 or second.batch >= second.rank - 2:
        raise NotExpressible(f"a product of {first.extents()} and {second.extents()}")
    builder = call.builder
    *_, rows, inner = first.shape
    if second.shape[-2] != inner:
        raise NotExpressible(f"a product of {first.extents()} and {second.extents()}")
    columns = second.shape[-1]
    if rows * inner * columns > 1 << 16:
        raise NotExpressible(f"a product of {first.extents()} and {second.extents()}: too large without parameters")
    dims = len(second.shape)
    number, turned = permute(builder, second.number, second.shape, [*range(dims - 2), dims - 1, dims - 2])
    left = (*first.shape[:-2], rows, 1, inner)
    right = (*turned[:-2], 1, columns, inner)
    products = binary(
        builder,
        "Multiply",
        Value(builder.reshape(first.number, left), left, first.batch),
        Value(builder.reshape(number, right), right, second.batch),
    )
    result = call.result("Sum", products, shape=products.shape[:-1], Dim=len(products.shape) - 1)
    builder.mark(result.number, PRODUCT)
    return result


@rule("matmul", "mm", "bmm", "mv")
def _matmul_rule(call: Call) -> Value:
    first, second = list(call.arguments.values())[:2]
    return _matmul(call, first, second)


@rule("scaled_dot_product_attention")
def _attention(call: Call) -> Value:
    query, key, value = (call.value(name) for name in ("query", "key", "value"))
    if call.get("attn_mask") is not None or call.get("is_causal") or call.get("dropout_p") or call.get("enable_gqa"):
        raise NotExpressible("a mask, dropout or groups of heads")
    scale = 1 / math.sqrt(query.shape[-1]) if call.get("scale") is None else call.get("scale")
    last = len(key.shape) - 1
    number, shape = permute(call.builder, key.number, key.shape, [*range(last - 1), last, last - 1])
    scores = _product_of_values(call, query, Value(number, shape, key.batch))
    weights = call.result("Softmax", affine(call.builder, scores, scale=scale), Dim=len(scores.shape) - 1)
    return _product_of_values(call, weights, value)


@rule("addmm", "baddbmm")
def _addmm(call: Call) -> Value:
    builder = call.builder
    bias, first, second = list(call.arguments.values())[:3]
    beta, alpha = call.get("beta"), call.get("alpha")
    if isinstance(first, Value) and not isinstance(second, Value) and not isinstance(bias, Value):
        joined = as_tensor(bias) * beta
        if joined.dim() <= 1 and as_tensor(second).dim() == 2:
            return linear(call, first, as_tensor(second).t() * alpha, joined)
    product = _matmul(call, first, second)
    product = product if alpha == 1 else affine(builder, product, scale=alpha)
    if not isinstance(bias, Value):
        return affine(builder, product, shift=as_tensor(bias) * beta)
    return binary(builder, "Add", product, bias if beta == 1 else affine(builder, bias, scale=beta))


@rule("softmax", "_softmax", "log_softmax", "_log_softmax")
def _softmax(call: Call) -> Value:
    check_type(call)
    value = call.value()
    type_ = "LogSoftmax" if "log" in call.name else "Softmax"
    if not value.shape:
        raise NotExpressible("it acts along the dimension of the events")
    return call.result(type_, value, Dim=value.event_dim(call.get("dim")))


def check_type(call: Call) -> None:
    """Raise NotExpressible if the call asks for another type than float32."""
    # 6 is float32 in TorchScript
    if call.get("dtype") not in (None, torch.float32, 6) or call.get("half_to_float"):
        raise NotExpressible(f"numbers of type {call.get('dtype')}: expected float32")


# ---- norms ---------------------------------------------------------------------------------------------------------


def _channels(value: Value) -> int:
    if value.batch != 0 or not value.shape:
        raise NotExpressible(f"a tensor of shape {value.extents()}: expected [events, channels, ...]")
    return value.shape[0]


def _by_channel(value: Value, tensor: Any) -> torch.Tensor:
    return as_tensor(tensor).reshape(-1, *(1,) * (len(value.shape) - 1))


@rule("batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm", "cudnn_batch_norm")
def _batch_norm(call: Call) -> Any:
    value = call.value("input")
    mean, variance = call.constant("running_mean"), call.constant("running_var")
    if call.get("training") or mean is None or variance is None:
        raise NotExpressible("it uses the mean of the events of a block (training mode, or no running statistics)")
    _channels(value)
    eps = call.get("eps", call.get("epsilon", 1e-5))
    scale = 1 / (as_tensor(variance) + eps).sqrt()
    if call.get("weight") is not None:
        scale = scale * as_tensor(call.constant("weight"))
    shift = -as_tensor(mean) * scale
    if call.get("bias") is not None:
        shift = shift + as_tensor(call.constant("bias"))
    result = elementwise(call.builder, value, Scale=_by_channel(value, scale), Shift=_by_channel(value, shift))
    return result if call.name == "batch_norm" else [result, None, None]


def _normalised(call: Call, value: Value, dims: int, eps: float, **parameters: Any) -> Value:
    """LayerNorm over the last dimensions."""
    if value.batch >= value.rank - dims:
        raise NotExpressible("it acts along the dimension of the events")
    given = {name: None if tensor is None else as_tensor(tensor) for name, tensor in parameters.items()}
    return call.result("LayerNorm", value, Dims=dims, Epsilon=float(eps), **given)


@rule("layer_norm", "native_layer_norm")
def _layer_norm(call: Call) -> Any:
    value, dims = call.value("input"), len(call.get("normalized_shape"))
    scale, shift = call.constant("weight"), call.constant("bias")
    result = _normalised(call, value, dims, call.get("eps"), Scale=scale, Shift=shift)
    return result if call.name == "layer_norm" else [result, None, None]


def _group_norm(call: Call, value: Value, groups: int, eps: float) -> Value:
    channels = _channels(value)
    shape = (groups, channels // groups, *value.shape[1:])
    grouped = Value(call.builder.reshape(value.number, shape), shape)
    normal = _normalised(call, grouped, len(shape) - 1, eps)
    result = Value(call.builder.reshape(normal.number, value.shape), value.shape)
    if call.get("weight") is not None:
        result = elementwise(call.builder, result, Scale=_by_channel(value, call.constant("weight")))
    if call.get("bias") is not None:
        result = elementwise(call.builder, result, Shift=_by_channel(value, call.constant("bias")))
    return result


@rule("group_norm")
def _group_norm_rule(call: Call) -> Value:
    return _group_norm(call, call.value("input"), call.get("num_groups"), call.get("eps"))


@rule("native_group_norm")
def _native_group_norm(call: Call) -> list[Any]:
    return [_group_norm(call, call.value("input"), call.get("group"), call.get("eps")), None, None]


@rule("instance_norm")
def _instance_norm(call: Call) -> Value:
    value = call.value("input")
    if not call.get("use_input_stats"):
        raise NotExpressible("running statistics")
    return _group_norm(call, value, _channels(value), call.get("eps"))


@rule("rms_norm")
def _rms_norm(call: Call) -> Value:
    value, builder = call.value("input"), call.builder
    dims, eps, weight = len(call.get("normalized_shape")), call.get("eps"), call.constant("weight")
    if value.batch >= value.rank - dims:
        raise NotExpressible("it acts along the dimension of the events")
    size = math.prod(value.shape[-dims:])
    shape = (*value.shape[:-dims], size)
    flat = Value(builder.reshape(value.number, shape), shape, value.batch)
    mean = call.result("Mean", binary(builder, "Multiply", flat, flat), shape=shape[:-1], Dim=len(shape) - 1)
    kept = (*shape[:-1], 1)
    mean = Value(builder.reshape(mean.number, kept), kept, value.batch)
    root = call.result("Sqrt", affine(builder, mean, shift=torch.finfo(torch.float32).eps if eps is None else eps))
    result = binary(builder, "Divide", flat, root)
    result = Value(builder.reshape(result.number, value.shape), value.shape, value.batch)
    return result if weight is None else affine(builder, result, scale=weight)


# ---- convolution and pooling ---------------------------------------------------------------------------------------


def _numbers(given: Any, dims: int) -> list[int]:
    """One number a dimension from a number or a list."""
    numbers = list(given) if isinstance(given, (list, tuple)) else [given]
    return numbers * dims if len(numbers) == 1 else numbers


def _window(
    value: Value, kernel: list[int], stride: list[int], padding: list[int], dilation: list[int], ceil: bool = False
) -> Shape:
    """The extents after a window has moved over the last dimensions of [events, channels, ...]."""
    dims = len(kernel)
    if value.batch != 0 or len(value.shape) != dims + 1:
        raise NotExpressible(f"a tensor of shape {value.extents()}: expected [events, channels] and {dims} more")
    extents = []
    for i in range(dims):
        free = value.shape[i + 1] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1
        if ceil and free % stride[i]:
            raise NotExpressible("ceil_mode where the windows do not fit")
        extents.append(free // stride[i] + 1)
    return tuple(extents)


def _same_padding(call: Call, value: Value, kernel: list[int], dilation: list[int]) -> tuple[Value, list[int]]:
    """Padding "same": half of it on each side, and the odd one at the end, where zeros are appended."""
    total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    for dim, missing in enumerate(total, 1):
        if missing % 2:
            value = pad_with_zeros(call, value, dim, 0, 1)
    return value, [missing // 2 for missing in total]


def pad_with_zeros(call: Call, value: Value, dim: int, before: int, after: int, fill: float = 0.0) -> Value:
    """The value with more rows before and after along a dimension of one event; negative numbers cut."""
    builder = call.builder
    start, stop = max(0, -before), value.shape[dim] - max(0, -after)
    if (start, stop) != (0, value.shape[dim]):
        shape = (*value.shape[:dim], stop - start, *value.shape[dim + 1 :])
        value = call.result("Slice", value, shape=shape, Dim=dim, Start=start, Stop=stop)
    parts, extents = [value.number], list(value.shape)
    for count, is_before in ((before, True), (after, False)):
        if count > 0:
            filled = [call.result("Clamp", _row(call, value, dim), Min=float(fill), Max=float(fill)).number] * count
            parts = filled + parts if is_before else parts + filled
            extents[dim] += count
    if len(parts) == 1:
        return value
    return Value(builder.add("Concatenate", parts, extents, Dim=dim), extents, value.batch)


def _row(call: Call, value: Value, dim: int) -> Value:
    """The first row along a dimension."""
    shape = (*value.shape[:dim], 1, *value.shape[dim + 1 :])
    return call.result("Slice", value, shape=shape, Dim=dim, Start=0, Stop=1)


@rule("conv1d", "conv2d", "convolution", "_convolution", "_convolution_mode")
def _convolution(call: Call) -> Value:
    value, weight, bias = call.value("input"), as_tensor(call.constant("weight")), call.constant("bias")
    dims = weight.dim() - 2
    if call.get("transposed") or dims not in (1, 2):
        raise NotExpressible("a transposed convolution" if call.get("transposed") else f"{dims} dimensions")
    kernel = list(weight.shape[2:])
    stride, dilation = _numbers(call.get("stride"), dims), _numbers(call.get("dilation"), dims)
    padding = call.get("padding")
    if padding == "same":
        value, padding = _same_padding(call, value, kernel, dilation)
    padding = _numbers(0 if padding == "valid" else padding, dims)
    shape = (int(weight.shape[0]), *_window(value, kernel, stride, padding, dilation))
    return call.result(
        f"Conv{dims}d",
        value,
        shape=shape,
        Weight=weight,
        Bias=None if bias is None else as_tensor(bias),
        Kernel=kernel,
        Stride=stride,
        Padding=padding,
        Dilation=dilation,
        Groups=int(call.get("groups")),
    )


def _pool(call: Call, type_: str, dims: int, **attributes: Any) -> Value:
    value = call.value("self")
    kernel = _numbers(call.get("kernel_size"), dims)
    stride = _numbers(call.get("stride"), dims) if call.get("stride") else kernel
    padding = _numbers(call.get("padding"), dims)
    dilation = _numbers(call.get("dilation", 1), dims)  # averages have none
    if dilation != [1] * dims:
        raise NotExpressible("pooling with dilation")
    shape = (*value.shape[:1], *_window(value, kernel, stride, padding, dilation, bool(call.get("ceil_mode"))))
    return call.result(
        f"{type_}{dims}d", value, shape=shape, Kernel=kernel, Stride=stride, Padding=padding, **attributes
    )


@rule("max_pool1d", "max_pool2d", "max_pool1d_with_indices", "max_pool2d_with_indices")
def _max_pool(call: Call) -> Any:
    result = _pool(call, "MaxPool", 1 if "1d" in call.name else 2)
    return [result, None] if call.name.endswith("indices") else result


@rule("avg_pool1d", "avg_pool2d")
def _avg_pool(call: Call) -> Value:
    if call.get("divisor_override") is not None:
        raise NotExpressible("divisor_override")
    return _pool(call, "AvgPool", 1 if "1d" in call.name else 2, CountIncludePad=int(call.get("count_include_pad")))


@rule(
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "_adaptive_avg_pool2d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
)
def _adaptive_pool(call: Call) -> Any:
    value, dims = call.value("self"), 1 if "1d" in call.name else 2
    given = call.get("output_size")
    sizes = [given] * dims if not isinstance(given, (list, tuple)) else list(given) * (dims if len(given) == 1 else 1)
    sizes = [extent if size is None else int(size) for size, extent in zip(sizes, value.shape[1:], strict=True)]
    kernel = [extent // size for size, extent in zip(sizes, value.shape[1:], strict=True)]
    if [k * size for k, size in zip(kernel, sizes, strict=True)] != list(value.shape[1:]):
        raise NotExpressible(f"output size {sizes} of {list(value.shape[1:])}: windows of different sizes")
    is_max = "max" in call.name
    shape = (value.shape[0], *_window(value, kernel, kernel, [0] * dims, [1] * dims))
    extra = {} if is_max else {"CountIncludePad": 1}
    result = call.result(
        f"{'Max' if is_max else 'Avg'}Pool{dims}d",
        value,
        shape=shape,
        Kernel=kernel,
        Stride=kernel,
        Padding=[0] * dims,
        **extra,
    )
    return [result, None] if is_max else result
