"""Where models run. One place, so that an option can choose later."""

from __future__ import annotations

import torch


def select() -> torch.device:
    """The device for training and prediction: the CPU."""
    return torch.device("cpu")
