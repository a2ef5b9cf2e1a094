"""A trained model as it is applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from . import model as models
from . import precision, prediction, settings
from .errors import EngineError, user_error
from .log import Log, flushed
from .probe import Probe, Shape
from .program import Exported
from .reproducibility import Array, examine
from .usercode import CustomObjects


class TrainedModel:
    """A trained model and the user's functions that belong to it.

    A value: nothing that an output depends on changes after it was made, so any number of threads may use one without
    a lock. What it notes later (that a NaN was reported, the model of the spread) is the same whoever notes it.

    Args:
        model: in evaluation mode.
        name: of its file, for messages.
        data: the content of that file.
        objects: the user's functions.
        shape: of the data.
        log: gets warnings.
        build: makes the module of a state dictionary.
        events: some, to try the model with; None: none are known.
    """

    def __init__(
        self,
        model: Any,
        name: str,
        data: bytes,
        objects: CustomObjects,
        shape: Shape,
        log: Log,
        build: models.Builder | None = None,
        events: Array | None = None,
    ) -> None:
        self.model = model
        self.name = name
        self.data = data
        self.objects = objects
        self.shape = shape
        self.probe = Probe(model, shape, events)
        # one that could not be tried is called with what it probably takes
        types = precision.input_types(model)
        self._called = precision.converted(model, types[0]) if self.probe.problem else self.probe.model
        self._row_type = np.float64 if precision.row_type(self._called) == torch.float64 else np.float32
        #: What must be as usual for :meth:`function` to give the outputs.
        self.checks = settings.checks_for(model)
        self._log = log
        self._build = build
        self._spread: Any = None
        self._nan_is_reported = False

    # ---- outputs -----------------------------------------------------------------------------------------------

    def predict(self, inputs: Array, outputs: Array) -> None:
        """Outputs for ``inputs`` [n, nVars] into ``outputs`` [n, nOutputs].

        ``inputs`` may be memory of the caller. The user's function gets a copy, to keep or to change.
        """
        with settings.for_outputs(self.checks):
            found = torch.from_numpy(outputs)
            if self.objects.predict_func is None:
                prediction.predict_into(self.function(), torch.from_numpy(inputs), found)
            else:
                with flushed():
                    outputs[...] = self.call_user(inputs, (outputs.shape[1],))
            # torch knows nothing of numpy.seterr
            has_nan = not self._nan_is_reported and bool(found.sum().isnan()) and bool(found.isnan().any())
        if has_nan:
            self._nan_is_reported = True
            self._log.warning(f"The model {self.name} gives NaN for some events")

    def call_user(self, inputs: Array, widths: tuple[int, ...]) -> Array:
        """What the user's predict_func gives, one row an event and one of ``widths`` columns.

        It gets a copy of the rows; for a model in double precision they are in double precision.

        Raises:
            EngineError: ``UserCode``.
        """
        context = [("defined in", self.objects.source)]
        assert self.objects.predict_func is not None
        try:
            with settings.of_script(trains=False):
                result = self.objects.predict_func(self.model, inputs.astype(self._row_type))
        except BaseException as error:
            raise user_error("The user's predict_func failed", error, context) from error
        try:
            return prediction.check_prediction(prediction.to_array(result), len(inputs), widths)
        except EngineError as error:
            error.context.extend(context)
            raise

    def predict_spread(self, inputs: Array, outputs: Array) -> bool:
        """Standard deviations of the outputs of an ensemble for ``inputs`` [n, nVars] into ``outputs`` [n, nOutputs].

        Returns:
            False, with ``outputs`` as they were, if the model is no ensemble or a function of the user predicts.
        """
        if self.objects.predict_func is not None:
            return False
        if self._spread is None:
            self._spread = self.spread() or False
        if self._spread is False:
            return False
        with settings.for_outputs(self.checks):
            prediction.predict_into(self._spread, torch.from_numpy(inputs), torch.from_numpy(outputs))
        return True

    def spread(self) -> Any | None:
        """The model of the standard deviation of an ensemble; None for a single network."""
        data = models.spread_from(self.data)
        if data is None:
            return None
        found = models.from_bytes(data, self.name).eval()
        return precision.converted(found, precision.input_types(found)[0])

    def function(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """What is called for rows: the fastest way to the model."""
        model = self._called
        if isinstance(model, torch.jit.ScriptModule):
            module = model._c
            if not module._get_forward_hooks() and not module._get_forward_pre_hooks():
                return module._get_method("forward")  # type: ignore[no-any-return]
        if isinstance(model, Exported) and model.takes_any:
            return model.graph_module  # type: ignore[no-any-return]
        return model  # type: ignore[no-any-return]

    def single_row_function(self) -> Callable[[torch.Tensor], torch.Tensor] | None:
        """What the bridge may call for one row in inference mode, reading the float32 output from its memory, if all of
        :attr:`checks` hold.

        None if only :meth:`predict` will do.
        """
        if self.objects.predict_func is not None:
            return None
        function = self.function()
        return function if self.probe.plain else lambda row: function(row).to("cpu", torch.float32)

    # ---- what is known of it -----------------------------------------------------------------------------------

    def width(self, n_outputs: int) -> int:
        """Output columns: those of the model, or ``n_outputs`` where the user's function decides."""
        own = self.probe.width if self.objects.predict_func is None and not self.probe.problem else n_outputs
        found = own or self.probe.width or self.shape.n_outputs
        return found if found in self.shape.widths() else self.shape.n_outputs

    def warn_if_irreproducible(self, rows: Array, width: int) -> None:
        """Say it if the outputs of an event depend on chance or on the other events of a block."""

        def outputs(block: Array) -> Array:
            if self.objects.predict_func is not None:
                return np.array(self.call_user(block, (width,)), dtype=float)
            found = np.empty((len(block), width), dtype=np.float32)
            prediction.predict_into(self.function(), torch.from_numpy(block), torch.from_numpy(found))
            return found.astype(float)

        with flushed():
            problem = examine(outputs, rows)
        if problem is not None:
            self._log.warning(problem.text())

    def agrees_with_function(self, rows: Array, expected: Array) -> bool:
        """Whether the model alone gives what the user's function gave for ``rows``."""
        try:
            # a copy: TorchScript that ran with gradients in user code does not run in inference mode any more
            own = models.from_bytes(self.data, self.name, self._build).eval()
            found = torch.empty(expected.shape)
            inputs = torch.from_numpy(rows)
            prediction.predict_into(precision.as_float32(own, inputs), inputs, found)
        except EngineError:
            return False
        return bool(np.allclose(found.numpy(), expected, rtol=1e-4, atol=1e-6, equal_nan=True))
