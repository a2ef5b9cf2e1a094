"""From a model to its description, whatever kind of model it is."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import torch
from torch import fx

from ..errors import summary_of
from ..program import Exported, make
from .description import NetworkDescription, NotExpressible
from .exported import describe_exported, is_exported
from .scripted import describe_scripted


def describe(model: Any, n_variables: int) -> NetworkDescription:
    """The operations and parameters of a model in evaluation mode.

    Args:
        model: TorchScript, an exported program or its module, or a plain module, which becomes an exported program or
            else TorchScript first.
        n_variables: columns of its input.

    Raises:
        NotExpressible: naming the operator that there is no operation for, and its layer.
    """
    try:
        _check_precision(model)
        return _describe(model.module() if isinstance(model, torch.export.ExportedProgram) else model, n_variables)
    except NotExpressible:
        raise
    except Exception as error:
        # a model that surprises the walk is applied by Python: no training is lost for that
        raise NotExpressible(f"the graph cannot be followed: {summary_of(error)}") from error


def _check_precision(model: Any) -> None:
    """Refuse a model in half precision, whose outputs the float32 of the operations cannot repeat."""
    tensors = [] if isinstance(model, torch.export.ExportedProgram) else [*model.parameters(), *model.buffers()]
    for tensor in tensors:
        if tensor.dtype in (torch.float16, torch.bfloat16):
            raise NotExpressible(f"the model computes with numbers of type {tensor.dtype}: expected float32")


def _describe(model: Any, n_variables: int) -> NetworkDescription:
    was_training = bool(getattr(model, "training", False))
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()), torch.no_grad():
        warnings.simplefilter("ignore")
        if isinstance(model, Exported):
            model = model.graph_module
        if isinstance(model, fx.GraphModule) and is_exported(model):
            return describe_exported(model, n_variables)
        try:
            model.eval()
            if isinstance(model, torch.jit.ScriptModule):
                return describe_scripted(model, n_variables)
            return _describe_plain(model, n_variables)
        finally:
            model.train(was_training)


def _describe_plain(model: Any, n_variables: int) -> NetworkDescription:
    """A plain module by way of torch.export; where that cannot write or describe it, by way of TorchScript."""
    refusals: list[str] = []
    failures: list[str] = []
    for attempt in (_by_export, _by_script):
        try:
            return attempt(model, n_variables)
        except NotExpressible as error:
            refusals.append(str(error))
        except Exception as error:  # noqa: BLE001 - torch raises many kinds; all mean that it cannot write the model
            failures.append(summary_of(error).partition("\n")[0])
    raise NotExpressible([*refusals, *failures][0])


def _by_export(model: Any, n_variables: int) -> NetworkDescription:
    return describe_exported(make(model, torch.zeros(2, n_variables)).module(), n_variables)


def _by_script(model: Any, n_variables: int) -> NetworkDescription:
    return describe_scripted(torch.jit.script(model), n_variables)
