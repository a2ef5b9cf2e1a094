"""The network that is trained where the user gives no model: a multilayer perceptron made of options."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn

from .automatic import of_network
from .options import TrainingOptions, option_error
from .probe import Shape

#: What a network that is made of options is called in messages.
NAME = "network of the options"

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leakyrelu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


def parse_layout(text: str) -> list[int]:
    """Widths of the hidden layers from ``"64,64"``; an empty text is no hidden layer.

    Raises:
        EngineError: ``Option``.
    """
    widths = []
    given = text.strip().removesuffix(",")
    for part in (part.strip() for part in given.split(",")) if given else ():
        if not part.isdecimal() or not 0 < int(part) <= 1 << 20:
            raise option_error("Layout", text, "widths of the hidden layers such as 64,64")
        widths.append(int(part))
    return widths


class Standardise(nn.Module):  # type: ignore[misc]
    """(x - mean) / width of each variable; mean 0 and width 1 until they are set."""

    def __init__(self, n_variables: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_variables))
        self.register_buffer("width", torch.ones(n_variables))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Rows [n, nVars] to rows [n, nVars]."""
        return (x - self.mean) / self.width


class HiddenLayer(nn.Module):  # type: ignore[misc]
    """Linear, batch norm, activation, dropout; with ``residual`` the input is added where the widths agree."""

    def __init__(self, n_in: int, n_out: int, options: TrainingOptions) -> None:
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        self.norm: nn.Module = nn.BatchNorm1d(n_out) if options.batch_norm else nn.Identity()
        self.activation = ACTIVATIONS[options.activation.lower()]()
        self.dropout: nn.Module = nn.Dropout(options.dropout) if options.dropout else nn.Identity()
        self.residual = options.residual and n_in == n_out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Rows [n, nIn] to rows [n, nOut]."""
        y: torch.Tensor = self.dropout(self.activation(self.norm(self.linear(x))))
        return x + y if self.residual else y


class Network(nn.Module):  # type: ignore[misc]
    """Standardised inputs, hidden layers, one linear layer, and what makes its scores the outputs that users see.

    Scores are logits of the classes, or targets in units of their standard deviation: the loss works on them, which is
    numerically sounder than on the outputs. Outputs are class probabilities, or targets in their own units.
    """

    def __init__(self, n_variables: int, n_outputs: int, kind: str, options: TrainingOptions) -> None:
        super().__init__()
        if options.activation.lower() not in ACTIVATIONS:
            known = ", ".join(type_.__name__ for type_ in ACTIVATIONS.values())
            raise option_error("Activation", options.activation, f"one of {known}")
        widths = [n_variables, *parse_layout(options.layout)]
        self.standardise = Standardise(n_variables)
        self.hidden = nn.Sequential(*(HiddenLayer(n_in, n_out, options) for n_in, n_out in pairwise(widths)))
        self.last = nn.Linear(widths[-1], n_outputs)
        self.is_regression = kind == "Regression"
        self.register_buffer("target_mean", torch.zeros(n_outputs))
        self.register_buffer("target_width", torch.ones(n_outputs))

    def scores(self, x: torch.Tensor) -> torch.Tensor:
        """Logits, or standardised targets: [n, nOutputs]."""
        scores: torch.Tensor = self.last(self.hidden(self.standardise(x)))
        return scores

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Class probabilities, or targets in their own units: [n, nOutputs]."""
        scores = self.last(self.hidden(self.standardise(x)))
        if self.is_regression:
            return scores * self.target_width + self.target_mean
        return torch.softmax(scores, 1)


def build(shape: Shape, options: TrainingOptions) -> Network:
    """A new network for data of this shape; torch's generator decides its first parameters."""
    return Network(shape.n_variables, shape.n_outputs, shape.kind, of_network(options, shape.kind))


def _moments(values: torch.Tensor, weights: torch.Tensor, chunk: int = 1 << 16) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation of each column, weighted with |w|, without a copy of the events."""
    total = torch.zeros((), dtype=torch.float64)
    first = torch.zeros(values.shape[1], dtype=torch.float64)
    second = torch.zeros(values.shape[1], dtype=torch.float64)
    shift = values[0].double()
    for rows, w in zip(values.split(chunk), weights.split(chunk), strict=True):
        size = w.abs().double().unsqueeze(1)
        moved = rows.double() - shift
        total += size.sum()
        first += (size * moved).sum(0)
        second += (size * moved.square()).sum(0)
    mean = first / total
    width = (second / total - mean.square()).clamp_min(0).sqrt()
    # a constant column has no width, and rounding must not make one
    width[width <= 1e-7 * (shift + mean).abs()] = 1
    return (mean + shift).float(), width.float()


def standardise(
    network: Any, inputs: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor, options: TrainingOptions
) -> None:
    """Set what ``network`` subtracts and divides by: inputs if the options say so, targets of a regression.

    Args:
        network: a :class:`Network`; another model is left alone.
        inputs: training rows [n, nVars].
        targets: [n, nOutputs].
        weights: [n]; the modulus of negative ones counts.
        options: of the method.
    """
    if not isinstance(network, Network) or not float(weights.abs().sum()) > 0:
        return
    if options.standardise_inputs:
        network.standardise.mean, network.standardise.width = _moments(inputs, weights)
    if network.is_regression:
        network.target_mean, network.target_width = _moments(targets, weights)
