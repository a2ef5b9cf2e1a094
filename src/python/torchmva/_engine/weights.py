"""What the weight of an event counts in the loss: negative weights, balance of the classes."""

from __future__ import annotations

import torch

from .errors import EngineError
from .log import Log
from .options import TrainingOptions, option_error

BALANCED = "balanced"


def parse_class_weights(text: str, kind: str, n_classes: int) -> torch.Tensor | None:
    """Factors from ``ClassWeights``, one a class; None without any, and for ``Balanced``, which needs the events.

    Raises:
        EngineError: ``Option``.
    """
    if text.strip().lower() in ("", "none"):
        return None
    if kind == "Regression":
        raise option_error("ClassWeights", text, "none, because a regression has no classes")
    if text.strip().lower() == BALANCED:
        return None
    try:
        factors = torch.tensor([float(part) for part in text.split(",")])
    except ValueError:
        factors = torch.empty(0)
    if len(factors) != n_classes or not bool(((factors >= 0) & factors.isfinite()).all()) or not float(factors.sum()):
        raise option_error("ClassWeights", text, f"Balanced, or {n_classes} numbers that are not negative")
    return factors


def _class_factors(text: str, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor | None:
    """A factor for each class from ``ClassWeights``: ``Balanced``, or one number a class."""
    n_classes = targets.shape[1]
    if text.strip().lower() == BALANCED:
        sums = (targets * weights.clamp_min(0).unsqueeze(1)).sum(0)
        if not bool((sums > 0).all()):
            raise EngineError("Data", "ClassWeights=Balanced: a class has no training events with positive weight")
        return sums.sum() / (n_classes * sums)
    return parse_class_weights(text, "", n_classes)


def effective(weights: torch.Tensor, options: TrainingOptions, log: Log) -> torch.Tensor:
    """Event weights after ``NegativeWeights``; the tensor itself where nothing changes, else a copy.

    ``Keep`` is the default: events of negative weight are part of the sample that the generator's cross section belongs
    to, and only with their sign is the expectation of the loss that of the physical distribution. ``Ignore`` gives them
    weight 0, ``Absolute`` drops the sign: both train on another distribution, with less variance.
    """
    negative = weights < 0
    n_negative = int(negative.sum())
    if not n_negative:
        return weights
    share = float(weights[negative].sum().abs() / weights.abs().sum())
    n_effective = float(weights.double().sum() ** 2 / weights.double().square().sum())
    log.info(
        f"{n_negative} of {len(weights)} training events have negative weights ({100 * share:.3g} % of the sum of "
        f"moduli; {n_effective:.4g} effective events); NegativeWeights={options.negative_weights}"
    )
    policy = options.negative_weights.lower()
    if policy == "ignore":
        return weights.clamp_min(0)
    if policy == "absolute":
        return weights.abs()
    return weights


def balanced(
    weights: torch.Tensor, targets: torch.Tensor, training: slice | torch.Tensor, options: TrainingOptions
) -> torch.Tensor:
    """Event weights times the factor of their class (``ClassWeights``); the tensor itself without factors.

    Args:
        weights: of all events, [n].
        targets: one-hot, [n, nClasses].
        training: the training events, whose sums count.
        options: of the method.
    """
    factors = _class_factors(options.class_weights, targets[training], weights[training])
    return weights if factors is None else weights * (targets @ factors)


def require_positive_sum(weights: torch.Tensor) -> float:
    """The mean weight.

    Raises:
        EngineError: ``Data`` unless it is positive: a loss needs that to have a minimum.
    """
    mean = float(weights.mean())
    if not mean > 0:
        raise EngineError("Data", f"The sum of the training weights must be positive, found a mean of {mean}")
    return mean
