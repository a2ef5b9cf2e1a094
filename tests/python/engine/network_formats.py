"""Models as they come from the formats of files, and what is asked of their descriptions."""

from __future__ import annotations

import io
import warnings
from typing import Any

import native_network
import numpy as np
import torch
from network_interpreter import Interpreter
from torch import nn

from torchmva._engine.graph import describe

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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about annotations in modules of torch.fx
        return reloaded(torch.jit.script(model.eval()))


def traced(model: nn.Module) -> Any:
    """As it comes from a TorchScript file that was written by tracing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # about conditions in layers of torch
        return reloaded(torch.jit.trace(model.eval(), torch.randn(3, N_VARIABLES)))


def reloaded(module: Any) -> Any:
    """Written and read."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    return torch.jit.load(io.BytesIO(buffer.getvalue()))


FORMATS = {"export": exported, "TorchScript": scripted, "trace": traced}


def check(model: nn.Module, given: Any, rows: torch.Tensor | None = None, tolerance: float = 1e-5) -> Any:
    """The description of ``given`` gives what ``model`` gives, in NumPy and in C++, relative to the largest output.

    Returns:
        The description.
    """
    rows = torch.randn(50, N_VARIABLES) if rows is None else rows
    description = describe(given, rows.shape[1])
    with torch.no_grad():
        expected = model.eval()(rows.clone()).reshape(len(rows), -1).numpy()
    scale = np.abs(expected).max()
    for evaluate in (Interpreter(description), lambda x: native_network.evaluate(description, x)):
        assert np.abs(evaluate(rows.numpy()) - expected).max() <= tolerance * scale
    return description


def randomised(model: nn.Module) -> nn.Module:
    """Random numbers in every parameter and buffer: none is neutral."""
    with torch.no_grad():
        for name, value in [*model.named_parameters(), *model.named_buffers()]:
            if value.is_floating_point():
                is_width = "var" in name or "width" in name
                value.copy_(torch.rand_like(value) + 0.5 if is_width else torch.randn_like(value))
    return model
