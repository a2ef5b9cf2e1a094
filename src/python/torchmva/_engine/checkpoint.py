"""What a killed job needs to go on as if nothing had happened."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from . import model as models
from .errors import EngineError, summary_of

SUFFIX = ".checkpoint"
_VERSION = 1


def path_of(trained_file: Path, network: int = 1) -> Path:
    """The checkpoint of a trained model: beside it, whatever ending its format has; one for each of an ensemble."""
    stem = trained_file.stem if trained_file.suffix in (".pt", ".pt2") else trained_file.name
    return trained_file.with_name(stem + ("" if network == 1 else f".{network}") + SUFFIX)


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint; the one before stays until the new one is complete.

    Raises:
        EngineError: ``File``.
    """
    buffer = io.BytesIO()
    torch.save({"version": _VERSION, **state}, buffer)
    models.write(path, buffer.getvalue())


def load(path: Path, job: dict[str, Any]) -> dict[str, Any] | None:
    """The checkpoint of this very job; None if there is no file.

    Args:
        path: of the file.
        job: what must be the same: it was saved under the key ``job``.

    Raises:
        EngineError: ``Model`` if the file is damaged or belongs to another job, naming what differs.
    """
    if not path.is_file():
        return None
    try:
        state = torch.load(io.BytesIO(models.read(path)), map_location="cpu", weights_only=True)
        found, version = state["job"], state["version"]
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(
            "Model", f"The checkpoint cannot be read: {summary_of(error)}", [("file", str(path.absolute()))]
        ) from error
    differences = [f"{key}: {found.get(key)!r} there, {job[key]!r} here" for key in job if found.get(key) != job[key]]
    if version != _VERSION or differences:
        raise EngineError(
            "Model",
            "The checkpoint belongs to another training (" + ("; ".join(differences) or f"version {version}") + "): "
            "use the same data and options, or remove it to start from the trained model",
            [("file", str(path.absolute()))],
        )
    return dict(state)


def remove(path: Path) -> None:
    """Forget a checkpoint, because its training has ended."""
    path.unlink(missing_ok=True)
