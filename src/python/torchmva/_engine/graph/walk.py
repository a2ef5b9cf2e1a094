"""What the walks through both kinds of graphs have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from . import rules, rules_elementwise, rules_layers, rules_parts, rules_recurrent, rules_reductions, rules_shapes
from .builder import Builder
from .description import NetworkDescription, NotExpressible
from .value import EVENTS, Value

#: The rules are registered by importing their modules.
RULE_MODULES = (rules_elementwise, rules_layers, rules_parts, rules_recurrent, rules_reductions, rules_shapes)
_FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, AssertionError)


class Refused(NotExpressible):
    """A refusal that already names operator and layer."""


class State:
    """Copies of the parameters and buffers of a model: a walk may execute what changes them, and that is refused."""

    def __init__(self) -> None:
        self._copies: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def copy(self, tensor: torch.Tensor) -> torch.Tensor:
        """The copy of a tensor, the same one every time."""
        if id(tensor) not in self._copies:
            self._copies[id(tensor)] = (tensor, tensor.detach().clone())
        return self._copies[id(tensor)][1]

    def check(self) -> None:
        """Raise NotExpressible if one of them was changed."""
        if any(copy._version for _, copy in self._copies.values()):
            raise NotExpressible("the model changes its own parameters or buffers when it is applied")


def guarded(function: Callable[[], Any], operator: str, layer: str) -> Any:
    """The result of ``function``; what goes wrong in it is a refusal that names operator and layer."""
    try:
        return function()
    except Refused:
        raise
    except (NotExpressible, *_FAILURES) as error:
        where = f" (layer {layer})" if layer else ""
        text = str(error).strip().partition("\n")[0]
        raise Refused(f"operator {operator}{where}: {text or type(error).__name__}") from error


def deferred(function: Callable[[], Any], operator: str, layer: str, args: Any, *, has_effect: bool) -> Any:
    """As :func:`guarded`, but a refusal is a result like others: it counts only where it is used, dead code does not.

    Args:
        function: the operator.
        operator: its name.
        layer: where it is.
        args: its arguments; one that was refused makes the result that refusal.
        has_effect: more than the result depends on it, as on what changes a tensor: then a refusal is raised.
    """
    refusal = next((leaf for leaf in rules.leaves(list(args)) if isinstance(leaf, Refused)), None)
    if refusal is None:
        try:
            return guarded(function, operator, layer)
        except Refused as error:
            refusal = error
    if has_effect:
        raise refusal
    return refusal


def layer_text(path: str, type_: str) -> str:
    """A layer in a message: its place in the model and its class."""
    name = type_.rpartition(".")[2]
    return f"{path}: {name}" if path else ""


@dataclass(frozen=True)
class Overload:
    """One operator of ATen: the function, its name without namespace, schema and tags."""

    function: Callable[..., Any]
    name: str
    schema: Any
    tags: tuple[Any, ...]


def call_operator(builder: Builder, overload: Overload, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """An operator of ATen: by its rule if it depends on the event, else executed."""
    if rules.depends_on_event([*args, *kwargs.values()]):
        return rules.apply(builder, overload.name, rules.bind(overload.schema, args, kwargs))
    if torch.Tag.nondeterministic_seeded in overload.tags:
        raise NotExpressible("it draws random numbers")
    with torch.no_grad():
        return overload.function(*args, **kwargs)


def size_of(value: Any, dim: int | None = None) -> Any:
    """``x.size()`` or ``x.size(dim)`` of a tensor."""
    if not isinstance(value, Value):
        return list(value.shape) if dim is None else value.shape[dim]
    return value.extents() if dim is None else value.extents()[value.position(dim)]


def finish(builder: Builder, output: Any) -> NetworkDescription:
    """The description whose output is what a walk returned."""
    if isinstance(output, (list, tuple)) and len(output) == 1:
        output = output[0]
    if isinstance(output, Refused):
        raise output
    if not isinstance(output, Value):
        found = "a constant" if isinstance(output, torch.Tensor) else type(output).__name__
        raise NotExpressible(f"the model returns {found}: expected a tensor of shape [events, outputs]")
    output.check_unchanged()
    if output.batch != 0 or output.rank > 2:
        raise NotExpressible(f"the model returns a tensor of shape {output.extents()}: expected [events, outputs]")
    return builder.finish(output.number)


__all__ = ["EVENTS", "RULE_MODULES", "Refused", "State"]
