"""The search for options of a network: what can be varied, and one trial, a training with the default loop."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from . import automatic, network, prediction, training
from .events import Events
from .figures import Figure
from .history import Epoch, History
from .log import INFO, Log
from .options import TrainingOptions
from .parameters import Parameter, parse
from .probe import Shape
from .search import Report, Result, Search, Settings
from .usercode import CustomObjects

#: Options that can be varied, and their names in C++.
_OF_THE_LOOP = {
    "LearningRate": "learning_rate",
    "BatchSize": "batch_size",
    "WeightDecay": "weight_decay",
    "GradientClip": "gradient_clip",
    "NumEpochs": "num_epochs",
    "Optimizer": "optimizer",
    "LearningRateSchedule": "learning_rate_schedule",
    "WarmupEpochs": "warmup_epochs",
    "Patience": "patience",
    "Loss": "loss",
    "ClassWeights": "class_weights",
    "NegativeWeights": "negative_weights",
    "Shuffle": "shuffle",
}
#: These only where the network is made of options.
_OF_THE_NETWORK = {
    "Layout": "layout",
    "Dropout": "dropout",
    "Activation": "activation",
    "BatchNorm": "batch_norm",
    "Residual": "residual",
    "StandardiseInputs": "standardise_inputs",
}
_BUILT_IN = (
    Parameter("LearningRate", low=1e-4, high=1e-1),
    Parameter("BatchSize", choices=(32, 64, 128, 256, 512, 1024)),
    Parameter("WeightDecay", choices=(0.0, 1e-5, 1e-4, 1e-3, 1e-2)),
    Parameter("Layout", choices=("32,32", "64,64", "128,128", "256,256", "64,64,64", "128,128,128")),
    Parameter("Dropout", low=0.0, high=0.5),
)


class _TrialHistory(History):
    """Tells the search about every epoch."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report

    def add(self, epoch: Epoch) -> None:
        """Append an epoch; raises :class:`search.Pruned` if the trial is to end."""
        super().add(epoch)
        self._report(epoch.epoch, epoch.validation_loss)


def _fitting(parameter: Parameter, booked: Any, n_training: int) -> Parameter:
    """A built-in list with the booked value in it, and no batch larger than the sample."""
    if not parameter.choices:
        return parameter
    choices = [value for value in parameter.choices if parameter.name != "BatchSize" or value <= n_training]
    return replace(parameter, choices=tuple(dict.fromkeys((booked, *choices))))


@dataclass
class NetworkSearch:
    """A search for a method that trains with the default loop.

    Args:
        events: of the training sample; those that validate are what trials are compared on.
        classes: int32 [n]; None in a regression.
        shape: of the data.
        options: of the method, as they were given: values that the analysis decides follow those that are tried.
        objects: the user's.
        model: as it was before any training; not changed.
        log: where lines go.
    """

    events: Events
    classes: np.ndarray[Any, Any] | None
    shape: Shape
    options: TrainingOptions
    objects: CustomObjects
    model: Any
    log: Log

    def run(self, settings: Settings) -> Result:
        """Search; torch's generator is afterwards as it was.

        Raises:
            EngineError: ``Option``, ``Argument``, ``Data``, ``Python`` without Optuna.
        """
        n_training = self.events.n_training()
        options = automatic.resolved(self.options, self.shape.kind, n_training)
        fields = {**_OF_THE_LOOP, **(_OF_THE_NETWORK if isinstance(self.model, network.Network) else {})}
        booked = {name: getattr(options, field) for name, field in fields.items()}
        built_in = {p.name: _fitting(p, booked[p.name], n_training) for p in _BUILT_IN if p.name in booked}
        parameters = parse(settings.parameters, built_in, booked)
        figure = Figure(self.shape.kind, settings.figure, self.shape.signal_column)
        rows = self.events.validation
        truth = (self.events.targets[rows].numpy() if self.classes is None else self._classes_of(rows)).copy()
        weights = self.events.weights[rows].numpy()
        figure.require(truth, weights)
        names = {parameter.name for parameter in parameters}
        search = Search(
            settings,
            parameters,
            booked,
            self.log,
            figure_name=figure.name,
            is_larger_better=figure.is_larger_better,
            n_epochs=options.num_epochs,
            compares_losses=not names & {"Loss", "ClassWeights", "NegativeWeights"},
        )
        base = replace(
            self.options,
            seed=self.options.seed or settings.seed,
            # these cost time and change no comparison; a trial begins from the start
            ensemble_size=1,
            calibrate=False,
            continue_training=False,
        )
        quiet = _quiet_after_first(self.log)

        def objective(values: dict[str, Any], report: Report) -> float:
            tried = replace(base, **{fields[name]: value for name, value in values.items()})
            outputs = self._train(automatic.resolved(tried, self.shape.kind, n_training), report, quiet())
            return figure(outputs, truth, weights)

        with torch.random.fork_rng(devices=[]):
            return search.run(objective)

    def _classes_of(self, rows: slice | torch.Tensor) -> np.ndarray[Any, Any]:
        assert self.classes is not None
        return self.classes[rows if isinstance(rows, slice) else rows.numpy()]

    def _train(self, options: TrainingOptions, report: Report, log: Log) -> np.ndarray[Any, Any]:
        """Outputs [n, k] for the validation events after a training with ``options``.

        The random numbers are those of a training by itself, which sets the seed for the first parameters and once more
        when it starts, so that the training after the search repeats the best trial, dropout included.
        """
        training.set_up_torch(options)
        options.check()
        is_ours = isinstance(self.model, network.Network)
        model = network.build(self.shape, options) if is_ours else copy.deepcopy(self.model)
        history = _TrialHistory(report)
        job = training.Training(
            self.events, self.shape, options, self.objects, log, history, trained_file=None, progress=False
        )
        training.check_samples(job)
        training.set_up_torch(options)
        trained = training.run_default(job, model, keep=lambda _: None).eval()
        if history.is_interrupted:
            raise KeyboardInterrupt
        inputs = self.events.inputs[self.events.validation]
        with torch.inference_mode():
            width = prediction.as_matrix(trained(inputs[:2]), len(inputs[:2]), "n").shape[1]
        outputs = torch.empty(len(inputs), width)
        prediction.predict_into(trained, inputs, outputs)
        result: np.ndarray[Any, Any] = outputs.numpy()
        return result


def _quiet_after_first(log: Log) -> Callable[[], Log]:
    """Logs for one trial after the other: the first one passes warnings, the others nothing."""
    made: list[Log] = []

    def write(level: int, text: str) -> None:
        if level > INFO and len(made) == 1:
            log.warning(text)

    def make() -> Log:
        made.append(Log(write))
        return made[-1]

    return make
