"""A network for all values of a parameter of the signal, such as a mass.

Baldi, Cranmer, Faucett, Sadowski, Whiteson, arXiv:1601.07913: the parameter is an input. Background has none, so it
gets values drawn from those of the signal: the parameter alone then says nothing about the class, and for each value
the network learns to tell the signal of that value from background. Between the trained values it interpolates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from .errors import EngineError
from .events import Events
from .log import Log
from .probe import Shape


class ParameterValues:
    """Draws from the values of the signal, each as likely as the net weight of the events that have it.

    The parameter alone says nothing about the class if signal and background have the same distribution of it in the
    loss, and there events of negative weight count with their sign: a value with many of them needs less background. No
    background can balance a value whose net weight is negative.

    Args:
        name: of the parameter.
        values: of the signal events, [n].
        weights: [n].

    Raises:
        EngineError: ``Data`` if a value has a net weight that is not positive, unless its weights are all 0.
    """

    def __init__(self, name: str, values: torch.Tensor, weights: torch.Tensor) -> None:
        self._values, number = torch.unique(values, return_inverse=True)
        zeros = torch.zeros(len(self._values), dtype=torch.float64)
        nets = zeros.index_add(0, number, weights.double())
        sizes = zeros.index_add(0, number, weights.double().abs())
        # what is left of weights that cancel is rounding
        for row in ((sizes > 0) & (nets <= 1e-6 * sizes)).nonzero().flatten()[:1].tolist():
            raise EngineError(
                "Data",
                f"Option Parametrise: expected a positive sum of the weights of the signal training events with each "
                f"value of {name!r}, found {float(nets[row]):.6g} for {float(self._values[row]):.6g}: use "
                "NegativeWeights=Ignore or Absolute, or fewer values with more events each",
                [("option", "Parametrise"), ("variable", name)],
            )
        self._sums = nets.cumsum(0)

    def __len__(self) -> int:
        """Number of different values."""
        return len(self._values)

    def draw(self, n: int, generator: torch.Generator) -> torch.Tensor:
        """n values, float32."""
        at = torch.rand(n, dtype=torch.float64, generator=generator) * self._sums[-1]
        rows = torch.searchsorted(self._sums, at, right=True).clamp_max(len(self._sums) - 1)
        return self._values[rows]


class ParametrisedLoader:
    """Batches of another loader in which the events without a parameter get new values every epoch.

    Args:
        loader: gives fresh batches (inputs, targets, weights, more).
        values: what is drawn.
        column: of the parameter among the inputs.
        signal_column: class number of the signal.
        seed: of the values.
    """

    def __init__(self, loader: Any, values: ParameterValues, column: int, signal_column: int, seed: int) -> None:
        self._loader = loader
        self._values = values
        self._column = column
        self._signal = signal_column
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Make order and values those of ``epoch``, whatever came before."""
        self._loader.set_epoch(epoch)
        self._epoch = epoch

    def parts(self) -> tuple[torch.Tensor, ...]:
        """The whole tensors of the loader."""
        return self._loader.parts()  # type: ignore[no-any-return]

    def __len__(self) -> int:
        """Number of batches."""
        return len(self._loader)

    def __iter__(self) -> Iterator[list[torch.Tensor]]:
        """Batches with drawn values for the background; signal keeps its own."""
        generator = torch.Generator()
        generator.manual_seed((self._seed << 20) + self._epoch + 1)  # not a seed of the order of events
        for batch in self._loader:
            inputs, targets = batch[:2]
            rows = (targets[:, self._signal] == 0).nonzero().squeeze(1)
            inputs[rows, self._column] = self._values.draw(len(rows), generator).to(inputs.device)
            yield batch


class Parametrisation:
    """The parameter of one training.

    Args:
        events: of the training; :attr:`events` has another copy of the inputs.
        weights: of the events, as the loss uses them.
        name: label of the variable.
        shape: of the data.
        seed: of the values.
        log: for a warning.

    Raises:
        EngineError: ``Option`` for an unknown variable; ``Data`` without signal events of positive weight.
    """

    def __init__(self, events: Events, weights: torch.Tensor, name: str, shape: Shape, seed: int, log: Log) -> None:
        self._column = events.variable_number(name, "Parametrise")
        self._signal = shape.signal_column
        self._seed = seed
        is_signal = events.targets[:, self._signal] > 0
        training = torch.zeros(len(is_signal), dtype=torch.bool)
        training[events.training] = True
        column = events.inputs[:, self._column]
        chosen = is_signal & training
        if not bool((weights[chosen] != 0).any()):
            raise EngineError("Data", "Option Parametrise: there are no signal training events with a weight")
        self._values = ParameterValues(name, column[chosen], weights[chosen])
        self._report(name, column[chosen], column[~is_signal], log)
        # a first draw: the moments of the column are those of the signal, the validation events stay the same
        inputs = events.inputs.clone()
        rows = (~is_signal).nonzero().squeeze(1)
        generator = torch.Generator()
        generator.manual_seed(seed)
        inputs[rows, self._column] = self._values.draw(len(rows), generator)
        self.events = events.with_inputs(inputs)

    @staticmethod
    def _report(name: str, signal: torch.Tensor, background: torch.Tensor, log: Log) -> None:
        low, high = float(signal.min()), float(signal.max())
        log.info(
            f"Option Parametrise: background gets values of {name} from those of the signal, {low:.5g} to {high:.5g}"
        )
        if low == high:
            log.warning(
                f"Option Parametrise: all signal training events have {name} = {low:.5g}: the option has no effect"
            )
        outside = float(((background < low) | (background > high)).float().mean())
        if outside > 0.01:
            log.warning(
                f"Option Parametrise: {100 * outside:.3g} % of the background has a value of {name} outside of "
                f"[{low:.5g}, {high:.5g}]. Its test events keep their values, so the figures of the test sample are "
                "not those of a search: give background values of the signal"
            )

    def loader(self, loader: Any, number: int) -> ParametrisedLoader:
        """New values every epoch, for network ``number`` of an ensemble, counted from 1."""
        return ParametrisedLoader(loader, self._values, self._column, self._signal, self._seed + number - 1)
