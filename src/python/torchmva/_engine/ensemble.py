"""Several networks as one: the mean of their outputs, and how far they differ.

The mean of networks that differ in their first parameters and in the order of the events has a smaller loss than the
mean of theirs; their spread says where they do not know (Lakshminarayanan, Pritzel and Blundell, arXiv:1612.01474).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Ensemble(nn.Module):  # type: ignore[misc]
    """The mean of the outputs of its members."""

    def __init__(self, members: list[Any]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Rows [n, nVars] to rows [n, nOutputs]."""
        return torch.stack([member(x) for member in self.members]).mean(0)

    @torch.jit.unused  # type: ignore[untyped-decorator]
    def spread(self) -> Spread | None:
        """The model of the standard deviation, with the same members; None for one member."""
        return Spread(list(self.members)) if len(self.members) > 1 else None


class Spread(nn.Module):  # type: ignore[misc]
    """The standard deviation of the outputs of single members around their mean (divided by nMembers - 1)."""

    def __init__(self, members: list[Any]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Rows [n, nVars] to rows [n, nOutputs]."""
        return torch.stack([member(x) for member in self.members]).std(0)


def spread_of(model: Any) -> Spread | None:
    """The spread that belongs to a model whose output is a mean; None for a single network."""
    make = getattr(model, "spread", None)
    return make() if callable(make) else None
