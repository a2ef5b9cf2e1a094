"""One training from events to a trained model: with the user's function, or with the loop of this package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from . import checkpoint, device, losses, network, optimization, userfunctions, weights
from .errors import EngineError
from .events import Events
from .history import History
from .log import Log
from .loop import LoopJob, TrainingLoop
from .options import TrainingOptions, option_error
from .probe import Shape
from .usercode import CustomObjects
from .userfunctions import SaveBest


@dataclass
class Training:
    """What one training needs beside the model.

    Args:
        events: of the training sample.
        shape: of the data.
        options: of the method.
        objects: the user's functions.
        log: where lines go.
        history: gets the epochs.
        trained_file: name of the trained model; None if nothing is written.
        progress: show epochs.
    """

    events: Events
    shape: Shape
    options: TrainingOptions
    objects: CustomObjects
    log: Log
    history: History
    trained_file: Path | None = None
    progress: bool = False

    def seed(self) -> int:
        """Of the order of the events: the option, or a number from torch's generator."""
        return self.options.seed or int(torch.randint(1 << 31, ()))


def set_up_torch(options: TrainingOptions) -> None:
    """Seed and threads of the process, where the options name them.

    At booking for the first parameters, and again when the training starts: what other methods did in between makes
    no difference.
    """
    if options.seed:
        torch.manual_seed(options.seed)
    if options.num_threads:
        torch.set_num_threads(options.num_threads)


def check_samples(job: Training) -> None:
    """Whether the sizes of batches and of the validation sample make sense.

    For a function of the user, who may have good reasons, these are warnings.

    Raises:
        EngineError: ``Option`` for a batch that is larger than the sample, ``Data`` for validation events of one class.
    """
    problems = []
    n_training, batch_size = job.events.n_training(), job.options.batch_size
    if batch_size > n_training:
        problems.append(
            option_error(
                "BatchSize", batch_size, f"at most {n_training}, the number of training events without validation"
            )
        )
    if job.shape.kind != "Regression" and len(found := job.events.classes_in_validation()) == 1:
        is_signal = found[0] == job.shape.signal_column
        name = ("signal" if is_signal else "background") if job.shape.kind == "Classification" else f"class {found[0]}"
        problems.append(
            EngineError(
                "Data",
                f"The validation events must have every class, found only {name}: use a larger ValidationSize",
                [("option", "ValidationSize")],
            )
        )
    for problem in problems:
        if job.objects.train_func is None:
            raise problem
        job.log.warning(problem.message)


def _effective_weights(job: Training) -> torch.Tensor:
    """Weights [n] after ``NegativeWeights`` and ``ClassWeights``: those of the data set where nothing changes."""
    found = weights.effective(job.events.weights, job.options, job.log)
    if job.shape.kind == "Regression":
        return found
    return weights.balanced(found, job.events.targets, job.events.training, job.options)


# ---- the user's function ---------------------------------------------------------------------------------------------


def run_user(job: Training, model: Any, save_best: SaveBest | None) -> Any:
    """Call the user's train function as the original interface does; returns what it returns."""
    function, events, options = job.objects.train_func, job.events, job.options
    assert function is not None
    event_weights = _effective_weights(job)
    training_weights, validation_weights = event_weights[events.training], event_weights[events.validation]
    extra: dict[str, Any] = {}
    wants_weights = userfunctions.accepts_weights(function)
    wants_triples = userfunctions.iterates_triples(function)
    if wants_weights:
        # copies: scaling weights in place is usual, and these are the ones of the data set
        extra["weights"] = (training_weights.clone(), validation_weights.clone())
    elif not wants_triples and not userfunctions.are_uniform(training_weights):
        job.log.warning(
            "The training weights are not uniform, but train_func has no parameter 'weights': it trains without them. "
            "Add the keyword: weights=(training weights, validation weights), or iterate triples: "
            "for X, y, w in train_loader"
        )
    tensors = (events.inputs, events.targets, *([event_weights] if wants_triples else []))
    # weights given as one tensor belong to the events in their order
    shuffle = options.shuffle and (wants_triples or not wants_weights)
    train_loader = events.loader(
        events.training, tensors, options.batch_size, shuffle=shuffle, seed=job.seed() if shuffle else None
    )
    steps = optimization.LearningRates(options).steps
    return function(
        model,
        train_loader,
        events.loader(events.validation, tensors, options.batch_size),
        num_epochs=options.num_epochs,
        batch_size=options.batch_size,
        optimizer=userfunctions.remembering(job.objects.optimizer or torch.optim.SGD),
        criterion=job.objects.criterion,
        save_best=save_best,
        scheduler=(userfunctions.schedule, steps) if steps else (None, None),
        **extra,
    )


# ---- the loop of this package ----------------------------------------------------------------------------------------


def _identity(job: Training, n_parameters: int) -> dict[str, Any]:
    """What must agree for a checkpoint to be continued."""
    options = job.options
    names = ("seed", "batch_size", "optimizer", "learning_rate_schedule", "loss", "shuffle", "num_epochs")
    sums = {"events": len(job.events.inputs), "sum of weights": float(job.events.weights.double().sum())}
    return {**{name: getattr(options, name) for name in names}, **sums, "parameters": n_parameters}


def run_default(job: Training, model: Any, keep: Callable[[Any], None]) -> Any:
    """Train with the default loop: batches in a new order every epoch, event weights in the loss, the best epoch kept.

    Args:
        job: what to train on.
        model: what to train.
        keep: called with the best model so far if the training has to stop with an error.

    Raises:
        EngineError: ``Option``, ``Data``.
    """
    options, events, objects = job.options, job.events, job.objects
    where = device.for_training(options.device)
    if options.mixed_precision and where.type == "cpu":
        job.log.warning("MixedPrecision is for GPUs: the training on the CPU uses full precision")
        options = replace(options, mixed_precision=False)
    event_weights = _effective_weights(job)
    mean_weight = weights.require_positive_sum(event_weights[events.training])
    if not options.continue_training:
        part = events.training
        network.standardise(model, events.inputs[part], events.targets[part], event_weights[part], options)
    if objects.criterion is None:
        probe = events.inputs[events.validation][:256]
        objective = losses.choose(model, probe, job.shape.kind, options, job.shape.signal_column)
    else:
        weighted = not userfunctions.are_uniform(event_weights)
        objective = losses.of_user(objects.criterion, job.log, weighted, job.shape.signal_column)
    model.to(where)
    tensors = device.place((events.inputs, events.targets, event_weights), where)
    optimizer = optimization.make_optimizer(model.parameters(), options, objects.optimizer)
    job.log.info(f"No train_func: the default loop trains on {where}, {type(optimizer).__name__}, {objective.name}")
    loop = TrainingLoop(
        LoopJob(
            model=model,
            train_loader=events.loader(
                events.training, tensors, options.batch_size, shuffle=options.shuffle, seed=job.seed()
            ),
            val_loader=events.loader(events.validation, tensors, max(options.batch_size, 1024)),
            objective=objective,
            optimizer=optimizer,
            options=options,
            log=job.log,
            history=job.history,
            mean_weight=mean_weight,
            device=where,
            checkpoint_file=None if job.trained_file is None else checkpoint.path_of(job.trained_file),
            identity=_identity(job, sum(p.numel() for p in model.parameters())),
            progress=job.progress,
        )
    )
    try:
        trained = loop.run()
    except EngineError:
        best = loop.best_model()
        if best is not None:
            keep(best.cpu())
        raise
    return trained.cpu()
