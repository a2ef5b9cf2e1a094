"""One MethodPyTorch as Python sees it: set up, train, load, predict. The bridge calls this and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import model as models
from . import prediction, training, usercode
from .errors import EngineError, user_error
from .log import Log, LogFunction, flushed
from .probe import Probe, Shape

Array = np.ndarray[Any, Any]

# What a weight file says about the prediction: whether the default one gives what the user's function gives.
DEFAULT_PREDICTION = "Default"
USER_PREDICTION = "User"


class Session:
    """The model, the user's functions and the trained network of one method.

    All methods raise :class:`EngineError` and nothing else on purpose. ``load`` and ``predict`` may be called from
    several threads; the GIL is released while the model runs.
    """

    def __init__(self, write_log: LogFunction, shape: tuple[int, str, int, int]) -> None:
        self._log = Log(write_log)
        self._shape = Shape(*shape)
        self._lock = threading.Lock()
        self._objects = usercode.CustomObjects()
        self._code_sha256 = ""
        self._model: Any = None
        self._model_name = ""
        self._probe: Probe | None = None
        self._data = b""
        self._n_outputs = 0
        self._generation = -1
        self._nan_reported = False
        self._prediction = DEFAULT_PREDICTION

    # ---- set-up ------------------------------------------------------------------------------------------------

    def set_up(
        self, *, user_code: str, model_file: str, trained_file: str, continue_training: bool, weight_folder: str
    ) -> None:
        """Prepare for training: run the user code, read the dictionary, load the model, see whether it fits."""
        with flushed():
            self._log.info(f"Using PyTorch version {torch.__version__.partition('.')[0]}")
            if continue_training:
                self._log.info("Continue training with trained model")
            self._log.info(" Setup PyTorch Model for training")
            path = None
            self._code_sha256 = ""
            if user_code:
                path = usercode.find_file(user_code, (weight_folder,))
                self._log.info(f" Executing user initialization code from  {path}")
                self._code_sha256 = usercode.checksum(path)
            self._objects = usercode.for_training(path)
            self._report_objects()
            name = trained_file if continue_training else model_file
            if not name:
                option = "FilenameTrainedModel" if continue_training else "FilenameModel"
                raise EngineError(
                    "Option",
                    f"MethodPyTorch needs a model: expected {option}=<file written by torch.jit.save>, found none",
                )
            self._model = models.from_bytes(models.read(Path(name)), name)
            self._model_name = name
            self._data = b""
            self._log.info(f"Loaded model from file: {name}")
            self._check_fit()

    def _report_objects(self) -> None:
        objects = self._objects
        if objects.raw is None:
            self._log.info(f"No dictionary {usercode.DICTIONARY}: the default training and prediction are used")
            return
        self._log.info(f"custom objects for loading model :  {objects.raw}")
        self._log.info(f"Loaded pytorch train function: {objects.train_func or 'default'}")
        self._log.info(f"Loaded pytorch optimizer: {objects.optimizer or 'default'}")
        self._log.info(f"Loaded pytorch loss function: {objects.criterion or 'default'}")
        self._log.info(f"Loaded pytorch predict function: {objects.predict_func or 'default'}")
        text = usercode.unknown_key_text(objects)
        if text:
            self._log.warning(text)

    def _check_fit(self) -> None:
        """Refuse a model that does not fit, unless the user's functions may know how to use it."""
        self._probe = Probe(self._model, self._shape)
        if self._probe.problem and not (self._objects.predict_func and self._objects.train_func):
            raise self._probe.error(self._model_name)
        if self._probe.problem:
            self._log.verbose(f"The model itself does not fit the data: {self._probe.problem}")

    # ---- training ----------------------------------------------------------------------------------------------

    def train(
        self,
        *,
        inputs: Array,
        targets: Array | None,
        classes: Array | None,
        weights: Array,
        n_validation: int,
        rows: tuple[Array, Array] | None,
        batch_size: int,
        num_epochs: int,
        save_best_only: bool,
        steps: list[tuple[int, float]],
        trained_file: str,
        progress: bool,
    ) -> int:
        """Train and keep the trained model, in memory and in ``trained_file`` unless that is empty.

        Args:
            inputs: float32 [n, nVars], shared with C++.
            targets: float32 [n, nTargets] of a regression, shared with C++.
            classes: int32 [n] otherwise.
            weights: float32 [n], shared with C++.
            n_validation: validation events, the last rows.
            rows: int64 row numbers for training and validation, where the last rows will not do.
            steps: (epoch, learning rate).

        Returns:
            The number of output columns.
        """
        with flushed():
            file = Path(trained_file) if trained_file else None
            if file is not None:
                models.prepare(file)
            saver = models.BestSaver(self._shape.n_variables, file)
            job = training.make_job(
                self._model,
                (inputs, targets, classes, weights),
                rows,
                n_validation=n_validation,
                n_outputs=self._shape.n_outputs,
                batch_size=batch_size,
                log=self._log,
            )
            job.kind = self._shape.kind
            job.signal_column = self._shape.signal_column
            job.num_epochs = num_epochs
            job.steps = dict(steps)
            job.save_best = saver if save_best_only else None
            job.progress = progress
            self._log.info(f"Print Training Model Architecture\n{self._model}")
            if save_best_only:
                self._log.info("Option SaveBestOnly: Only model weights with smallest validation loss will be stored")
            if steps:
                text = ";".join(f"{epoch},{rate:g}" for epoch, rate in steps)
                self._log.info(f"Option LearningRateSchedule: Set learning rate during training: {text}")
            trained = self._run_training(job)
            self._keep(trained, saver, save_best_only)
            self._n_outputs = self._trained_width(inputs)
            return self._n_outputs

    def _run_training(self, job: training.Job) -> Any:
        objects = self._objects
        if objects.train_func is None:
            try:
                return training.run_default(job, objects.optimizer, objects.criterion)
            except EngineError:
                raise
            except BaseException as error:
                raise user_error("The default training failed", error, [("model", self._model_name)]) from error
        try:
            return training.run_user(objects.train_func, job, objects.optimizer, objects.criterion)
        except EngineError:
            raise
        except BaseException as error:
            failure = user_error("The user's train_func failed", error, [("defined in", objects.source)])
            if self._probe is not None and self._probe.problem and isinstance(error, Exception):
                failure.code = "Model"
                failure.message = f"The model does not fit the data: {self._probe.problem}. {failure.message}"
                failure.context.append(("model", self._model_name))
            raise failure from error

    def _keep(self, trained: Any, saver: models.BestSaver, save_best_only: bool) -> None:
        """Settle which model is the trained one, write its file, and use what is in the file from now on."""
        data = saver.data
        if not data:
            if not isinstance(trained, torch.nn.Module):
                raise EngineError(
                    "UserCode",
                    f"train_func must return the trained model: expected a torch.nn.Module, found "
                    f"{type(trained).__name__}",
                    [("defined in", self._objects.source)],
                )
            if save_best_only:
                why = "every validation loss was NaN" if saver.calls else "train_func never called save_best"
                self._log.warning(f"Option SaveBestOnly: {why}; the model that train_func returned is stored instead")
            data = models.to_bytes(trained, self._shape.n_variables)
            if saver.path is not None:
                models.write(saver.path, data)
        if not save_best_only and saver.path is not None:
            self._log.info(f"Trained model written to file: {saver.path}")
        self._use(data, str(saver.path or "trained model"))
        usercode.remember(models.sha256_of(data), self._objects)

    def _use(self, data: bytes, name: str) -> None:
        self._model = models.from_bytes(data, name)
        self._model.eval()
        self._model_name = name
        self._data = data
        self._probe = Probe(self._model, self._shape)

    def _trained_width(self, inputs: Array) -> int:
        """Output columns of the trained model; also finds out whether the user's prediction is the default one."""
        assert self._probe is not None
        self._prediction = DEFAULT_PREDICTION
        if self._objects.predict_func is None:
            if self._probe.problem:
                raise self._probe.error(self._model_name)
            return self._probe.width
        rows = inputs[:32]
        with torch.random.fork_rng(devices=[]):
            expected = self._call_user(rows, self._shape.widths())
            try:
                found = torch.empty(expected.shape)
                # a copy: TorchScript that ran with gradients in user code does not run in inference mode any more
                own = models.from_bytes(self._data, self._model_name).eval()
                prediction.predict_into(own, torch.from_numpy(rows), found)
                same = np.allclose(found.numpy(), expected, rtol=1e-4, atol=1e-6, equal_nan=True)
            except EngineError:
                same = False
        self._prediction = DEFAULT_PREDICTION if same else USER_PREDICTION
        return int(expected.shape[1])

    # ---- application -------------------------------------------------------------------------------------------

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
    ) -> tuple[int, bool]:
        """Get ready for evaluation with a model from a weight file; does nothing if that is done.

        A method that reads the very model it has just trained keeps it, with the functions it was trained with.

        Args:
            user_code_sha256: checksum of the user code that the model was trained with; empty if unknown.
            text: the embedded model, or empty.
            files: where the model may be instead, first choice first.
            sha256: its checksum; empty in files of TMVA itself.
            n_outputs: as the weight file says, 0 if it does not.
            generation: number of the reading of a weight file; a new one loads again.
            recorded: ``Default`` or ``User`` prediction, as the weight file says; empty if it does not.

        Returns:
            The number of output columns, and whether the model is another one now.
        """
        with self._lock, flushed():
            if generation == self._generation:
                return self._n_outputs, False
            if sha256 and self._data and sha256 == models.sha256_of(self._data):
                self._generation = generation  # what was just trained is what the file holds
                return self._n_outputs, False
            name = weight_file
            if text:
                data = models.decode(text, size, weight_file)
            else:
                path = self._find_model(files, weight_file)
                name = str(path)
                data = models.read(path)
                if not sha256:
                    self._log.info(f"The weight file has no checksum of its model: {name} is used unverified")
            models.check(data, sha256, name)
            self._code_sha256 = user_code_sha256.lower()
            self._objects = self._find_objects(user_code, weight_folder, models.sha256_of(data), recorded)
            self._use(data, name)
            assert self._probe is not None
            if self._probe.problem and self._objects.predict_func is None:
                raise self._probe.error(name)
            own = self._probe.width if self._objects.predict_func is None else n_outputs
            self._n_outputs = own or self._probe.width or self._shape.n_outputs
            if self._n_outputs not in self._shape.widths():
                self._n_outputs = self._shape.n_outputs
            self._generation = generation
            return self._n_outputs, True

    def _find_objects(self, user_code: str, weight_folder: str, sha256: str, recorded: str) -> usercode.CustomObjects:
        """The user's functions for evaluation. None are needed if the default prediction does the same."""
        code = None
        missing = None
        if user_code:
            try:
                code = usercode.find_file(user_code, (weight_folder,), self._code_sha256)
            except EngineError as error:
                missing = error
        found = usercode.checksum(code) if code is not None else ""
        if self._code_sha256 and found and found != self._code_sha256:
            self._log.warning(
                f"The user code {code} has changed since the training: expected SHA-256 {self._code_sha256}, "
                f"found {found}"
            )
        objects = usercode.for_application(code, sha256)
        self._prediction = recorded or DEFAULT_PREDICTION
        if objects.predict_func is None and recorded == USER_PREDICTION:
            if missing is not None:
                raise missing
            raise EngineError(
                "UserCode",
                f"This model was trained with a predict_func that does more than call the model: expected it "
                f"in the dictionary {usercode.DICTIONARY} of __main__, found none",
            )
        if missing is not None and recorded != DEFAULT_PREDICTION:
            used = "the dictionary in __main__" if objects.raw else "the default prediction"
            self._log.warning(f"{missing.message}; {used} is used")
        return objects

    @staticmethod
    def _find_model(files: list[str], weight_file: str) -> Path:
        for file in files:
            if Path(file).is_file():
                return Path(file)
        tried = ", ".join(str(Path(file).absolute()) for file in files) or "nothing: the weight file names no model"
        raise EngineError("Model", f"The model of weight file {weight_file} is missing", [("tried", tried)])

    def predict(self, inputs: Array, outputs: Array) -> None:
        """Outputs for ``inputs`` [n, nVars] into ``outputs`` [n, nOutputs].

        ``inputs`` may be memory of the caller. The user's function gets a copy, to keep or to change.
        """
        if self._objects.predict_func is None:
            prediction.predict_into(self._callable(), torch.from_numpy(inputs), torch.from_numpy(outputs))
        else:
            with flushed():
                outputs[...] = self._call_user(inputs, (outputs.shape[1],))
        if not self._nan_reported and np.isnan(outputs.sum()) and np.isnan(outputs).any():
            self._nan_reported = True
            self._log.warning(f"The model {self._model_name} gives NaN for some events")

    def _call_user(self, inputs: Array, widths: tuple[int, ...]) -> Array:
        context = [("defined in", self._objects.source)]
        assert self._objects.predict_func is not None
        try:
            result = self._objects.predict_func(self._model, inputs.copy())
        except BaseException as error:
            raise user_error("The user's predict_func failed", error, context) from error
        try:
            return prediction.check_prediction(prediction.to_array(result), len(inputs), widths)
        except EngineError as error:
            error.context.extend(context)
            raise

    def uses_predict_func(self) -> bool:
        """Whether rows go to a function of the user."""
        return self._objects.predict_func is not None

    def single_row_function(self) -> Callable[[torch.Tensor], torch.Tensor] | None:
        """What the bridge may call for one row in inference mode, reading the float32 output from its memory.

        None if only :meth:`predict` will do. The forward method of a TorchScript module without hooks is called
        directly, which is faster for a small network.
        """
        if self.uses_predict_func() or self._probe is None or not self._probe.plain:
            return None
        return self._callable()

    def _callable(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """The forward method of a TorchScript module without hooks, else the model."""
        if isinstance(self._model, torch.jit.ScriptModule):
            module = self._model._c
            if not module._get_forward_hooks() and not module._get_forward_pre_hooks():
                return module._get_method("forward")  # type: ignore[no-any-return]
        return self._model  # type: ignore[no-any-return]

    def row_slot(self) -> tuple[Array, torch.Tensor]:
        """A one-row input: an array for C++ to write into, and the tensor on the same memory."""
        array = np.zeros((1, self._shape.n_variables), dtype=np.float32)
        return array, torch.from_numpy(array)

    def export(self) -> tuple[str, str, int, str, str, str]:
        """For a weight file: format, SHA-256, size, text (empty if too large), kind of prediction, and the SHA-256 of
        the user code (empty if there is none).
        """
        if not self._data:
            raise EngineError("State", "There is no trained model to write: train first")
        encoded = models.encode(self._data)
        return encoded.format, encoded.sha256, encoded.size, encoded.text, self._prediction, self._code_sha256
