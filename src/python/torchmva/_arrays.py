"""Arrays for `Reader`: what C++ would read or write unchecked is checked here first.

NumPy is imported when an array arrives, ROOT when an error does.
"""

from __future__ import annotations

import operator
from typing import Any, NoReturn

BATCH_FORMS = "EvaluateBatch(tag, variables[, out=array]) or EvaluateBatch(tag, variables, n, responses)"


def evaluate_batch(
    reader: Any, call: Any, tag: Any, variables: Any, n: Any, responses: Any, spectators: Any = None, out: Any = None
) -> Any:
    """`Reader.EvaluateBatch` with the C++ function as `call(reader, tag, variables, n, responses[, spectators])`.

    With `n` and `responses`, the memory given is used as it is, without a copy. Without them, the variables are
    converted to what C++ reads if they are anything else (a copy), and the responses are returned: in `out`, a writable
    C-contiguous array of float32, if it is given, else in a new array; (n,) for one response per event, else
    (n, responses). `spectators`, (n, spectators), is converted to float64 if it is anything else.
    """
    if (n is None) != (responses is None):
        fail(f"expected {BATCH_FORMS}, found only one of n and responses", tag)
    if n is not None and out is not None:
        fail(f"expected {BATCH_FORMS}, found both responses and out", tag)
    width, per_event = int(reader.GetNVariables(tag)), int(reader.GetNResponses(tag))  # also tells an unknown tag
    result = None
    if responses is None:
        import numpy as np

        variables = _converted(variables, tag)
        n = len(variables) if variables.ndim == 2 else variables.size // max(width, 1)
        shape = (n, per_event) if per_event != 1 else (n,)
        if out is not None and (not isinstance(out, np.ndarray) or out.shape not in (shape, (n, per_event))):
            fail(f"out: expected an array of float32, shape {shape}, found {describe(out)}", tag)
        responses = result = np.empty(shape, np.float32) if out is None else out
    else:
        n = _count(n, tag)
    if not _is_pointer(variables):
        variables = _view(variables, "variables", tag)
        _check_variables(variables, n, width, tag)
    if not _is_pointer(responses):
        responses = _view(responses, "responses", tag)
        _check_responses(responses, n, per_event, tag)
    extra = [] if spectators is None else [_spectators(spectators, n, int(reader.GetNSpectators(tag)), tag)]
    if n:
        call(reader, tag, variables, n, responses, *extra)
    return result


def compute(reader: Any, call: Any, values: Any, spectators: Any = None) -> Any:
    """`RReader.Compute` of a NumPy array, or of anything that becomes one: a row of values, or events x variables.

    Returns a new array: the responses of the row; for several events (n,) with one response per event, else
    (n, responses). `spectators`, (n, spectators), is for methods whose responses depend on them.
    `call(reader, rows, n, responses[, spectators])` is the C++ function.
    """
    import numpy as np

    rows = _converted(values, None)
    width, per_event = int(reader.GetNVariables()), int(reader.GetNResponses())
    n = len(rows) if rows.ndim == 2 else 1
    if rows.ndim not in (1, 2) or rows.shape[-1] != width:
        fail(f"values: expected shape ({width},), or (events, {width}), found {describe(rows)}")
    responses = np.empty((n, per_event) if rows.ndim == 2 and per_event != 1 else n * per_event, np.float32)
    extra = [] if spectators is None else [_spectators(spectators, n, int(reader.GetNSpectators()), None)]
    if n:
        call(reader, rows, n, responses, *extra)
    return responses


def address_problem(value: Any) -> str | None:
    """Why C++ cannot take the address of a number in `value`, for an error message; None for what it can take."""
    try:
        view = memoryview(value)
    except (TypeError, BufferError):
        return None if _is_pointer(value) or value is None else _ADDRESS.format(describe(value))
    if view.format in _ADDRESS_FORMATS and view.c_contiguous and view.nbytes:
        return None
    return _ADDRESS.format(describe(value))


_ADDRESS_FORMATS = tuple("fdbBhHiIlLqQ?")
_ADDRESS = "expected an array of numbers that stays where it is, such as array('f', [0.0]), found {}"


def describe(value: Any) -> str:
    """Type, shape and order of an argument, for error messages."""
    name = type(value).__name__
    dtype, shape = getattr(value, "dtype", None), getattr(value, "shape", None)
    if dtype is not None and shape is not None:
        flags = getattr(value, "flags", None)
        order = ""
        if flags is not None and hasattr(flags, "c_contiguous"):
            order = (
                ", C order" if flags.c_contiguous else ", Fortran order" if flags.f_contiguous else ", not contiguous"
            )
        return f"{name} of {dtype}, shape {tuple(shape)}{order}"
    typecode = getattr(value, "typecode", None)  # array.array
    if isinstance(typecode, str):
        return f"{name} of type '{typecode}', length {len(value)}"
    return f"{name} {value!r}" if isinstance(value, int | float | str) else name


def fail(message: str, tag: Any = None) -> NoReturn:
    """Raises `torchmva.Error`, code kArgument."""
    import ROOT

    raise ROOT.TorchMVA.Error(
        ROOT.TorchMVA.EErrorCode.kArgument, message if tag is None else f"{message}\n   tag: {tag}"
    ) from None


def _count(n: Any, tag: Any) -> int:
    try:
        number = operator.index(n)
    except TypeError:
        fail(f"expected an integer number of events, found {describe(n)}", tag)
    if number < 0:
        fail(f"expected a number of events of 0 or more, found {number}", tag)
    return number


def _is_pointer(value: Any) -> bool:
    """A bare C++ pointer has no size that could be checked."""
    return type(value).__name__ == "LowLevelView"


def _view(value: Any, what: str, tag: Any) -> Any:
    """An array on the memory of `value`."""
    import numpy as np

    if isinstance(value, np.ndarray):
        return value
    array = _asarray(value, what, tag)
    # a copy would be another one each time
    if array.dtype == object or (array.size and not np.may_share_memory(array, _asarray(value, what, tag))):
        fail(f"{what}: expected a C-contiguous array of float32, found {describe(value)}", tag)
    return array


def _asarray(value: Any, what: str, tag: Any) -> Any:
    import numpy as np

    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        fail(f"{what}: expected an array of float32, found {describe(value)}: {error}", tag)


def _converted(value: Any, tag: Any) -> Any:
    import numpy as np

    array = _asarray(value, "variables", tag)
    if array.dtype.kind not in "fiub":
        fail(f"variables: expected an array of numbers, found {describe(array)}", tag)
    return np.ascontiguousarray(array, dtype=np.float32) if array.ndim else array


def _spectators(value: Any, n: int, width: int, tag: Any) -> Any:
    import numpy as np

    array = _asarray(value, "spectators", tag)
    shaped = array.shape == (n, width) or (array.ndim == 1 and array.size == n * width)
    if array.dtype.kind not in "fiub" or not shaped:
        fail(f"spectators: expected numbers of shape ({n}, {width}), found {describe(value)}", tag)
    return np.ascontiguousarray(array, dtype=np.float64)


def _check_variables(array: Any, n: int, width: int, tag: Any) -> None:
    shaped = array.shape == (n, width) if array.ndim == 2 else array.ndim == 1 and array.size == n * width
    if not shaped:
        fail(
            f"variables: expected shape ({n}, {width}), events x variables, or {n * width} numbers in one row, "
            f"found {describe(array)}",
            tag,
        )
    _check_memory(array, "variables", tag)


def _check_responses(array: Any, n: int, per_event: int, tag: Any) -> None:
    _check_memory(array, "responses", tag)
    if not array.flags.writeable:
        fail(f"responses: expected a writable array, found {describe(array)}, which is read-only", tag)
    if array.size < n * per_event:
        fail(
            f"responses: expected room for {n} x {per_event} = {n * per_event} numbers, found {describe(array)}",
            tag,
        )


def _check_memory(array: Any, what: str, tag: Any) -> None:
    import numpy as np

    if array.dtype != np.float32 or not array.flags.c_contiguous or not array.flags.aligned:
        fail(f"{what}: expected a C-contiguous array of float32, found {describe(array)}", tag)
