"""What a search varies: names of options, each with a range or a list of values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import EngineError

_ITEM = re.compile(r"\s*(?P<name>\w+)\s*(?:\((?P<values>[^()]*)\)\s*)?")
_RANGE = re.compile(r"\s*(?P<low>[^|]+?)\s*\.\.\s*(?P<high>[^|]+?)\s*")
_EXPECTED = "Parameters=name;name(low..high);name(value|value), such as LearningRate(0.0001..0.1);Layout(64,64|128,128)"


def _error(text: str, found: str) -> EngineError:
    return EngineError("Option", f"Option Parameters: {text}, found {found!r}", [("expected", _EXPECTED)])


def text_of(value: object) -> str:
    """A value as an option string has it: read back, it is the same."""
    if not isinstance(value, float):
        return str(value)
    short = f"{value:.10g}"
    return short if float(short) == value else repr(value)


@dataclass(frozen=True)
class Parameter:
    """One option that a search varies: over ``choices`` if there are any, else from ``low`` to ``high``.

    Floats have three digits, so that what is logged is what was tried. A positive range of a factor 10 or more is
    searched in the logarithm.
    """

    name: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    is_integer: bool = False

    def suggest(self, trial: Any) -> Any:
        """The value that Optuna wants to try."""
        if self.choices:
            return trial.suggest_categorical(self.name, self.choices)
        is_log = self.low > 0 and self.high >= 10 * self.low
        if self.is_integer:
            return trial.suggest_int(self.name, self.low, self.high, log=is_log)
        return float(f"{trial.suggest_float(self.name, self.low, self.high, log=is_log):.3g}")

    def contains(self, value: Any) -> bool:
        """Whether a value is one that could be suggested."""
        return value in self.choices if self.choices else self.low <= value <= self.high


def _number(text: str, item: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _error("expected a number at each end of a range", item)
    return value


def _typed(text: str, like: Any, item: str) -> Any:
    """A value of the type that the option has."""
    text = text.strip()
    if isinstance(like, bool):
        if text.lower() not in ("true", "false", "1", "0"):
            raise _error("expected True or False", item)
        return text.lower() in ("true", "1")
    if isinstance(like, int):
        number = _number(text, item)
        if number != int(number):
            raise _error("expected whole numbers", item)
        return int(number)
    return _number(text, item) if isinstance(like, float) else text


def parse(text: str, built_in: Mapping[str, Parameter], booked: Mapping[str, Any]) -> list[Parameter]:
    """The parameters that a text names; an empty one names all that are built in.

    Args:
        text: ``LearningRate;Layout(64,64|128,128);Dropout(0..0.5)``, names in any case.
        built_in: what is searched for a name alone.
        booked: the options that may be searched, with their present values; the type of a value is that of the option.

    Raises:
        EngineError: ``Option``.
    """
    if not text.strip():
        return list(built_in.values())
    names = {name.lower(): name for name in booked}
    found: dict[str, Parameter] = {}
    for item in text.split(";"):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise _error("expected a name, with a range or values in parentheses", item)
        name = names.get(match["name"].lower())
        if name is None:
            raise _error(f"expected one of {', '.join(sorted(booked))}", match["name"])
        if name in found:
            raise _error("expected every name once", text)
        if match["values"] is None:
            if name not in built_in:
                raise _error(f"expected a range or values for {name}, which has none built in", item)
            found[name] = built_in[name]
        else:
            found[name] = _given(name, match["values"], booked[name], item)
    return list(found.values())


def _given(name: str, values: str, like: Any, item: str) -> Parameter:
    limits = _RANGE.fullmatch(values)
    if limits is None:
        return Parameter(name, choices=tuple(dict.fromkeys(_typed(value, like, item) for value in values.split("|"))))
    if isinstance(like, (bool, str)):
        raise _error(f"expected values of {name}, which is no number, separated by |", item)
    low, high = _typed(limits["low"], like, item), _typed(limits["high"], like, item)
    if not low < high:
        raise _error("expected a range whose lower end is smaller", item)
    return Parameter(name, low=low, high=high, is_integer=isinstance(like, int))
