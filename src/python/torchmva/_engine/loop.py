"""The training loop that is used where the user gives none."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from . import checkpoint
from .decorrelation import RISE, Decorrelation
from .errors import EngineError
from .history import Epoch, History
from .log import Log
from .losses import Objective
from .optimization import MIN_GAIN, LearningRates, set_rate
from .options import TrainingOptions
from .progress import Progress

#: Seconds between two checkpoints: small networks have epochs of milliseconds.
CHECKPOINT_INTERVAL = 2.0

#: Weights, targets and variables above it make sums and squares that single precision cannot hold.
LARGEST_NUMBER = 1e15

State = dict[str, torch.Tensor]


def _clone(model: Any) -> State:
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


@dataclass
class LoopJob:
    """Everything that one training needs.

    Args:
        model: the module to train, on its device.
        train_loader: batches of (inputs, targets, weights, more) of the training events.
        val_loader: the same of the validation events.
        objective: loss of single events.
        optimizer: on the parameters of the model.
        options: of the method.
        log: where lines go.
        history: gets the epochs.
        mean_weight: of the training events; the loss is in units of it.
        device: where the model is.
        penalty: what else is minimised.
        constant_loss: validation loss of a constant response, where a training may end there; None elsewhere.
        checkpoint_file: where the state is kept; None: nowhere.
        keep_checkpoint: also when the training has ended.
        identity: what must be the same for a checkpoint to be continued.
        progress: show epochs.
        variable_names: of the inputs; none if these are mixtures of variables.
    """

    model: Any
    train_loader: Any
    val_loader: Any
    objective: Objective
    optimizer: torch.optim.Optimizer
    options: TrainingOptions
    log: Log
    history: History
    mean_weight: float
    device: torch.device
    penalty: Decorrelation | None = None
    constant_loss: float | None = None
    checkpoint_file: Path | None = None
    keep_checkpoint: bool = False
    identity: dict[str, Any] | None = None
    progress: bool = False
    variable_names: list[str] = field(default_factory=list)


class TrainingLoop:
    """Epochs over the training events, the validation loss after each, and which of them was the best."""

    def __init__(self, job: LoopJob) -> None:
        self._job = job
        self._rates = LearningRates(job.options)
        # until then the training minimises another sum than the validation loss: that one says nothing about progress
        self._first_full_epoch = 0 if job.penalty is None else math.ceil(RISE * job.options.num_epochs)
        self._next_epoch = 0
        self._best: State | None = None
        self._best_loss = math.inf
        self._best_epoch = 0
        self._last: State | None = None
        self._waited = 0
        self._forward = job.model.scores if job.objective.on_scores else job.model
        if job.options.compile:
            self._forward = torch.compile(self._forward)
        self._last_checkpoint = time.monotonic()
        self._has_reported = False
        #: Ctrl-C ended the training.
        self.is_interrupted = False

    # ---- the loop ----------------------------------------------------------------------------------------------

    def run(self) -> Any:
        """Train, and return the model with the parameters of the best epoch (of the last one without SaveBestOnly).

        An interrupt (Ctrl-C) ends the training; the epochs until then count.

        Raises:
            EngineError: ``Data`` for a loss that is not finite; ``Python`` for an interrupt in the first epoch.
        """
        options, job = self._job.options, self._job
        self._resume()
        bar = Progress(options.num_epochs, self._next_epoch, job.log, shown=job.progress)
        try:
            while self._next_epoch < options.num_epochs and not self._is_exhausted():
                self._run_epoch(bar)
        except KeyboardInterrupt:
            if self._last is None:
                raise
            job.log.warning(
                f"Training interrupted in epoch {self._next_epoch + 1}: the model of the epochs until then is kept"
            )
            self.is_interrupted = job.history.is_interrupted = True
            self._write_checkpoint()
        finally:
            bar.close()
            job.history.close()
        if job.keep_checkpoint:
            self._write_checkpoint()
        elif job.checkpoint_file is not None and not self.is_interrupted:
            checkpoint.remove(job.checkpoint_file)
        return self._finish()

    def _is_exhausted(self) -> bool:
        patience = self._job.options.patience
        if not patience or self._waited < patience:
            return False
        self._job.log.info(
            f"Early stopping after epoch {self._next_epoch}: no smaller validation loss for {patience} epochs"
        )
        return True

    def _run_epoch(self, bar: Progress) -> None:
        job, epoch = self._job, self._next_epoch
        start = time.monotonic()
        rate = self._rates.rate(epoch)
        set_rate(job.optimizer, rate)
        if hasattr(job.train_loader, "set_epoch"):
            job.train_loader.set_epoch(epoch)
        training_loss = self._train_epoch(epoch)
        validation_loss = self._validate()
        if epoch >= self._first_full_epoch:
            self._rates.after(validation_loss)
        self._last = _clone(job.model)
        self._note(epoch, validation_loss)
        self._next_epoch = epoch + 1
        row = Epoch(epoch + 1, training_loss, validation_loss, rate, time.monotonic() - start)
        job.history.add(row)
        bar.show(row, " (best)" if self._best_epoch == epoch + 1 else "")
        if time.monotonic() - self._last_checkpoint > CHECKPOINT_INTERVAL:
            self._write_checkpoint()

    def _note(self, epoch: int, loss: float) -> None:
        """Keep the parameters if this is the best epoch so far."""
        gain = self._best_loss - loss
        is_better = gain > MIN_GAIN * abs(self._best_loss) or math.isinf(self._best_loss)
        self._waited = 0 if is_better or epoch < self._first_full_epoch else self._waited + 1
        if loss < self._best_loss:
            self._best, self._best_loss, self._best_epoch = self._last, loss, epoch + 1

    def _autocast(self) -> contextlib.AbstractContextManager[Any]:
        if not self._job.options.mixed_precision:
            return contextlib.nullcontext()
        return torch.autocast(self._job.device.type, dtype=torch.bfloat16)  # type: ignore[no-any-return]

    def _train_epoch(self, epoch: int) -> float:
        job = self._job
        clip = job.options.gradient_clip
        scale = 1 / job.mean_weight
        total = torch.zeros((), dtype=torch.float64, device=job.device)
        penalties = torch.zeros_like(total)
        n_rows = 0
        check_every = 1 if job.device.type == "cpu" else 64  # reading the loss waits for a GPU
        job.model.train()
        for number, batch in enumerate(self._on_device(job.train_loader)):
            inputs, target, weights = batch[:3]
            if number and len(inputs) == 1 < job.options.batch_size:
                continue  # the rest of the events: batch norm cannot train on one
            job.optimizer.zero_grad(set_to_none=True)
            with self._autocast():
                rows, output = job.objective(self._forward, inputs, target)
                batch_sum = (rows * weights).sum()
                loss = batch_sum * (scale / len(rows))
                if job.penalty is not None:
                    penalty = job.penalty(output, batch) * job.penalty.share(self._done(epoch, number))
                    loss = loss + penalty
                    penalties += penalty.detach() * len(rows)
            loss.backward()
            if clip:
                torch.nn.utils.clip_grad_norm_(job.model.parameters(), clip)
            job.optimizer.step()
            total += batch_sum.detach()
            n_rows += len(rows)
            if number % check_every == 0 and not math.isfinite(loss.item()):
                self._stop_at_nan(epoch, number)
        mean = (float(total) * scale + float(penalties)) / n_rows
        if not math.isfinite(mean):
            self._stop_at_nan(epoch, None)
        return mean

    def _done(self, epoch: int, batch: int) -> float:
        """The part of the training that lies before a batch."""
        return (epoch + batch / len(self._job.train_loader)) / self._job.options.num_epochs

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _validate(self) -> float:
        job = self._job
        total = weight_sum = penalties = 0.0
        n_rows = 0
        job.model.eval()
        for batch in self._on_device(job.val_loader):
            inputs, target, weights = batch[:3]
            with self._autocast():
                rows, output = job.objective(self._forward, inputs, target)
                if job.penalty is not None:  # at full strength in every epoch, so that epochs can be compared
                    penalties += float(job.penalty(output, batch)) * len(rows)
            total += float((rows * weights).sum())
            weight_sum += float(weights.sum())
            n_rows += len(rows)
        return total / weight_sum + penalties / n_rows if weight_sum else float("nan")

    def _on_device(self, loader: Any) -> Iterator[list[torch.Tensor]]:
        device = self._job.device
        if device.type == "cpu":
            yield from loader
            return
        for batch in loader:
            yield [tensor.to(device, non_blocking=True) for tensor in batch]

    def _stop_at_nan(self, epoch: int, batch: int | None) -> None:
        """Refuse to go on with a loss that is not a number; say where, and which inputs are far out."""
        job = self._job
        where = f"epoch {epoch + 1}" + ("" if batch is None else f", batch {batch + 1}")
        inputs, targets, weights = job.train_loader.parts()[:3]
        low, high = inputs.amin(0), inputs.amax(0)
        names = job.variable_names or [str(i) for i in range(inputs.shape[1])]
        ranges = ", ".join(
            f"{name}: [{float(a):.4g}, {float(b):.4g}]" for name, a, b in zip(names, low, high, strict=True)
        )
        kept = "" if self._best is None else f"; the best model, of epoch {self._best_epoch}, is kept"
        for what, numbers in (("event weights", weights), ("targets", targets), ("variables", inputs)):
            if float(largest := numbers.abs().max()) > LARGEST_NUMBER:
                raise EngineError(
                    "Data",
                    f"The training loss is not finite in {where}: the {what} go up to {float(largest):.3g}, and "
                    f"single precision ends at 3.4e+38: use another unit{kept}",
                    [("ranges of the variables", ranges)] if numbers is inputs else [],
                )
        raise EngineError(
            "Data",
            f"The training loss is not finite in {where}: try a smaller LearningRate, GradientClip=1, or VarTransform=N"
            f"{kept}",
            [("ranges of the variables", ranges)],
        )

    def epochs(self) -> list[Epoch]:
        """The figures of the epochs until now."""
        return self._job.history.epochs

    # ---- its state ---------------------------------------------------------------------------------------------

    def _write_checkpoint(self) -> None:
        job = self._job
        if job.checkpoint_file is None or self._last is None:
            return
        state = {
            "job": job.identity or {},
            "next_epoch": self._next_epoch,
            "model": self._last,
            "optimizer": job.optimizer.state_dict(),
            "rates": self._rates.state(),
            "best": self._best,
            "best_loss": self._best_loss,
            "best_epoch": self._best_epoch,
            "waited": self._waited,
            "history": job.history.state(),
            "random": torch.get_rng_state(),
        }
        try:
            checkpoint.save(job.checkpoint_file, state)
        except EngineError as error:
            if not self._has_reported:
                job.log.warning(f"No checkpoint is written: {error.message} ({job.checkpoint_file}); training goes on")
            self._has_reported = True
        self._last_checkpoint = time.monotonic()

    def _resume(self) -> None:
        job = self._job
        if job.checkpoint_file is None:
            return
        if not job.options.continue_training:
            checkpoint.remove(job.checkpoint_file)
            return
        state = checkpoint.load(job.checkpoint_file, job.identity or {})
        if state is None:
            return
        job.model.load_state_dict(state["model"])
        self._last = _clone(job.model)
        job.optimizer.load_state_dict(state["optimizer"])
        self._rates.restore(state["rates"])
        self._next_epoch = state["next_epoch"]
        self._best, self._best_loss = state["best"], state["best_loss"]
        self._best_epoch, self._waited = state["best_epoch"], state["waited"]
        job.history.restore(state["history"])
        torch.set_rng_state(state["random"])
        job.log.info(f"Training goes on after epoch {self._next_epoch} of {job.options.num_epochs}")

    def _finish(self) -> Any:
        job = self._job
        if job.options.save_best_only:
            if self._best is None:
                job.log.warning("Every validation loss was NaN: the model of the last epoch is kept")
            else:
                job.log.info(f"The model of epoch {self._best_epoch} is kept, validation loss {self._best_loss:.5g}")
        kept = self._best if job.options.save_best_only and self._best is not None else self._last
        if kept is not None:
            job.model.load_state_dict(kept)
            self._compare_with_constant(
                self._best_loss if kept is self._best else job.history.epochs[-1].validation_loss
            )
        job.model.eval()
        return job.model

    def _compare_with_constant(self, loss: float) -> None:
        """Warn if a constant response would have been as good as the model that is kept."""
        constant = self._job.constant_loss
        if constant is not None and not constant - loss > MIN_GAIN * abs(constant):
            self._job.log.warning(
                f"Option Decorrelate: the validation loss of the model, {loss:.4g}, is no better than that of a "
                f"constant response, {constant:.4g}: the training has collapsed, or Lambda is too large for this "
                "BatchSize. Try another Seed, a smaller Lambda, a larger BatchSize or more epochs"
            )

    def best_model(self) -> Any | None:
        """The model with the parameters of the best epoch until now; None if no epoch has ended."""
        kept = self._best if self._best is not None else self._last
        if kept is None:
            return None
        self._job.model.load_state_dict(kept)
        return self._job.model.eval()
