"""Trained networks as lists of operations, which C++ evaluates without Python (docs/network-format.md)."""

from .description import NetworkDescription, NotExpressible, Operation
from .frontend import describe

__all__ = ["NetworkDescription", "NotExpressible", "Operation", "describe"]
