"""Figures of merit of a response on some events: what a search for options makes as good as it can."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import EngineError

Array = np.ndarray[Any, Any]


def roc_integral(response: Array, is_signal: Array, weights: Array) -> float:
    """Area under the weighted ROC curve: the probability that a signal event has the larger response (T. Fawcett,
    Pattern Recognition Letters 27 (2006) 861); equal responses count half.

    Args:
        response: [n].
        is_signal: bool [n].
        weights: [n], negative ones as they are.
    """
    order = np.argsort(response, kind="stable")
    ordered = response[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    signal = np.add.reduceat(np.where(is_signal, weights, 0.0)[order].astype(np.float64), first)
    background = np.add.reduceat(np.where(is_signal, 0.0, weights)[order].astype(np.float64), first)
    below = np.cumsum(background) - background
    return float((signal * (below + 0.5 * background)).sum() / (signal.sum() * background.sum()))


def relative_rms(predicted: Array, targets: Array, weights: Array) -> float:
    """Weighted RMS of prediction minus target in units of the standard deviation of the target, mean over the targets.

    Args:
        predicted: [n, k].
        targets: [n, k].
        weights: [n]; negative ones count as 0.
    """
    w = np.maximum(weights, 0)
    square = np.average((predicted.astype(np.float64) - targets) ** 2, axis=0, weights=w)
    mean = np.average(targets.astype(np.float64), axis=0, weights=w)
    variance = np.average((targets - mean) ** 2, axis=0, weights=w)
    return float(np.mean(np.sqrt(square / np.where(variance > 0, variance, 1))))


class Figure:
    """The figure of merit for an analysis.

    Args:
        kind: ``"Classification"``, ``"Multiclass"`` or ``"Regression"``.
        asked: what the user calls it. ``ROCIntegral``, in multiclass the mean of every class against the rest; in a
            regression it is ``RMS`` whatever TMVA's default argument says.
        signal_class: number of the signal class in a classification.

    Raises:
        EngineError: ``Argument`` for a name that means nothing for this analysis.
    """

    def __init__(self, kind: str, asked: str, signal_class: int = 0) -> None:
        allowed = {"Regression": ("RMS", "ROCIntegral")}.get(kind, ("ROCIntegral",))
        if asked.lower() not in [name.lower() for name in allowed]:
            raise EngineError(
                "Argument", f"Figure of merit of a {kind.lower()}: expected {allowed[0]}, found {asked!r}"
            )
        self.name = allowed[0]
        self.is_larger_better = kind != "Regression"
        self._kind = kind
        self._signal_class = signal_class

    def require(self, truth: Array, weights: Array) -> None:
        """See that the figure exists on these events: classes int [n], or targets [n, k] of a regression.

        Raises:
            EngineError: ``Data``.
        """
        n_classes = 0 if self._kind == "Regression" else int(truth.max(initial=0)) + 1
        sums = [float(weights[truth == number].sum()) for number in range(max(n_classes, 2))] if n_classes else []
        bad = [number for number, total in enumerate(sums) if not total > 0]
        if bad:
            raise EngineError(
                "Data",
                f"The search compares options on the validation events: expected a positive sum of weights of every "
                f"class, found {sums[bad[0]]:g}",
                [("class", str(bad[0]))],
            )

    def __call__(self, outputs: Array, truth: Array, weights: Array) -> float:
        """The figure for outputs [n, k] of events with classes int [n], or targets [n, k] of a regression."""
        if self._kind == "Regression":
            return relative_rms(outputs, truth, weights)
        if self._kind == "Classification":
            column = self._signal_class if outputs.shape[1] > 1 else 0
            return roc_integral(outputs[:, column], truth == self._signal_class, weights)
        areas = [roc_integral(outputs[:, number], truth == number, weights) for number in range(outputs.shape[1])]
        return float(np.mean(areas))
