"""The one table from operators of torch to operations, for both kinds of graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .builder import Builder
from .description import NotExpressible
from .value import EVENTS, Value

Rule = Callable[["Call"], Any]
_RULES: dict[str, Rule] = {}
#: Operators whose result may share the memory of their first argument.
_VIEWS: set[str] = set()


class Call:
    """One call of an operator with values among its arguments.

    Args:
        builder: where operations go.
        name: of the operator, without ``aten::`` and without the underscore of operations in place.
        arguments: by the names of the operator's schema, defaults included.
    """

    def __init__(self, builder: Builder, name: str, arguments: dict[str, Any]) -> None:
        self.builder = builder
        self.name = name
        self.arguments = arguments

    def get(self, name: str, default: Any = None) -> Any:
        """An argument; ``default`` if this overload does not have it."""
        return self.arguments.get(name, default)

    def value(self, name: str = "") -> Value:
        """An argument that must depend on the event; the first one if no name is given."""
        key = name or next(iter(self.arguments))
        argument = self.arguments[key]
        if not isinstance(argument, Value):
            raise NotExpressible(f"argument {key} is a constant")
        return argument

    def constant(self, name: str, default: Any = None) -> Any:
        """An argument that must be a constant."""
        argument = self.arguments.get(name, default)
        if any(isinstance(leaf, Value) for leaf in leaves(argument)):
            raise NotExpressible(f"argument {name} depends on the event")
        return argument

    def result(self, type_: str, *inputs: Value, shape: tuple[int, ...] | None = None, **attributes: Any) -> Value:
        """A new operation on values; without ``shape`` its result has that of the first."""
        extents = inputs[0].shape if shape is None else shape
        number = self.builder.add(type_, [value.number for value in inputs], extents, **attributes)
        return Value(number, extents, inputs[0].batch)


def leaves(argument: Any) -> list[Any]:
    """An argument, or the elements of a list or tuple of any depth."""
    if isinstance(argument, (list, tuple)):
        return [leaf for element in argument for leaf in leaves(element)]
    return [argument]


def rule(*names: str, view: bool = False) -> Callable[[Rule], Rule]:
    """Makes a function the rule of these operators; ``view``: the result may share memory with the argument."""

    def register(function: Rule) -> Rule:
        for name in names:
            assert name not in _RULES, name
            _RULES[name] = function
        if view:
            _VIEWS.update(names)
        return function

    return register


def is_known(name: str) -> bool:
    """Whether there is a rule for an operator."""
    return name in _RULES or _in_place(name) in _RULES


def bind(schema: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments by the names of a schema, in its order; those that are not given have their defaults."""
    bound = {}
    for position, argument in enumerate(schema.arguments):
        if position < len(args):
            bound[argument.name] = args[position]
        elif argument.name in kwargs:
            bound[argument.name] = kwargs[argument.name]
        else:
            bound[argument.name] = argument.default_value  # None where there is none
    return bound


def depends_on_event(arguments: Any) -> bool:
    """Whether there is a value, or the number of events, among arguments."""
    return any(isinstance(leaf, Value) or leaf is EVENTS for leaf in leaves(arguments))


def _in_place(name: str) -> str:
    """The operator that an operator in place stands for; empty if it is none."""
    return name[:-1] if name.endswith("_") and not name.endswith("__") else ""


def apply(builder: Builder, name: str, arguments: dict[str, Any]) -> Any:
    """The result of an operator: a value, a list of them, or a constant.

    Raises:
        NotExpressible: with the reason, without the name of the operator.
    """
    for leaf in leaves(list(arguments.values())):
        if isinstance(leaf, Value):
            leaf.check_unchanged()
    base = _in_place(name) if name not in _RULES else ""
    known = _RULES.get(base or name)
    if known is None:
        raise NotExpressible("there is no operation for it")
    first = next(iter(arguments.values()), None)
    result = known(Call(builder, base or name, arguments))
    if base:
        if not isinstance(first, Value) or not isinstance(result, Value):
            raise NotExpressible("it changes a constant in place")
        first.change(result)
        return first
    if name in _VIEWS and isinstance(first, Value):
        for leaf in leaves(result):
            if isinstance(leaf, Value) and leaf is not first:
                leaf.view_of(first)
    return result
