"""What makes TorchMVA's C++ classes pleasant in PyROOT.

* the library, the headers and the namespace TMVA are known, with no environment variable set;
* keyword arguments become TMVA's option strings: ``Factory("job", V=False)`` is ``Factory("job", "!V")``;
* a C++ exception arrives as itself (`torchmva.Error`) instead of drowning in a TypeError about overloads;
* memory that C++ only points to (the arrays of `Reader.AddVariable`, trees, files) is kept alive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from torchmva import _overloads, _paths

NAMESPACE = "TorchMVA"

# Methods that take keywords, as TMVA's own helpers have them; the originals stay under these names.
KEYWORD_METHODS = {
    "Factory": {"__init__": "_init", "BookMethod": "_BookMethod"},
    "DataLoader": {"PrepareTrainingAndTestTree": "_PrepareTrainingAndTestTree"},
}
PYTHONIZED_CLASSES = ("Factory", "DataLoader", "Reader")
# Methods whose result lives inside the object they were called on.
BORROWING_METHODS = frozenset({"BookMethod", "GetMethod", "BookMVA", "FindMVA", "GetDataSetInfo", "DataInfo"})

_activated = False


def activate(ROOT: ModuleType) -> None:
    """Make `ROOT` know TorchMVA. Called once PyROOT is set up; later calls do nothing."""
    global _activated
    if _activated:
        return
    _activated = True
    _load(ROOT)
    ROOT.pythonization(list(PYTHONIZED_CLASSES), ns=NAMESPACE)(_pythonize)


def _load(ROOT: ModuleType) -> None:
    interpreter = ROOT.gInterpreter
    interpreter.AddIncludePath(str(_paths.INCLUDE_DIR))
    ROOT.gSystem.AddDynamicPath(str(_paths.LIB_DIR))
    if not (_paths.PACKAGE_DIR.parent / "ROOT").is_dir():
        # not in the same site-packages, as in a staged tree: the library cannot find ROOT's by its rpath
        for name in _paths.LINKED_ROOT_LIBRARIES:
            ROOT.gSystem.Load(f"lib{name}")
    if ROOT.gSystem.Load(str(_paths.HOST_LIBRARY)) < 0:
        raise ImportError(f"torchmva: ROOT could not load {_paths.HOST_LIBRARY}; its message is above")
    # so that the classes of the plugin, too, are found when they are first named
    interpreter.LoadLibraryMap(str(_paths.LIB_DIR / "libTorchMVAPyTorch.rootmap"))
    if "tmva" not in str(ROOT.gROOT.GetConfigFeatures()).split():
        interpreter.Declare(f"namespace TMVA = {NAMESPACE};")


def _pythonize(klass: type, name: str) -> None:
    keyword_methods = KEYWORD_METHODS.get(name.rpartition("::")[2], {})
    for method_name, overload in list(vars(klass).items()):
        public = not method_name.startswith("_") or method_name == "__init__"
        if not public or not _overloads.is_overload(overload):
            continue
        takes_keywords = method_name in keyword_methods
        signatures = _overloads.signatures(overload)
        if takes_keywords:
            setattr(klass, keyword_methods[method_name], overload)
        elif not _overloads.needs_help(signatures):
            continue
        setattr(klass, method_name, _wrap(method_name, overload, signatures, takes_keywords))


def _wrap(
    name: str, overload: Any, signatures: Sequence[_overloads.Signature], takes_keywords: bool
) -> Callable[..., Any]:
    resolver = _overloads.Resolver(overload, signatures)
    borrows = name in BORROWING_METHODS
    keeps = not name.startswith(("Evaluate", "Get"))  # those use their arguments during the call only

    def method(self: Any, *args: Any, **options: Any) -> Any:
        if options:
            if not takes_keywords:
                return overload(self, *args, **options)
            args = (*args, option_string(options))
        call = resolver.resolve(args)
        if call.strings or call.nulls:
            converted = list(args)
            for i in call.strings:
                converted[i] = _overloads.tstring(args[i])
            for i in call.nulls:
                converted[i] = _nullptr()
            result = call.function(self, *converted)
        else:
            result = call.function(self, *args)
        if keeps and call.kept:
            vars(self).setdefault("_torchmva_kept", []).extend([args[i] for i in call.kept])
        if borrows and result:
            result._torchmva_owner = self
        return result

    method.__name__ = name
    method.__doc__ = overload.__doc__
    return method


def _nullptr() -> Any:
    import ROOT

    return ROOT.nullptr


def option_string(options: dict[str, Any]) -> str:
    """TMVA's option string of keyword arguments, in their order."""
    return ":".join(_option(name, value) for name, value in options.items())


def _option(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else f"!{name}"
    return f"{name}={value}"
