"""Where the model to train comes from: a file, the user's dictionary, or options."""

from __future__ import annotations

import copy
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from . import checkpoint, network, settings
from . import model as models
from .errors import EngineError, user_error
from .log import Log
from .modelwriter import unwrapped
from .options import TrainingOptions
from .probe import Shape
from .usercode import CustomObjects

#: Options of the network that is made where no model is given.
_NETWORK_OPTIONS = {
    "Layout": "layout",
    "Activation": "activation",
    "BatchNorm": "batch_norm",
    "Dropout": "dropout",
    "Residual": "residual",
    "StandardiseInputs": "standardise_inputs",
}
_DEFAULTS = {field.name: field.default for field in fields(TrainingOptions)}


class ModelSource:
    """Makes the model of one method, any number of times.

    Args:
        options: of the method.
        objects: the user's functions.
        shape: of the data.
        log: where lines go.
    """

    def __init__(self, options: TrainingOptions, objects: CustomObjects, shape: Shape, log: Log) -> None:
        self._options = options
        self._objects = objects
        self._shape = shape
        self._log = log
        self._wrapper = ""

    def make(self) -> tuple[Any, str]:
        """The model of the file, of the dictionary, or made of options, and what to call it.

        Raises:
            EngineError: ``Option``, ``Model``, ``UserCode``.
        """
        options = self._options
        name = options.filename_model
        if options.continue_training and not self._has_checkpoint():
            name = self._to_continue() or name
        if not name:
            return self._make_new()
        loaded = models.from_bytes(models.read(Path(name)), name, self.builder())
        if options.continue_training and not options.filename_model:
            # what was exported has neither dropout nor batch statistics any more: the module that it came from has
            made, _ = self._make_new()
            try:
                unwrapped(made).load_state_dict(loaded.state_dict())
            except RuntimeError:
                self._log.info("It has other layers than the options say: it is trained as it is")
            else:
                loaded = made
        return loaded, name

    def _has_checkpoint(self) -> bool:
        """Whether a training was stopped: its checkpoint has the parameters of the model that it began with."""
        trained = self._options.filename_trained_model
        return bool(trained) and checkpoint.path_of(Path(trained)).is_file()

    def _to_continue(self) -> str:
        """The file of the trained model; empty, with a warning, if there is nothing to go on from."""
        options = self._options
        file = self._trained_file()
        if options.ensemble_size > 1:
            why = "there is no checkpoint of an ensemble that was stopped"
        elif not options.filename_trained_model or not file.is_file():
            why = f"there is neither a checkpoint nor a trained model {options.filename_trained_model}".rstrip()
        else:
            return str(file)
        self._log.warning(f"ContinueTraining: {why}: the training starts from the beginning")
        return ""

    def builder(self) -> models.Builder | None:
        """What makes the user's module; None if the user gives none, or a file."""
        if self._options.filename_model or (self._objects.build_model is None and self._objects.model is None):
            return None
        return lambda: unwrapped(self._make_new()[0])

    def make_another(self, number: int) -> Any:
        """Another model for network ``number`` of an ensemble, counted from 1."""
        if self._options.seed:
            torch.manual_seed(self._options.seed + number - 1)
        return self.make()[0]

    def report(self, name: str) -> None:
        """Say which model it is."""
        options = self._options
        is_given = name != network.NAME and (bool(options.filename_model) or self._objects.build_model is None)
        if name == network.NAME:
            self._log.info("No model is given: a multilayer perceptron is made of the options")
        else:
            self._log.info(f"Loaded model from file: {name}" if Path(name).is_file() else f"The model is {name}")
            if self._wrapper:
                self._log.info(f"It is wrapped in {self._wrapper}: the module inside it is trained")
            idle = [option for option, name in _NETWORK_OPTIONS.items() if getattr(options, name) != _DEFAULTS[name]]
            if idle:
                self._log.warning(
                    f"{', '.join(idle)}: without effect, because they are for the network that is made without a model"
                )
        if options.ensemble_size > 1 and is_given:
            self._log.warning(
                "EnsembleSize: all networks start from the same parameters, those of the model, and differ by the "
                "order of events only; with build_model, or without a model, they do not"
            )

    def _make_new(self) -> tuple[Any, str]:
        options, objects = self._options, self._objects
        key = "build_model" if objects.build_model is not None else "model"
        made = objects.model
        if objects.build_model is not None:
            try:
                with settings.of_script(trains=True):
                    made = objects.build_model(self._shape.n_variables, self._shape.n_outputs)
            except BaseException as error:
                called = "build_model(n_variables, n_outputs)"
                raise user_error(
                    "The user's build_model failed", error, [("called as", called), ("defined in", objects.source)]
                ) from error
        if made is None:
            return network.build(self._shape, options), network.NAME
        if not isinstance(made, torch.nn.Module):
            raise EngineError(
                "UserCode",
                f"Key '{key}' must give a torch.nn.Module, found {type(made).__name__}",
                [("defined in", objects.source)],
            )
        return self._copy_of(made), f"'{key}' of the dictionary"

    def _copy_of(self, model: Any) -> Any:
        """A copy: a script may book several methods with the same object, and none of them trains it under the others.

        Only a train_func of the user has a use for what makes a training parallel, compiled or averaged.
        """
        inner = unwrapped(model)
        if inner is not model and self._objects.train_func is None:
            self._wrapper = type(model).__name__
            model = inner
        try:
            return copy.deepcopy(model)
        except Exception:  # whatever the wrapper raises: a process group cannot be copied, the module inside it can
            if inner is model:
                raise
            return copy.deepcopy(inner)

    def _trained_file(self) -> Path:
        """Where the trained model is: a name without ending got that of its format when it was written."""
        name = self._options.filename_trained_model
        candidates = [Path(name), Path(name + ".pt2"), Path(name + ".pt")]
        return next((path for path in candidates if path.is_file()), candidates[0])
