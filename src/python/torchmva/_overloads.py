"""Chooses the overload that a call means, before PyROOT tries them one after the other.

PyROOT tries all overloads without implicit conversions, and if none fits, again with them. A `str` for a TString is
such a conversion, so nearly every call of TMVA's interface gets to the second round. There, what the method throws is
lost: the user sees a TypeError about overloads instead. And an enum, being a number, fits a TString. With one overload
chosen here, conversions and exceptions are as they should be.
"""

from __future__ import annotations

import numbers
import re
from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_SURROGATE = re.compile("[\udc80-\udcff]")
_TEXT_TYPES = ("TString", "TCut", "string", "char", "char*")
_NUMBER_TYPES = frozenset(
    f"{sign}{name}"
    for name in ("char", "short", "int", "long", "long long", "float", "double", "bool")
    for sign in ("", "unsigned ", "signed ")
)


@dataclass(frozen=True)
class Signature:
    """One overload: its parameters' types without const and reference, and how many have no default."""

    types: tuple[str, ...]
    required: int
    function: Any = None


def is_overload(attribute: object) -> bool:
    return type(attribute).__name__ == "CPPOverload"


def is_static(overload: Any) -> bool:
    """True for a function of a class that needs no object."""
    return all(line.startswith("static ") for line in str(overload.__doc__).splitlines())


def signatures(overload: Any) -> list[Signature]:
    """The overloads of a PyROOT method."""
    result = []
    for text, description in overload.func_overloads_types.items():
        types: tuple[str, ...] = description["input_types"]
        parameters = text[text.index("(") + 1 : text.rindex(")")]
        try:
            function = overload.__overload__(parameters)
        except LookupError:  # then PyROOT chooses
            function = overload
        result.append(Signature(tuple(map(_bare, types)), _count_required(parameters, len(types)), function))
    return result


def _bare(type_name: str) -> str:
    """`const TString&` -> `TString`; pointers keep their star."""
    return type_name.replace("const ", "").replace("&", "").replace("std::", "").strip()


def _count_required(parameters: str, total: int) -> int:
    """How many come before the first one with a default value, in `int a, int b = 1`."""
    before, defaults, _ = parameters.partition("=")
    if not defaults:
        return total
    depth = commas = 0
    for character in before:
        depth += (character in "<(") - (character in ">)")
        commas += character == "," and depth == 0
    return commas


def needs_help(candidates: Sequence[Signature]) -> bool:
    """Whether PyROOT's own choice can go wrong, or memory has to be kept."""
    return any(
        name in ("TString", "TCut", "string") or name.startswith("vector<string") or name.endswith("*")
        for signature in candidates
        for name in signature.types
    )


@dataclass(frozen=True)
class Call:
    """How to make a call: the function, what to convert, and which arguments C++ keeps a pointer to."""

    function: Any
    strings: tuple[int, ...] = ()
    nulls: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    fits: bool = True
    others: tuple[int, ...] = ()  # texts for std::string, vectors of these and char pointers

    def arguments(self, args: tuple[Any, ...]) -> Sequence[Any]:
        """The arguments with what C++ takes in their place."""
        if not (self.strings or self.nulls or self.others):
            return args
        converted = list(args)
        for i in self.strings:
            converted[i] = tstring(args[i])
        for i in self.nulls:
            converted[i] = nullptr()
        for i in self.others:
            converted[i] = text(args[i])
        return converted


class Resolver:
    """Knows how to call one method. The answer for each combination of argument kinds is found once."""

    def __init__(self, overload: Any, candidates: Sequence[Signature]) -> None:
        self._overload = overload
        self._candidates = candidates
        self._calls: dict[tuple[object, ...], Call] = {}

    def resolve(self, args: tuple[Any, ...]) -> Call:
        kinds = tuple([_kind(arg) for arg in args])
        call = self._calls.get(kinds)
        if call is None:
            call = self._calls[kinds] = self._choose(kinds)
        return call

    def misplaced(self, args: tuple[Any, ...]) -> str | None:
        """What stands where every overload wants something else, if PyROOT would take it all the same or not say so.

        PyROOT makes one text of a list of texts, and an empty file name of anything.
        """
        candidates = [s for s in self._candidates if s.required <= len(args) <= len(s.types)]
        for i, arg in enumerate(args):
            expected = {signature.types[i] for signature in candidates}
            if expected & set(_TEXT_TYPES) and not any(map(_takes_list, expected)) and _is_container(arg):
                return f"expected text as argument {i + 1}, found {_found(arg)}: one call for each"
            if len(expected) == 1 and _is_object_pointer(*expected) and isinstance(arg, str):
                hint = _text_hint(arg)
                return f"expected a {_class_name(*expected)} as argument {i + 1}, found the text {arg!r}{hint}"
        return None

    def problem(self, args: tuple[Any, ...]) -> str | None:
        """Which C++ object is of another class than every overload expects there; None if that is not it."""
        kinds = [_kind(arg) for arg in args]
        fitting = [s for s in self._candidates if s.required <= len(args) and _all_fit(kinds, s)]
        for i, arg in enumerate(args):
            expected = {signature.types[i] for signature in fitting}
            if kinds[i] is not object or len(expected) != 1 or not _is_object_pointer(*expected):
                continue
            name = _class_name(*expected)
            if not _is_a(arg, name):
                return f"expected a {name} as argument {i + 1}, found {_found(arg)}{source_hint(arg)}"
        return None

    def _choose(self, kinds: tuple[object, ...]) -> Call:
        fitting = [
            signature
            for signature in self._candidates
            if signature.required <= len(kinds) and _all_fit(kinds, signature)
        ]
        if not fitting:  # PyROOT explains it best, but for what `misplaced` finds
            return Call(self._overload, fits=False)
        best = min(fitting, key=lambda signature: sum(map(_cost, kinds, signature.types)))
        parameters = list(enumerate(zip(kinds, best.types, strict=False)))
        # several that fit equally well, such as AddVariable's Float_t* and Int_t*, are for PyROOT to tell apart
        equal = [s for s in fitting if sum(map(_cost, kinds, s.types)) == sum(map(_cost, kinds, best.types))]
        return Call(
            best.function if len(equal) == 1 else self._overload,
            strings=tuple(i for i, (kind, name) in parameters if kind in ("c", str) and name == "TString"),
            nulls=tuple(i for i, (kind, _) in parameters if kind is None),
            kept=tuple(i for i, (kind, name) in parameters if kind is object and name.endswith("*")),
            others=tuple(i for i, (kind, name) in parameters if _is_other_text(kind, name)),
        )


def _kind(arg: object) -> object:
    """What matters about an argument for the choice: "c" is one character, the others are types."""
    if isinstance(arg, str):
        return "c" if len(arg) == 1 else str
    if arg is None:
        return None
    if isinstance(arg, numbers.Number):
        return numbers.Number
    if isinstance(arg, list | tuple):
        return list
    name = type(arg).__name__
    if name in ("TString", "TCut") or name.startswith("vector<"):
        return name
    return None if _is_null(arg) else object


def _is_null(arg: object) -> bool:
    """Whether it is a C++ object at address 0, such as `TFile.Get` of a name that is not there."""
    import cppyy

    # not bool(arg), which is also False for an empty container
    return isinstance(arg, _instance_type()) and cppyy.addressof(arg) == 0


@lru_cache(maxsize=1)
def _instance_type() -> Any:
    import ROOT

    return next(base for base in ROOT.TObject.__mro__ if base.__name__ == "CPPInstance")


def _is_a(arg: object, class_name: str) -> bool:
    return any(
        getattr(base, "__cpp_name__", base.__name__).rpartition("::")[2] == class_name.rpartition("::")[2]
        for base in type(arg).__mro__
    )


def _found(arg: Any) -> str:
    name = getattr(type(arg), "__cpp_name__", type(arg).__name__)
    if hasattr(arg, "GetName"):
        return f"a {name} '{arg.GetName()}'"
    return f"a {name} of {len(arg)}" if isinstance(arg, Sized) else f"a {name}"


def source_hint(arg: Any) -> str:
    """Which call takes a source of events that is no tree."""
    name = getattr(type(arg), "__cpp_name__", type(arg).__name__)
    if "RNTuple" in name:
        return "; DataLoader.AddNTuple(name, file, class) takes an RNTuple"
    if "RDataFrame" in name or "RInterface<" in name:
        return "; DataLoader.AddDataFrame(frame, class) takes a data frame"
    return ""


def _text_hint(text: str) -> str:
    if not text.endswith(".root"):
        return ""
    return f", the name of a ROOT file: ROOT.TFile.Open({text!r}).Get(name) is a tree of it"


def _is_object_pointer(type_name: str) -> bool:
    return type_name.endswith("*") and _class_name(type_name) not in _NUMBER_TYPES


def _takes_list(type_name: str) -> bool:
    return type_name.startswith("vector<")


def _class_name(pointer: str) -> str:
    return pointer[:-1].strip()


def _is_container(arg: object) -> bool:
    """Whether it is an object of Python with elements, other than a text."""
    return isinstance(arg, Iterable) and not isinstance(arg, str | bytes | _instance_type())


def _all_fit(kinds: Sequence[object], signature: Signature) -> bool:
    return len(kinds) <= len(signature.types) and all(map(_fits, kinds, signature.types))


def _fits(kind: object, name: str) -> bool:
    if kind is None:
        return name.endswith("*")
    if kind is str:
        return name in _TEXT_TYPES and name != "char"
    if kind == "c":
        return name in _TEXT_TYPES
    if kind in ("TString", "TCut"):
        return name in ("TString", "TCut")
    if kind is list:
        return name.startswith("vector<")
    if isinstance(kind, str):  # a vector
        return name.startswith("vector<")
    if kind is numbers.Number:  # also for an enum, whose name looks like that of a class
        return not name.endswith("*") and name not in _TEXT_TYPES and not name.startswith("vector<")
    return name not in _TEXT_TYPES and name not in _NUMBER_TYPES


def _is_other_text(kind: object, name: str) -> bool:
    return (kind in ("c", str) and name in ("string", "char*")) or (kind is list and name.startswith("vector<string"))


def _cost(kind: object, name: str) -> int:
    """Prefers what fits exactly: one character for a char, any other string for a TString."""
    if kind == "c":
        return {"char": 0, "TString": 1}.get(name, 2)
    if kind is str:
        return {"TString": 0, "TCut": 1}.get(name, 2)
    if kind is list:
        return 0 if name == "vector<double>" else 1
    if kind is numbers.Number:  # PyROOT would take a number for a character, too
        return 0 if name == "double" else 1
    return 0 if not isinstance(kind, str) or kind == name else 1


@lru_cache(maxsize=1024)
def tstring(text: str) -> Any:
    """A TString of a `str`; methods take it by value or const reference, so one can serve many calls."""
    import ROOT

    return ROOT.TString(_bytes_if_needed(text))


def text(value: Any) -> Any:
    """What PyROOT takes for a std::string, a vector of these or a char pointer: `str` that may name any file."""
    if isinstance(value, list | tuple):
        return [text(element) for element in value]
    return _bytes_if_needed(value) if isinstance(value, str) else value


def _bytes_if_needed(text: str) -> str | bytes:
    """Python writes the bytes of file names that are not UTF-8 as lone surrogates, which PyROOT cannot convert."""
    return text if text.isascii() or not _SURROGATE.search(text) else text.encode("utf-8", "surrogateescape")


def nullptr() -> Any:
    """C++'s null pointer."""
    import ROOT

    return ROOT.nullptr
