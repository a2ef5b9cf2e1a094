"""Optimisers and learning rates by name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch

from .options import TrainingOptions, option_error

OPTIMIZERS: dict[str, type[torch.optim.Optimizer]] = {
    type_.__name__.lower(): type_
    for type_ in (
        torch.optim.SGD,
        torch.optim.Adam,
        torch.optim.AdamW,
        torch.optim.NAdam,
        torch.optim.RAdam,
        torch.optim.RMSprop,
        torch.optim.Adagrad,
    )
}
#: Those whose step torch has as one fused kernel for CPU and GPU: a third of the time for a small network.
FUSED = ("sgd", "adam", "adamw", "adagrad")
_FUSED_TYPES = (torch.float32, torch.float64)
COSINE = "cosine"
PLATEAU = "plateau"
CONSTANT = ("", "none")
#: A plateau: the learning rate falls by this factor after so many epochs without a smaller validation loss.
PLATEAU_FACTOR = 0.3
PLATEAU_PATIENCE = 5
#: Relative gain of the validation loss below which an epoch is no better.
MIN_GAIN = 1e-4


def make_optimizer(parameters: Iterator[Any], options: TrainingOptions, given: Any = None) -> torch.optim.Optimizer:
    """The optimiser of the options, or of the class ``given`` by the user's dictionary.

    Raises:
        EngineError: ``Option`` for an unknown name.
    """
    if given is not None:
        return given(parameters, lr=options.learning_rate)
    name = options.optimizer.lower()
    if name not in OPTIMIZERS:
        known = ", ".join(type_.__name__ for type_ in OPTIMIZERS.values())
        raise option_error("Optimizer", options.optimizer, f"one of {known}")
    arguments: dict[str, Any] = {"lr": options.learning_rate, "weight_decay": options.weight_decay}
    if name == "sgd":
        arguments["momentum"] = 0.9
    trained = list(parameters)
    # the fused step of SGD loses updates in half precision
    if name in FUSED and all(p.dtype in _FUSED_TYPES and p.device.type in ("cpu", "cuda") for p in trained):
        arguments["fused"] = True
    return OPTIMIZERS[name](trained, **arguments)


def _parse_steps(text: str) -> dict[int, float]:
    steps: dict[int, float] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        try:
            epoch_text, rate_text = part.split(",")
            epoch, rate = int(epoch_text), float(rate_text)
        except ValueError:
            epoch, rate = -1, math.nan
        if epoch < 0 or not rate >= 0 or math.isinf(rate):
            raise option_error(
                "LearningRateSchedule", text, "Cosine, Plateau, None, or steps epoch,rate such as 50,0.01;70,0.005"
            )
        if epoch in steps:
            raise option_error("LearningRateSchedule", text, f"one learning rate for epoch {epoch}")
        steps[epoch] = rate
    return steps


class LearningRates:
    """The learning rate of every epoch: constant, steps, cosine, or falling on a plateau; rising at the start.

    Warm-up: over the first ``WarmupEpochs`` epochs the rate rises linearly to its value. Cosine: from the start value
    to zero at the last epoch (Loshchilov and Hutter, arXiv:1608.03983, without restarts). Plateau: times 0.3 whenever
    the validation loss has not become smaller for 5 epochs.
    """

    def __init__(self, options: TrainingOptions) -> None:
        self._start = options.learning_rate
        self._n_epochs = options.num_epochs
        self._warmup = options.warmup_epochs
        self._mode = options.learning_rate_schedule.strip().lower()
        named = self._mode in (COSINE, PLATEAU, *CONSTANT)
        self.steps = {} if named else _parse_steps(options.learning_rate_schedule)
        self._factor = 1.0
        self._best = math.inf
        self._waited = 0

    def rate(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0."""
        rate = self._start * self._factor
        if self._mode == COSINE:
            last = max(self._n_epochs - self._warmup, 1)
            rate *= 0.5 * (1 + math.cos(math.pi * min(max(epoch - self._warmup, 0) / last, 1)))
        elif self.steps:
            rate = self.steps[max(begun)] if (begun := [e for e in self.steps if e <= epoch]) else self._start
        if epoch < self._warmup:
            rate *= (epoch + 1) / (self._warmup + 1)
        return rate

    def after(self, validation_loss: float) -> None:
        """Take note of the validation loss of an epoch."""
        if self._mode != PLATEAU:
            return
        if validation_loss < self._best - MIN_GAIN * abs(self._best) or math.isinf(self._best):
            self._best = min(validation_loss, self._best)
            self._waited = 0
            return
        self._waited += 1
        if self._waited > PLATEAU_PATIENCE:
            self._factor *= PLATEAU_FACTOR
            self._waited = 0

    def state(self) -> dict[str, float]:
        """What a checkpoint keeps."""
        return {"factor": self._factor, "best": self._best, "waited": self._waited}

    def restore(self, state: dict[str, float]) -> None:
        """The inverse of :meth:`state`."""
        self._factor, self._best, self._waited = state["factor"], state["best"], int(state["waited"])


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Use this learning rate from now on."""
    for group in optimizer.param_groups:
        group["lr"] = rate
