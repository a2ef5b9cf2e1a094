"""Data frames: `define`, and event loops of several threads that leave Python's lock to the threads.

A thread that evaluates a model in Python waits for Python's lock, and would wait for ever for a lock held by the call
that started the event loop. So those calls give it away. Without implicit multi-threading they keep it, because PyROOT
makes Python warnings of ROOT's without asking for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from torchmva import _arrays, _overloads

# Methods of RDataFrame's results that run the event loop; the last two are what `result.attribute` calls.
LOOPING_METHODS = frozenset({"GetValue", "GetPtr", "GetSharedPtr", "__follow__", "__deref__"})

_define: Callable[..., Any]  # of C++


def activate(ROOT: ModuleType) -> None:
    """Called once PyROOT is set up."""
    global _define
    experimental = ROOT.TorchMVA.Experimental
    _define = _freeing_python(experimental.Define)
    experimental.Define = define
    experimental.Compute = experimental.Internal.ComputeInPython
    _free_python_in_graphs(ROOT._cppyy.gbl.ROOT.RDF)
    ROOT.pythonization("RResultPtr<", ns="ROOT::RDF", is_prefix=True)(_free_python_in_results)
    ROOT.pythonization("RResultMap<", ns="ROOT::RDF::Experimental", is_prefix=True)(_free_python_in_varied_results)
    ROOT.pythonization("RInterface<", ns="ROOT::RDF", is_prefix=True)(_snapshot_in_two_steps)
    ROOT.pythonization("RInterface<", ns="ROOT::RDF", is_prefix=True)(_take_any_names)


def define(
    frame: Any,
    name: str,
    weights: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    engine: str = "Auto",
    allow_user_code: bool = False,
) -> Any:
    """The responses of a trained method as columns of a data frame.

        scored = torchmva.define(ROOT.RDataFrame("tree", "events.root"), "score", "dataset/weights/job_Net.weights.xml")
        scored.Histo1D("score").Draw()

    `frame` is an RDataFrame or any node of one; a node with the new columns is returned. The inputs are the columns
    that have the names of the weight file's variables, or else these expressions (docs/expressions.md); `columns`
    replaces them, in the same order.

    The column `name` holds a float, for several responses an RVec<float> of all, and then `name`_<class or target>
    holds each. With collections (jets) among the inputs every column is an RVec<float>, one response an element.

    A method that runs in Python is evaluated here, in blocks, for all events that reach the node; others are evaluated
    by the event loop. `engine` is "Auto", "Native" or "Python". `allow_user_code` lets Python code run that the weight
    file names, if the model needs it. See docs/applying.md.
    """
    import ROOT

    if isinstance(columns, str):
        _arrays.fail(f"columns: expected a list of names, found the text {columns!r}")
    node = as_node(frame, "define")
    try:
        result = _define(
            node,
            name,
            _overloads.text(os.fspath(weights)),
            ROOT.std.vector["std::string"](columns or []),
            engine,
            allow_user_code,
        )
    except Exception as error:
        from torchmva import _pythonize

        if _pythonize.is_interrupt(error):
            raise KeyboardInterrupt from error
        raise
    result._torchmva_kept = [frame]  # and with it the arrays that a frame of NumPy arrays reads
    return result


def as_node(frame: Any, caller: str) -> Any:
    """Any node of an RDataFrame as an RNode: PyROOT does not know C++'s conversion."""
    import ROOT

    try:
        return ROOT.RDF.AsRNode(frame)
    except TypeError:
        found = getattr(type(frame), "__cpp_name__", type(frame).__name__)
        hint = _overloads.source_hint(frame)
        _arrays.fail(f"{caller}: expected an RDataFrame or a node of one, found a {found}{hint}")


def _free_python_in_graphs(namespace: Any) -> None:
    """RunGraphs: ROOT's own function around that of C++, or, before `ROOT.RDF` was asked for, that of C++."""
    function = namespace.RunGraphs
    for cell in getattr(function, "__closure__", None) or ():
        if hasattr(cell.cell_contents, "__overload__"):
            cell.cell_contents = _freeing_python(cell.cell_contents)
            return
    namespace.RunGraphs = _freeing_python(function)


def _free_python_in_results(klass: type, _name: str) -> None:
    for method_name in LOOPING_METHODS & vars(klass).keys():
        setattr(klass, method_name, _freeing_python(vars(klass)[method_name]))


def _free_python_in_varied_results(klass: type, _name: str) -> None:
    setattr(klass, "__getitem__", _freeing_python(vars(klass)["__getitem__"]))  # noqa: B010


def _freeing_python(overload: Any) -> Callable[..., Any]:
    """A C++ function that gives away Python's lock if implicit multi-threading is on."""
    import ROOT

    freeing = overload.__overload__(":any:")
    freeing.__release_gil__ = True

    def method(*args: Any) -> Any:
        return freeing(*args) if ROOT.IsImplicitMTEnabled() else overload(*args)

    method.__name__ = overload.__name__
    method.__doc__ = overload.__doc__
    return method


def _snapshot_in_two_steps(klass: type, _name: str) -> None:
    """An immediate Snapshot of several threads becomes a lazy one, whose event loop then gives away Python's lock."""
    snapshot = vars(klass)["Snapshot"]

    def method(self: Any, treename: str, filename: str, *more: Any, **named: Any) -> Any:
        import ROOT

        call = snapshot.__get__(self, type(self))
        options = named.pop("options", more[1] if len(more) > 1 else None)
        if not ROOT.IsImplicitMTEnabled() or (options is not None and options.fLazy):
            return call(treename, filename, *more[:1], **named, **({} if options is None else {"options": options}))
        columns = more[0] if more else named.pop("columnList", named.pop("columnNameRegexp", ""))
        lazy = ROOT.RDF.RSnapshotOptions() if options is None else ROOT.RDF.RSnapshotOptions(options)
        lazy.fLazy = True
        result = call(treename, filename, columns, lazy, **named)
        result.GetValue()
        return result

    method.__name__ = "Snapshot"
    method.__doc__ = snapshot.__doc__
    klass.Snapshot = method  # type: ignore[attr-defined]


def _take_any_names(klass: type, _name: str) -> None:
    """Define and Filter of a function take columns as a list only; scripts also pass a tuple or a vector of C++."""
    for method_name in ("Define", "Filter"):
        setattr(klass, method_name, _with_lists(getattr(klass, method_name)))


def _with_lists(original: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **named: Any) -> Any:
        lists = [[str(name) for name in arg] if _are_names(arg) else arg for arg in args]
        if _are_names(named.get("cols")):
            named["cols"] = [str(name) for name in named["cols"]]
        return original.__get__(self, type(self))(*lists, **named)

    method.__name__ = original.__name__
    method.__doc__ = original.__doc__
    return method


def _are_names(arg: Any) -> bool:
    return isinstance(arg, tuple) or type(arg).__name__.startswith("vector<")
