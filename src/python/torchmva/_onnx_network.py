"""The operations of a network (docs/network-format.md) as ONNX, of operators that every run time has."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torchmva._onnx_graph import ExportError, Graph
from torchmva._weightfile import Network, Operation

_SIMPLE = {
    "ReLU": "Relu",
    "SELU": "Selu",
    "Sigmoid": "Sigmoid",
    "Tanh": "Tanh",
    "Softsign": "Softsign",
    "Hardswish": "HardSwish",
    "Exp": "Exp",
    "Log": "Log",
    "Sqrt": "Sqrt",
    "Abs": "Abs",
}
_BINARY = {"Add": "Add", "Subtract": "Sub", "Multiply": "Mul", "Divide": "Div"}
_REDUCTIONS = {"Mean": "ReduceMean", "Max": "ReduceMax"}
#: Above this product, log(1 + exp(x)) is x in float32, whatever the threshold says.
_SOFTPLUS_IS_LINEAR = 17.0


class _Exporter:
    """Adds the nodes of one network to a graph; values have the events as an additional first dimension."""

    def __init__(self, graph: Graph, network: Network, source: str) -> None:
        self.graph = graph
        self.parameters: NDArray[np.float32] = np.frombuffer(network.parameters, dtype=np.float32)
        self.values = [source]
        self.shapes: list[tuple[int, ...]] = [(network.n_inputs,)]
        for number, operation in enumerate(network.operations):
            export = _EXPORTS.get(operation.type)
            if export is None:
                raise ExportError(f"operation {number}, {operation.type}, has no ONNX form here")
            self.values.append(export(self, operation))
            self.shapes.append(operation.shape)

    def input(self, operation: Operation, k: int = 0) -> str:
        return self.values[operation.inputs[k]]

    def shape(self, operation: Operation, k: int = 0) -> tuple[int, ...]:
        return self.shapes[operation.inputs[k]]

    def tensor(self, operation: Operation, attribute: str, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
        """Parameters of an operation, None without that attribute."""
        if attribute not in operation.attributes:
            return None
        first, size = int(operation.attributes[attribute]), math.prod(shape)
        if first < 0 or first + size > len(self.parameters):
            raise ExportError(f"{operation.type}: expected {size} parameters at {attribute}={first}")
        return self.parameters[first : first + size].reshape(shape)

    def required(self, operation: Operation, attribute: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        tensor = self.tensor(operation, attribute, shape)
        if tensor is None:
            raise ExportError(f"{operation.type}: expected the attribute {attribute}, found none")
        return tensor


def export_network(graph: Graph, network: Network, source: str) -> str:
    """Add a network that takes rows of variables; the name of its output.

    Raises:
        ExportError: an operation has no form, by number and type.
    """
    return _Exporter(graph, network, source).values[-1]


def _number(operation: Operation, attribute: str, default: float) -> float:
    return float(operation.attributes.get(attribute, default))


def _integers(operation: Operation, attribute: str, default: list[int]) -> list[int]:
    return (
        [int(word) for word in operation.attributes[attribute].split()]
        if attribute in operation.attributes
        else default
    )


def _axis(operation: Operation) -> int:
    return int(operation.attributes["Dim"]) + 1


# --- elementwise ----------------------------------------------------------------------------------------------------


def _simple(self: _Exporter, operation: Operation) -> str:
    return self.graph.add(_SIMPLE[operation.type], self.input(operation))


def _leaky_relu(self: _Exporter, operation: Operation) -> str:
    return self.graph.add("LeakyRelu", self.input(operation), alpha=_number(operation, "Slope", 0.01))


def _elu(self: _Exporter, operation: Operation) -> str:
    return self.graph.add("Elu", self.input(operation), alpha=_number(operation, "Alpha", 1))


def _silu(self: _Exporter, operation: Operation) -> str:
    x = self.input(operation)
    return self.graph.add("Mul", x, self.graph.add("Sigmoid", x))


def _hard_sigmoid(self: _Exporter, operation: Operation) -> str:
    return self.graph.add("HardSigmoid", self.input(operation), alpha=1 / 6, beta=0.5)


def _mish(self: _Exporter, operation: Operation) -> str:
    x, add = self.input(operation), self.graph.add
    return add("Mul", x, add("Tanh", add("Softplus", x)))


def _log_sigmoid(self: _Exporter, operation: Operation) -> str:
    add = self.graph.add
    return add("Neg", add("Softplus", add("Neg", self.input(operation))))


def _gelu(self: _Exporter, operation: Operation) -> str:
    x, add, constant = self.input(operation), self.graph.add, self.graph.constant
    if operation.attributes.get("Approximate", "none") == "tanh":
        cube = add("Mul", add("Mul", x, x), x)
        inner = add("Add", x, add("Mul", cube, constant(0.044715)))
        bend = add("Tanh", add("Mul", inner, constant(math.sqrt(2 / math.pi))))
    else:
        bend = add("Erf", add("Mul", x, constant(math.sqrt(0.5))))
    return add("Mul", add("Mul", x, constant(0.5)), add("Add", bend, constant(1.0)))


def _softplus(self: _Exporter, operation: Operation) -> str:
    x, add, constant = self.input(operation), self.graph.add, self.graph.constant
    beta, threshold = _number(operation, "Beta", 1), _number(operation, "Threshold", 20)
    scaled = x if beta == 1 else add("Mul", x, constant(beta))
    result = add("Softplus", scaled)
    result = result if beta == 1 else add("Div", result, constant(beta))
    if threshold >= _SOFTPLUS_IS_LINEAR:
        return result
    return add("Where", add("Greater", scaled, constant(threshold)), x, result)


def _clamp(self: _Exporter, operation: Operation) -> str:
    x = self.input(operation)
    for attribute, operator in (("Min", "Max"), ("Max", "Min")):
        if attribute in operation.attributes:
            x = self.graph.add(operator, x, self.graph.constant(float(operation.attributes[attribute])))
    return x


def _prelu(self: _Exporter, operation: Operation) -> str:
    count = int(operation.attributes.get("Count", 1))
    slopes = self.required(operation, "Slopes", (count, *[1] * (len(operation.shape) - 1)))
    return self.graph.add("PRelu", self.input(operation), self.graph.constant(slopes))


def _affine(self: _Exporter, operation: Operation) -> str:
    x, shape = self.input(operation), operation.shape
    whole: dict[str, tuple[int, ...]] = {
        "0": (shape[0], *[1] * (len(shape) - 1)),
        "-1": (shape[-1],),
        "all": shape,
        "": (1,),
    }
    parameter_shape = whole[operation.attributes.get("Dim", "")]
    if operation.attributes.get("Count") == "1":
        parameter_shape = (1,)
    for attribute, operator in (("Scale", "Mul"), ("Shift", "Add")):
        numbers = self.tensor(operation, attribute, parameter_shape)
        if numbers is not None:
            x = self.graph.add(operator, x, self.graph.constant(numbers))
    return x


def _binary(self: _Exporter, operation: Operation) -> str:
    first, second = self.input(operation), self.input(operation, 1)
    shape = self.shape(operation)
    if self.shape(operation, 1) == (1,) and len(shape) > 1:
        second = self.graph.add("Reshape", second, self.graph.constant([-1, *[1] * len(shape)], np.int64))
    return self.graph.add(_BINARY[operation.type], first, second)


# --- matrices, normalisation, reductions ----------------------------------------------------------------------------


def _linear(self: _Exporter, operation: Operation) -> str:
    x, constant = self.input(operation), self.graph.constant
    n_in, n_out = self.shape(operation)[-1], operation.shape[-1]
    weight = self.required(operation, "Weight", (n_out, n_in))
    bias = self.tensor(operation, "Bias", (n_out,))
    if len(operation.shape) == 1:
        zeros = np.zeros(n_out, np.float32)
        return self.graph.add("Gemm", x, constant(weight), constant(zeros if bias is None else bias), transB=1)
    product = self.graph.add("MatMul", x, constant(weight.T))
    return product if bias is None else self.graph.add("Add", product, constant(bias))


def _softmax(self: _Exporter, operation: Operation) -> str:
    return self.graph.add(operation.type, self.input(operation), axis=_axis(operation))


def _layer_norm(self: _Exporter, operation: Operation) -> str:
    n_dims = int(operation.attributes.get("Dims", 1))
    shape = operation.shape[len(operation.shape) - n_dims :]
    scale, shift = self.tensor(operation, "Scale", shape), self.tensor(operation, "Shift", shape)
    inputs = [self.input(operation), self.graph.constant(np.ones(shape, np.float32) if scale is None else scale)]
    if shift is not None:
        inputs.append(self.graph.constant(shift))
    return self.graph.add("LayerNormalization", *inputs, axis=-n_dims, epsilon=_number(operation, "Epsilon", 1e-5))


def _reduction(self: _Exporter, operation: Operation) -> str:
    keep = int(len(self.shape(operation)) == 1)  # the result of a reduction to nothing has the shape 1
    x, axis = self.input(operation), _axis(operation)
    if operation.type == "Sum":
        return self.graph.add("ReduceSum", x, self.graph.constant([axis], np.int64), keepdims=keep)
    return self.graph.add(_REDUCTIONS[operation.type], x, axes=[axis], keepdims=keep)


# --- shapes ---------------------------------------------------------------------------------------------------------


def _concatenate(self: _Exporter, operation: Operation) -> str:
    inputs = [self.input(operation, k) for k in range(len(operation.inputs))]
    return self.graph.add("Concat", *inputs, axis=_axis(operation))


def _slice(self: _Exporter, operation: Operation) -> str:
    ranges = [int(operation.attributes["Start"]), int(operation.attributes["Stop"]), _axis(operation)]
    ranges.append(int(operation.attributes.get("Step", 1)))
    return self.graph.add("Slice", self.input(operation), *(self.graph.constant([n], np.int64) for n in ranges))


def _reshape(self: _Exporter, operation: Operation) -> str:
    return self.graph.add("Reshape", self.input(operation), self.graph.constant([-1, *operation.shape], np.int64))


def _permute(self: _Exporter, operation: Operation) -> str:
    dims = _integers(operation, "Dims", [])
    return self.graph.add("Transpose", self.input(operation), perm=[0, *(d + 1 for d in dims)])


# --- windows --------------------------------------------------------------------------------------------------------


def _window(self: _Exporter, operation: Operation, stride: list[int]) -> dict[str, Any]:
    n = len(self.shape(operation)) - 1
    return {
        "kernel_shape": _integers(operation, "Kernel", []),
        "strides": _integers(operation, "Stride", stride),
        "pads": 2 * _integers(operation, "Padding", [0] * n),
    }


def _convolution(self: _Exporter, operation: Operation) -> str:
    n_in, n_out = self.shape(operation)[0], operation.shape[0]
    groups, n = int(operation.attributes.get("Groups", 1)), len(operation.shape) - 1
    window = _window(self, operation, [1] * n)
    weight = self.required(operation, "Weight", (n_out, n_in // groups, *window["kernel_shape"]))
    bias = self.tensor(operation, "Bias", (n_out,))
    constants = [self.graph.constant(numbers) for numbers in (weight, bias) if numbers is not None]
    dilations = _integers(operation, "Dilation", [1] * n)
    return self.graph.add("Conv", self.input(operation), *constants, group=groups, dilations=dilations, **window)


def _pooling(self: _Exporter, operation: Operation) -> str:
    window = _window(self, operation, _integers(operation, "Kernel", []))
    if operation.type.startswith("Max"):
        return self.graph.add("MaxPool", self.input(operation), **window)
    count = int(operation.attributes.get("CountIncludePad", 1))
    return self.graph.add("AveragePool", self.input(operation), count_include_pad=count, **window)


_EXPORTS: dict[str, Callable[[_Exporter, Operation], str]] = {
    **dict.fromkeys(_SIMPLE, _simple),
    **dict.fromkeys(_BINARY, _binary),
    **dict.fromkeys(("Sum", *_REDUCTIONS), _reduction),
    **dict.fromkeys(("Softmax", "LogSoftmax"), _softmax),
    **dict.fromkeys(("Conv1d", "Conv2d"), _convolution),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d"), _pooling),
    "Affine": _affine,
    "Clamp": _clamp,
    "Concatenate": _concatenate,
    "ELU": _elu,
    "GELU": _gelu,
    "Hardsigmoid": _hard_sigmoid,
    "LayerNorm": _layer_norm,
    "LeakyReLU": _leaky_relu,
    "Linear": _linear,
    "LogSigmoid": _log_sigmoid,
    "Mish": _mish,
    "PReLU": _prelu,
    "Permute": _permute,
    "Reshape": _reshape,
    "SiLU": _silu,
    "Slice": _slice,
    "Softplus": _softplus,
}
