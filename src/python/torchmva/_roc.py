"""Arguments of `ROCCurve`: the vectors that they mean, made before PyROOT chooses a constructor.

A list or an array becomes any vector in PyROOT, targets become background responses too, and what the right constructor
throws is lost when another one takes the same arguments.
"""

from __future__ import annotations

from typing import Any

from torchmva import _arrays


def vectors(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """`args` with vectors of C++ for lists and arrays: of bools at the place of the targets, else of floats."""
    if not args or not _is_sequence(args[0]):
        return args  # a ScoredSample, a ROCCurve
    result = [
        _vector(arg, "bool" if i == 1 and _are_targets(arg, len(args)) else "float") for i, arg in enumerate(args)
    ]
    return tuple(result)


def _is_sequence(arg: Any) -> bool:
    return isinstance(arg, list | tuple) or hasattr(arg, "__array__") or type(arg).__name__.startswith("vector<")


def _are_targets(arg: Any, n_arguments: int) -> bool:
    """Whether the second argument says what is signal; otherwise it has the responses of background."""
    import numpy as np

    if type(arg).__name__ == "vector<bool>":
        return True
    array = np.asarray(arg)
    if array.dtype == np.bool_:
        return True
    if n_arguments == 4:  # signal, background and the weights of each
        return False
    if n_arguments == 3 or (np.issubdtype(array.dtype, np.integer) and array.size and set(array.tolist()) <= {0, 1}):
        _arrays.fail(
            "ROCCurve: expected targets of type bool, or responses of background that are floats, as second argument, "
            f"found {array.dtype}"
        )
    return False


def _vector(arg: Any, element: str) -> Any:
    import numpy as np
    import ROOT

    if type(arg).__name__ == f"vector<{element}>":
        return arg
    array = np.asarray(arg, dtype=np.bool_ if element == "bool" else np.float32)
    if array.ndim != 1:
        _arrays.fail(f"ROCCurve: expected one value an event, found an array of shape {array.shape}")
    return ROOT.std.vector[element](array.tolist() if element == "bool" else array)
