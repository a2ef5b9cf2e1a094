"""Where models run."""

from __future__ import annotations

import re

import torch

from .errors import EngineError
from .options import option_error

#: Events stay on a GPU during the training if they take no more than this part of its free memory.
RESIDENT_PART = 0.5


def select() -> torch.device:
    """The device for prediction: the CPU."""
    return torch.device("cpu")


def for_training(name: str) -> torch.device:
    """The device that option ``Device`` names: ``auto`` is the GPU where there is one.

    Raises:
        EngineError: ``Option`` for another name or a GPU that is not there, with those that are.
    """
    # a colon separates options, so in their text cuda:1 is written cuda1
    text = re.sub(r"^cuda(\d+)$", r"cuda:\1", name.strip().lower())
    n_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if text in ("", "auto"):
        return torch.device("cuda" if n_gpus else "cpu")
    try:
        device = torch.device(text)
    except RuntimeError:
        raise option_error("Device", name, "auto, cpu, cuda or cuda<number>") from None
    if device.type not in ("cpu", "cuda"):
        raise option_error("Device", name, "auto, cpu, cuda or cuda<number>")
    if device.type == "cuda" and (device.index or 0) >= n_gpus:
        found = "no GPU that PyTorch can use" if not n_gpus else f"{n_gpus} GPUs, cuda:0 to cuda:{n_gpus - 1}"
        built = "" if torch.version.cuda else " (this PyTorch is built for the CPU only)"
        raise EngineError("Option", f"Option Device={name}: found {found}{built}", [("option", "Device")])
    return device


def place(tensors: tuple[torch.Tensor, ...], device: torch.device) -> tuple[torch.Tensor, ...]:
    """The events where training reads them: on the GPU if they fit, else in pinned memory; on the CPU as they are."""
    if device.type == "cpu":
        return tensors
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    free, _ = torch.cuda.mem_get_info(device)
    if size <= RESIDENT_PART * free:
        return tuple(tensor.to(device) for tensor in tensors)
    return tuple(tensor.pin_memory() for tensor in tensors)
