"""What happened in every epoch: for people (JSON, TensorBoard) and for the output file."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import model as models
from .errors import EngineError

ENDING = ".history.json"


@dataclass(frozen=True)
class Epoch:
    """Figures of one epoch.

    Args:
        epoch: counted from 1.
        training_loss: weighted mean over the training events, while they were learned from; NaN if unknown.
        validation_loss: weighted mean over the validation events after the epoch.
        learning_rate: used in the epoch; NaN if unknown.
        seconds: of wall time.
    """

    epoch: int
    training_loss: float
    validation_loss: float
    learning_rate: float
    seconds: float


class History:
    """The epochs of one training, written as they come to TensorBoard, at the end as JSON."""

    def __init__(self, tensor_board: str = "", run: str = "") -> None:
        self.epochs: list[Epoch] = []
        self._writer: Any = None
        if tensor_board:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError as error:
                raise EngineError(
                    "Option",
                    "TensorBoard needs the package of that name: pip install torchmva[monitor]",
                    [("option", "TensorBoard"), ("reason", str(error))],
                ) from error
            self._writer = SummaryWriter(str(Path(tensor_board) / run) if run else tensor_board)

    def add(self, epoch: Epoch) -> None:
        """Append an epoch."""
        self.epochs.append(epoch)
        if self._writer is not None:
            figures = {
                "loss/training": epoch.training_loss,
                "loss/validation": epoch.validation_loss,
                "learning rate": epoch.learning_rate,
            }
            for name, value in figures.items():
                if not math.isnan(value):
                    self._writer.add_scalar(name, value, epoch.epoch)
            self._writer.flush()

    def close(self) -> None:
        """End the TensorBoard run."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def state(self) -> list[dict[str, float]]:
        """What a checkpoint keeps."""
        return [asdict(epoch) for epoch in self.epochs]

    def restore(self, state: list[dict[str, float]]) -> None:
        """The inverse of :meth:`state`."""
        self.epochs = [Epoch(**{**row, "epoch": int(row["epoch"])}) for row in state]

    def columns(self) -> dict[str, list[float]]:
        """One list a figure, by name."""
        rows = self.state()
        return {name: [float(row[name]) for row in rows] for name in Epoch.__dataclass_fields__}

    def write(self, path: Path, about: dict[str, Any]) -> None:
        """Write the history as JSON, with ``about`` the training beside it; NaN becomes null."""
        epochs = [{key: value if value == value else None for key, value in row.items()} for row in self.state()]
        text = json.dumps({**about, "epochs": epochs}, indent=1)
        models.write(path, text.encode() + b"\n")
