"""What the user's train function gets, as in the original interface and a little more."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import torch

SaveBest = Callable[[Any, float, Any], Any]


class _RememberingMeta(type):
    """Makes a class whose calls give instances of the class it was derived from, and remembers them."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        instance = cls.__mro__[1](*args, **kwargs)
        cls.torchmva_instances.append(instance)  # type: ignore[attr-defined]
        return instance

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])

    def __eq__(cls, other: object) -> bool:
        return cls.__mro__[1] == (other.__mro__[1] if isinstance(other, _RememberingMeta) else other)

    def __hash__(cls) -> int:
        return hash(cls.__mro__[1])


class _RememberingFactory:
    """The same for an optimizer given as a function or partial."""

    def __init__(self, factory: Callable[..., Any]) -> None:
        self._factory = factory
        self.torchmva_instances: list[Any] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        instance = self._factory(*args, **kwargs)
        self.torchmva_instances.append(instance)
        return instance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._factory, name)


def remembering(optimizer: Any) -> Any:
    """An optimizer class for user code that knows which optimizers were made with it.

    ``train_func`` gets a class and calls it; shipped code then passes that class, not its instance, to ``schedule``.
    A subclass that remembers lets the schedule work with either. Calling it gives a plain ``optimizer``.
    """
    if not isinstance(optimizer, type):
        return _RememberingFactory(optimizer)
    names: dict[str, Any] = {
        "torchmva_instances": [],
        "__module__": optimizer.__module__,
        "__doc__": optimizer.__doc__,
        "__qualname__": optimizer.__qualname__,
    }
    meta: type[_RememberingMeta] = _RememberingMeta
    if type(optimizer) is not type:
        meta = type("_RememberingMeta", (_RememberingMeta, type(optimizer)), {})
    return meta(optimizer.__name__, (optimizer,), names)


def schedule(optimizer: Any, epoch: int, steps: dict[int, float]) -> None:
    """Set the learning rate of ``optimizer`` if ``epoch`` is one of the ``steps``.

    Args:
        optimizer: an optimizer, or the class that ``train_func`` was given.
        epoch: counted from 0.
        steps: epoch to learning rate.

    Raises:
        TypeError: if no optimizer was made with that class, or it is something else.
    """
    if epoch not in steps:
        return
    instances = [optimizer] if hasattr(optimizer, "param_groups") else getattr(optimizer, "torchmva_instances", [])
    if not instances:
        raise TypeError(
            "schedule(optimizer, epoch, steps) needs an optimizer, or the class that train_func got after an "
            f"optimizer was made with it; found {optimizer!r}"
        )
    for instance in instances:
        for group in instance.param_groups:
            group["lr"] = steps[epoch]


def accepts_weights(function: Callable[..., Any]) -> bool:
    """Whether ``function`` can be called with a keyword ``weights``."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.kind is p.VAR_KEYWORD or (p.name == "weights" and p.kind is not p.POSITIONAL_ONLY) for p in parameters)


def iterates_triples(function: Callable[..., Any]) -> bool:
    """Whether ``function`` loops over its second parameter with three names: ``for X, y, w in train_loader``.

    Seen in its source; a function without source, or that loops elsewhere, gets pairs as in the original interface.
    """
    try:
        loader = list(inspect.signature(function).parameters)[1]
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (TypeError, ValueError, OSError, IndexError, SyntaxError):
        return False
    for node in ast.walk(tree):
        if not isinstance(node, ast.For):
            continue
        source, target = node.iter, node.target
        if isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "enumerate":
            source = source.args[0] if source.args else source
            target = target.elts[1] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else target
        if isinstance(source, ast.Name) and source.id == loader:
            return isinstance(target, ast.Tuple) and len(target.elts) == 3
    return False


def are_uniform(weights: torch.Tensor) -> bool:
    """Whether all weights are the same, apart from rounding."""
    low, high = torch.aminmax(weights)
    return bool(high - low <= 1e-5 * max(abs(float(high)), abs(float(low))))
