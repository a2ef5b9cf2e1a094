"""Frontend of TorchScript: a walk through the graphs of a module and its submodules.

Branches and loops whose conditions are constants are followed, so nothing needs to be frozen and layers keep their
names.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from . import rules
from .builder import Builder
from .description import NetworkDescription, NotExpressible
from .value import EVENTS, Value
from .walk import Overload, Refused, State, call_operator, deferred, finish, guarded, layer_text, size_of

_GRAD_MODES = "__torch__.torch.autograd.grad_mode."
_FLOAT32 = 6  # TorchScript's number of the type


@dataclass(frozen=True)
class _Module:
    """A submodule and its place."""

    module: Any
    path: str


class _GradMode:
    """``torch.no_grad()`` and the like, which change nothing here."""


def _known(number: Any) -> Any:
    """A number that does not depend on events."""
    if isinstance(number, Value):
        raise NotExpressible("a number that depends on the event")
    if number is EVENTS:
        raise NotExpressible("arithmetic with the number of events")
    return number


def _numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python's numbers, of which one that depends on the number of events stays unknown."""
    return lambda *args: EVENTS if any(arg is EVENTS for arg in args) else function(*(_known(arg) for arg in args))


def _length(given: Any) -> Any:
    return given.extents()[0] if isinstance(given, Value) else len(given)


def _append(elements: list[Any], element: Any) -> list[Any]:
    elements.append(element)
    return elements


def _set_item(elements: list[Any], at: int, element: Any) -> list[Any]:
    elements[at] = element
    return elements


def _raise(message: Any = "", *_: Any) -> None:
    raise NotExpressible(f"the model raises an exception: {message}")


def _dimensions(given: Any) -> int:
    return given.rank if isinstance(given, Value) else given.dim()


def _type(given: Any) -> Any:
    return _FLOAT32 if isinstance(given, Value) else torch.ops.prim.dtype(given)


_not = _numbers(operator.not_)


def _equal(first: list[Any], second: list[Any]) -> Any:
    """Whether two lists are equal; unknown where that depends on the number of events."""
    if len(first) != len(second):
        return False
    pairs = list(zip(first, second, strict=True))
    if any(a != b for a, b in pairs if a is not EVENTS and b is not EVENTS):
        return False
    return EVENTS if any((a is EVENTS) != (b is EVENTS) for a, b in pairs) else True


def _tensor(data: Any, dtype: Any = None, *_: Any) -> torch.Tensor:
    """``torch.tensor(data)``; TorchScript numbers the types of elements."""
    if rules.depends_on_event(data):
        raise NotExpressible("a tensor made of numbers that depend on the event")
    made = torch.as_tensor(data).clone()
    return made if dtype is None else torch.ops.aten.to(made, dtype)


#: Operators of Python's own objects.
_OBJECTS: dict[str, Callable[..., Any]] = {
    "aten::size": size_of,
    "aten::dim": _dimensions,
    "aten::len": _length,
    "aten::append": _append,
    "aten::_set_item": _set_item,
    "aten::tensor": _tensor,
    "aten::as_tensor": _tensor,
    "aten::Int": _numbers(int),
    "aten::IntImplicit": _numbers(int),
    "aten::ScalarImplicit": _numbers(lambda number: number.item()),
    "aten::Float": _numbers(float),
    "aten::FloatImplicit": _numbers(float),
    "aten::Bool": _numbers(bool),
    "aten::__is__": operator.is_,
    "aten::__isnot__": operator.is_not,
    "aten::__not__": _not,
    "aten::__contains__": lambda elements, element: element in elements,
    "aten::format": lambda text, *args: str(text).format(*args),
    "aten::warn": lambda *_: None,
    "aten::_unwrap_optional": lambda given: given,
    "aten::is_floating_point": lambda given: isinstance(given, Value) or bool(given.is_floating_point()),
    "aten::requires_grad_": lambda given, *_: given,
    "prim::NumToTensor": lambda number: number if number is EVENTS else torch.tensor(number),
    "prim::unchecked_cast": lambda given: given,
    "prim::unchecked_unwrap_optional": lambda given: given,
    "prim::ListConstruct": lambda *args: list(args),
    "prim::TupleConstruct": lambda *args: tuple(args),
    "prim::TupleIndex": lambda elements, at: elements[at],
    "prim::RaiseException": _raise,
    "prim::Uninitialized": lambda: None,
    "prim::Print": lambda *_: None,
    "prim::device": lambda _given: torch.device("cpu"),
    "prim::dtype": _type,
    "prim::layout": lambda given: 0 if isinstance(given, Value) else torch.ops.prim.layout(given),
    "prim::is_cuda": lambda _given: False,
    "prim::min": _numbers(min),
    "prim::max": _numbers(max),
    "prim::Enter": lambda given: given,
    "prim::Exit": lambda *_: None,
}
#: Operators of lists that have the name of an operator of tensors.
_LISTS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "slice": lambda elements, start, stop, step: elements[start:stop:step],
    "eq": _equal,
    "ne": lambda first, second: _not(_equal(first, second)),
    "list": list,
    "copy": list,
}


#: What may have refused values among its arguments: it hands them on, or its own nodes say what they need.
_CARRIES = {
    *("prim::Constant", "prim::CreateObject", "prim::GetAttr", "prim::CallMethod", "prim::CallFunction"),
    *("prim::If", "prim::Loop", "prim::ListConstruct", "prim::TupleConstruct"),
}
#: The same of the elements of its first argument.
_TAKES_APART = {"prim::ListUnpack", "prim::TupleUnpack", "prim::TupleIndex", "aten::__getitem__", "aten::append"}


class _Walk:
    """One walk through a module."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self.state = State()

    def call_method(self, module: _Module, name: str, args: list[Any]) -> Any:
        """What a method returns."""
        graph = module.module._get_method(name).graph
        return self._run_graph(graph, [module, *args], layer_text(module.path, _class_name(module.module)), module.path)

    def _run_graph(self, graph: Any, args: list[Any], layer: str, path: str) -> Any:
        values = {given.debugName(): arg for given, arg in zip(graph.inputs(), args, strict=True)}
        results = self._run_block(graph, values, layer, path)
        return results[0] if len(results) == 1 else None

    def _run_block(self, block: Any, values: dict[str, Any], layer: str, path: str) -> list[Any]:
        for node in block.nodes():
            result = self._guarded_node(node, values, layer, path)
            outputs = [output.debugName() for output in node.outputs()]
            if len(outputs) == 1 or isinstance(result, Refused):
                values.update(dict.fromkeys(outputs, result))
            elif outputs:
                values.update(zip(outputs, result, strict=True))
        return [values[output.debugName()] for output in block.outputs()]

    def _guarded_node(self, node: Any, values: dict[str, Any], layer: str, path: str) -> Any:
        def call() -> Any:
            return self._run_node(node, values, layer, path)

        kind = node.kind()
        args = [values[given.debugName()] for given in node.inputs()]
        if kind in _CARRIES or (kind in _TAKES_APART and not isinstance(args[0], Refused)):
            return guarded(call, kind, layer)
        # (a!) in a schema: it changes that argument
        has_effect = node.outputsSize() == 0 or "!" in node.schema()
        return deferred(call, kind, layer, args, has_effect=has_effect)

    def _run_node(self, node: Any, values: dict[str, Any], layer: str, path: str) -> Any:
        kind = node.kind()
        if kind == "prim::Constant":
            return node.output().toIValue() if node.output().type().kind() != "FunctionType" else None
        if kind == "prim::CreateObject":
            return _create(node)
        args = [values[given.debugName()] for given in node.inputs()]
        if kind == "prim::GetAttr":
            return self._attribute(args[0], node.s("name"))
        if kind == "prim::CallMethod":
            if isinstance(args[0], _GradMode):
                return None
            return self.call_method(args[0], node.s("name"), args[1:])
        if kind == "prim::CallFunction":
            return self._run_graph(_function_graph(node), args[1:], layer, path)
        if kind == "prim::If":
            block = _branch(node, args[0])
            results = self._run_block(block, values, layer, path)
            return results[0] if node.outputsSize() == 1 else results
        if kind == "prim::Loop":
            results = self._loop(node, args, values, layer, path)
            return results[0] if node.outputsSize() == 1 else results
        if kind in ("prim::ListUnpack", "prim::TupleUnpack"):
            return args[0][0] if node.outputsSize() == 1 else args[0]
        return self._call(node, kind, args)

    def _loop(self, node: Any, args: list[Any], values: dict[str, Any], layer: str, path: str) -> list[Any]:
        """A loop with a constant number of passes."""
        body = next(iter(node.blocks()))
        names = [given.debugName() for given in body.inputs()]
        carried, goes_on, number = args[2:], _condition(args[1]), 0
        while goes_on and number < _known(args[0]):
            values.update(zip(names, [number, *carried], strict=True))
            again, *carried = self._run_block(body, values, layer, path)
            goes_on, number = _condition(again), number + 1
        return carried

    def _attribute(self, owner: Any, name: str) -> Any:
        if not isinstance(owner, _Module):
            raise NotExpressible(f"attribute {name} of an object")
        attribute = owner.module.getattr(name)
        if isinstance(attribute, torch.Tensor):
            return self.state.copy(attribute)
        if isinstance(attribute, torch._C.ScriptModule):
            return _Module(attribute, f"{owner.path}.{name}" if owner.path else name)
        return attribute

    def _call(self, node: Any, kind: str, args: list[Any]) -> Any:
        if kind in _OBJECTS:
            return _OBJECTS[kind](*args)
        namespace, _, name = kind.partition("::")
        if name == "__getitem__" and not isinstance(args[0], torch.Tensor):
            return args[0][args[1]]
        if name in _LISTS and isinstance(args[0], list):
            return _LISTS[name](*args)
        if namespace != "aten":
            raise NotExpressible("there is no operation for it")
        if any(arg is EVENTS for arg in args) and not any(isinstance(arg, (Value, list)) for arg in args):
            return EVENTS  # some number or condition: nothing more is known of it
        schema = torch._C.parse_schema(node.schema())
        by_name = {given.name: arg for given, arg in zip(schema.arguments, args, strict=True) if given.kwarg_only}
        by_place = tuple(args[: len(args) - len(by_name)])
        function, _, tags = torch._C._get_operation_overload(kind, schema.overload_name)
        return call_operator(self._builder, Overload(function, name, schema, tuple(tags)), by_place, by_name)


def _condition(given: Any) -> bool:
    if isinstance(given, Refused):
        raise given
    if isinstance(given, Value) or given is EVENTS:
        raise NotExpressible("a branch or loop that depends on the event")
    return bool(given)


def _branch(node: Any, condition: Any) -> Any:
    """The block that is executed; checks of the number of events are taken to be passed."""
    blocks = list(node.blocks())
    if condition is EVENTS:
        others = [block for block in blocks if all(n.kind() != "prim::RaiseException" for n in block.nodes())]
        if len(others) == 1:
            return others[0]
    return blocks[0 if _condition(condition) else 1]


def _create(node: Any) -> _GradMode:
    type_ = str(node.output().type().qualified_name())
    if not type_.startswith(_GRAD_MODES):
        raise NotExpressible(f"an object of type {type_.rpartition('.')[2]}")
    return _GradMode()


def _class_name(module: Any) -> str:
    return str(module._type().qualified_name())


def _function_graph(node: Any) -> Any:
    """The graph of a function that a node calls: torch gives it by inlining the call."""
    graph = torch._C.Graph()
    function = graph.createClone(node.inputsAt(0).node(), lambda value: value)
    graph.appendNode(function)
    copies = {node.inputsAt(0).debugName(): function.output()}
    for given in list(node.inputs())[1:]:
        copy = graph.addInput()
        copy.setType(given.type())
        copies[given.debugName()] = copy
    call = graph.createClone(node, lambda value: copies[value.debugName()])
    graph.appendNode(call)
    for output in call.outputs():
        graph.registerOutput(output)
    torch._C._jit_pass_inline(graph)
    return graph


def describe_scripted(module: Any, n_variables: int) -> NetworkDescription:
    """The description of a TorchScript module in evaluation mode.

    Args:
        module: with one input [events, nVars].
        n_variables: of the input.

    Raises:
        NotExpressible: with operator and layer.
    """
    core = module._c
    if core._get_forward_hooks() or core._get_forward_pre_hooks():
        raise NotExpressible("the model has hooks")
    builder = Builder(n_variables)
    walk = _Walk(builder)
    n_inputs = len(list(core._get_method("forward").graph.inputs())) - 1
    if n_inputs != 1:
        raise NotExpressible(f"the model has {n_inputs} inputs: expected one")
    output = walk.call_method(_Module(core, ""), "forward", [Value(0, (n_variables,))])
    walk.state.check()
    return finish(builder, output)
