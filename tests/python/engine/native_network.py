"""Evaluates a network description with the C++ class, by way of the text of a weight file."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

Array = np.ndarray[Any, Any]


def to_xml(description: Any) -> str:
    """The element <Network> of docs/network-format.md."""
    data = description.parameters.astype("<f4").tobytes()
    head = {
        "Version": 1,
        "NInputs": description.n_inputs,
        "NOutputs": description.operations[-1].shape[0],
        "Size": len(description.parameters),
        "Md5": hashlib.md5(data).hexdigest(),
    }
    lines = [f"<Network {_attributes(head)}>"]
    for operation in description.operations:
        words = {"Inputs": operation.inputs, "Shape": operation.shape}
        texts = {name: " ".join(map(str, numbers)) for name, numbers in words.items()}
        lines.append(f"<Operation {_attributes({'Type': operation.type, **texts, **operation.attributes})}/>")
    return "\n".join([*lines, f"<Parameters>{base64.b64encode(data).decode()}</Parameters>", "</Network>"])


def _attributes(values: dict[str, Any]) -> str:
    return " ".join(f"{name}={quoteattr(str(value))}" for name, value in values.items())


def evaluate(description: Any, rows: Array) -> Array:
    """Rows [n, nInputs] to rows [n, nOutputs]."""
    import ROOT

    network = ROOT.TorchMVA.Network.FromXml(to_xml(description))
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    outputs = np.empty((len(rows), network.GetNOutputs()), dtype=np.float32)
    network.Evaluate(rows, len(rows), outputs)
    return outputs
