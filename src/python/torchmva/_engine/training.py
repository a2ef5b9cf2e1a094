"""Training: what the host hands to the user's train function, and the function used where there is none."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from .batches import BatchLoader
from .errors import EngineError
from .log import Log
from .prediction import as_matrix

Array = np.ndarray[Any, Any]
SaveBest = Callable[[Any, float, Any], Any]


class _RememberingMeta(type):
    """Makes a class whose calls give instances of the class it was derived from, and remembers them."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        instance = cls.__mro__[1](*args, **kwargs)
        cls.torchmva_instances.append(instance)  # type: ignore[attr-defined]
        return instance

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])

    def __eq__(cls, other: object) -> bool:
        return cls.__mro__[1] == (other.__mro__[1] if isinstance(other, _RememberingMeta) else other)

    def __hash__(cls) -> int:
        return hash(cls.__mro__[1])


class _RememberingFactory:
    """The same for an optimizer given as a function or partial."""

    def __init__(self, factory: Callable[..., Any]) -> None:
        self._factory = factory
        self.torchmva_instances: list[Any] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        instance = self._factory(*args, **kwargs)
        self.torchmva_instances.append(instance)
        return instance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._factory, name)


def remembering(optimizer: Any) -> Any:
    """An optimizer class for user code that knows which optimizers were made with it.

    ``train_func`` gets a class and calls it; shipped code then passes that class, not its instance, to ``schedule``.
    A subclass that remembers lets the schedule work with either. Calling it gives a plain ``optimizer``.
    """
    if not isinstance(optimizer, type):
        return _RememberingFactory(optimizer)
    names: dict[str, Any] = {
        "torchmva_instances": [],
        "__module__": optimizer.__module__,
        "__doc__": optimizer.__doc__,
        "__qualname__": optimizer.__qualname__,
    }
    meta: type[_RememberingMeta] = _RememberingMeta
    if type(optimizer) is not type:
        meta = type("_RememberingMeta", (_RememberingMeta, type(optimizer)), {})
    return meta(optimizer.__name__, (optimizer,), names)


def schedule(optimizer: Any, epoch: int, steps: dict[int, float]) -> None:
    """Set the learning rate of ``optimizer`` if ``epoch`` is one of the ``steps``.

    Args:
        optimizer: an optimizer, or the class that ``train_func`` was given.
        epoch: counted from 0.
        steps: epoch to learning rate.

    Raises:
        TypeError: if no optimizer was made with that class, or it is something else.
    """
    if epoch not in steps:
        return
    instances = [optimizer] if hasattr(optimizer, "param_groups") else getattr(optimizer, "torchmva_instances", [])
    if not instances:
        raise TypeError(
            "schedule(optimizer, epoch, steps) needs an optimizer, or the class that train_func got after an "
            f"optimizer was made with it; found {optimizer!r}"
        )
    for instance in instances:
        for group in instance.param_groups:
            group["lr"] = steps[epoch]


@dataclass
class Job:
    """Everything that one training needs."""

    model: Any
    train_loader: Any
    val_loader: Any
    train_weights: torch.Tensor
    val_weights: torch.Tensor
    batch_size: int
    log: Log
    num_epochs: int = 0
    steps: dict[int, float] = field(default_factory=dict)
    save_best: SaveBest | None = None
    kind: str = "Classification"
    signal_column: int = 0
    progress: bool = False

    def scheduler(self) -> tuple[Any, Any]:
        """The pair that ``train_func`` gets."""
        return (schedule, self.steps) if self.steps else (None, None)


def _one_hot(numbers: torch.Tensor, n_classes: int) -> torch.Tensor:
    """Rows of 0 and 1, float32; column by column, which needs no int64 copy of the class numbers."""
    rows = torch.zeros(len(numbers), n_classes)
    for column in range(n_classes):
        rows[:, column] = numbers == column
    return rows


def make_job(
    model: Any,
    events: tuple[Array, Array | None, Array | None, Array],
    rows: tuple[Array, Array] | None,
    *,
    n_validation: int,
    n_outputs: int,
    batch_size: int,
    log: Log,
) -> Job:
    """Loaders and weights on the memory of C++: slices of it, or lists of its rows.

    Args:
        model: the network to train.
        events: inputs, targets or None, class numbers or None, weights.
        rows: row numbers for training and validation; None if the last ``n_validation`` rows validate.
        n_validation: validation events.
        n_outputs: number of classes.
        batch_size: rows a batch.
        log: where to say so.
    """
    inputs, targets, classes, weights = events
    x = torch.from_numpy(inputs)
    y = torch.from_numpy(targets) if classes is None else _one_hot(torch.from_numpy(classes), n_outputs)
    w = torch.from_numpy(weights)
    n = len(x) - n_validation
    if rows is None:
        loaders = [BatchLoader((x[:n], y[:n]), batch_size), BatchLoader((x[n:], y[n:]), batch_size)]
        parts = [w[:n], w[n:]]
    else:
        indices = [torch.from_numpy(part) for part in rows]
        loaders = [BatchLoader((x, y), batch_size, rows=part) for part in indices]
        parts = [w[part] for part in indices]
    return Job(
        model=model,
        train_loader=loaders[0],
        val_loader=loaders[1],
        train_weights=parts[0],
        val_weights=parts[1],
        batch_size=batch_size,
        log=log,
    )


def accepts_weights(function: Callable[..., Any]) -> bool:
    """Whether ``function`` can be called with a keyword ``weights``."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.kind is p.VAR_KEYWORD or (p.name == "weights" and p.kind is not p.POSITIONAL_ONLY) for p in parameters)


def are_uniform(weights: torch.Tensor) -> bool:
    """Whether all weights are the same, apart from rounding."""
    low, high = torch.aminmax(weights)
    return bool(high - low <= 1e-5 * max(abs(float(high)), abs(float(low))))


def run_user(function: Callable[..., Any], job: Job, optimizer: Any, criterion: Any) -> Any:
    """Call the user's train function as the original interface does; returns what it returns."""
    extra: dict[str, Any] = {}
    if accepts_weights(function):
        # copies: scaling weights in place is usual, and these are the ones of the data set
        extra["weights"] = (job.train_weights.clone(), job.val_weights.clone())
    elif not are_uniform(job.train_weights):
        job.log.warning(
            "The training weights are not uniform, but train_func has no parameter 'weights': it trains without them. "
            "Add the keyword: weights=(training weights, validation weights)"
        )
    return function(
        job.model,
        job.train_loader,
        job.val_loader,
        num_epochs=job.num_epochs,
        batch_size=job.batch_size,
        optimizer=remembering(optimizer or torch.optim.SGD),
        criterion=criterion,
        save_best=job.save_best,
        scheduler=job.scheduler(),
        **extra,
    )


RowLoss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
_TINY = 1e-7


def _nll(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return -(target * output.clamp_min(_TINY).log()).sum(1)


def _bce(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    p = output.clamp(_TINY, 1 - _TINY)
    return -(target * p.log() + (1 - target) * (1 - p).log()).mean(1)


def _mse(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return (output - target).square().mean(1)


def default_loss(model: Any, inputs: torch.Tensor, kind: str) -> tuple[RowLoss, str]:
    """The loss that suits the outputs of a model: negative log-likelihood, binary cross-entropy, or mean square.

    Outputs that stay within [0, 1] even for inputs a thousand times too large end in a Softmax (rows add up to 1) or
    a Sigmoid. All others are trained with the mean square, whose minimum is the class probability (and the mean of
    the target in regression), so that every output can be used as it is.
    """
    if kind != "Regression":
        training = model.training
        model.eval()
        with torch.no_grad():
            probe = torch.cat([as_matrix(model(rows), len(rows), "n") for rows in (inputs, inputs * 1000)])
        model.train(training)
        if bool(((probe >= 0) & (probe <= 1)).all()):
            if probe.shape[1] > 1 and bool((probe.sum(1) - 1).abs().max() < 1e-3):
                return _nll, "negative log-likelihood of the class probabilities"
            return _bce, "binary cross-entropy"
    return _mse, "mean square"


def _criterion_loss(criterion: Any, log: Log, weighted: bool) -> RowLoss:
    """The user's loss object for single rows where it can do that, else for whole batches without weights."""
    if getattr(criterion, "reduction", None) in ("mean", "sum", "none"):
        rows = copy.copy(criterion)
        rows.reduction = "none"
        return lambda output, target: rows(output, target).reshape(len(output), -1).mean(1)
    if weighted:
        log.warning("The criterion has no attribute 'reduction': the training weights cannot reach it")
    return lambda output, target: criterion(output, target).expand(len(output))


def _epoch(job: Job, loader: Any, loss: RowLoss, scale: float, trainer: Any | None) -> float:
    total = 0.0
    weight_sum = 0.0
    for inputs, target, weights in loader:
        output = as_matrix(job.model(inputs), len(inputs), str(target.shape[1]))
        if output.shape[1] == 1 and target.shape[1] == 2:
            target = target[:, job.signal_column : job.signal_column + 1]
        rows = loss(output, target) * weights
        if trainer is not None:
            trainer.zero_grad()
            (rows.mean() * scale).backward()
            trainer.step()
        total += float(rows.detach().sum())
        weight_sum += float(weights.sum())
    return total / weight_sum if weight_sum else float("nan")


def _progress_line(text: str, job: Job, *, last: bool) -> None:
    """One line an epoch in files and notebooks, one line that is overwritten in a terminal."""
    if not job.progress:
        return
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\033[K{text}" + ("\n" if last else ""))
        sys.stdout.flush()
    else:
        job.log.info(text)


def _weighted_loaders(job: Job) -> Iterator[Any]:
    for loader, weights, shuffle in (
        (job.train_loader, job.train_weights, True),
        (job.val_loader, job.val_weights, False),
    ):
        inputs, target = loader.parts()
        rows = loader.rows()
        if rows is None:
            tensors = (inputs, target, weights)
        else:
            everywhere = torch.zeros(len(inputs))
            everywhere[rows] = weights
            tensors = (inputs, target, everywhere)
        yield BatchLoader(tensors, job.batch_size, rows=rows, shuffle=shuffle)


def run_default(job: Job, optimizer: Any, criterion: Any) -> Any:
    """Train where the user gives no function: Adam (or the user's optimizer) with learning rate 0.001, batches in a
    new order every epoch, event weights in the loss, the best epoch kept, the learning rate schedule honoured.
    """
    train_loader, val_loader = _weighted_loaders(job)
    if criterion is None:
        loss, name = default_loss(job.model, next(iter(val_loader))[0][:256], job.kind)
    else:
        weighted = not are_uniform(job.train_weights)
        loss, name = _criterion_loss(criterion, job.log, weighted), str(criterion)
    trainer = (optimizer or torch.optim.Adam)(job.model.parameters(), lr=1e-3)
    job.log.info(f"No train_func: the default one is used, with {type(trainer).__name__} and the loss: {name}")
    mean_weight = float(job.train_weights.mean())  # cascaded sums: exact enough, and no float64 copy
    if not mean_weight > 0:
        raise EngineError("Data", f"The sum of the training weights must be positive, found a mean of {mean_weight}")
    best: Any = None
    for epoch in range(job.num_epochs):
        schedule(trainer, epoch, job.steps)
        job.model.train()
        train_loss = _epoch(job, train_loader, loss, 1 / mean_weight, trainer)
        job.model.eval()
        with torch.no_grad():
            val_loss = _epoch(job, val_loader, loss, 1 / mean_weight, None)
        if job.save_best is not None:
            best = job.save_best(job.model, val_loss, val_loss if best is None else best)
        _progress_line(
            f"Epoch {epoch + 1}/{job.num_epochs}: training loss {train_loss:.5g}, validation loss {val_loss:.5g}",
            job,
            last=epoch + 1 == job.num_epochs,
        )
    return job.model
