"""Evaluates a network description with NumPy in double precision: what docs/network-format.md says, word by word."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

Array = np.ndarray[Any, Any]


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split()]


ACTIVATIONS: dict[str, Any] = {
    "ReLU": lambda x, a: np.maximum(x, 0),
    "LeakyReLU": lambda x, a: np.where(x > 0, x, float(a["Slope"]) * x),
    "ELU": lambda x, a: np.where(x > 0, x, float(a["Alpha"]) * np.expm1(np.minimum(x, 0))),
    "SELU": lambda x, a: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0))),
    "GELU": lambda x, a: gelu(x, a["Approximate"]),
    "SiLU": lambda x, a: x * special.expit(x),
    "Sigmoid": lambda x, a: special.expit(x),
    "Tanh": lambda x, a: np.tanh(x),
    "Softplus": lambda x, a: softplus(x, float(a["Beta"]), float(a["Threshold"])),
    "Softsign": lambda x, a: x / (1 + np.abs(x)),
    "Clamp": lambda x, a: np.clip(x, float(a.get("Min", "-inf")), float(a.get("Max", "inf"))),
    "Hardsigmoid": lambda x, a: np.clip(x + 3, 0, 6) / 6,
    "Hardswish": lambda x, a: x * np.clip(x + 3, 0, 6) / 6,
    "Mish": lambda x, a: x * np.tanh(np.logaddexp(0, x)),
    "LogSigmoid": lambda x, a: -np.logaddexp(0, -x),
    "Exp": lambda x, a: np.exp(x),
    "Log": lambda x, a: np.log(x),
    "Sqrt": lambda x, a: np.sqrt(x),
    "Abs": lambda x, a: np.abs(x),
}
BINARY = {"Add": np.add, "Subtract": np.subtract, "Multiply": np.multiply, "Divide": np.divide}
REDUCTIONS = {"Sum": np.sum, "Mean": np.mean, "Max": np.max}


def gelu(x: Array, approximate: str) -> Array:
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + special.erf(x / math.sqrt(2)))


def softplus(x: Array, beta: float, threshold: float) -> Array:
    return np.where(beta * x > threshold, x, np.logaddexp(0, beta * x) / beta)


class Interpreter:
    """Rows [n, nInputs] to rows [n, nOutputs]."""

    def __init__(self, description: Any) -> None:
        self._description = description
        self._parameters = description.parameters.astype(np.float64)

    def __call__(self, rows: Array) -> Array:
        values = [rows.astype(np.float64)]
        with np.errstate(all="ignore"):
            for operation in self._description.operations:
                inputs = [values[number] for number in operation.inputs]
                assert all(number < len(values) for number in operation.inputs)
                result = self._run(operation, inputs)
                assert result.shape == (len(rows), *operation.shape), (operation, result.shape)
                values.append(result)
        return values[-1]

    def _parameter(self, attributes: dict[str, str], name: str, *shape: int) -> Array | None:
        if name not in attributes:
            return None
        first = int(attributes[name])
        size = math.prod(shape)
        assert 0 <= first <= first + size <= len(self._parameters)
        return self._parameters[first : first + size].reshape(shape)

    def _run(self, operation: Any, inputs: list[Array]) -> Array:
        type_, a, shape = operation.type, operation.attributes, operation.shape
        x = inputs[0]
        if type_ in ACTIVATIONS:
            return ACTIVATIONS[type_](x, a)
        if type_ in BINARY:
            y = inputs[1]
            if y.shape != x.shape:
                assert y.shape[1:] == (1,)
                y = y.reshape(-1, *(1,) * (x.ndim - 1))
            return BINARY[type_](x, y)
        if type_ in REDUCTIONS:
            return REDUCTIONS[type_](x, axis=int(a["Dim"]) + 1).reshape(-1, *shape)
        if type_ == "Concatenate":
            return np.concatenate(inputs, axis=int(a["Dim"]) + 1)
        if type_ == "Reshape":
            return x.reshape(len(x), *shape)
        if type_ == "Permute":
            return x.transpose(0, *(dim + 1 for dim in numbers(a["Dims"])))
        if type_ == "Slice":
            part = slice(int(a["Start"]), int(a["Stop"]), int(a.get("Step", "1")))
            return x[(slice(None),) * (int(a["Dim"]) + 1) + (part,)]
        if type_ in ("Softmax", "LogSoftmax"):
            function = special.softmax if type_ == "Softmax" else special.log_softmax
            return function(x, axis=int(a["Dim"]) + 1)
        return getattr(self, "_" + type_.rstrip("12d").lower())(operation, x)

    def _linear(self, operation: Any, x: Array) -> Array:
        n_out, n_in = operation.shape[-1], x.shape[-1]
        weight = self._parameter(operation.attributes, "Weight", n_out, n_in)
        bias = self._parameter(operation.attributes, "Bias", n_out)
        return x @ weight.T + (0 if bias is None else bias)

    def _prelu(self, operation: Any, x: Array) -> Array:
        count = int(operation.attributes["Count"])
        slopes = self._parameter(operation.attributes, "Slopes", count)
        slopes = slopes.reshape(-1, *(1,) * (x.ndim - 2))
        return np.where(x > 0, x, slopes * x)

    def _affine(self, operation: Any, x: Array) -> Array:
        a = operation.attributes
        count, dim = int(a["Count"]), a.get("Dim")
        shape = {None: (1,), "all": x.shape[1:], "-1": x.shape[-1:], "0": (-1, *(1,) * (x.ndim - 2))}[dim]
        for name, function in (("Scale", np.multiply), ("Shift", np.add)):
            constant = self._parameter(a, name, count)
            if constant is not None:
                x = function(x, constant.reshape(shape))
        return x

    def _layernorm(self, operation: Any, x: Array) -> Array:
        a = operation.attributes
        dims = int(a["Dims"])
        axes = tuple(range(x.ndim - dims, x.ndim))
        mean = x.mean(axes, keepdims=True)
        y = (x - mean) / np.sqrt(x.var(axes, keepdims=True) + float(a["Epsilon"]))
        scale, shift = (self._parameter(a, name, *x.shape[-dims:]) for name in ("Scale", "Shift"))
        return y * (1 if scale is None else scale) + (0 if shift is None else shift)

    def _windows(self, operation: Any, x: Array, fill: float) -> Array:
        """[n, C, out..., K...]."""
        a = operation.attributes
        kernel, stride, padding = (numbers(a[name]) for name in ("Kernel", "Stride", "Padding"))
        dilation = numbers(a.get("Dilation", " ".join("1" for _ in kernel)))
        x = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)], constant_values=fill)
        span = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
        axes = tuple(range(2, 2 + len(kernel)))
        windows = np.lib.stride_tricks.sliding_window_view(x, span, axes)
        steps = [slice(None, None, s) for s in stride]
        return windows[(slice(None), slice(None), *steps, *(slice(None, None, d) for d in dilation))]

    def _conv(self, operation: Any, x: Array) -> Array:
        a = operation.attributes
        groups, kernel = int(a["Groups"]), numbers(a["Kernel"])
        n_out, n_in = operation.shape[0], x.shape[1] // groups
        weight = self._parameter(a, "Weight", n_out, n_in, *kernel)
        bias = self._parameter(a, "Bias", n_out)
        windows = self._windows(operation, x, 0.0)
        dims = len(kernel)
        parts = []
        for group in range(groups):
            part = windows[:, group * n_in : (group + 1) * n_in]
            rows = weight[group * (n_out // groups) : (group + 1) * (n_out // groups)]
            axes = [1, *range(2 + dims, 2 + 2 * dims)]
            parts.append(np.moveaxis(np.tensordot(part, rows, (axes, list(range(1, dims + 2)))), -1, 1))
        y = np.concatenate(parts, 1)
        return y + (0 if bias is None else bias.reshape(-1, *(1,) * dims))

    def _maxpool(self, operation: Any, x: Array) -> Array:
        dims = len(numbers(operation.attributes["Kernel"]))
        return self._windows(operation, x, -np.inf).max(tuple(range(-dims, 0)))

    def _avgpool(self, operation: Any, x: Array) -> Array:
        kernel = numbers(operation.attributes["Kernel"])
        axes = tuple(range(-len(kernel), 0))
        total = self._windows(operation, x, 0.0).sum(axes)
        if operation.attributes["CountIncludePad"] == "1":
            return total / math.prod(kernel)
        return total / self._windows(operation, np.ones_like(x), 0.0).sum(axes)
