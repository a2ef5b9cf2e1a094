"""Variable transformations, and the way back of targets, as ONNX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from torchmva._onnx_graph import ExportError, Graph, columns
from torchmva._transformations import Cumulative, LinearMap, Ranges, Transformation

Doubles = NDArray[np.float64]

_N_BINS = 10000  # of CumulativeTable.cxx, as the rest of its arithmetic
#: Above this many widths from zero, single precision rounds decorrelated variables (of width one) so coarsely that only
#: sums in double precision round as the Reader does.
_LARGE = 8.0
_FLOOR = 1e-12
_MARGIN = 1e-9  # of the uniform transformation
_MAX_Q = 0.5 * 0.99999999  # of the Gaussian one
#: Wichura's AS 241 (InverseNormal.hxx), the highest power first: |q| <= 0.425, and beyond up to r = 5.
_CENTRAL = """
2.5090809287301226727e3 3.3430575583588128105e4 6.7265770927008700853e4 4.5921953931549871457e4
1.3731693765509461125e4 1.9715909503065514427e3 1.3314166789178437745e2 3.3871328727963666080e0
/
5.2264952788528545610e3 2.8729085735721942674e4 3.9307895800092710610e4 2.1213794301586595867e4
5.3941960214247511077e3 6.8718700749205790830e2 4.2313330701600911252e1 1.0
"""
_TAIL = """
7.74545014278341407640e-4 2.27238449892691845833e-2 2.41780725177450611770e-1 1.27045825245236838258e0
3.64784832476320460504e0 5.76949722146069140550e0 4.63033784615654529590e0 1.42343711074968357734e0
/
1.05075007164441684324e-9 5.47593808499534494600e-4 1.51986665636164571966e-2 1.48103976427480074590e-1
6.89767334985100004550e-1 1.67638483018380384940e0 2.05319162663775882187e0 1.0
"""


def export_variables(graph: Graph, steps: Sequence[Transformation], value: str, center: Doubles) -> tuple[str, Doubles]:
    """Transform rows of variables; ``center``: about where they are, for the accuracy of sums, also of the result."""
    n = len(center)
    center = center.copy()
    for step in steps:
        slots = [slot.index for slot in step.slots if slot.kind == "Variable"]
        if step.name == "Identity" or not slots:
            continue
        if isinstance(step.parameters, LinearMap) and len(slots) < len(step.slots):
            raise ExportError(f"transformation {step.name} mixes variables with targets or spectators: no ONNX form")
        positions = [k for k, slot in enumerate(step.slots) if slot.kind == "Variable"]
        if isinstance(step.parameters, Ranges):
            value = _normalize(graph, step.parameters, positions, slots, value, n)
        elif isinstance(step.parameters, LinearMap):
            value = _linear(graph, step.parameters, slots, value, center)
        else:
            value = _cumulative(graph, step, positions, slots, value, n)
        center[slots] = 0  # transformed variables are of the order of one
    return value, center


def export_targets(graph: Graph, steps: Sequence[Transformation], value: str, n: int) -> str:
    """Turn rows of transformed targets back into their own units."""
    for step in reversed(steps):
        slots = [slot.index for slot in step.slots if slot.kind == "Target"]
        if step.name == "Identity" or not slots:
            continue
        positions = [k for k, slot in enumerate(step.slots) if slot.kind == "Target"]
        if isinstance(step.parameters, Ranges):
            low, half = np.zeros(n), np.ones(n)
            minimum, maximum = np.array(step.parameters.minimum), np.array(step.parameters.maximum)
            half[slots] = 0.5 * (maximum - minimum)[positions]
            low[slots] = minimum[positions] + half[slots]
            value = graph.add("Add", graph.add("Mul", value, graph.constant(half)), graph.constant(low))
        elif isinstance(step.parameters, LinearMap) and len(slots) == len(step.slots):
            matrix, bias = np.eye(n), np.zeros(n)
            matrix[np.ix_(slots, slots)] = np.linalg.inv(np.array(step.parameters.matrix).reshape(len(slots), -1))
            bias[slots] = step.parameters.center
            value = graph.linear(value, matrix, bias)
        else:
            raise ExportError(f"the way back of transformation {step.name} of targets has no ONNX form here")
    return value


def _normalize(graph: Graph, ranges: Ranges, positions: list[int], slots: list[int], value: str, n: int) -> str:
    low, scale, offset = np.zeros(n), np.ones(n), np.zeros(n)
    minimum, width = np.array(ranges.minimum, dtype=np.float64), np.subtract(ranges.maximum, ranges.minimum)
    is_wide = width[positions] > 0
    low[slots] = minimum[positions]
    scale[slots] = np.divide(2, width[positions], out=np.zeros(len(slots)), where=is_wide)
    offset[slots] = is_wide
    value = graph.add("Mul", graph.add("Sub", value, graph.constant(low)), graph.constant(scale))
    return graph.add("Sub", value, graph.constant(offset))


def _linear(graph: Graph, linear: LinearMap, slots: list[int], value: str, center: Doubles) -> str:
    n = len(center)
    matrix, offset = np.eye(n), np.zeros(n)
    matrix[np.ix_(slots, slots)] = np.array(linear.matrix).reshape(len(slots), len(slots))
    offset[slots] = linear.center
    near = np.where(offset != 0, offset, center).astype(np.float32).astype(np.float64)
    near[[i for i in range(n) if i not in slots]] = 0
    bias = matrix @ (near - offset)
    if np.abs(bias).max() <= _LARGE:
        return graph.linear(value, matrix, bias, near)
    product = graph.add("MatMul", graph.cast(value, np.float64), graph.constant(matrix.T, np.float64))
    return graph.cast(graph.add("Add", product, graph.constant(-matrix @ offset, np.float64)), np.float32)


def _cumulative(graph: Graph, step: Transformation, positions: list[int], slots: list[int], value: str, n: int) -> str:
    """In double precision: near its ends a cumulative distribution is too close to 0 and 1 for float32."""
    assert isinstance(step.parameters, Cumulative)
    tables = [_table(step.parameters, k) for k in positions]
    x = graph.cast(columns(graph, value, slots), np.float64)
    f = _interpolate(graph, tables, x)
    result = graph.cast(
        _quantile(graph, f) if step.name == "Gauss" else _clip(graph, f, _MARGIN, 1 - _MARGIN), np.float32
    )
    if slots == list(range(n)):
        return result
    order = [n + slots.index(i) if i in slots else i for i in range(n)]
    return columns(graph, graph.add("Concat", value, result, axis=1), order)


def _table(parameters: Cumulative, k: int) -> tuple[Doubles, float, float]:
    """CumulativeTable: values at the centres of equal bins, the first centre, bins per unit."""
    edges = np.array(parameters.edges[k], dtype=np.float64)
    contents = np.array(parameters.contents[k], dtype=np.float64)
    width = (edges[-1] - edges[0]) / _N_BINS
    x = edges[0] + (np.arange(_N_BINS) + 0.5) * width
    y = np.full(_N_BINS, contents[0])
    if len(contents) > 1:
        centers = 0.5 * (edges[:-1] + edges[1:])
        below = np.clip(np.searchsorted(centers, x, side="right") - 1, 0, len(contents) - 2)
        slope = (contents[below + 1] - contents[below]) / (centers[below + 1] - centers[below])
        y = contents[below] + (x - centers[below]) * slope
    values = np.maximum(y, _FLOOR).astype(np.float32).astype(np.float64)
    return values, float(edges[0] + 0.5 * width), float(1 / width)


def _interpolate(graph: Graph, tables: list[tuple[Doubles, float, float]], x: str) -> str:
    add = graph.add

    def double(numbers: object) -> str:
        return graph.constant(numbers, np.float64)  # type: ignore[arg-type]

    values = double(np.concatenate([table for table, _, _ in tables]))
    t = add("Mul", add("Sub", x, double([first for _, first, _ in tables])), double([per for _, _, per in tables]))
    last, zero = double(float(_N_BINS - 2)), double(0.0)
    bin_ = add("Where", add("Less", t, last), t, last)  # NaN ends up in the last bin, and comes back below
    bin_ = add("Where", add("Greater", bin_, zero), bin_, zero)
    i = graph.cast(bin_, np.int64)
    at = add("Add", i, graph.constant(np.arange(len(tables)) * _N_BINS, np.int64))
    low = add("Gather", values, at)
    high = add("Gather", values, add("Add", at, graph.constant(1, np.int64)))
    f = add("Add", low, add("Mul", add("Sub", t, graph.cast(i, np.float64)), add("Sub", high, low)))
    return add("Where", add("Less", f, double(_FLOOR)), double(_FLOOR), f)


def _clip(graph: Graph, x: str, low: float, high: float) -> str:
    """Leaves NaN as it is."""
    for operator, bound in (("Greater", high), ("Less", low)):
        limit = graph.constant(bound, np.float64)
        x = graph.add("Where", graph.add(operator, x, limit), limit, x)
    return x


def _quantile(graph: Graph, f: str) -> str:
    """Of the normal distribution."""
    add = graph.add

    def double(number: float) -> str:
        return graph.constant(number, np.float64)

    def ratio(polynomials: str, r: str) -> str:
        results = []
        for text in polynomials.split("/"):
            coefficients = [float(word) for word in text.split()]
            p = add("Add", add("Mul", r, double(coefficients[0])), double(coefficients[1]))
            for coefficient in coefficients[2:]:
                p = add("Add", add("Mul", p, r), double(coefficient))
            results.append(p)
        return add("Div", *results)

    q = _clip(graph, add("Sub", f, double(0.5)), -_MAX_Q, _MAX_Q)
    size = add("Abs", q)
    central = add("Mul", q, ratio(_CENTRAL, add("Sub", double(0.180625), add("Mul", q, q))))
    r = add("Sqrt", add("Neg", add("Log", add("Sub", double(0.5), size))))
    tail = ratio(_TAIL, add("Sub", r, double(1.6)))
    tail = add("Where", add("Less", q, double(0.0)), add("Neg", tail), tail)
    return add("Where", add("Greater", size, double(0.425)), tail, central)
