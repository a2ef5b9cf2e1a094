"""An ONNX graph as it grows. Needs the package `onnx`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, DTypeLike
from onnx import TensorProto, helper, numpy_helper

#: Old enough for every run time, and the first with LayerNormalization; its files have IR version 8.
OPSET = 17
IR_VERSION = 8


class ExportError(Exception):
    """What has no form in ONNX, by name."""


class Graph:
    """Nodes and constants. Values are strings: their names."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, numbers: ArrayLike, dtype: DTypeLike = np.float32) -> str:
        """A constant array."""
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(numbers, dtype=dtype), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """A node with one result, and the name of that."""
        name = f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], name=f"{operator}_{name}", **attributes))
        return name

    def cast(self, value: str, dtype: DTypeLike) -> str:
        """The same numbers in another type."""
        return self.add("Cast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def linear(self, value: str, matrix: ArrayLike, bias: ArrayLike, center: ArrayLike | None = None) -> str:
        """``matrix (x - center) + bias`` for rows x.

        Subtracting a center first, the sums are of small numbers and float32 is enough, however large the x are.
        """
        if center is not None and np.any(np.asarray(center) != 0):
            value = self.add("Sub", value, self.constant(center))
        return self.add("Gemm", value, self.constant(matrix), self.constant(bias), transB=1)

    def model(self, result: str, n_inputs: int, n_outputs: int, metadata: dict[str, str], producer: str) -> bytes:
        """The finished file: `variables` [N, n_inputs] in, `responses` [N, n_outputs] out; checked."""
        self._nodes.append(helper.make_node("Identity", [result], ["responses"], name="responses"))
        graph = helper.make_graph(
            self._nodes,
            "TorchMVA",
            [helper.make_tensor_value_info("variables", TensorProto.FLOAT, ["N", n_inputs])],
            [helper.make_tensor_value_info("responses", TensorProto.FLOAT, ["N", n_outputs])],
            self._constants,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="TorchMVA",
            producer_version=producer,
        )
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString())


def columns(graph: Graph, value: str, indices: Sequence[int]) -> str:
    """Some columns of a matrix."""
    return graph.add("Gather", value, graph.constant(list(indices), np.int64), axis=1)
