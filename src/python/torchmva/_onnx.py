"""A weight file as an ONNX model. Needs the package `onnx`."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from torchmva import _version
from torchmva._onnx_graph import ExportError, Graph
from torchmva._onnx_network import export_network
from torchmva._onnx_transformations import export_targets, export_variables
from torchmva._output_file import CommandError
from torchmva._weightfile import Node, WeightFile


def make_model(file: WeightFile) -> bytes:
    """The model as bytes: `variables` [N, variables] in, `responses` [N, responses] out, names in the metadata.

    Raises:
        CommandError: something in the file has no ONNX form, by name.
    """
    graph = Graph()
    center = np.array(
        [0.0 if v.minimum is None or v.maximum is None else 0.5 * (v.minimum + v.maximum) for v in file.variables]
    )
    try:
        value, center = export_variables(graph, file.transformations, "variables", center)
        outputs, n_outputs = _outputs(graph, file, value, center)
        responses = _responses(graph, file, outputs, n_outputs)
    except ExportError as error:
        raise CommandError(f"{file.path}: {error}") from None
    names = _response_names(file)
    metadata = {
        "method": file.method,
        "title": file.title,
        "analysis": file.analysis,
        "variables": json.dumps([variable.expression for variable in file.variables]),
        "responses": json.dumps(names),
    }
    return graph.model(responses, len(file.variables), len(names), metadata, _version.__version__)


def _response_names(file: WeightFile) -> list[str]:
    """One value an event in a classification, else all classes, or all targets."""
    if file.analysis == "Multiclass":
        return list(file.classes)
    if file.analysis == "Regression":
        return [target.label for target in file.targets]
    return [file.title]


def _outputs(graph: Graph, file: WeightFile, value: str, center: NDArray[np.float64]) -> tuple[str, int]:
    """What the method makes of transformed variables."""
    if file.method in ("Fisher", "LD") and file.weights is not None:
        coefficients = _coefficients(file.weights, len(file.variables))
        matrix, near = coefficients[:, 1:], center.astype(np.float32).astype(np.float64)
        return graph.linear(value, matrix, coefficients[:, 0] + matrix @ near, near), len(coefficients)
    if file.network is not None:
        return export_network(graph, file.network, value), file.network.n_outputs
    if file.method != "PyTorch":
        raise ExportError(f"methods of type {file.method} have no ONNX form (`torchmva compile` may do)")
    reason = file.weights_attributes.get("NotNative", "the weight file has no element <Network>")
    raise ExportError(f"the network has no ONNX form: {reason}")


def _coefficients(weights: Node, n_variables: int) -> NDArray[np.float64]:
    """Of Fisher and LD: a row an output, the offset first."""
    rows: dict[int, dict[int, float]] = {}
    for node in weights.children("Coefficient"):
        row = node.integer("IndexOut") if node.has("IndexOut") else 0
        column = node.integer("IndexCoeff" if node.has("IndexCoeff") else "Index")
        rows.setdefault(row, {})[column] = node.number("Value")
    expected = set(range(n_variables + 1))
    if not rows or set(rows) != set(range(len(rows))) or any(set(row) != expected for row in rows.values()):
        raise weights.fail(f"expected coefficients from 0 to {n_variables} of each output, each once, found others")
    return np.array([[rows[i][k] for k in range(n_variables + 1)] for i in range(len(rows))])


def _responses(graph: Graph, file: WeightFile, outputs: str, n_outputs: int) -> str:
    """The outputs in the user's units; of a classification that of the signal."""
    n = len(_response_names(file))
    if file.analysis == "Classification":
        if n_outputs == 1:
            return outputs
        signal = file.classes.index("Signal") if "Signal" in file.classes else 0
        ends = [graph.constant([number], np.int64) for number in (signal, signal + 1, 1)]
        return graph.add("Slice", outputs, *ends)
    if n_outputs != n:
        raise ExportError(f"expected {n} outputs, the model has {n_outputs}")
    return export_targets(graph, file.transformations, outputs, n) if file.analysis == "Regression" else outputs
