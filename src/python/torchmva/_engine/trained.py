"""A trained model as it is applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from . import model as models
from . import prediction
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
    ) -> None:
        self.model = model
        self.name = name
        self.data = data
        self.objects = objects
        self.shape = shape
        self.probe = Probe(model, shape)
        self._log = log
        self._build = build
        self._spread: Any = None
        self._nan_is_reported = False

    # ---- outputs -----------------------------------------------------------------------------------------------

    def predict(self, inputs: Array, outputs: Array) -> None:
        """Outputs for ``inputs`` [n, nVars] into ``outputs`` [n, nOutputs].

        ``inputs`` may be memory of the caller. The user's function gets a copy, to keep or to change.
        """
        if self.objects.predict_func is None:
            prediction.predict_into(self.function(), torch.from_numpy(inputs), torch.from_numpy(outputs))
        else:
            with flushed():
                outputs[...] = self.call_user(inputs, (outputs.shape[1],))
        if not self._nan_is_reported and np.isnan(outputs.sum()) and np.isnan(outputs).any():
            self._nan_is_reported = True
            self._log.warning(f"The model {self.name} gives NaN for some events")

    def call_user(self, inputs: Array, widths: tuple[int, ...]) -> Array:
        """What the user's predict_func gives, one row an event and one of ``widths`` columns.

        Raises:
            EngineError: ``UserCode``.
        """
        context = [("defined in", self.objects.source)]
        assert self.objects.predict_func is not None
        try:
            result = self.objects.predict_func(self.model, inputs.copy())
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
        prediction.predict_into(self._spread, torch.from_numpy(inputs), torch.from_numpy(outputs))
        return True

    def spread(self) -> Any | None:
        """The model of the standard deviation of an ensemble; None for a single network."""
        data = models.spread_from(self.data)
        return None if data is None else models.from_bytes(data, self.name).eval()

    def function(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """What is called for rows: the fastest way to the model."""
        model = self.model
        if isinstance(model, torch.jit.ScriptModule):
            module = model._c
            if not module._get_forward_hooks() and not module._get_forward_pre_hooks():
                return module._get_method("forward")  # type: ignore[no-any-return]
        if isinstance(model, Exported) and model.takes_any:
            return model.graph_module  # type: ignore[no-any-return]
        return model  # type: ignore[no-any-return]

    def single_row_function(self) -> Callable[[torch.Tensor], torch.Tensor] | None:
        """What the bridge may call for one row in inference mode, reading the float32 output from its memory.

        None if only :meth:`predict` will do.
        """
        return self.function() if self.objects.predict_func is None and self.probe.plain else None

    # ---- what is known of it -----------------------------------------------------------------------------------

    def width(self, n_outputs: int) -> int:
        """Output columns: those of the model, or ``n_outputs`` where the user's function decides."""
        own = self.probe.width if self.objects.predict_func is None else n_outputs
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
            prediction.predict_into(own, torch.from_numpy(rows), found)
        except EngineError:
            return False
        return bool(np.allclose(found.numpy(), expected, rtol=1e-4, atol=1e-6, equal_nan=True))
