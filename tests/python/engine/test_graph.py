"""Models of users as lists of operations: what is expressed gives torch's numbers, what is not is named."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from network_interpreter import Interpreter
from torch import nn

from torchmva._engine import network
from torchmva._engine.calibration import Calibrated
from torchmva._engine.ensemble import Ensemble
from torchmva._engine.graph import describe
from torchmva._engine.options import TrainingOptions
from torchmva._engine.probe import Shape

N_VARIABLES = 8


def exported(model: nn.Module, n_variables: int = N_VARIABLES) -> Any:
    """As it comes from a .pt2 file."""
    rows = torch.export.Dim("rows", min=1)
    program = torch.export.export(model.eval(), (torch.zeros(2, n_variables),), dynamic_shapes=({0: rows},))
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    return torch.export.load(io.BytesIO(buffer.getvalue())).module()


def scripted(model: nn.Module) -> Any:
    """As it comes from a TorchScript file."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(model.eval()), buffer)
    return torch.jit.load(io.BytesIO(buffer.getvalue()))


FORMATS = {"export": exported, "TorchScript": scripted, "plain": lambda model: model.eval()}
formats = pytest.mark.parametrize("written", FORMATS.values(), ids=FORMATS.keys())


def check(model: nn.Module, given: Any, rows: torch.Tensor | None = None) -> Any:
    """The description of ``given`` gives what ``model`` gives, to 1e-5 of the scale of the output."""
    rows = torch.randn(50, N_VARIABLES) if rows is None else rows
    description = describe(given, rows.shape[1])
    with torch.no_grad():
        expected = model.eval()(rows).numpy()
    found = Interpreter(description)(rows.numpy()).reshape(expected.shape)
    assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()
    return description


def randomised(model: nn.Module) -> nn.Module:
    """Random numbers in every parameter and buffer: none is neutral."""
    with torch.no_grad():
        for name, value in [*model.named_parameters(), *model.named_buffers()]:
            if value.is_floating_point():
                value.copy_(
                    torch.rand_like(value) + 0.5 if "var" in name or "width" in name else torch.randn_like(value)
                )
    return model


# ---- models of TorchMVA itself ---------------------------------------------------------------------------------------


def own(kind: str = "Classification", **options: Any) -> nn.Module:
    n_outputs = {"Classification": 2, "Multiclass": 4, "Regression": 3}[kind]
    return randomised(network.build(Shape(N_VARIABLES, kind, n_outputs), TrainingOptions(**options)))


@formats
@pytest.mark.parametrize("activation", [type_.__name__ for type_ in network.ACTIVATIONS.values()])
def test_network_of_the_options(written: Any, activation: str) -> None:
    model = own(layout="16,16,8", activation=activation, batch_norm=True, residual=True, dropout=0.3)
    description = check(model, written(model))
    assert "Linear" in {operation.type for operation in description.operations}


@formats
@pytest.mark.parametrize("kind", ["Multiclass", "Regression"])
def test_other_analyses(written: Any, kind: str) -> None:
    model = own(kind, layout="16")
    check(model, written(model))


@formats
def test_calibrated_ensemble(written: Any) -> None:
    model = Calibrated(Ensemble([own(layout="8"), own(layout="8", batch_norm=True)]), 1.7)
    check(model, written(model))


@formats
def test_spread_of_an_ensemble(written: Any) -> None:
    model = Calibrated(Ensemble([own(layout="8") for _ in range(3)]), 0.8).spread()
    check(model, written(model))


@formats
def test_calibrated_single_output(written: Any) -> None:
    model = Calibrated(nn.Sequential(nn.Linear(N_VARIABLES, 1), nn.Sigmoid()), 2.5)
    check(model, written(model))
