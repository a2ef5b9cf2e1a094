"""TorchMVA: train, evaluate and apply PyTorch models on ROOT trees.

    import torchmva
    import ROOT

    factory = ROOT.TMVA.Factory("job", V=False, Transformations="D,G")

Importing this package is cheap: it imports neither ROOT nor torch. It makes ROOT, whenever that is imported,
before or after, know ``ROOT.TorchMVA`` and its other name ``ROOT.TMVA``, with keyword arguments.
"""

from __future__ import annotations

from typing import Any

from torchmva import _hook, _root_version
from torchmva._frames import define
from torchmva._version import __version__

__all__ = ["Error", "__version__", "define"]

_root_version.require_same_root()
_hook.install()


def __getattr__(name: str) -> Any:
    if name == "Error":
        import ROOT

        return ROOT.TorchMVA.Error
    raise AttributeError(f"module 'torchmva' has no attribute {name!r}")
