"""Fewer operations for the same numbers: factors and shifts become part of the weights beside them.

A shift before a linear layer stays: standardised inputs are differences of numbers that may be large, and W (x - m)
written as W x - W m would lose them.
"""

from __future__ import annotations

from collections import Counter

import torch

from .draft import Draft

_WEIGHTED = ("Linear", "Conv1d", "Conv2d")


def fold(drafts: list[Draft], output: int) -> None:
    """Replace operations by simpler ones with the same result; what is not needed any more stays in the list.

    Args:
        drafts: operation i makes value i + 1.
        output: number of the value that is the result.
    """
    uses = Counter(number for draft in drafts for number in draft.inputs)
    uses[output] += 1
    for i, draft in enumerate(drafts):
        before = draft.inputs[0]
        if before == 0 or uses[before] > 1:
            continue
        maker = drafts[before - 1]
        joined = None
        if draft.type == "Affine" and maker.type in _WEIGHTED:
            joined = _affine_after(maker, draft)
        elif draft.type == "Linear" and maker.type == "Affine":
            joined = _scale_before(maker, draft)
        if joined is not None:
            drafts[i] = joined


def _all_finite(*tensors: torch.Tensor | None) -> bool:
    return all(tensor is None or bool(torch.isfinite(tensor).all()) for tensor in tensors)


def _affine_after(maker: Draft, affine: Draft) -> Draft | None:
    """A layer and a factor and shift of each of its outputs (batch norm, targets in their own units) as one layer."""
    if affine.attributes.get("Dim") not in (None, "-1" if maker.type == "Linear" else "0"):
        return None
    weight, bias = maker.attributes["Weight"].double(), maker.attributes.get("Bias")
    scale, shift = affine.attributes.get("Scale"), affine.attributes.get("Shift")
    if not _all_finite(scale, shift):
        return None
    n_outputs = weight.shape[0]
    bias = torch.zeros(n_outputs, dtype=torch.float64) if bias is None else bias.reshape(-1).double()
    if scale is not None:
        factors = scale.reshape(-1).double().expand(n_outputs)
        weight = weight * factors.reshape(-1, *(1,) * (weight.dim() - 1))
        bias = bias * factors
    if shift is not None:
        bias = bias + shift.reshape(-1).double()
    return Draft(maker.type, maker.inputs, affine.shape, {**maker.attributes, "Weight": weight, "Bias": bias})


def _scale_before(affine: Draft, linear: Draft) -> Draft | None:
    """A factor of each input and a linear layer (inputs divided by their widths) as one layer."""
    scale = affine.attributes.get("Scale")
    if "Shift" in affine.attributes or scale is None or affine.attributes.get("Dim") not in (None, "-1"):
        return None
    if not _all_finite(scale):
        return None
    weight = linear.attributes["Weight"].double() * scale.reshape(-1).double()
    return Draft(linear.type, affine.inputs, linear.shape, {**linear.attributes, "Weight": weight})
