"""Waits for ROOT: runs `_pythonize.activate` once PyROOT is up, in whatever order things are imported.

ROOT's Python module is itself lazy: `import ROOT` does not start the interpreter, the first attribute does
(`_finalSetup`). That is the moment used here, so neither `import torchmva` nor `import ROOT` gets slower.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


def install() -> None:
    """Attach to ROOT if it is imported already, else as soon as it is."""
    facade = sys.modules.get("ROOT")
    if facade is not None:
        _attach(facade)
    elif not any(isinstance(finder, _RootFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _RootFinder())


class _RootFinder(MetaPathFinder):
    """Finds `ROOT` as usual and attaches to it after it was loaded, once."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != "ROOT":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        _attach_after_loading(spec.loader, self)
        return spec


def _attach_after_loading(loader: Loader, finder: _RootFinder) -> None:
    exec_module = loader.exec_module

    def exec_and_attach(module: ModuleType) -> None:
        loader.exec_module = exec_module  # type: ignore[method-assign]
        exec_module(module)
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
        _attach(sys.modules["ROOT"])  # which the module has replaced by its facade

    loader.exec_module = exec_and_attach  # type: ignore[method-assign]


def _attach(facade: ModuleType) -> None:
    namespace = vars(facade)
    if "_cppyy" in namespace:
        _activate(facade)
        return
    if "_finalSetup" in namespace:
        return  # attached before

    final_setup = facade._finalSetup

    def setup_and_activate() -> None:
        namespace.pop("_finalSetup", None)
        final_setup()
        _activate(facade)

    namespace["_finalSetup"] = setup_and_activate


def _activate(facade: ModuleType) -> None:
    from torchmva import _pythonize

    _pythonize.activate(facade)
