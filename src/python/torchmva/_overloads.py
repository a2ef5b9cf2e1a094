"""Chooses the conversions of arguments that PyROOT would make, before PyROOT chooses an overload.

PyROOT tries all overloads of a method without implicit conversions, and if none fits, again with them. What a
method throws in the second round is lost: the user sees a TypeError about overloads. And an enum argument fits a
TString then. Every `str` for a TString causes a second round, which in TMVA's interface is nearly every call. So
strings, cuts and lists are converted here, and the first round suffices.
"""

from __future__ import annotations

import numbers
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Converter = Callable[[Any], Any]

_STRING_TYPES = ("TString", "TCut", "std::string", "char", "char*")
_NUMBER = re.compile(
    r"^(unsigned |signed )?(char|short|int|long|long long|float|double|bool|long double|size_t|std::size_t"
    r"|U?(Int|Long|Long64|Short)_t|Float_t|Double_t|Bool_t|Long64_t|ULong64_t)$"
)


@dataclass(frozen=True)
class Signature:
    """The parameter types of one overload, and how many of them have no default."""

    types: tuple[str, ...]
    required: int


def is_overload(attribute: object) -> bool:
    return type(attribute).__name__ == "CPPOverload"


def parse(documentation: str) -> list[Signature]:
    """The signatures in the docstring of a PyROOT method, one a line."""
    return [_parse_line(line) for line in documentation.splitlines() if line.rstrip().endswith((")", "const"))]


def _parse_line(line: str) -> Signature:
    parameters = _split(line[line.index("(") + 1 : line.rindex(")")])
    types = tuple(_bare_type(parameter) for parameter in parameters)
    return Signature(types, sum(1 for parameter in parameters if "=" not in parameter))


def _split(text: str) -> list[str]:
    """Split at commas, except inside brackets and quotes."""
    parts: list[str] = []
    depth, start, quote = 0, 0, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "<({[":
            depth += 1
        elif character in ">)}]":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def _bare_type(parameter: str) -> str:
    """`const TString& title = ""` -> `TString`; pointers keep their star."""
    declaration = parameter.partition("=")[0].strip()
    words = declaration.replace("const ", "").replace("&", "& ").replace("*", "* ").split()
    if len(words) > 1 and _is_name(words):
        words = words[:-1]
    return " ".join(words).replace("&", "").replace(" *", "*").strip()


def _is_name(words: list[str]) -> bool:
    """Whether the last word is the parameter's name and not part of its type."""
    last = words[-1]
    return last.isidentifier() and last not in ("int", "long", "char", "short", "double", "float", "bool")


def needs_help(signatures: Sequence[Signature]) -> bool:
    """Whether a conversion made here can matter."""
    return any(
        name in ("TString", "TCut") or name.endswith("*") or name.startswith("std::vector<")
        for signature in signatures
        for name in signature.types
    )


class Resolver:
    """Converts the arguments of one method. The plan for each combination of argument kinds is made once."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self._signatures = signatures
        self._plans: dict[tuple[object, ...], list[tuple[Converter | None, bool]]] = {}

    def convert(self, args: tuple[Any, ...]) -> tuple[list[Any] | tuple[Any, ...], list[Any]]:
        """The arguments to pass, and those among them that C++ keeps a pointer to."""
        kinds = tuple([_kind(arg) for arg in args])
        plan = self._plans.get(kinds)
        if plan is None:
            plan = self._plans[kinds] = self._plan(kinds)
        converted = [arg if convert is None else convert(arg) for arg, (convert, _) in zip(args, plan, strict=True)]
        kept = [arg for arg, (_, keep) in zip(args, plan, strict=True) if keep]
        return converted, kept

    def _plan(self, kinds: tuple[object, ...]) -> list[tuple[Converter | None, bool]]:
        candidates = [
            signature
            for signature in self._signatures
            if signature.required <= len(kinds) <= len(signature.types)
            and all(_fits(kind, name) for kind, name in zip(kinds, signature.types, strict=False))
        ]
        if not candidates:  # PyROOT explains it better
            return [(None, False)] * len(kinds)
        best = min(candidates, key=lambda signature: _cost(kinds, signature))
        return [
            (_converter(kind, name), name.endswith("*") and name != "char*" and kind is object)
            for kind, name in zip(kinds, best.types, strict=False)
        ]


def _kind(arg: object) -> object:
    """What matters about an argument for choosing: `"c"` is one character, the rest is a type."""
    if isinstance(arg, str):
        return "c" if len(arg) == 1 else str
    if arg is None:
        return None
    if isinstance(arg, numbers.Number):
        return numbers.Number
    if isinstance(arg, list | tuple):
        return list
    name = type(arg).__name__
    return name if name in ("TString", "TCut") else object


def _fits(kind: object, name: str) -> bool:
    if kind in ("c", str):
        return name in _STRING_TYPES and not (kind is str and name == "char")
    if kind is numbers.Number:
        # an enum's name cannot be told from a class's: a number may be one
        return not name.endswith("*") and name not in _STRING_TYPES and not name.startswith("std::")
    if kind is None:
        return name.endswith("*")
    if kind is list:
        return name.startswith("std::vector<")
    if kind in ("TString", "TCut"):
        return name in ("TString", "TCut")
    return name not in _STRING_TYPES and not _NUMBER.match(name)


def _cost(kinds: tuple[object, ...], signature: Signature) -> int:
    """Prefers what fits exactly: one character for a char, any other string for a TString."""
    cost = 0
    for kind, name in zip(kinds, signature.types, strict=False):
        if kind == "c":
            cost += 0 if name == "char" else 1
        elif kind is str:
            cost += {"TString": 0, "TCut": 1}.get(name, 2)
        elif kind in ("TString", "TCut"):
            cost += 0 if name == kind else 1
    return cost


def _converter(kind: object, name: str) -> Converter | None:
    if kind in ("c", str):
        return _STRING_CONVERTERS.get(name)
    if kind is None:
        return _nullptr
    if kind is list:
        return _vector_of(name)
    if kind == "TString" and name == "TCut":
        return _tcut
    return None


@lru_cache(maxsize=1024)
def _tstring(text: str) -> Any:
    import ROOT

    return ROOT.TString(text)


def _tcut(text: object) -> Any:
    import ROOT

    return ROOT.TCut(str(text))


@lru_cache(maxsize=1024)
def _std_string(text: str) -> Any:
    import ROOT

    return ROOT.std.string(text)


_STRING_CONVERTERS: dict[str, Converter] = {"TString": _tstring, "TCut": _tcut, "std::string": _std_string}


def _nullptr(_: None) -> Any:
    import ROOT

    return ROOT.nullptr


def _vector_of(name: str) -> Converter:
    element = name[len("std::vector<") : -1].partition(",")[0].strip()

    def convert(values: Sequence[Any]) -> Any:
        import ROOT

        return ROOT.std.vector[element](values)

    return convert
