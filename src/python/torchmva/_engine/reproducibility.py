"""Do the outputs of an event depend on the event alone, or also on chance and on the other events of its block?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

Array = np.ndarray[Any, Any]
Function = Callable[[Array], Array]

#: Differences up to this part of the largest output of a column are rounding for sure.
TOLERANCE = 1e-5
#: Above it the function says itself what rounding does: by inputs that differ in the last bit.
ROUNDINGS = 4
#: From this part of the spread of the outputs on, a difference spoils the result.
LARGE = 0.05
#: Rows of one comparison, and how many of them are also evaluated alone.
N_ROWS, N_SINGLE = 64, 16


def made_up_rows(n_variables: int, n: int = N_ROWS) -> Array:
    """Rows for a model of which no events are known: normal numbers, of several sizes, the same in every process."""
    generator = np.random.default_rng(1)
    sizes = 10.0 ** generator.integers(-1, 3, size=(n, 1))
    return np.ascontiguousarray(generator.normal(size=(n, n_variables)) * sizes, dtype=np.float32)


def some_of(rows: Array, n: int = N_ROWS) -> Array:
    """Rows from the whole of a sample."""
    return np.asarray(rows[np.linspace(0, len(rows) - 1, min(len(rows), n)).astype(int)])


def difference(first: Array, second: Array) -> Array:
    """The largest difference of two outputs [n, k] in each column; infinite where only one of them is NaN."""
    with np.errstate(invalid="ignore"):
        found = np.where((first == second) | (np.isnan(first) & np.isnan(second)), 0.0, np.abs(first - second))
    found = np.where(np.isnan(found), np.inf, found)
    return np.asarray(found.max(axis=0), dtype=float)


def _scale(outputs: Array) -> Array:
    """The largest modulus of a column, at least a tiny number."""
    finite = np.where(np.isfinite(outputs), np.abs(outputs), 0.0)
    return np.asarray(np.maximum(finite.max(axis=0), 1e-30), dtype=float)


def is_rounding(found: Array, outputs: Array, rows: Array, function: Function) -> bool:
    """Whether a difference for each column is what rounding explains.

    Args:
        found: as :func:`difference` gives it.
        outputs: of ``function`` for ``rows``.
        rows: the inputs.
        function: what gives the outputs; it is called again only if ``found`` is not tiny.
    """
    allowed = TOLERANCE * _scale(outputs)
    if bool((found <= allowed).all()):
        return True
    shifted = difference(function(np.nextafter(rows, np.float32(np.inf))), outputs)
    return bool((found <= np.maximum(allowed, ROUNDINGS * np.where(np.isfinite(shifted), shifted, 0.0))).all())


@dataclass(frozen=True)
class Irreproducible:
    """Outputs that differ for the same event.

    Args:
        by_chance: already when the same block is evaluated again.
        size: the largest difference.
        part: of the spread of the outputs over the events.
    """

    by_chance: bool
    size: float
    part: float

    def text(self) -> str:
        """A warning as strong as the difference."""
        if self.by_chance:
            what = "The responses depend on chance: evaluated again, the outputs of the same event"
            cause = "the model draws random numbers, as dropout in training mode does"
        else:
            what = "The responses depend on the other events of the block: alone, the outputs of the same event"
            cause = "batch norm in training mode and dynamic quantisation do that"
        size = f"differ by up to {self.size:.2g}, {100 * self.part:.2g} % of their spread"
        advice = "trace, script or export the model after model.eval()"
        if self.part < LARGE:
            return f"{what} {size} ({cause}). To mend it, {advice}"
        return f"{what} {size} ({cause}). Do not use this model: its results cannot be repeated. To mend it, {advice}"


def examine(function: Function, rows: Array) -> Irreproducible | None:
    """What is wrong with outputs; None if they depend on the event alone, or the function raises.

    Torch's generator is afterwards as it was.

    Args:
        function: [n, nVars] to [n, nOutputs].
        rows: to try it with, at least two.
    """
    try:
        with torch.random.fork_rng(devices=[]):
            first, again = function(rows), function(rows)
            by_chance = difference(first, again)
            if (by_chance > TOLERANCE * _scale(first)).any():
                return _found(True, by_chance, first)
            alone = np.concatenate([function(rows[i : i + 1]) for i in range(min(len(rows), N_SINGLE))])
            by_block = difference(first[: len(alone)], alone)
            if not is_rounding(by_block, first, rows, function):
                return _found(False, by_block, first)
    except Exception:  # noqa: BLE001 - the call that somebody asks for will say what is wrong
        return None
    return None


def _found(by_chance: bool, size: Array, outputs: Array) -> Irreproducible:
    spread = np.maximum(np.nanstd(np.where(np.isfinite(outputs), outputs, np.nan), axis=0), 1e-30)
    worst = int(np.argmax(size / spread))
    return Irreproducible(by_chance, float(size[worst]), float(min(size[worst] / spread[worst], 1e6)))
