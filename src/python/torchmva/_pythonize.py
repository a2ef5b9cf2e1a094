"""What makes TorchMVA's C++ classes pleasant in PyROOT.

* the library, the headers and the namespace TMVA are known, with no environment variable set;
* keyword arguments become TMVA's option strings: ``Factory("job", V=False)`` is ``Factory("job", "!V")``;
* a C++ exception arrives as itself (`torchmva.Error`) instead of drowning in a TypeError about overloads;
* memory that C++ only points to (the arrays of `Reader.AddVariable`, trees, files) is kept alive;
* a Reader can be pickled, and what cannot says so;
* Ctrl-C in a C++ call that runs Python stays a KeyboardInterrupt;
* arrays and objects of a wrong kind give an error that says what was expected and found.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from torchmva import _arrays, _frames, _overloads, _paths, _pickling, _roc

NAMESPACE = "TorchMVA"

# Methods that take keywords, as TMVA's own helpers have them; the originals stay under these names.
KEYWORD_METHODS = {
    "Factory": {"__init__": "_init", "BookMethod": "_BookMethod"},
    "DataLoader": {"PrepareTrainingAndTestTree": "_PrepareTrainingAndTestTree"},
    "CrossValidation": {"__init__": "_init"},
    "Envelope": {"BookMethod": "_BookMethod"},  # of CrossValidation
}
# Classes that keep what they are given a pointer to.
KEEPING_CLASSES = frozenset({"Factory", "DataLoader", "Reader", "Envelope", "CrossValidation"})
# Classes whose constructors take text or pointers. PyROOT crashes when it is asked about the constructors of others,
# if these are private.
CONSTRUCTED_CLASSES = KEEPING_CLASSES | {
    "ClassInfo",
    "CvSplitKFolds",
    "DataSetInfo",
    "FileApplier",
    "PDF",
    "RReader",
    "Ranking",
    "VariableInfo",
}
# Functions with arguments. They are looked up at their first call: ROOT reads headers for that.
FUNCTIONS = (
    "OptionHelp",
    "OptionsOf",
    "TMVAGui",
    "TMVAMultiClassGui",
    "TMVARegGui",
    "correlations",
    "correlationscatters",
    "deviations",
    "efficiencies",
    "mvaeffs",
    "mvas",
    "mvasMulticlass",
    "trainingcurves",
    "variables",
)
# Methods whose result lives inside the object they were called on.
BORROWING_METHODS = frozenset({"BookMethod", "GetMethod", "BookMVA", "FindMVA", "GetDataSetInfo", "DataInfo"})
# Methods without arguments to help with that run the user's Python code, where Ctrl-C arrives.
RUNNING_METHODS = frozenset(
    {
        "TrainAllMethods",
        "TrainAllMethodsForClassification",
        "TrainAllMethodsForRegression",
        "TestAllMethods",
        "EvaluateAllMethods",
        "Evaluate",
    }
)

# Methods that may warn after the user's code has run.
WARNING_METHODS = RUNNING_METHODS | {"BookMethod", "BookMVA", "OptimizeAllMethods", "PrepareTrainingAndTestTree"}
# The module that PyROOT names in its warnings, as a regular expression.
_ROOT_MODULE = "ROOT$"
# The feature of ROOT that scripts ask for before they book PyTorch.
_PYMVA = "tmva-pymva"

# Methods that may run in several threads of Python at once: they give Python's lock back meanwhile. They must not warn
# without it, because PyROOT makes Python warnings of ROOT's; errors are only printed.
FREEING_METHODS = frozenset({"Apply", "EvaluateBatch"})
# What the plugin says when Ctrl-C came while no Python code ran (InterruptGuard.cxx).
INTERRUPT_MESSAGE = "Interrupted (KeyboardInterrupt)"

_activated = False


def activate(ROOT: ModuleType) -> None:
    """Make `ROOT` know TorchMVA. Called once PyROOT is set up; later calls do nothing."""
    global _activated
    if _activated:
        return
    _activated = True
    _show_warnings()
    _load(ROOT)
    for namespace in (NAMESPACE, f"{NAMESPACE}::Experimental"):
        ROOT.pythonization("", ns=namespace, is_prefix=True)(_pythonize_any)
    for name in FUNCTIONS:
        setattr(ROOT.TorchMVA, name, _Function(ROOT.TorchMVA, name))
    _frames.activate(ROOT)


def _show_warnings() -> None:
    """Shows ROOT's warnings where everything is ignored (PYTHONWARNINGS=ignore, a blanket filter of a script).

    PyROOT makes Python warnings of them, of the module "ROOT". Such filters are meant for the chatter of libraries;
    what a training warns of is a part of its result, and TMVA prints it in any case. A filter for RuntimeWarning is
    respected.
    """
    for action, message, category, module, line in warnings.filters:
        if module is not None and getattr(module, "pattern", module) == _ROOT_MODULE:
            return
        if message is None and line == 0 and issubclass(RuntimeWarning, category) and not module:
            if action == "ignore" and category is Warning:
                warnings.filterwarnings("default", category=RuntimeWarning, module=_ROOT_MODULE)
            return


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
    features = str(ROOT.gROOT.GetConfigFeatures()).split()
    if "tmva" not in features:
        interpreter.Declare('#include "TMVA/Namespace.h"')
    if _PYMVA not in features:
        interpreter.Declare("#ifndef R__HAS_PYMVA\n#define R__HAS_PYMVA\n#endif")
        _add_feature(ROOT, _PYMVA)
    # classes bring their header with them, enumerators and the longer forms of functions do not
    interpreter.AutoParse(f"{NAMESPACE}::Factory")


def _add_feature(ROOT: ModuleType, name: str) -> None:
    """`ROOT.gROOT.GetConfigFeatures()` has the name, too."""
    klass = type(ROOT.gROOT)
    get = klass.GetConfigFeatures

    def get_config_features(self: Any) -> str:
        """The features that ROOT was built with, and those that TorchMVA brings."""
        return f"{get(self)} {name}"

    klass.GetConfigFeatures = get_config_features


def _pythonize_any(klass: type, name: str) -> None:
    short = name.rpartition("::")[2]
    _SPECIAL.get(short, _pythonize)(klass, short)
    reduce = _REDUCERS.get(short) or _pickling.refusal(short)
    klass.__reduce_ex__ = reduce  # type: ignore[assignment, method-assign]


def _pythonize(klass: type, name: str) -> None:
    keyword_methods = KEYWORD_METHODS.get(name, {})
    for method_name, overload in list(vars(klass).items()):
        public = not method_name.startswith("_") or (method_name == "__init__" and name in CONSTRUCTED_CLASSES)
        if not public or not _overloads.is_overload(overload):
            continue
        takes_keywords = method_name in keyword_methods
        signatures = _overloads.signatures(overload)
        if method_name in FREEING_METHODS:
            for signature in signatures:
                signature.function.__release_gil__ = True
        if takes_keywords:
            setattr(klass, keyword_methods[method_name], overload)
        elif not (method_name in RUNNING_METHODS or _overloads.needs_help(signatures)):
            continue
        if _overloads.is_static(overload):
            setattr(klass, method_name, staticmethod(_wrap_function(method_name, overload, signatures)))
            continue
        # those use their arguments during the call only, but one of them books
        keeps = name in KEEPING_CLASSES and (
            method_name == "EvaluateAllVariables" or not method_name.startswith(("Evaluate", "Get"))
        )
        wrapped = _wrap(method_name, overload, signatures, takes_keywords, keeps)
        setattr(klass, method_name, DECORATORS.get(method_name, _unchanged)(wrapped))


def _leave(_klass: type, _name: str) -> None:
    """Errors are made by `_arrays.fail` only."""


class _Function:
    """A function of the library, which raises what C++ throws. PyROOT looks for it when it is first used."""

    def __init__(self, namespace: Any, name: str) -> None:
        self.__name__ = name
        self._namespace = namespace
        self._found: Callable[..., Any] | None = None

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._function()(*args, **named)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self._function().__doc__

    def _function(self) -> Callable[..., Any]:
        if self._found is None:
            delattr(self._namespace, self.__name__)  # to see the one of C++
            overload = getattr(self._namespace, self.__name__)
            setattr(self._namespace, self.__name__, self)
            self._found = _wrap_function(self.__name__, overload, _overloads.signatures(overload))
        return self._found


def _wrap_function(name: str, overload: Any, signatures: Sequence[_overloads.Signature]) -> Callable[..., Any]:
    """A function that belongs to no object."""
    resolver = _overloads.Resolver(overload, signatures)

    def function(*args: Any, **named: Any) -> Any:
        if named:
            return overload(*args, **named)
        call = _resolve(name, resolver, args)
        try:
            return call.function(*call.arguments(args))
        except Exception as error:
            _raise_clearer(error, name, args, resolver)
            raise

    function.__name__ = name
    function.__doc__ = overload.__doc__
    return function


def _pythonize_rreader(klass: type, name: str) -> None:
    overload = vars(klass)["Compute"]
    signatures = _overloads.signatures(overload)
    # rows, number, responses, spectators: the form for arrays, chosen here, so that what it throws arrives
    batch = next(signature for signature in signatures if len(signature.types) == 4)
    on_arrays = _wrap("Compute", batch.function, [batch], False, False)
    _pythonize(klass, name)
    any_form = vars(klass)["Compute"]

    def compute(self: Any, values: Any, *more: Any, spectators: Any = None) -> Any:
        if more:
            return any_form(self, values, *more)
        return _arrays.compute(self, on_arrays, values, spectators)

    compute.__name__ = "Compute"
    compute.__doc__ = f"{overload.__doc__}\n\n{_arrays.compute.__doc__}"
    klass.Compute = compute  # type: ignore[attr-defined]
    for getter in ("GetVariableNames", "GetSpectatorNames", "GetClassNames"):
        setattr(klass, getter, _listing(vars(klass)[getter]))


def _pythonize_roc_curve(klass: type, name: str) -> None:
    overload = vars(klass)["__init__"]
    construct = _wrap("__init__", overload, _overloads.signatures(overload), False, False)
    _pythonize(klass, name)

    def method(self: Any, *args: Any) -> None:
        construct(self, *_roc.vectors(args))

    method.__name__ = "__init__"
    method.__doc__ = overload.__doc__
    klass.__init__ = method  # type: ignore[misc]


# How many arguments methods of a DataSetInfo have before TMVA's last two: whether the values are normalised, and the
# address of a value, of which TMVA takes no notice where events come from trees.
DECLARING_METHODS = {"AddVariable": 6, "AddVariablesArray": 7, "AddTarget": 5, "AddSpectator": 6}


def _pythonize_data_set_info(klass: type, name: str) -> None:
    _pythonize(klass, name)
    for method_name, n_arguments in DECLARING_METHODS.items():
        setattr(klass, method_name, _without_address(vars(klass)[method_name], n_arguments))


def _without_address(declare: Callable[..., Any], n_arguments: int) -> Callable[..., Any]:
    def method(self: Any, *args: Any) -> Any:
        has_address = n_arguments < len(args) <= n_arguments + 2 and isinstance(args[n_arguments], (bool, int))
        return declare(self, *(args[:n_arguments] if has_address else args))

    method.__name__ = declare.__name__
    method.__doc__ = declare.__doc__
    return method


def _listing(names: Any) -> Callable[[Any], list[str]]:
    """RDataFrame in Python wants a list of `str`."""

    def method(self: Any) -> list[str]:
        return [str(name) for name in names(self)]

    method.__name__ = names.__name__
    method.__doc__ = names.__doc__
    return method


def _wrap(
    name: str, overload: Any, signatures: Sequence[_overloads.Signature], takes_keywords: bool, keeps: bool
) -> Callable[..., Any]:
    resolver = _overloads.Resolver(overload, signatures)
    borrows = name in BORROWING_METHODS
    warns = name in WARNING_METHODS

    def method(self: Any, *args: Any, **options: Any) -> Any:
        if warns:
            _show_warnings()  # the user's code may have ignored everything since
        if options:
            if not takes_keywords:
                return overload(self, *args, **options)
            args = (*args, option_string(options))
        call = _resolve(name, resolver, args)
        try:
            result = call.function(self, *call.arguments(args))
        except Exception as error:
            _raise_clearer(error, name, args, resolver)
            raise
        if keeps and call.kept:
            _keep(self, [args[i] for i in call.kept])
        if borrows and result:
            result._torchmva_owner = self
        return result

    method.__name__ = name
    method.__doc__ = overload.__doc__
    return method


def _resolve(name: str, resolver: _overloads.Resolver, args: tuple[Any, ...]) -> _overloads.Call:
    call = resolver.resolve(args)
    problem = None if call.fits else resolver.misplaced(args)
    if problem is not None:
        _arrays.fail(f"{name}: {problem}")
    return call


def _checked_batch(evaluate: Callable[..., Any]) -> Callable[..., Any]:
    def method(
        self: Any,
        tag: Any,
        variables: Any,
        n: Any = None,
        responses: Any = None,
        spectators: Any = None,
        *,
        out: Any = None,
    ) -> Any:
        return _arrays.evaluate_batch(self, evaluate, tag, variables, n, responses, spectators, out)

    method.__name__ = evaluate.__name__
    method.__doc__ = f"{evaluate.__doc__}\n\n{_arrays.evaluate_batch.__doc__}"
    return method


def _any_node(add: Callable[..., Any]) -> Callable[..., Any]:
    """AddDataFrame of every node of an RDataFrame: PyROOT does not know C++'s conversion to RNode."""

    def method(self: Any, frame: Any, *args: Any) -> Any:
        node = _frames.as_node(frame, "AddDataFrame")
        add(self, node, *args)
        _keep(self, [frame])  # and with it the arrays that a frame of NumPy arrays reads

    method.__name__ = add.__name__
    method.__doc__ = add.__doc__
    return method


def _makes_loader(make: Callable[..., Any]) -> Callable[..., Any]:
    """MakeCopy and VarTransform: the new loader belongs to the caller, and its trees are kept by the old one."""

    def method(self: Any, *args: Any) -> Any:
        loader = make(self, *args)
        loader.__python_owns__ = True
        loader._torchmva_owner = self
        return loader

    method.__name__ = make.__name__
    method.__doc__ = make.__doc__
    return method


def _unchanged(method: Callable[..., Any]) -> Callable[..., Any]:
    return method


DECORATORS: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "EvaluateBatch": _checked_batch,
    "AddDataFrame": _any_node,
    "MakeCopy": _makes_loader,
    "VarTransform": _makes_loader,
}

_SPECIAL: dict[str, Callable[[type, str], None]] = {
    "Error": _leave,
    "DataSetInfo": _pythonize_data_set_info,
    "ROCCurve": _pythonize_roc_curve,
    "RReader": _pythonize_rreader,
}
_REDUCERS: dict[str, Callable[[Any, int], tuple[Any, ...]]] = {
    "Error": _pickling.reduce_error,
    "Reader": _pickling.reduce_reader,
    "RReader": _pickling.reduce_rreader,
}


def _raise_clearer(error: Exception, name: str, args: tuple[Any, ...], resolver: _overloads.Resolver) -> None:
    """Raises what `error` means, if that is something else: Ctrl-C, or an argument that PyROOT could not convert."""
    if is_interrupt(error):
        raise KeyboardInterrupt from error
    if isinstance(error, TypeError):
        problem = resolver.problem(args)
        if problem is None and name in ("AddVariable", "AddSpectator") and len(args) == 2:
            problem = _arrays.address_problem(args[1])
        if problem is not None:
            _arrays.fail(f"{name}: {problem}")


def is_interrupt(error: Exception) -> bool:
    """Whether an Error was a KeyboardInterrupt before it went through C++."""
    import ROOT

    if not isinstance(error, ROOT.TorchMVA.Error):
        return False
    if str(error.GetMessage()) == INTERRUPT_MESSAGE:
        return True
    return any(
        str(item.first) == "exception" and str(item.second) == "KeyboardInterrupt" for item in error.GetContext()
    )


def _keep(owner: Any, arguments: list[Any]) -> None:
    """Keeps what C++ points to as long as `owner`, and the file and entry list of a tree."""
    import ROOT

    kept = vars(owner).setdefault("_torchmva_kept", [])
    kept.extend(arguments)
    for argument in arguments:
        if not isinstance(argument, ROOT.TTree):
            continue
        # ROOT forgets an entry list that is deleted: all entries would be events
        for owned in (argument.GetCurrentFile(), argument.GetEntryList()):
            if owned and not any(item is owned for item in kept):
                kept.append(owned)


def option_string(options: dict[str, Any]) -> str:
    """TMVA's option string of keyword arguments, in their order."""
    return ":".join(_option(name, value) for name, value in options.items())


def _option(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else f"!{name}"
    if isinstance(value, list | tuple):
        value = ",".join(map(str, value))
    return f"{name}={value}"
