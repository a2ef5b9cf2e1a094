"""Frontend of torch.export: a walk through the graph of ATen operators of an exported program's module."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import torch
from torch import fx

from .. import program
from . import rules
from .builder import Builder
from .description import NetworkDescription, NotExpressible
from .value import EVENTS, Value
from .walk import Overload, State, call_operator, deferred, finish, guarded, layer_text, size_of

#: Operators that only check something.
_CHECKS = {
    "_assert_async",
    "_assert_scalar",
    "_assert_tensor_metadata",
    "sym_constrain_range",
    "sym_constrain_range_for_size",
}
_ARITHMETIC = {
    function
    for name, function in vars(operator).items()
    if callable(function) and not name.startswith("_") and name != "getitem"
}


def _layer(node: fx.Node) -> str:
    """The innermost layer that an operator belongs to."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    if not stack:
        return ""
    path, type_ = stack[-1]
    return layer_text(str(path), type_ if isinstance(type_, str) else getattr(type_, "__name__", ""))


def _operator_name(target: Any) -> str:
    """The name of an operator for messages."""
    return str(target._schema.name) if isinstance(target, torch._ops.OpOverload) else str(target)


class _Walk:
    """One walk; ``run`` is called again for the graphs inside the graph."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self.state = State()

    def run(self, module: fx.GraphModule, inputs: list[Any]) -> Any:
        """What a graph returns for these inputs."""
        values: dict[fx.Node, Any] = {}
        given = iter(inputs)
        for node in module.graph.nodes:
            if node.op == "placeholder":
                values[node] = next(given)
            elif node.op == "get_attr":
                values[node] = self._attribute(module, str(node.target))
            elif node.op == "call_module":
                if str(node.target).rpartition(".")[2] != "_guards_fn":  # checks of shapes
                    raise NotExpressible(f"a call of module {node.target}")
            else:
                args, kwargs = fx.node.map_arg((node.args, node.kwargs), lambda n: values[n])
                if node.op == "output":
                    return args[0]
                values[node] = self._run_node(node, args, kwargs)
        raise NotExpressible("a graph without output")

    def _run_node(self, node: fx.Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        def call() -> Any:
            return self._call(node.target, args, kwargs)

        name, layer, target = _operator_name(node.target), _layer(node), node.target
        if isinstance(target, torch._ops.HigherOrderOperator):
            return guarded(call, name, layer)  # its own nodes say what they need
        is_operator = isinstance(target, torch._ops.OpOverload)
        has_effect = is_operator and (target._schema.is_mutable or _short_name(target) in _CHECKS)
        return deferred(call, name, layer, [*args, *kwargs.values()], has_effect=has_effect)

    def _attribute(self, module: Any, path: str) -> Any:
        for name in path.split("."):
            module = getattr(module, name)
        return self.state.copy(module) if isinstance(module, torch.Tensor) else module

    def _call(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if target is operator.getitem:
            return args[0][args[1]]
        if isinstance(target, torch._ops.HigherOrderOperator):
            return self._call_graph(target, args)
        if not isinstance(target, torch._ops.OpOverload):
            return _arithmetic(target, args, kwargs)
        namespace, _, name = target._schema.name.partition("::")
        if name in _CHECKS:
            return None
        if name == "sym_size":
            return size_of(*args)
        if namespace != "aten" and rules.depends_on_event([*args, *kwargs.values()]):
            raise NotExpressible("it is no operator of torch itself")
        overload = Overload(target, name, target._schema, tuple(target.tags))
        return call_operator(self._builder, overload, args, kwargs)

    def _call_graph(self, target: Any, args: tuple[Any, ...]) -> Any:
        """A part of the model without gradients; other operators with graphs are branches or loops."""
        if target.name() != "wrap_with_set_grad_enabled":
            raise NotExpressible("a branch or loop that depends on the event, or a kernel")
        return self.run(args[1], list(args[2:]))


def _arithmetic(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Arithmetic of sizes."""
    if any(leaf is EVENTS for leaf in rules.leaves(list(args))):
        raise NotExpressible("arithmetic with the number of events")
    if function not in _ARITHMETIC and getattr(function, "__module__", "") not in ("math", "torch"):
        raise NotExpressible("it is no operator of torch itself")
    return function(*args, **kwargs)


def is_exported(module: fx.GraphModule) -> bool:
    """Whether the graph is one of operators, as torch.export makes it, and not of Python functions and layers."""
    operators = (torch._ops.OpOverload, torch._ops.HigherOrderOperator)
    return any(isinstance(node.target, operators) for node in module.graph.nodes)


def _graphs(module: fx.GraphModule) -> Iterator[fx.GraphModule]:
    yield module
    for child in module.children():
        if isinstance(child, fx.GraphModule):
            yield from _graphs(child)


def _decomposable(module: fx.GraphModule) -> dict[Any, Any]:
    """Decompositions of the operators in a graph for which there is no rule."""
    targets = {node.target for graph in _graphs(module) for node in graph.graph.nodes if node.op == "call_function"}
    operators = [target for target in targets if isinstance(target, torch._ops.OpOverload)]
    unknown = [
        t for t in operators if _short_name(t) not in {"sym_size", *_CHECKS} and not rules.is_known(_short_name(t))
    ]
    if not unknown:
        return {}
    table = torch.export.default_decompositions()
    return {target: table[target] for target in unknown if target in table}


def _short_name(target: Any) -> str:
    return str(target._schema.name).partition("::")[2]


def _decomposed(module: fx.GraphModule, n_variables: int) -> fx.GraphModule:
    """The module with operators that have no rule written as others, as far as torch knows how."""
    table = _decomposable(module)
    tried: set[Any] = set()
    rows = torch.zeros(2, n_variables)
    while set(table) - tried:
        tried |= set(table)
        try:
            with program.without_leftovers():
                module = program.make(module, rows).run_decompositions(table).module()
        except Exception:  # noqa: BLE001 - torch raises many kinds; the walk will name the operator
            return module
        table = {**table, **_decomposable(module)}
    return module


def describe_exported(module: fx.GraphModule, n_variables: int) -> NetworkDescription:
    """The description of the module of an exported program.

    Args:
        module: with one input [events, nVars], the events dynamic.
        n_variables: of the input.

    Raises:
        NotExpressible: with operator and layer.
    """
    module = _decomposed(module, n_variables)
    builder = Builder(n_variables)
    walk = _Walk(builder)
    n_inputs = sum(node.op == "placeholder" for node in module.graph.nodes)
    if n_inputs != 1:
        raise NotExpressible(f"the model has {n_inputs} inputs: expected one")
    output = walk.run(module, [Value(0, (n_variables,))])
    walk.state.check()
    return finish(builder, output)
