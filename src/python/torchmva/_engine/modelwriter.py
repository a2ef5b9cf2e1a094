"""Writes models in the first format that holds, which is found before the training: no training is lost.

A format holds if it is tried to the end: the model is written, read back, and gives the same outputs for one row, for
two and for many. What fails falls to the next one.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils import _pytree

from . import model as models
from . import program
from .ensemble import spread_of
from .errors import EngineError, summary_of, traceback_of
from .reproducibility import Array, difference, is_rounding, made_up_rows


class UnfitError(ValueError):
    """A format does not hold a model."""


class ModelWriter:
    """Writes the models of one method.

    Args:
        n_variables: columns of the input.
        wanted: the format that is tried first; empty: torch.export.
        build: makes the user's module, which a state dictionary fills; None: there is nothing that could.
    """

    def __init__(self, n_variables: int, wanted: str = "", build: models.Builder | None = None) -> None:
        self._n_variables = n_variables
        self._wanted = wanted
        self._build = build
        self._rows = made_up_rows(n_variables)
        self._way: _Way | None = None

    @property
    def format(self) -> str:
        """What :meth:`prepare` has found, ``models.EXPORT`` for example; empty before."""
        return "" if self._way is None else self._way.format

    def prepare(self, model: Any, rows: Array | None = None) -> None:
        """Find the format for a model before it is trained; with other rows the one that was found is tried again.

        Args:
            model: any module.
            rows: events to compare with, instead of numbers that are made up.

        Raises:
            EngineError: ``Model`` if none holds, with the layer that is the cause.
        """
        if rows is not None:
            self._rows = rows
        self.to_bytes(model)

    def to_bytes(self, model: Any) -> bytes:
        """A model as the content of a file, written in evaluation mode.

        Raises:
            EngineError: ``Model`` if it is no module or no format holds it, with the layer that is the cause.
        """
        if not isinstance(model, torch.nn.Module):
            raise EngineError("Model", f"Expected a torch.nn.Module to save, found {type(model).__name__}")
        model = unwrapped(model)
        was_training = bool(model.training)
        reasons: list[tuple[str, Exception]] = []
        try:
            model.eval()
            with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
                warnings.simplefilter("ignore")
                for way in self._ways(model):
                    try:
                        data = way.write(model)
                        self._compare(model, models.from_bytes(data, "the model that was written", self._build))
                    except Exception as error:  # noqa: BLE001 - torch raises many kinds; all mean that it does not hold
                        reasons.append((way.name, error))
                    else:
                        self._way = way
                        return data
                layer = _guilty_layer(model) if models.is_plain(model) else ""
        finally:
            model.train(was_training)
        text = "; ".join(dict.fromkeys(f"{name}: {_reason(error)}" for name, error in reasons))
        raise EngineError(
            "Model", f"The model cannot be written{layer}, {text}", (), traceback_of(reasons[-1][1])
        ) from reasons[-1][1]

    def _ways(self, model: Any) -> list[_Way]:
        """What is tried, in turn: first what held before. A module that came from a file keeps its format."""
        if isinstance(model, program.Exported):
            found: list[_Way] = [_ByExport(self._n_variables)]
        elif isinstance(model, torch.jit.ScriptModule):
            found = [_ByScript()]
        else:
            found = [_ByExport(self._n_variables), _ByScript(), _ByTrace(self._rows)]
            if self._wanted == models.TORCHSCRIPT:
                found = [*found[1:], found[0]]
            found.append(_ByState(self._build))
        return found if self._way is None else [self._way, *found]

    def _compare(self, model: Any, found: Any) -> None:
        """Raise UnfitError if a model that was read back gives other outputs."""
        found.eval()
        rows = self._rows
        if _outputs(model, rows) is None:
            rows = np.zeros_like(rows)  # numbers that were made up may be none that this model can take
        for block in (rows[:1], rows[:2], rows):
            expected = _outputs(model, block)
            if expected is None:
                continue  # the user's functions may know how to call it
            outputs = _outputs(found, block, must=True)
            assert outputs is not None
            if outputs.shape != expected.shape:
                raise UnfitError(
                    f"expected {list(expected.shape)} outputs from what was read back, found {outputs.shape}"
                )
            size = difference(outputs, expected)
            if not is_rounding(size, expected, block, lambda x: _required(model, x)):
                raise UnfitError(f"what was read back gives other outputs for {len(block)} rows, by {size.max():.2g}")

    def rescue(self, model: Any, path: Path) -> str:
        """Write the parameters of a trained model that no format holds; the file, empty if not even that works."""
        file = path.with_name(path.name + ".state")
        try:
            models.write(file, _state_bytes(unwrapped(model)))
        except Exception:  # noqa: BLE001 - the error that is on its way says more
            return ""
        return str(file)


def _outputs(model: Any, rows: Array, *, must: bool = False) -> Array | None:
    """The outputs [n, k] of a model, all tensors that it returns side by side, with the same random numbers every time.

    None if it raises, unless it ``must`` not.
    """
    try:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(1)
            leaves = [x for x in _pytree.tree_leaves(model(torch.from_numpy(rows))) if isinstance(x, torch.Tensor)]
            flat = [leaf.reshape(len(rows), -1) for leaf in leaves if leaf.numel() % len(rows) == 0]
            return np.asarray(torch.cat([leaf.double() for leaf in flat], 1).numpy())
    except Exception:
        if must:
            raise
        return None


def _required(model: Any, rows: Array) -> Array:
    found = _outputs(model, rows, must=True)
    assert found is not None
    return found


def unwrapped(model: Any) -> Any:
    """The module inside of what makes a training parallel, compiled or averaged."""
    while True:
        if isinstance(
            model,
            (
                torch.nn.DataParallel,
                torch.nn.parallel.DistributedDataParallel,
                torch.optim.swa_utils.AveragedModel,
            ),
        ):
            model = model.module
        elif isinstance(inner := getattr(model, "_orig_mod", None), torch.nn.Module):  # torch.compile
            model = inner
        else:
            return model


# ---- formats ---------------------------------------------------------------------------------------------------------


class _Way:
    """One way to write a model."""

    #: Of the file.
    format = ""
    #: For messages.
    name = ""

    def write(self, model: Any) -> bytes:
        """The content of a file; raises whatever torch raises."""
        raise NotImplementedError


class _ByExport(_Way):
    """torch.export; the program is made once and gets the parameters of the models that are written later."""

    format = models.EXPORT
    name = "as torch.export"

    def __init__(self, n_variables: int) -> None:
        self._n_variables = n_variables
        self._programs: list[Any] = []

    def write(self, model: Any) -> bytes:
        spread = spread_of(model)
        parts = [model] if spread is None else [model, spread.eval()]
        if len(self._programs) != len(parts):
            self._programs = [self._program(part) for part in parts]
        extra = {}
        if spread is not None:
            extra = {models.SPREAD: models.as_text(program.write(self._programs[1], spread, {}))}
        return program.write(self._programs[0], model, extra)

    def _program(self, model: Any) -> Any:
        if isinstance(model, program.Exported):
            return model.program
        return program.make(model, self._n_variables)


class _ByScript(_Way):
    """TorchScript, by torch.jit.script; a module of that kind as it is."""

    format = models.TORCHSCRIPT
    name = "as TorchScript"

    def write(self, model: Any) -> bytes:
        spread = spread_of(model)
        extra = {} if spread is None else {models.SPREAD: models.as_text(_script_bytes(self.script(spread.eval()), {}))}
        return _script_bytes(self.script(model), extra)

    def script(self, model: Any) -> Any:
        """The model as TorchScript."""
        return torch.jit.script(model)


class _ByTrace(_ByScript):
    """TorchScript, by torch.jit.trace; only where nothing of the model depends on the rows that it is traced with."""

    name = "traced"

    def __init__(self, rows: Array) -> None:
        self._rows = torch.from_numpy(rows[:3].copy())

    def script(self, model: Any) -> Any:
        """The model as TorchScript."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", torch.jit.TracerWarning)
            traced = torch.jit.trace(model, self._rows, check_trace=False)
        doubts = [str(one.message) for one in caught if issubclass(one.category, torch.jit.TracerWarning)]
        if doubts:
            raise UnfitError(doubts[0].partition(". ")[0])
        return traced


class _ByState(_Way):
    """Parameters and buffers alone, for the module that the user's code makes."""

    format = models.STATE
    name = "as a state dictionary"

    def __init__(self, build: models.Builder | None) -> None:
        self._build = build

    def write(self, model: Any) -> bytes:
        if self._build is None:
            raise UnfitError("there is neither build_model nor model in the dictionary to make the model again")
        return _state_bytes(model)


def _script_bytes(model: Any, extra: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(model, buffer, _extra_files=extra)
    return buffer.getvalue()


def _state_bytes(model: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save({name: value.detach().cpu() for name, value in model.state_dict().items()}, buffer)
    return buffer.getvalue()


def _guilty_layer(model: Any) -> str:
    """The innermost layer that cannot be scripted; empty if each of them can, or there is only one."""
    for name, layer in reversed(list(model.named_modules())):
        try:
            torch.jit.script(layer)
        except Exception:  # noqa: BLE001 - whatever it is, this layer is the cause
            return f" (layer {name}: {type(layer).__name__})" if name else ""
    return ""


def _reason(error: Exception) -> str:
    """Why a format does not hold; of torch's long advice the line that says it."""
    if isinstance(error, UnfitError):
        return str(error)
    lines = [line.strip() for line in summary_of(error).splitlines() if line.strip()]
    return " ".join(lines[: 2 if lines[0].endswith(":") else 1])


class BestSaver:
    """The ``save_best`` callback: keeps the model with the smallest validation loss, and writes it if it has a path.

    Parameters are kept and written once, by :meth:`finish`: writing takes longer than an epoch. TorchScript is written
    at once.
    """

    def __init__(self, writer: ModelWriter, path: Path | None) -> None:
        self._writer = writer
        self._state: dict[str, Any] | None = None
        self._best: Any = None
        self.path = path
        self.calls = 0
        self.losses: list[float] = []
        self.data = b""

    def __call__(self, model: Any, curr_val: Any, best_val: Any) -> Any:
        """Store ``model`` if ``curr_val`` is not above ``best_val`` (NaN is above everything); returns the better."""
        self.calls += 1
        self.losses.append(float(curr_val))
        is_first_number = best_val != best_val and curr_val == curr_val
        if not (curr_val <= best_val or is_first_number):
            return best_val
        if isinstance(model, torch.nn.Module) and not isinstance(model, torch.jit.ScriptModule):
            self._best = model
            self._state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        else:
            self.write(model)
        return curr_val

    def write(self, model: Any) -> None:
        """Store ``model`` whatever was stored before.

        Raises:
            EngineError: ``Model`` if no format holds it; it names the file that its parameters are in instead.
        """
        try:
            self.data = self._writer.to_bytes(model)
        except EngineError as error:
            file = "" if self.path is None else self._writer.rescue(model, self.path)
            if file:
                error.context.append(("its parameters are in", file))
            raise
        if self.path is not None:
            models.write(self.path, self.data)

    def finish(self) -> None:
        """Write the module that was the best one, if any."""
        if self._state is not None:
            self._best.load_state_dict(self._state)
            self.write(self._best)
            self._state = None
