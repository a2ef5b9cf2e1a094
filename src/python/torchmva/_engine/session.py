"""One MethodPyTorch as Python sees it: set up, train, load, predict. The bridge calls this and nothing else."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import automatic, device, history, network, precision, settings, training, usercode, weights
from . import model as models
from .bestsaver import BestSaver
from .errors import EngineError, user_error
from .events import Events
from .graph import NetworkDescription, NotExpressible, describe
from .history import Epoch, History
from .log import Log, LogFunction, flushed
from .modelsource import ModelSource
from .modelwriter import ModelWriter
from .network_search import NetworkSearch
from .optimization import LearningRates
from .options import TrainingOptions
from .probe import Probe, Shape
from .reproducibility import made_up_rows, some_of
from .search import Settings
from .trained import TrainedModel

Array = np.ndarray[Any, Any]

# What a weight file says about the prediction: whether the default one gives what the user's function gives.
DEFAULT_PREDICTION = "Default"
USER_PREDICTION = "User"
# Training events whose outputs by both are compared.
N_COMPARED = 256


class Session:
    """The model, the user's functions and the trained network of one method.

    All methods raise :class:`EngineError` and nothing else on purpose. ``load``, ``export`` and what predicts may be
    called from several threads; the GIL is released while the model runs. They share ``_trained``, a value, which each
    call reads once; the lock is for ``load`` alone, which writes it.
    """

    def __init__(self, write_log: LogFunction, shape: tuple[int, str, int, int]) -> None:
        self._log = Log(write_log)
        self._shape = Shape(*shape)
        self._lock = threading.Lock()
        self._objects = usercode.CustomObjects()
        self._given = TrainingOptions()  # before the analysis decides what was not given
        self._options = TrainingOptions()
        self._source = ModelSource(self._options, self._objects, self._shape, self._log)
        self._history = History()
        self._file: Path | None = None
        self._code_sha256 = ""
        self._model: Any = None
        self._model_name = ""
        self._probe: Probe | None = None
        self._writer = ModelWriter(shape[0])
        self._trained: TrainedModel | None = None
        self._n_outputs = 0
        self._generation = -1
        self._prediction = DEFAULT_PREDICTION

    # ---- set-up ------------------------------------------------------------------------------------------------

    @settings.ours()
    def set_up(self, *, options: Mapping[str, Any], weight_folder: str) -> None:
        """Prepare for training: run the user code, read the dictionary, find the model, see whether it fits.

        Args:
            options: of the method, by their names in C++.
            weight_folder: where relative paths may start too.
        """
        self._given = TrainingOptions.from_host(options)
        with flushed(), settings.random_numbers(self._given.seed):
            self._options = automatic.of_analysis(self._given, self._shape.kind)
            device.for_training(self._options.device)
            LearningRates(self._options)
            weights.parse_class_weights(self._options.class_weights, self._shape.kind, self._shape.n_outputs)
            training.set_up_torch(self._options)
            self._log.info(f"Using PyTorch version {torch.__version__.partition('.')[0]}")
            if self._options.continue_training:
                self._log.info("Continue training with trained model")
            self._log.info(" Setup PyTorch Model for training")
            path = None
            self._code_sha256 = ""
            if self._options.user_code:
                path = usercode.find_file(self._options.user_code, (weight_folder,))
                self._log.info(f" Executing user initialization code from  {path}")
                self._code_sha256 = usercode.checksum(path)
            self._objects = usercode.for_training(path)
            usercode.report(self._objects, self._log)
            training.check_options(self._options, self._objects, self._shape.kind)
            self._source = ModelSource(self._options, self._objects, self._shape, self._log)
            self._model, self._model_name = self._source.make()
            self._source.report(self._model_name)
            self._trained = None
            probe = self._check_fit(None)
            wanted = models.wanted_format(self._options.filename_trained_model)
            is_called = self._objects.predict_func is None
            self._writer = ModelWriter(self._shape.n_variables, wanted, self._source.builder(), is_called=is_called)
            # a network of the options can always be written; of a model that waits for events nobody knows
            if not isinstance(self._model, network.Network) and (probe.is_certain or not probe.problem):
                self._prepare_writer(probe.rows)
            self._check_file()

    def _check_fit(self, events: Array | None) -> Probe:
        """Refuse a model that does not fit, unless the user's functions may know how to use it.

        Args:
            events: [n, nVars], to try it with. Without them a model that fails for rows that are made up is not refused
                if it may be right to do so.
        """
        model = precision.original(self._model)
        self._probe = Probe(model, self._shape, events)
        if self._probe.problem:
            knows = self._objects.predict_func and self._objects.train_func
            if self._probe.is_certain and not knows:
                raise self._probe.error(self._model_name)
            self._log.verbose(f"The model itself does not fit the data: {self._probe.problem}")
        self._model = self._probe.model
        return self._probe

    def _another_model(self, number: int) -> Any:
        """The model of network ``number`` of an ensemble, as one that takes float32."""
        made = self._source.make_another(number)
        return precision.converted(made, self._model.dtype) if isinstance(self._model, precision.Converted) else made

    def _prepare_writer(self, rows: Array | None) -> None:
        """Find how the trained model will be written. That none can be written is an error here, not after the
        training, unless a function of the user may return another one.
        """
        try:
            self._writer.prepare(training.as_trained(self._model, self._options), rows)
        except EngineError as error:
            if self._objects.train_func is None:
                raise
            self._log.warning(f"{error.message}. train_func must return a model that can be written")

    # ---- training ----------------------------------------------------------------------------------------------

    @settings.ours()
    def train(self, *, progress: bool, history_file: str = "", **arrays: Any) -> int:
        """Train and keep the trained model, in memory and in its file if the options name one.

        Args:
            progress: show epochs.
            history_file: JSON of the epochs; empty: none.
            arrays: the events, arguments of :meth:`Events.from_host`.

        Returns:
            The number of output columns.
        """
        with flushed(), settings.random_numbers(self._given.seed):
            self._trained = None
            some = some_of(arrays["inputs"])
            self._check_fit(some)
            self._prepare_writer(some)
            file = self._prepare_file()
            saver = BestSaver(self._writer, file)
            self._history = History(self._options.tensor_board, Path(history_file).name.removesuffix(history.ENDING))
            events = Events.from_host(n_classes=self._shape.n_outputs, **arrays)
            is_user = self._objects.train_func is not None
            options = automatic.of_sample(self._options, self._shape.kind, events.n_training(), is_user=is_user)
            job = training.Training(
                events,
                self._shape,
                options,
                self._objects,
                self._log,
                self._history,
                file,
                progress,
                self._another_model,
                precision.row_type(self._model),
            )
            training.check_numbers(events)
            training.check_samples(job)
            training.set_up_torch(options)
            self._log.info(f"Print Training Model Architecture\n{precision.original(self._model)}")
            if options.save_best_only:
                self._log.info("Option SaveBestOnly: Only model weights with smallest validation loss will be stored")
            # a train_func gets steps only, the named schedules are those of the default loop
            if options.learning_rate_schedule and (not is_user or LearningRates(options).steps):
                self._log.info(
                    f"Option LearningRateSchedule: Set learning rate during training: {options.learning_rate_schedule}"
                )
            trained = self._run_training(job, saver)
            self._keep(trained, saver, some)
            self._write_history(history_file)
            self._n_outputs = self._trained_width(arrays["inputs"])
            return self._n_outputs

    def _write_history(self, file: str) -> None:
        """The epochs as JSON; no training is lost because that cannot be written."""
        if not file or not self._history.epochs:
            return
        try:
            self._history.write(Path(file), {"model": self._model_name, "torch": torch.__version__})
        except EngineError as error:
            self._log.warning(f"The history of the training is not written: {error.message} ({file})")

    @settings.ours()
    def tune(self, *, settings: Settings, **arrays: Any) -> list[tuple[str, str]]:
        """Search for better options; the session stays as it is.

        Args:
            settings: of the search.
            arrays: the events, arguments of :meth:`Events.from_host`.

        Returns:
            Names and values of the best options; empty if the user's function trains, which decides all that itself.
        """
        with flushed():
            if self._objects.train_func is not None:
                self._log.warning("The user's train_func trains: there are no parameters that can be optimised")
                return []
            events = Events.from_host(n_classes=self._shape.n_outputs, **arrays)
            search = NetworkSearch(
                events, arrays["classes"], self._shape, self._given, self._objects, self._model, self._log
            )
            return search.run(settings).options()

    def history(self) -> dict[str, list[float]]:
        """Figures of the epochs of the training, a list each; empty lists if a user function kept them to itself."""
        return self._history.columns()

    def trained_file(self) -> str:
        """The file of the trained model as it was written; empty if there is none."""
        return str(self._file or "")

    def _check_file(self) -> None:
        """See at the booking, before other methods are trained, that the trained model can be written."""
        name = self._options.filename_trained_model
        if name:
            (models.prepare if Path(name).suffix else models.prepare_folder)(Path(name))

    def _prepare_file(self) -> Path | None:
        """The file of the trained model, seen to be writable again; a name without ending gets one."""
        name = self._options.filename_trained_model
        wanted = models.wanted_format(name)
        found = self._writer.format or wanted or models.TORCHSCRIPT
        if wanted and found != wanted:
            self._log.warning(f"The model is written as {found}: {name} will be that in spite of its ending")
        elif found == models.STATE:
            self._log.warning("The model is written as a state dictionary: its application needs this user code")
        if not name:
            self._file = None
            return None
        ending = ""
        if not wanted and not Path(name).suffix:
            ending = ".pt2" if found == models.EXPORT else ".pt"
        self._file = Path(name + ending)
        models.prepare(self._file)
        return self._file

    def _run_training(self, job: training.Training, saver: BestSaver) -> Any:
        objects = self._objects
        if objects.train_func is None:
            try:
                return training.run_default(job, self._model, saver.write)
            except EngineError:
                raise
            except BaseException as error:
                raise user_error("The default training failed", error, [("model", self._model_name)]) from error
        try:
            model = precision.original(self._model)
            trained = training.run_user(job, model, saver if self._options.save_best_only else None)
            for number, loss in enumerate(saver.losses):
                self._history.add(Epoch(number + 1, math.nan, loss, math.nan, math.nan))
            self._history.close()
            return trained
        except EngineError:
            raise
        except BaseException as error:
            failure = user_error("The user's train_func failed", error, [("defined in", objects.source)])
            if self._probe is not None and self._probe.problem and isinstance(error, Exception):
                failure.code = "Model"
                failure.message = f"The model does not fit the data: {self._probe.problem}. {failure.message}"
                failure.context.append(("model", self._model_name))
            raise failure from error

    def _keep(self, trained: Any, saver: BestSaver, events: Array) -> None:
        """Settle which model is the trained one, write its file, and use what is in the file from now on.

        Args:
            trained: what the training returned.
            saver: what it has kept.
            events: some, [n, nVars].
        """
        saver.finish()
        is_user = self._objects.train_func is not None
        if not saver.data:
            if not isinstance(trained, torch.nn.Module):
                raise EngineError(
                    "UserCode",
                    f"train_func must return the trained model: expected a torch.nn.Module, found "
                    f"{type(trained).__name__}",
                    [("defined in", self._objects.source), *saver.rescue(precision.original(self._model))],
                )
            if self._options.save_best_only and is_user:
                why = "every validation loss was NaN" if saver.calls else "train_func never called save_best"
                self._log.warning(f"Option SaveBestOnly: {why}; the model that train_func returned is stored instead")
            saver.write(trained)
        if self._writer.wrappers:
            self._log.info(f"The trained model is the module inside of {' and '.join(self._writer.wrappers)}")
        if saver.path is not None and not (self._options.save_best_only and is_user):
            self._log.info(f"Trained model written to file: {saver.path}")
        name = str(saver.path or "trained model")
        made = self._use(saver.data, name, self._objects, may_share=False, events=events)
        self._model, self._model_name = made.model, made.name
        usercode.remember(models.sha256_of(saver.data), self._objects)

    def _use(
        self, data: bytes, name: str, objects: usercode.CustomObjects, *, may_share: bool, events: Array | None = None
    ) -> TrainedModel:
        """What predicts from now on."""
        build = self._builder_of(objects)
        model = models.for_application(data, name, build, may_share=may_share and objects.predict_func is None)
        self._trained = TrainedModel(model, name, data, objects, self._shape, self._log, build, events)
        return self._trained

    def _builder_of(self, objects: usercode.CustomObjects) -> models.Builder | None:
        return ModelSource(self._options, objects, self._shape, self._log).builder()

    def _trained_width(self, inputs: Array) -> int:
        """Output columns of the trained model; also finds out whether the user's prediction is the default one."""
        trained = self._current()
        self._prediction = DEFAULT_PREDICTION
        rows = some_of(inputs, N_COMPARED)  # of the whole sample: a function that does more may do it for some events
        if trained.objects.predict_func is None:
            if trained.probe.problem:
                raise trained.probe.error(trained.name)
            width = trained.probe.width
        else:
            with torch.random.fork_rng(devices=[]):
                expected = trained.call_user(rows, self._shape.widths())
                if not trained.agrees_with_function(rows, expected):
                    self._prediction = USER_PREDICTION
            width = int(expected.shape[1])
        trained.warn_if_irreproducible(some_of(inputs), width)
        return width

    def _current(self) -> TrainedModel:
        trained = self._trained
        if trained is None:
            raise EngineError("State", "There is no trained model: train first, or read a weight file")
        return trained

    # ---- application -------------------------------------------------------------------------------------------

    @settings.ours()
    def load(
        self,
        *,
        user_code: str,
        user_code_sha256: str,
        weight_folder: str,
        weight_file: str,
        text: str,
        sha256: str,
        size: int,
        files: list[str],
        n_outputs: int,
        recorded: str,
        generation: int,
        allow_user_code: bool = False,
    ) -> tuple[int, bool]:
        """Get ready for evaluation with a model from a weight file; does nothing if that is done.

        A method that reads the very model it has just trained keeps it, with the functions it was trained with.

        Args:
            user_code_sha256: checksum of the user code that the model was trained with; empty if unknown.
            text: the embedded model, or empty.
            files: where the model may be instead, first choice first.
            sha256: its checksum; empty in files of TMVA itself.
            n_outputs: as the weight file says, 0 if it does not.
            allow_user_code: the caller lets code that the weight file names run.
            generation: number of the reading of a weight file; a new one loads again.
            recorded: ``Default`` or ``User`` prediction, as the weight file says; empty if it does not.

        Returns:
            The number of output columns, and whether the model is another one now.
        """
        with self._lock, flushed():
            if generation == self._generation:
                return self._n_outputs, False
            if sha256 and self._trained is not None and sha256 == models.sha256_of(self._trained.data):
                self._generation = generation  # what was just trained is what the file holds
                return self._n_outputs, False
            name = weight_file
            if text:
                data = models.decode(text, size, weight_file)
            else:
                path = models.find(files, weight_file)
                name = str(path)
                data = models.read(path, size)
                if not sha256:
                    self._log.info(f"The weight file has no checksum of its model: {name} is used unverified")
            models.check(data, sha256, name)
            self._code_sha256 = user_code_sha256.lower()
            self._prediction = recorded or DEFAULT_PREDICTION
            needs_model = models.format_of(data, name) == models.STATE
            self._objects = usercode.for_weight_file(
                user_code,
                (weight_folder,),
                self._code_sha256,
                models.sha256_of(data),
                self._log,
                allowed=allow_user_code,
                needs_function=recorded == USER_PREDICTION,
                needs_model=needs_model,
                is_default=recorded == DEFAULT_PREDICTION and not needs_model,
            )
            trained = self._use(data, name, self._objects, may_share=True)
            if trained.probe.is_certain and self._objects.predict_func is None:
                raise trained.probe.error(name)
            self._n_outputs = trained.width(n_outputs)
            trained.warn_if_irreproducible(made_up_rows(self._shape.n_variables), self._n_outputs)
            self._generation = generation
            return self._n_outputs, True

    def predict(self, inputs: Array, outputs: Array) -> None:
        """Outputs for ``inputs`` [n, nVars] into ``outputs`` [n, nOutputs]."""
        self._current().predict(inputs, outputs)

    def predict_spread(self, inputs: Array, outputs: Array) -> bool:
        """Standard deviations of the outputs of an ensemble; False, with ``outputs`` as they were, if it is none."""
        return self._current().predict_spread(inputs, outputs)

    def uses_predict_func(self) -> bool:
        """Whether rows go to a function of the user."""
        return self._objects.predict_func is not None

    def single_row_function(self) -> Callable[[torch.Tensor], torch.Tensor] | None:
        """What the bridge may call for one row; None if only :meth:`predict` will do."""
        return None if self._trained is None else self._trained.single_row_function()

    def single_row_checks(self) -> tuple[settings.Check, ...]:
        """Functions, and what each must give for :meth:`single_row_function` to be right."""
        return self._current().checks

    def row_slot(self) -> tuple[Array, torch.Tensor]:
        """A one-row input: an array for C++ to write into, and the tensor on the same memory."""
        array = np.zeros((1, self._shape.n_variables), dtype=np.float32)
        return array, torch.from_numpy(array)

    @settings.ours()
    def export(self) -> tuple[str, str, int, str, str, str]:
        """For a weight file: format, SHA-256, size, text (empty if too large), kind of prediction, and the SHA-256 of
        the user code (empty if there is none).
        """
        encoded = models.encode(self._current().data)
        return encoded.format, encoded.sha256, encoded.size, encoded.text, self._prediction, self._code_sha256

    @settings.ours()
    def networks(self) -> tuple[NetworkDescription | None, NetworkDescription | None, str, str, bool]:
        """The model as a list of operations, that of the spread of an ensemble, what of the first one torch evaluates
        faster, why there is no first one, and whether the model computes in double precision.

        They give what the model gives. Where the prediction that :meth:`export` names is the default one, that is what
        the user's function gives, too.
        """
        trained, n_variables = self._current(), self._shape.n_variables
        is_double = torch.float64 in precision.types_of(trained.model)
        try:
            found = describe(trained.model, n_variables)
        except NotExpressible as error:
            return None, None, "", str(error), is_double
        try:
            spread = trained.spread()
            of_spread = None if spread is None else describe(precision.original(spread), n_variables)
            return found, of_spread, found.slow_part, "", is_double
        except NotExpressible as error:
            return None, None, "", f"standard deviation of the ensemble: {error}", is_double
