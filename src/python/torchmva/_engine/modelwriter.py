"""Writes models in the first format that holds, which is found before the training: no training is lost.

A format holds if it is tried to the end: the model is written, read back, and gives the same outputs for one row, for
two and for many. What fails falls to the next one.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils import _pytree

from . import model as models
from . import precision, program, settings
from .errors import EngineError, traceback_of
from .formats import ByExport, ByScript, ByState, ByTrace, UnfitError, Way, guilty_layer, reason_of, state_bytes
from .reproducibility import Array, difference, is_rounding, made_up_rows


class ModelWriter:
    """Writes the models of one method.

    Args:
        n_variables: columns of the input.
        wanted: the format that is tried first; empty: torch.export.
        build: makes the user's module, which a state dictionary fills; None: there is nothing that could.
        is_called: the model alone gives the outputs; a function of the user may call it in another way.
    """

    def __init__(
        self, n_variables: int, wanted: str = "", build: models.Builder | None = None, *, is_called: bool = True
    ) -> None:
        self._wanted = wanted
        self._is_called = is_called
        #: The classes of what was around the module that was written last, the outermost first.
        self.wrappers: list[str] = []
        self._build = build
        self._rows = made_up_rows(n_variables)
        self._way: Way | None = None

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
        self.wrappers = []
        was_training = bool(model.training)
        try:
            model.eval()
            with settings.uncompiled():
                return self._without_wrappers(model)
        finally:
            model.train(was_training)

    def _without_wrappers(self, model: Any) -> bytes:
        """A model as the content of a file; of a wrapper that cannot be written, the module inside it."""
        inner = unwrapped(model)
        if inner is model and self._is_called and not self._runs(model):
            inner = self._inside(model) or model  # its forward is for the training only, for example
        if inner is not model:
            self.wrappers.append(type(model).__name__)
            return self._without_wrappers(inner)
        try:
            return self._to_bytes(precision.original(model))
        except EngineError as error:
            if (inside := self._inside(model)) is None:
                raise
            self.wrappers.append(type(model).__name__)
            try:
                return self._without_wrappers(inside)
            except EngineError:
                raise error from None

    def _runs(self, model: Any) -> bool:
        return any(_outputs(self._as_float32(model), rows) is not None for rows in (self._rows, self._rows * 0))

    def _inside(self, model: Any) -> Any | None:
        """The module that a model passes its inputs on to, and nothing else; None if there is none.

        It has all parameters of the model, and gives the same outputs, or the model cannot be called with rows.
        """
        n_parameters = len(list(model.parameters()))
        for child in model.children():
            if not n_parameters or len(list(child.parameters())) != n_parameters:
                continue
            found = _outputs(self._as_float32(unwrapped(child)), self._rows)
            expected = _outputs(self._as_float32(model), self._rows)
            if found is not None and (expected is None or np.allclose(found, expected, atol=1e-6, equal_nan=True)):
                return child
        return None

    def _to_bytes(self, model: Any) -> bytes:
        """A model as the content of a file, in the first format that holds it."""
        reasons: list[tuple[str, Exception]] = []
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")
            dtype = precision.input_type(model, torch.from_numpy(self._rows))
            for way in self._ways(model, torch.from_numpy(self._rows[:3].copy()).to(dtype)):
                try:
                    with settings.default_type(precision.default_of(model)):
                        data = way.write(model)
                    found = models.from_bytes(data, "the model that was written", self._build).eval()
                    self._compare(precision.converted(model, dtype), self._as_float32(found))
                except Exception as error:  # noqa: BLE001 - torch raises many kinds; all mean that it does not hold
                    reasons.append((way.name, error))
                else:
                    self._way = way
                    return data
            layer = guilty_layer(model) if models.is_plain(model) else ""
        text = "; ".join(dict.fromkeys(f"{name}: {reason_of(error)}" for name, error in reasons))
        raise EngineError(
            "Model", f"The model cannot be written{layer}, {text}", (), traceback_of(reasons[-1][1])
        ) from reasons[-1][1]

    def _as_float32(self, model: Any) -> Any:
        return precision.as_float32(model, torch.from_numpy(self._rows))

    def _ways(self, model: Any, rows: torch.Tensor) -> list[Way]:
        """What is tried, in turn: first what held before. A module that came from a file keeps its format.

        Args:
            model: to write.
            rows: examples of what it takes.
        """
        if isinstance(model, program.Exported):
            found: list[Way] = [ByExport(rows)]
        elif isinstance(model, torch.jit.ScriptModule):
            found = [ByScript()]
        else:
            found = [ByExport(rows), ByScript(), ByTrace(rows)]
            if self._wanted == models.TORCHSCRIPT:
                found = [*found[1:], found[0]]
            found.append(ByState(self._build))
        return found if self._way is None else [self._way, *found]

    def _compare(self, model: Any, found: Any) -> None:
        """Raise UnfitError if a model that was read back gives other outputs."""
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
            models.write(file, state_bytes(unwrapped(model)))
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
    except Exception:  # torch and the model raise any kind; the caller says whether that is an answer
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
