"""Pickling and copying: a reader travels with the path of its weight file, what has other state is refused.

PyROOT would write the members that ROOT knows, which are none, and the copy would come back empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn


def refusal(name: str) -> Callable[[Any, int], NoReturn]:
    """The method `__reduce_ex__` of a class that cannot be pickled."""

    def refuse(_self: Any, _protocol: int) -> NoReturn:
        raise TypeError(f"cannot pickle or copy a {name}: make it where it is used; a Reader or RReader can be pickled")

    return refuse


def reduce_reader(reader: Any, _protocol: int) -> tuple[Any, ...]:
    """`__reduce_ex__` of Reader: options, declarations and weight files; the addresses of the variables stay behind."""
    info = reader.DataInfo()
    booked = []
    for tag in map(str, reader.GetTags()):
        file = str(reader.GetWeightFile(tag))
        if not file:
            raise TypeError(f"cannot pickle or copy a Reader whose method '{tag}' was read from text, not from a file")
        booked.append((tag, file))
    variables = [_declaration(one) for one in info.GetVariableInfos()]
    spectators = [_declaration(one) for one in info.GetSpectatorInfos()]
    return make_reader, (str(reader.GetOptions()), bool(reader.Verbose()), variables, spectators, booked)


def _declaration(info: Any) -> str:
    expression, label = str(info.GetExpression()), str(info.GetLabel())
    return expression if label == expression else f"{label} := {expression}"


def make_reader(
    options: str, verbose: bool, variables: list[str], spectators: list[str], booked: list[tuple[str, str]]
) -> Any:
    """The Reader of a pickle. It is for calls that are passed values: its variables have no addresses."""
    import ROOT

    import torchmva  # noqa: F401  (in a new process)

    names = ROOT.std.vector["std::string"](variables)
    reader = ROOT.TorchMVA.Reader(names, options, verbose) if variables else ROOT.TorchMVA.Reader(options, verbose)
    for name in spectators:
        reader.DataInfo().AddSpectator(name)
    for tag, file in booked:
        reader.BookMVA(tag, file)
    return reader


def reduce_rreader(reader: Any, _protocol: int) -> tuple[Any, ...]:
    """`__reduce_ex__` of RReader, with its permission for user code, which a Reader has in its options.

    Whoever opens a pickle trusts its author anyway: a pickle is a program.
    """
    return make_rreader, (str(reader.GetWeightFile()), str(reader.GetEngine()), bool(reader.AllowsUserCode()))


def make_rreader(file: str, engine: str, allow_user_code: bool = False) -> Any:
    """The RReader of a pickle."""
    import ROOT

    import torchmva  # noqa: F401

    return ROOT.TorchMVA.Experimental.RReader(file, engine, allow_user_code)


def reduce_error(error: Any, _protocol: int) -> tuple[Any, ...]:
    """`__reduce_ex__` of Error, so that it arrives from a worker process."""
    context = [(str(item.first), str(item.second)) for item in error.GetContext()]
    return make_error, (int(error.GetCode()), str(error.GetMessage()), context, str(error.GetTraceback()))


def make_error(code: int, message: str, context: list[tuple[str, str]], traceback: str) -> Any:
    """The Error of a pickle."""
    import ROOT

    import torchmva  # noqa: F401

    library = ROOT.TorchMVA
    where = ROOT.std.vector["std::pair<std::string,std::string>"]()
    for name, value in context:
        where.emplace_back(name, value)
    return library.Error(library.EErrorCode(code), message, where, traceback)
