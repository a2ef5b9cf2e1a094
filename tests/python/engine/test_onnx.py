"""Networks as ONNX: ONNX Runtime gives what torch gives."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from network_formats import N_VARIABLES, exported, randomised, scripted
from torch import nn

from torchmva._engine import network as networks
from torchmva._engine.calibration import Calibrated
from torchmva._engine.ensemble import Ensemble
from torchmva._engine.graph import describe
from torchmva._engine.options import TrainingOptions
from torchmva._engine.probe import Shape
from torchmva._onnx_graph import ExportError, Graph
from torchmva._onnx_network import export_network
from torchmva._weightfile import Network, Operation


def as_in_a_file(description: Any) -> Network:
    operations = tuple(Operation(o.type, o.inputs, o.shape, o.attributes) for o in description.operations)
    parameters = array("f", description.parameters.astype(np.float32).tolist())
    return Network(description.n_inputs, operations[-1].shape[0], operations, parameters)


def export(network: Network) -> bytes:
    graph = Graph()
    result = export_network(graph, network, "variables")
    return graph.model(result, network.n_inputs, network.n_outputs, {}, "test")


def check(model: nn.Module, rows: torch.Tensor | None = None, written: Any = scripted) -> set[str]:
    """Compares, and returns the types of operators."""
    rows = torch.randn(40, N_VARIABLES) if rows is None else rows
    network = as_in_a_file(describe(written(model), rows.shape[1]))
    data = export(network)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"variables": rows.numpy()})
    with torch.no_grad():
        expected = model(rows).reshape(len(rows), -1).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    (one,) = session.run(None, {"variables": rows[:1].numpy()})
    np.testing.assert_allclose(one, expected[:1], rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    return {node.op_type for node in onnx.load_from_string(data).graph.node}


@pytest.mark.parametrize(
    "activation",
    [
        nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU(0.7), nn.SELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Sigmoid(),
        nn.Tanh(), nn.Softplus(), nn.Softplus(2.0, 3.0), nn.Softsign(), nn.ReLU6(), nn.Hardtanh(-0.3, 0.4),
        nn.Hardsigmoid(), nn.Hardswish(), nn.Mish(), nn.LogSigmoid(), nn.PReLU(), nn.PReLU(16), nn.Softmax(1),
        nn.LogSoftmax(1), nn.LayerNorm(16), nn.BatchNorm1d(16),
    ],
    ids=str,
)  # fmt: skip
def test_activations_and_norms(activation: nn.Module) -> None:
    model = nn.Sequential(nn.Linear(N_VARIABLES, 16), activation, nn.Linear(16, 3, bias=False))
    check(randomised(model).eval(), 2 * torch.randn(40, N_VARIABLES))


def test_a_plain_network_needs_plain_operators() -> None:
    model = nn.Sequential(nn.Linear(N_VARIABLES, 16), nn.ReLU(), nn.Linear(16, 2), nn.Softmax(1))
    assert check(randomised(model).eval()) == {"Gemm", "Relu", "Softmax", "Identity"}


@pytest.mark.parametrize("kind", ["Classification", "Multiclass", "Regression"])
def test_networks_of_the_options(kind: str) -> None:
    options = TrainingOptions(layout="16,16", activation="SiLU", batch_norm=True, residual=True, dropout=0.3)
    shape = Shape(N_VARIABLES, kind, {"Classification": 2, "Multiclass": 4, "Regression": 3}[kind])
    members = [randomised(networks.build(shape, options)) for _ in range(2)]
    check((Calibrated(Ensemble(members), 1.7) if kind != "Regression" else members[0]).eval(), written=exported)


class Jets(nn.Module):
    """Three jets of four numbers each, and what is common to the event: matrices, sums and pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.LayerNorm(8))
        self.rho = nn.Linear(8 + 8 + 8 + 2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        jets = self.phi(x[:, :12].reshape(-1, 3, 4))
        turned = jets.permute(0, 2, 1).softmax(1)
        pieces = [jets.sum(1), jets.mean(1), turned.amax(2), x[:, 12:16:2]]
        return self.rho(torch.cat(pieces, 1))


def test_shapes_and_reductions() -> None:
    assert {"Transpose", "ReduceSum", "ReduceMean", "ReduceMax", "Slice", "MatMul"} <= check(
        randomised(Jets()).eval(), torch.randn(40, 16)
    )


class Images(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.image = nn.Sequential(
            nn.Conv2d(2, 4, (3, 2), (1, 2), (1, 0), groups=2), nn.BatchNorm2d(4), nn.MaxPool2d((2, 1), padding=(1, 0))
        )
        self.pool = nn.AvgPool2d(2, 1, padding=1, count_include_pad=False)
        self.line = nn.Sequential(nn.Conv1d(4, 3, 2, dilation=2), nn.AvgPool1d(3, 2, padding=1), nn.MaxPool1d(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        planes = self.pool(self.image(x.reshape(-1, 2, 6, 4)))
        return self.line(planes.flatten(2)).flatten(1)


def test_convolution_and_pooling() -> None:
    assert {"Conv", "MaxPool", "AveragePool"} <= check(randomised(Images()).eval(), torch.randn(40, 48))


def test_what_has_no_form_is_named() -> None:
    operations = (Operation("ReLU", (0,), (3,), {}), Operation("Fourier", (1,), (3,), {}))
    with pytest.raises(ExportError, match="operation 1, Fourier"):
        export(Network(3, 3, operations, array("f")))
    with pytest.raises(ExportError, match="expected 9 parameters at Weight=1"):
        export(Network(3, 3, (Operation("Linear", (0,), (3,), {"Weight": "1"}),), array("f", [0.0] * 9)))
