"""What happened in every epoch: for people (JSON, TensorBoard) and for the output file."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
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
        network: of an ensemble, counted from 1.
    """

    epoch: int
    training_loss: float
    validation_loss: float
    learning_rate: float
    seconds: float
    network: int = 1


class History:
    """The epochs of one training, written as they come to TensorBoard, at the end as JSON."""

    def __init__(self, tensor_board: str = "", run: str = "", network: int = 1) -> None:
        self.epochs: list[Epoch] = []
        self.is_interrupted = False  # by the user, who is content with the epochs until then
        self._tensor_board = tensor_board
        self._run = run
        self._network = network
        self._make_writer: Any = None
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
            self._make_writer = SummaryWriter

    def of_network(self, network: int) -> History:
        """An empty history for one network of an ensemble, in a TensorBoard run of its own."""
        return History(self._tensor_board, str(Path(self._run) / f"network{network}"), network)

    def add(self, epoch: Epoch) -> None:
        """Append an epoch."""
        self.epochs.append(replace(epoch, network=self._network))
        if self._make_writer is not None and self._writer is None:
            folder = Path(self._tensor_board) / self._run
            try:
                self._writer = self._make_writer(str(folder))
            except OSError as error:
                raise EngineError(
                    "File",
                    f"TensorBoard: the folder cannot be written: {error.strerror}",
                    [("option", "TensorBoard"), ("folder", str(folder.absolute()))],
                ) from error
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

    def restore(self, state: list[dict[str, Any]]) -> None:
        """The inverse of :meth:`state`."""
        self.epochs = [Epoch(**{**row, "epoch": int(row["epoch"]), "network": int(row["network"])}) for row in state]

    def columns(self) -> dict[str, list[float]]:
        """One list a figure, by name; the networks of an ensemble from the second on have their number behind it."""
        networks = sorted({row.network for row in self.epochs}) or [1]
        lists = {n: [asdict(row) for row in self.epochs if row.network == n] for n in networks}
        longest = max(lists.values(), key=len)
        columns = {"epoch": [float(row["epoch"]) for row in longest]}
        for network, rows in lists.items():
            for name in ("training_loss", "validation_loss", "learning_rate", "seconds"):
                columns[name if network == 1 else f"{name}_{network}"] = [float(row[name]) for row in rows]
        return columns

    def write(self, path: Path, about: dict[str, Any]) -> None:
        """Write the history as JSON, with ``about`` the training beside it; NaN becomes null."""
        epochs = [{key: value if value == value else None for key, value in row.items()} for row in self.state()]
        text = json.dumps({**about, "epochs": epochs}, indent=1)
        models.write(path, text.encode() + b"\n")
