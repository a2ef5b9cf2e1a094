"""Rules for recurrent layers of TorchScript: one step after another. torch.export has written the steps itself."""

from __future__ import annotations

from typing import Any

from .broadcast import binary
from .description import NotExpressible
from .rules import Call, rule
from .rules_layers import linear
from .rules_parts import joined, part
from .value import Value

# Parameters of one direction of one layer: of the input, of the hidden state, and their biases if there are any.
_Parameters = list[Any]


def _gates(call: Call, value: Value, weight: Any, bias: Any, n: int) -> list[Value]:
    """A linear layer cut into ``n`` parts of equal width."""
    total = linear(call, value, weight, bias)
    width = total.shape[0] // n
    return [part(call, total, 0, i * width, (i + 1) * width) for i in range(n)]


def _sum(call: Call, first: Value, second: Value) -> Value:
    return binary(call.builder, "Add", first, second)


def _product(call: Call, first: Value, second: Value) -> Value:
    return binary(call.builder, "Multiply", first, second)


def _lstm_step(call: Call, x: Value, state: list[Value], p: _Parameters) -> list[Value]:
    hidden, cell = state
    inputs, states = (_gates(call, value, p[i], p[i + 2], 4) for i, value in enumerate((x, hidden)))
    i, f, g, o = (_sum(call, a, b) for a, b in zip(inputs, states, strict=True))
    kept = _product(call, call.result("Sigmoid", f), cell)
    cell = _sum(call, kept, _product(call, call.result("Sigmoid", i), call.result("Tanh", g)))
    return [_product(call, call.result("Sigmoid", o), call.result("Tanh", cell)), cell]


def _gru_step(call: Call, x: Value, state: list[Value], p: _Parameters) -> list[Value]:
    hidden = state[0]
    inputs, states = (_gates(call, value, p[i], p[i + 2], 3) for i, value in enumerate((x, hidden)))
    reset, update = (call.result("Sigmoid", _sum(call, inputs[i], states[i])) for i in (0, 1))
    new = call.result("Tanh", _sum(call, inputs[2], _product(call, reset, states[2])))
    # (1 - update) * new + update * hidden
    return [_sum(call, new, _product(call, update, binary(call.builder, "Subtract", hidden, new)))]


def _rnn_step(call: Call, x: Value, state: list[Value], p: _Parameters) -> list[Value]:
    total = _sum(call, linear(call, x, p[0], p[2]), linear(call, state[0], p[1], p[3]))
    return [call.result("ReLU" if call.name == "rnn_relu" else "Tanh", total)]


_STEPS = {"lstm": _lstm_step, "gru": _gru_step, "rnn_tanh": _rnn_step, "rnn_relu": _rnn_step}


def _rows(call: Call, value: Value) -> list[Value]:
    """The parts along the first dimension of one event, each without it."""
    return [_reshaped(call, part(call, value, 0, i, i + 1), value.shape[1:]) for i in range(value.shape[0])]


def _reshaped(call: Call, value: Value, shape: tuple[int, ...]) -> Value:
    return Value(call.builder.reshape(value.number, shape), shape)


def _together(call: Call, rows: list[Value]) -> Value:
    """Values of one event as the rows of one."""
    return joined(call, [_reshaped(call, row, (1, *row.shape)) for row in rows], 0)


@rule(*_STEPS)
def _recurrent(call: Call) -> list[Value]:
    """[steps, features] of each event; the results have the places of the events that the argument has."""
    if "params" not in call.arguments or "input" not in call.arguments:
        raise NotExpressible("packed sequences")
    value, parameters = call.value("input"), call.constant("params")
    if value.rank != 3 or value.batch != (0 if call.get("batch_first") else 1):
        raise NotExpressible(f"a tensor of shape {value.extents()}")
    if (len(parameters) % 4 and call.get("has_biases")) or (call.get("train") and call.get("dropout")):
        raise NotExpressible("projections, or dropout in training mode")
    size = 4 if call.get("has_biases") else 2
    directions = 2 if call.get("bidirectional") else 1
    given = call.get("hx")
    states = [_rows(call, state) for state in (given if isinstance(given, (list, tuple)) else [given])]
    if len(parameters) != size * len(states[0]) or len(states[0]) != directions * call.get("num_layers"):
        raise NotExpressible("projections")
    rows, last = _rows(call, value), []
    for layer in range(call.get("num_layers")):
        outputs = []
        for direction in range(directions):
            k = layer * directions + direction
            p = [*parameters[k * size : (k + 1) * size], None, None]
            state = [of_all[k] for of_all in states]
            steps: list[Value] = []
            for row in reversed(rows) if direction else rows:
                state = _STEPS[call.name](call, row, state, p)
                steps.append(state[0])
            outputs.append(steps[::-1] if direction else steps)
            last.append(state)
        rows = [joined(call, list(at_once), 0) for at_once in zip(*outputs, strict=True)]
    sequence = _together(call, rows)
    ends = [_together(call, [state[i] for state in last]) for i in range(len(states))]
    return [Value(sequence.number, sequence.shape, value.batch), *(Value(end.number, end.shape, 1) for end in ends)]
