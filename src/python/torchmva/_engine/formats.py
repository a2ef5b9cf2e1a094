"""The formats that a trained model can have, each with the way to write it."""

from __future__ import annotations

import io
import warnings
from abc import ABC, abstractmethod
from typing import Any

import torch

from . import model as models
from . import program
from .ensemble import spread_of
from .errors import summary_of


class UnfitError(ValueError):
    """A format does not hold a model."""


class Way(ABC):
    """One way to write a model."""

    #: Of the file.
    format = ""
    #: For messages.
    name = ""

    @abstractmethod
    def write(self, model: Any) -> bytes:
        """The content of a file; raises whatever torch raises."""


class ByExport(Way):
    """torch.export; the program is made once and gets the parameters of the models that are written later."""

    format = models.EXPORT
    name = "as torch.export"

    def __init__(self, rows: torch.Tensor) -> None:
        self._rows = rows
        self._programs: list[Any] = []

    def write(self, model: Any) -> bytes:
        spread = spread_of(model)
        parts = [model] if spread is None else [model, spread.eval()]
        if len(self._programs) == len(parts):
            try:
                return self._write(model, spread)
            except ValueError:  # it is another model than the one that the programs were made of
                pass
        self._programs = [self._program(part) for part in parts]
        return self._write(model, spread)

    def _write(self, model: Any, spread: Any) -> bytes:
        extra = {}
        if spread is not None:
            extra = {models.SPREAD: models.as_text(program.write(self._programs[1], spread, {}))}
        return program.write(self._programs[0], model, extra)

    def _program(self, model: Any) -> Any:
        if isinstance(model, program.Exported):
            return model.program
        return program.make(model, self._rows)


class ByScript(Way):
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


class ByTrace(ByScript):
    """TorchScript, by torch.jit.trace; only where nothing of the model depends on the rows that it is traced with."""

    name = "traced"

    def __init__(self, rows: torch.Tensor) -> None:
        self._rows = rows

    def script(self, model: Any) -> Any:
        """The model as TorchScript."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", torch.jit.TracerWarning)
            traced = torch.jit.trace(model, self._rows, check_trace=False)
        doubts = [str(one.message) for one in caught if issubclass(one.category, torch.jit.TracerWarning)]
        if doubts:
            raise UnfitError(doubts[0].partition(". ")[0])
        return traced


class ByState(Way):
    """Parameters and buffers alone, for the module that the user's code makes."""

    format = models.STATE
    name = "as a state dictionary"

    def __init__(self, build: models.Builder | None) -> None:
        self._build = build

    def write(self, model: Any) -> bytes:
        if self._build is None:
            raise UnfitError("there is neither build_model nor model in the dictionary to make the model again")
        return state_bytes(model)


def _script_bytes(model: Any, extra: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(model, buffer, _extra_files=extra)
    return buffer.getvalue()


def state_bytes(model: Any) -> bytes:
    """Parameters and buffers as torch.save writes them, on the CPU."""
    buffer = io.BytesIO()
    torch.save({name: value.detach().cpu() for name, value in model.state_dict().items()}, buffer)
    return buffer.getvalue()


def guilty_layer(model: Any) -> str:
    """The innermost layer that cannot be scripted; empty if each of them can, or there is only one."""
    for name, layer in reversed(list(model.named_modules())):
        try:
            torch.jit.script(layer)
        except Exception:  # noqa: BLE001 - whatever it is, this layer is the cause
            return f" (layer {name}: {type(layer).__name__})" if name else ""
    return ""


def reason_of(error: Exception) -> str:
    """Why a format does not hold; of torch's long advice the line that says it."""
    if isinstance(error, UnfitError):
        return str(error)
    lines = [line.strip() for line in summary_of(error).splitlines() if line.strip()]
    return " ".join(lines[: 2 if lines[0].endswith(":") else 1])
