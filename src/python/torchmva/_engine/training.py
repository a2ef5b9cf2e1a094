"""One training from events to a trained model: with the user's function, or with the loop of this package."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from . import (
    calibration,
    checkpoint,
    decorrelation,
    device,
    losses,
    network,
    optimization,
    precision,
    settings,
    userfunctions,
    weights,
)
from .ensemble import Ensemble
from .errors import EngineError
from .events import Events
from .history import History
from .log import Log
from .loop import LoopJob, TrainingLoop
from .options import TrainingOptions, option_error
from .parametrisation import Parametrisation
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
        next_model: makes network 2, 3, ... of an ensemble, not trained.
        input_type: of the inputs of the model; a train_func gets batches of it.
    """

    events: Events
    shape: Shape
    options: TrainingOptions
    objects: CustomObjects
    log: Log
    history: History
    trained_file: Path | None
    progress: bool
    next_model: Callable[[int], Any] | None = None
    input_type: torch.dtype = torch.float32

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
    # the default is no wish of the user: a small sample is one batch then
    if batch_size > n_training and batch_size != TrainingOptions().batch_size:
        problems.append(
            option_error(
                "BatchSize", batch_size, f"at most {n_training}, the number of training events without validation"
            )
        )
    if job.shape.kind != "Regression" and len(found := job.events.classes_in_validation()) == 1:
        name = job.shape.class_name(found[0])
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


def check_numbers(events: Events) -> None:
    """Whether single precision holds the events.

    Raises:
        EngineError: ``Data`` that names weights, targets or the variable.
    """
    columns = [("event weights", events.weights), ("targets", events.targets)]
    names = events.variable_names or [str(i) for i in range(events.inputs.shape[1])]
    # the sums say at once whether there is anything to look for: an infinite element makes them infinite, or NaN
    if not bool(torch.isfinite(events.inputs.sum(dtype=torch.float64))):
        columns += [(f"variable {name}", events.inputs[:, i]) for i, name in enumerate(names)]
    for what, numbers in columns:
        n_infinite = int(torch.isinf(numbers).sum())
        if n_infinite:
            raise EngineError(
                "Data",
                f"{what}: expected numbers that single precision can hold, up to 3.4e+38, found {n_infinite} "
                "above: use another unit",
            )


def _effective_weights(job: Training) -> torch.Tensor:
    """Weights [n] after ``NegativeWeights`` and ``ClassWeights``: those of the data set where nothing changes."""
    found = weights.effective(job.events.weights, job.options, job.log)
    if job.shape.kind == "Regression":
        return found
    return weights.balanced(found, job.events, job.shape, job.options)


def check_options(options: TrainingOptions, objects: CustomObjects, kind: str) -> None:
    """Refuse options that cannot be followed, before events are read.

    Raises:
        EngineError: ``Option``.
    """
    needs_loop = {
        "Parametrise": options.parametrise,
        "Decorrelate": options.decorrelate,
        "EnsembleSize": options.ensemble_size > 1,
        "Calibrate": options.calibrate,
    }
    for option in (option for option, is_set in needs_loop.items() if is_set):
        if objects.train_func is not None:
            raise EngineError(
                "Option",
                f"Option {option} belongs to the default training: expected no train_func, found one",
                [("option", option), ("defined in", objects.source)],
            )
        fits = {"EnsembleSize": True, "Calibrate": kind != "Regression"}.get(option, kind == "Classification")
        if not fits:
            wanted = "class probabilities" if option == "Calibrate" else "a signal and a background"
            raise EngineError(
                "Option", f"Option {option} needs {wanted}: there are none in a {kind.lower()}", [("option", option)]
            )


# ---- the user's function ---------------------------------------------------------------------------------------------


def run_user(job: Training, model: Any, save_best: SaveBest | None) -> Any:
    """Call the user's train function as the original interface does; returns what it returns."""
    function, events, options = job.objects.train_func, job.events, job.options
    assert function is not None
    event_weights = _effective_weights(job)
    training_weights, validation_weights = event_weights[events.training], event_weights[events.validation]
    # half precision would lose small weights
    weight_type = torch.float64 if job.input_type == torch.float64 else torch.float32
    extra: dict[str, Any] = {}
    wants_weights = userfunctions.accepts_weights(function)
    wants_triples = userfunctions.iterates_triples(function)
    if wants_weights:
        # copies: scaling weights in place is usual, and these are the ones of the data set
        extra["weights"] = tuple(part.to(weight_type, copy=True) for part in (training_weights, validation_weights))
    elif not wants_triples and not userfunctions.are_uniform(training_weights):
        job.log.warning(
            "The training weights are not uniform, but train_func has no parameter 'weights': it trains without them. "
            "Add the keyword: weights=(training weights, validation weights), or iterate triples: "
            "for X, y, w in train_loader"
        )
    tensors = (events.inputs, events.targets, *([event_weights] if wants_triples else []))
    types = (job.input_type, job.input_type, *([weight_type] if wants_triples else []))
    # weights given as one tensor belong to the events in their order
    shuffle = options.shuffle and (wants_triples or not wants_weights)
    train_loader = events.loader(
        events.training,
        tensors,
        options.batch_size,
        shuffle=shuffle,
        seed=job.seed() if shuffle else None,
        types=types,
    )
    val_loader = events.loader(events.validation, tensors, options.batch_size, types=types)
    steps = optimization.LearningRates(options).steps
    with settings.of_script(trains=True):
        return function(
            model,
            train_loader,
            val_loader,
            num_epochs=options.num_epochs,
            batch_size=options.batch_size,
            optimizer=userfunctions.remembering(job.objects.optimizer or torch.optim.SGD),
            criterion=job.objects.criterion,
            save_best=save_best,
            scheduler=(userfunctions.schedule, steps) if steps else (None, None),
            **extra,
        )


# ---- the loop of this package ----------------------------------------------------------------------------------------


#: Options that may differ when a checkpoint is continued: they say where, how fast and how long, not what is learned.
_FREE_OPTIONS = frozenset(
    {
        *("filename_model", "filename_trained_model", "user_code", "continue_training", "tensor_board"),
        *("num_threads", "device", "compile", "patience", "save_best_only", "calibrate"),
    }
)


def _identity(job: Training, n_parameters: int) -> dict[str, Any]:
    """What must agree for a checkpoint to be continued."""
    events = job.events
    options = {name: value for name, value in asdict(job.options).items() if name not in _FREE_OPTIONS}
    sums = {
        name: zlib.crc32(tensor.contiguous().numpy())
        for name, tensor in (("inputs", events.inputs), ("targets", events.targets))
    }
    return {
        **options,
        "events": len(events.inputs),
        "sum of weights": float(events.weights.double().sum()),
        **{f"checksum of the {name}": value for name, value in sums.items()},
        "parameters": n_parameters,
    }


@dataclass
class _Data:
    """What all networks of one training share.

    Args:
        events: with drawn values of the parameter, if there is one.
        weights: of the events, as the loss uses them.
        device: where the training is.
        tensors: of the events, there: inputs, targets, weights, and a spectator to decorrelate from.
        options: of the method, as far as this machine can follow them.
        parametrisation: of the inputs.
        seed: of the order of events.
    """

    events: Events
    weights: torch.Tensor
    device: torch.device
    tensors: tuple[torch.Tensor, ...]
    options: TrainingOptions
    parametrisation: Parametrisation | None
    seed: int


def _prepare(job: Training) -> _Data:
    options, events = job.options, job.events
    where = device.for_training(options.device)
    if options.mixed_precision and where.type == "cpu":
        job.log.warning("MixedPrecision is for GPUs: the training on the CPU uses full precision")
        options = replace(options, mixed_precision=False)
    event_weights = _effective_weights(job)
    seed = job.seed()
    parametrisation = None
    if options.parametrise:
        parametrisation = Parametrisation(events, event_weights, options.parametrise, job.shape, seed, job.log)
        events = parametrisation.events
    tensors = [events.inputs, events.targets, event_weights]
    if options.decorrelate:
        tensors.append(decorrelation.spectator_of(job.events, event_weights, options, job.shape, job.log))
    return _Data(events, event_weights, where, device.place(tuple(tensors), where), options, parametrisation, seed)


def _make_loop(job: Training, data: _Data, model: Any, number: int) -> TrainingLoop:
    """The training of network ``number``, counted from 1."""
    options, events, objects = data.options, data.events, job.objects
    part = events.training
    mean_weight = weights.require_positive_sum(data.weights[part])
    # a checkpoint, if there is one, has its own
    network.standardise(model, events.inputs[part], events.targets[part], data.weights[part], options)
    signal = job.shape.signal_column
    if objects.criterion is None:
        objective = losses.choose(model, events.inputs[events.validation][:256], job.shape.kind, options, signal)
    else:
        weighted = not userfunctions.are_uniform(data.weights)
        objective = losses.of_user(objects.criterion, job.log, weighted, signal)
    model.to(data.device)
    optimizer = optimization.make_optimizer(model.parameters(), options, objects.optimizer)
    job.log.info(
        f"No train_func: the default loop trains on {data.device}, {type(optimizer).__name__}, {objective.name}"
    )
    # no network sees an order of another one: the loader adds the epoch
    seed = data.seed + (number - 1) * options.num_epochs
    train_loader: Any = events.loader(part, data.tensors, options.batch_size, shuffle=options.shuffle, seed=seed)
    if data.parametrisation is not None:
        train_loader = data.parametrisation.loader(train_loader, number)
    penalty, constant_loss = None, None
    if options.decorrelate:
        penalty = decorrelation.Decorrelation(options.decorrelation_strength, signal, from_scores=objective.on_scores)
        rows = events.validation
        constant_loss = losses.of_constant_response(
            objective, model, events.inputs[rows], events.targets[rows], data.weights[rows], signal
        )
    is_ensemble = options.ensemble_size > 1
    n_parameters = sum(p.numel() for p in model.parameters())
    return TrainingLoop(
        LoopJob(
            model=model,
            train_loader=train_loader,
            val_loader=events.loader(events.validation, data.tensors, max(options.batch_size, 1024)),
            objective=objective,
            optimizer=optimizer,
            options=options,
            log=job.log,
            history=job.history.of_network(number) if is_ensemble else job.history,
            mean_weight=mean_weight,
            device=data.device,
            penalty=penalty,
            constant_loss=constant_loss,
            checkpoint_file=None if job.trained_file is None else checkpoint.path_of(job.trained_file, number),
            keep_checkpoint=is_ensemble,
            identity={**_identity(job, n_parameters), "network": number},
            progress=job.progress,
            variable_names=events.variable_names,
        )
    )


def _as_one(networks: list[Any]) -> Any:
    """The only network, or the mean of several."""
    if len(networks) == 1:
        return networks[0]
    mean = Ensemble([precision.original(network) for network in networks]).eval()
    return precision.converted(mean, precision.row_type(networks[0]))


def as_trained(model: Any, options: TrainingOptions) -> Any:
    """A model in the form in which its training will return it, to find out whether that can be written."""
    size = options.ensemble_size
    found = model if size == 1 else _as_one([copy.deepcopy(model) for _ in range(size)])
    return calibration.calibrated(found, 1.0) if options.calibrate else found


def _next(job: Training, number: int) -> Any:
    assert job.next_model is not None
    return job.next_model(number)


def _run(loop: TrainingLoop, others: list[Any], keep: Callable[[Any], None]) -> Any:
    """The trained network; None if an interrupt came before it had one epoch, but there are ``others``."""
    try:
        return loop.run().cpu()
    except KeyboardInterrupt:
        if not others:
            raise
        return None
    except EngineError:
        best = loop.best_model()
        networks = others if best is None else [*others, best.cpu()]
        if networks:
            keep(_as_one(networks))
        raise


def _train_networks(job: Training, data: _Data, model: Any, keep: Callable[[Any], None]) -> Any:
    """Train the networks one after another; after an interrupt those that were complete count, or the first one."""
    size = data.options.ensemble_size
    files = [] if job.trained_file is None else [checkpoint.path_of(job.trained_file, i + 1) for i in range(size)]
    if not data.options.continue_training:
        for file in files:
            checkpoint.remove(file)
    trained: list[Any] = []
    for number in range(1, size + 1):
        if size > 1:
            job.log.info(f"Network {number} of {size}")
        loop = _make_loop(job, data, model if number == 1 else _next(job, number), number)
        made = _run(loop, trained, keep)
        if made is None or (loop.is_interrupted and trained):
            break
        trained.append(made)
        if size > 1:
            job.history.epochs.extend(loop.epochs())
        if loop.is_interrupted:
            break
    else:
        for file in files:
            checkpoint.remove(file)
    if len(trained) < size:
        job.log.warning(f"The ensemble has {len(trained)} of {size} networks")
    return _as_one(trained)


def run_default(job: Training, model: Any, keep: Callable[[Any], None]) -> Any:
    """Train with the default loop: batches in a new order every epoch, event weights in the loss, the best epoch kept.

    Args:
        job: what to train on.
        model: what to train.
        keep: called with the best model so far if the training has to stop with an error.

    Raises:
        EngineError: ``Option``, ``Data``.
    """
    if job.options.calibrate:  # before hours of training
        calibration.probabilities_of(model, job.events.inputs[job.events.validation][:256])
    data = _prepare(job)
    trained = _train_networks(job, data, model, keep)
    if not job.options.calibrate:
        return trained
    try:
        return _calibrated(job, data.events, data.weights, trained)
    except EngineError:
        keep(trained)
        raise


def _calibrated(job: Training, events: Events, event_weights: torch.Tensor, model: Any) -> Any:
    """The model with the temperature of the validation events."""
    part = events.validation
    calibrated, found = calibration.calibrate(
        model, events.inputs[part], events.targets[part], event_weights[part], job.shape.signal_column
    )
    if found is None:
        job.log.warning(
            "Option Calibrate: no temperature makes the loss of the validation events smallest (the validation events "
            "contradict the responses, or the responses are right for each of them): the responses stay as they are, "
            "T = 1. A larger ValidationSize, or fewer epochs, may help"
        )
        return model
    job.log.info(
        f"Option Calibrate: temperature {found.temperature:.4g}; expected calibration error of the validation events "
        f"{found.error_before:.4g} before, {found.error_after:.4g} after"
    )
    return calibrated
