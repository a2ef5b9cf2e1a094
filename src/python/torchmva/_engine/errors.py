"""The one exception that leaves the engine; the bridge turns it into ``TorchMVA::Error``."""

from __future__ import annotations

import traceback
from collections.abc import Iterable


class EngineError(Exception):
    """What went wrong, in the terms of ``TorchMVA::Error``.

    Args:
        code: name of a ``TorchMVA::EErrorCode`` without its ``k``, e.g. ``"UserCode"``.
        message: what was expected, what was found.
        context: where, as pairs such as ``("file", "net.pt")``.
        traceback_text: the Python traceback of the cause, empty if there is none.
    """

    def __init__(
        self, code: str, message: str, context: Iterable[tuple[str, str]] = (), traceback_text: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.context = [(str(key), str(value)) for key, value in context]
        self.traceback_text = traceback_text

    def __str__(self) -> str:
        return self.message


def traceback_of(error: BaseException) -> str:
    """The traceback as Python would print it, chained exceptions included."""
    return "".join(traceback.format_exception(error))


def summary_of(error: BaseException) -> str:
    """Type and text of the exception; of TorchScript's long reports the line that says what went wrong."""
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    return lines[-1] if "TorchScript interpreter" in lines[0] else "\n".join(lines)


def user_error(what: str, error: BaseException, context: Iterable[tuple[str, str]] = ()) -> EngineError:
    """The error for an exception (``SystemExit`` and ``KeyboardInterrupt`` too) that left user code.

    An interrupt is no failure of that code: it says so, and can be told by its context.
    """
    if isinstance(error, KeyboardInterrupt):
        text = f"Interrupted: {error}" if str(error) else "Interrupted"
        return EngineError("UserCode", text, [*context, ("exception", "KeyboardInterrupt")], traceback_of(error))
    return EngineError("UserCode", f"{what}: {summary_of(error)}", context, traceback_of(error))
